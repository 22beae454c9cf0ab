/* entries.h — the list of all that can be booted, in the order of a menu.
 *
 *   Sources   each source adds its entries behind those that are there, and loads them when they are chosen:
 *             loader/steps/entries.c
 *   Memory    texts are the source's; they hold as long as the list */
#ifndef CORE_ENTRIES_H
#define CORE_ENTRIES_H

#include "config.h"

enum entry_source { ENTRY_CONFIGURED, ENTRY_DEFAULT, ENTRY_BLS };

struct entry {
	struct text title; /* shown to people                                              */
	struct text id;    /* names it in variables and options: never empty, one of a kind */
	enum entry_source source;
	unsigned number;   /* the source's own                                             */
};

enum { ENTRIES_MAX = 128 };

struct entries {
	struct entry at[ENTRIES_MAX];
	unsigned count;
	unsigned preferred; /* index of the entry to boot if nobody chooses */
};

/* false: the list is full. */
bool entries_add(struct entries *entries, struct entry entry);

/* The index of the entry with this id; false: there is none. */
bool entries_find(const struct entries *entries, struct text id, unsigned *index);

/* The entries of a configuration; the preferred one is its default. */
void entries_add_configured(struct entries *entries, const struct config_list *list);

/* ---- Without a configuration ----------------------------------------------------------------------------------- */

/* \boot\kernel.elf, with every file in \boot\modules: to be booted where there are no other entries. */
void entries_add_default(struct entries *entries);

extern const char entry_default_modules[]; /* that directory, with a separator at its end */

/* The keys of that entry, without modules. */
void entry_default(struct config_entry *out);

/* Is a file of that directory a module? Other systems leave some that begin with a dot. */
bool entry_default_has(struct text file);

/* A module without a command line, in the order of their paths: a directory has no order of its own.
 *   ERR_TOO_MANY_MODULES */
enum err entry_add_module(struct config_entry *entry, struct text path, struct problem *p);

#endif
