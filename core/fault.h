/* fault.h — the meaning of a processor's exception, in words. Pure: the loader's net, the tests and host programs use
 * the same source.
 *
 *   Memory   nothing is allocated; text goes to the caller's buffer, NUL-terminated and cut to its size */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

/* fault.vector of a kernel that returned from its entry point: no exception at all. For assembly, too. */
#define FAULT_RETURNED 256

#ifndef __ASSEMBLER__
#include <hobnail/boot.h>

#include "walk.h"

enum { FAULT_MAX_GENERAL = 31, FAULT_MAX_CONTROL = 6, FAULT_MAX_ID = 8 };

/* Contents of fault.id. x86_64: registers of CPUID's leaves, and XCR0. Leaves 1 and 80000001 have two places, for ECX
 * and EDX, and leaf 7 has two, for EBX and ECX. aarch64: ID_AA64 registers. */
enum { FAULT_ID_1, FAULT_ID_7, FAULT_ID_7_EDX, FAULT_ID_80000001, FAULT_ID_80000008_EBX, FAULT_ID_XCR0 };
enum { FAULT_ID_PFR0, FAULT_ID_PFR1, FAULT_ID_ISAR0, FAULT_ID_ISAR1, FAULT_ID_ISAR2, FAULT_ID_MMFR1, FAULT_ID_MMFR2,
       FAULT_ID_DFR0 };

/* The processor's registers at the exception. */
struct fault {
	uint32_t arch;        /* HOBNAIL_ARCH_*                                                             */
	uint32_t vector;      /* x86_64: exception; aarch64: 0-15, in the vector table; or FAULT_RETURNED   */
	uint64_t hardware_id; /* of the processor, as struct hobnail_cpu has it                             */
	uint64_t syndrome;    /* x86_64: error code, 0 where there is none; aarch64: ESR                    */
	uint64_t address;     /* CR2, FAR: means something for some exceptions only                         */
	uint64_t pc;          /* 0 for FAULT_RETURNED                                                       */
	uint64_t sp;
	uint64_t flags;       /* RFLAGS, SPSR                                                               */
	uint64_t general[FAULT_MAX_GENERAL]; /* x86_64: rax rbx rcx rdx rsi rdi rbp r8-r15; aarch64: x0-x30 */
	uint64_t control[FAULT_MAX_CONTROL]; /* x86_64: cr0 cr3 cr4 efer cs ss;
	                                        aarch64: sctlr tcr ttbr0 ttbr1 mair hcr_el2                 */
	uint64_t id[FAULT_MAX_ID]; /* the processor's features, FAULT_ID_*; all 0: not known */
};

/* The meaning of a fault. `what` is a code of errors/fault.def with its numbers and texts. */
struct fault_view {
	struct problem what;
	bool by_tables;   /* the page tables have refused the access */
	bool user;        /* user mode made the access: its rights count */
	bool has_address; /* the exception is about this address: */
	vaddr address;
	enum walk_access access;
};

/* Address of the instruction that the exception is about: f->pc, or FAULT_INT_BYTES before it for a vector that
 * `int` may have called. */
uint64_t fault_code(const struct fault *f);

/* `code` holds the `bytes` bytes at fault_code(f), as many as could be read and at most 15: with them the meaning of
 * some exceptions is more exact. */
void fault_decode(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out);

/* "rax", "x7"; "cr0", "sctlr"; "" where there is none of that number. */
struct fault_name { char text[8]; };
struct fault_name fault_general_name(uint32_t arch, unsigned index);
struct fault_name fault_control_name(uint32_t arch, unsigned index);

/* The frame pointer, rbp or x29; and the return address of a function that has made no frame yet. On x86_64 the
 * latter is 0: it lies on the stack. */
uint64_t fault_frame_pointer(const struct fault *f);
uint64_t fault_link(const struct fault *f);

/* x86_64: a vector that belongs to no exception. Interrupts lead there, and so does `int`, an instruction of two
 * bytes. */
enum { FAULT_INT_BYTES = 2 };
static inline bool fault_is_interrupt(const struct fault *f)
{
	return f->arch == HOBNAIL_ARCH_X86_64 && f->vector >= 32 && f->vector < FAULT_RETURNED;
}

/* Do instructions among the `bytes` bytes of code at `at` read the word at `word`, which the linker has placed? Only
 * usual forms are known. */
typedef bool fault_reader(const uint8_t *code, unsigned bytes, vaddr at, vaddr word);
fault_reader fault_reads_x86_64, fault_reads_aarch64;

/* fault_decode() with the part of one architecture: a loader contains no other. */
typedef void fault_decoder(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out);
fault_decoder fault_decode_x86_64, fault_decode_aarch64;
void fault_decode_by(fault_decoder *decoder, const struct fault *f, const uint8_t *code, unsigned bytes,
                     struct fault_view *out);

#endif
#endif
