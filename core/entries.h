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

#endif
