#include "help.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "colour.h"
#include "text.h"

enum {
	WIDTH = 80, /* of a pipe; a terminal's own, within these: */
	WIDTH_LEAST = 40,
	WIDTH_MOST = 110,
	TERM_INDENT = 2,
	TEXT_COLUMN_MOST = 24, /* a longer term has a line of its own */
};

struct page {
	FILE *out;
	int width;
};

static int width_of(FILE *out)
{
	struct winsize size = { 0 };

	if (ioctl(fileno(out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return WIDTH;
	return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col > WIDTH_MOST ? WIDTH_MOST : size.ws_col;
}

/* Prints words from `column` on; further lines are indented by `indent`. */
static void print_wrapped(const struct page *p, const char *text, int column, int indent)
{
	while (*text) {
		int word = (int)strcspn(text, " ");
		if (column > indent && column + 1 + word > p->width) {
			fprintf(p->out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', p->out);
			column++;
		}
		fwrite(text, 1, (size_t)word, p->out);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', p->out);
}

static void print_item(const struct page *p, const struct help_element *e, int text_column)
{
	int end = TERM_INDENT + (int)strlen(e->term);

	fprintf(p->out, "%*s%s%s%s", TERM_INDENT, "", colour(p->out, COLOUR_BOLD), e->term,
	        colour(p->out, COLOUR_PLAIN));
	if (*e->text && end + 2 > text_column)
		fprintf(p->out, "\n%*s", text_column, "");
	else if (*e->text)
		fprintf(p->out, "%*s", text_column - end, "");
	print_wrapped(p, e->text, text_column, text_column);
}

/* The column of the explanations: behind the longest term that is short enough. */
static int text_column(const char *text)
{
	struct help_element e;
	int column = 0;

	for (; text = help_element_read(text, &e), e.kind != HELP_END; help_element_free(&e)) {
		int end = e.kind == HELP_ITEM ? TERM_INDENT + (int)strlen(e.term) + 2 : 0;
		if (end > column)
			column = end < TEXT_COLUMN_MOST ? end : TEXT_COLUMN_MOST;
	}
	help_element_free(&e);
	return column;
}

static void print_text(const struct page *p, const char *text)
{
	int column = text_column(text);
	struct help_element e;
	enum help_kind before = HELP_END;

	for (; text = help_element_read(text, &e), e.kind != HELP_END; help_element_free(&e)) {
		if (before != HELP_END && (e.kind == HELP_PARAGRAPH || e.kind != before))
			fputc('\n', p->out);
		if (e.kind == HELP_ITEM)
			print_item(p, &e, column);
		else if (e.kind == HELP_LITERAL)
			fprintf(p->out, "    %s\n", e.text);
		else
			print_wrapped(p, e.text, 0, 0);
		before = e.kind;
	}
	help_element_free(&e);
}

static void print_verbs(const struct page *p)
{
	fprintf(p->out, "\n%sCommands:%s\n", colour(p->out, COLOUR_BOLD), colour(p->out, COLOUR_PLAIN));
	for (size_t i = 0; verbs[i]; i++) {
		struct help_element e = { HELP_ITEM, (char *)verbs[i]->name, (char *)verbs[i]->summary };
		print_item(p, &e, 11);
	}
}

void help_print(const struct verb *v, FILE *out)
{
	const struct page p = { out, width_of(out) };
	bool is_all = v == &hobnail_verb;

	fprintf(out, "%susage:%s hobnail%s%s %s\n\n", colour(out, COLOUR_BOLD), colour(out, COLOUR_PLAIN),
	        is_all ? "" : " ", is_all ? "" : v->name, v->usage);
	for (const struct help_section *s = v->sections; s->text; s++) {
		if (s->title && s != v->sections)
			fprintf(out, "\n%s%s:%s\n", colour(out, COLOUR_BOLD), s->title, colour(out, COLOUR_PLAIN));
		print_text(&p, s->text);
		if (is_all && s == v->sections)
			print_verbs(&p);
	}
}
