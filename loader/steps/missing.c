/* missing.c — hints for a file that is not there: the places searched, and similar names on the volume. */
#include "boot.h"
#include "format.h"
#include "log.h"

#include <string.h>

/* Names like hobnail.conf.txt, Hobnail.cfg, "hobnail .conf", but no programs and no kernels. */
static bool is_like_config(struct text name)
{
	return text_begins(name, "hobnail") && !text_ends(name, ".efi") && !text_ends(name, ".elf");
}

static bool is_like_kernel(struct text name)
{
	return text_ends(name, ".elf");
}

static void hint_add(struct boot *b, const char *before, struct text directory, struct text name)
{
	b->hint_used += format(b->hint + b->hint_used, sizeof b->hint - b->hint_used, "%s%.*s%s%.*s", before,
	                       (int)directory.bytes, directory.at, name.bytes && directory.bytes > 1 ? "\\" : "",
	                       (int)name.bytes, name.at);
}

struct search {
	struct boot *b;
	bool (*is_like)(struct text name);
	const char *before; /* separator in front of the next name */
	struct text directory;
};

static enum err visit(void *context, struct text name, struct problem *p)
{
	struct search *s = context;

	(void)p;
	if (!s->is_like(name))
		return OK;
	hint_add(s->b, s->before, s->directory, name);
	s->before = ", ";
	s->b->hint_names++;
	return OK;
}

static bool is_same(struct text a, const char *b)
{
	return a.bytes == strlen(b) && text_begins(a, b);
}

/* Search these directories; one that cannot be listed is skipped. */
static void look_in(struct search *s, const struct text *directories, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct problem ignored;
		s->directory = directories[i];
		(void)files_list(s->b, VOLUME_OWN, directories[i], visit, s, &ignored);
	}
}

void missing_config(struct boot *b, struct text own)
{
	const struct text directories[] = { text_of("\\"), text_of("\\boot"), text_of("\\EFI"), own };
	struct search s = { b, is_like_config, "; not read: ", { NULL, 0 } };
	bool elsewhere = own.bytes && !is_same(own, "\\");
	bool again = is_same(own, "\\boot") || is_same(own, "\\efi");

	b->hint_used = 0;
	hint_add(b, "no hobnail.conf in ", elsewhere ? own : text_of("\\"), text_of(""));
	if (elsewhere)
		hint_add(b, " or ", text_of("\\"), text_of(""));
	look_in(&s, directories, COUNT_OF(directories) - (again || !elsewhere));
	log_line("%s", b->hint);
}

void missing_kernel(struct boot *b)
{
	const struct text directories[] = { text_of("\\boot"), text_of("\\") };
	struct search s = { b, is_like_kernel, "; kernels there may be: ", { NULL, 0 } };

	if (!b->hint_has_kernels)
		look_in(&s, directories, COUNT_OF(directories));
	b->hint_has_kernels = true;
}
