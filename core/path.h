/* path.h — can there be such a file on a FAT volume? Pure.
 *
 *   Form   UTF-8; / and \ both separate, doubled or not; "." and ".." are the firmware's to follow (UEFI 2.10,
 *          "EFI_FILE_PROTOCOL.Open()"). No drive, no device: paths are on the loader's volume */
#ifndef CORE_PATH_H
#define CORE_PATH_H

#include "config.h"

/* It begins with a separator: else it is relative to some directory. */
bool path_is_absolute(struct text path);

/* The part up to and including the last separator; "\" if there is none. */
struct text path_directory(struct text path);

/* Characters count from 1: value[0] of all but ERR_PATH.
 *   ERR_PATH            empty, longer than CONFIG_MAX_PATH, or not UTF-8: value[0] = CONFIG_MAX_PATH
 *   ERR_PATH_CHARACTER  a character that no name may have: value[1] = its code
 *   ERR_PATH_END        a name ends in a dot or a blank, which FAT drops
 *   ERR_PATH_NAME       a name, which begins here, has more than 255 UTF-16 units */
enum err path_check(struct text path, struct problem *p);

#endif
