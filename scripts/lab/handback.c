/* SPDX-License-Identifier: MIT */
/*
 * Runs in the guest. What it hands to the host goes through a piece of memory that both see
 * (ivshmem): no driver, no disk, no host I/O whose timing the guest could feel. The file is the
 * memory as sysfs shows it, "resource2" of the device.
 *
 *	handback FILE say KEY=VALUE...			how far the guest is
 *	handback FILE end KEY=VALUE... <ARCHIVE		that it is done; ends the guest
 *
 * First page: lines KEY=VALUE, up to a NUL. Behind it: the archive. The page is written after the
 * archive, so that "bytes" and "crc32" in it vouch for all of it.
 */
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE_BYTES  4096
#define CHUNK_BYTES 65536
#define DEBUG_PORT  0x501
/* QEMU exits with 2 * value + 1; by itself it exits with 0 or 1. */
#define DEBUG_VALUE 21

struct window {
	unsigned char *at;
	size_t bytes;
};

static uint32_t crc_table[256];

/* CRC-32 as zlib has it. */
static void make_crc_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
		crc_table[i] = crc;
	}
}

static uint32_t extend_crc(uint32_t crc, const unsigned char *at, size_t bytes)
{
	crc = ~crc;
	while (bytes--)
		crc = crc_table[(crc ^ *at++) & 0xff] ^ crc >> 8;
	return ~crc;
}

static int open_window(const char *path, struct window *window)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || st.st_size <= PAGE_BYTES)
		return -1;
	window->bytes = (size_t)st.st_size;
	window->at = mmap(NULL, window->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return window->at == MAP_FAILED ? -1 : 0;
}

/* Lines KEY=VALUE; what does not fit is cut. */
static void write_page(struct window *window, char **words, const char *tail)
{
	char page[PAGE_BYTES] = "";
	size_t len = 0, room = sizeof(page) - strlen(tail) - 1;

	for (; *words && len + strlen(*words) + 1 < room; words++)
		len += (size_t)sprintf(page + len, "%s\n", *words);
	strcpy(page + len, tail);
	memcpy(window->at, page, sizeof(page));
}

/* Standard input to behind the page; what vouches for it to @tail. */
static int copy_archive(struct window *window, char *tail, size_t tail_bytes)
{
	static unsigned char chunk[CHUNK_BYTES];
	size_t bytes = 0, room = window->bytes - PAGE_BYTES;
	uint32_t crc = 0;
	ssize_t got;

	make_crc_table();
	while ((got = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0) {
		if ((size_t)got > room - bytes)
			return -1;
		crc = extend_crc(crc, chunk, (size_t)got);
		memcpy(window->at + PAGE_BYTES + bytes, chunk, (size_t)got);
		bytes += (size_t)got;
	}
	snprintf(tail, tail_bytes, "bytes=%zu\ncrc32=%08x\n", bytes, crc);
	return got < 0 ? -1 : 0;
}

static void end_guest(void)
{
	if (ioperm(DEBUG_PORT, 1, 1) == 0)
		outb(DEBUG_VALUE, DEBUG_PORT);
}

int main(int argc, char **argv)
{
	struct window window;
	char tail[64] = "";

	if (argc < 3 || open_window(argv[1], &window)) {
		fputs("handback: no memory to hand anything back in\n", stderr);
		return 1;
	}
	if (strcmp(argv[2], "say") == 0) {
		write_page(&window, argv + 3, "");
		return 0;
	}
	if (copy_archive(&window, tail, sizeof(tail)))
		strcpy(tail, "bytes=\n");
	write_page(&window, argv + 3, tail);
	end_guest();
	fputs("handback: there is no isa-debug-exit device\n", stderr);
	return 1;
}
