/* volume.h — the content of a boot volume, and the disk image made of it.
 *
 * The volume is a FAT32 system partition on a GPT disk, or the boot image of an ISO. The same content gives the same
 * bytes: serial number, GUIDs and times are fixed (times: SOURCE_DATE_EPOCH). */
#ifndef CLI_VOLUME_H
#define CLI_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "strlist.h"

/* --entry NAME, and the options behind it. */
struct volume_entry {
	const char *name;
	struct strings kernels; /* one for each architecture */
	struct strings modules;
	struct strings initrds;
	const char *device_tree;
	const char *cmdline;
	bool verbose;
};

/* The options of the command line. */
struct volume_options {
	bool archs[ARCH_COUNT];  /* --arch; none set: from loaders and kernels */
	struct strings loaders;
	struct strings kernels;
	struct strings modules;  /* FILE or FILE=cmdline */
	struct strings initrds;
	const char *device_tree; /* NULL: none           */
	struct strings adds;     /* HOST or HOST=PATH    */
	const char *config;
	const char *cmdline;
	bool verbose;
	struct volume_entry *entries; /* if there are any, they have the kernels and what belongs to them */
	size_t entry_count;
	uint64_t size_mib;       /* of the disk; 0: as needed */
	bool power_of_two;       /* round it up to one */
	unsigned sector_bytes;   /* 512 or 4096; 0: not given: the target disk's sector size, else 512 */
	bool force;              /* overwrite a disk that holds data */
	bool iso;                /* an ISO, whatever its name; one that ends in .iso is one in any case */
};

/* The long options of the fields above, for getopt_long() tables; their numbers for volume_option(). */
enum {
	VOLUME_OPTION = 1000,
	VOLUME_ARCH = VOLUME_OPTION,
	VOLUME_LOADER,
	VOLUME_KERNEL,
	VOLUME_LINUX, /* the same as VOLUME_KERNEL */
	VOLUME_MODULE,
	VOLUME_INITRD,
	VOLUME_DEVICE_TREE,
	VOLUME_ADD,
	VOLUME_CONFIG,
	VOLUME_CMDLINE,
	VOLUME_VERBOSE,
	VOLUME_SIZE,
	VOLUME_SECTOR_SIZE,
	VOLUME_ENTRY, /* of hobnail image alone */
	VOLUME_OPTION_END
};
#define VOLUME_LONG_OPTIONS                                                                            \
	{ "arch", required_argument, NULL, VOLUME_ARCH }, { "loader", required_argument, NULL, VOLUME_LOADER }, \
	{ "kernel", required_argument, NULL, VOLUME_KERNEL }, { "linux", required_argument, NULL, VOLUME_LINUX }, \
	{ "module", required_argument, NULL, VOLUME_MODULE }, { "initrd", required_argument, NULL, VOLUME_INITRD }, \
	{ "devicetree", required_argument, NULL, VOLUME_DEVICE_TREE }, \
	{ "add", required_argument, NULL, VOLUME_ADD }, { "config", required_argument, NULL, VOLUME_CONFIG }, \
	{ "cmdline", required_argument, NULL, VOLUME_CMDLINE }, { "verbose", no_argument, NULL, VOLUME_VERBOSE }, \
	{ "size", required_argument, NULL, VOLUME_SIZE }, { "sector-size", required_argument, NULL, VOLUME_SECTOR_SIZE }

/* ... and what they mean, for the text of a verb. */
#define VOLUME_HELP \
	"  --arch x86_64|aarch64|riscv64|both\n" \
	"                        the processor; both: x86_64 and aarch64; default: the kernel's\n" \
	"  --loader FILE         the boot loader, installed under /EFI/BOOT; default: the one built with hobnail\n" \
	"  --kernel FILE         the kernel; once per architecture\n" \
	"  --linux FILE          the same: a Linux kernel with its EFI stub, or another EFI program\n" \
	"  --module FILE[=TEXT]  a module and its command line; repeatable, the order is kept\n" \
	"  --initrd FILE         an initial RAM disk for an EFI program; repeatable: one behind the other\n" \
	"  --devicetree FILE     a device tree for an EFI program, in place of the firmware's\n" \
	"  --cmdline TEXT        the kernel's command line\n" \
	"  --verbose             have the loader print its log\n" \
	"  --config FILE         use this hobnail.conf, instead of a generated one\n" \
	"  --add FILE[=PATH]     put a file or folder on the volume, as PATH (ASCII); repeatable\n" \
	"  --size MIB            size of the disk, or of the file system in an ISO; default: as needed\n" \
	"  --sector-size 512|4096\n" \
	"                        bytes in a sector; default: 512. A disk with 4096-byte sectors has at least\n" \
	"                        274 MiB, in a sparse file\n"

/* Take one option. 0 or a status. */
int volume_option(struct volume_options *o, int option, const char *value);

/* Completes `archs` from --arch, the loaders and the kernels; without any of these, from the built loaders. 0 or a
 * status. */
int volume_settle_archs(struct volume_options *o);

/* Make the disk image at `path`, or an ISO if that ends in .iso; it appears only when it is complete. 0 or a
 * status. */
int volume_build(const struct volume_options *o, const char *path);

/* The loader that is put onto the volume for this architecture. NULL: there is none. The caller frees. */
char *volume_loader(const struct volume_options *o, enum arch a);

/* The loader that was built or installed with this program. NULL: there is none. The caller frees. */
char *volume_own_loader(enum arch a);

/* Any file that was. */
char *volume_own_file(enum arch a, const char *name);

#endif
