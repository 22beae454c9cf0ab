/* enter.c — from the firmware's world to the net, and from the net to the kernel. */
#include "after/main.h"
#include "arch.h"
#include "cpu.h"
#include "image.h"
#include "local.h"
#include "sabotage.h"

/* Read with paging off: offsets are used by switch.S. */
struct __attribute__((packed)) switch_levels {
	uint64_t root;            /* 0x00 */
	uint64_t stack;           /* 0x08 */
	uint64_t target;          /* 0x10 */
	uint32_t far_offset;      /* 0x18: switch_levels_64 */
	uint16_t far_selector;
	uint16_t pad;
	uint16_t gdt_limit;       /* 0x20 */
	uint64_t gdt_base;
};
_Static_assert(offsetof(struct switch_levels, far_offset) == 0x18 && offsetof(struct switch_levels, gdt_limit) == 0x20,
               "switch.S knows these");

void switch_space(uint64_t root, uint64_t stack, uint64_t target) __attribute__((noreturn));
void switch_levels(struct switch_levels *s) __attribute__((noreturn));
extern const char switch_levels_64[];
extern const uint64_t net_gdt[];

static struct switch_levels levels;
static uint8_t small_stack[256] __attribute__((aligned(16))); /* for a far return, below 4 GiB */

/* The address of something of this image in the net's copy, physically (below 4 GiB). */
static uint64_t net_phys(const struct handoff *h, const void *in_image)
{
	return (uint64_t)((const char *)in_image - image_base) + h->net_phys;
}

static void switch_with_levels(const struct handoff *h)
{
	struct switch_levels *copy = (struct switch_levels *)(uintptr_t)net_phys(h, &levels);

	*copy = (struct switch_levels){
		.root = h->transition,
		.stack = h->stack_top,
		.target = image_net_address(h, (const void *)(uintptr_t)handoff_main),
		.far_offset = (uint32_t)net_phys(h, switch_levels_64),
		.far_selector = SELECTOR_CODE,
		.gdt_limit = GDT_BYTES - 1,
		.gdt_base = net_phys(h, net_gdt),
	};
	/* First into a space with the firmware's levels that maps the copy's code, whatever the firmware's own
	 * tables say. */
	cpu_jump(h->transition_first, net_phys(h, small_stack + sizeof small_stack),
	         net_phys(h, (const void *)(uintptr_t)switch_levels), copy);
}

void arch_interrupts_off(void)
{
	cpu_interrupts_off();
}

void arch_switch(struct handoff *h)
{
	cpu_write_msr(MSR_EFER, cpu_read_msr(MSR_EFER) | EFER_NXE); /* our tables use NX */
	/* Nothing is inherited. Global translations of the firmware's tables go; the number of levels stays for now. */
	cpu_write_cr4(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | (cpu_read_cr4() & CR4_LA57));
	if (h->cpu_count)
		cpus_fill_trampoline(h);
	if (h->transition_first)
		switch_with_levels(h);
	switch_space(h->transition, h->stack_top,
	             image_net_address(h, (const void *)(uintptr_t)handoff_main));
}

void enter_final_state(const struct handoff *h)
{
	cpu_write_msr(MSR_PAT, h->mode.memory_types);
	cpu_write_msr(MSR_FS_BASE, 0);
	cpu_write_msr(MSR_GS_BASE, 0);
	cpu_write_msr(MSR_KERNEL_GS_BASE, 0);
	cpu_write_msr(MSR_EFER, EFER_LME | EFER_LMA | EFER_NXE);
	cpu_write_cr0(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_PG);
	cpu_write_cr4(CR4_PAE | CR4_PGE | CR4_MCE | CR4_OSFXSR | CR4_OSXMMEXCPT |
	              (h->mode.paging_levels == 5 ? CR4_LA57 : 0));
	cpu_write_dr7(DR7_ONES);
	cpu_write_dr6(DR6_ONES);
	cpu_load_fp(MXCSR_RESET);
	if (h->mode.fp_trap)
		cpu_write_cr0(cpu_read_cr0() | CR0_TS);
	if (!(h->mode.state & STATE_BARE_CONTROL))
		return;
	cpu_write_cr0(CR0_PE | CR0_ET | CR0_WP | CR0_PG);
	cpu_write_cr4(CR4_PAE | (h->mode.paging_levels == 5 ? CR4_LA57 : 0));
}

/* docs/protocol.md: 32 bytes above the return address are the callee's, of the Microsoft convention. */
enum { HOME_SPACE = 48 };

void enter_leave(const struct handoff *h, struct net_cpu *c, paddr c_phys, uint64_t root, uint64_t stack,
                 uint64_t entry, uint64_t argument)
{
	bool bare = h->mode.state & STATE_BARE_STACK;

	if (h->mode.state & (STATE_DIRECT_GDT | STATE_NO_HANDLERS)) {
		cpu_write_cr3(root);
		net_leave_cpu(h, c, c_phys);
	}
	enter_kernel(root, bare ? stack : stack - HOME_SPACE, entry, argument,
	             bare ? 0 : (uintptr_t)arch_return_trap);
}

/* Read by enter_32 of switch.S, at these offsets. */
struct enter_32 {
	uint32_t entry;     /* 0x00 */
	uint32_t signature; /* 0x04: EAX */
	uint32_t argument;  /* 0x08: EBX */
	uint32_t stack;     /* 0x0c */
	struct descriptor_table idt; /* 0x10: none */
};
_Static_assert(offsetof(struct enter_32, idt) == 0x10, "switch.S knows it");

void enter_32(const struct enter_32 *s) __attribute__((noreturn));

/* A kernel with the MMU off is one in 32-bit mode. The net lies at its physical address then, below 4 GiB, and its GDT
 * has the segments. */
static void __attribute__((noreturn)) enter_flat(const struct handoff *h)
{
	static struct enter_32 state;

	state = (struct enter_32){ (uint32_t)h->entry, h->signature, (uint32_t)h->argument,
	                           (uint32_t)(uintptr_t)(small_stack + sizeof small_stack), { 0, 0 } };
	enter_32(&state);
}

void arch_enter(struct handoff *h)
{
	if (h->mode.mmu_off) {
		sabotage_entry(h);
		enter_flat(h);
	}
	quiet_settle(h, NULL);
	enter_final_state(h);
	sabotage_entry(h);
	enter_leave(h, &net_boot_cpu, net_phys(h, &net_boot_cpu), h->root, h->kernel_stack, h->entry, h->argument);
}
