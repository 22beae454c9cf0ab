/* net_report.c — explains one fault. Every loop is bounded, and all memory is read through the window. */
#include "after/net.h"

#include <string.h>

#include "arch.h"
#include "format.h"
#include "image.h"
#include "protocol/protocol.h"
#include "report.h"
#include "after/serial.h"
#include "walk_text.h"

enum {
	MAX_FRAMES = 16,
	MAX_NAME = 64,        /* characters of a symbol that are printed */
	MAX_CODE = 15,        /* bytes of an instruction                 */
	WORD = sizeof(uint64_t),
};

#define LL(n) ((unsigned long long)(n))

IMAGE_SCRATCH uint8_t net_report_stack[NET_REPORT_STACK_BYTES] __attribute__((aligned(16)));

/* The live tables. Without translation, addresses are physical. */
static struct walker walker;
static bool translated;

/* ---- Memory -------------------------------------------------------------------------------------------- */

/* A page of RAM where it can be read until the next call, or NULL. Devices are left alone: reading can change them. */
static const uint64_t *page(void *context, paddr at)
{
	const struct hobnail_memory *entry = memmap_find(&net.places.memory, at);

	(void)context;
	if (!entry || !memmap_in_direct_map(entry))
		return NULL;
	if (!net.window)
		return memory_at(align_down(at, PAGE_BYTES));
	arch_window(net.window_entry, net.window_bits | pt_frame_bits(&net.window_format, at), net.window);
	return memory_at(net.window);
}

uintptr_t net_device(paddr page)
{
	arch_window(net.window_entry, net.window_device_bits | pt_frame_bits(&net.window_format, page), net.window);
	return net.window;
}

unsigned net_peek(vaddr at, void *to, unsigned bytes)
{
	unsigned done = 0;

	while (done < bytes) {
		vaddr va = at + done;
		struct walk found = { .mapped = true, .phys = va };
		unsigned part = (unsigned)min_u64(bytes - done, PAGE_BYTES - va % PAGE_BYTES);
		if (translated)
			walk(&walker, va, &found);
		const uint64_t *from = found.mapped ? page(NULL, found.phys) : NULL;
		if (!from)
			break;
		memcpy((char *)to + done, (const char *)from + va % PAGE_BYTES, part);
		done += part;
	}
	return done;
}

/* ---- Where: symbol and segment ------------------------------------------------------------------------- */

/* The nearest symbol of the kernel, in the same segment: of code, or of data. */
static bool find_symbol(const struct fault_segment *s, vaddr at, const char **name, uint64_t *distance)
{
	const struct hobnail_symbols *in = &net.in_symbols;
	const char *block = net.symbols;
	__typeof__(elf_symbol_at) *find = s && s->rights & ELF_EXECUTE ? elf_symbol_at : elf_object_at;

	return block && s && find(block + in->table_offset, in->table_bytes, block + in->names_offset, in->names_bytes,
	                          at - s->virt + s->linked, name, distance) && *distance <= at - s->virt;
}

/* "name+0x10, ", or nothing. Names come from the file, and may hold any byte. */
static size_t say_symbol(const struct fault_segment *s, vaddr at, char *out, size_t size)
{
	const char *name;
	uint64_t distance;

	out[0] = 0;
	if (!find_symbol(s, at, &name, &distance))
		return 0;
	size_t used = format(out, size, "%.*s+%#llx, ", MAX_NAME, name, LL(distance));
	for (size_t i = 0; i < used; i++)
		if (out[i] < ' ' || out[i] > '~')
			out[i] = '?';
	return used;
}

/* Describe an address by what the loader knows of it. */
static void say_place(vaddr at, uint64_t sp, char *out, size_t size)
{
	struct walk found = { .mapped = false };

	if (translated)
		walk(&walker, at, &found);
	fault_place(&net.places, walk_untagged(&walker, at), found.mapped, sp, out, size);
}

/* A line for an address of code. */
static void say_code(const char *label, vaddr at, uint64_t sp)
{
	const struct fault_segment *s = fault_place_segment(&net.places, at);
	char text[256];
	size_t used = s ? say_symbol(s, at, text, sizeof text) : 0;

	if (image_has_code(at))
		format(text, sizeof text, "the loader's own hand-off");
	else
		say_place(at, sp, text + used, sizeof text - used);
	report_line(SCREEN_TEXT, "%s %#018llx  %s", label, LL(at), text);
}

/* ---- Registers ----------------------------------------------------------------------------------------- */

/* Four to a line. */
struct columns {
	char line[128];
	size_t used;
	unsigned count;
};

static void end_line(struct columns *c)
{
	if (c->count)
		report_line(SCREEN_FAINT, "%s", c->line);
	c->used = c->count = 0;
}

static void say_register(struct columns *c, const char *name, uint64_t value)
{
	c->used += format(c->line + c->used, sizeof c->line - c->used, "%s%5s %016llx", c->count ? " " : "", name,
	                  LL(value));
	if (++c->count == 4)
		end_line(c);
}

static void say_registers(const struct fault *f)
{
	bool x86 = f->arch == HOBNAIL_ARCH_X86_64;
	struct columns c = { .count = 0 };

	for (unsigned i = 0; *fault_general_name(f->arch, i).text; i++)
		say_register(&c, fault_general_name(f->arch, i).text, f->general[i]);
	say_register(&c, "sp", f->sp);
	say_register(&c, x86 ? "flags" : "spsr", f->flags);
	say_register(&c, x86 ? "error" : "esr", f->syndrome);
	say_register(&c, x86 ? "cr2" : "far", f->address);
	for (unsigned i = 0; *fault_control_name(f->arch, i).text; i++)
		say_register(&c, fault_control_name(f->arch, i).text, f->control[i]);
	end_line(&c);
}

/* ---- The address, and its walk ------------------------------------------------------------------------- */

static bool is_kernels_own(vaddr at)
{
	bool lower = walk_has_two_roots(walker.mode) && !(at >> 55 & 1);

	return translated && walk_root(&walker, at) != (lower ? handoff.lower_root : handoff.root);
}

/* The physical address that the loader has given to `at`, which these tables must map; false: it has given none. */
static bool wanted_at(vaddr at, paddr *phys)
{
	const struct plan_range *r = fault_place_range(&net.places, at);
	const struct fault_segment *s = fault_place_segment(&net.places, at);

	if (r)
		*phys = r->pa + (at - r->va);
	else if (s)
		*phys = s->phys + (at - s->virt);
	return r || s;
}

/* Did the access fail because the kernel's own page tables lack something that the loader has placed? */
static bool own_tables_lack(const struct fault_view *v)
{
	paddr phys;

	return v->has_address && v->by_tables && !v->user && is_kernels_own(v->address) && wanted_at(v->address, &phys);
}

/* Say what the entry that refuses the access must hold. */
static void say_wanted(const struct fault_view *v, const struct walk *found, unsigned guilty)
{
	const struct walk_step *step = &found->step[guilty];
	bool absent = found->blame[v->access].cause == WALK_ABSENT;
	const char *level = walk_level_name(walker.mode, step->level);
	char text[192] = "";
	paddr phys = 0;

	wanted_at(v->address, &phys);
	if (absent && step->level)
		format(text, sizeof text,
		       "%s[%u] must point at a table: its physical address + 3; and the last entry at physical %#llx",
		       level, step->index, LL(phys & ~(PAGE_BYTES - 1ull)));
	else if (absent)
		format(text, sizeof text, "%s[%u] must lead to physical %#llx, where the loader has put this", level,
		       step->index, LL(phys & ~(PAGE_BYTES - 1ull)));
	else if (guilty + 1 < found->steps)
		format(text, sizeof text, "rights belong into the last entry: those above must allow everything");
	if (*text)
		report_line(SCREEN_TEXT, "    %s", text);
}

static void say_walk(const struct fault_view *v)
{
	struct walk found;
	char text[192];
	unsigned guilty;

	walker.flags |= v->user ? WALK_AS_USER : 0;
	walk(&walker, v->address, &found);
	bool refused = walk_guilty(&walker, &found, v->access, &guilty, text, sizeof text);
	for (unsigned i = 0; i < found.steps; i++) {
		char line[192];
		walk_line(&walker, &found, i, line, sizeof line);
		report_line(refused && i == guilty ? SCREEN_ACCENT : SCREEN_TEXT, "  %s %s",
		            refused && i == guilty ? ">" : " ", line);
	}
	if (!refused && v->by_tables)
		report_line(SCREEN_TEXT,
		            "    these tables allow it now: the processor has used an older translation, from its TLB");
	if (refused && (found.mapped || !found.steps)) /* else the last line has said it */
		report_line(SCREEN_ACCENT, "    %s", text);
	if (refused && guilty < found.steps && own_tables_lack(v))
		say_wanted(v, &found, guilty);
	if (!found.mapped)
		return;
	fault_place_physical(&net.places, found.phys, text, sizeof text);
	report_line(SCREEN_TEXT, "    physical %#llx: %s", LL(found.phys), text);
}

static void say_address(const struct fault *f, const struct fault_view *v)
{
	const struct fault_segment *s = fault_place_segment(&net.places, v->address);
	char text[256];

	if (!v->has_address)
		return;
	size_t used = s ? say_symbol(s, v->address, text, sizeof text) : 0;
	say_place(v->address, f->sp, text + used, sizeof text - used);
	report_line(SCREEN_TEXT, "address %#llx: %s", LL(v->address), text);
	if (translated)
		say_walk(v);
}

/* ---- How it came there --------------------------------------------------------------------------------- */

static bool is_code(vaddr at)
{
	const struct fault_segment *s = fault_place_segment(&net.places, at);

	return s && s->rights & ELF_EXECUTE;
}

static void say_return(unsigned *count, vaddr at)
{
	++*count;
	/* a call that does not return may be a function's last byte */
	say_code(*count == 1 ? "called from" : "           ", at - 1, 0);
}

/* Are both in one function? If so, the link register is left over from an earlier call. */
static bool is_same_function(vaddr a, vaddr b)
{
	const char *name_a, *name_b;
	uint64_t distance;

	return find_symbol(fault_place_segment(&net.places, a), a, &name_a, &distance) &&
	       find_symbol(fault_place_segment(&net.places, b), b, &name_b, &distance) && name_a == name_b;
}

/* Frame records are {next, return address} on both architectures. Each lies higher on the stack than the one before:
 * so the loop ends. */
static void say_frames(const struct fault *f, const struct fault_view *v)
{
	uint64_t frame = fault_frame_pointer(f), record[2], link = fault_link(f), top = 0;
	unsigned count = 0;

	if (f->vector == FAULT_RETURNED)
		return;
	/* The function may have no frame (yet). The return address is then in the link register or, after a call of a
	 * bad address, on top of the stack. */
	if (!link && !is_code(f->pc) && v->access == WALK_EXECUTE && net_peek(f->sp, &top, WORD) == WORD)
		link = top;
	bool framed = frame && frame % WORD == 0 && net_peek(frame, record, sizeof record) == sizeof record;
	if (is_code(link) && !is_same_function(link - 1, f->pc) && !(framed && record[1] == link))
		say_return(&count, link);
	while (framed && count < MAX_FRAMES && record[1]) {
		say_return(&count, record[1]);
		framed = record[0] > frame && record[0] % WORD == 0;
		frame = record[0];
		framed = framed && net_peek(frame, record, sizeof record) == sizeof record;
	}
}

/* ---- All of it ----------------------------------------------------------------------------------------- */

/* The entry of a processor that the loader has started; NULL: the boot processor, or one that the kernel has
 * started. */
static const struct handoff_cpu *started(uint64_t hardware_id)
{
	for (unsigned i = 0; i < handoff.cpu_count; i++)
		if (handoff.cpus[i].hardware_id == hardware_id)
			return &handoff.cpus[i];
	return NULL;
}

static bool is_boot_cpu(const struct fault *f)
{
	return f->hardware_id == handoff.facts.boot_cpu;
}

/* The kernel's own tables must map its segments, its stacks and the net. The loader's other maps are the kernel's
 * choice. */
static void say_whose_tables(vaddr at, char *out, size_t size)
{
	const struct plan_range *r = fault_place_range(&net.places, at);

	if (r && (r->kind == PLAN_DIRECT_MAP || r->kind == PLAN_IDENTITY_MAP || r->kind == PLAN_DEVICE_MAP))
		format(out, size,
		       "these tables (root %#llx) are the kernel's own: "
		       "of the loader's maps they have what the kernel puts there",
		       LL(walk_root(&walker, at)));
	else
		format(out, size,
		       "these tables (root %#llx) are the kernel's own: they must map its text, stack and vectors",
		       LL(walk_root(&walker, at)));
}

/* The kernel has changed an entry of the loader's own tables. */
static bool has_lost_map(const struct fault_view *v)
{
	struct walk found;

	if (!translated || !v->has_address || !v->by_tables || v->user || is_kernels_own(v->address) ||
	    !fault_place_range(&net.places, v->address))
		return false;
	walk(&walker, v->address, &found);
	return !found.mapped;
}

/* The loader's identity map is gone, and its direct map is not: *instead is the same memory there. */
static bool has_lost_identity(const struct fault_view *v, vaddr *instead)
{
	const struct plan_range *r = fault_place_range(&net.places, v->address);
	struct walk found;

	if (!translated || !v->has_address || !v->by_tables || v->user || !r || r->kind != PLAN_IDENTITY_MAP)
		return false;
	walk(&walker, v->address, &found);
	if (found.mapped)
		return false;
	*instead = v->address + net.places.direct_map;
	walk(&walker, *instead, &found);
	return found.mapped;
}

static const char *find_advice(const struct fault *f, const struct fault_view *v, char *out, size_t size)
{
	const struct protocol *protocol = protocols[handoff.protocol];
	vaddr instead;

	if (has_lost_identity(v, &instead))
		format(out, size, "use %#llx, the same memory in the direct map: the loader's identity map is gone",
		       LL(instead));
	else if (own_tables_lack(v))
		say_whose_tables(v->address, out, size);
	else if (has_lost_map(v))
		format(out, size, "map this again, or leave off using it: the loader had mapped it, and the kernel "
		       "has changed the entry that is marked below");
	else if (!arch_fault_advice(v, out, size) && (!protocol->advise || !protocol->advise(f, v, out, size)))
		return err_advice(v->what.code);
	return out;
}

static void say_sentence(const struct fault *f, const struct fault_view *v)
{
	const struct handoff_cpu *cpu = started(f->hardware_id);
	char sentence[256], text[256], name[40];
	const char *advice = find_advice(f, v, text, sizeof text);
	bool ours = image_has_code(f->pc);

	format(name, sizeof name, cpu || is_boot_cpu(f) ? "%llu" : "with hardware id %#llx",
	       cpu ? LL(cpu->index) : is_boot_cpu(f) ? LL(handoff.boot_index) : LL(f->hardware_id));

	err_sentence(&v->what, sentence, sizeof sentence);
	serial_write("\n", 1); /* the last writer may not have ended its line */
	report_line(SCREEN_ACCENT, "hobnail: CPU %s%s: %s.", name,
	            v->user ? ", in user mode" : ours ? ", in the loader's own hand-off" : "", sentence);
	if (*advice)
		report_line(SCREEN_TEXT, "         Try: %s.", advice);
}

/* Processors that run the kernel cannot be stopped from here. The boot processor is one of them, unless it still
 * waits for this one's answer. */
static void say_end(const struct fault *f)
{
	const struct handoff_cpu *cpu = started(f->hardware_id);
	unsigned waiting = 0, running = !is_boot_cpu(f) && (!cpu || cpu->state != HANDOFF_CPU_STARTING);

	for (unsigned i = 0; i < handoff.cpu_count; i++) {
		uint32_t state = __atomic_load_n(&handoff.cpus[i].state, __ATOMIC_ACQUIRE);
		waiting += state == HANDOFF_CPU_PARKED;
		running += state == HANDOFF_CPU_RELEASED && cpu != &handoff.cpus[i];
	}
	if (waiting)
		report_line(SCREEN_FAINT, "Parked processors that stop, too: %u.", waiting);
	if (running)
		report_line(SCREEN_FAINT, "Processors that run the kernel, and may run on: %u.", running);
	report_line(SCREEN_FAINT, "hobnail: stopped.");
	handoff.reported = true;
}

/* Parked processors wait for a kernel that will not come, and the boot processor may be waiting for them. */
static void stop_parked(void)
{
	__atomic_store_n(&handoff.stopped, true, __ATOMIC_RELEASE);
	arch_wake();
}

void net_report(const struct fault *f)
{
	struct fault_view view;
	uint8_t code[MAX_CODE];

	translated = arch_live_walker(&walker);
	walker.page = page;
	unsigned bytes = f->vector == FAULT_RETURNED ? 0 : net_peek(fault_code(f), code, sizeof code);
	fault_decode_by(arch_fault_decoder, f, code, bytes, &view);
	if (arch_is_spurious(f, &view))
		return;
	stop_parked();
	say_sentence(f, &view);
	if (f->vector != FAULT_RETURNED)
		say_code("at", f->pc, f->sp);
	say_registers(f);
	say_address(f, &view);
	say_frames(f, &view);
	say_end(f);
	arch_halt();
}

void net_report_again(uint64_t pc)
{
	if (handoff.reported) /* the report is complete: this is a machine check of the processor that has halted */
		arch_halt();
	stop_parked();
	serial_write("\n", 1);
	report_line(SCREEN_ACCENT, "hobnail: a second fault, at %#llx, while the first was reported", LL(pc));
	report_line(SCREEN_FAINT, "hobnail: stopped.");
	arch_halt();
}
