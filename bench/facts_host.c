/* SPDX-License-Identifier: MIT */
#include "digest.h"
#include "facts.h"
#include "sysfile.h"

#include <sys/utsname.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#define CPUINFO	      "proc/cpuinfo"
#define CPUINFO_BYTES 16384 /* the first processor; the whole file can be megabytes */
#define NR(array)     (sizeof(array) / sizeof((array)[0]))

FACT_READER(fact_read_arch)
{
	struct utsname names;

	fact_read_line(origin, arg, ret_value); /* since Linux 6.1 */
	if (ret_value->type == FACT_MISSING && is_this_machine(origin) && !uname(&names))
		fact_set_text(ret_value, "%s", names.machine);
}

/* What identifies a processor, by architecture; the first row whose fields all exist counts. */
static const char *const identities[][5] = {
	{ "vendor_id", "cpu family", "model", "stepping" }, /* x86 */
	{ "CPU implementer", "CPU architecture", "CPU variant", "CPU part",
	  "CPU revision" },		      /* ARM */
	{ "mvendorid", "marchid", "mimpid" }, /* RISC-V */
	{ "cpu", "revision" },		      /* POWER */
	{ "vendor_id" },		      /* s390 */
};

/* Fields joined by '/'. Returns false, with @ret_value unusable, if one is not there. */
static bool join_fields(const char *cpuinfo, const char *const fields[5],
			struct fact_value *ret_value)
{
	char field[256], joined[1400] = "";

	for (size_t i = 0; i < 5 && fields[i]; i++) {
		if (sysfile_field(cpuinfo, fields[i], field, sizeof(field)))
			return false;
		if (i)
			strcat(joined, "/");
		strcat(joined, field);
	}
	fact_set_text(ret_value, "%s", joined);
	return true;
}

FACT_READER(fact_read_cpu)
{
	char cpuinfo[CPUINFO_BYTES];
	int err = sysfile_read(origin->root, CPUINFO, cpuinfo, sizeof(cpuinfo));

	(void)arg;
	if (err) {
		fact_set_unread(ret_value, CPUINFO, err);
		return;
	}
	for (size_t i = 0; i < NR(identities); i++)
		if (join_fields(cpuinfo, identities[i], ret_value))
			return;
	fact_set_missing(ret_value, "/" CPUINFO " does not identify the processor");
}

FACT_READER(fact_read_microcode)
{
	fact_read_line(origin, arg, ret_value);
	if (ret_value->type == FACT_MISSING)
		fact_read_field(origin, CPUINFO ":microcode", ret_value);
}

struct sign {
	const char *text, *hypervisor;
};

static const char *find_sign(const struct sign *signs, size_t nr, const char *text)
{
	for (size_t i = 0; i < nr; i++)
		if (strstr(text, signs[i].text))
			return signs[i].hypervisor;
	return NULL;
}

/* The processor itself can be asked, which no file replaces; only about this machine, though. */
static const char *ask_cpuid(const struct environment_origin *origin)
{
#if defined(__x86_64__) || defined(__i386__)
	static const struct sign signs[] = {
		{ "KVMKVMKVM", "kvm" },		  { "Microsoft Hv", "hyperv" },
		{ "VMwareVMware", "vmware" },	  { "XenVMMXenVMM", "xen" },
		{ "TCGTCGTCGTCG", "qemu" },	  { "bhyve bhyve ", "bhyve" },
		{ "ACRNACRNACRN", "acrn" },	  { "prl hyperv", "parallels" },
		{ "VBoxVBoxVBox", "virtualbox" },
	};
	unsigned int eax, regs[3] = { 0 };
	char name[sizeof(regs) + 1] = "";

	if (!is_this_machine(origin))
		return NULL;
	__cpuid(0x40000000, eax, regs[0], regs[1], regs[2]);
	memcpy(name, regs, sizeof(regs));
	return find_sign(signs, NR(signs), name);
#else
	(void)origin;
	return NULL;
#endif
}

static const char *ask_firmware(const struct environment_origin *origin)
{
	static const struct sign signs[] = {
		{ "KVM", "kvm" },
		{ "QEMU", "qemu" },
		{ "VMware", "vmware" },
		{ "VirtualBox", "virtualbox" },
		{ "Xen", "xen" },
		{ "Bochs", "qemu" },
		{ "Parallels", "parallels" },
		{ "BHYVE", "bhyve" },
		{ "Microsoft Corporation Virtual Machine", "hyperv" },
		{ "Google Compute Engine", "kvm" },
		{ "Apple Virtualization", "apple" },
		{ "linux,kvm", "kvm" },
	};
	char vendor[128] = "", product[128] = "", both[260];

	sysfile_read(origin->root, "sys/class/dmi/id/sys_vendor", vendor, sizeof(vendor));
	sysfile_read(origin->root, "sys/class/dmi/id/product_name", product, sizeof(product));
	snprintf(both, sizeof(both), "%s %s", vendor, product);
	if (!*vendor && !*product)
		sysfile_read(origin->root, "sys/firmware/devicetree/base/hypervisor/compatible",
			     both, sizeof(both));
	return find_sign(signs, NR(signs), both);
}

/*
 * On x86 a hypervisor says so in the CPU's flags, and then cloud firmware is not mistaken for one
 * on a bare-metal instance. Elsewhere there is no such flag, and no sign proves nothing.
 */
FACT_READER(fact_read_hypervisor)
{
	char cpuinfo[CPUINFO_BYTES], flags[SYSFILE_LINE_BYTES] = "";
	int err = sysfile_read(origin->root, CPUINFO, cpuinfo, sizeof(cpuinfo));
	bool has_flags = !err && !sysfile_field(cpuinfo, "flags", flags, sizeof(flags));
	bool is_guest = has_flags && strstr(flags, "hypervisor");
	const char *name = NULL;

	fact_read_line(origin, arg, ret_value); /* Xen's own directory */
	if (*fact_text(ret_value))
		return;
	if (has_flags && !is_guest) {
		fact_set_text(ret_value, "none");
		return;
	}
	if (is_guest)
		name = ask_cpuid(origin);
	if (!name)
		name = ask_firmware(origin);
	if (name || is_guest)
		fact_set_text(ret_value, "%s", name ? name : "unknown");
	else
		fact_set_missing(ret_value,
				 "no sign of one, and the CPU has no flag that would say so");
}

/* Names that the kernel gives to the namespaces it starts with (include/linux/proc_ns.h). */
FACT_READER(fact_read_namespace)
{
	char path[64], text[64], initial[64];
	bool is_pid = !strcmp(arg, "pid");
	int err;

	snprintf(path, sizeof(path), "proc/self/ns/%s", arg);
	snprintf(initial, sizeof(initial), "%s:[%u]", arg, is_pid ? 0xeffffffcu : 0xeffffffdu);
	err = sysfile_read_link(origin->root, path, text, sizeof(text));
	if (err)
		fact_set_unread(ret_value, path, err);
	else
		fact_set_text(ret_value, "%s", strcmp(text, initial) ? "nested" : "initial");
}

static const char *container_of_group(const struct environment_origin *origin)
{
	static const struct sign signs[] = {
		{ "kubepods", "kubernetes" },	{ "docker", "docker" },
		{ "libpod", "podman" },		{ "lxc", "lxc" },
		{ "containerd", "containerd" }, { "garden", "garden" },
	};
	char text[SYSFILE_LINE_BYTES];

	if (sysfile_read(origin->root, "proc/self/cgroup", text, sizeof(text)))
		return NULL;
	return find_sign(signs, NR(signs), text);
}

static const char *container_of_files(const struct environment_origin *origin)
{
	if (sysfile_exists(origin->root, ".dockerenv"))
		return "docker";
	return sysfile_exists(origin->root, "run/.containerenv") ? "podman" : NULL;
}

/*
 * Are our mounts those of the first mount namespace? Newer kernels have a fixed name for it; for
 * others process 1 has to be asked, and only root may look.
 */
static bool has_first_mounts(const struct environment_origin *origin)
{
	char init[64], self[64];

	if (sysfile_read_link(origin->root, "proc/self/ns/mnt", self, sizeof(self)))
		return false;
	return !strcmp(self, "mnt:[4026531832]") ||
	       (!sysfile_read_link(origin->root, "proc/1/ns/mnt", init, sizeof(init)) &&
		!strcmp(init, self));
}

/*
 * In the first PID namespace with the first mounts nothing contains us, whatever files
 * an image has left behind; a container has at least one of the two of its own.
 */
FACT_READER(fact_read_container)
{
	struct fact_value pid_namespace = { 0 };
	const char *name = container_of_group(origin);
	bool is_initial;

	fact_read_namespace(origin, "pid", &pid_namespace);
	is_initial = !strcmp(fact_text(&pid_namespace), "initial");
	fact_read_line(origin, arg, ret_value); /* where systemd's kind of managers say it */
	if (!name)
		name = container_of_files(origin);
	if (is_initial && (!name || has_first_mounts(origin)))
		fact_set_text(ret_value, "none");
	else if (*fact_text(ret_value))
		;
	else if (name || pid_namespace.type == FACT_TEXT)
		fact_set_text(ret_value, "%s", name ? name : "unknown");
	else
		fact_set_missing(ret_value, "no sign of one, and /proc/self/ns/pid cannot be read");
	fact_fini(&pid_namespace);
}

/* Programs that move interrupts, frequencies, memory or tasks while a run lasts; 15 letters. */
static bool is_meddler(const char *comm)
{
	static const char *const names[] = {
		"irqbalance", "tuned", "tuned-ppd", "power-profiles-", "thermald", "auto-cpufreq",
		"cpufreqd",   "numad", "ksmtuned",  "stalld",	       "uksmd",	   "tlp",
	};

	for (size_t i = 0; i < NR(names); i++)
		if (!strcmp(comm, names[i]))
			return true;
	return false;
}

FACT_READER(fact_read_daemons)
{
	char path[300], comm[32], **names;
	int nr = sysfile_list(origin->root, arg, &names);

	if (nr < 0) {
		fact_set_unread(ret_value, arg, nr);
		return;
	}
	fact_set_empty_list(ret_value);
	for (int i = 0; i < nr; i++) {
		if (names[i][0] < '0' || names[i][0] > '9')
			continue;
		snprintf(path, sizeof(path), "%s/%s/comm", arg, names[i]);
		if (!sysfile_read(origin->root, path, comm, sizeof(comm)) && is_meddler(comm))
			fact_add_line(ret_value, "%s", comm);
	}
	sysfile_list_free(names);
}

/* Whole GiB: what firmware keeps for itself differs between equal machines. */
FACT_READER(fact_read_memory_gib)
{
	int64_t bytes;

	fact_read_bytes(origin, arg, ret_value);
	bytes = fact_number(ret_value, -1);
	if (bytes >= 0)
		fact_set_number(ret_value, (bytes + (1ll << 29)) >> 30);
}

/* Tells two hosts apart without naming them. */
FACT_READER(fact_read_host)
{
	char hex[DIGEST_HEX_BYTES];

	fact_read_line(origin, arg, ret_value);
	if (ret_value->type == FACT_MISSING)
		fact_read_line(origin, "proc/sys/kernel/hostname", ret_value);
	if (ret_value->type == FACT_MISSING)
		return;
	digest_text(fact_text(ret_value), hex);
	fact_set_text(ret_value, "sha256:%.12s", hex);
}
