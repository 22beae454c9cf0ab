/* Keys and texts of a menu: whatever is typed, every row fits the screen and is UTF-8 that a console can show, and the
 * cursor stays within the line. The first bytes are the screen's size and the list; then keys, two bytes each. */
#include <string.h>

#include "fuzz.h"
#include "key.h"
#include "menu.h"
#include "utf16.h"

static struct menu m;
static struct entries entries;

static void check_row(unsigned number)
{
	struct menu_row row;
	uint32_t code;

	menu_draw(&m, number, &row);
	require(row.columns < m.columns && row.bytes <= MENU_ROW_BYTES);
	for (size_t at = 0; at < row.bytes;) {
		size_t bytes = utf8_next(row.text + at, row.bytes - at, &code);
		require(bytes && code >= ' ' && code <= 0xffff);
		at += bytes;
	}
}

static void check(void)
{
	unsigned column, row;

	require(m.chosen < entries.count && m.top <= m.chosen && m.chosen < m.top + menu_list_rows(&m));
	require(m.line.cursor <= m.line.now.bytes && m.line.now.bytes <= MENU_LINE_BYTES);
	require(m.line.earlier_count <= MENU_LINE_HISTORY && m.line.shown <= m.line.earlier_count);
	for (unsigned i = 0; i + 1 < m.rows; i++)
		check_row(i);
	if (menu_cursor(&m, &column, &row))
		require(column < m.columns && row + 1 < m.rows);
}

/* Keys beyond 16 bits come from the byte pairs that are no characters: surrogates. */
static uint32_t key_at(const uint8_t *at)
{
	uint32_t unit = at[0] | (uint32_t)at[1] << 8;

	return unit >= 0xd800 && unit < 0xd800 + 16 ? KEY_UP + (unit & 0xf) : unit;
}

static void press(uint32_t key, struct text text)
{
	enum menu_answer answer = key == 0xdfff ? menu_second(&m) : menu_key(&m, key);

	if (answer == MENU_WANTS_LINE)
		menu_edit(&m, text);
	else if (answer == MENU_WANTS_FACTS)
		menu_show(&m, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text all = { (const char *)data, size };

	if (size < 4)
		return 0;
	memset(&m, 0, sizeof m);
	entries.count = 0;
	for (unsigned i = 0; i <= data[2] % 64u; i++)
		entries_add(&entries, (struct entry){ .title = { all.at + i % size, size - i % size }, .id = all });
	menu_begin(&m, &entries, data[3], data[0], data[1] % 110u);
	m.version = all;
	m.message = (struct text){ all.at, size / 2 };
	menu_set_clock(&m, data[3] % 3, data[3]);
	check();
	for (size_t at = 4; at + 2 <= size && at < 600; at += 2) {
		press(key_at(data + at), all);
		check();
	}
	return 0;
}
