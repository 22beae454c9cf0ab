/* from_uboot.c — U-Boot: arch/arm/lib/interrupts_64.c, arch/x86/cpu/interrupts.c, lib/efi_loader/efi_image_loader.c. */
#include <stdio.h>
#include <string.h>

#include "recognisers.h"

enum { SYNC = 4, SERROR = 7 };

static const struct { const char *text; uint32_t vector; } exceptions[] = {
	{ "Divide Error", 0 }, { "Overflow", 4 }, { "BOUND Range Exceeded", 5 },
	{ "Invalid Opcode (UnDefined Opcode)", 6 }, { "Device Not Available", 7 },
	{ "Double Fault", 8 }, { "Invalid TSS", 10 }, { "Segment Not Present", 11 },
	{ "Stack Segment Fault", 12 }, { "General Protection", 13 }, { "Page Fault", 14 }, { "Alignment Check", 17 },
};

/* `"Synchronous Abort" handler, esr 0x96000045, far 0x0` */
static bool begin_arm(struct from_uboot *u, const char *line)
{
	bool sync = strstr(line, "\"Synchronous Abort\" handler"), error = strstr(line, "\"Error\" handler");

	if (!sync && !error)
		return false;
	*u = (struct from_uboot){ .seen = true, .reading = true };
	u->f.kind = "an exception dump of U-Boot (arm64)";
	u->f.vector = sync ? SYNC : SERROR;
	registers_line(&u->f.registers, line);
	u->f.registers.arch = HOBNAIL_ARCH_AARCH64;
	return true;
}

/* The name of the exception stands on a line of its own, before the registers. */
static bool begin_x86(struct from_uboot *u, const char *line)
{
	for (size_t i = 0; i < COUNT_OF(exceptions); i++) {
		size_t length = strlen(exceptions[i].text);
		if (strncasecmp(line, exceptions[i].text, length) != 0 || line[length + strspn(line + length, " ")])
			continue;
		*u = (struct from_uboot){ .reading = true };
		u->f.kind = "an exception dump of U-Boot (x86)";
		u->f.vector = exceptions[i].vector;
		u->f.vector_known = true;
		return true;
	}
	return false;
}

static void read_line(struct from_uboot *u, const char *line)
{
	const char *code = strstr(line, "Code: "), *image = strstr(line, "UEFI image ");

	if (image)
		failure_note(&u->f, "%s", image);
	else if (code)
		failure_code(&u->f, code, u->f.registers.arch == HOBNAIL_ARCH_AARCH64);
	else if (strstr(line, "resetting") || strstr(line, "Resetting"))
		u->reading = false;
	else if (!strstr(line, "(reloc)")) /* addresses as they were linked */
		registers_line(&u->f.registers, line);
	u->seen |= strstr(line, "EIP: ") || strstr(line, "RIP: ");
}

void from_uboot_line(struct from_uboot *u, const char *line)
{
	if (!begin_arm(u, line) && !begin_x86(u, line) && u->reading)
		read_line(u, line);
}

bool from_uboot_found(const struct from_uboot *u, struct failure *out)
{
	uint64_t value;

	if (!u->seen)
		return false;
	*out = u->f;
	if (u->f.registers.arch == HOBNAIL_ARCH_AARCH64) {
		out->vector_known = registers_system(&u->f.registers, 1, SYSTEM_ESR, &value);
		out->address_unknown = !registers_system(&u->f.registers, 1, SYSTEM_FAR, &value);
	}
	return true;
}
