/* hypervisor.c — the shape of a hypervisor on aarch64: it stays in EL2, and runs one instruction of a guest at EL1
 * that traps back. hypervisor.elf does so without VHE (linked low: EL2 has one range of addresses then);
 * hypervisor-vhe.elf with it, in the upper half (VHE). */
#include "cpu.h"
#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
#ifdef VHE
HOBNAIL_REQUEST(level, HOBNAIL_REQUEST_LEVEL | HOBNAIL_REQUIRED, HOBNAIL_LEVEL_EL2_VHE);
#else
HOBNAIL_REQUEST(level, HOBNAIL_REQUEST_LEVEL | HOBNAIL_REQUIRED, HOBNAIL_LEVEL_EL2);
#endif

enum { GUEST_CALL = 0x2a };

__attribute__((visibility("hidden"))) extern const char guest_code[], hypervisor_vectors[];

/* The guest is one instruction. Its vectors are this kernel's: 16 entries of 128 bytes (Arm ARM, "Exception vectors");
 * what comes from a lower level in AArch64 state comes to entry 8. */
__asm__(".pushsection .text.hypervisor, \"ax\"\n"
        "	.balign 2048\n"
        "hypervisor_vectors:\n"
        "	.rept 16\n"
        "	.balign 128\n"
        "	mrs x0, esr_el2\n"
        "	mrs x1, elr_el2\n"
        "	b guest_left\n"
        "	.endr\n"
        "	.balign 8\n"
        "guest_code:\n"
        "	hvc #0x2a\n"
        "	b .\n"
        ".popsection\n");

static uint64_t physical(const struct hobnail_boot *boot, const void *at)
{
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = hobnail_entry(boot, &boot->segments, i);
		if ((uintptr_t)at - s->virt < s->bytes)
			return (uintptr_t)at - s->virt + s->phys;
	}
	give_up("an address in no segment");
}

static uint64_t guest_at; /* where the guest begins: physical, its MMU is off */

/* On the stack that EL2 had when it entered the guest. */
__attribute__((used, noreturn)) void guest_left(uint64_t syndrome, uint64_t from);
void guest_left(uint64_t syndrome, uint64_t from)
{
	if (ESR_CLASS(syndrome) != ESR_CLASS_HVC || (syndrome & 0xffff) != GUEST_CALL)
		give_up("the guest left otherwise than by its call");
	if (from != guest_at + 4)
		give_up("the guest did not stop behind its instruction");
	say("the guest's instruction trapped back, call %#x", (unsigned)(syndrome & 0xffff));
	say("hypervisor: all is well");
	wait_for_ever();
}

static void guest_enter(void)
{
	cpu_write(hcr_el2, (cpu_read(hcr_el2) | HCR_RW) & ~(HCR_TGE | HCR_VM));
	cpu_write(vbar_el2, (uintptr_t)hypervisor_vectors);
	cpu_write(elr_el2, guest_at);
	cpu_write(spsr_el2, SPSR_DAIF | SPSR_EL1H);
#ifdef VHE
	__asm__ volatile("msr s3_5_c1_c0_0, %0" : : "r"((uint64_t)SCTLR_EL1_RES1)); /* SCTLR_EL12 */
#else
	cpu_write(sctlr_el1, SCTLR_EL1_RES1);
#endif
	__asm__ volatile("isb\n\teret" : : : "memory");
}

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	if (cpu_level() != 2)
		give_up("not at EL2");
	say("at EL2, E2H = %u", (unsigned)(cpu_read(hcr_el2) / HCR_E2H & 1));
	guest_at = physical(boot, guest_code);
	guest_enter();
	give_up("eret went on");
}
