/* load_options.h — the options that the firmware passes on: entry=NAME config=PATH, separated by blanks, "..." around
 * values with blanks.
 *
 *   Text     UTF-16 that ends early at a 0, or a whole EFI_LOAD_OPTION whose optional data are that
 *   Foreign  U-Boot hands its `bootargs` to every EFI program, and many boards set those, for Linux, by default.
 *            There a line without a word that begins with entry= or config= is not for us. Elsewhere a person has
 *            typed it: a word that is not known is an error
 *   Memory   strings point into the line */
#ifndef CORE_LOAD_OPTIONS_H
#define CORE_LOAD_OPTIONS_H

#include "config.h"

enum { LOAD_OPTIONS_MAX = 1024 }; /* bytes of UTF-8 */

/* The text in the firmware's load options, `bytes` at `data`, aligned or not: *text, and *units up to its 0. Both may
 * lie inside an EFI_LOAD_OPTION, which some firmware hands over whole. The GUID that EDK2 leaves in boot options that
 * it made by itself is an empty text. false: the bytes are no text, and nothing is written. */
bool load_options_text(const void *data, size_t bytes, const void **text, size_t *units);

/* Does a word of it begin with entry= or config=? */
bool load_options_concern_us(const void *text, size_t units);

struct load_options {
	struct text entry;   /* empty: not given */
	struct text config;
	struct text program; /* the first word, which was taken for the program's name */
	bool foreign;        /* the line is not for us: nothing of it was read */
};

/* `line` is UTF-8 and ends early at a NUL. The UEFI shell puts the program's own name first: a first word without
 * '=', which may be quoted, is passed over. Any other unknown word is ERR_OPTION_UNKNOWN, unless `may_be_foreign`
 * and nothing in the line concerns us; on error p->offset is the byte and p->value[0] the character, from 1.
 *   ERR_OPTION_UNKNOWN, ERR_OPTION_TWICE, ERR_OPTION_EMPTY, ERR_OPTION_QUOTE */
enum err load_options_read(const char *line, size_t bytes, bool may_be_foreign, struct load_options *out,
                           struct problem *p);

#endif
