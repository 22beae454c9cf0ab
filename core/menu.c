#include "menu.h"

#include <string.h>

#include "key.h"

static unsigned into_range(unsigned value, unsigned least, unsigned most)
{
	return value < least ? least : value > most ? most : value;
}

/* Scroll so that the chosen entry is in the list's rows. */
static void scroll(struct menu *m)
{
	unsigned rows = menu_list_rows(m);

	if (m->chosen < m->top)
		m->top = m->chosen;
	if (m->chosen >= m->top + rows)
		m->top = m->chosen - rows + 1;
	if (m->top + rows > m->entries->count)
		m->top = m->entries->count > rows ? m->entries->count - rows : 0;
}

void menu_begin(struct menu *m, const struct entries *entries, unsigned chosen, unsigned columns, unsigned rows)
{
	m->entries = entries;
	m->columns = into_range(columns, MENU_MIN_COLUMNS, MENU_MAX_COLUMNS);
	m->rows = into_range(rows, MENU_MIN_ROWS, into_range(entries->count + 6, MENU_ROWS, MENU_MAX_ROWS));
	m->view = MENU_LIST;
	m->chosen = chosen < entries->count ? chosen : 0;
	m->top = m->typed = 0;
	m->clock = MENU_NO_CLOCK;
	m->person = false;
	m->message = m->page = (struct text){ "", 0 };
	scroll(m);
}

void menu_set_clock(struct menu *m, enum menu_clock clock, unsigned seconds)
{
	m->clock = clock;
	m->seconds = m->seconds_at_first = seconds;
	scroll(m);
}

void menu_edit(struct menu *m, struct text command_line)
{
	m->view = MENU_EDIT;
	menu_line_begin(&m->line, command_line);
}

void menu_show(struct menu *m, struct text page)
{
	m->view = MENU_FACTS;
	m->page = page;
	m->page_top = 0;
}

static enum menu_answer choose(struct menu *m, unsigned index)
{
	m->chosen = index < m->entries->count ? index : m->entries->count - 1;
	scroll(m);
	return MENU_WAITS;
}

/* Digits of one number, from 1, choose the entry: "1" the first one, then "2" the twelfth, where there is one. */
static enum menu_answer type_digit(struct menu *m, unsigned digit)
{
	unsigned number = m->typed * 10 + digit;

	if (number > m->entries->count)
		number = digit;
	if (!number || number > m->entries->count)
		return MENU_WAITS;
	m->typed = number;
	return choose(m, number - 1);
}

static enum menu_answer wants_line(struct menu *m)
{
	static const char text[] = "Command lines cannot be edited: the configuration says editor = no.";

	if (!m->no_editor)
		return MENU_WANTS_LINE;
	m->message = (struct text){ text, sizeof text - 1 };
	scroll(m);
	return MENU_WAITS;
}

static enum menu_answer move(struct menu *m, uint32_t key)
{
	unsigned page = menu_list_rows(m);

	switch (key) {
	case KEY_UP:
		return choose(m, m->chosen ? m->chosen - 1 : 0);
	case KEY_DOWN:
		return choose(m, m->chosen + 1);
	case KEY_PAGE_UP:
		return choose(m, m->chosen > page ? m->chosen - page : 0);
	case KEY_PAGE_DOWN:
		return choose(m, m->chosen + page);
	case KEY_HOME:
		return choose(m, 0);
	case KEY_END:
		return choose(m, m->entries->count - 1);
	default:
		return MENU_WAITS;
	}
}

static enum menu_answer list_key(struct menu *m, uint32_t key)
{
	if (key >= '0' && key <= '9')
		return type_digit(m, key - '0');
	m->typed = 0;
	switch (key) {
	case KEY_RETURN:
		return MENU_BOOTS;
	case KEY_ESCAPE:
		return MENU_LEAVES;
	case 'v': case 'V':
		return MENU_BOOTS_VERBOSE;
	case 'i': case 'I':
		return MENU_WANTS_FACTS;
	case 'e': case 'E':
		return wants_line(m);
	default:
		return move(m, key);
	}
}

static enum menu_answer edit_key(struct menu *m, uint32_t key)
{
	if (key == KEY_RETURN) {
		menu_line_keep(&m->line);
		return MENU_BOOTS_EDITED;
	}
	if (key == KEY_ESCAPE)
		m->view = MENU_LIST;
	else
		menu_line_key(&m->line, key);
	return MENU_WAITS;
}

static void turn_page(struct menu *m, uint32_t key)
{
	unsigned last = menu_page_last(m), page = menu_page_rows(m), top = m->page_top;

	switch (key) {
	case KEY_UP:
		m->page_top = top ? top - 1 : 0;
		break;
	case KEY_PAGE_UP:
		m->page_top = top > page ? top - page : 0;
		break;
	case KEY_DOWN:
		m->page_top = top < last ? top + 1 : last;
		break;
	case KEY_PAGE_DOWN:
		m->page_top = top + page < last ? top + page : last;
		break;
	case KEY_HOME:
		m->page_top = 0;
		break;
	case KEY_END:
		m->page_top = last;
		break;
	default:
		m->view = MENU_LIST;
	}
}

enum menu_answer menu_key(struct menu *m, uint32_t key)
{
	m->clock = MENU_NO_CLOCK;
	m->person = true;
	scroll(m);
	if (m->view == MENU_LIST)
		return list_key(m, key);
	if (m->view == MENU_EDIT)
		return edit_key(m, key);
	turn_page(m, key);
	return MENU_WAITS;
}

enum menu_answer menu_second(struct menu *m)
{
	if (m->clock == MENU_NO_CLOCK)
		return MENU_WAITS;
	if (m->seconds > 1) {
		m->seconds--;
		return MENU_WAITS;
	}
	return m->clock == MENU_CLOCK_BOOTS ? MENU_BOOTS : MENU_LEAVES;
}
