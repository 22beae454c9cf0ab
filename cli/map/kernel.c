#include "kernel.h"

#include <inttypes.h>
#include <string.h>

#include "sections.h"

/* ---- The model's memory --------------------------------------------------------------------------------------- */

static bool read_model(void *context, paddr at, void *to, size_t bytes)
{
	const struct model *m = context;

	for (unsigned k = 0; k < COUNT_OF(m->ram); k++)
		if (at >= m->ram[k].base && range_within(at - m->ram[k].base, bytes, m->ram[k].bytes)) {
			memcpy(to, m->at[k] + (at - m->ram[k].base), bytes);
			return true;
		}
	return false;
}

/* ---- Names from the plan --------------------------------------------------------------------------------------- */

#define SAY(out, ...) snprintf(out, sizeof out, __VA_ARGS__)

static bool is_limine(const struct map_kernel *k)
{
	return k->check->attempt.protocol == PROTOCOL_LIMINE;
}

static bool is_asked(const struct check *c, uint32_t request)
{
	return c->requests.of[request].asked;
}

/* By the names of its sections. */
static void name_segment(const struct map_kernel *k, unsigned index, struct map_name *out)
{
	const struct check *c = k->check;
	const struct elf_segment *s = &c->attempt.kernel.layout.segments[index];
	struct source source = c->source;
	char names[MAP_TEXT_BYTES - 24];

	sections_in(&source, &c->attempt.kernel.file, s->virt, s->memory_bytes, names, sizeof names);
	SAY(out->what, "kernel: %s%.*s", *names ? "" : "segment", (int)sizeof names, names);
	SAY(out->why, "program header %" PRIu32, s->index);
	out->class = MAP_KERNEL;
}

static void name_asked(const struct map_kernel *k, const char *what, uint32_t request, const char *rule,
                       enum map_class class, struct map_name *out)
{
	bool asked = is_asked(k->check, request);

	SAY(out->what, "%s", what);
	SAY(out->why, "%s%s%s%s", asked ? "requested: " : "", asked ? request_name(request) : "", asked ? "; " : "",
	    rule);
	out->class = class;
}

static void name_stack(const struct map_kernel *k, unsigned cpu, struct map_name *out)
{
	bool asked = is_asked(k->check, HOBNAIL_REQUEST_STACK);

	SAY(out->what, "boot stack of CPU %u", cpu);
	SAY(out->why, "%s; P51, P52", asked ? "requested: stack" : "the default size");
	out->class = MAP_STACK;
	out->guards = true;
}

static void name_net(const struct map_kernel *k, const struct plan_range *r, struct map_name *out)
{
	static const char *const images[] = { "net: fault handlers", "net: constants", "net: data, hand-off" };
	static const char *const facts[] = { "net: plan and memory map", "net: the kernel's symbols" };
	static const char *const window[] = { "net: window to any page", "net: the table that moves the window" };
	const char *what = plan_kind_name(r->kind);

	if (r->kind == PLAN_NET_IMAGE && r->index < COUNT_OF(images))
		what = images[r->index];
	if (r->kind == PLAN_NET_FACTS && r->index < COUNT_OF(facts))
		what = facts[r->index];
	if (r->kind == PLAN_NET_WINDOW && r->index < COUNT_OF(window))
		what = window[r->index];
	SAY(out->what, "%s", r->kind == PLAN_NET_STACK ? "net: its stack" : r->kind == PLAN_NET_CPUS
	                             ? "net: the other processors" : what);
	SAY(out->why, "fault reports%s", is_limine(k) ? "" : "; P53, P54");
	out->class = MAP_NET;
	out->guards = true;
}

/* Maps that the Limine protocol has: docs/limine.md. False: it is none of them. */
static bool name_limine(const struct map_kernel *k, const struct plan_range *r, struct map_name *out)
{
	unsigned revision = k->check->limine.revision;

	if (r->kind == PLAN_DIRECT_MAP) {
		bool screen = k->check->attempt.platform.framebuffer.phys == r->pa && r->memory != PT_NORMAL;
		SAY(out->what, screen ? "HHDM: framebuffer" : "HHDM");
		SAY(out->why, screen ? "base revision %u; L36" : "base revision %u; L31 to L35", revision);
		out->class = MAP_DIRECT;
	} else if (r->kind == PLAN_IDENTITY_MAP) {
		SAY(out->what, "identity map");
		SAY(out->why, "base revision %u; L37", revision);
		out->class = MAP_IDENTITY;
	} else if (r->kind == PLAN_CONSOLE || r->kind == PLAN_FRAMEBUFFER) {
		SAY(out->what, r->kind == PLAN_CONSOLE ? "console registers" : "framebuffer");
		SAY(out->why, "fault reports");
		out->class = MAP_OUTPUT;
		out->guards = true;
	}
	return *out->what;
}

static void name_planned(const struct map_kernel *k, const struct plan_range *r, struct map_name *out)
{
	if (is_limine(k) && name_limine(k, r, out))
		return;
	switch ((enum plan_kind)r->kind) {
	case PLAN_SEGMENT:
		name_segment(k, r->index, out);
		return;
	case PLAN_DIRECT_MAP:
		name_asked(k, "direct map", HOBNAIL_REQUEST_DIRECT_MAP, "P43 to P45", MAP_DIRECT, out);
		return;
	case PLAN_IDENTITY_MAP:
		name_asked(k, "identity map", HOBNAIL_REQUEST_IDENTITY_MAP, "P48", MAP_IDENTITY, out);
		return;
	case PLAN_DEVICE_MAP:
		name_asked(k, "device map", HOBNAIL_REQUEST_DEVICE_MAP, "P49", MAP_DEVICES, out);
		return;
	case PLAN_STACK:
		name_stack(k, r->index, out);
		return;
	case PLAN_CONSOLE:
		SAY(out->what, "console registers");
		SAY(out->why, "the machine has them; P54");
		out->class = MAP_OUTPUT;
		out->guards = true;
		return;
	case PLAN_FRAMEBUFFER:
		name_asked(k, "framebuffer", HOBNAIL_REQUEST_FRAMEBUFFER, "P54", MAP_OUTPUT, out);
		out->guards = true;
		return;
	default:
		name_net(k, r, out);
	}
}

/* The planned range that has the address, or the next one; NULL: there is none. */
static const struct plan_range *planned(const struct plan *plan, vaddr va)
{
	for (size_t i = 0; i < plan->count; i++)
		if (va <= plan->ranges[i].va + (plan->ranges[i].bytes - 1))
			return &plan->ranges[i];
	return NULL;
}

/* The names are the plan's, so a range ends where a planned one begins or ends. */
static uint64_t planned_limit(void *context, vaddr va)
{
	const struct map_kernel *k = context;
	const struct plan_range *r = planned(&k->check->attempt.space.plan, va);

	if (!r)
		return UINT64_MAX;
	return va < r->va ? r->va - va : r->bytes - (va - r->va);
}

static void name_in_kernel_space(void *context, const struct walked_range *w, struct map_name *out)
{
	const struct map_kernel *k = context;
	const struct plan_range *r = planned(&k->check->attempt.space.plan, w->va);

	if (w->kind == WALKED_RECURSIVE) {
		name_asked(k, "recursive slot: the tables themselves", HOBNAIL_REQUEST_RECURSIVE, "P50", MAP_TABLES,
		           out);
	} else if (r && w->va >= r->va && w->phys == r->pa + (w->va - r->va)) {
		name_planned(k, r, out);
	} else {
		SAY(out->what, "not planned");
	}
}

/* ---- Names on the way -------------------------------------------------------------------------------------------- */

static bool has(paddr base, uint64_t bytes, paddr at)
{
	paddr from = align_down(base, PAGE_BYTES);

	return bytes && at - from < align_up(base + bytes, PAGE_BYTES) - from;
}

/* The use of a page by the hand-off. */
static const char *on_the_way(const struct attempt *a, paddr at)
{
	const struct handoff *h = a->handoff;
	const struct claim *c = ledger_lowest(a->pages->ledger, at, PAGE_BYTES);

	if (has(a->image->base, a->image->end, at))
		return "the loader: code of the switch";
	if (has(h->startup.base, h->startup.bytes, at))
		return "startup page of the other processors";
	for (unsigned i = 0; i < h->device_count; i++)
		if (has(h->devices[i].base, h->devices[i].bytes, at))
			return "interrupt controller";
	for (unsigned i = 0; i < h->move_count; i++)
		if (has(h->moves[i].to, h->moves[i].bytes, at))
			return "where a segment is moved to";
	if (a->mode.mmu_off && a->platform.has_framebuffer &&
	    has(a->platform.framebuffer.phys, a->platform.framebuffer.bytes, at))
		return "framebuffer";
	if (a->mode.mmu_off && platform_maps_console(&a->platform) && has(a->platform.console.phys, 1, at))
		return "console registers";
	if (has(h->net_phys, a->image->end, at))
		return "net: the loader's copy";
	if (c && c->type == HOBNAIL_MEMORY_USABLE)
		return "the loader's, free afterwards";
	if (c && c->type == HOBNAIL_MEMORY_RECORD && a->protocol == PROTOCOL_LIMINE)
		return "responses";
	return c ? memmap_type_name(c->type) : "";
}

/* Has the kernel's space the very same range? */
static bool is_in_kernel_space(const struct map_kernel *k, const struct walked_range *w)
{
	const struct walked *all = &k->spaces[0].walked;

	for (size_t i = 0; !k->check->attempt.mode.mmu_off && i < all->count; i++)
		if (all->ranges[i].va == w->va)
			return all->ranges[i].bytes == w->bytes && all->ranges[i].phys == w->phys &&
			       all->ranges[i].rights == w->rights && all->ranges[i].memory == w->memory;
	return false;
}

/* Pages that are mapped one to one; the net's slot is the kernel's own. */
static void name_in_transition(void *context, const struct walked_range *w, struct map_name *out)
{
	const struct map_kernel *k = context;
	const char *what = w->va == w->phys ? on_the_way(&k->check->attempt, w->phys) : "";

	if (*what) {
		SAY(out->what, "%s", what);
		out->class = MAP_WAY;
	} else {
		name_in_kernel_space(context, w, out);
		out->same = is_in_kernel_space(k, w);
	}
}

/* The bytes from `at` to the nearer end of the range, in whole pages, if it begins or ends above; else `nearest`. */
static uint64_t nearer(uint64_t nearest, paddr at, paddr base, uint64_t bytes)
{
	paddr from = align_down(base, PAGE_BYTES), to = align_up(base + bytes, PAGE_BYTES);

	if (!bytes)
		return nearest;
	if (from > at)
		nearest = min_u64(nearest, from - at);
	return to > at ? min_u64(nearest, to - at) : nearest;
}

/* A range ends where a claim or another part of the hand-off begins or ends, or a range of the kernel's space. */
static uint64_t transition_limit(void *context, vaddr va)
{
	const struct map_kernel *k = context;
	const struct attempt *a = &k->check->attempt;
	const struct handoff *h = a->handoff;
	const struct platform *m = &a->platform;
	uint64_t bytes = planned_limit(context, va);

	for (unsigned i = 0; i < a->pages->ledger->count; i++)
		bytes = nearer(bytes, va, a->pages->ledger->claims[i].base, a->pages->ledger->claims[i].bytes);
	for (unsigned i = 0; i < h->device_count; i++)
		bytes = nearer(bytes, va, h->devices[i].base, h->devices[i].bytes);
	for (unsigned i = 0; i < h->move_count; i++)
		bytes = nearer(bytes, va, h->moves[i].to, h->moves[i].bytes);
	bytes = nearer(bytes, va, m->framebuffer.phys, m->framebuffer.bytes);
	return nearer(bytes, va, m->console.phys, m->has_console);
}

/* ---- The spaces ----------------------------------------------------------------------------------------------- */

/* A walker as core/prove.c has it. */
static struct map_space *add_space(struct map_kernel *k, const char *name, enum walk_mode mode, paddr root, paddr upper)
{
	const struct attempt *a = &k->check->attempt;
	struct map_space *s = &k->spaces[k->map.space_count++];

	*s = (struct map_space){
		.name = name,
		.types_known = true,
		.walker = {
			.mode = mode, .root = root, .upper_root = upper,
			.flags = a->platform.arch.max_leaf < 2 ? WALK_NO_1G : 0,
			.phys_bits = (uint8_t)a->platform.arch.phys_bits,
			.pat_or_mair = a->mode.layout->memory_types, .page = map_page, .context = &k->cache,
		},
	};
	return s;
}

static void mark_entry(struct map_kernel *k, struct map_space *s)
{
	const struct attempt *a = &k->check->attempt;

	map_mark(s, a->handoff->entry, 0, "entry point");
	map_mark(s, a->handoff->kernel_stack, 0, "stack pointer at the entry");
	if (is_limine(k))
		map_mark(s, a->record.base + a->space.plan.direct_map, a->record.bytes, "responses (L5)");
	else
		map_mark(s, a->handoff->argument, a->record.bytes, "boot record (P2)");
}

static bool add_kernel_space(struct map_kernel *k)
{
	const struct attempt *a = &k->check->attempt;
	const struct handoff *h = a->handoff;
	const struct walked_options cut = { .limit = planned_limit, .context = k };
	struct map_space *s = add_space(k, "the kernel's space", a->mode.layout->walk,
	                                h->lower_root ? h->lower_root : h->root, h->root);

	SAY(s->about, "from the entry point on, %s", a->mode.layout->format->name);
	mark_entry(k, s);
	return map_space_make(s, &cut, name_in_kernel_space, k);
}

static bool add_transition(struct map_kernel *k)
{
	const struct attempt *a = &k->check->attempt;
	const struct handoff *h = a->handoff;
	const struct walked_options cut = { .limit = transition_limit, .context = k };
	struct map_space *s = add_space(k, "the transition space", a->mode.layout->walk, h->transition, 0);

	const char *rest = a->mode.mmu_off ? "; the kernel runs at physical addresses, without tables"
	                   : a->mode.layout->two_roots ? "; the upper range is the kernel's"
	                                               : ", with the net's slot";
	SAY(s->about, "from the firmware's exit on, one to one%s", rest);
	if (a->mode.layout->two_roots)
		s->walker.flags |= WALK_EPD1;
	if (a->mode.mmu_off)
		mark_entry(k, s);
	return map_space_make(s, &cut, name_in_transition, k);
}

static bool add_first_transition(struct map_kernel *k)
{
	const struct attempt *a = &k->check->attempt;
	const struct walked_options cut = { .limit = transition_limit, .context = k };

	if (!a->handoff->transition_first)
		return true;
	struct map_space *s = add_space(k, "the first transition space", a->mode.layout->other_levels->walk,
	                                a->handoff->transition_first, 0);
	SAY(s->about, "before that, with as many levels as the firmware has");
	return map_space_make(s, &cut, name_in_transition, k);
}

bool map_kernel_open(struct map_kernel *k, const struct check *c)
{
	*k = (struct map_kernel){ .check = c, .memory = { read_model, (void *)&c->model } };
	k->cache.memory = &k->memory;
	k->map = (struct map){ .title = c->path, .arch = c->arch, .spaces = k->spaces };
	SAY(k->map.machine, "a model of an %s machine with %" PRIu64 "M%s", arch_info[c->arch].name,
	    c->options.memory_mib, c->attempt.mode.mmu_off ? "; the kernel is entered with the MMU off" : "");
	return (c->attempt.mode.mmu_off || add_kernel_space(k)) && add_transition(k) && add_first_transition(k);
}

void map_kernel_close(struct map_kernel *k)
{
	for (unsigned i = 0; i < k->map.space_count; i++)
		map_space_free(&k->spaces[i]);
}
