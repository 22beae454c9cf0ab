#include "menu_line.h"

#include <string.h>

#include "key.h"
#include "utf16.h"

size_t menu_line_next(const char *text, size_t bytes, size_t at)
{
	size_t length = at < bytes ? utf8_next(text + at, bytes - at, NULL) : 0;

	return length ? length : at < bytes;
}

/* Bytes of the character that ends at byte `at`. */
static size_t previous(const char *text, size_t at)
{
	for (size_t length = 2; length <= 4 && length <= at; length++)
		if (utf8_next(text + at - length, length, NULL) == length)
			return length;
	return at > 0;
}

static void take_out(struct menu_line *l, size_t from, size_t to)
{
	struct menu_text *t = &l->now;

	memmove(t->at + from, t->at + to, t->bytes - to);
	t->bytes -= to - from;
	l->cursor = from;
}

static void kill(struct menu_line *l, size_t from, size_t to)
{
	if (from == to)
		return;
	l->killed.bytes = to - from;
	memcpy(l->killed.at, l->now.at + from, to - from);
	take_out(l, from, to);
}

static void put_in(struct menu_line *l, const char *text, size_t bytes)
{
	struct menu_text *t = &l->now;

	if (bytes > MENU_LINE_BYTES - t->bytes)
		return;
	memmove(t->at + l->cursor + bytes, t->at + l->cursor, t->bytes - l->cursor);
	memcpy(t->at + l->cursor, text, bytes);
	t->bytes += bytes;
	l->cursor += bytes;
}

/* RFC 3629, "UTF-8 definition" (section 3). Keys have 16 bits. */
static void put_character(struct menu_line *l, uint32_t key)
{
	char text[3] = { (char)key };
	size_t bytes = key < 0x80 ? 1 : key < 0x800 ? 2 : 3;

	if (bytes == 2) {
		text[0] = (char)(0xc0 | key >> 6);
		text[1] = (char)(0x80 | (key & 0x3f));
	} else if (bytes == 3) {
		text[0] = (char)(0xe0 | key >> 12);
		text[1] = (char)(0x80 | (key >> 6 & 0x3f));
		text[2] = (char)(0x80 | (key & 0x3f));
	}
	put_in(l, text, bytes);
}

static bool is_typed(uint32_t key)
{
	return key >= ' ' && !(key >= 0x7f && key < 0xa0) && key <= 0xffff && !(key >= 0xd800 && key < 0xe000);
}

static bool is_blank_before(const struct menu_line *l, size_t at)
{
	return l->now.at[at - 1] == ' ' || l->now.at[at - 1] == '\t';
}

static size_t word_start(const struct menu_line *l)
{
	size_t at = l->cursor;

	while (at && is_blank_before(l, at))
		at--;
	while (at && !is_blank_before(l, at))
		at--;
	return at;
}

static void copy(struct menu_text *to, const struct menu_text *from)
{
	to->bytes = from->bytes;
	memcpy(to->at, from->at, from->bytes);
}

static void show_earlier(struct menu_line *l, unsigned index)
{
	if (l->shown == l->earlier_count)
		copy(&l->draft, &l->now);
	l->shown = index;
	copy(&l->now, index == l->earlier_count ? &l->draft : &l->earlier[index]);
	l->cursor = l->now.bytes;
}

void menu_line_begin(struct menu_line *l, struct text text)
{
	l->now.bytes = text.bytes < MENU_LINE_BYTES ? text.bytes : MENU_LINE_BYTES;
	if (l->now.bytes)
		memcpy(l->now.at, text.at, l->now.bytes);
	l->cursor = l->now.bytes;
	l->shown = l->earlier_count;
}

void menu_line_keep(struct menu_line *l)
{
	const struct menu_text *last = l->earlier_count ? &l->earlier[l->earlier_count - 1] : NULL;

	if (!l->now.bytes || (last && last->bytes == l->now.bytes && memcmp(last->at, l->now.at, last->bytes) == 0))
		return;
	if (l->earlier_count == MENU_LINE_HISTORY)
		memmove(l->earlier, l->earlier + 1, --l->earlier_count * sizeof *l->earlier);
	copy(&l->earlier[l->earlier_count++], &l->now);
	l->shown = l->earlier_count;
}

static void move_or_show(struct menu_line *l, uint32_t key)
{
	struct menu_text *t = &l->now;

	switch (key) {
	case KEY_LEFT: case KEY_CONTROL('B'):
		l->cursor -= previous(t->at, l->cursor);
		break;
	case KEY_RIGHT: case KEY_CONTROL('F'):
		l->cursor += menu_line_next(t->at, t->bytes, l->cursor);
		break;
	case KEY_HOME: case KEY_CONTROL('A'):
		l->cursor = 0;
		break;
	case KEY_END: case KEY_CONTROL('E'):
		l->cursor = t->bytes;
		break;
	case KEY_UP: case KEY_CONTROL('P'):
		if (l->shown)
			show_earlier(l, l->shown - 1);
		break;
	case KEY_DOWN: case KEY_CONTROL('N'):
		if (l->shown < l->earlier_count)
			show_earlier(l, l->shown + 1);
		break;
	}
}

void menu_line_key(struct menu_line *l, uint32_t key)
{
	struct menu_text *t = &l->now;

	switch (key) {
	case KEY_BACKSPACE: case KEY_RUBOUT:
		take_out(l, l->cursor - previous(t->at, l->cursor), l->cursor);
		break;
	case KEY_DELETE: case KEY_CONTROL('D'):
		take_out(l, l->cursor, l->cursor + menu_line_next(t->at, t->bytes, l->cursor));
		break;
	case KEY_CONTROL('K'):
		kill(l, l->cursor, t->bytes);
		break;
	case KEY_CONTROL('U'):
		kill(l, 0, l->cursor);
		break;
	case KEY_CONTROL('W'):
		kill(l, word_start(l), l->cursor);
		break;
	case KEY_CONTROL('Y'):
		put_in(l, l->killed.at, l->killed.bytes);
		break;
	default:
		if (is_typed(key))
			put_character(l, key);
		else
			move_or_show(l, key);
	}
}
