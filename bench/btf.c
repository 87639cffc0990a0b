/* SPDX-License-Identifier: MIT */
#include "btf.h"

#include <errno.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)64 << 20)

/* The file in memory; types and names are checked to lie inside of it. */
struct btf {
	char *bytes;
	const char *types, *types_end;
	const char *names;
	size_t names_size;
};

/* sysfs does not tell the size. */
static int load(const char *path, char **ret_bytes, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	size_t size = 0, max = 1 << 20, got;
	char *bytes = NULL;

	if (!file)
		return -errno;
	do {
		char *more = realloc(bytes, max *= 2);

		if (!more || max > MAX_BYTES) {
			free(more ? more : bytes);
			fclose(file);
			return -ENOMEM;
		}
		bytes = more;
		got = fread(bytes + size, 1, max - size, file);
		size += got;
	} while (got && size == max);
	fclose(file);
	*ret_bytes = bytes;
	*ret_size = size;
	return 0;
}

static int find_sections(struct btf *btf, size_t size)
{
	struct btf_header header;
	size_t rest;

	if (size < sizeof(header))
		return -EINVAL;
	memcpy(&header, btf->bytes, sizeof(header));
	if (header.magic != BTF_MAGIC || header.hdr_len < sizeof(header) || header.hdr_len > size)
		return -EINVAL;
	rest = size - header.hdr_len;
	if (header.type_off > rest || header.type_len > rest - header.type_off ||
	    header.str_off > rest || header.str_len > rest - header.str_off || !header.str_len)
		return -EINVAL;
	btf->types = btf->bytes + header.hdr_len + header.type_off;
	btf->types_end = btf->types + header.type_len;
	btf->names = btf->bytes + header.hdr_len + header.str_off;
	btf->names_size = header.str_len;
	return btf->names[btf->names_size - 1] ? -EINVAL : 0;
}

static bool is_named(const struct btf *btf, uint32_t name, const char *wanted)
{
	return name < btf->names_size && !strcmp(btf->names + name, wanted);
}

/* What follows the head of a type of this kind. SIZE_MAX: a kind that is newer than this file. */
static size_t tail_bytes(const struct btf_type *type)
{
	const size_t nr = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return nr * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return nr * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return nr * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return nr * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return nr * sizeof(struct btf_enum64);
	default:
		return BTF_INFO_KIND(type->info) <= BTF_KIND_MAX ? 0 : SIZE_MAX;
	}
}

static int find_member(const struct btf *btf, const struct btf_type *type, const char *tail,
		       const char *wanted, uint32_t *ret_bytes)
{
	for (size_t i = 0; i < BTF_INFO_VLEN(type->info); i++) {
		struct btf_member member;
		uint32_t bits;

		memcpy(&member, tail + i * sizeof(member), sizeof(member));
		if (!is_named(btf, member.name_off, wanted))
			continue;
		bits = BTF_INFO_KFLAG(type->info) ? BTF_MEMBER_BIT_OFFSET(member.offset)
						  : member.offset;
		*ret_bytes = bits / 8;
		return 0;
	}
	return -ENOENT;
}

static int find_offset(const struct btf *btf, const char *structure, const char *member,
		       uint32_t *ret_bytes)
{
	const char *at = btf->types;

	while ((size_t)(btf->types_end - at) >= sizeof(struct btf_type)) {
		struct btf_type type;
		size_t tail;

		memcpy(&type, at, sizeof(type));
		at += sizeof(type);
		tail = tail_bytes(&type);
		if (tail > (size_t)(btf->types_end - at))
			return -EINVAL;
		if (BTF_INFO_KIND(type.info) == BTF_KIND_STRUCT &&
		    is_named(btf, type.name_off, structure))
			return find_member(btf, &type, at, member, ret_bytes);
		at += tail;
	}
	return -ENOENT;
}

int btf_member_offset(const char *path, const char *structure, const char *member,
		      uint32_t *ret_bytes)
{
	struct btf btf = { .bytes = NULL };
	size_t size = 0;
	int ret = load(path, &btf.bytes, &size);

	if (!ret)
		ret = find_sections(&btf, size);
	if (!ret)
		ret = find_offset(&btf, structure, member, ret_bytes);
	free(btf.bytes);
	return ret;
}
