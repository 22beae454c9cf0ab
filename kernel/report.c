#include "report.h"

#include "console.h"
#include "crash.h"
#include "elf.h"
#include "format.h"
#include "panic.h"
#include "power.h"
#include "process.h"
#include "stop.h"
#include "string.h"
#include "walk_text.h"

static struct {
	const void *table;
	uint64_t table_bytes;
	const char *names;
	uint64_t name_bytes;
} symbols;

void report_open(const struct hobnail_boot *boot)
{
	if (!(boot->valid & HOBNAIL_HAS_SYMBOLS))
		return;
	const struct hobnail_symbols *s = hobnail_virt(boot, boot->symbols_phys);
	symbols.table = (const uint8_t *)s + s->table_offset;
	symbols.table_bytes = s->table_bytes;
	symbols.names = (const char *)s + s->names_offset;
	symbols.name_bytes = s->names_bytes;
}

/* ---- Reading memory that may not be there ------------------------------------------------------------------------ */

static const uint64_t *table_page(void *context, paddr page)
{
	(void)context;
	return vm_page(page);
}

static struct walker live_walker(void)
{
	struct walker w = { .page = table_page };

	arch_translation(&w);
	return w;
}

static bool read_word(vaddr at, uint64_t *out)
{
	struct walker w = live_walker();
	struct walk path;

	walk(&w, at, &path);
	if (at % sizeof *out || !path.mapped || !path.readable || path.memory != WALK_NORMAL)
		return false;
	*out = *(const uint64_t *)(uintptr_t)at;
	return true;
}

/* Reads the instruction's bytes; stops where memory cannot be read. Returns their number. */
static unsigned read_code(vaddr at, uint8_t *out, unsigned most)
{
	unsigned count = 0;
	uint64_t word;

	for (; count < most && read_word(align_down(at + count, 8), &word); count++)
		out[count] = (uint8_t)(word >> 8 * ((at + count) % 8));
	return count;
}

/* ---- Lines ----------------------------------------------------------------------------------------------------- */

void report_meaning(const struct fault *f, char *out, size_t size)
{
	struct fault_view view;
	uint8_t code[15];
	vaddr at = fault_code(f);
	unsigned bytes = vm_is_user(at, sizeof code) ? (arch_user_copy(code, (const void *)(uintptr_t)at, 8) ? 8 : 0)
	                                             : read_code(at, code, sizeof code);

	fault_decode(f, code, bytes, &view);
	err_sentence(&view.what, out, size);
}

/* Names the function that contains `place`. For a return address `at`, `place` is at - 1: after a call that does not
 * return, `at` may be the next function's first byte. */
static void print_place(const char *what, vaddr at, vaddr place)
{
	const char *name;
	uint64_t distance;

	if (elf_symbol_at(symbols.table, symbols.table_bytes, symbols.names, symbols.name_bytes, place, &name,
	                  &distance))
		console_print("pith:   %s %#lx  %s + %#lx\n", what, (unsigned long)at, name,
		              (unsigned long)(distance + at - place));
	else
		console_print("pith:   %s %#lx\n", what, (unsigned long)at);
}

static void print_registers(const struct fault *f)
{
	char line[128];
	size_t used = 0;

	for (unsigned i = 0; i < FAULT_MAX_GENERAL && fault_general_name(f->arch, i).text[0]; i++) {
		used += format(line + used, sizeof line - used, " %4s %016lx", fault_general_name(f->arch, i).text,
		               (unsigned long)f->general[i]);
		if (i % 4 == 3 || !fault_general_name(f->arch, i + 1).text[0]) {
			console_print("pith:  %s\n", line);
			used = 0;
		}
	}
}

static void print_walk(vaddr at, enum walk_access access)
{
	struct walker w = live_walker();
	struct walk path;
	char text[160];
	unsigned guilty;

	walk(&w, at, &path);
	console_print("pith:   the page tables, for %#lx:\n", (unsigned long)at);
	for (unsigned i = 0; i < path.steps; i++) {
		walk_line(&w, &path, i, text, sizeof text);
		console_print("pith:     %s\n", text);
	}
	if (walk_guilty(&w, &path, access, &guilty, text, sizeof text))
		console_print("pith:     %s\n", text);
}

/* Frames form a list in both architectures' ABIs: the caller's frame pointer, then the return address. Repeated calls
 * from one place (recursion) are printed once, with their number. */
static void print_callers(vaddr frame)
{
	enum { MOST = 500, LINES = 16 };
	unsigned lines = 0, same = 0;
	uint64_t next, from, last = 0;

	for (unsigned i = 0; i < MOST && lines < LINES; i++) {
		if (!read_word(frame, &next) || !read_word(frame + 8, &from) || !from)
			break;
		if (from == last) {
			same++;
		} else {
			if (same)
				console_print("pith:     ... and %u times more from there\n", same);
			print_place("called from", from, from - 1);
			lines++;
			same = 0;
		}
		last = from;
		if (next <= frame)
			break;
		frame = next;
	}
	if (same)
		console_print("pith:     ... and %u times more from there\n", same);
}

/* ---- Reports --------------------------------------------------------------------------------------------------- */

/* This processor; NULL: it has not started, and arch_this_cpu() is not valid. */
static const struct cpu *started_self(void)
{
	for (unsigned i = 0; i < cpu_count; i++)
		if (cpus[i]->hardware_id == arch_hardware_id() && cpus[i]->started)
			return cpus[i];
	return NULL;
}

/* Only one processor reports; others stop here. false: this processor is reporting already, so the report itself
 * failed. */
static bool begin(const char *what)
{
	static uint64_t reporter; /* the reporting processor's hardware id + 1; 0: none */
	uint64_t nobody = 0, name = arch_hardware_id() + 1;

	if (!__atomic_compare_exchange_n(&reporter, &nobody, name, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) {
		if (nobody == name)
			return false;
		arch_halt();
	}
	const struct cpu *self = started_self();
	if (cpu_count && cpus[0]->started)
		stop_others();
	if (self)
		console_print("\npith: %s on CPU %u in process %lu (%s)\n", what, self->index,
		              (unsigned long)self->running->pid, self->running->name);
	else
		console_print("\npith: %s on processor %#lx, which has not started\n", what,
		              (unsigned long)arch_hardware_id());
	return true;
}

static _Noreturn void end(void)
{
	console_print("pith: stopped\n");
	power_end(POWER_FAULT);
}

/* The report itself has failed: prints one line without any lookup. If that fails, too, the processor stops. */
static _Noreturn void fail_again(const char *what, vaddr pc, uint64_t address)
{
	static bool said;

	if (__atomic_test_and_set(&said, __ATOMIC_RELAXED))
		arch_halt();
	console_print("\npith: %s in this report, at %#lx, address %#lx\n", what, (unsigned long)pc,
	              (unsigned long)address);
	end();
}

_Noreturn void report_fault(const struct fault *f, const char *why)
{
	struct fault_view view;
	char sentence[256];

	if (!begin("FAULT"))
		fail_again("a second fault", f->pc, f->address);
	crash_if_here(CRASH_REPORT);
	report_meaning(f, sentence, sizeof sentence);
	console_print("pith:   %s%s%s\n", why ? why : "", why ? ": " : "", sentence);
	print_place("at", f->pc, f->pc);
	print_registers(f);
	console_print("pith:     sp %016lx flags %lx\n", (unsigned long)f->sp, (unsigned long)f->flags);
	fault_decode(f, NULL, 0, &view);
	if (view.has_address)
		print_walk(view.address, view.access);
	uint64_t from = fault_link(f);
	/* a bad call left its return address on the stack */
	if (from || (view.access == WALK_EXECUTE && read_word(f->sp, &from)))
		print_place("called from", from, from - 1);
	print_callers(fault_frame_pointer(f));
	end();
}

_Noreturn void panic(const char *text, ...)
{
	char line[256];
	va_list arguments;

	va_start(arguments, text);
	format_v(line, sizeof line, text, arguments);
	va_end(arguments);
	if (!begin("PANIC"))
		fail_again(line, (vaddr)(uintptr_t)__builtin_return_address(0), 0);
	console_print("pith:   %s\n", line);
	print_callers((vaddr)(uintptr_t)__builtin_frame_address(0));
	end();
}
