/* from_edk2.c — EDK2: UefiCpuPkg/Library/CpuExceptionHandlerLib (X64), ArmPkg/Library/DefaultExceptionHandlerLib. */
#include <stdio.h>
#include <string.h>

#include "recognisers.h"

enum { SYNC = 4, SERROR = 7 };

static void begin(struct from_edk2 *e, uint32_t arch)
{
	*e = (struct from_edk2){ .seen = true, .reading = true };
	e->f.kind = arch == HOBNAIL_ARCH_X86_64 ? "an exception dump of EDK2 (X64)"
	                                        : "an exception dump of EDK2 (AArch64)";
	e->f.registers.arch = arch;
}

/* "!!!! X64 Exception Type - 0E(#PF - Page-Fault)  CPU Apic ID - 00000000 !!!!" */
static bool begin_x64(struct from_edk2 *e, const char *line)
{
	uint64_t vector, id;

	if (!strstr(line, "!!!! ") || !failure_number(line, "Exception Type - ", 16, &vector) || vector > 255)
		return false;
	begin(e, HOBNAIL_ARCH_X86_64);
	e->f.vector = (uint32_t)vector;
	e->f.vector_known = true;
	if (failure_number(line, "CPU Apic ID - ", 16, &id))
		snprintf(e->f.who, sizeof e->f.who, "CPU with APIC ID %llu", (unsigned long long)id);
	return true;
}

/* "Synchronous Exception at 0x000000005C0A1234" */
static bool begin_aarch64(struct from_edk2 *e, const char *line)
{
	uint64_t pc;
	bool serror = strstr(line, "SError Exception at ");

	if (!failure_number(line, " Exception at ", 16, &pc) || (!serror && !strstr(line, "Synchronous Exception")))
		return false;
	begin(e, HOBNAIL_ARCH_AARCH64);
	e->f.vector = serror ? SERROR : SYNC;
	registers_set(&e->f.registers, "pc", pc);
	return true;
}

/* "!!!! Find image based on IP(0xE5F61A7) /build/App.dll (ImageBase=000000000E5F5000, EntryPoint=...) !!!!" */
static void image_x64(struct from_edk2 *e, const char *line)
{
	const char *name = strchr(line, ')'), *end = name ? strstr(name, " (ImageBase=") : NULL;
	uint64_t base, pc = e->f.registers.value[REGISTER_PC];

	e->reading = false;
	if (!end || !failure_number(end, "ImageBase=", 16, &base))
		return;
	name += 1 + strspn(name + 1, " ");
	while (end > name && end[-1] == ' ')
		end--;
	failure_note(&e->f,
	             "The instruction is in an image of the firmware's, %.*s, 0x%llx bytes behind its beginning at "
	             "0x%llx.",
	             end > name ? (int)(end - name) : 0, name, (unsigned long long)(pc - base),
	             (unsigned long long)base);
}

/* "PC 0x00005C0A1234 (0x00005C0A0000+0x00001234) [ 0] App.dll": the first is the instruction, the others called it. */
static void image_aarch64(struct from_edk2 *e, const char *line)
{
	const char *name = strchr(line, ']');
	uint64_t base, offset;

	if (!name || e->f.note_count || !failure_number(line, "(", 0, &base) || !failure_number(line, "+", 0, &offset))
		return;
	failure_note(&e->f, "The instruction is in the image %s, 0x%llx bytes behind its beginning at 0x%llx.",
	             name + 1 + strspn(name + 1, " "), (unsigned long long)offset, (unsigned long long)base);
}

void from_edk2_line(struct from_edk2 *e, const char *line)
{
	if (begin_x64(e, line) || begin_aarch64(e, line) || !e->reading)
		return;
	if (strstr(line, "!!!! Find image") || strstr(line, "!!!! Can't find image"))
		image_x64(e, line);
	else if (strstr(line, "Stack dump"))
		e->reading = false;
	else if (strncmp(line + strspn(line, " "), "PC 0x", 5) == 0)
		image_aarch64(e, line);
	else
		registers_line(&e->f.registers, line);
}

bool from_edk2_found(const struct from_edk2 *e, struct failure *out)
{
	uint64_t value;

	if (!e->seen)
		return false;
	*out = e->f;
	if (e->f.registers.arch == HOBNAIL_ARCH_AARCH64) {
		unsigned level = registers_level(&e->f.registers);
		out->vector_known = registers_system(&e->f.registers, level, SYSTEM_ESR, &value);
		out->address_unknown = !registers_system(&e->f.registers, level, SYSTEM_FAR, &value);
	}
	if (!out->vector_known) {
		snprintf(out->said, sizeof out->said,
		         "a synchronous exception in the firmware or in a program that it runs");
		failure_note(out, "The text has no registers, as release builds of EDK2 print none: in QEMU, "
		             "-d int shows ESR and FAR.");
	}
	return true;
}
