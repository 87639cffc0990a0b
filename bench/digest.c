/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include <sys/types.h>
#include <errno.h>
#include <sha2.h>
#include <string.h>

_Static_assert(DIGEST_HEX_BYTES == SHA256_DIGEST_STRING_LENGTH, "libmd writes what we promise");

void digest_text(const char *text, char hex[DIGEST_HEX_BYTES])
{
	SHA256Data((const uint8_t *)text, strlen(text), hex);
}

int digest_file(const char *path, char hex[DIGEST_HEX_BYTES])
{
	errno = 0;
	if (!SHA256File(path, hex))
		return errno ? -errno : -EIO;
	return 0;
}
