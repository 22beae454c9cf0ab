/* setup_print.c — a setup in words, or as one JSON object. */
#include <stdio.h>
#include <string.h>

#include "colour.h"
#include "finding_print.h"
#include "json_out.h"
#include "setup.h"

static const char *verdict_name(enum setup_verdict v)
{
	static const char *const names[] = { "boots", "refused", "elsewhere" };

	return names[v];
}

static const char *source_name(enum entry_source s)
{
	return s == ENTRY_CONFIGURED ? "configuration" : s == ENTRY_BLS ? "boot entry" : "default";
}

/* ---- For people ------------------------------------------------------------------------------------------------- */

static const char *verdict_words(const struct setup_entry *e)
{
	static const char *const words[] = { "boots", "does not boot", "is for another architecture" };

	return words[e->verdict];
}

/* An image may have anything in its title. Control characters are what they are in the loader's menu. */
static void print_title(const char *title)
{
	for (; *title; title++)
		putchar((unsigned char)*title < ' ' || *title == 0x7f ? '?' : *title);
}

static void print_entry(const struct setup_entry *e, bool is_default)
{
	printf(e->source == ENTRY_CONFIGURED ? "  [" : "  ");
	print_title(e->title);
	printf("%s %s", e->source == ENTRY_CONFIGURED ? "]" : "", verdict_words(e));
	if (e->file)
		printf(", %s%s", e->file, e->on_xbootldr ? " (XBOOTLDR)" : "");
	if (e->kernel && (!e->file || strcmp(e->file, e->kernel) != 0))
		printf(", %s", e->kernel);
	if (e->protocol)
		printf(", protocol %s", e->protocol);
	printf(is_default ? " (default)\n" : "\n");
}

static void print_clock(const struct setup_menu *m)
{
	if (m->entries.count < 2 || !m->list.count)
		return;
	if (m->list.timeout == CONFIG_WAITS)
		printf("; the menu waits");
	else if (m->list.timeout)
		printf("; the menu waits for %u seconds", m->list.timeout);
	else
		printf("; the menu is hidden");
}

static void print_list(const struct setup_list *list, const unsigned *preferred)
{
	for (unsigned i = 0; i < list->count; i++)
		print_entry(list->at[i], preferred && i == *preferred);
}

static void print_findings(const struct setup_list *list)
{
	for (unsigned i = 0; i < list->count; i++)
		finding_print_all(&list->at[i]->findings);
}

static void print_menu(const struct setup_menu *m)
{
	printf("\n%son %s: %u entr%s%s", colour(stdout, COLOUR_BOLD), arch_info[m->arch].name, m->entries.count,
	       m->entries.count == 1 ? "y" : "ies", colour(stdout, COLOUR_PLAIN));
	print_clock(m);
	printf("\n");
	print_list(&m->entries, &m->preferred);
	if (m->hidden.count)
		printf("not shown:\n");
	print_list(&m->hidden, NULL);
	finding_print_all(&m->findings);
	print_findings(&m->entries);
	print_findings(&m->hidden);
}

void setup_print(const struct setup *s, bool strict)
{
	printf("%s%s: %s%s\n", colour(stdout, COLOUR_BOLD), s->config ? s->config : s->root,
	       !setup_is_sound(s, false) ? "something does not boot" : setup_is_sound(s, strict)
	       ? "every entry that is shown boots" : "something is doubtful",
	       colour(stdout, COLOUR_PLAIN));
	if (!s->config)
		printf("  there is no hobnail.conf\n");
	finding_print_all(&s->findings);
	for (unsigned i = 0; i < s->menu_count; i++)
		print_menu(&s->menus[i]);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void put_entry(struct json_out *o, const struct setup_entry *e)
{
	json_out_begin(o, NULL, '{');
	json_out_text(o, "id", e->id);
	json_out_text(o, "title", e->title);
	json_out_text(o, "source", source_name(e->source));
	json_out_text(o, "file", e->file);
	json_out_bool(o, "xbootldr", e->on_xbootldr);
	json_out_text(o, "kernel", e->kernel);
	json_out_text(o, "protocol", e->protocol);
	json_out_text(o, "verdict", verdict_name(e->verdict));
	finding_put_all(o, &e->findings);
	json_out_end(o, '}');
}

static void put_list(struct json_out *o, const char *name, const struct setup_list *list)
{
	json_out_begin(o, name, '[');
	for (unsigned i = 0; i < list->count; i++)
		put_entry(o, list->at[i]);
	json_out_end(o, ']');
}

/* timeout: null where the menu waits for ever. */
static void put_menu(struct json_out *o, const struct setup_menu *m)
{
	json_out_begin(o, NULL, '{');
	json_out_text(o, "arch", arch_info[m->arch].name);
	if (m->list.timeout == CONFIG_WAITS)
		json_out_null(o, "timeout");
	else
		json_out_number(o, "timeout", m->list.timeout);
	json_out_text(o, "default", m->preferred < m->entries.count ? m->entries.at[m->preferred]->id : NULL);
	finding_put_all(o, &m->findings);
	put_list(o, "entries", &m->entries);
	put_list(o, "hidden", &m->hidden);
	json_out_end(o, '}');
}

void setup_print_json(const struct setup *s, bool strict)
{
	struct json_out o = { .stream = stdout };

	json_out_begin(&o, NULL, '{');
	json_out_text(&o, "configuration", s->config);
	json_out_text(&o, "root", s->root);
	json_out_text(&o, "verdict", setup_is_sound(s, strict) ? "boots" : "refused");
	finding_put_all(&o, &s->findings);
	json_out_begin(&o, "menus", '[');
	for (unsigned i = 0; i < s->menu_count; i++)
		put_menu(&o, &s->menus[i]);
	json_out_end(&o, ']');
	json_out_end(&o, '}');
	putchar('\n');
}
