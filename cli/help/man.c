#include "help.h"

#include <ctype.h>
#include <string.h>

#include "text.h"

enum { LINE_BYTES = 76 };

/* ---- roff: groff_man(7), and mandoc's man(7) ------------------------------------------------------------------ */

/* Characters that roff would take for its own, or print as typographic ones. */
static void put_char(FILE *out, char c)
{
	static const struct {
		char c;
		const char *roff;
	} named[] = {
		{ '\\', "\\e" }, { '-', "\\-" }, { '\'', "\\(aq" }, { '`', "\\(ga" }, { '^', "\\(ha" },
		{ '~', "\\(ti" },
	};

	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
		if (named[i].c == c) {
			fputs(named[i].roff, out);
			return;
		}
	fputc(c, out);
}

static void put_bytes(FILE *out, const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_char(out, text[i]);
}

/* Is there an option's name at `at`, which begins a word? */
static size_t option_length(const char *at)
{
	size_t dashes = strspn(at, "-"), n = dashes;

	if (dashes < 1 || dashes > 2 || !isalpha((unsigned char)at[dashes]))
		return 0;
	while (isalnum((unsigned char)at[n]) || (at[n] == '-' && isalnum((unsigned char)at[n + 1])))
		n++;
	return dashes == 1 && n != 2 ? 0 : n;
}

/* One word. A line must not begin with a full stop or an apostrophe, nor be empty. */
static void put_word(FILE *out, const char *word, size_t count)
{
	size_t quote = *word == '(', name = option_length(word + quote);

	if (!count || *word == '.')
		fputs("\\&", out);
	put_bytes(out, word, quote);
	if (name && quote + name <= count) {
		fputs("\\fB", out);
		put_bytes(out, word + quote, name);
		fputs("\\fR", out);
		quote += name;
	}
	put_bytes(out, word + quote, count - quote);
}

/* At most: an escape for each character that may need one, and two to change the font. */
static size_t word_bytes(const char *word, size_t count)
{
	size_t bytes = count + 2 * strlen("\\fB");

	for (size_t i = 0; i < count; i++)
		bytes += isalnum((unsigned char)word[i]) ? 0 : strlen("\\(aq") - 1;
	return bytes;
}

/* Options are bold; a sentence begins a line. */
static void put_text(FILE *out, const char *text)
{
	size_t column = 0;

	do {
		size_t n = strcspn(text, " ");
		put_word(out, text, n);
		column += word_bytes(text, n) + 1;
		bool ends = n && strchr(".:?!", text[n - 1]);
		text += n;
		text += strspn(text, " ");
		bool breaks = !*text || ends || column + word_bytes(text, strcspn(text, " ")) > LINE_BYTES;
		fputc(breaks ? '\n' : ' ', out);
		column = breaks ? 0 : column;
	} while (*text);
}

/* A command to type: one line, as it is. */
static void put_literal(FILE *out, const char *text)
{
	fputs("\\&", out);
	put_bytes(out, text, strlen(text));
	fputc('\n', out);
}

/* In a term values are italic, and all else is bold. */
static void put_term(FILE *out, const char *term)
{
	while (*term) {
		size_t n = strspn(term, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		bool is_value = n > 0;
		if (!is_value)
			n = strcspn(term, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		fputs(is_value ? "\\fI" : "\\fB", out);
		put_bytes(out, term, n);
		term += n;
	}
	fputs("\\fR\n", out);
}

static void put_heading(FILE *out, const char *macro, const char *title, bool upper)
{
	fprintf(out, ".%s \"", macro);
	for (; *title; title++)
		put_char(out, upper ? (char)toupper((unsigned char)*title) : *title);
	fputs("\"\n", out);
}

/* ---- Elements --------------------------------------------------------------------------------------------------- */

/* `before`: the kind of the element before it, HELP_END at the beginning of a section. Literal lines stay together. */
static void put_element(FILE *out, const struct help_element *e, enum help_kind before)
{
	if (before == HELP_LITERAL && e->kind != HELP_LITERAL)
		fputs(".fi\n", out);
	if (e->kind == HELP_ITEM) {
		fputs(".TP\n", out);
		put_term(out, e->term);
	} else if (e->kind == HELP_LITERAL && before != HELP_LITERAL) {
		fputs(".IP\n.nf\n", out);
	} else if (e->kind == HELP_PARAGRAPH && before != HELP_END) {
		fputs(".PP\n", out);
	}
	if (e->kind == HELP_LITERAL)
		put_literal(out, e->text);
	else if (e->kind != HELP_END)
		put_text(out, e->text);
}

static void put_section(FILE *out, const char *text)
{
	struct help_element e;
	enum help_kind before = HELP_END;

	do {
		text = help_element_read(text, &e);
		put_element(out, &e, before);
		before = e.kind;
		help_element_free(&e);
	} while (before != HELP_END);
}

/* ---- The page --------------------------------------------------------------------------------------------------- */

static void put_usage(FILE *out, const struct verb *v)
{
	fprintf(out, "\\fBhobnail%s%s\\fR ", v == &hobnail_verb ? "" : " ", v == &hobnail_verb ? "" : v->name);
	put_text(out, v->usage);
}

static void put_verb(FILE *out, const struct verb *v)
{
	fputs(".SH \"HOBNAIL ", out);
	for (const char *c = v->name; *c; c++)
		fputc(toupper((unsigned char)*c), out);
	fputs("\"\n", out);
	put_usage(out, v);
	for (const struct help_section *s = v->sections; s->text; s++) {
		if (s->title && s != v->sections)
			put_heading(out, "SS", s->title, false);
		else
			fputs(".PP\n", out);
		put_section(out, s->text);
	}
}

static void put_verbs(FILE *out)
{
	put_heading(out, "SH", "Commands", true);
	for (size_t i = 0; verbs[i]; i++) {
		struct help_element e = { HELP_ITEM, (char *)verbs[i]->name, (char *)verbs[i]->summary };
		put_element(out, &e, HELP_ITEM);
	}
}

void help_man(FILE *out)
{
	const struct help_section *sections = hobnail_verb.sections;

	fputs(".TH HOBNAIL 1 " HOBNAIL_RELEASED " \"Hobnail " HOBNAIL_RELEASE "\" \"User Commands\"\n", out);
	fputs(".SH NAME\nhobnail \\- ", out);
	put_text(out, hobnail_verb.summary);
	put_heading(out, "SH", "Synopsis", true);
	put_usage(out, &hobnail_verb);
	put_heading(out, "SH", "Description", true);
	put_section(out, sections->text);
	put_verbs(out);
	for (size_t i = 0; verbs[i]; i++)
		put_verb(out, verbs[i]);
	for (const struct help_section *s = sections + 1; s->text; s++) {
		put_heading(out, "SH", s->title, true);
		put_section(out, s->text);
	}
}
