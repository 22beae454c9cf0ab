/* config.h — hobnail.conf: `key = value` lines in [entry] sections.
 *
 *     # before the first section: for all entries
 *     default = pith
 *
 *     [pith]
 *     kernel = \boot\pith.elf
 *     kernel.aarch64 = \boot\pith-aarch64.elf
 *     cmdline = quiet
 *     module = \boot\initrd.cpio any text: the module's command line
 *     module = "\boot\two words.bin"
 *
 *   Text      UTF-8, lines end in LF or CRLF; # begins a comment at the start of a line (after blanks) only
 *   Keys      `key` or `key.<arch>` (x86_64, aarch64, riscv64): the latter holds on that architecture only and wins
 *             over the plain key; unknown keys, keys given twice, empty names are errors with line and column
 *   Paths     / and \ both separate; one that does not begin with either is relative to the configuration file
 *   Memory    the caller owns the text and keeps it; strings point into it (not NUL-terminated) */
#ifndef CORE_CONFIG_H
#define CORE_CONFIG_H

#include "err.h"

enum {
	CONFIG_MAX_BYTES = 65536,
	CONFIG_MAX_ENTRIES = 64,
	CONFIG_MAX_MODULES = 64,   /* of one entry */
	CONFIG_MAX_PATH = 1024,    /* bytes */
	CONFIG_MAX_CMDLINE = 4096, /* bytes */
};

struct text {
	const char *at;
	size_t bytes;
};

struct config_module {
	struct text path;
	struct text cmdline; /* may be empty */
};

/* One entry, with the general keys applied. */
struct config_entry {
	struct text name;
	struct text kernel;
	struct text cmdline;
	struct config_module modules[CONFIG_MAX_MODULES];
	unsigned module_count;
	bool verbose;             /* verbose = yes: print the log                      */
	bool allow_write_execute; /* allow_wx = yes: accept segments with W and X      */
	unsigned line;            /* of its [name], 1-based                            */
};

/* Read the whole text, check all of it, and return the entry called `wanted` (empty: the `default`, or else the first).
 * `arch` is "x86_64", "aarch64" or "riscv64".
 * On error p->value[0] is the line and p->value[1] the column (both from 1; columns count characters), p->offset the
 * byte offset. ERR_CONFIG_NO_ENTRY: `wanted` is not there. */
enum err config_read(const char *text, size_t bytes, const char *arch, struct text wanted, struct config_entry *out,
                     struct problem *p);

bool text_is(struct text t, const char *literal);

/* ---- The firmware's load options: entry=NAME config=PATH, separated by blanks, "..." around values with blanks -- */

struct load_options {
	struct text entry;  /* empty: not given */
	struct text config;
};

/* `line` is UTF-8. The UEFI shell puts the program's own name first: a first word without '=' is passed over; any
 * other unknown word is ERR_OPTION_UNKNOWN with its offset. */
enum err load_options_read(const char *line, size_t bytes, struct load_options *out, struct problem *p);

#endif
