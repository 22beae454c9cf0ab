#include "machine.h"

#include <inttypes.h>
#include <string.h>

#include "cli.h"
#include "dump.h"

/* ---- Where the tables are ------------------------------------------------------------------------------------ */

/* IA32_PAT after reset. Intel SDM vol. 3A, "Page Attribute Table (PAT)". */
#define RESET_PAT 0x0007040600070406ull

/* Intel SDM vol. 3A, "Control Registers": CR0.WP, CR0.PG; CR4.LA57, SMEP, SMAP. */
enum { CR0_WP = 16, CR0_PG = 31, CR4_LA57 = 12, CR4_SMEP = 20, CR4_SMAP = 21 };

static bool has_bit(uint64_t value, unsigned n)
{
	return value >> n & 1;
}

/* SMAP takes pages away while AC is clear; it is left out, for a kernel sets AC when it wants to reach them. */
static int x86_64_of(struct walker *out, const struct fault *f, const struct machine_options *o)
{
	uint64_t cr0 = f ? f->control[0] : 1ull << CR0_WP | 1ull << CR0_PG, cr4 = f ? f->control[2] : 0;
	bool five = o->five_levels || has_bit(cr4, CR4_LA57);

	if (!f && !o->has_root)
		return complain(STATUS_TROUBLE, "--root is missing: the file has no registers of CPU %u, so say where "
		                "its top-level table is", o->cpu);
	if (!o->has_root && !has_bit(cr0, CR0_PG))
		return complain(STATUS_TROUBLE, "paging is off on CPU %u: say --root to walk tables all the same, or "
		                "--cpu for another processor", o->cpu);
	*out = (struct walker){
		.mode = five ? WALK_X86_64_5 : WALK_X86_64_4, .root = o->has_root ? o->root : f->control[1],
		.flags = (has_bit(cr0, CR0_WP) ? 0 : WALK_NO_WP) | (has_bit(cr4, CR4_SMEP) ? WALK_SMEP : 0),
		.pat_or_mair = o->has_types ? o->types : RESET_PAT,
	};
	return 0;
}

static enum walk_mode aarch64_mode(const struct machine_options *o)
{
	bool wide = o->lpa2 || (o->t0sz && o->t0sz < 16) || (o->t1sz && o->t1sz < 16);

	if (o->el2)
		return wide ? WALK_AARCH64_EL2_LPA2 : WALK_AARCH64_EL2;
	return wide ? WALK_AARCH64_LPA2 : WALK_AARCH64;
}

static int aarch64_of(struct walker *out, const struct machine_options *o)
{
	if (!o->has_root && !o->has_upper_root)
		return complain(STATUS_TROUBLE, "say where the top-level tables are: --root (TTBR0) and --upper-root "
		                "(TTBR1); dumps of aarch64 have no such registers");
	*out = (struct walker){
		.mode = aarch64_mode(o), .root = o->root, .upper_root = o->upper_root,
		.t0sz = (uint8_t)o->t0sz, .t1sz = (uint8_t)o->t1sz, .pat_or_mair = o->types,
		.flags = WALK_HW_AF | (o->has_root ? 0 : WALK_EPD0) | (o->has_upper_root || o->el2 ? 0 : WALK_EPD1),
	};
	return 0;
}

int machine_of_dump(struct walker *out, enum arch *arch, const struct dump *d, const struct machine_options *o)
{
	struct fault registers;
	bool has_registers = dump_registers(d, o->cpu, &registers);

	if (*arch == ARCH_NONE)
		*arch = d->arch;
	if (*arch == ARCH_NONE)
		return complain(STATUS_TROUBLE, "--arch is missing: raw bytes do not say which processor they "
		                "belong to");
	if (d->arch != ARCH_NONE && *arch != d->arch)
		return complain(STATUS_TROUBLE, "--arch %s: the dump is of a machine with %s", arch_info[*arch].name,
		                arch_info[d->arch].name);
	if (*arch == ARCH_X86_64)
		return x86_64_of(out, has_registers ? &registers : NULL, o);
	if (*arch == ARCH_AARCH64)
		return aarch64_of(out, o);
	return complain(STATUS_TROUBLE, "tables of %s are not walked yet", arch_info[*arch].name);
}

/* ---- Names --------------------------------------------------------------------------------------------------- */

/* The segment of a file, or the lack of memory. */
static void name_range(void *context, const struct walked_range *r, struct map_name *out)
{
	const struct map_machine *m = context;
	struct symbol_place place;
	uint8_t byte;

	if (r->kind == WALKED_RECURSIVE) {
		snprintf(out->what, sizeof out->what, "recursive: a table above leads here");
		out->class = MAP_TABLES;
	} else if (r->kind == WALKED_REPEATED) {
		snprintf(out->what, sizeof out->what, "the same table again");
		out->class = MAP_TABLES;
	} else if (symbols_find(m->symbols, r->va, &place)) {
		snprintf(out->what, sizeof out->what, "%s: segment %u", place.file, place.segment);
		out->class = MAP_KERNEL;
	} else if (!memory_read(m->memory, r->phys, &byte, 1)) {
		snprintf(out->what, sizeof out->what, "outside memory");
		out->class = MAP_DEVICES;
	}
}

/* Pages of another segment of a file, or outside memory, are a range of their own. */
static bool is_cut(void *context, const struct walked_range *before, const struct walked_range *r)
{
	struct map_name one = { .what = "" }, other = { .what = "" };

	name_range(context, before, &one);
	name_range(context, r, &other);
	return strcmp(one.what, other.what) != 0;
}

/* ---- The space ----------------------------------------------------------------------------------------------- */

static void describe(struct map_space *s, bool reset_types)
{
	const struct walker *w = &s->walker;
	int used = 0;

	if (!(w->flags & WALK_EPD0))
		used = snprintf(s->about, sizeof s->about, "tables at %#" PRIx64, w->root);
	if (walk_has_two_roots(w->mode) && !(w->flags & WALK_EPD1))
		used += snprintf(s->about + used, sizeof s->about - (size_t)used, "%s at %#" PRIx64,
		                 used ? ", for the upper range" : "tables for the upper range", w->upper_root);
	if (reset_types)
		snprintf(s->about + used, sizeof s->about - (size_t)used, "; memory types as after a reset");
}

int map_machine_open(struct map_machine *m, enum arch arch, const struct walker *walker, bool types_known,
                     const struct memory *memory, const struct machine_options *o, const char *title)
{
	static const struct walked_options all;
	struct map_space *s = &m->space;

	*m = (struct map_machine){ .map = { .title = title, .arch = arch, .spaces = s, .space_count = 1 },
	                           .symbols = o->symbols, .memory = memory, .cache = { .memory = memory } };
	*s = (struct map_space){ .name = "the address space", .walker = *walker, .types_known = types_known,
	                         .memory = memory };
	s->walker.page = map_page;
	s->walker.context = &m->cache;
	snprintf(m->map.machine, sizeof m->map.machine, "a machine with %s", arch_info[arch].name);
	describe(s, arch == ARCH_X86_64 && !o->has_types);
	if (!walked(&s->walked, &s->walker, &all) || !walked_find_writable(&s->walked))
		return complain(STATUS_TROUBLE, "there is no memory for that");
	walked_scatter(&s->walked, is_cut, m);
	return map_space_name(s, name_range, m) ? 0 : complain(STATUS_TROUBLE, "there is no memory for that");
}

void map_machine_close(struct map_machine *m)
{
	map_space_free(&m->space);
}
