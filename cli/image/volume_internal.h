/* volume_internal.h — shared by the files of the volume; other files include volume.h.
 *
 *   volume_options.c  the command line
 *   volume.c          what lies on the volume
 *   volume_config.c   the configuration that is generated
 *   volume_entries.c  the files and the configuration of several entries
 *   volume_image.c    the disk image or ISO, by mtools and xorriso */
#ifndef CLI_VOLUME_INTERNAL_H
#define CLI_VOLUME_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"
#include "strlist.h"
#include "volume.h"

struct volume_item {
	char *host;
	char *path; /* absolute, separated by '/' */
	uint64_t bytes;
};

struct volume_tree {
	struct volume_item *items;
	size_t count;
	struct strings folders; /* parents before children */
};

/* The path of a kernel or module on the volume. `a` matters if there are several kernels. The caller frees. */
char *volume_kernel_path(const struct volume_options *o, enum arch a);
char *volume_module_path(const char *host);

/* "elf", or "efi" for an EFI program. */
const char *volume_kernel_suffix(const char *host);

/* Puts the files of --initrd and --devicetree into a folder of the volume. 0 or a status. */
int volume_add_program_files(struct volume_tree *v, const struct strings *initrds, const char *device_tree,
                             const char *folder);

/* ... and their lines of the configuration. */
int volume_config_program_files(struct strings *lines, const struct strings *initrds, const char *device_tree,
                                const char *folder);

/* Splits FILE=TEXT of --module; *cmdline: TEXT, or NULL. If a file's name is the whole argument, with its '=', it is
 * not split. Returns FILE, which the caller frees. */
char *volume_module_file(const char *given, const char **cmdline);

/* Do the options ask for anything that differs from the loader's default? */
bool volume_needs_config(const struct volume_options *o);

/* Writes a configuration for the options. 0 or a status. */
int volume_write_config(const struct volume_options *o, const char *path);

/* Lines of a configuration: "KEY = PATH TEXT", with the path as the loader writes it; "cmdline = TEXT". The path is
 * freed. 0 or a status. */
int volume_config_path(struct strings *lines, const char *key, char *path, const char *text);
int volume_config_cmdline(const char *cmdline, struct strings *lines);

/* Writes the lines to a file. Refuses a line break inside a line. */
int volume_config_join(const struct strings *lines, const char *path);

/* --entry NAME; the files of all entries, and the configuration that names them. 0 or a status. */
int volume_entry_begin(struct volume_options *o, const char *name);
int volume_add_entries(struct volume_tree *v, const struct volume_options *o);

/* Puts a file or folder on the volume. 0 or a status. */
int volume_add(struct volume_tree *v, const char *host, const char *path);

/* Makes the disk image, or an ISO if `path` ends in .iso, at least as large as the options say. The file appears only
 * when it is complete. A disk is written into, as output.h says. 0 or a status. */
int volume_write_image(const struct volume_tree *v, const struct volume_options *o, const char *path);

#endif
