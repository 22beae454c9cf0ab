/* files.h — the only way to the bytes of a file, wherever they come from: today the volumes of the loader's
 * disk. Work on every file before its use (reading it whole, hashing it) belongs here. */
#ifndef LOADER_FILES_H
#define LOADER_FILES_H

#include "firmware/firmware.h"
#include "source.h"

struct boot;

struct opened {
	struct source source;
	struct file file; /* of the volume */
};

/* `path` is absolute. The errors of file_open(); source_fetch() has those of file_read(). */
enum err files_open(struct boot *b, enum volume volume, struct text path, struct opened *out, struct problem *p);
void files_close(struct opened *opened);

/* Visit every plain file of a directory, as file_list(). */
enum err files_list(struct boot *b, enum volume volume, struct text directory, file_visit *visit, void *context,
                    struct problem *p);

#endif
