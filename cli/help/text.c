#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "strlist.h"

/* ---- Elements --------------------------------------------------------------------------------------------------- */

/* Appends the line without its indentation, after a space if something stands before it. */
static void join_line(char **text, const char *line, size_t bytes)
{
	while (bytes && *line == ' ')
		line++, bytes--;
	char *joined = string_format("%s%s%.*s", *text, **text ? " " : "", (int)bytes, line);

	free(*text);
	*text = joined;
}

static const char *line_end(const char *at)
{
	return at + strcspn(at, "\n");
}

static const char *line_next(const char *at)
{
	const char *end = line_end(at);

	return *end ? end + 1 : end;
}

static size_t indentation(const char *at)
{
	return strspn(at, " ");
}

/* The term ends before two spaces. */
static const char *read_item(const char *at, struct help_element *out)
{
	const char *end = line_end(at), *gap = strstr(at += 2, "  ");

	out->kind = HELP_ITEM;
	if (!gap || gap > end)
		gap = end;
	out->term = string_format("%.*s", (int)(gap - at), at);
	join_line(&out->text, gap, (size_t)(end - gap));
	for (at = line_next(at); indentation(at) >= 4 && at[indentation(at)] != '\n'; at = line_next(at))
		join_line(&out->text, at, (size_t)(line_end(at) - at));
	return at;
}

static const char *read_literal(const char *at, struct help_element *out)
{
	out->kind = HELP_LITERAL;
	free(out->text);
	out->text = string_format("%.*s", (int)(line_end(at) - at - 4), at + 4);
	return line_next(at);
}

static const char *read_paragraph(const char *at, struct help_element *out)
{
	out->kind = HELP_PARAGRAPH;
	for (; *at && *at != '\n' && indentation(at) < 2; at = line_next(at))
		join_line(&out->text, at, (size_t)(line_end(at) - at));
	return at;
}

const char *help_element_read(const char *at, struct help_element *out)
{
	*out = (struct help_element){ .kind = HELP_END, .text = string_copy("") };
	at += strspn(at, "\n");
	if (!*at)
		return at;
	if (indentation(at) >= 4)
		return read_literal(at, out);
	return indentation(at) >= 2 ? read_item(at, out) : read_paragraph(at, out);
}

void help_element_free(struct help_element *e)
{
	free(e->term);
	free(e->text);
}

/* ---- Options ---------------------------------------------------------------------------------------------------- */

bool help_names_options(const struct help_element *e)
{
	return e->kind == HELP_ITEM && e->term[0] == '-' && e->term[1] != ' ';
}

/* "-o, --output FILE" is one option, "--forbid TEXT, --forbid-re REGEX" are two. */
const char *help_option_read(const char *at, struct help_option *out)
{
	*out = (struct help_option){ 0 };
	at += strspn(at, ", ");
	if (*at != '-')
		return NULL;
	if (at[1] != '-') {
		out->letter = at[1];
		at += 2;
		if (strncmp(at, ", --", 4) == 0)
			at += 2;
	}
	size_t name = strncmp(at, "--", 2) == 0 ? strcspn(at, " ,") : 0;
	out->name = name ? string_format("%.*s", (int)name - 2, at + 2) : string_copy("");
	at += name;
	size_t value = *at == ' ' ? strcspn(at + 1, ",") : 0;
	out->value = value ? string_format("%.*s", (int)value, at + 1) : string_copy("");
	return at + value + (*at == ' ');
}

void help_option_free(struct help_option *o)
{
	free(o->name);
	free(o->value);
}

void help_options(const struct verb *v, void (*take)(void *context, const struct help_option *o, const char *text),
                  void *context)
{
	struct help_element e;
	struct help_option o;

	for (const struct help_section *s = v->sections; s->text; s++) {
		const char *at = s->text;
		for (; at = help_element_read(at, &e), e.kind != HELP_END; help_element_free(&e)) {
			const char *term = help_names_options(&e) ? e.term : NULL;
			for (; term && (term = help_option_read(term, &o)); help_option_free(&o))
				take(context, &o, e.text);
		}
		help_element_free(&e);
	}
}
