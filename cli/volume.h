/* volume.h — what lies on a boot volume, and the disk image made of it.
 *
 * The volume is a FAT32 system partition on a GPT disk, or the boot image of an ISO. The same content gives the same bytes: serial number, GUIDs
 * and times are fixed (times: SOURCE_DATE_EPOCH). */
#ifndef CLI_VOLUME_H
#define CLI_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "strlist.h"

/* What the command line asks for. */
struct volume_options {
	bool archs[ARCH_COUNT];  /* --arch; none set: from loaders and kernels */
	struct strings loaders;
	struct strings kernels;
	struct strings modules;  /* FILE or FILE=cmdline */
	struct strings adds;     /* HOST or HOST=PATH    */
	const char *config;
	const char *cmdline;
	bool verbose;
	uint64_t size_mib;       /* of the disk; 0: as needed */
	bool power_of_two;       /* round it up to one */
	unsigned sector_bytes;   /* 512 or 4096; 0: not said, 512 or what the disk has that is written to */
	bool force;              /* write over a disk that holds something */
};

/* The long options of the fields above, for getopt_long() tables; their numbers for volume_option(). */
enum {
	VOLUME_OPTION = 1000,
	VOLUME_ARCH = VOLUME_OPTION,
	VOLUME_LOADER,
	VOLUME_KERNEL,
	VOLUME_MODULE,
	VOLUME_ADD,
	VOLUME_CONFIG,
	VOLUME_CMDLINE,
	VOLUME_VERBOSE,
	VOLUME_SIZE,
	VOLUME_SECTOR_SIZE,
	VOLUME_OPTION_END
};
#define VOLUME_LONG_OPTIONS                                                                            \
	{ "arch", required_argument, NULL, VOLUME_ARCH }, { "loader", required_argument, NULL, VOLUME_LOADER }, \
	{ "kernel", required_argument, NULL, VOLUME_KERNEL }, { "module", required_argument, NULL, VOLUME_MODULE }, \
	{ "add", required_argument, NULL, VOLUME_ADD }, { "config", required_argument, NULL, VOLUME_CONFIG }, \
	{ "cmdline", required_argument, NULL, VOLUME_CMDLINE }, { "verbose", no_argument, NULL, VOLUME_VERBOSE }, \
	{ "size", required_argument, NULL, VOLUME_SIZE }, { "sector-size", required_argument, NULL, VOLUME_SECTOR_SIZE }

/* Take one option. 0 or a status. */
int volume_option(struct volume_options *o, int option, const char *value);

/* Complete `archs`: from --arch, the loaders and the kernels; if all that says nothing, from the loaders that were built.
 * 0 or a status. */
int volume_settle_archs(struct volume_options *o);

/* Make the disk image at `path`, or an ISO if that ends in .iso; it appears only when it is complete. 0 or a status. */
int volume_build(const struct volume_options *o, const char *path);

/* Options explained, for --help. */
extern const char volume_help[];

/* The loader that is put onto the volume for this architecture. NULL: there is none. The caller frees. */
char *volume_loader(const struct volume_options *o, enum arch a);

#endif
