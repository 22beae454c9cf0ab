/* config_internal.h — shared by config.c, which reads lines, and config_values.c, which reads the value of a key. */
#ifndef CORE_CONFIG_INTERNAL_H
#define CORE_CONFIG_INTERNAL_H

#include "config.h"

/* A key's second part, as an index; 0: a key without one. */
enum { CONFIG_ARCHES = 4 };

enum key { KEY_DEFAULT, KEY_VERBOSE, KEY_KERNEL, KEY_CMDLINE, KEY_MODULE, KEY_ALLOW_WX, KEY_PROTOCOL,
           KEY_FAULT_REPORTS, KEY_HHDM, KEY_TIMEOUT, KEY_EDITOR, KEY_REMEMBER, KEY_BOOT_ENTRIES, KEY_INITRD,
           KEY_DEVICE_TREE, KEYS };

/* Where something stands in the text: enough to name its line and column later. */
struct place {
	unsigned line;
	const char *line_at;
	const char *at;
};

struct config_reader {
	const char *text;
	struct problem *p;
	unsigned arch; /* ours, as an index of arches[] */

	unsigned line;          /* the current one, from 1 */
	const char *line_at;

	/* The section: general keys while list.count is 0. */
	unsigned seen[KEYS][CONFIG_ARCHES]; /* line where a key was given, or 0 */
	struct config_entry entry;
	struct place entry_place;

	struct config_list list; /* so far */
	bool boot_entries_said;
	bool verbose;
	struct { struct text name; struct place place; } defaults[CONFIG_ARCHES];

	bool asked;         /* the caller named an entry: `default` does not choose */
	struct text wanted; /* empty: the first */
	struct config_entry chosen;
	struct place chosen_place; /* line 0: not found yet */
};

/* The text between quotation marks, or the text itself. */
struct text config_unquoted(struct text value);

/* A place in the current line. */
struct place config_place(const struct config_reader *r, const char *at);

/* Fill the problem with offset, line and column, and return `code`. */
enum err config_refuse_at(const struct config_reader *r, enum err code, struct place place, uint64_t detail);
enum err config_refuse(const struct config_reader *r, enum err code, const char *at, uint64_t detail);

/* Read a key's value. `ours`: it applies to this architecture (so far). It is checked in any case. */
enum err config_value(struct config_reader *r, enum key key, unsigned arch, struct text value, bool ours);

#endif
