/* check_print.c — a verdict in words, or as JSON: a line, or a member, for each step that holds. */
#include <stdio.h>

#include "check.h"
#include "colour.h"
#include "finding_print.h"
#include "json_out.h"
#include "limine_print.h"
#include "multiboot2_print.h"
#include "program_print.h"

#define LL(n) ((unsigned long long)(n))

static const char *rights(const struct elf_segment *s, char out[4])
{
	snprintf(out, 4, "%c%c%c", s->rights & ELF_READ ? 'r' : '-', s->rights & ELF_WRITE ? 'w' : '-',
	         s->rights & ELF_EXECUTE ? 'x' : '-');
	return out;
}

static bool is_limine(const struct check *c)
{
	return c->attempt.protocol == PROTOCOL_LIMINE;
}

static bool is_multiboot2(const struct check *c)
{
	return c->attempt.protocol == PROTOCOL_MULTIBOOT2;
}

static const char *mode_name(const struct check *c)
{
	const struct arch_mode *mode = &c->attempt.mode;

	if (is_multiboot2(c))
		return c->multiboot2.within ? "the firmware's own tables" : "paging off";
	return mode->mmu_off ? "the MMU off" : mode->layout->format->name;
}

/* ---- For people ------------------------------------------------------------------------------------------- */

static void print_file(const struct check *c)
{
	const struct elf_file *f = &c->attempt.kernel.file;

	if (is_multiboot2(c))
		printf("  a file for %s with %u segments\n", arch_info[c->arch].name,
		       c->attempt.kernel.layout.segment_count);
	else
		printf("  an ELF file for %s, %s, with %u segments\n", arch_info[c->arch].name,
		       f->position_independent ? "position-independent" : "linked to fixed addresses",
		       c->attempt.kernel.layout.segment_count);
}

static void print_requests(const struct requests *r)
{
	for (uint32_t i = 1; i <= REQUEST_LAST; i++)
		if (r->of[i].asked)
			printf("  requests %s: 0x%llx%s\n", request_name(i), LL(r->of[i].value),
			       r->of[i].required ? "" : " (optional)");
		else if (r->dropped >> i & 1)
			printf("  requests %s, optional, which this machine cannot grant\n", request_name(i));
	for (unsigned i = 0; i < r->unknown_count && i < REQUEST_MAX_UNKNOWN; i++)
		printf("  request %u is unknown and optional: ignored\n", r->unknown[i]);
	if (!r->note_count)
		printf("  makes no requests\n");
}

static void print_mode(const struct check *c)
{
	const struct arch_mode *mode = &c->attempt.mode;

	if (mode->level)
		printf("  entered with %s, at EL%u%s\n", mode_name(c), mode->level == HOBNAIL_LEVEL_EL1 ? 1 : 2,
		       mode->level == HOBNAIL_LEVEL_EL2_VHE ? " with VHE" : "");
	else
		printf("  entered with %s\n", mode_name(c));
}

static void print_loaded(const struct kernel *k)
{
	char letters[4];

	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		printf("  segment %u (program header %u): 0x%llx at physical 0x%llx, 0x%llx bytes, %s%s\n", i, s->index,
		       LL(s->run), LL(s->place), LL(s->memory_bytes), rights(s, letters),
		       s->loaded != s->place ? ", moved there when the firmware has left" : "");
	}
	printf("  entry point 0x%llx\n", LL(k->entry));
	if (k->symbol_refusal)
		printf("  %llu bytes of symbols are left out (%s)\n", LL(k->symbol_bytes),
		       err_name(k->symbol_refusal));
	else if (!k->symbols.bytes && !k->unreported)
		printf("  no symbols: fault reports will name no functions\n");
}

static void print_space(const struct check *c)
{
	const struct attempt *a = &c->attempt;

	if (!a->mode.mmu_off)
		printf("  direct map at 0x%llx; %llu KiB of page tables\n", LL(a->space.plan.direct_map),
		       LL(c->table_bytes) >> 10);
}

static void print_machine(const struct attempt *a)
{
	const struct hobnail_framebuffer *fb = &a->platform.framebuffer;

	printf("  %u processor%s\n", a->handoff->cpu_count + 1, a->handoff->cpu_count ? "s" : "");
	if (a->platform.has_framebuffer)
		printf("  a display of %u x %u\n", fb->width, fb->height);
}

static bool is_program(const struct check *c)
{
	return c->attempt.protocol == PROTOCOL_EFI;
}

static void print_facts(const struct check *c)
{
	if (c->held >= HELD_FILE)
		print_file(c);
	if (c->held >= HELD_REQUESTS && !is_limine(c) && !is_multiboot2(c))
		print_requests(&c->requests);
	if (c->held >= HELD_MODE)
		print_mode(c);
	if (c->held >= HELD_LOADED)
		print_loaded(&c->attempt.kernel);
	if (c->held >= HELD_SPACE) {
		print_machine(&c->attempt);
		print_space(c);
	}
	if (c->held >= HELD_PROVED)
		printf("  every table is what was asked for\n");
}

void check_print(const struct check *c, bool verbose)
{
	printf("%s%s: %s%s, on ", colour(stdout, COLOUR_BOLD), c->path, c->problem.code ? "does not boot" : "boots",
	       colour(stdout, COLOUR_PLAIN));
	if (is_program(c))
		printf("%s\n", arch_info[c->arch].name);
	else if (c->machine)
		printf("the machine of %s\n", c->machine);
	else
		printf("a machine with %lluM\n", LL(c->options.memory_mib));
	if (c->held >= HELD_REQUESTS && is_limine(c))
		limine_print(c);
	if (c->held >= HELD_REQUESTS && is_multiboot2(c))
		multiboot2_print(c);
	if (is_program(c))
		program_print(c);
	else if (verbose)
		print_facts(c);
	finding_print_all(&c->findings);
}

/* ---- JSON ------------------------------------------------------------------------------------------------- */

static void put_verdict(struct json_out *o, const struct check *c)
{
	bool refused = c->problem.code;
	char text[512];

	json_out_text(o, "verdict", refused ? "refused" : "boots");
	json_out_text(o, "code", refused ? err_name(c->problem.code) : NULL);
	json_out_text(o, "sentence", refused ? check_sentence(c, text, sizeof text) : NULL);
	if (refused && c->problem.offset)
		json_out_hex(o, "offset", c->problem.offset);
	else
		json_out_null(o, "offset");
	json_out_text(o, "advice", refused ? err_advice(c->problem.code) : NULL);
}

static void put_requests(struct json_out *o, const struct requests *r)
{
	json_out_begin(o, "requests", '[');
	for (uint32_t i = 1; i <= REQUEST_LAST; i++) {
		bool dropped = r->dropped >> i & 1;
		if (!r->of[i].asked && !dropped)
			continue;
		json_out_begin(o, NULL, '{');
		json_out_text(o, "name", request_name(i));
		if (dropped) /* its value is the default again */
			json_out_null(o, "value");
		else
			json_out_hex(o, "value", r->of[i].value);
		json_out_bool(o, "required", r->of[i].required);
		json_out_bool(o, "granted", !dropped);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
	json_out_begin(o, "unknown_requests", '[');
	for (unsigned i = 0; i < r->unknown_count && i < REQUEST_MAX_UNKNOWN; i++)
		json_out_number(o, NULL, r->unknown[i]);
	json_out_end(o, ']');
}

/* A kernel's protocol is known with its requests. */
static void put_protocol(struct json_out *o, const struct check *c)
{
	bool is_known = c->held >= HELD_REQUESTS;

	json_out_text(o, "protocol", is_known ? boot_protocol_name(c->attempt.protocol) : NULL);
	if (is_known && is_limine(c))
		json_out_number(o, "base_revision", c->limine.revision);
	else
		json_out_null(o, "base_revision");
}

/* Places are known of a kernel that is loaded; before that, where it is linked. */
static void put_segment(struct json_out *o, const struct elf_segment *s, bool is_loaded)
{
	char letters[4];

	json_out_begin(o, NULL, '{');
	json_out_number(o, "program_header", s->index);
	json_out_hex(o, "linked", s->virt);
	if (is_loaded) {
		json_out_hex(o, "virt", s->run);
		json_out_hex(o, "phys", s->place);
	} else {
		json_out_null(o, "virt");
		json_out_null(o, "phys");
	}
	json_out_hex(o, "bytes", s->memory_bytes);
	json_out_text(o, "rights", rights(s, letters));
	json_out_end(o, '}');
}

static void put_kernel(struct json_out *o, const struct check *c)
{
	const struct kernel *k = &c->attempt.kernel;
	bool is_loaded = c->held >= HELD_LOADED;

	if (is_loaded)
		json_out_hex(o, "entry", k->entry);
	else
		json_out_null(o, "entry");
	json_out_begin(o, "segments", '[');
	for (unsigned i = 0; c->held >= HELD_FILE && i < k->layout.segment_count; i++)
		put_segment(o, &k->layout.segments[i], is_loaded);
	json_out_end(o, ']');
}

static void put_machine(struct json_out *o, const struct attempt *a, bool is_built)
{
	const struct hobnail_framebuffer *fb = &a->platform.framebuffer;

	if (is_built)
		json_out_number(o, "processors", a->handoff->cpu_count + 1);
	else
		json_out_null(o, "processors");
	if (!is_built || !a->platform.has_framebuffer) {
		json_out_null(o, "display");
		return;
	}
	json_out_begin(o, "display", '{');
	json_out_number(o, "width", fb->width);
	json_out_number(o, "height", fb->height);
	json_out_end(o, '}');
}

static void put_space(struct json_out *o, const struct check *c)
{
	const struct attempt *a = &c->attempt;
	bool is_built = c->held >= HELD_SPACE;

	json_out_text(o, "mode", c->held >= HELD_MODE ? mode_name(c) : NULL);
	if (is_built && !a->mode.mmu_off)
		json_out_hex(o, "direct_map", a->space.plan.direct_map);
	else
		json_out_null(o, "direct_map");
	if (is_built)
		json_out_number(o, "table_kib", c->table_bytes >> 10);
	else
		json_out_null(o, "table_kib");
	put_machine(o, &c->attempt, is_built);
	json_out_bool(o, "proved", c->held >= HELD_PROVED);
}

void check_print_json(const struct check *c)
{
	static const struct requests none;
	struct json_out o = { .stream = stdout };

	json_out_begin(&o, NULL, '{');
	json_out_text(&o, "kernel", c->path);
	json_out_text(&o, "arch", arch_info[c->arch].name);
	json_out_number(&o, "memory_mib", c->options.memory_mib);
	put_verdict(&o, c);
	put_protocol(&o, c);
	if (c->held >= HELD_REQUESTS && is_limine(c))
		limine_put(&o, c);
	else if (c->held >= HELD_REQUESTS && is_multiboot2(c))
		multiboot2_put(&o, c);
	else
		put_requests(&o, c->held >= HELD_REQUESTS ? &c->requests : &none);
	put_kernel(&o, c);
	put_space(&o, c);
	program_put(&o, c);
	finding_put_all(&o, &c->findings);
	json_out_end(&o, '}');
	putchar('\n');
}
