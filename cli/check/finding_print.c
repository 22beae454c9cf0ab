#include "finding_print.h"

#include <ctype.h>
#include <string.h>

#include "colour.h"

/* ---- For people --------------------------------------------------------------------------------------------- */

static enum colour colour_of(enum severity severity)
{
	return severity == SEVERITY_REFUSED ? COLOUR_BAD : severity == SEVERITY_DOUBTFUL ? COLOUR_DOUBT : COLOUR_FAINT;
}

static void print_lines(const char *indent, const char *text)
{
	while (*text) {
		size_t bytes = strcspn(text, "\n");
		printf("%s%.*s\n", indent, (int)bytes, text);
		text += bytes + (text[bytes] == '\n');
	}
}

/* A note says only the fact and its consequence: nothing has to be done. */
static void print_finding(const struct kernel_finding *f)
{
	const struct finding_kind *kind = f->kind;

	printf("\n%s%s H%04u%s: %s.\n  ", colour(stdout, colour_of(kind->severity)), severity_name(kind->severity),
	       kind->number, colour(stdout, COLOUR_PLAIN), f->fact);
	if (f->offset)
		printf("At offset 0x%llx of the file. ", (unsigned long long)f->offset);
	if (f->more)
		printf("%u more of this kind are left out. ", f->more);
	printf("(%s)\n  %s\n", kind->name, kind->consequence);
	if (kind->severity == SEVERITY_NOTE)
		return;
	if (*kind->fix)
		printf("  Try: %s.\n", kind->fix);
	print_lines("      ", kind->example);
}

void finding_print_all(const struct findings *f)
{
	for (unsigned i = 0; i < f->count; i++)
		print_finding(&f->of[i]);
}

/* ---- JSON --------------------------------------------------------------------------------------------------- */

static void put_number(struct json_out *o, unsigned number)
{
	char text[16];

	snprintf(text, sizeof text, "H%04u", number);
	json_out_text(o, "number", text);
}

static void put_finding(struct json_out *o, const struct kernel_finding *f)
{
	json_out_begin(o, NULL, '{');
	put_number(o, f->kind->number);
	json_out_text(o, "name", f->kind->name);
	json_out_text(o, "severity", severity_name(f->kind->severity));
	json_out_text(o, "fact", f->fact);
	if (f->offset)
		json_out_hex(o, "offset", f->offset);
	else
		json_out_null(o, "offset");
	json_out_number(o, "more", f->more);
	json_out_text(o, "consequence", f->kind->consequence);
	json_out_text(o, "fix", f->kind->fix);
	json_out_text(o, "example", f->kind->example);
	json_out_end(o, '}');
}

void finding_put_all(struct json_out *o, const struct findings *f)
{
	json_out_begin(o, "findings", '[');
	for (unsigned i = 0; i < f->count; i++)
		put_finding(o, &f->of[i]);
	json_out_end(o, ']');
}

/* ---- The document ------------------------------------------------------------------------------------------- */

static const char intro[] =
	"<!-- Made by `hobnail check --document`: do not edit. Texts are in core/errors/ and cli/check/*.def. -->\n"
	"\n"
	"# Findings of `hobnail check`\n"
	"\n"
	"`hobnail check KERNEL` says whether the loader would boot a kernel, by the loader's own code, and what is\n"
	"doubtful about a kernel that boots; `hobnail check --config FILE` says the same about a configuration, boot\n"
	"entries and all that they name. Every finding has a number, which means the same in every version.\n"
	"\n"
	"- **refused**: the loader does not boot the kernel or the entry. The fact is the loader's sentence, with\n"
	"  `{...}` for its numbers.\n"
	"- **doubtful**: it boots, and something in it will hardly do what is meant. `--strict` counts these as\n"
	"  failures.\n"
	"- **note**: nothing has to be done, but it may surprise.\n";

static const struct {
	unsigned first;
	const char *title;
} chapters[] = {
	{ 100, "The file" }, { 200, "Files of other kinds" }, { 300, "Requests" }, { 400, "The address space" },
	{ 500, "The machine" }, { 600, "Doubts about the file" }, { 700, "Doubts about requests" },
	{ 800, "Doubts about code" }, { 900, "Doubts about machines" }, { 1000, "The configuration" },
	{ 1100, "Boot entries" }, { 1200, "Files that an entry names" }, { 1300, "Doubts about configurations" },
};

enum { COLUMNS = 118 };

/* A paragraph of a lead, a text that begins with a capital if there is no lead, and a full stop; broken into lines. */
static void print_paragraph(const char *lead, const char *text, const char *stop)
{
	size_t column = (size_t)printf("%s", lead);

	for (bool first = true; *text; first = false) {
		size_t bytes = strcspn(text, " ");
		const char *end = text[bytes] ? "" : stop;
		if (column && column + 1 + bytes + strlen(end) > COLUMNS) {
			putchar('\n');
			column = 0;
		}
		column += (size_t)printf("%s%c%.*s%s", column ? " " : "",
		                         first && !*lead ? toupper((unsigned char)*text) : *text, (int)bytes - 1,
		                         text + 1, end);
		text += bytes;
		text += strspn(text, " ");
	}
	printf("\n\n");
}

static void print_kind(const struct finding_kind *kind)
{
	printf("\n### H%04u `%s` (%s)\n\n", kind->number, kind->name, severity_name(kind->severity));
	print_paragraph("", kind->fact, ".");
	print_paragraph("", kind->consequence, "");
	if (*kind->fix)
		print_paragraph("Try:", kind->fix, ".");
	print_lines("    ", kind->example);
}

/* Refusals and doubts are in tables of their own. */
void finding_print_document(void)
{
	fputs(intro, stdout);
	for (size_t c = 0; c < COUNT_OF(chapters); c++) {
		printf("\n## %s\n", chapters[c].title);
		for (unsigned i = 0; i < finding_kind_count(); i++)
			if (finding_kind(i)->number / 100 == chapters[c].first / 100)
				print_kind(finding_kind(i));
	}
}
