/* SPDX-License-Identifier: MIT */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void release(struct outfile *out)
{
	free(out->path);
	free(out->temporary);
	memset(out, 0, sizeof(*out));
}

static int open_temporary(struct outfile *out)
{
	int fd = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return -errno;
	out->file = fdopen(fd, "w");
	if (out->file)
		return 0;
	close(fd);
	unlink(out->temporary);
	return -ENOMEM;
}

int outfile_open(struct outfile *ret, const char *path)
{
	struct outfile out = { .path = strdup(path) };
	int err = -ENOMEM;

	if (!out.path)
		return err;
	if (asprintf(&out.temporary, "%s.%d.tmp", path, getpid()) < 0)
		out.temporary = NULL;
	else
		err = open_temporary(&out);
	if (err) {
		release(&out);
		return err;
	}
	*ret = out;
	return 0;
}

/* Everything on the disk? The first failure of all writes counts. */
static int flush_and_close(FILE *file)
{
	int err = 0;

	errno = 0;
	if (ferror(file) || fflush(file) || fsync(fileno(file)))
		err = errno ? -errno : -EIO;
	if (fclose(file) && !err)
		err = errno ? -errno : -EIO;
	return err;
}

/* A name that must be free; some file systems cannot rename so, but can link. */
static int rename_to_free(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL)
		return -errno;
	if (link(from, to))
		return -errno;
	unlink(from);
	return 0;
}

static int rename_over(const char *from, const char *to)
{
	struct stat st;

	if (!lstat(to, &st) && !S_ISREG(st.st_mode))
		return -EEXIST;
	return rename(from, to) ? -errno : 0;
}

int outfile_commit(struct outfile *out, bool is_replacing)
{
	int err = flush_and_close(out->file);

	if (!err)
		err = is_replacing ? rename_over(out->temporary, out->path)
				   : rename_to_free(out->temporary, out->path);
	if (err)
		unlink(out->temporary);
	release(out);
	return err;
}

void outfile_abandon(struct outfile *out)
{
	fclose(out->file);
	unlink(out->temporary);
	release(out);
}
