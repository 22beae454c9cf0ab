/* judge.c — what must hold when the kernel is entered: the record, memory, both address spaces, and the caches. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "image.h"
#include "log.h"
#include "protocols.h"
#include "walk.h"

static char said[512];
#define WRONG(...) (snprintf(said, sizeof said, __VA_ARGS__), said)
#define LL(n) ((unsigned long long)(n))

static const uint8_t *memory(paddr at)
{
	return (const uint8_t *)(uintptr_t)at;
}

/* ---- Memory map ---------------------------------------------------------------------------------------- */

static struct memmap map_of(const struct hobnail_boot *r)
{
	return (struct memmap){ (struct hobnail_memory *)(uintptr_t)hobnail_entry(r, &r->memory_map, 0),
	                        r->memory_map.count, r->memory_map.count };
}

static bool is_type(const struct memmap *m, paddr at, uint64_t bytes, uint32_t type)
{
	for (paddr page = align_down(at, PAGE_BYTES); page < at + bytes; page += PAGE_BYTES) {
		const struct hobnail_memory *entry = memmap_find(m, page);
		if (!entry || entry->type != type)
			return false;
	}
	return true;
}

static const char *judge_map(const struct hobnail_boot *r)
{
	struct memmap m = map_of(r);

	if (memmap_check(&m, NULL))
		return WRONG("the memory map breaks its own rules");
	if (!is_type(&m, r->phys, r->bytes, HOBNAIL_MEMORY_RECORD))
		return WRONG("the record is not of type record");
	if (!is_type(&m, handoff.net_phys, image_bytes(), HOBNAIL_MEMORY_NET))
		return WRONG("the net is not of type net");
	const paddr tables[] = { r->acpi_rsdp, r->smbios, r->device_tree }; /* P22; 0: none */
	for (unsigned i = 0; i < COUNT_OF(tables); i++) {
		const struct hobnail_memory *entry = tables[i] ? memmap_find(&m, tables[i]) : NULL;
		if (entry && memmap_is_free(entry))
			return WRONG("the table at %#llx lies in memory that is free", LL(tables[i]));
	}
	for (uint32_t i = 0; i < r->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(r, &r->segments, i);
		if (!is_type(&m, s->phys, s->bytes, HOBNAIL_MEMORY_KERNEL))
			return WRONG("segment %u at %#llx is not of type kernel", i, LL(s->phys));
	}
	for (uint32_t i = 0; i < r->modules.count; i++) {
		const struct hobnail_module *mod = hobnail_entry(r, &r->modules, i);
		if (!is_type(&m, mod->phys, mod->bytes, HOBNAIL_MEMORY_MODULE))
			return WRONG("module %u is not of type module", i);
	}
	return NULL;
}

/* ---- Contents ------------------------------------------------------------------------------------------ */

static const struct fake_file *named(const struct hobnail_boot *r, struct hobnail_string path)
{
	const char *text = hobnail_text(r, path);
	char name[1024];
	size_t used = 0;

	/* As the loader asks for it: one backslash for any number of separators; and none at the end. */
	for (name[used++] = '\\'; *text && used < sizeof name - 1; text++) {
		char c = *text == '/' ? '\\' : *text;
		if (c != '\\' || name[used - 1] != '\\')
			name[used++] = c;
	}
	while (used && name[used - 1] == '\\')
		used--;
	name[used] = 0;
	return fake_find(name);
}

/* The kernel's pages as they must be at entry: `image` begins with the page of the first segment in it. */
struct expected {
	struct elf_file file;
	struct elf_layout layout;
	const struct fake_file *from;
};

static const char *open_kernel(const struct hobnail_boot *r, struct expected *k)
{
	const struct elf_rules rules = { arch_elf_machine, true, false };

	k->from = named(r, r->kernel_path);
	if (!k->from)
		return WRONG("the kernel has the path %s", hobnail_text(r, r->kernel_path));
	const uint8_t *data = k->from->data;
	uint64_t bytes = k->from->bytes;
	if (elf_open(data, bytes, bytes, &rules, &k->file, NULL) ||
	    elf_segments(&k->file, data + k->file.program_headers, &rules, &k->layout, NULL))
		return WRONG("the kernel was entered, although its headers are wrong");
	return NULL;
}

/* Bytes of all segments from `base` on, as linked, in `image`, which is as long as they are. */
static void fill_expected(const struct expected *k, uint64_t base, uint8_t *image, uint64_t bytes)
{
	memset(image, 0, bytes);
	for (unsigned i = 0; i < k->layout.segment_count; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		if (s->virt - base < bytes && s->file_bytes)
			memcpy(image + (s->virt - base), k->from->data + s->offset, s->file_bytes);
	}
}

static const char *relocate_expected(const struct expected *k, uint64_t base, uint8_t *image, uint64_t bytes,
                                     uint64_t slide)
{
	struct elf_dynamic dynamic;

	if (!k->file.position_independent || !k->layout.dynamic.bytes)
		return NULL;
	if (elf_dynamic(&k->layout, image + (k->layout.dynamic.base - base), k->layout.dynamic.bytes, &dynamic, NULL) ||
	    elf_relocate(&k->layout, &dynamic, k->file.machine, image + (k->layout.segments[0].virt - base),
	                 k->layout.segments[0].virt, bytes - (k->layout.segments[0].virt - base), slide, NULL))
		return WRONG("the kernel was entered, although its relocations are wrong");
	return NULL;
}

/* Segments whose pages touch or are shared, from `first` up to `last`: every page of theirs, with what no segment
 * fills. */
static const char *judge_pages(const struct hobnail_boot *r, const struct expected *k, unsigned first, unsigned last)
{
	const struct elf_segment *from = &k->layout.segments[first], *to = &k->layout.segments[last];
	const struct hobnail_segment *placed = hobnail_entry(r, &r->segments, first);
	uint64_t base = align_down(from->virt, PAGE_BYTES), end = to->virt + to->memory_bytes - 1;
	uint64_t bytes = align_down(end, PAGE_BYTES) - base + PAGE_BYTES;
	uint8_t *image = malloc(bytes);
	const char *why = NULL;

	if (!image)
		abort();
	fill_expected(k, base, image, bytes);
	if (first == 0)
		why = relocate_expected(k, base, image, bytes, placed->virt - from->virt);
	for (unsigned i = first; !why && i <= last; i++) {
		const struct elf_segment *s = &k->layout.segments[i];
		const struct hobnail_segment *p = hobnail_entry(r, &r->segments, i);
		/* With the MMU off its place in the page may be another one than it was linked for: then it alone. */
		bool moved = p->phys % PAGE_BYTES != s->virt % PAGE_BYTES;
		uint64_t head = moved ? 0 : p->phys % PAGE_BYTES;
		uint64_t whole = moved ? p->bytes : align_up(head + p->bytes, PAGE_BYTES);
		if (p->bytes != s->memory_bytes ||
		    memcmp(memory(p->phys - head), image + (s->virt - head - base), whole) != 0)
			why = WRONG("the pages of segment %u at %#llx are not as the file has them", i, LL(p->phys));
	}
	free(image);
	return why;
}

static const char *judge_segments(const struct hobnail_boot *r)
{
	struct expected k;
	const char *why = open_kernel(r, &k);
	unsigned last;

	if (!why && r->segments.count != k.layout.segment_count)
		return WRONG("%u segments", r->segments.count);
	for (unsigned i = 0; !why && i < k.layout.segment_count; i = last + 1) {
		const struct elf_segment *s = k.layout.segments;
		/* A position-independent kernel is relocated as a whole. */
		for (last = i; last + 1 < k.layout.segment_count; last++)
			if (!k.file.position_independent && align_up(s[last].virt + s[last].memory_bytes, PAGE_BYTES) <
			                                            align_down(s[last + 1].virt, PAGE_BYTES))
				break;
		why = judge_pages(r, &k, i, last);
	}
	return why;
}

static const char *judge_modules(const struct hobnail_boot *r)
{
	for (uint32_t i = 0; i < r->modules.count; i++) {
		const struct hobnail_module *m = hobnail_entry(r, &r->modules, i);
		const struct fake_file *f = named(r, m->path);
		if (!f)
			return WRONG("module %u has the path %s", i, hobnail_text(r, m->path));
		if (m->bytes > f->bytes || (m->bytes && memcmp(memory(m->phys), f->data, m->bytes) != 0))
			return WRONG("module %s is not what the file has", f->path);
		for (uint64_t at = m->bytes; at < align_up(m->bytes, PAGE_BYTES); at++)
			if (memory(m->phys)[at])
				return WRONG("the rest of module %s is not zero", f->path);
	}
	return NULL;
}

/* Is it in the net's copy as it is in the image? */
static bool is_copied(const char *from, const char *to)
{
	return memcmp(memory(handoff.net_phys + (uint64_t)(from - image_base)), from, (size_t)(to - from)) == 0;
}

/* The image's copy: pointers into the image are moved, all else is as it was but what an architecture fills in. */
static const char *judge_net(const struct hobnail_boot *r)
{
	uint64_t data = (uint64_t)(image_data - image_base);
	const uint8_t *copy = memory(handoff.net_phys);

	if (!is_copied(image_text, image_code_end) || !is_copied(image_rodata, image_data))
		return WRONG("the net's copy of the code differs");
	if (!is_copied(image_data + 0x28, image_own))
		return WRONG("the net's copy of the data differs");
	for (unsigned i = 0; i < 3; i++) {
		uint64_t before = read_le64(image_data + 0x10 + 8 * i), after = read_le64(copy + data + 0x10 + 8 * i);
		uint64_t moved = i < 2 ? handoff.net_virt - (uintptr_t)image_base : 0;
		if (after != before + moved)
			return WRONG("word %u of the net's copy is %#llx", i, LL(after));
	}
	if (r->log_phys != handoff.net_phys + (uint64_t)((uintptr_t)loader_log.text - (uintptr_t)image_base))
		return WRONG("the log is not where the copy has it");
	return NULL;
}

/* ---- Address spaces ------------------------------------------------------------------------------------ */

static bool read_entry(void *context, paddr at, uint64_t *out)
{
	(void)context;
	if (at < ARENA || at >= ARENA + ARENA_BYTES)
		return false;
	*out = read_le64(memory(at));
	return true;
}

struct walker world_walker(paddr lower, paddr upper)
{
	bool x86 = fake.options.machine == FAKE_X86_64, five = handoff.mode.paging_levels == 5;
	bool one_range = handoff.mode.level == HOBNAIL_LEVEL_EL2;

	return (struct walker){
		.mode = x86 ? (five ? WALK_X86_64_5 : WALK_X86_64_4)
		        : one_range ? WALK_AARCH64_EL2
		        : five      ? WALK_AARCH64_LPA2
		                    : WALK_AARCH64,
		.root = lower, .upper_root = upper,
		.pat_or_mair = x86 ? 0x0007050100070406 : 0x4404ff,
		.read = read_entry,
	};
}

static bool in_net_text(paddr at)
{
	return at - (handoff.net_phys + (uint64_t)(image_text - image_base)) < (uint64_t)(image_text_end - image_text);
}

/* Memory that others could have been given since. A segment's destination need not be ours until it is moved there. */
static bool is_unclaimed(paddr at)
{
	for (unsigned i = 0; i < handoff.move_count; i++)
		if (at - handoff.moves[i].to < handoff.moves[i].bytes)
			return false;
	return at - ARENA < ARENA_BYTES && fake.kind[(at - ARENA) / PAGE_BYTES] == EfiConventionalMemory;
}

/* All that the hand-off works on is mapped one to one in the transition space, and can be written where a segment
 * goes. */
static const char *judge_transition(void)
{
	struct walker w = world_walker(handoff.transition, handoff.root ? handoff.root : handoff.transition);
	struct walk found;

	for (unsigned i = 0; i < handoff.touch_count + handoff.move_count; i++) {
		bool move = i >= handoff.touch_count;
		uint64_t base = move ? handoff.moves[i - handoff.touch_count].to : handoff.touch[i].base;
		uint64_t bytes = move ? handoff.moves[i - handoff.touch_count].bytes : handoff.touch[i].bytes;
		for (paddr at = align_down(base, PAGE_BYTES); at < base + bytes; at += PAGE_BYTES) {
			if (is_unclaimed(at))
				return WRONG("the hand-off works on %#llx, which nobody has taken", LL(at));
			walk(&w, at, &found);
			if (!found.mapped || found.phys != at || (move && !found.writable) ||
			    found.executable != in_net_text(at))
				return WRONG("the transition space does not map %#llx one to one", LL(at));
		}
	}
	walk(&w, (uintptr_t)image_text, &found);
	if (!found.mapped || found.phys != (uintptr_t)image_text || !found.executable)
		return WRONG("the code that switches cannot be executed in the transition space");
	return NULL;
}

/* P-numbered: all RAM but the display's, writable, never executable; and nothing else. First and last pages stand
 * for all. */
static const char *judge_direct_map(const struct hobnail_boot *r, const struct walker *w)
{
	const struct hobnail_framebuffer *fb = r->framebuffers.count ? hobnail_entry(r, &r->framebuffers, 0) : NULL;
	struct memmap m = map_of(r);
	struct walk found;

	for (size_t i = 0; i < m.count; i++) {
		const struct hobnail_memory *e = &m.entries[i];
		const paddr pages[] = { e->base, e->base + e->bytes - PAGE_BYTES };
		if (fb && ranges_overlap(align_down(fb->phys, PAGE_BYTES), fb->bytes + PAGE_BYTES, e->base, e->bytes))
			continue;
		for (unsigned k = 0; k < COUNT_OF(pages); k++) {
			walk(w, r->direct_map + pages[k], &found);
			bool right = memmap_in_direct_map(e) ? found.mapped && found.phys == pages[k] &&
			                                               found.writable && !found.executable
			                                     : !found.mapped || found.phys != pages[k];
			if (!right)
				return WRONG("the direct map is wrong about %s at %#llx", memmap_type_name(e->type),
				             LL(pages[k]));
		}
	}
	return NULL;
}

static const char *judge_kernel_space(const struct hobnail_boot *r)
{
	struct walker w = world_walker(r->lower_root ? r->lower_root : r->root, r->root);
	struct walk found;

	for (uint32_t i = 0; i < r->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(r, &r->segments, i);
		walk(&w, s->virt, &found);
		if (!found.mapped || found.phys != s->phys || found.writable != !!(s->flags & HOBNAIL_WRITE) ||
		    found.executable != !!(s->flags & HOBNAIL_EXECUTE))
			return WRONG("segment %u is not mapped as it must be", i);
	}
	walk(&w, r->entry_virt, &found);
	if (!found.mapped || !found.executable)
		return WRONG("the entry point cannot be executed");
	walk(&w, handoff.argument, &found);
	if (!found.mapped || found.phys != r->phys)
		return WRONG("the record cannot be reached");
	return judge_direct_map(r, &w);
}

/* ---- Processors ---------------------------------------------------------------------------------------- */

static bool is_mapped(const struct walker *w, vaddr va, uint64_t bytes, paddr phys)
{
	struct walk found;

	for (uint64_t done = 0; done < bytes; done += PAGE_BYTES) {
		walk(w, va + done, &found);
		if (!found.mapped || !found.writable || found.executable || found.phys != phys + done)
			return false;
	}
	return true;
}

/* A stack in memory of that type between two pages that are not mapped, and the mailbox where the processor looks. */
static const char *judge_mapped_cpu(const struct hobnail_boot *r, const struct hobnail_cpu *cpu,
                                    const struct handoff_cpu *c)
{
	struct walker w = world_walker(r->lower_root ? r->lower_root : r->root, r->root);
	struct memmap m = map_of(r);
	struct walk stack, below, above;

	walk(&w, cpu->stack_virt, &stack);
	walk(&w, cpu->stack_virt - 1, &below);
	walk(&w, cpu->stack_virt + cpu->stack_bytes, &above);
	if (!is_type(&m, stack.phys, cpu->stack_bytes, HOBNAIL_MEMORY_STACKS) ||
	    !is_mapped(&w, cpu->stack_virt, cpu->stack_bytes, stack.phys) || below.mapped || above.mapped)
		return WRONG("processor %u has no stack between guards", c->index);
	if (!is_mapped(&w, align_down(c->mailbox, PAGE_BYTES), PAGE_BYTES, align_down(c->listed, PAGE_BYTES)))
		return WRONG("processor %u cannot reach its mailbox", c->index);
	walk(&w, c->area, &stack);
	if (!is_type(&m, stack.phys, arch_cpu_bytes, HOBNAIL_MEMORY_NET) ||
	    !is_mapped(&w, c->area, arch_cpu_bytes, stack.phys))
		return WRONG("processor %u has no memory in the net", c->index);
	return NULL;
}

static const char *judge_cpu(const struct hobnail_boot *r, unsigned i)
{
	const struct handoff_cpu *c = &((const struct handoff_cpu *)(uintptr_t)handoff.cpus_phys)[i];
	const struct hobnail_cpu *cpu = hobnail_entry(r, &r->cpus, c->index);
	bool silent = fake.options.silent >> i & 1;

	if (!cpu || c->listed != (uintptr_t)cpu || cpu->hardware_id != c->hardware_id || cpu->flags & HOBNAIL_CPU_BOOT)
		return WRONG("processor %u is not the one that its entry names", i);
	if (cpu->flags != (HOBNAIL_CPU_ENABLED | (unsigned)(silent ? HOBNAIL_CPU_SILENT : HOBNAIL_CPU_PARKED)) ||
	    cpu->mailbox.state != (silent ? HOBNAIL_MAILBOX_NONE : HOBNAIL_MAILBOX_WAITING) || cpu->mailbox.entry)
		return WRONG("processor %u has flags %#x, mailbox state %llu", i, cpu->flags, LL(cpu->mailbox.state));
	if (cpu->stack_bytes != r->stack_bytes || c->stack != cpu->stack_virt + cpu->stack_bytes ||
	    ranges_overlap(cpu->stack_virt, cpu->stack_bytes, r->stack_virt, r->stack_bytes))
		return WRONG("processor %u has %#llx bytes of stack at %#llx", i, LL(cpu->stack_bytes),
		             LL(cpu->stack_virt));
	for (unsigned k = 0; k < i; k++)
		if (ranges_overlap(c->stack - 1, 2, c[-(int)(i - k)].stack - cpu->stack_bytes, cpu->stack_bytes))
			return WRONG("processors %u and %u share a stack", k, i);
	return handoff.mode.mmu_off ? NULL : judge_mapped_cpu(r, cpu, c);
}

static const char *judge_cpus(const struct hobnail_boot *r)
{
	const char *why = NULL;

	for (unsigned i = 0; !why && i < handoff.cpu_count; i++)
		why = judge_cpu(r, i);
	for (uint32_t i = 0; !why && !handoff.cpu_count && i < r->cpus.count; i++) {
		const struct hobnail_cpu *cpu = hobnail_entry(r, &r->cpus, i);
		if (!(cpu->flags & HOBNAIL_CPU_BOOT) && (cpu->stack_virt || cpu->flags & ~HOBNAIL_CPU_ENABLED))
			why = WRONG("nobody asked for processor %u", i);
	}
	return why;
}

/* ---- Caches -------------------------------------------------------------------------------------------- */

/* Is every byte of the range covered by events of this kind, from event `first` to before `end`? */
static bool covered_between(enum event_kind kind, unsigned first, unsigned end, uint64_t base, uint64_t bytes)
{
	uint64_t at = base;

	for (bool progress = true; progress && at < base + bytes;) {
		progress = false;
		for (unsigned i = first; i < end; i++) {
			const struct event *e = &fake.events[i];
			if (e->kind == kind && at >= e->base && at - e->base < e->bytes) {
				at = e->base + e->bytes;
				progress = true;
			}
		}
	}
	return at >= base + bytes;
}

/* ... or to the last one? */
static bool covered(enum event_kind kind, unsigned first, uint64_t base, uint64_t bytes)
{
	return covered_between(kind, first, fake.event_count, base, bytes);
}

static unsigned event_index(enum event_kind kind)
{
	for (unsigned i = 0; i < fake.event_count; i++)
		if (fake.events[i].kind == kind)
			return i;
	return fake.event_count;
}

/* Code is what is fetched: to synchronise modules, too, would cost a boot seconds with caches that are cleaned by
 * line. */
static const char *judge_no_more_code(const struct hobnail_boot *r, unsigned first)
{
	for (unsigned i = first; i < fake.event_count; i++) {
		const struct event *e = &fake.events[i];
		/* nobody was asked: tests/arch/x86_64 */
		bool is_code = e->kind != EVENT_SYNC || e->bytes == UINT64_MAX;
		for (uint32_t k = 0; !is_code && k < r->segments.count; k++) {
			const struct hobnail_segment *s = hobnail_entry(r, &r->segments, k);
			paddr from = align_down(s->phys, PAGE_BYTES);
			is_code = s->flags & HOBNAIL_EXECUTE && e->base >= from &&
			          e->base + e->bytes <= align_up(s->phys + s->bytes, PAGE_BYTES);
		}
		if (!is_code)
			return WRONG("%#llx, which is no code, is made visible to instruction fetch", LL(e->base));
	}
	return NULL;
}

/* Instruction fetch: the net's copy before the switch, executable segments after they have moved. */
static const char *judge_code(const struct hobnail_boot *r)
{
	unsigned moved = event_index(EVENT_QUIET);
	bool seen = false;

	for (unsigned i = 0; i < event_index(EVENT_SWITCH); i++)
		seen |= fake.events[i].kind == EVENT_SYNC && fake.events[i].base <= handoff.net_phys &&
		        fake.events[i].base + fake.events[i].bytes >=
		                handoff.net_phys + (uint64_t)(image_text_end - image_base);
	if (!seen)
		return WRONG("the net's code is not made visible to instruction fetch");
	for (uint32_t i = 0; i < r->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(r, &r->segments, i);
		if (s->flags & HOBNAIL_EXECUTE && !covered(EVENT_SYNC, moved, s->phys, s->bytes))
			return WRONG("segment %u is not made visible to instruction fetch", i);
	}
	return judge_no_more_code(r, moved);
}

/* docs/protocol.md, P106: everything that a kernel may read with the cache off. */
static const char *judge_clean(const struct hobnail_boot *r)
{
	struct memmap m = map_of(r);
	unsigned moved = event_index(handoff.cpu_count ? EVENT_CPUS : EVENT_QUIET);

	for (uint32_t i = 0; i < r->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(r, &r->segments, i);
		uint64_t from = align_down(s->phys, PAGE_BYTES);
		if (!covered(EVENT_CLEAN, moved, from, align_up(s->phys + s->bytes, PAGE_BYTES) - from))
			return WRONG("segment %u is not cleaned to its pages' ends", i);
	}
	for (size_t i = 0; i < m.count; i++) {
		const struct hobnail_memory *entry = &m.entries[i];
		bool wanted = entry->type == HOBNAIL_MEMORY_RECORD || entry->type == HOBNAIL_MEMORY_MODULE ||
		              entry->type == HOBNAIL_MEMORY_STACKS || entry->type == HOBNAIL_MEMORY_TABLES;
		if (wanted && !covered(EVENT_CLEAN, moved, entry->base, entry->bytes))
			return WRONG("%s at %#llx is not cleaned", memmap_type_name(entry->type), LL(entry->base));
	}
	if (!covered(EVENT_CLEAN, moved, handoff.net_phys, image_bytes()))
		return WRONG("the net is not cleaned");
	if (!covered(EVENT_CLEAN, moved, handoff.cpus_phys, handoff.cpu_count * (uint64_t)arch_cpu_bytes))
		return WRONG("the processors' part of the net is not cleaned");
	if (r->valid & HOBNAIL_HAS_DEVICE_TREE && !covered(EVENT_CLEAN, moved, r->device_tree, r->device_tree_bytes))
		return WRONG("the device tree is not cleaned");
	return NULL;
}

/* What other processors read before their caches are on, and what is theirs alone then: clean when they start. */
static const char *judge_starts(const struct hobnail_boot *r)
{
	unsigned moved = event_index(EVENT_QUIET), start = event_index(EVENT_CPUS);

	if (!handoff.cpu_count || !handoff.facts.starts_uncached)
		return NULL;
	if (!covered_between(EVENT_CLEAN, moved, start, handoff.net_phys, image_bytes()))
		return WRONG("processors start, and the net is not clean");
	if (!covered_between(EVENT_CLEAN, moved, start, handoff.cpus_phys,
	                     PAGE_BYTES + handoff.cpu_count * (uint64_t)arch_cpu_bytes))
		return WRONG("processors start, and their part of the net is not clean");
	if (handoff.mode.mmu_off && !covered_between(EVENT_CLEAN, moved, start, r->phys, r->bytes))
		return WRONG("processors start, and their mailboxes are not clean");
	return NULL;
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

const char *world_judge_entered(void)
{
	const struct hobnail_boot *r = world_record();

	if (fake.outcome != FAKE_ENTERED)
		return WRONG("the kernel was not entered: %s", fake.console);
	if (handoff.protocol == PROTOCOL_MULTIBOOT2) {
		const char *first = world_judge_multiboot2();
		return first || !fake.exited ? first : judge_transition();
	}
	if (!fake.exited)
		return WRONG("the kernel was entered before boot services were left");
	if (handoff.protocol == PROTOCOL_LIMINE) {
		const char *first = world_judge_limine();
		return first ? first : judge_transition();
	}
	if (!r)
		return WRONG("there is no record at %#llx", LL(handoff.argument));
	const char *why = judge_map(r);
	if (!why) why = judge_segments(r);
	if (!why) why = judge_modules(r);
	if (!why) why = judge_net(r);
	if (!why) why = judge_transition();
	if (!why && !handoff.mode.mmu_off) why = judge_kernel_space(r);
	if (!why) why = judge_cpus(r);
	if (!why) why = judge_starts(r);
	if (!why) why = judge_code(r);
	if (!why && handoff.mode.mmu_off) why = judge_clean(r);
	return why;
}
