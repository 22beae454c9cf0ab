/* menu.h — the menu as a model: entries, keys and seconds go in; rows of text and the choice come out. Pure.
 *
 *   Views     the list of entries; the command line of one, being edited; a page of facts
 *   Rows      menu_draw() gives each row of the screen by its number; it changes nothing, so a caller can draw only
 *             the rows that differ from those on the screen. The last row of the screen and the last column stay
 *             empty: consoles scroll when these are written
 *   Text      UTF-8 of the Basic Multilingual Plane, which is all that a UEFI console can show; other characters,
 *             controls, those of directions too, and bytes that are no UTF-8 become '?'
 *   Memory    entries and texts are the caller's, and stay */
#ifndef CORE_MENU_H
#define CORE_MENU_H

#include "entries.h"
#include "menu_line.h"

enum {
	MENU_MIN_COLUMNS = 40, MENU_MAX_COLUMNS = 200,
	MENU_MIN_ROWS = 12, MENU_MAX_ROWS = 100,
	MENU_ROWS = 25, /* a taller screen is used for a longer list only */
	MENU_ROW_BYTES = 3 * MENU_MAX_COLUMNS,
};

enum menu_view { MENU_LIST, MENU_EDIT, MENU_FACTS };
enum menu_style { MENU_PLAIN, MENU_TITLE, MENU_CHOSEN, MENU_FAINT, MENU_ALERT };

/* The end of the seconds: the chosen entry is booted, or the firmware goes on. */
enum menu_clock { MENU_NO_CLOCK, MENU_CLOCK_BOOTS, MENU_CLOCK_LEAVES };

struct menu {
	const struct entries *entries; /* at least one */
	struct text version;           /* of the loader, for the title */
	unsigned columns, rows;        /* of the screen */
	enum menu_view view;
	unsigned chosen; /* index of the entry          */
	unsigned top;    /* ... of the first row's      */
	unsigned typed;  /* the number that is being typed; 0: none */
	bool no_editor;
	bool still_clock;  /* the clock is drawn once: nobody may be looking, and a serial line should stay readable */
	enum menu_clock clock;
	unsigned seconds, seconds_at_first;
	bool person;           /* a key has been pressed    */
	struct text message;   /* below the list; may be empty */
	struct text page;      /* facts, lines end in \n    */
	unsigned page_top;     /* row of them that is shown first */
	struct menu_line line;
};

enum menu_answer {
	MENU_WAITS,
	MENU_BOOTS,          /* the chosen entry  */
	MENU_BOOTS_VERBOSE,  /* ... with the plan */
	MENU_BOOTS_EDITED,   /* ... with the text of `line` as command line */
	MENU_LEAVES,         /* back to the firmware */
	MENU_WANTS_LINE,     /* call menu_edit() with the command line of the chosen entry */
	MENU_WANTS_FACTS,    /* call menu_show() with a page about it */
};

/* A new menu, with `chosen` highlighted. Sizes are brought into range. The line's history stays: *m must be zero at
 * first. */
void menu_begin(struct menu *m, const struct entries *entries, unsigned chosen, unsigned columns, unsigned rows);

/* The clock ends after so many seconds, unless a key is pressed. */
void menu_set_clock(struct menu *m, enum menu_clock clock, unsigned seconds);

enum menu_answer menu_key(struct menu *m, uint32_t key);
enum menu_answer menu_second(struct menu *m); /* one has passed */

void menu_edit(struct menu *m, struct text command_line);
void menu_show(struct menu *m, struct text page);

/* ---- menu_draw.c --------------------------------------------------------------------------------------------- */

struct menu_row {
	enum menu_style style;
	unsigned columns; /* that the text takes */
	size_t bytes;
	char text[MENU_ROW_BYTES];
};

/* Row `row` of the screen, from 0 to m->rows - 2. */
void menu_draw(const struct menu *m, unsigned row, struct menu_row *out);

/* Where the cursor is to be seen; false: nowhere. */
bool menu_cursor(const struct menu *m, unsigned *column, unsigned *row);

/* Rows of the list; rows of a page of facts on one screen; its rows beyond the first screen. */
unsigned menu_list_rows(const struct menu *m);
unsigned menu_page_rows(const struct menu *m);
unsigned menu_page_last(const struct menu *m);

#endif
