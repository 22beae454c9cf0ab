/* volume_internal.h — what the files of the volume share; for everybody else there is volume.h.
 *
 *   volume_options.c  the command line
 *   volume.c          what lies on the volume
 *   volume_config.c   the configuration that is generated
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

struct volume {
	struct volume_item *items;
	size_t count;
	struct strings folders; /* parents before children */
};

/* The loader that was built or installed with this program. NULL: there is none. The caller frees. */
char *volume_own_loader(enum arch a);

/* Where kernels and modules lie on the volume. `a` counts if there are several kernels. The caller frees. */
char *volume_kernel_path(const struct volume_options *o, enum arch a);
char *volume_module_path(const char *host);

/* Take FILE=TEXT of --module apart; *cmdline: TEXT, or NULL. A file whose name has '=' in it is taken as a whole. Returns
 * FILE, which the caller frees. */
char *volume_module_file(const char *given, const char **cmdline);

/* Do the options say anything that the loader does not do without a configuration? */
bool volume_needs_config(const struct volume_options *o);

/* Write the configuration that says what the options say. 0 or a status. */
int volume_write_config(const struct volume_options *o, const char *path);

/* Make the disk image, or an ISO if `path` ends in .iso, at least as large as the options say; it appears only when it is
 * complete. A disk is written into, as output.h says. 0 or a status. */
int volume_write_image(const struct volume *v, const struct volume_options *o, const char *path);

#endif
