/* menu_line.h — one line of text that is edited in place. Pure.
 *
 *   Keys      as terminals have them: arrows, Home (^A), End (^E), ^B, ^F, Backspace, Delete (^D); ^K kills to the
 *             end, ^U to the beginning, ^W the word before the cursor, ^Y puts back what was killed last; Up (^P) and
 *             Down (^N) go through earlier lines, and back to the one that was being written
 *   Text      UTF-8. A byte that is not counts as a character of its own, and stays
 *   Memory    the structure holds everything */
#ifndef CORE_MENU_LINE_H
#define CORE_MENU_LINE_H

#include "config.h"

enum { MENU_LINE_BYTES = CONFIG_MAX_CMDLINE, MENU_LINE_HISTORY = 8 };

struct menu_text {
	size_t bytes;
	char at[MENU_LINE_BYTES];
};

struct menu_line {
	struct menu_text now;
	size_t cursor;           /* a byte of it, at the beginning of a character */
	struct menu_text killed;
	struct menu_text earlier[MENU_LINE_HISTORY]; /* the newest last */
	struct menu_text draft;  /* what was being written, while an earlier line is shown */
	unsigned earlier_count;
	unsigned shown;          /* index of earlier[]; earlier_count: the draft */
};

/* Begin with this text, cut to MENU_LINE_BYTES, the cursor behind it. Earlier and killed text stay. */
void menu_line_begin(struct menu_line *l, struct text text);

/* A key that is none of the above and no character does nothing. A character that has no room does nothing. */
void menu_line_key(struct menu_line *l, uint32_t key);

/* The line is done: it is an earlier one from now on, unless it is the newest of these already, or empty. */
void menu_line_keep(struct menu_line *l);

/* Bytes of the character that begins at byte `at`, at least 1 if at < bytes. */
size_t menu_line_next(const char *text, size_t bytes, size_t at);

#endif
