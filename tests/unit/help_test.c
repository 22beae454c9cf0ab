/* The text of each verb names every option that getopt_long() takes, and no other. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "help/help.h"
#include "help/text.h"

/* ---- The verbs -------------------------------------------------------------------------------------------------- */

struct wanted {
	const char *name; /* NULL: only a letter */
	char letter;
	bool takes_value;
	unsigned found;
};

static void look(void *context, const struct help_option *o, const char *text)
{
	struct wanted *w = context;

	(void)text;
	if (w->name ? strcmp(o->name, w->name) != 0 : o->letter != w->letter)
		return;
	w->found++;
	if (w->takes_value != (*o->value != '\0'))
		fail_msg("the help is wrong about the value of --%s", o->name);
}

static void expect_in_help(const struct verb *v, struct wanted w)
{
	help_options(v, look, &w);
	if (w.found != 1)
		fail_msg("%s: --help has %u times the option %s %c", v->name, w.found, w.name ? w.name : "", w.letter);
}

static const struct option *long_option(const struct verb *v, const char *name)
{
	for (const struct option *o = v->options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

static void expect_in_getopt(void *context, const struct help_option *o, const char *text)
{
	const struct verb *v = context;

	if (*o->name && !long_option(v, o->name))
		fail_msg("%s: --help has --%s, which is no option", v->name, o->name);
	if (o->letter && !strchr(v->letters, o->letter))
		fail_msg("%s: --help has -%c, which is no option", v->name, o->letter);
	if (o->letter && *o->name && long_option(v, o->name)->val != o->letter)
		fail_msg("%s: -%c is not --%s", v->name, o->letter, o->name);
	if (!*text)
		fail_msg("%s: --%s is not explained", v->name, o->name);
}

static void expect_whole(const struct verb *v)
{
	for (const struct option *o = v->options; o->name; o++)
		expect_in_help(v, (struct wanted){ o->name, 0, o->has_arg != no_argument, 0 });
	for (const char *letter = v->letters; *letter; letter++)
		if (*letter != ':' && *letter != '+')
			expect_in_help(v, (struct wanted){ NULL, *letter, letter[1] == ':', 0 });
	help_options(v, expect_in_getopt, (void *)v);
}

static void help_names_every_option(void **state)
{
	(void)state;
	expect_whole(&hobnail_verb);
	for (size_t i = 0; verbs[i]; i++)
		expect_whole(verbs[i]);
}

static void each_verb_says_its_exit_status_and_has_an_example(void **state)
{
	(void)state;
	for (size_t i = 0; verbs[i]; i++) {
		unsigned found = 0;
		for (const struct help_section *s = verbs[i]->sections; s->text; s++) {
			found += s->title && strcmp(s->title, "Exit status") == 0;
			found += s->title && strcmp(s->title, "Examples") == 0;
		}
		if (found != 2)
			fail_msg("%s: \"Exit status\" or \"Examples\" is missing", verbs[i]->name);
		assert_non_null(verbs[i]->run);
		assert_null(strchr(verbs[i]->summary, '\''));
	}
}

/* ---- The text --------------------------------------------------------------------------------------------------- */

static void expect_element(const char **at, enum help_kind kind, const char *term, const char *text)
{
	struct help_element e;

	*at = help_element_read(*at, &e);
	assert_int_equal(e.kind, kind);
	if (term)
		assert_string_equal(e.term, term);
	else
		assert_null(e.term);
	assert_string_equal(e.text, text);
	help_element_free(&e);
}

static void elements_are_told_apart_by_indentation(void **state)
{
	const char *at = "One\ntwo.\n\nThree.\n  term one  its text\n      goes on\n  bare\n      below\n  last\n\n"
	                 "    a command  line\n    and another";

	(void)state;
	expect_element(&at, HELP_PARAGRAPH, NULL, "One two.");
	expect_element(&at, HELP_PARAGRAPH, NULL, "Three.");
	expect_element(&at, HELP_ITEM, "term one", "its text goes on");
	expect_element(&at, HELP_ITEM, "bare", "below");
	expect_element(&at, HELP_ITEM, "last", "");
	expect_element(&at, HELP_LITERAL, NULL, "a command  line");
	expect_element(&at, HELP_LITERAL, NULL, "and another");
	expect_element(&at, HELP_END, NULL, "");
	expect_element(&at, HELP_END, NULL, "");
}

static const char *expect_option(const char *at, char letter, const char *name, const char *value)
{
	struct help_option o;

	at = help_option_read(at, &o);
	assert_non_null(at);
	assert_int_equal(o.letter, letter);
	assert_string_equal(o.name, name);
	assert_string_equal(o.value, value);
	help_option_free(&o);
	return at;
}

static void options_are_read_from_a_term(void **state)
{
	struct help_option o;
	const char *at = expect_option("-o, --output FILE", 'o', "output", "FILE");

	(void)state;
	assert_null(help_option_read(at, &o));
	at = expect_option("--forbid TEXT, --forbid-re REGEX", 0, "forbid", "TEXT");
	at = expect_option(at, 0, "forbid-re", "REGEX");
	assert_null(help_option_read(at, &o));
	at = expect_option("-v, -x N", 'v', "", "");
	at = expect_option(at, 'x', "", "N");
	assert_null(help_option_read(at, &o));
	assert_null(help_option_read("status", &o));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_names_every_option),
		cmocka_unit_test(each_verb_says_its_exit_status_and_has_an_example),
		cmocka_unit_test(elements_are_told_apart_by_indentation),
		cmocka_unit_test(options_are_read_from_a_term),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
