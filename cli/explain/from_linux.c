/* from_linux.c — Linux 4.x to 6.x: arch/x86/mm/fault.c, arch/x86/kernel/dumpstack.c, arch/arm64/mm/fault.c,
 * arch/arm64/kernel/traps.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recognisers.h"

enum { PAGE_FAULT = 14, SYNC = 4 };

static const struct { const char *text; uint32_t vector; } exceptions[] = {
	{ "general protection fault", 13 }, { "invalid opcode: ", 6 }, { "divide error: ", 0 },
	{ "stack segment: ", 12 }, { "double fault", 8 }, { "int3: ", 3 },
	{ "segment not present: ", 11 }, { "invalid TSS: ", 10 }, { "alignment check: ", 17 },
	{ "simd exception: ", 19 }, { "control protection", 21 },
};

/* The first oops of a boot: later ones are often its consequences. false: the line is part of none that is read. */
static bool begin(struct from_linux *l, uint32_t arch)
{
	if (l->reading || (l->seen && !l->booted_again))
		return l->reading;
	*l = (struct from_linux){ .seen = true, .reading = true };
	l->f.kind = arch == HOBNAIL_ARCH_X86_64 ? "an oops of Linux (x86_64)" : "an oops of Linux (arm64)";
	l->f.registers.arch = arch;
	if (arch == HOBNAIL_ARCH_AARCH64)
		l->f.vector = SYNC;
	return true;
}

/* The first line of an oops. */
static bool header(struct from_linux *l, const char *line)
{
	bool x86 = strstr(line, "BUG: unable to handle") || strstr(line, "BUG: kernel NULL pointer dereference");
	bool arm = strstr(line, "Unable to handle kernel");

	if (x86 || arm) {
		if (!begin(l, x86 ? HOBNAIL_ARCH_X86_64 : HOBNAIL_ARCH_AARCH64))
			return true;
		l->has_address = failure_number(line, "address: ", 16, &l->address) ||
		                 failure_number(line, "virtual address ", 16, &l->address) ||
		                 failure_number(line, " at ", 16, &l->address);
		l->f.vector = x86 ? PAGE_FAULT : SYNC;
		l->f.vector_known = x86;
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(exceptions); i++) {
		const char *at = strstr(line, exceptions[i].text);
		if (!at || (!strstr(at, "[#") && !strstr(line, "PANIC: ")))
			continue;
		if (!begin(l, HOBNAIL_ARCH_X86_64))
			return true;
		l->f.vector = exceptions[i].vector;
		l->f.vector_known = true;
	}
	return false;
}

static void set_error(struct from_linux *l, const char *line)
{
	uint64_t value;
	const char *bracket = strstr(line, " [#");
	const char *word = bracket;

	if (failure_number(line, "error_code(", 0, &value) || failure_number(line, "error_code: ", 0, &value)) {
		registers_set(&l->f.registers, "error", value);
		return;
	}
	if (!bracket)
		return;
	while (word > line && word[-1] != ' ' && word[-1] != ':')
		word--;
	if (l->f.registers.arch == HOBNAIL_ARCH_X86_64 && failure_number(word, "", 16, &value))
		registers_set(&l->f.registers, "error", value);
	else if (failure_number(word, "", 16, &value))
		registers_set(&l->f.registers, "esr", value);
}

/* "RIP: 0010:kmain+0x1d/0x30", "pc : kmain+0x10/0x20" */
static void set_place(struct from_linux *l, const char *line)
{
	const char *at = strstr(line, "RIP: ");
	uint64_t selector;

	if (*l->f.symbol || registers_have(&l->f.registers, REGISTER_PC))
		return;
	if (at && failure_number(at, "RIP: ", 16, &selector) && strchr(at + 5, ':')) {
		registers_set(&l->f.registers, "cs", selector);
		at = strchr(at + 5, ':') + 1;
	} else {
		at = strstr(line, "pc : ");
		at = at ? at + 5 : NULL;
	}
	if (!at || *at == '0' || *at == '[') /* a number: registers_line() takes it */
		return;
	snprintf(l->f.symbol, sizeof l->f.symbol, "%.*s", (int)strcspn(at, " \t"), at);
}

static void set_code(struct from_linux *l, const char *line)
{
	const char *at = strstr(line, "Code: ");

	if (!at || l->has_code)
		return;
	l->has_code = true;
	failure_code(&l->f, at, l->f.registers.arch == HOBNAIL_ARCH_AARCH64);
}

static void set_root(struct from_linux *l, const char *line)
{
	uint64_t root;

	if (failure_number(line, "pgdp=", 16, &root))
		registers_set(&l->f.registers, l->address >> 63 ? "ttbr1" : "ttbr0", root);
}

/* With KASLR the symbols of vmlinux are elsewhere: "Kernel Offset: 0x5627abc00000 from 0xffff800080000000". */
static void note_offset(struct from_linux *l, const char *line)
{
	uint64_t offset;

	if (l->seen && failure_number(line, "Kernel Offset: ", 16, &offset))
		failure_note(&l->f, "KASLR has moved the kernel: its symbols need --kernel vmlinux@0x%llx.",
		             (unsigned long long)offset);
}

void from_linux_line(struct from_linux *l, const char *line)
{
	note_offset(l, line);
	l->booted_again |= strncmp(line, "Linux version ", 14) == 0;
	bool oops = strstr(line, "Internal error: ") && strstr(line, " [#");

	if (oops && !l->reading)
		begin(l, HOBNAIL_ARCH_AARCH64);
	if (header(l, line) || !l->reading)
		return;
	const char *bug = strstr(line, "kernel BUG at ");
	if (bug)
		failure_note(&l->f, "%s", bug);
	set_code(l, line);
	set_error(l, line);
	set_place(l, line);
	set_root(l, line);
	if (strstr(line, "---[ end ") || (strstr(line, "Call Trace:") && l->has_code))
		l->reading = false;
	else if (!strstr(line, "Call trace:") && !strstr(line, "error_code"))
		registers_line(&l->f.registers, line);
}

bool from_linux_found(const struct from_linux *l, struct failure *out)
{
	uint64_t esr, far;

	if (!l->seen)
		return false;
	*out = l->f;
	if (l->has_address && !registers_have(&l->f.registers, REGISTER_CR2))
		registers_set(&out->registers, "cr2", l->address);
	if (l->f.registers.arch == HOBNAIL_ARCH_AARCH64) {
		out->registers = l->f.registers;
		if (l->has_address)
			registers_set(&out->registers, "far", l->address);
		out->vector_known = registers_system(&out->registers, 1, SYSTEM_ESR, &esr);
		out->address_unknown = !registers_system(&out->registers, 1, SYSTEM_FAR, &far);
	}
	if (!out->vector_known)
		snprintf(out->said, sizeof out->said, "an oops whose syndrome (ESR) is not in the text");
	else if (l->f.vector == PAGE_FAULT && !registers_have(&out->registers, REGISTER_ERROR))
		failure_note(out, "The error code is not in the text: the access may have been a write or a jump.");
	return true;
}
