/* folder.h — a folder of the host as the volume that the loader is started from. Capitals do not count, as on FAT:
 * only those of ASCII, as a folder of the host knows no other pairs. */
#ifndef CLI_FOLDER_H
#define CLI_FOLDER_H

#include "config.h"
#include "strlist.h"

/* The host's path of a plain file, by its absolute path on the volume. NULL: *p says why. The caller frees.
 *   ERR_FILE_NOT_FOUND, ERR_FILE_DIRECTORY, errors of path_check() */
char *folder_find(const char *root, struct text path, struct problem *p);

/* The plain files of a directory of the volume, sorted by name; none if there is no such directory. 0, or a status: it
 * cannot be read. */
int folder_list(const char *root, struct text directory, struct strings *names);

#endif
