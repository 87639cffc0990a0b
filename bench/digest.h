/* SPDX-License-Identifier: MIT */
/* digest - SHA-256 as text; what stands for a set of settings, a host or a file. */
#ifndef BENCH_DIGEST_H
#define BENCH_DIGEST_H

#define DIGEST_HEX_BYTES 65 /* 64 lower-case hexadecimal digits and the terminator */

void digest_text(const char *text, char hex[DIGEST_HEX_BYTES]);

/* 0 or -errno. */
int digest_file(const char *path, char hex[DIGEST_HEX_BYTES]);

#endif
