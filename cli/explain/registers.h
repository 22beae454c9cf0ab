/* registers.h — a processor's registers, out of text: QEMU's `info registers`, `-d int` and `-d cpu_reset`, exception
 * dumps of firmware and kernels, and what a person has typed.
 *
 *   Input    lines without colours and line ends; every byte is allowed
 *   Names    in any case. aarch64's system registers with or without their level: "ESR_EL1", "ESR"
 *   Form     NAME=1f, NAME: 0x1f, NAME - 0000001f, NAME 0x1f; numbers are hexadecimal. Without 0x a number has at least
 *            four digits, unless '=' is before it
 *   Memory   nothing is allocated */
#ifndef CLI_EXPLAIN_REGISTERS_H
#define CLI_EXPLAIN_REGISTERS_H

#include "fault.h"

/* Registers with one place. FLAGS is RFLAGS, or PSTATE. CPL, HLT: QEMU's fields of these names. */
enum register_id {
	REGISTER_PC, REGISTER_SP, REGISTER_FLAGS, REGISTER_CR0, REGISTER_CR2, REGISTER_CR3, REGISTER_CR4, REGISTER_EFER,
	REGISTER_ERROR, /* x86_64: the exception's error code */
	REGISTER_CPL, REGISTER_HLT, REGISTER_HCR, REGISTERS,
};

/* x86_64's registers that hold a base and a limit. GDTR and IDTR have no selector. */
enum segment_id {
	SEGMENT_ES, SEGMENT_CS, SEGMENT_SS, SEGMENT_DS, SEGMENT_FS, SEGMENT_GS, SEGMENT_LDT, SEGMENT_TR, SEGMENT_GDT,
	SEGMENT_IDT, SEGMENTS,
};

struct segment_register {
	bool known;       /* GDT, IDT: base and limit; the others: the selector          */
	bool has_base;    /* base, limit and flags are known, too: QEMU prints all of it */
	uint16_t selector;
	uint64_t base;
	uint32_t limit;
	uint32_t flags;   /* bits 8 to 23 of a descriptor's upper half, in place */
};

/* aarch64's system registers that each level has. */
enum system_id {
	SYSTEM_SCTLR, SYSTEM_TCR, SYSTEM_TTBR0, SYSTEM_TTBR1, SYSTEM_MAIR, SYSTEM_VBAR, SYSTEM_ESR, SYSTEM_FAR,
	SYSTEM_ELR, SYSTEM_SPSR, SYSTEMS,
};

enum { LEVEL_UNSAID, LEVELS = 4 }; /* a name without "_ELx"; EL1 to EL3 */

struct registers {
	uint32_t arch;          /* HOBNAIL_ARCH_*; 0: no name has told yet */
	uint32_t general_known; /* a bit each                              */
	uint64_t general[FAULT_MAX_GENERAL];
	uint32_t known;         /* a bit for each register_id */
	uint64_t value[REGISTERS];
	struct segment_register segment[SEGMENTS];
	uint16_t system_known[LEVELS]; /* a bit for each system_id */
	uint64_t system[LEVELS][SYSTEMS];
	uint64_t id[FAULT_MAX_ID];     /* as fault.id: for sources that have it */
};

/* Take the registers out of a line. Returns how many; unknown names are passed over. */
unsigned registers_line(struct registers *r, const char *line);

/* Set one register by its name, for sources that are no text. false: no register has this name. */
bool registers_set(struct registers *r, const char *name, uint64_t value);

static inline bool registers_have(const struct registers *r, enum register_id id)
{
	return r->known >> id & 1;
}

/* aarch64: the level that PSTATE names, or the highest that a register's name has said; else EL1. */
unsigned registers_level(const struct registers *r);

/* aarch64: the register of a level, also under a name without level. false, and nothing written: unknown. */
bool registers_system(const struct registers *r, unsigned level, enum system_id id, uint64_t *out);

/* The exception that these registers are about. x86_64: `vector` is the exception; its error code is REGISTER_ERROR.
 * aarch64: ESR, FAR, ELR and SPSR of the level; `vector` is the caller's guess: 4 (same level) or 8 (lower).
 * Unknown values are 0. */
void registers_fault(const struct registers *r, uint32_t vector, struct fault *out);

/* The walker for the tables that these registers have in use; *why says why there is none ("paging is off"). The
 * caller sets `read` and `context`. The memory types are those of the power-on PAT, where nobody says another. */
bool registers_walker(const struct registers *r, struct walker *out, const char **why);

/* Do these registers say that translation is off? */
bool registers_untranslated(const struct registers *r);

#endif
