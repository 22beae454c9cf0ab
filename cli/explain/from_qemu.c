#include "from_qemu.h"

#include <stdio.h>
#include <string.h>

enum { DOUBLE_FAULT = 8, TABLE_MASK = 0x7ff };

static void registers_of_arm(const struct exception *x, struct registers *out)
{
	unsigned level = x->to_level < LEVELS ? x->to_level : 1;
	const struct { enum system_id id; uint64_t value; } known[] = {
		{ SYSTEM_ESR, x->error }, { SYSTEM_FAR, x->address }, { SYSTEM_ELR, x->pc },
		{ SYSTEM_VBAR, x->handler & ~(uint64_t)TABLE_MASK },
		{ SYSTEM_SPSR, x->level ? x->level << 2 | 1 : 0 }, /* the log of QEMU 7.2 has the level alone */
	};

	out->arch = HOBNAIL_ARCH_AARCH64;
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		out->system[level][known[i].id] = known[i].value;
		out->system_known[level] |= (uint16_t)(1u << known[i].id);
	}
}

void from_qemu_registers(const struct exception *x, struct registers *out)
{
	char line[EXCEPTIONS_LINE];

	*out = (struct registers){ .arch = HOBNAIL_ARCH_X86_64 };
	if (!x->is_x86) {
		registers_of_arm(x, out);
		return;
	}
	for (const char *at = x->text; at && *at; at += strcspn(at, "\n"), at += *at == '\n') {
		snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
		registers_line(out, line);
	}
	registers_set(out, "pc", x->pc);
	registers_set(out, "sp", x->sp);
	if (x->address)
		registers_set(out, "cr2", x->address);
	if (x->vector != DOUBLE_FAULT) /* its own error code is 0: that of the second exception is not in the log */
		registers_set(out, "error", x->error);
	out->arch = HOBNAIL_ARCH_X86_64;
}

/* ---- What came of it ------------------------------------------------------------------------------------------ */

static void add_failed(const struct exceptions *e, size_t first, struct failure *out)
{
	const struct exception *x = exceptions_get(e, first), *next;

	for (size_t n = first + 1; n < exceptions_count(e) && out->failed_count < FAILURE_DELIVERIES - 1;
	     n++, x = next) {
		struct failed_delivery *failed = &out->failed[out->failed_count];
		next = exceptions_get(e, n);
		if (!next->nested)
			return;
		*failed = (struct failed_delivery){ .vector = x->vector, .second = next->raised };
		failed->doubled = next->vector == DOUBLE_FAULT;
		from_qemu_registers(next, &failed->registers);
		out->failed_count++;
	}
	if (!e->triple_fault || x->vector != DOUBLE_FAULT || !out->failed_count)
		return;
	struct failed_delivery *last = &out->failed[out->failed_count];
	*last = last[-1];
	last->vector = DOUBLE_FAULT;
	last->second = e->triple_raised;
	last->doubled = false;
	last->tripled = true;
	last->registers.known &= ~(1u << REGISTER_CR2); /* it is that of the delivery before */
	out->failed_count++;
}

/* The last fault that was not raised by a delivery; exceptions_count(): there is none. */
static size_t last_fault(const struct exceptions *e)
{
	size_t n = exceptions_count(e);

	while (n && exceptions_get(e, n - 1)->kind != EXCEPTION_FAULT)
		n--;
	while (n > 1 && exceptions_get(e, n - 1)->nested)
		n--;
	return n ? n - 1 : exceptions_count(e);
}

static void note_loop(const struct exceptions *e, size_t first, struct failure *out)
{
	const struct exception *x = exceptions_get(e, first), *last = exceptions_get(e, exceptions_count(e) - 1);
	unsigned long long times = e->repeats + e->period;

	if (first + e->period >= exceptions_count(e) && last->pc != last->handler)
		failure_note(out, "It came %llu times in a row: its handler returns to the instruction, and nothing "
		             "has changed.", times);
	else if (x->is_x86)
		failure_note(out, "Its handler fails in turn, at 0x%llx: %llu times in this log.",
		             (unsigned long long)last->pc, times);
	else
		failure_note(out, "The vector at 0x%llx cannot be executed: that raises the next exception, at the "
		             "same vector, and so on, %llu times in this log.", (unsigned long long)last->handler,
		             times);
	out->vectors_fail = !x->is_x86 && last->pc == last->handler;
}

/* Faults from `first` to the last one: handlers that failed in their turn, ever deeper in the stack. */
static void note_handlers(const struct exceptions *e, size_t first, struct failure *out)
{
	size_t last = last_fault(e);

	if (last > first)
		failure_note(out, "Its handler failed in turn, at 0x%llx%s: %zu exceptions, each in the handler of the "
		             "one before.", (unsigned long long)exceptions_get(e, first + 1)->pc,
		             last > first + 1 ? ", and so on" : "", last - first + 1);
}

static void note_others(const struct exceptions *e, size_t first, struct failure *out)
{
	uint64_t faults = 0, others = 0;

	for (size_t n = 0; n < first; n++) {
		const struct exception *x = exceptions_get(e, n);
		*(x->kind == EXCEPTION_FAULT ? &faults : &others) += 1 + x->repeated;
	}
	if (faults)
		failure_note(out,
		             "Before it the log has %llu exceptions that did no harm, and %llu interrupts and calls.",
		             (unsigned long long)faults, (unsigned long long)others);
}

bool from_qemu_found(const struct exceptions *e, struct failure *out)
{
	size_t first = exceptions_first(e);

	if (first == exceptions_count(e))
		first = last_fault(e);
	if (first == exceptions_count(e))
		return false;
	const struct exception *x = exceptions_get(e, first);
	*out = (struct failure){ .kind = "an exception log of QEMU", .vector = x->vector, .vector_known = true };
	from_qemu_registers(x, &out->registers);
	if (!x->is_x86)
		snprintf(out->who, sizeof out->who, "CPU %u", x->cpu);
	if (exceptions_loop(e))
		note_loop(e, first, out);
	else
		note_handlers(e, first, out);
	add_failed(e, last_fault(e), out);
	if (!out->failed_count && !exceptions_loop(e))
		failure_note(out, "The log ends neither in a triple fault nor in a loop: the kernel may have handled "
		             "this exception.");
	note_others(e, first, out);
	return true;
}
