/* The menu by its keys: a test types, and reads the rows of the screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "key.h"
#include "menu.h"
#include "utf16.h"

static struct entries entries;
static char titles[ENTRIES_MAX][64];
static struct menu *menu;

/* `count` entries that are called "entry 1" and so on. */
static void make(unsigned count, unsigned columns, unsigned rows)
{
	memset(&entries, 0, sizeof entries);
	for (unsigned i = 0; i < count; i++) {
		snprintf(titles[i], sizeof titles[i], "entry %u", i + 1);
		entries_add(&entries, (struct entry){ .title = text_of(titles[i]), .id = text_of(titles[i]) });
	}
	free(menu); /* in memory of its own, for ASan */
	menu = calloc(1, sizeof *menu);
	assert_non_null(menu);
	menu_begin(menu, &entries, 0, columns, rows);
	menu->version = text_of("1.2");
}

static enum menu_answer press(uint32_t key)
{
	return menu_key(menu, key);
}

static void type(const char *text)
{
	for (; *text; text++)
		assert_int_equal(press((unsigned char)*text), MENU_WAITS);
}

static unsigned columns_of(const struct menu_row *row)
{
	unsigned characters = 0;

	for (size_t at = 0; at < row->bytes; characters++)
		at += menu_line_next(row->text, row->bytes, at);
	return characters;
}

/* A row as text, without the blanks at its end. */
static const char *row_text(unsigned number)
{
	static char text[MENU_ROW_BYTES + 1];
	struct menu_row row;

	menu_draw(menu, number, &row);
	assert_true(row.columns < menu->columns && row.bytes <= MENU_ROW_BYTES);
	while (row.bytes && row.text[row.bytes - 1] == ' ')
		row.bytes--;
	memcpy(text, row.text, row.bytes);
	text[row.bytes] = 0;
	return text;
}

static void shows(unsigned row, const char *want)
{
	const char *text = row_text(row);

	if (strcmp(text, want) != 0)
		fail_msg("row %u is \"%s\" and not \"%s\"", row, text, want);
}

/* The row that has this text in it; fails without one. */
static unsigned row_with(const char *want)
{
	for (unsigned i = 0; i + 1 < menu->rows; i++)
		if (strstr(row_text(i), want))
			return i;
	fail_msg("no row has \"%s\"", want);
	return 0;
}

static bool on_screen(const char *want)
{
	for (unsigned i = 0; i + 1 < menu->rows; i++)
		if (strstr(row_text(i), want))
			return true;
	return false;
}

/* ---- The list ------------------------------------------------------------------------------------------------ */

static void the_list_stands_below_a_title_and_above_the_keys(void **state)
{
	struct menu_row row;

	(void)state;
	make(3, 80, 25);
	shows(0, " Hobnail 1.2                                                             1 of 3");
	shows(1, "");
	shows(2, " > 1  entry 1");
	shows(3, "   2  entry 2");
	shows(4, "   3  entry 3");
	shows(5, "");
	shows(23, " Return: boot  e: edit  v: boot, print the plan  i: facts  Esc: firmware");
	menu_draw(menu, 2, &row);
	assert_int_equal(row.style, MENU_CHOSEN);
	assert_int_equal(row.columns, 79);
	menu_draw(menu, 3, &row);
	assert_int_equal(row.style, MENU_PLAIN);
}

static void arrows_and_ends_move_within_the_list(void **state)
{
	static const struct { uint32_t key; unsigned chosen; } moves[] = {
		{ KEY_UP, 0 }, { KEY_DOWN, 1 }, { KEY_DOWN, 2 }, { KEY_UP, 1 }, { KEY_END, 63 }, { KEY_DOWN, 63 },
		{ KEY_UP, 62 }, { KEY_HOME, 0 }, { KEY_PAGE_DOWN, 20 }, { KEY_PAGE_DOWN, 40 }, { KEY_PAGE_UP, 20 },
		{ KEY_PAGE_DOWN, 40 }, { KEY_PAGE_DOWN, 60 }, { KEY_PAGE_DOWN, 63 }, { KEY_PAGE_UP, 43 },
		{ KEY_OTHER, 43 }, { 'x', 43 }, { KEY_LEFT, 43 },
	};

	(void)state;
	make(64, 90, 25);
	assert_int_equal(menu_list_rows(menu), 20);
	for (size_t i = 0; i < COUNT_OF(moves); i++) {
		assert_int_equal(press(moves[i].key), MENU_WAITS);
		assert_int_equal(menu->chosen, moves[i].chosen);
		char want[32];
		snprintf(want, sizeof want, "> %s%u  entry %u", moves[i].chosen < 9 ? " " : "", moves[i].chosen + 1,
		         moves[i].chosen + 1);
		row_with(want);
	}
}

static void digits_choose_by_number(void **state)
{
	static const struct { const char *keys; unsigned chosen; } typed[] = {
		{ "3", 2 }, { "12", 11 }, { "7", 6 }, { "64", 63 }, { "65", 4 }, { "0", 0 }, { "10", 9 }, { "123", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(typed); i++) {
		make(64, 80, 25);
		type(typed[i].keys);
		assert_int_equal(menu->chosen, typed[i].chosen);
	}
	make(64, 80, 25);
	type("1");
	press(KEY_DOWN); /* another key ends the number */
	type("2");
	assert_int_equal(menu->chosen, 1);
	make(3, 80, 25);
	type("9");
	assert_int_equal(menu->chosen, 0);
}

static void keys_answer(void **state)
{
	(void)state;
	make(2, 80, 25);
	assert_int_equal(press(KEY_RETURN), MENU_BOOTS);
	assert_int_equal(press('v'), MENU_BOOTS_VERBOSE);
	assert_int_equal(press('i'), MENU_WANTS_FACTS);
	assert_int_equal(press('e'), MENU_WANTS_LINE);
	assert_int_equal(press(KEY_ESCAPE), MENU_LEAVES);
	assert_true(menu->person);
}

static void without_an_editor_e_says_so(void **state)
{
	(void)state;
	make(2, 80, 25);
	menu->no_editor = true;
	assert_false(on_screen("e: edit"));
	assert_int_equal(press('e'), MENU_WAITS);
	assert_int_equal(menu->view, MENU_LIST);
	row_with("editor = no");
}

/* Every size of list and screen: the chosen entry is seen, and no row is too wide or holds anything but text. */
static void every_list_fits_every_screen(void **state)
{
	static const unsigned rows[] = { 0, 12, 24, 25, 31, 60, 100, 1000 };

	(void)state;
	for (unsigned columns = 38; columns <= 202; columns += 2)
		for (size_t r = 0; r < COUNT_OF(rows); r++)
			for (unsigned count = 1; count <= 64; count += count < 4 ? 1 : 20) {
				make(count, columns, rows[r]);
				menu->message = text_of("hobnail: cannot do what was asked for: a very long sentence "
				                   "that says why.\n         Try: something else.\n");
				menu_set_clock(menu, MENU_CLOCK_BOOTS, 3600);
				press(KEY_END);
				char want[32];
				snprintf(want, sizeof want, "%u  entry %u", count, count);
				row_with(want);
				row_with("Esc:");
				row_with("hobnail: cannot");
			}
}

static void titles_may_be_anything(void **state)
{
	struct menu_row row;

	(void)state;
	make(5, 40, 25);
	entries.at[0].title = text_of("K\xc3\xa4se \xe2\x82\xac");
	entries.at[1].title = text_of("\x1b[2J\x80\xff|\x7f");
	entries.at[2].title = text_of("\xf0\x9f\x8d\x95 pizza");
	entries.at[3].title = text_of("\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
	                              "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"
	                              "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97");
	entries.at[4].title = text_of("e\xcc\x81t\xc3\xa9");
	shows(2, " > 1  K\xc3\xa4se \xe2\x82\xac");
	shows(3, "   2  ?[2J??|?");
	shows(4, "   3  ? pizza");
	menu_draw(menu, 5, &row);
	assert_int_equal(row.columns, 38); /* a wide one would not fit */
	assert_int_equal(columns_of(&row), 6 + 16);
	menu_draw(menu, 6, &row);
	assert_int_equal(row.columns, 6 + 3);
	assert_int_equal(columns_of(&row), 6 + 4);
}

/* Not even a title turns the rest of its row around, or makes all later text wide. Hebrew itself is text. */
static void titles_give_no_orders(void **state)
{
	(void)state;
	make(3, 60, 25);
	entries.at[0].title = text_of("a\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xa8|\xe2\x81\xa6\xe2\x81\xa9|");
	entries.at[1].title = text_of("a\xef\xbf\xaf\xef\xbf\xb0\xef\xbf\xb1\xef\xbf\xbb|\xef\xbf\xbd|"
	                         "\xef\xbf\xbe\xef\xbf\xbf");
	entries.at[2].title = text_of("\xd7\xa9\xd7\x9c\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
	shows(2, " > 1  a???|??|");
	shows(3, "   2  a\xef\xbf\xaf???|\xef\xbf\xbd|??");
	shows(4, "   3  \xd7\xa9\xd7\x9c\xe2\x80\xa7\xe2\x80\xaf\xe2\x81\xa5\xe2\x81\xaa");
}

/* ---- The clock ----------------------------------------------------------------------------------------------- */

static void the_clock_boots_unless_a_key_is_pressed(void **state)
{
	(void)state;
	make(2, 80, 25);
	assert_int_equal(menu_second(menu), MENU_WAITS); /* there is none */
	menu_set_clock(menu, MENU_CLOCK_BOOTS, 2);
	row_with(" entry 1 starts in 2 s; a key stops it");
	assert_int_equal(menu_second(menu), MENU_WAITS);
	row_with(" entry 1 starts in 1 s");
	assert_false(menu->person);
	assert_int_equal(menu_second(menu), MENU_BOOTS);

	menu_set_clock(menu, MENU_CLOCK_BOOTS, 2);
	press(KEY_OTHER);
	assert_false(on_screen("starts in"));
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(menu_second(menu), MENU_WAITS);
	menu_set_clock(menu, MENU_CLOCK_LEAVES, 1);
	row_with("Back to the firmware in 1 s");
	assert_int_equal(menu_second(menu), MENU_LEAVES);
}

static void a_still_clock_is_drawn_once(void **state)
{
	struct menu_row before[24], after;

	(void)state;
	make(2, 80, 25);
	menu->still_clock = true;
	menu_set_clock(menu, MENU_CLOCK_BOOTS, 9);
	for (unsigned i = 0; i < 24; i++)
		menu_draw(menu, i, &before[i]);
	menu_second(menu);
	menu_second(menu);
	for (unsigned i = 0; i < 24; i++) {
		menu_draw(menu, i, &after);
		assert_int_equal(after.bytes, before[i].bytes);
		assert_memory_equal(after.text, before[i].text, after.bytes);
	}
	row_with("starts in 9 s");
}

/* ---- Pages --------------------------------------------------------------------------------------------------- */

static void facts_are_a_page_that_scrolls(void **state)
{
	static char page[4096];
	size_t used = 0;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		used += (size_t)sprintf(page + used, "fact %u\n", i);
	make(2, 90, 25);
	menu_show(menu, text_of(page));
	shows(2, " fact 0");
	shows(21, " fact 19");
	assert_int_equal(press(KEY_DOWN), MENU_WAITS);
	shows(2, " fact 1");
	press(KEY_END);
	shows(21, " fact 39");
	press(KEY_DOWN);
	shows(21, " fact 39");
	press(KEY_PAGE_UP);
	shows(2, " fact 0");
	press(KEY_PAGE_DOWN);
	shows(2, " fact 20");
	press(KEY_UP);
	shows(2, " fact 19");
	press(KEY_HOME);
	shows(2, " fact 0");
	assert_int_equal(press(KEY_ESCAPE), MENU_WAITS);
	shows(2, " > 1  entry 1");
}

static void long_texts_wrap_at_blanks_or_anywhere(void **state)
{
	(void)state;
	make(1, 40, 25);
	menu_show(menu, text_of("one two three four five six seven eight nine\n\n"
	                   "0123456789012345678901234567890123456789abcdef\nend"));
	shows(2, " one two three four five six seven");
	shows(3, " eight nine");
	shows(4, "");
	shows(5, " 01234567890123456789012345678901234567");
	shows(6, " 89abcdef");
	shows(7, " end");
	shows(8, "");
}

/* ---- The editor ---------------------------------------------------------------------------------------------- */

static void edits(const char *begin, const uint32_t *keys, unsigned count, const char *want)
{
	make(1, 80, 25);
	menu_edit(menu, text_of(begin));
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(press(keys[i]), MENU_WAITS);
	const struct menu_text *now = &menu->line.now;
	if (now->bytes != strlen(want) || memcmp(now->at, want, now->bytes) != 0)
		fail_msg("\"%.*s\" is not \"%s\"", (int)now->bytes, now->at, want);
	assert_true(menu->line.cursor <= now->bytes);
}
#define EDITS(begin, want, ...) \
	edits(begin, (const uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }) / sizeof(uint32_t), want)

static void the_editor_edits_at_both_ends_and_within(void **state)
{
	(void)state;
	EDITS("quiet", "quiet!", '!');
	EDITS("quiet", "xquiet", KEY_HOME, 'x');
	EDITS("quiet", "xquiety", KEY_CONTROL('A'), 'x', KEY_CONTROL('E'), 'y');
	EDITS("quiet", "quixet", KEY_LEFT, KEY_LEFT, 'x');
	EDITS("quiet", "qxuiet", KEY_HOME, KEY_RIGHT, 'x');
	EDITS("quiet", "qxuiet", KEY_HOME, KEY_CONTROL('F'), 'x');
	EDITS("quiet", "quiext", KEY_CONTROL('B'), 'x');
	EDITS("quiet", "quie", KEY_BACKSPACE);
	EDITS("quiet", "qui", KEY_RUBOUT, KEY_BACKSPACE);
	EDITS("quiet", "uiet", KEY_HOME, KEY_DELETE);
	EDITS("quiet", "iet", KEY_HOME, KEY_CONTROL('D'), KEY_DELETE);
	EDITS("a", "", KEY_BACKSPACE, KEY_BACKSPACE, KEY_DELETE, KEY_LEFT, KEY_RIGHT);
	EDITS("", "\xc3\xa4\xe2\x82\xac~", 0xe4, 0x20ac, '~');
	EDITS("", "", 0xd800, KEY_OTHER, 0x85, 0x1f, KEY_PAGE_UP, KEY_TAB);
}

static void the_editor_moves_by_characters(void **state)
{
	(void)state;
	EDITS("a\xe2\x82\xac" "b", "ab", KEY_LEFT, KEY_BACKSPACE);
	EDITS("a\xe2\x82\xac" "b", "ab", KEY_HOME, KEY_RIGHT, KEY_DELETE);
	EDITS("\xf0\x9f\x8d\x95", "", KEY_BACKSPACE);
	EDITS("\xf0\x9f\x8d\x95", "x\xf0\x9f\x8d\x95", KEY_LEFT, 'x');
	EDITS("\xff\x80\xc3", "\xff\x80", KEY_BACKSPACE); /* bytes that are no UTF-8 */
	EDITS("\xff\x80", "\x80", KEY_HOME, KEY_DELETE);
}

static void the_editor_kills_and_yanks(void **state)
{
	(void)state;
	EDITS("one two", "", KEY_HOME, KEY_CONTROL('K'));
	EDITS("one two", "one", KEY_LEFT, KEY_LEFT, KEY_LEFT, KEY_LEFT, KEY_CONTROL('K'));
	EDITS("one two", "two", KEY_LEFT, KEY_LEFT, KEY_LEFT, KEY_CONTROL('U'));
	EDITS("one two  ", "one ", KEY_CONTROL('W'));
	EDITS("one two", "", KEY_CONTROL('W'), KEY_CONTROL('W'), KEY_CONTROL('W'));
	EDITS("one two", "twoone ", KEY_CONTROL('W'), KEY_HOME, KEY_CONTROL('Y'));
	EDITS("ab", "abab", KEY_CONTROL('U'), KEY_CONTROL('Y'), KEY_CONTROL('Y'));
	EDITS("ab", "ab", KEY_CONTROL('U'), KEY_CONTROL('K'), KEY_CONTROL('Y')); /* nothing killed: the old one stays */
	EDITS("ab", "ab", KEY_CONTROL('Y'));
}

static void boot_edited(const char *begin, const char *keys)
{
	menu_edit(menu, text_of(begin));
	type(keys);
	assert_int_equal(press(KEY_RETURN), MENU_BOOTS_EDITED);
}

static void the_editor_remembers_earlier_lines(void **state)
{
	struct menu_line *l;

	(void)state;
	make(1, 80, 25);
	l = &menu->line;
	boot_edited("a", "1");
	boot_edited("a", "1"); /* twice the same: kept once */
	boot_edited("a", "2");
	menu_edit(menu, text_of("a"));
	type("3");
	press(KEY_UP);
	assert_memory_equal(l->now.at, "a2", 2);
	press(KEY_CONTROL('P'));
	assert_memory_equal(l->now.at, "a1", 2);
	press(KEY_UP);
	assert_memory_equal(l->now.at, "a1", 2);
	press(KEY_DOWN);
	assert_memory_equal(l->now.at, "a2", 2);
	press(KEY_CONTROL('N'));
	assert_memory_equal(l->now.at, "a3", 2); /* the one that was being written */
	press(KEY_DOWN);
	assert_memory_equal(l->now.at, "a3", 2);
	assert_int_equal(l->now.bytes, 2);
	for (char c = 'a'; c < 'a' + 12; c++)
		boot_edited("x", (char[]){ c, 0 });
	assert_int_equal(l->earlier_count, MENU_LINE_HISTORY);
	menu_edit(menu, text_of(""));
	for (unsigned i = 0; i < 20; i++)
		press(KEY_UP);
	assert_memory_equal(l->now.at, "xe", 2);
}

static void the_editor_is_full_at_its_limit(void **state)
{
	static char most[MENU_LINE_BYTES + 10];

	(void)state;
	memset(most, 'm', sizeof most - 1);
	make(1, 80, 25);
	menu_edit(menu, text_of(most));
	assert_int_equal(menu->line.now.bytes, MENU_LINE_BYTES);
	press('x');
	assert_int_equal(menu->line.now.bytes, MENU_LINE_BYTES);
	press(KEY_BACKSPACE);
	press(0x20ac); /* three bytes do not fit one */
	assert_int_equal(menu->line.now.bytes, MENU_LINE_BYTES - 1);
	press('x');
	assert_int_equal(menu->line.now.at[MENU_LINE_BYTES - 1], 'x');
	press(KEY_CONTROL('U'));
	press(KEY_CONTROL('Y'));
	press(KEY_CONTROL('Y'));
	assert_int_equal(menu->line.now.bytes, MENU_LINE_BYTES);
}

static void the_editor_shows_the_part_around_the_cursor(void **state)
{
	static char text[301];
	unsigned column, row;

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		text[i] = (char)('a' + i % 26);
	for (unsigned columns = 40; columns <= 200; columns += 5) {
		make(1, columns, 25);
		menu_edit(menu, text_of(text));
		assert_int_equal(*row_text(2), '<');
		for (unsigned at = 300; at; at--) {
			assert_true(menu_cursor(menu, &column, &row));
			assert_int_equal(row, 2);
			assert_true(column >= 1 && column < columns - 1);
			char shown = at < 300 ? row_text(2)[column] : 0;
			assert_int_equal(shown, at < 300 ? text[at] : 0);
			press(KEY_LEFT);
		}
		assert_int_equal(*row_text(2), ' ');
		assert_int_equal(row_text(2)[columns - 2], '>');
		menu_edit(menu, text_of("short"));
		shows(2, " short");
	}
	assert_int_equal(press(KEY_ESCAPE), MENU_WAITS);
	assert_false(menu_cursor(menu, &column, &row));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_list_stands_below_a_title_and_above_the_keys),
		cmocka_unit_test(arrows_and_ends_move_within_the_list),
		cmocka_unit_test(digits_choose_by_number),
		cmocka_unit_test(keys_answer),
		cmocka_unit_test(without_an_editor_e_says_so),
		cmocka_unit_test(every_list_fits_every_screen),
		cmocka_unit_test(titles_may_be_anything),
		cmocka_unit_test(titles_give_no_orders),
		cmocka_unit_test(the_clock_boots_unless_a_key_is_pressed),
		cmocka_unit_test(a_still_clock_is_drawn_once),
		cmocka_unit_test(facts_are_a_page_that_scrolls),
		cmocka_unit_test(long_texts_wrap_at_blanks_or_anywhere),
		cmocka_unit_test(the_editor_edits_at_both_ends_and_within),
		cmocka_unit_test(the_editor_moves_by_characters),
		cmocka_unit_test(the_editor_kills_and_yanks),
		cmocka_unit_test(the_editor_remembers_earlier_lines),
		cmocka_unit_test(the_editor_is_full_at_its_limit),
		cmocka_unit_test(the_editor_shows_the_part_around_the_cursor),
	};

	return cmocka_run_group_tests_name("menu", tests, NULL, NULL);
}
