#include "machine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "memmap.h"

/* ---- Lines -------------------------------------------------------------------------------------------------- */

/* `count` numbers, and nothing behind them. */
static bool numbers(const char *text, uint64_t *out, unsigned count)
{
	char *end;

	for (unsigned i = 0; i < count; i++) {
		text += strspn(text, " \t");
		errno = 0;
		out[i] = strtoull(text, &end, 0);
		if (end == text || *text == '-' || errno)
			return false;
		text = end;
	}
	return !text[strspn(text, " \t")];
}

static const char *take_arch(struct machine_record *m, const char *value)
{
	static const enum arch ids[] = { [HOBNAIL_ARCH_X86_64] = ARCH_X86_64, [HOBNAIL_ARCH_AARCH64] = ARCH_AARCH64 };
	uint64_t n;

	if (!numbers(value, &n, 1) || n >= COUNT_OF(ids) || !ids[n])
		return "an architecture is 1 (x86_64) or 2 (aarch64)";
	m->arch = ids[n];
	return NULL;
}

static const char *take_processor(struct machine_record *m, const char *value)
{
	struct arch_facts *f = &m->facts;
	unsigned la57, nx, vhe, fixed, lpa2 = 0;
	unsigned long long id;
	int end = 0, more = 0;

	sscanf(value, "levels %u bits %u leaf %u la57 %u nx %u el %u vhe %u fixed %u id %llu %n", &f->paging_levels,
	       &f->phys_bits, &f->max_leaf, &la57, &nx, &f->firmware_level, &vhe, &fixed, &id, &end);
	if (end && value[end]) /* records of older loaders end here */
		sscanf(value + end, "lpa2 %u %n", &lpa2, &more);
	if (!end || value[end + more])
		return "say levels N bits N leaf N la57 N nx N el N vhe N fixed N id N lpa2 N";
	if (f->paging_levels < 3 || f->paging_levels > 5 || f->phys_bits < 32 || f->phys_bits > 52 ||
	    f->max_leaf < 1 || f->max_leaf > 2 || f->firmware_level > 3 || (la57 | nx | vhe | fixed | lpa2) > 1)
		return "no processor is like that";
	f->la57 = la57;
	f->lpa2 = lpa2;
	f->no_execute = nx;
	f->vhe = vhe;
	f->e2h_fixed = fixed;
	f->boot_cpu = id;
	return NULL;
}

static const char *take_image(struct machine_record *m, const char *value)
{
	return numbers(value, &m->image, 1) && m->image && is_aligned(m->image, PAGE_BYTES) ? NULL
		: "an image begins at a page";
}

static const char *take_memory(struct machine_record *m, const char *value)
{
	uint64_t n[4];

	if (m->memory_count == MACHINE_MAX_MEMORY)
		return "there are too many";
	if (!numbers(value, n, 4) || n[3] < HOBNAIL_MEMORY_USABLE || n[3] > HOBNAIL_MEMORY_SPECIAL)
		return "say BASE BYTES ATTRIBUTES TYPE";
	m->memory[m->memory_count++] = (struct hobnail_memory){ .base = n[0], .bytes = n[1], .attributes = n[2],
	                                                        .type = (uint32_t)n[3] };
	struct memmap map = { m->memory, m->memory_count, MACHINE_MAX_MEMORY };
	return memmap_check(&map, NULL) ? "memory ascends in whole pages, without overlap, and page 0 is never free"
	                                : NULL;
}

static const char *take_held(struct machine_record *m, const char *value)
{
	uint64_t n[2];

	if (m->held_count == MACHINE_MAX_HELD)
		return "there are too many";
	if (!numbers(value, n, 2) || !n[1] || !sum_fits(n[0], n[1]) || !is_aligned(n[0] | n[1], PAGE_BYTES))
		return "say BASE BYTES, in whole pages";
	m->held[m->held_count++] = (struct span){ n[0], n[1] };
	return NULL;
}

static const char *take_processors(struct machine_record *m, const char *value)
{
	uint64_t n;

	if (!numbers(value, &n, 1) || !n || n > MACHINE_MAX_CPUS)
		return "a machine has 1 to 512 processors";
	m->cpus = (unsigned)n;
	return NULL;
}

static const char *take_framebuffer(struct machine_record *m, const char *value)
{
	uint64_t n[5];

	if (!numbers(value, n, 5) || !n[1] || !sum_fits(n[0], n[1]) || !is_aligned(n[0] | n[1], PAGE_BYTES) ||
	    (n[2] | n[3] | n[4]) > UINT32_MAX || !n[2] || !n[3] || n[4] * n[3] > n[1] || n[2] * 4 > n[4])
		return "say PHYS BYTES WIDTH HEIGHT PITCH, of 32 bits a pixel";
	m->has_framebuffer = true;
	m->framebuffer = (struct hobnail_framebuffer){
		.phys = n[0], .bytes = n[1], .width = (uint32_t)n[2], .height = (uint32_t)n[3], .pitch = (uint32_t)n[4],
		.bits_per_pixel = 32, .red_mask = 0xff0000, .green_mask = 0xff00, .blue_mask = 0xff,
	};
	return NULL;
}

static const struct key {
	const char *name;
	const char *(*take)(struct machine_record *m, const char *value); /* NULL, or the fault */
	bool repeats;
} keys[] = {
	{ "arch", take_arch, false }, { "processor", take_processor, false }, { "image", take_image, false },
	{ "memory", take_memory, true }, { "held", take_held, true }, { "processors", take_processors, false },
	{ "framebuffer", take_framebuffer, false },
};

/* ---- The file ----------------------------------------------------------------------------------------------- */

struct reader {
	struct machine_record *machine;
	unsigned line;
	bool seen[COUNT_OF(keys)];
};

/* NULL, or the fault. */
static const char *take_line(struct reader *r, char *line)
{
	char *equals = strchr(line, '=');

	line += strspn(line, " \t");
	if (!*line || *line == '#')
		return NULL;
	if (!equals)
		return "say KEY = VALUE";
	size_t name = strcspn(line, " \t=");
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		if (strlen(keys[i].name) != name || strncmp(keys[i].name, line, name) != 0)
			continue;
		if (r->seen[i] && !keys[i].repeats)
			return "this key stands twice";
		r->seen[i] = true;
		return keys[i].take(r->machine, equals + 1 + strspn(equals + 1, " \t"));
	}
	return "this key is unknown";
}

static bool has_image(const struct machine_record *m)
{
	for (size_t i = 0; i < m->memory_count; i++) {
		const struct hobnail_memory *e = &m->memory[i];
		if (e->type == HOBNAIL_MEMORY_USABLE && m->image >= e->base &&
		    range_within(m->image - e->base, MACHINE_IMAGE_BYTES, e->bytes))
			return true;
	}
	return false;
}

/* Does the processor reach all of the memory that the loader may take? */
static bool reaches_memory(const struct machine_record *m)
{
	for (size_t i = 0; i < m->memory_count; i++) {
		const struct hobnail_memory *e = &m->memory[i];
		if (e->type == HOBNAIL_MEMORY_USABLE && !range_within(e->base, e->bytes, 1ull << m->facts.phys_bits))
			return false;
	}
	return true;
}

/* NULL, or what the file lacks. */
static const char *missing(const struct machine_record *m)
{
	if (!m->arch)
		return "arch";
	if (!m->facts.paging_levels)
		return "processor";
	if (!reaches_memory(m))
		return "processor that reaches its memory";
	return has_image(m) ? NULL : "image that lies in usable memory";
}

static int read_lines(FILE *in, const char *path, struct machine_record *out)
{
	struct reader r = { .machine = out };
	char *line = NULL;
	size_t room = 0;
	const char *fault = NULL;

	for (ssize_t bytes; !fault && (bytes = getline(&line, &room, in)) >= 0;) {
		r.line++;
		if (strlen(line) != (size_t)bytes) {
			fault = "a zero byte is no text";
			break;
		}
		line[strcspn(line, "\r\n")] = 0;
		fault = take_line(&r, line);
	}
	free(line);
	if (fault)
		return complain(STATUS_TROUBLE, "%s, line %u: %s", path, r.line, fault);
	if (ferror(in))
		return complain(STATUS_TROUBLE, "cannot read %s: %s", path, strerror(errno));
	fault = missing(out);
	return fault ? complain(STATUS_TROUBLE, "%s: it has no %s: make it with hobnail run --record", path, fault) : 0;
}

int machine_read(const char *path, struct machine_record *out)
{
	FILE *in = fopen(path, "re");

	*out = (struct machine_record){ 0 };
	if (!in)
		return complain(STATUS_TROUBLE, "cannot open %s: %s", path, strerror(errno));
	int status = read_lines(in, path, out);
	fclose(in);
	return status;
}
