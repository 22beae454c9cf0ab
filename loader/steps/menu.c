/* menu.c — the menu of core/menu.h on the firmware's console. Rows are written when they have changed: a serial line
 * carries little, and stays readable. */
#include "boot.h"

#include "log.h"
#include "menu.h"

#include <string.h>

enum { SECONDS_AFTER_FAILURE = 60 };

struct menu_screen {
	struct menu menu;
	struct { uint64_t sum; unsigned columns; } shown[MENU_MAX_ROWS]; /* on the console; sum 0: an empty row */
	struct { bool visible; unsigned column, row; } cursor;            /* ... and its cursor */
	char message[2048];
	size_t message_bytes;
	char page[4096];
};

static struct menu_screen *screen_of(struct boot *b)
{
	struct menu_screen *s = b->choice.menu;
	struct problem why;
	paddr at;

	if (s)
		return s;
	if (firmware_pages(&b->fw, sizeof *s, HOBNAIL_MEMORY_USABLE, &at, &why)) {
		log_line("there is no memory for a menu");
		return NULL;
	}
	s = memory_at(at);
	memset(s, 0, sizeof *s);
	b->choice.menu = s;
	return s;
}

/* ---- Rows ---------------------------------------------------------------------------------------------- */

/* FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
static uint64_t sum_of(const struct menu_row *row)
{
	uint64_t sum = 0xcbf29ce484222325 ^ row->style;

	for (size_t i = 0; i < row->bytes; i++)
		sum = (sum ^ (uint8_t)row->text[i]) * 0x100000001b3;
	return row->bytes ? sum : 0;
}

static const enum console_style styles[] = {
	[MENU_PLAIN] = CONSOLE_PLAIN, [MENU_TITLE] = CONSOLE_BRIGHT, [MENU_CHOSEN] = CONSOLE_INVERSE,
	[MENU_FAINT] = CONSOLE_FAINT, [MENU_ALERT] = CONSOLE_ALERT,
};

/* A shorter text is followed by blanks over the rest of the longer one. */
static void put_row(const struct boot *b, struct menu_screen *s, unsigned number, const struct menu_row *row)
{
	static const char blanks[MENU_MAX_COLUMNS + 1] = { [0 ... MENU_MAX_COLUMNS - 1] = ' ' };
	unsigned old = s->shown[number].columns;

	if (row->bytes)
		console_put(&b->fw, 0, number, styles[row->style], row->text, row->bytes);
	if (old > row->columns)
		console_put(&b->fw, row->columns, number, CONSOLE_PLAIN, blanks, old - row->columns);
	s->shown[number].columns = row->columns;
	s->shown[number].sum = sum_of(row);
}

static void draw_first(const struct boot *b, struct menu_screen *s)
{
	struct menu_row row;

	for (unsigned i = 0; i + 1 < s->menu.rows; i++) {
		menu_draw(&s->menu, i, &row);
		console_put_line(&b->fw, styles[row.style], row.text, row.bytes);
		s->shown[i].columns = row.columns;
		s->shown[i].sum = sum_of(&row);
	}
	s->cursor.visible = false;
	console_cursor(&b->fw, false, 0, 0);
}

/* A terminal is told only what changes: each word of it is bytes on a serial line. */
static void draw_cursor(const struct boot *b, struct menu_screen *s, bool has_moved)
{
	unsigned column = 0, row = 0;
	bool visible = menu_cursor(&s->menu, &column, &row);

	has_moved |= column != s->cursor.column || row != s->cursor.row;
	if (visible != s->cursor.visible || (visible && has_moved))
		console_cursor(&b->fw, visible, column, row);
	s->cursor.visible = visible;
	s->cursor.column = column;
	s->cursor.row = row;
}

static void draw(const struct boot *b, struct menu_screen *s)
{
	struct menu_row row;
	bool drawn = false;

	for (unsigned i = 0; i + 1 < s->menu.rows; i++) {
		menu_draw(&s->menu, i, &row);
		if (sum_of(&row) == s->shown[i].sum)
			continue;
		put_row(b, s, i, &row);
		drawn = true;
	}
	draw_cursor(b, s, drawn);
}

/* ---- A session ----------------------------------------------------------------------------------------- */

/* After a failure nothing is booted by itself. If nobody is there, the firmware goes on after a while: it may have
 * something else to boot. */
static void set_clock(const struct boot *b, struct menu *m)
{
	const struct choice *c = &b->choice;
	unsigned seconds = c->timeout ? c->timeout : CONFIG_TIMEOUT;

	if (c->timeout == CONFIG_WAITS || c->person)
		return;
	if (c->came_back)
		menu_set_clock(m, MENU_CLOCK_LEAVES, SECONDS_AFTER_FAILURE);
	else
		menu_set_clock(m, MENU_CLOCK_BOOTS, seconds);
}

static void begin(struct boot *b, struct menu_screen *s, unsigned chosen)
{
	struct menu *m = &s->menu;
	unsigned columns, rows;

	keys_open(&b->fw);
	console_begin(&b->fw, &columns, &rows);
	menu_begin(m, &b->entries, chosen, columns, rows);
	m->version = text_of(LOADER_VERSION);
	m->no_editor = b->choice.no_editor;
	m->still_clock = firmware_console_is_serial(&b->fw);
	m->message = (struct text){ s->message, s->message_bytes };
	set_clock(b, m);
	draw_first(b, s);
}

/* The chosen entry, as it would be booted. false: it cannot be, and the menu says why. */
static bool load_chosen(struct boot *b, struct menu_screen *s)
{
	struct problem p;

	if (!entry_load(b, s->menu.chosen, &p))
		return true;
	menu_tell(b, &p);
	s->menu.message = (struct text){ s->message, s->message_bytes };
	return false;
}

/* Answer a wish of the model. true: the choice is made. */
static bool serve(struct boot *b, struct menu_screen *s, enum menu_answer answer, struct pick *pick)
{
	struct menu *m = &s->menu;

	switch (answer) {
	case MENU_WAITS:
		return false;
	case MENU_WANTS_LINE:
		if (load_chosen(b, s))
			menu_edit(m, b->entry.cmdline);
		return false;
	case MENU_WANTS_FACTS:
		if (load_chosen(b, s))
			menu_show(m, (struct text){ s->page, menu_facts(b, s->page, sizeof s->page) });
		return false;
	default:
		*pick = (struct pick){ .entry = m->chosen, .left = answer == MENU_LEAVES,
		                       .verbose = answer == MENU_BOOTS_VERBOSE, .edited = answer == MENU_BOOTS_EDITED,
		                       .command_line = { m->line.now.at, m->line.now.bytes } };
		return true;
	}
}

bool menu_run(struct boot *b, struct pick *pick)
{
	struct menu_screen *s = screen_of(b);
	enum menu_answer answer = MENU_WAITS;
	uint32_t key;

	if (!s)
		return false;
	begin(b, s, pick->entry);
	while (!serve(b, s, answer, pick)) {
		draw(b, s);
		answer = keys_wait(&b->fw, 1000, &key) ? menu_key(&s->menu, key) : menu_second(&s->menu);
	}
	b->choice.person |= s->menu.person;
	s->message_bytes = 0;
	console_end(&b->fw, s->menu.rows - 1);
	b->entries.preferred = pick->entry;
	if (s->menu.person && !pick->left && b->choice.remember)
		remember_write(b, pick->entry);
	return true;
}

bool menu_has_memory(struct boot *b)
{
	return screen_of(b);
}

void menu_tell(struct boot *b, const struct problem *p)
{
	struct menu_screen *s = screen_of(b);

	if (s)
		s->message_bytes = report_sentence(b, p, s->message, sizeof s->message);
}
