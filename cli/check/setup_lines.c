/* setup_lines.c — all errors of a configuration. The loader stops at the first one. Here that line is taken out of
 * the text, and the loader's own code reads it again; as long as a line can be taken out so that nothing else that is
 * judged changes. */
#include <stdlib.h>
#include <string.h>

#include "setup.h"

enum { MOST_ROUNDS = 200 };

const char setup_no_kernel[] = "\\an entry without a kernel";

struct line {
	char *at;
	size_t bytes;  /* without its end */
	unsigned more; /* lines that have been added behind it */
	bool refused;
};

struct lines {
	struct line *at;
	size_t count;
};

static void set_line(struct line *l, const char *text, size_t bytes)
{
	l->at = memory_resize(l->at, bytes + 1);
	memcpy(l->at, text, bytes);
	l->bytes = bytes;
}

/* One more than there are line ends. */
static void split(struct lines *l, const char *at, size_t bytes)
{
	const char *end = at + bytes, *newline;

	do {
		newline = memchr(at, '\n', (size_t)(end - at));
		l->at = memory_resize(l->at, (l->count + 1) * sizeof *l->at);
		l->at[l->count] = (struct line){ 0 };
		set_line(&l->at[l->count++], at, (size_t)((newline ? newline : end) - at));
		at = newline ? newline + 1 : end;
	} while (newline);
}

static void join(const struct lines *l, struct setup *s)
{
	s->bytes = 0;
	for (size_t i = 0; i < l->count; i++) {
		s->text = memory_resize(s->text, s->bytes + l->at[i].bytes + 2);
		if (i)
			s->text[s->bytes++] = '\n';
		memcpy(s->text + s->bytes, l->at[i].at, l->at[i].bytes);
		s->bytes += l->at[i].bytes;
	}
}

/* The index of the line that has this number, from 1, in the joined text. */
static size_t line_of(const struct lines *l, uint64_t number)
{
	size_t i = 0;

	for (uint64_t n = 1; i + 1 < l->count && n + l->at[i].more < number; i++)
		n += 1 + l->at[i].more;
	return i;
}

static bool is_header(const struct line *l)
{
	size_t at = 0;

	while (at < l->bytes && (l->at[at] == ' ' || l->at[at] == '\t'))
		at++;
	return at < l->bytes && l->at[at] == '[';
}

/* Has a line of the section been refused, which begins with this one? */
static bool has_refused(const struct lines *l, size_t header)
{
	for (size_t i = header + 1; i < l->count && !is_header(&l->at[i]); i++)
		if (l->at[i].refused)
			return true;
	return false;
}

/* A line that is no error any more. */
static void repair(struct lines *l, size_t i, enum err code)
{
	struct line *line = &l->at[i];
	char *text;

	line->refused = true;
	if (code == ERR_CONFIG_SECTION || code == ERR_CONFIG_NAME || code == ERR_CONFIG_NAME_TWICE)
		text = string_format("[line %zu]", i + 1);
	else if (code == ERR_CONFIG_NO_KERNEL)
		text = string_format("%.*s\nkernel = \"%s\"", (int)line->bytes, line->at, setup_no_kernel);
	else
		text = string_copy("#");
	line->more += code == ERR_CONFIG_NO_KERNEL;
	set_line(line, text, strlen(text));
	free(text);
}

/* The sentence names the lines of the file. */
static void add_finding(struct setup *s, const struct lines *l, struct problem p)
{
	char text[FINDING_TEXT_BYTES];

	if (p.value[0])
		p.value[0] = line_of(l, p.value[0]) + 1;
	if (p.code == ERR_CONFIG_TWICE)
		p.value[2] = line_of(l, p.value[2]) + 1;
	p.offset = 0;
	err_sentence(&p, text, sizeof text);
	findings_add_refusal(&s->findings, &p, text);
}

static enum err read_text(const struct setup *s, const char *arch, struct problem *p)
{
	struct config_list list;
	struct config_entry entry;

	return config_read(s->text, s->bytes, arch, (struct text){ "", 0 }, &list, &entry, p);
}

/* True: there is no error left. A text that only repairs have made too big is no error of the file. */
static bool judge_round(struct setup *s, struct lines *l, const char *arch, bool *stuck)
{
	struct problem p;

	join(l, s);
	enum err e = read_text(s, arch, &p);
	if (!e || e == ERR_CONFIG_KERNEL_ARCH)
		return true;
	*stuck = e == ERR_CONFIG_BIG || e == ERR_CONFIG_NO_ENTRIES || e == ERR_CONFIG_ENTRIES;
	size_t line = line_of(l, p.value[0]);
	/* A kernel may be missing because its line was taken out. */
	if (e != ERR_CONFIG_BIG && (e != ERR_CONFIG_NO_KERNEL || !has_refused(l, line)))
		add_finding(s, l, p);
	if (!*stuck)
		repair(l, line, e);
	return false;
}

/* Only the number of modules and initrds depends on the architecture. */
void setup_judge_lines(struct setup *s)
{
	struct lines l = { 0 };
	struct problem p;
	bool stuck = read_text(s, "", &p) == ERR_CONFIG_BIG, good = false;
	unsigned round = 0;

	if (stuck)
		add_finding(s, &l, p);
	split(&l, s->text, s->bytes);
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT && !stuck; a++)
		for (good = false; !good && !stuck && round < MOST_ROUNDS; round++)
			good = judge_round(s, &l, arch_info[a].name, &stuck);
	s->has_entries = good && !stuck;
	for (size_t i = 0; i < l.count; i++)
		free(l.at[i].at);
	free(l.at);
}
