/* limine_print.c — the requests of a kernel of the Limine protocol, in words or as JSON. */
#include "limine_print.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "path.h"
#include "strlist.h"

enum { COLUMNS = 110 };

#define LL(n) ((unsigned long long)(n))

static const struct {
	const char *where, *then; /* NULL: it is always answered */
} missing[LIMINE_REQUESTS] = {
#define MISSING(id, where, then) [LIMINE_##id] = { where, then },
#include "limine_missing.def"
#undef MISSING
};

/* Modules that the kernel names itself. Its pointers are relocated (HELD_LOADED); false: there is no such one. */
static bool internal_at(const struct check *c, unsigned i, struct limine_internal *out)
{
	struct problem ignored;
	unsigned count = 0;

	return c->held >= HELD_LOADED && !limine_internal_count(&c->attempt, &c->limine, &count, &ignored) &&
	       i < count && !limine_internal(&c->attempt, &c->limine, i, out, &ignored);
}

static bool requires_module(const struct check *c)
{
	struct limine_internal m;

	for (unsigned i = 0; internal_at(c, i, &m); i++)
		if (m.flags & LIMINE_MODULE_REQUIRED)
			return true;
	return false;
}

/* The model has no modules. A kernel that requires one of its own gets it, or is not booted. */
static bool is_answered(const struct check *c, unsigned id)
{
	return c->answered >> id & 1 || (id == LIMINE_MODULES && c->held >= HELD_SPACE && requires_module(c));
}

/* ---- For people ------------------------------------------------------------------------------------------- */

static void print_protocol(const struct limine *l)
{
	printf("  Limine protocol, ");
	if (l->has_tag)
		printf("base revision %llu", LL(l->asked_revision));
	else
		printf("base revision 0, since there is no tag");
	if (l->asked_revision != l->revision)
		printf(", served as %u", l->revision);
	printf(l->has_markers ? "; its requests lie between markers\n" : "\n");
}

/* Those that no machine leaves without an answer, in one paragraph. */
static void print_always(const struct limine *l)
{
	static const char lead[] = "  always answered:", indent[] = "\n     ";
	size_t column = 0;

	for (unsigned id = 0; id < LIMINE_REQUESTS; id++) {
		size_t bytes = strlen(limine_name(id));
		if (!limine_asks(l, id) || missing[id].where)
			continue;
		if (column)
			printf(",");
		if (!column || column + bytes > COLUMNS)
			column = (size_t)printf("%s", column ? indent : lead);
		column += (size_t)printf(" %s", limine_name(id)) + 1;
	}
	if (column)
		printf("\n");
}

/* Answers are known of a kernel that came so far. */
static void print_request(const struct check *c, unsigned id)
{
	const char *here = c->held < HELD_SPACE ? "" : is_answered(c, id) ? ": answered here" : ": not answered here";

	printf("  requests %s%s\n      Missing where %s.\n      A kernel that does not test its response %s.\n",
	       limine_name(id), here, missing[id].where, missing[id].then);
}

/* A kernel may have anything in its texts. */
static void print_text(struct text text)
{
	for (size_t i = 0; i < text.bytes; i++)
		putchar((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f ? '?' : text.at[i]);
}

static void print_internal(const struct check *c)
{
	struct limine_internal m;

	for (unsigned i = 0; internal_at(c, i, &m); i++) {
		printf("  names the %s module ", m.flags & LIMINE_MODULE_REQUIRED ? "required" : "optional");
		print_text(m.path);
		printf("%s%s\n", path_is_absolute(m.path) ? " of its volume" : ", relative to its own folder",
		       m.hash.at ? ", with a hash" : "");
	}
}

void limine_print(const struct check *c)
{
	const struct limine *l = &c->limine;

	print_protocol(l);
	print_always(l);
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (limine_asks(l, id) && missing[id].where)
			print_request(c, id);
	print_internal(c);
	if (!l->count)
		printf("  makes no requests\n");
}

/* ---- JSON ------------------------------------------------------------------------------------------------- */

static void put_request(struct json_out *o, const struct check *c, unsigned id)
{
	json_out_begin(o, NULL, '{');
	json_out_text(o, "name", limine_name(id));
	json_out_hex(o, "value", c->limine.of[id].virt);
	json_out_bool(o, "required", false);
	json_out_bool(o, "granted", is_answered(c, id));
	json_out_text(o, "missing_where", missing[id].where);
	json_out_text(o, "if_untested", missing[id].then);
	json_out_end(o, '}');
}

static void put_text(struct json_out *o, const char *name, struct text text)
{
	char *copy = string_format("%.*s", (int)text.bytes, text.at);

	json_out_text(o, name, copy);
	free(copy);
}

static void put_internal(struct json_out *o, const struct check *c)
{
	struct limine_internal m;

	json_out_begin(o, "internal_modules", '[');
	for (unsigned i = 0; internal_at(c, i, &m); i++) {
		json_out_begin(o, NULL, '{');
		put_text(o, "path", m.path);
		put_text(o, "string", m.string);
		json_out_bool(o, "required", m.flags & LIMINE_MODULE_REQUIRED);
		if (m.hash.at)
			put_text(o, "hash", m.hash);
		else
			json_out_null(o, "hash");
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

void limine_put(struct json_out *o, const struct check *c)
{
	const struct limine *l = &c->limine;
	char text[40];

	json_out_begin(o, "requests", '[');
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (limine_asks(l, id))
			put_request(o, c, id);
	json_out_end(o, ']');
	json_out_begin(o, "unknown_requests", '[');
	for (unsigned i = 0; i < l->unknown_count && i < LIMINE_MAX_UNKNOWN; i++) {
		snprintf(text, sizeof text, "0x%016llx 0x%016llx", LL(l->unknown[i][0]), LL(l->unknown[i][1]));
		json_out_text(o, NULL, text);
	}
	json_out_end(o, ']');
	put_internal(o, c);
}
