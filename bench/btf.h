/* SPDX-License-Identifier: MIT */
/*
 * btf - where a member lies in a structure of the running kernel.
 *
 * The kernel describes its own types in /sys/kernel/btf/vmlinux (CONFIG_DEBUG_INFO_BTF). Probes
 * need the place of task_struct's comm to name the thread that is parked.
 */
#ifndef BENCH_BTF_H
#define BENCH_BTF_H

#include <stddef.h>
#include <stdint.h>

/**
 * btf_member_offset() - bytes from the start of @structure to its own @member.
 * @path: the file; a type in it is found by its first definition.
 *
 * Return: 0; -ENOENT no such structure, member or file; -EINVAL no BTF of this machine's byte
 * order, or a damaged one; -ENOMEM; another -errno of reading.
 */
int btf_member_offset(const char *path, const char *structure, const char *member,
		      uint32_t *ret_bytes);

#endif
