/* delivery.c — Intel SDM vol. 3A, "Exception- or Interrupt-Handler Procedures" (§6.12), "Interrupt and Exception
 * Handling in 64-bit Mode" (§6.14), "Segment Descriptors"; Arm ARM DDI 0487, "Exception vectors". */
#include "delivery.h"

#include "fault_segment.h"
#include "format.h"

enum { FRAME_BYTES = 40, TSS_RSP0 = 4, TSS_IST1 = 0x24 };
enum { GATE_INTERRUPT = 14, GATE_TRAP = 15 };
enum { EFER_LMA = 1 << 10, CR0_PE = 1 };
enum { TSS_FAULT = 10, PAGE_FAULT = 14 };
enum { ERROR_IDT = 2, FAULT_PRESENT = 1, FAULT_WRITE = 2, STACK_BYTES = 64 };
enum { NULL_SELECTOR_BITS = 3 };

#define LL(n) ((unsigned long long)(n))

struct vector_name delivery_name(unsigned vector)
{
	static const char names[][4] = {
		"#DE", "#DB", "NMI", "#BP", "#OF", "#BR", "#UD", "#NM", "#DF", "",    "#TS",
		"#NP", "#SS", "#GP", "#PF", "",    "#MF", "#AC", "#MC", "#XM", "#VE", "#CP",
	};
	struct vector_name name;

	if (vector < COUNT_OF(names) && *names[vector])
		format(name.text, sizeof name.text, "%s", names[vector]);
	else
		format(name.text, sizeof name.text, "exception %u", vector);
	return name;
}

/* A gate has 16 bytes in long mode, 8 in protected mode, 4 in real mode. */
static unsigned gate_bytes(const struct registers *r)
{
	if (!registers_have(r, REGISTER_EFER) || r->value[REGISTER_EFER] & EFER_LMA)
		return 16;
	return r->value[REGISTER_CR0] & CR0_PE ? 8 : 4;
}

static bool has_error_code(unsigned vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
}

/* The text of a structure that the processor could not read. */
static bool say_unreadable(const struct cpu_space *s, const char *what, vaddr at, char *out, size_t size)
{
	size_t used = format(out, size, "%s at %#llx, ", what, LL(at));

	if (!space_refuses(s, at, WALK_READ, out + used, size - used))
		format(out + used, size - used, "which lies where no memory answers");
	return true;
}

/* ---- The code segment --------------------------------------------------------------------------------------- */

static bool bad_selector(const struct cpu_space *s, const struct registers *r, unsigned vector, uint16_t selector,
                         char *out, size_t size)
{
	const struct segment_register *table = &r->segment[selector & 4 ? SEGMENT_LDT : SEGMENT_GDT];
	const char *name = selector & 4 ? "LDT" : "GDT";
	vaddr at = table->base + (selector & ~7u);
	uint64_t entry;
	char what[40];

	if (!(selector & ~NULL_SELECTOR_BITS))
		return format(out, size, "gate %u of the IDT names the null selector", vector);
	if (!table->has_base)
		return false;
	if ((selector | 7u) > table->limit)
		return format(out, size, "gate %u of the IDT names selector %#x, and the %s (base %#llx, limit %#x) "
		              "ends before it", vector, selector, name, LL(table->base), table->limit);
	format(what, sizeof what, "entry %#x of the %s is", selector & ~7u, name);
	if (space_read(s, at, &entry, sizeof entry) != sizeof entry)
		return say_unreadable(s, what, at, out, size);
	bool code = (entry >> 43 & 3) == 3, present = entry >> 47 & 1, is_64 = (entry >> 53 & 3) == 1;
	if (code && present && is_64)
		return false;
	return format(out, size, "gate %u of the IDT names selector %#x, and %s %s (%#llx)", vector, selector, what,
	              !code ? "no code segment" : !present ? "not present" : "no 64-bit code segment (L set, D clear)",
	              LL(entry));
}

/* ---- The stack ---------------------------------------------------------------------------------------------- */

/* The stack that the processor takes out of the TSS. false: the text says why it could not. */
static bool stack_of_tss(const struct cpu_space *s, const struct registers *r, const char *who, unsigned offset,
                         vaddr *out, char *text, size_t size)
{
	const struct segment_register *tr = &r->segment[SEGMENT_TR];
	vaddr at = tr->base + offset;

	if (!(tr->selector & ~NULL_SELECTOR_BITS))
		format(text, size, "%s, and no TSS is loaded (TR is null): ltr comes before that", who);
	else if (offset + 7u > tr->limit)
		format(text, size, "%s, and the TSS (base %#llx, limit %#x) ends before it", who, LL(tr->base),
		       tr->limit);
	else if (space_read(s, at, out, sizeof *out) != sizeof *out)
		say_unreadable(s, "the TSS's stack pointer is", at, text, size);
	else
		return true;
	return false;
}

/* Can the frame be pushed? */
static bool bad_stack(const struct cpu_space *s, const struct registers *r, unsigned vector, unsigned ist, char *out,
                      size_t size)
{
	bool from_user = (r->segment[SEGMENT_CS].selector & 3) == 3;
	vaddr top = r->value[REGISTER_SP];
	char who[64];

	format(who, sizeof who, ist ? "gate %u of the IDT names stack IST%u" : "gate %u of the IDT uses stack RSP0",
	       vector, ist);
	if ((ist || from_user) &&
	    !stack_of_tss(s, r, who, ist ? TSS_IST1 + 8 * (ist - 1) : TSS_RSP0, &top, out, size))
		return true;
	unsigned bytes = FRAME_BYTES + (has_error_code(vector) ? 8 : 0);
	vaddr frame = align_down(top, 16);
	size_t used = ist || from_user ? format(out, size, "%s, which is %#llx, ", who, LL(top))
	                               : format(out, size,
	                                        "the exception's frame goes onto the stack, below %#llx, ", LL(top));
	return space_refuses(s, frame - bytes, WALK_WRITE, out + used, size - used) ||
	       space_refuses(s, frame - 8, WALK_WRITE, out + used, size - used);
}

/* ---- The gate ----------------------------------------------------------------------------------------------- */

static bool bad_gate(const struct cpu_space *s, const struct registers *r, unsigned vector, const uint64_t gate[2],
                     char *out, size_t size)
{
	unsigned type = gate[0] >> 40 & 15, ist = gate[0] >> 32 & 7;
	vaddr handler = (gate[0] & 0xffff) | (gate[0] >> 32 & 0xffff0000) | gate[1] << 32;
	uint16_t selector = (uint16_t)(gate[0] >> 16);
	char text[224];

	if (!(gate[0] >> 47 & 1))
		return format(out, size, "gate %u of the IDT is not present (%#llx)", vector, LL(gate[0]));
	if (type != GATE_INTERRUPT && type != GATE_TRAP)
		return format(out, size, "gate %u of the IDT is no 64-bit interrupt or trap gate: its type is %u",
		              vector, type);
	if (bad_selector(s, r, vector, selector, text, sizeof text) || bad_stack(s, r, vector, ist, text, sizeof text))
		return format(out, size, "%s", text);
	if (space_refuses(s, handler, WALK_EXECUTE, text, sizeof text))
		return format(out, size, "the handler in gate %u of the IDT is %#llx, %s", vector, LL(handler), text);
	return false;
}

bool delivery_x86_64(const struct cpu_space *s, const struct registers *r, unsigned vector, char *out, size_t size)
{
	const struct segment_register *idt = &r->segment[SEGMENT_IDT];
	unsigned bytes = gate_bytes(r);
	vaddr at = idt->base + bytes * vector;
	uint64_t gate[2];
	char what[40];

	if (!idt->has_base)
		return false;
	if (bytes * vector + bytes - 1 > idt->limit)
		return format(out, size, "the IDT (base %#llx, limit %#x) has no gate %u%s", LL(idt->base), idt->limit,
		              vector, idt->limit ? "" : ": none was loaded");
	if (!s->walks)
		return false;
	if (space_read(s, at, gate, sizeof gate) == sizeof gate)
		return bad_gate(s, r, vector, gate, out, size);
	format(what, sizeof what, "gate %u of the IDT is", vector);
	return say_unreadable(s, what, at, out, size);
}

bool delivery_advice(const struct cpu_space *s, const struct registers *r, unsigned vector, char *out, size_t size)
{
	const struct segment_register *idt = &r->segment[SEGMENT_IDT], *gdt = &r->segment[SEGMENT_GDT];
	struct fault_segment_table t = { .base = gdt->base, .limit = gdt->limit };
	uint64_t gate;

	if (!s->walks || !idt->has_base || !gdt->has_base || gate_bytes(r) != 16 ||
	    space_read(s, idt->base + 16 * vector, &gate, sizeof gate) != sizeof gate || !(gate >> 47 & 1))
		return false;
	uint16_t selector = (uint16_t)(gate >> 16);
	t.readable = space_read(s, t.base + (selector & ~7u), &t.entry, sizeof t.entry) == sizeof t.entry;
	return fault_segment_advice(&t, selector, out, size);
}

/* ---- Without memory ----------------------------------------------------------------------------------------- */

/* A page fault in the delivery: which structure is at CR2? */
static bool by_address(const struct registers *r, unsigned first, char *out, size_t size)
{
	static const struct { enum segment_id id; const char *name; } tables[] = {
		{ SEGMENT_GDT, "GDT" }, { SEGMENT_TR, "TSS" }, { SEGMENT_LDT, "LDT" },
	};
	vaddr at = r->value[REGISTER_CR2], sp = r->value[REGISTER_SP];
	const struct segment_register *idt = &r->segment[SEGMENT_IDT];
	bool has_error = registers_have(r, REGISTER_ERROR);
	uint64_t error = r->value[REGISTER_ERROR];
	const char *how = has_error && error & FAULT_PRESENT ? "may not be written"
	                  : has_error ? "is not mapped" : "is not mapped, or read-only";

	if (!registers_have(r, REGISTER_CR2))
		return false;
	if (idt->has_base && at - (idt->base + gate_bytes(r) * first) < gate_bytes(r))
		return format(out, size, "gate %u of the IDT is at %#llx, which is not mapped", first, LL(at));
	for (unsigned i = 0; i < COUNT_OF(tables); i++) {
		const struct segment_register *table = &r->segment[tables[i].id];
		bool loaded = table->has_base && (!i || table->selector & ~NULL_SELECTOR_BITS);
		if (loaded && at - table->base <= table->limit)
			return format(out, size, "the processor reads the %s at %#llx, which is not mapped",
			              tables[i].name, LL(at));
	}
	if (has_error && !(error & FAULT_WRITE))
		return false;
	if (sp - at <= STACK_BYTES)
		return format(out, size, "the exception's frame goes onto the stack, below %#llx, and %#llx %s",
		              LL(sp), LL(at), how);
	return has_error ? format(out, size, "the exception's frame goes to %#llx, a stack of the TSS, which %s",
	                          LL(at), how)
	                 : format(out, size, "the processor needed %#llx for that, and it %s", LL(at), how);
}

/* #TS, #NP, #SS and #GP say by their error code which gate or selector is wrong. */
static bool by_error(const struct registers *r, unsigned first, unsigned second, char *out, size_t size)
{
	static const char *const selector_faults[] = {
		"is no TSS that can be used", "is not present", "is no stack segment that can be used",
		"is beyond the GDT, or no 64-bit code segment",
	};
	static const char *const faults[] = {
		"the TSS cannot be used", "gate %u of the IDT, or the code segment that it names, is not present",
		"the stack of the exception's frame is not canonical",
		"gate %u of the IDT is none that can be used, or the selector in it is none",
	};
	uint64_t error = r->value[REGISTER_ERROR];

	if (!registers_have(r, REGISTER_ERROR))
		return format(out, size, faults[second - TSS_FAULT], first);
	if (error & ERROR_IDT)
		return format(out, size, "gate %u of the IDT %s", (unsigned)(error >> 3 & 0xff),
		              second == TSS_FAULT + 1 ? "is not present" : "is none that can be used");
	if (error & 0xfff8)
		return format(out, size, "gate %u of the IDT names selector %#llx, which %s", first, LL(error & 0xfff8),
		              selector_faults[second - TSS_FAULT]);
	return false;
}

bool delivery_by_second(const struct registers *r, unsigned first, unsigned second, char *out, size_t size)
{
	if (delivery_x86_64(&(const struct cpu_space){ .memory = NULL }, r, first, out, size))
		return true;
	if (second == PAGE_FAULT)
		return by_address(r, first, out, size);
	return second >= TSS_FAULT && second < PAGE_FAULT && by_error(r, first, second, out, size);
}

/* ---- aarch64 ------------------------------------------------------------------------------------------------ */

bool delivery_aarch64(const struct cpu_space *s, const struct registers *r, unsigned offset, char *out, size_t size)
{
	unsigned level = registers_level(r);
	uint64_t vbar;
	char text[200];

	if (!registers_system(r, level ? level : 1, SYSTEM_VBAR, &vbar))
		return false;
	vbar &= ~0x7ffull;
	if (!space_refuses(s, vbar + offset, WALK_EXECUTE, text, sizeof text))
		return false;
	return format(out, size, "VBAR is %#llx, so the vector is at %#llx, %s", LL(vbar), LL(vbar + offset), text);
}
