#include "gdb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "check/check.h"
#include "cli.h"
#include "file.h"
#include "strlist.h"
#include "explain/symbols.h"

/* ---- Addresses -------------------------------------------------------------------------------------------------- */

/* All 0: the loader would refuse the kernel, or nobody knows. */
struct addresses {
	uint64_t slide; /* the loader adds this to the addresses of the file */
	uint64_t entry; /* in memory; 0: with the MMU off                    */
	uint64_t net;   /* of the loader's copy, which hands over; 0: likewise */
};

/* False: the loader would refuse the kernel on that machine, and `why` is its sentence; or it cannot be read, which
 * has been said. */
static bool addresses_on(const struct gdb_session *s, bool full, struct addresses *out, char why[FINDING_TEXT_BYTES])
{
	static struct check c;
	char text[FINDING_TEXT_BYTES];

	c = (struct check){ .arch = s->arch, .options = { .el2 = full, .la57 = full, .lpa2 = full } };
	if (s->memory_mib >= MODEL_LEAST_MIB && s->memory_mib <= model_most_mib(s->arch))
		c.options.memory_mib = s->memory_mib;
	bool is_judged = check_kernel(&c, s->kernel) == 0, boots = is_judged && c.problem.code == OK;
	if (boots && !c.attempt.wants.mmu_off)
		*out = (struct addresses){
			.slide = c.attempt.kernel.slide,
			.entry = c.attempt.handoff->entry,
			.net = c.attempt.handoff->net_virt,
		};
	snprintf(why, FINDING_TEXT_BYTES, "%s", is_judged && !boots ? check_sentence(&c, text, sizeof text) : "");
	check_close(&c);
	return boots;
}

/* On the usual machine; or on one that has what the usual one lacks, if it may be such a one. */
static struct addresses addresses_of(const struct gdb_session *s)
{
	struct addresses a = { 0 };
	char why[FINDING_TEXT_BYTES];

	if (!model_has(s->arch) || !s->kernel || addresses_on(s, false, &a, why))
		return a;
	if (s->may_be_other)
		addresses_on(s, true, &a, why);
	else if (*why)
		complain(0, "no breakpoints: the loader will refuse %s on this machine: %s", s->kernel, why);
	return a;
}

/* ---- Commands --------------------------------------------------------------------------------------------------- */

static bool is_plain(const char *path)
{
	return !path[strcspn(path, " \t\"'\\")];
}

/* As gdb splits arguments. The caller frees. */
static char *quoted(const char *path)
{
	if (is_plain(path))
		return string_copy(path);
	char *out = memory_resize(NULL, 2 * strlen(path) + 3), *to = out;
	*to++ = '"';
	for (; *path; path++) {
		if (*path == '"' || *path == '\\')
			*to++ = '\\';
		*to++ = *path;
	}
	*to++ = '"';
	*to = '\0';
	return out;
}

/* Appends, and frees `more`. */
static void add(char **commands, char *more)
{
	char *all = string_format("%s%s", *commands, more ? more : "");

	free(more);
	free(*commands);
	*commands = all;
}

/* Where the loader was built, its sources lie two folders above it. NULL: not there. */
static char *loader_sources(const char *loader)
{
	char *top = string_format("%.*s../..", (int)(file_name(loader) - loader), loader);
	char *source = string_format("%s/loader/after/main.c", top), *name = quoted(top);
	char *command = file_exists(source) ? string_format("directory %s\n", name) : NULL;

	free(name);
	free(source);
	free(top);
	return command;
}

static void add_symbols(char **commands, const struct gdb_session *s, const struct addresses *a)
{
	char *name = quoted(s->kernel), *loader = NULL;

	add(commands, a->slide ? string_format("symbol-file -o %#llx %s\n", (unsigned long long)a->slide, name) :
	              string_format("symbol-file %s\n", name));
	if (a->net && s->loader)
		loader = gdb_loader_command(s->arch, s->loader, a->net);
	if (loader)
		add(commands, string_format("%s\n", loader));
	if (loader)
		add(commands, loader_sources(s->loader));
	free(loader);
	free(name);
}

static void add_other_symbols(char **commands, const struct strings *symbols)
{
	for (size_t i = 0; symbols && i < symbols->count; i++) {
		uint64_t slide;
		char *path = symbols_file(symbols->at[i], &slide), *name = quoted(path);
		add(commands, string_format("add-symbol-file %s -o %#llx\n", name, (unsigned long long)slide));
		free(name);
		free(path);
	}
}

/* The hand-off begins in the loader's copy, with handoff_main(). */
static void add_breakpoints(char **commands, const struct addresses *a, bool has_loader)
{
	if (has_loader)
		add(commands, string_copy("hbreak *handoff_main\n"));
	if (a->entry)
		add(commands, string_format("hbreak *%#llx\necho The guest runs. Ctrl-C stops it.\\n\ncontinue\n",
		                            (unsigned long long)a->entry));
}

char *gdb_commands(const struct gdb_session *s)
{
	struct addresses a = addresses_of(s);
	char *commands = string_copy("");

	if (s->kernel)
		add_symbols(&commands, s, &a);
	bool has_loader = strstr(commands, "add-symbol-file");
	add_other_symbols(&commands, s->symbols);
	add(&commands, string_format("target remote %s\n", s->target));
	add_breakpoints(&commands, &a, has_loader);
	return commands;
}

char *gdb_definitions(const char *console, const char *loader_script)
{
	return string_format("define console\nshell tail -n 40 '%s'\nend\n"
	                     "document console\nShow the end of what the guest has printed.\nend\n"
	                     "define loader\nsource %s\nend\n"
	                     "document loader\nRead the symbols of the loader where the firmware runs it, once its log "
	                     "has the address (hobnail run --verbose).\nend\n", console, loader_script);
}

char *gdb_loader_file(enum arch arch, const char *loader)
{
	int folder = (int)(file_name(loader) - loader);
	char *names[] = { string_format("%.*shobnail.elf", folder, loader),
	                  string_format("%.*shobnail-%s.elf", folder, loader, arch_info[arch].name) };
	char *found = NULL;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!found && file_exists(names[i]))
			found = string_copy(names[i]);
		free(names[i]);
	}
	return found;
}

char *gdb_loader_command(enum arch arch, const char *loader, uint64_t at)
{
	char *file = gdb_loader_file(arch, loader), *name = file ? quoted(file) : NULL;
	char *command = name ? string_format("add-symbol-file %s -o %#llx", name, (unsigned long long)at) : NULL;

	free(name);
	free(file);
	return command;
}
