/* fault.c — the net's exception handler: from registers to struct fault. */
#include "fault.h"

#include <hobnail/boot.h>

#include "arch.h"
#include "cpu.h"
#include "arch.h"
#include "layout.h"
#include "after/net.h"

#include <string.h>

fault_decoder *const arch_fault_decoder = fault_decode_aarch64;
fault_reader *const arch_fault_reader = fault_reads_aarch64;

/* The first processor takes the gate for good: fault_entry.S. */
struct fault_gate {
	uint64_t taken;
	uint64_t owner; /* its MPIDR */
	uint64_t again; /* ... has faulted while reporting */
} fault_gate __attribute__((aligned(64)));

struct fault_frame {
	uint64_t general[31];
	uint64_t sp;
	uint64_t vector; /* an address in it; or FAULT_RETURNED */
} fault_frame;
_Static_assert(offsetof(struct fault_gate, taken) == GATE_TAKEN && offsetof(struct fault_gate, owner) == GATE_OWNER &&
               offsetof(struct fault_gate, again) == GATE_AGAIN && offsetof(struct fault_frame, sp) == FRAME_SP &&
               offsetof(struct fault_frame, vector) == FRAME_VECTOR, "layout.h");

void fault_enter(const struct fault_frame *frame) __attribute__((noreturn));
void fault_again(void) __attribute__((noreturn));

/* The switch has installed the vectors already. */
void arch_net_enter(struct handoff *h)
{
	(void)h;
}

/* At EL2 with E2H = 0 the registers have other names. */
static bool plain_el2(void)
{
	return cpu_level() == 2 && !(cpu_read(hcr_el2) & HCR_E2H);
}

#define READ(name) (el2 ? cpu_read(name##_el2) : cpu_read(name##_el1))

void fault_enter(const struct fault_frame *frame)
{
	static struct fault fault;
	bool el2 = plain_el2(), returned = frame->vector == FAULT_RETURNED;
	uint32_t vector = returned ? FAULT_RETURNED : frame->vector / VECTOR_BYTES % VECTORS;

	fault = (struct fault){
		.arch = HOBNAIL_ARCH_AARCH64, .vector = vector, .hardware_id = cpu_affinity(),
		.syndrome = returned ? 0 : READ(esr), .address = returned ? 0 : READ(far),
		.pc = returned ? 0 : READ(elr),
		/* SP_EL0 was in use: vectors 0 to 3, of the current level, and all those of a lower one */
		.sp = vector < 4 || (vector >= 8 && !returned) ? cpu_read(sp_el0) : frame->sp,
		.flags = returned ? 0 : READ(spsr),
		.control = { READ(sctlr), READ(tcr), READ(ttbr0), el2 ? 0 : cpu_read(ttbr1_el1), READ(mair),
		             cpu_level() == 2 ? cpu_read(hcr_el2) : 0 },
		.id = { cpu_read(id_aa64pfr0_el1), cpu_read(id_aa64pfr1_el1), cpu_read(id_aa64isar0_el1),
		        cpu_read(id_aa64isar1_el1), cpu_read(ID_AA64ISAR2_EL1), cpu_read(id_aa64mmfr1_el1),
		        cpu_read(ID_AA64MMFR2_EL1), cpu_read(id_aa64dfr0_el1) },
	};
	memcpy(fault.general, frame->general, sizeof frame->general);
	net_report(&fault);
	arch_halt();
}

/* GIC Architecture Specification, "Special INTIDs": a spurious interrupt shows when it is acknowledged, and the net
 * never acknowledges one. */
bool arch_is_spurious(const struct fault *f, const struct fault_view *v)
{
	(void)f, (void)v;
	return false;
}

size_t arch_fault_advice(const struct fault_view *v, char *out, size_t size)
{
	(void)v, (void)out, (void)size;
	return 0;
}

void fault_again(void)
{
	bool el2 = plain_el2();

	net_report_again(READ(elr));
}
