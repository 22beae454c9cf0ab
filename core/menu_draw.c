/* menu_draw.c — the rows of a menu.
 *
 *     Hobnail 0.1.0                          3 of 12      title
 *                                                         an empty row
 *     > 3  pith                                           the list, scrolled
 *                                                         an empty row
 *     cannot read the kernel ...                          message, wrapped, and an empty row behind it
 *     pith starts in 5 s; any key stops the clock         clock
 *     Return boots  e edits ...                           keys, wrapped */
#include "menu.h"

#include <string.h>

#include "format.h"
#include "utf16.h"

enum { TITLE_ROWS = 2, LEFT = 1, MESSAGE_MOST = 8 };

/* ---- Characters ---------------------------------------------------------------------------------------------- */

/* Unicode Standard Annex #11, "East Asian Width": wide and full-width. */
static const struct { uint16_t first, last; } wide[] = {
	{ 0x1100, 0x115f }, { 0x2e80, 0x303e }, { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 }, { 0xf900, 0xfaff },
	{ 0xfe30, 0xfe6f }, { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 },
};

/* Combining characters, joiners and variation selectors share the column of the character before them. */
static const struct { uint16_t first, last; } no_column[] = {
	{ 0x300, 0x36f }, { 0x200b, 0x200f }, { 0x20d0, 0x20ff }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	{ 0xfeff, 0xfeff },
};

/* Orders to a console, and no characters: controls; line ends and directions (Unicode Standard Annex #9, "Explicit
 * Directional Embeddings and Overrides", "Explicit Directional Isolates"); the width of all later text (EDK2,
 * GraphicsConsole.c: NARROW_CHAR, WIDE_CHAR). */
static const struct { uint16_t first, last; } orders[] = {
	{ 0, 0x1f }, { 0x7f, 0x9f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
};

static bool is_shown(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(orders); i++)
		if (code >= orders[i].first && code <= orders[i].last)
			return false;
	return code <= 0xffff;
}

static unsigned columns_of(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(wide); i++)
		if (code >= wide[i].first && code <= wide[i].last)
			return 2;
	for (size_t i = 0; i < COUNT_OF(no_column); i++)
		if (code >= no_column[i].first && code <= no_column[i].last)
			return 0;
	return 1;
}

/* One character as a console can show it. */
struct glyph {
	const char *at;
	size_t bytes; /* of it on the screen    */
	size_t taken; /* ... and in the text    */
	unsigned columns;
};

static struct glyph glyph_at(const char *text, size_t bytes)
{
	uint32_t code = 0;
	size_t taken = utf8_next(text, bytes, &code);

	if (!taken || !is_shown(code))
		return (struct glyph){ "?", 1, taken ? taken : 1, 1 };
	return (struct glyph){ text, taken, taken, columns_of(code) };
}

/* ---- Rows ---------------------------------------------------------------------------------------------------- */

static unsigned width_of(const struct menu *m)
{
	return m->columns - 1;
}

/* As much of a text as the row has room for, up to column `end`. Returns its bytes. */
static size_t put(struct menu_row *row, unsigned end, struct text text)
{
	size_t at = 0;

	while (at < text.bytes) {
		struct glyph g = glyph_at(text.at + at, text.bytes - at);
		if (row->columns + g.columns > end || row->bytes + g.bytes > MENU_ROW_BYTES)
			break;
		memcpy(row->text + row->bytes, g.at, g.bytes);
		row->bytes += g.bytes;
		row->columns += g.columns;
		at += g.taken;
	}
	return at;
}

static void put_literal(struct menu_row *row, unsigned end, const char *literal)
{
	put(row, end, (struct text){ literal, strlen(literal) });
}

static void fill(struct menu_row *row, unsigned end)
{
	while (row->columns < end && row->bytes < MENU_ROW_BYTES) {
		row->text[row->bytes++] = ' ';
		row->columns++;
	}
}

static unsigned width_of_text(struct text text)
{
	unsigned columns = 0;

	for (size_t at = 0; at < text.bytes;) {
		struct glyph g = glyph_at(text.at + at, text.bytes - at);
		columns += g.columns;
		at += g.taken;
	}
	return columns;
}

/* The part of `text` from byte `from` that fits a row: up to a blank if there is one, else as far as it goes; a \n
 * ends it. *next: where the row behind it begins. */
static struct text wrapped_row(struct text text, size_t from, unsigned width, size_t *next)
{
	size_t at = from, blank = 0;
	unsigned columns = 0;

	while (at < text.bytes && text.at[at] != '\n') {
		struct glyph g = glyph_at(text.at + at, text.bytes - at);
		if (columns + g.columns > width)
			break;
		if (text.at[at] == ' ')
			blank = at;
		columns += g.columns;
		at += g.taken;
	}
	if (at < text.bytes && text.at[at] != '\n' && text.at[at] != ' ' && blank > from)
		at = blank;
	*next = at;
	while (*next < text.bytes && text.at[*next] == ' ')
		++*next;
	if (*next < text.bytes && text.at[*next] == '\n')
		++*next;
	if (*next == from && from < text.bytes) /* not even one character fits */
		*next = from + 1;
	return (struct text){ text.at + from, at - from };
}

/* Row `index` of a text that is wrapped; empty behind the last. */
static struct text wrapped(struct text text, unsigned width, unsigned index)
{
	size_t from = 0, next;

	for (; from < text.bytes; index--, from = next) {
		struct text row = wrapped_row(text, from, width, &next);
		if (!index)
			return row;
	}
	return (struct text){ "", 0 };
}

static unsigned wrapped_rows(struct text text, unsigned width)
{
	unsigned rows = 0;

	for (size_t from = 0; from < text.bytes; rows++)
		(void)wrapped_row(text, from, width, &from);
	return rows;
}

/* ---- What stands where --------------------------------------------------------------------------------------- */

static struct text help_of(const struct menu *m)
{
	static const char list[] = "Return: boot  e: edit  v: boot, print the plan  i: facts  Esc: firmware";
	static const char no_edit[] = "Return: boot  v: boot, print the plan  i: facts  Esc: firmware";
	static const char edit[] = "Return: boot with this   Esc: back   Up: earlier lines   "
	                           "^A ^E: ends   ^K ^U ^W: kill   ^Y: yank";
	static const char facts[] = "Esc: back   arrows: scroll";
	const char *text = m->view == MENU_EDIT ? edit : m->view == MENU_FACTS ? facts : m->no_editor ? no_edit : list;

	return (struct text){ text, strlen(text) };
}

static unsigned help_rows(const struct menu *m)
{
	return wrapped_rows(help_of(m), width_of(m) - LEFT);
}

/* Rows between the title and the keys, the empty one in front of the keys left out. */
static unsigned body_rows(const struct menu *m)
{
	return m->rows - 1 - TITLE_ROWS - 1 - help_rows(m);
}

/* Rows of the message: all that leave three for the list. */
static unsigned message_rows(const struct menu *m)
{
	unsigned rows = wrapped_rows(m->message, width_of(m) - LEFT), body = body_rows(m);
	unsigned most = body > 4 ? body - 4 : 0;

	if (m->view != MENU_LIST)
		return 0;
	most = most < MESSAGE_MOST ? most : MESSAGE_MOST;
	return rows < most ? rows : most;
}

static unsigned clock_rows(const struct menu *m)
{
	return m->clock != MENU_NO_CLOCK;
}

unsigned menu_list_rows(const struct menu *m)
{
	unsigned message = message_rows(m), below = (message ? message + 1 : 0) + clock_rows(m);
	unsigned body = body_rows(m);

	return body > below + 1 ? body - below : 1;
}

unsigned menu_page_rows(const struct menu *m)
{
	return body_rows(m);
}

unsigned menu_page_last(const struct menu *m)
{
	unsigned rows = wrapped_rows(m->page, width_of(m) - LEFT), shown = body_rows(m);

	return rows > shown ? rows - shown : 0;
}

static void begin(struct menu_row *row, enum menu_style style)
{
	row->style = style;
	row->columns = 0;
	row->bytes = 0;
}

static void draw_text(const struct menu *m, struct menu_row *row, enum menu_style style, struct text text)
{
	begin(row, style);
	if (text.bytes)
		fill(row, LEFT);
	put(row, width_of(m), text);
}

static void draw_title(const struct menu *m, struct menu_row *row)
{
	char place[32];
	size_t bytes = format(place, sizeof place, "%u of %u", m->chosen + 1, m->entries->count);
	unsigned end = width_of(m) - (unsigned)bytes - 1;
	const char *what = m->view == MENU_EDIT ? ": command line of " : m->view == MENU_FACTS ? ": facts of " : "";

	begin(row, MENU_TITLE);
	fill(row, LEFT);
	put_literal(row, end, "Hobnail ");
	put(row, end, m->version);
	put_literal(row, end, what);
	if (*what)
		put(row, end, m->entries->at[m->chosen].title);
	fill(row, end + 1);
	put(row, width_of(m), (struct text){ place, bytes });
}

/* The chosen entry is marked by a character, too: colours do not reach every terminal. */
static void draw_entry(const struct menu *m, unsigned index, struct menu_row *row)
{
	bool is_chosen = index == m->chosen;
	char number[16];
	size_t bytes = format(number, sizeof number, "%s%s%u  ", is_chosen ? "> " : "  ",
	                      m->entries->count > 9 && index < 9 ? " " : "", index + 1);

	begin(row, is_chosen ? MENU_CHOSEN : MENU_PLAIN);
	fill(row, LEFT);
	put(row, width_of(m), (struct text){ number, bytes });
	put(row, width_of(m), m->entries->at[index].title);
	if (is_chosen)
		fill(row, width_of(m));
}

static void draw_clock(const struct menu *m, struct menu_row *row)
{
	unsigned seconds = m->still_clock ? m->seconds_at_first : m->seconds;
	char text[64];
	size_t bytes;

	begin(row, MENU_FAINT);
	fill(row, LEFT);
	if (m->clock == MENU_CLOCK_BOOTS) {
		bytes = format(text, sizeof text, " starts in %u s; a key stops it", seconds);
		struct text title = m->entries->at[m->chosen].title, rest = { text, bytes };
		put(row, width_of(m) - width_of_text(rest), title);
	} else {
		bytes = format(text, sizeof text, "Back to the firmware in %u s; a key stops it", seconds);
	}
	put(row, width_of(m), (struct text){ text, bytes });
}

/* First byte of the command line that is on the screen. The text moves by half a row at once. */
static size_t edit_start(const struct menu *m)
{
	const struct menu_line *l = &m->line;
	unsigned room = width_of(m) - 2 * LEFT - 1;
	unsigned before = width_of_text((struct text){ l->now.at, l->cursor });
	unsigned dropped = 0, wanted = before > room ? (before - room + room / 2 - 1) / (room / 2) * (room / 2) : 0;
	size_t from = 0;

	while (from < l->cursor && dropped < wanted) {
		struct glyph g = glyph_at(l->now.at + from, l->now.bytes - from);
		dropped += g.columns;
		from += g.taken;
	}
	return from;
}

/* A mark at an end tells that the text goes on there. */
static void draw_line(const struct menu *m, struct menu_row *row)
{
	size_t from = edit_start(m);
	struct text text = { m->line.now.at + from, m->line.now.bytes - from };

	begin(row, MENU_CHOSEN);
	put_literal(row, width_of(m), from ? "<" : " ");
	size_t shown = put(row, width_of(m) - 1, text);
	fill(row, width_of(m) - 1);
	put_literal(row, width_of(m), shown < text.bytes ? ">" : " ");
}

bool menu_cursor(const struct menu *m, unsigned *column, unsigned *row)
{
	size_t from;

	if (m->view != MENU_EDIT)
		return false;
	from = edit_start(m);
	*column = LEFT + width_of_text((struct text){ m->line.now.at + from, m->line.cursor - from });
	*row = TITLE_ROWS;
	return true;
}

static void draw_body(const struct menu *m, unsigned row, struct menu_row *out)
{
	unsigned list = menu_list_rows(m), message = message_rows(m), width = width_of(m) - LEFT;

	if (m->view == MENU_EDIT) {
		if (row == 0)
			draw_line(m, out);
		return;
	}
	if (m->view == MENU_FACTS) {
		draw_text(m, out, MENU_PLAIN, wrapped(m->page, width, m->page_top + row));
		return;
	}
	if (row < list && m->top + row < m->entries->count) {
		draw_entry(m, m->top + row, out);
		return;
	}
	/* what is below stands right behind a short list */
	unsigned used = m->entries->count - m->top < list ? m->entries->count - m->top : list;
	row -= used;
	if (message && row >= 1 && row <= message)
		draw_text(m, out, MENU_ALERT, wrapped(m->message, width, row - 1));
	else if (clock_rows(m) && row == (message ? message + 1 : 0) + (used < list))
		draw_clock(m, out);
}

void menu_draw(const struct menu *m, unsigned row, struct menu_row *out)
{
	unsigned help = m->rows - 1 - help_rows(m);

	begin(out, MENU_PLAIN);
	if (row == 0)
		draw_title(m, out);
	else if (row >= help)
		draw_text(m, out, MENU_FAINT, wrapped(help_of(m), width_of(m) - LEFT, row - help));
	else if (row >= TITLE_ROWS && row < help - 1)
		draw_body(m, row - TITLE_ROWS, out);
}
