#include "volume_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base.h"
#include "cli.h"
#include "file.h"
#include "number.h"

static int take_arch(struct volume_options *o, const char *name)
{
	if (strcmp(name, "both") == 0) {
		o->archs[ARCH_X86_64] = o->archs[ARCH_AARCH64] = true;
		return 0;
	}
	enum arch a = arch_named(name);
	if (a == ARCH_NONE)
		return complain(STATUS_TROUBLE, "there is no architecture %s: say x86_64, aarch64, riscv64 or both",
		                name);
	o->archs[a] = true;
	return 0;
}

static int take_size(struct volume_options *o, const char *text)
{
	const char *rest;
	uint64_t mib;

	if (!number_read(text, 1 << 20, &mib, &rest) || *rest || mib == 0)
		return complain(STATUS_TROUBLE, "--size %s: say a number of MiB, such as 64", text);
	o->size_mib = mib;
	return 0;
}

static int take_sector_size(struct volume_options *o, const char *text)
{
	if (strcmp(text, "512") != 0 && strcmp(text, "4096") != 0)
		return complain(STATUS_TROUBLE, "--sector-size %s: say 512 or 4096", text);
	o->sector_bytes = *text == '5' ? 512 : 4096;
	return 0;
}

/* Options of the last --entry. false: it is none of these, or there is no entry. */
static bool take_for_entry(struct volume_options *o, int option, const char *value)
{
	struct volume_entry *e = o->entry_count ? &o->entries[o->entry_count - 1] : NULL;

	if (!e)
		return false;
	switch (option) {
	case VOLUME_KERNEL:
	case VOLUME_LINUX:
		strings_add(&e->kernels, value);
		return true;
	case VOLUME_INITRD:
		strings_add(&e->initrds, value);
		return true;
	case VOLUME_DEVICE_TREE:
		e->device_tree = value;
		return true;
	case VOLUME_MODULE:
		strings_add(&e->modules, value);
		return true;
	case VOLUME_CMDLINE:
		e->cmdline = value;
		return true;
	case VOLUME_VERBOSE:
		e->verbose = true;
		return true;
	default:
		return false;
	}
}

int volume_option(struct volume_options *o, int option, const char *value)
{
	if (take_for_entry(o, option, value))
		return 0;
	switch (option) {
	case VOLUME_ARCH:
		return take_arch(o, value);
	case VOLUME_ENTRY:
		return volume_entry_begin(o, value);
	case VOLUME_LOADER:
		strings_add(&o->loaders, value);
		return 0;
	case VOLUME_KERNEL:
	case VOLUME_LINUX:
		strings_add(&o->kernels, value);
		return 0;
	case VOLUME_INITRD:
		strings_add(&o->initrds, value);
		return 0;
	case VOLUME_DEVICE_TREE:
		o->device_tree = value;
		return 0;
	case VOLUME_MODULE:
		strings_add(&o->modules, value);
		return 0;
	case VOLUME_ADD:
		strings_add(&o->adds, value);
		return 0;
	case VOLUME_CONFIG:
		o->config = value;
		return 0;
	case VOLUME_CMDLINE:
		o->cmdline = value;
		return 0;
	case VOLUME_VERBOSE:
		o->verbose = true;
		return 0;
	case VOLUME_SIZE:
		return take_size(o, value);
	case VOLUME_SECTOR_SIZE:
		return take_sector_size(o, value);
	default:
		return STATUS_TROUBLE;
	}
}

static bool no_arch(const struct volume_options *o)
{
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++)
		if (o->archs[a])
			return false;
	return true;
}

/* out/host/hobnail has out/x86_64/BOOTX64.EFI, /usr/bin/hobnail has /usr/share/hobnail/BOOTX64.EFI. */
char *volume_own_file(enum arch a, const char *name)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return NULL;
	self[n] = '\0';
	for (int i = 0; i < 2 && strrchr(self, '/'); i++) /* the folder above the program's */
		*strrchr(self, '/') = '\0';

	const char *folders[] = { arch_info[a].name, "share/hobnail" };
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		char *path = string_format("%s/%s/%s", self, folders[i], name);
		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

char *volume_own_loader(enum arch a)
{
	return volume_own_file(a, arch_info[a].boot_file);
}

char *volume_loader(const struct volume_options *o, enum arch a)
{
	for (size_t i = 0; i < o->loaders.count; i++)
		if (file_loader_arch(o->loaders.at[i]) == a)
			return string_copy(o->loaders.at[i]);
	return volume_own_loader(a);
}

static int archs_of_files(struct volume_options *o, const struct strings *files, enum arch (*arch_of)(const char *))
{
	for (size_t i = 0; i < files->count; i++) {
		enum arch a = arch_of(files->at[i]);
		if (a == ARCH_NONE)
			return STATUS_TROUBLE;
		o->archs[a] = true;
	}
	return 0;
}

static void archs_of_build(struct volume_options *o)
{
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++) {
		char *path = volume_own_loader(a);
		o->archs[a] = path != NULL;
		free(path);
	}
}

int volume_settle_archs(struct volume_options *o)
{
	int status = 0;

	if (!no_arch(o))
		return 0;
	for (size_t i = 0; i < o->entry_count && !status; i++)
		status = archs_of_files(o, &o->entries[i].kernels, file_kernel_arch);
	if (!status && o->kernels.count)
		status = archs_of_files(o, &o->kernels, file_kernel_arch);
	else if (!status && no_arch(o))
		status = archs_of_files(o, &o->loaders, file_loader_arch);
	if (!status && no_arch(o))
		archs_of_build(o);
	if (!status && no_arch(o))
		status = complain(STATUS_TROUBLE,
		                  "no architecture is given and no loader was built: say --arch or --loader");
	return status;
}
