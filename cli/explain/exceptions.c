#include "exceptions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strlist.h"

enum {
	TEXT_BYTES = 8192,  /* of the registers of one exception */
	LOOP_REPEATS = 100, /* so many in a row are no accident */
	NEAR_STACK = 4096,  /* a handler's frame lies so far below the stack pointer of the code that it interrupted */
	EXCEPTIONS_X86 = 32,
	NMI = 2, INVALID_TSS = 10, PAGE_FAULT = 14,
};

/* QEMU, target/arm/cpu.h, EXCP_*: the numbers of "Taking exception N". */
enum { ARM_SWI = 2, ARM_IRQ = 5, ARM_FIQ = 6, ARM_HVC = 11, ARM_SMC = 13, ARM_VIRQ = 14, ARM_VFIQ = 15,
       ARM_SEMIHOST = 16, ARM_VSERR = 24, ARM_VINMI = 27 };

static size_t place(const struct exceptions *e, size_t n)
{
	return (e->first + n) % EXCEPTIONS_KEPT;
}

const struct exception *exceptions_get(const struct exceptions *e, size_t n)
{
	return e->at[place(e, n)];
}

static void exception_free(struct exception *x)
{
	if (x)
		free(x->text);
	free(x);
}

/* ---- Repetitions ---------------------------------------------------------------------------------------------- */

static bool is_same(const struct exception *a, const struct exception *b)
{
	return a->vector == b->vector && a->kind == b->kind && a->cpu == b->cpu && a->level == b->level &&
	       a->error == b->error && a->address == b->address && a->pc == b->pc && a->sp == b->sp &&
	       a->nested == b->nested;
}

/* Does x repeat the exception `period` before it? */
static bool repeats(const struct exceptions *e, const struct exception *x, unsigned period)
{
	return period && period <= e->count && is_same(exceptions_get(e, e->count - period), x);
}

static void append(struct exceptions *e, struct exception *x)
{
	if (e->count == EXCEPTIONS_KEPT) {
		exception_free(e->at[e->first]);
		e->first = (e->first + 1) % EXCEPTIONS_KEPT;
		e->count--;
	}
	e->at[place(e, e->count++)] = x;
}

/* The last `period` exceptions take turns. The next in turn is the oldest of them: it becomes the youngest. */
static void take_turn(struct exceptions *e, struct exception *again)
{
	size_t oldest = e->count - e->period;
	struct exception *x = e->at[place(e, oldest)];

	for (size_t n = oldest; n + 1 < e->count; n++)
		e->at[place(e, n)] = e->at[place(e, n + 1)];
	e->at[place(e, e->count - 1)] = x;
	x->repeated++;
	x->returns = again->returns;
	exception_free(again);
}

void exceptions_end(struct exceptions *e)
{
	struct exception *x = e->now;

	e->now = NULL;
	e->now_bytes = 0;
	if (!x)
		return;
	if (!repeats(e, x, e->period)) {
		e->repeats = 0;
		e->period = 1;
		while (e->period <= EXCEPTIONS_MAX_PERIOD && !repeats(e, x, e->period))
			e->period++;
		if (e->period > EXCEPTIONS_MAX_PERIOD)
			e->period = 0;
	}
	if (!e->period) {
		append(e, x);
		return;
	}
	e->repeats++;
	take_turn(e, x);
}

bool exceptions_loop(const struct exceptions *e)
{
	bool has_fault = false;

	for (size_t i = 1; i <= e->period; i++)
		has_fault |= exceptions_get(e, e->count - i)->kind == EXCEPTION_FAULT;
	return has_fault && e->repeats >= (uint64_t)LOOP_REPEATS * e->period;
}

/* ---- Lines ---------------------------------------------------------------------------------------------------- */

static struct exception *begin(struct exceptions *e, struct exception found)
{
	exceptions_end(e);
	e->now = memory_resize(NULL, sizeof(found));
	*e->now = found;
	return e->now;
}

/* The number behind `name` in the line; hexadecimal. */
static bool number_behind(const char *line, const char *name, uint64_t *out)
{
	const char *at = strstr(line, name);
	char *end;

	if (!at)
		return false;
	at += strlen(name);
	uint64_t value = strtoull(at, &end, 16);
	if (end == at)
		return false;
	*out = value;
	return true;
}

/* A fault at the same instruction, with the same stack, as the fault before: entering the handler of that one raised
 * it. Two faults of which one is benign (Intel SDM vol. 3A, "Double Fault Exception (#DF)") become no double fault: an
 * invalid opcode without a gate is followed by #GP, and check_exception does not say that they belong together. */
static bool is_of_delivery(const struct exceptions *e, unsigned vector, uint64_t pc, uint64_t sp)
{
	const struct exception *before = e->count ? exceptions_get(e, e->count - 1) : NULL;

	return before && before->is_x86 && before->kind == EXCEPTION_FAULT && before->pc == pc && before->sp == sp &&
	       before->vector != vector && vector >= INVALID_TSS && vector <= PAGE_FAULT;
}

/* "   123: v=0e e=0002 i=0 cpl=0 IP=0008:ffffffff80000000 pc=... SP=0010:... CR2=..." */
static bool take_x86(struct exceptions *e, const char *line)
{
	unsigned vector, error, soft, cpl, selector;
	unsigned long long ip, sp;
	uint64_t address = 0;

	if (sscanf(line, " %*u: v=%x e=%x i=%x cpl=%u IP=%x:%llx pc=%*x SP=%x:%llx", &vector, &error, &soft, &cpl,
	           &selector, &ip, &selector, &sp) != 8)
		return false;
	number_behind(line, " CR2=", &address);
	bool is_fault = vector < EXCEPTIONS_X86 && vector != NMI;
	exceptions_end(e);
	if (!soft && !e->next_is_nested && is_of_delivery(e, vector, ip, sp)) {
		e->next_is_nested = true;
		e->next_raised = vector;
	}
	begin(e, (struct exception){
		.kind = soft ? EXCEPTION_CALL : is_fault ? EXCEPTION_FAULT : EXCEPTION_INTERRUPT,
		.is_x86 = true, .nested = e->next_is_nested, .raised = e->next_raised, .vector = vector, .level = cpl,
		.error = error, .address = address, .pc = ip, .sp = sp,
	});
	e->next_is_nested = false;
	return true;
}

static enum exception_kind kind_of_arm(unsigned number)
{
	switch (number) {
	case ARM_IRQ: case ARM_FIQ: case ARM_VIRQ: case ARM_VFIQ:
		return EXCEPTION_INTERRUPT;
	case ARM_SWI: case ARM_HVC: case ARM_SMC: case ARM_SEMIHOST:
		return EXCEPTION_CALL;
	default:
		return number > ARM_VSERR && number <= ARM_VINMI ? EXCEPTION_INTERRUPT : EXCEPTION_FAULT;
	}
}

/* "Taking exception 4 [Data Abort] on CPU 0" */
static bool take_arm(struct exceptions *e, const char *line)
{
	unsigned number, cpu = 0;

	if (sscanf(line, "Taking exception %u [%*[^]]] on CPU %u", &number, &cpu) < 1)
		return false;
	begin(e, (struct exception){ .kind = kind_of_arm(number), .cpu = cpu });
	return true;
}

/* "Exception return from AArch64 EL1 to AArch64 EL1 PC 0x5faf3218" does not name the processor. It is counted for the
 * last one that took an exception. */
static bool take_return(struct exceptions *e, const char *line)
{
	if (strncmp(line, "Exception return from ", 22) != 0)
		return false;
	exceptions_end(e);
	if (e->count)
		e->at[place(e, e->count - 1)]->returns++;
	return true;
}

/* The lines that follow "Taking exception": "...with FAR 0x8". */
static void take_detail_arm(struct exceptions *e, const char *line)
{
	struct exception *x = e->now;
	unsigned handled_level;
	uint64_t esr;

	sscanf(line, "...from EL%u to EL%u", &x->level, &x->to_level);
	if (number_behind(line, "...with ESR ", &esr))
		number_behind(line, "/", &x->error);
	number_behind(line, "...with FAR ", &x->address);
	number_behind(line, "...with ELR ", &x->pc);
	if (sscanf(line, "...to EL%u", &handled_level) == 1 && number_behind(line, " PC ", &x->handler))
		x->vector = x->handler >> 7 & 15;
	if (strstr(line, "...handled as")) { /* by QEMU itself, for PSCI and semihosting: no handler is entered */
		exception_free(x);
		e->now = NULL;
	}
}

static void take_detail_x86(struct exceptions *e, const char *line)
{
	struct exception *x = e->now;
	size_t bytes = strlen(line);

	if (e->now_bytes + bytes + 2 > TEXT_BYTES)
		return;
	x->text = memory_resize(x->text, e->now_bytes + bytes + 2);
	memcpy(x->text + e->now_bytes, line, bytes);
	e->now_bytes += bytes;
	memcpy(x->text + e->now_bytes++, "\n", 2);
}

static void take_line(struct exceptions *e, const char *line)
{
	uint64_t old, raised = 0;

	if (number_behind(line, "check_exception old: 0x", &old)) {
		exceptions_end(e);
		number_behind(line, " new 0x", &raised);
		e->next_is_nested = old != UINT32_MAX;
		e->next_raised = (unsigned)raised;
	} else if (strncmp(line, "Triple fault", 12) == 0) {
		exceptions_end(e);
		e->triple_fault = true;
		e->triple_raised = e->next_raised;
	} else if (strncmp(line, "CPU Reset", 9) == 0) {
		exceptions_end(e); /* the registers that follow are no exception's */
	} else if (!take_x86(e, line) && !take_arm(e, line) && !take_return(e, line) && e->now) {
		if (e->now->is_x86)
			take_detail_x86(e, line);
		else
			take_detail_arm(e, line);
	}
}

void exceptions_feed(struct exceptions *e, const char *bytes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes[i] == '\n') {
			e->line[e->line_bytes < EXCEPTIONS_LINE ? e->line_bytes : 0] = '\0';
			take_line(e, e->line);
			e->line_bytes = 0;
		} else if (e->line_bytes < EXCEPTIONS_LINE) {
			e->line[e->line_bytes++] = bytes[i];
		}
	}
}

void exceptions_cut(struct exceptions *e)
{
	struct exception *x = e->now;
	bool whole = x && (x->is_x86 ? x->text && strstr(x->text, "CR4=") : x->handler != 0);

	if (!x || whole || !e->count) {
		exceptions_end(e);
		return;
	}
	exception_free(x);
	e->now = NULL;
	e->now_bytes = 0;
}

void exceptions_free(struct exceptions *e)
{
	for (size_t n = 0; n < e->count; n++)
		exception_free(e->at[place(e, n)]);
	exception_free(e->now);
	*e = (struct exceptions){ .count = 0 };
}

/* ---- The first one -------------------------------------------------------------------------------------------- */

/* Is the stack of x a little below that of `before`, as in the handler of `before`? */
static bool is_below(const struct exception *before, const struct exception *x)
{
	return x->level == 0 && before->sp > x->sp && before->sp - x->sp <= NEAR_STACK;
}

/* Did an instruction of the handler raise the exception that the handler is for? */
static bool is_recursion(const struct exceptions *e, size_t n)
{
	const struct exception *before = exceptions_get(e, n - 1), *x = exceptions_get(e, n);

	return is_below(before, x) && before->pc == x->pc && before->vector == x->vector;
}

/* The log has no returns. A handler that calls itself without end is recognised by its repetitions: number n belongs
 * to one, or is the last one before, or the first one after. */
static size_t enclosing_x86(const struct exceptions *e, size_t n)
{
	if (n == 0)
		return n;
	if (exceptions_get(e, n)->nested || is_recursion(e, n))
		return n - 1;
	bool begins = n + 1 < e->count && is_recursion(e, n + 1), ends = n > 1 && is_recursion(e, n - 1);
	return (begins || ends) && is_below(exceptions_get(e, n - 1), exceptions_get(e, n)) ? n - 1 : n;
}

/* The exception whose handler was running when number n came, on the same processor; `n`: none that is kept. */
static size_t enclosing_arm(const struct exceptions *e, size_t n)
{
	const struct exception *x = exceptions_get(e, n);
	unsigned returns = 0;

	for (size_t i = n; i-- > 0;) {
		const struct exception *before = exceptions_get(e, i);
		if (before->cpu != x->cpu)
			continue;
		returns += before->returns;
		if (returns == 0)
			return i;
		returns--;
	}
	return n;
}

size_t exceptions_first(const struct exceptions *e)
{
	size_t n = e->count, before = n;

	if (n == 0 || exceptions_get(e, n - 1)->kind != EXCEPTION_FAULT)
		return e->count;
	for (before = n - 1; before != n && exceptions_get(e, before)->kind == EXCEPTION_FAULT;) {
		n = before;
		before = exceptions_get(e, n)->is_x86 ? enclosing_x86(e, n) : enclosing_arm(e, n);
	}
	return n;
}
