/* gic.c — the interrupt controller, GICv2 or GICv3. Each processor enables three private interrupts: its timer, and two
 * software-generated interrupts from other processors. Any other interrupt that arrives is switched off. */
#include "arch/aarch64/traps.h"

#include "console.h"
#include "cpu.h"
#include "gic.h"
#include "memory.h"
#include "panic.h"
#include "processor.h"
#include "stop.h"
#include "trap.h"
#include "vm.h"

enum { KICK, STOP };

enum { MIDDLE_PRIORITY = 0xa0, LEAST_PRIORITY = 0xff, PATIENCE = 1000000 };

static struct table_gic gic; /* version 0: not started */
static uintptr_t distributor, cpu_interface, redistributors[TABLES_MAX_REDISTRIBUTORS];

/* ---- Finding it ---------------------------------------------------------------------------------------- */

static bool find(const struct hobnail_boot *boot, struct table_gic *out)
{
	bool has_tree = boot->valid & HOBNAIL_HAS_DEVICE_TREE;
	const void *tree = has_tree ? memory_view(boot, boot->device_tree, boot->device_tree_bytes) : NULL;
	struct acpi acpi;
	struct fdt fdt;

	if (memory_acpi(boot, &acpi) && acpi_gic(&acpi, out))
		return true;
	return tree && !fdt_open(tree, boot->device_tree_bytes, &fdt, NULL) && fdt_gic(&fdt, out);
}

static bool map(const struct table_gic *found)
{
	distributor = (uintptr_t)vm_device(found->distributor, GICD_BYTES);
	if (!distributor)
		return false;
	if (found->version == 2)
		return (cpu_interface = (uintptr_t)vm_device(found->cpu_interface, GICC_BYTES)) != 0;
	for (unsigned i = 0; i < found->redistributor_count; i++)
		if (!(redistributors[i] = (uintptr_t)vm_device(found->redistributors[i].base,
		                                               found->redistributors[i].bytes)))
			return false;
	return true;
}

/* Waits, for a bounded time, until these bits are 0. */
static void wait_for_clear(uintptr_t at, uint32_t bits)
{
	for (unsigned i = 0; i < PATIENCE && cpu_device_read(at) & bits; i++)
		arch_pause();
}

const char *gic_start(const struct hobnail_boot *boot)
{
	static struct table_gic found;

	if (!find(boot, &found))
		return "this machine has no GICv2 and no GICv3 that its tables tell of";
	if (!map(&found))
		return "no memory to map the interrupt controller";
	if (found.version == 2) {
		cpu_device_write(distributor + GICD_CTLR, GICD_CTLR_ENABLE);
	} else {
		uint32_t control = cpu_device_read(distributor + GICD_CTLR);
		cpu_device_write(distributor + GICD_CTLR,
		                 control | GICD_CTLR_ARE | GICD_CTLR_ENABLE_1A | GICD_CTLR_ENABLE);
		wait_for_clear(distributor + GICD_CTLR, GICD_CTLR_RWP);
	}
	gic = found;
	return NULL;
}

/* ---- This processor ------------------------------------------------------------------------------------ */

/* Affinity level 0 to 3 (Aff0 to Aff3) of an MPIDR value. */
static uint64_t affinity(uint64_t mpidr, unsigned level)
{
	return mpidr >> (level == 3 ? 32 : 8 * level) & 0xff;
}

static uint64_t redistributor_type(uintptr_t at)
{
	return cpu_device_read(at + GICR_TYPER) | (uint64_t)cpu_device_read(at + GICR_TYPER + 4) << 32;
}

/* The redistributor of the processor with this affinity; 0: there is none. */
static uintptr_t find_redistributor(uint64_t mpidr)
{
	uint64_t wanted = mpidr >> 32 << 24 | (mpidr & 0xffffff);

	for (unsigned i = 0; i < gic.redistributor_count; i++) {
		uint64_t type = 0;
		for (uint64_t at = 0;
		     at + GIC_REDISTRIBUTOR_BYTES <= gic.redistributors[i].bytes && !(type & GICR_TYPER_LAST);
		     at += GIC_REDISTRIBUTOR_BYTES * (type & GICR_TYPER_VLPIS ? 2 : 1)) {
			type = redistributor_type(redistributors[i] + at);
			if (GICR_TYPER_AFFINITY(type) == wanted)
				return redistributors[i] + at;
		}
	}
	return 0;
}

/* The redistributor must be woken before any other access to it: "GICR_WAKER". */
static void redistributor_join(struct cpu *self)
{
	uintptr_t at = find_redistributor(self->hardware_id);

	if (!at)
		panic("processor %#lx has no interrupt redistributor", (unsigned long)self->hardware_id);
	cpu_device_write(at + GICR_WAKER, cpu_device_read(at + GICR_WAKER) & ~(uint32_t)GICR_WAKER_SLEEP);
	wait_for_clear(at + GICR_WAKER, GICR_WAKER_ASLEEP);
	self->arch.interrupts = at + GICR_FRAME_BYTES;
	/* group 1: interrupts of group 0 are FIQs */
	cpu_device_write(self->arch.interrupts + GICD_IGROUPR, UINT32_MAX);
}

static void registers_open(void)
{
	cpu_write(ICC_SRE_EL1, cpu_read(ICC_SRE_EL1) | ICC_SRE_SRE);
	cpu_instruction_barrier();
	cpu_write(ICC_PMR_EL1, LEAST_PRIORITY);
	cpu_write(ICC_BPR1_EL1, 0);
	cpu_write(ICC_CTLR_EL1, 0); /* one write to EOIR both drops the priority and deactivates */
	cpu_write(ICC_IGRPEN1_EL1, 1);
	cpu_instruction_barrier();
}

static void interface_join(struct cpu *self)
{
	self->arch.interrupts = distributor;
	for (unsigned i = 0; i < GIC_OWN && !self->arch.target; i += 4)
		self->arch.target = cpu_device_read(distributor + GICD_ITARGETSR + i) & 0xff;
}

static void interface_open(void)
{
	cpu_device_write(cpu_interface + GICC_PMR, LEAST_PRIORITY);
	cpu_device_write(cpu_interface + GICC_BPR, 0);
	cpu_device_write(cpu_interface + GICC_CTLR, GICC_CTLR_ENABLE);
}

void gic_join(struct cpu *self)
{
	if (gic.version == 2)
		interface_join(self);
	else
		redistributor_join(self);
	uintptr_t own = self->arch.interrupts;
	cpu_device_write(own + GICD_ICENABLER, UINT32_MAX);
	for (unsigned i = 0; i < GIC_OWN; i += 4)
		cpu_device_write(own + GICD_IPRIORITYR + i, MIDDLE_PRIORITY * 0x01010101u);
	cpu_device_write(own + GICD_ISENABLER, 1u << KICK | 1u << STOP | 1u << timer_interrupt());
	if (gic.version == 2)
		interface_open();
	else
		registers_open();
}

/* ---- Taking interrupts --------------------------------------------------------------------------------- */

static uint32_t acknowledge(void)
{
	uint32_t got = gic.version == 2 ? cpu_device_read(cpu_interface + GICC_IAR) : (uint32_t)cpu_read(ICC_IAR1_EL1);

	cpu_data_barrier();
	return got;
}

static void end(uint32_t got)
{
	if (gic.version == 2)
		cpu_device_write(cpu_interface + GICC_EOIR, got);
	else
		cpu_write(ICC_EOIR1_EL1, got);
}

static void switch_off(uint32_t id)
{
	uintptr_t registers = id < GIC_OWN ? arch_this_cpu()->arch.interrupts : distributor;

	cpu_device_write(registers + GICD_ICENABLER + id / 32 * 4, 1u << id % 32);
}

void interrupt_take(void)
{
	uint32_t got = acknowledge(), id = gic.version == 2 ? got & GICC_IAR_ID : got;

	if (id >= GIC_SPECIAL) /* spurious, since GICv3's interrupts from 1024 on are not enabled */
		return;
	bool timer = id == timer_interrupt() && timer_take();
	bool unasked = id > STOP && id != timer_interrupt();
	if (unasked)
		switch_off(id);
	end(got);
	if (unasked)
		console_print("pith: interrupt %u has come, which nobody has asked for: it is switched off\n", id);
	if (timer)
		trap_timer();
	if (id == KICK)
		trap_kicked();
	if (id == STOP)
		arch_halt();
}

/* ---- Sending them -------------------------------------------------------------------------------------- */

static uint64_t to_one(uint64_t mpidr)
{
	return ICC_SGI1R_AFF3(affinity(mpidr, 3)) | ICC_SGI1R_AFF2(affinity(mpidr, 2)) |
	       ICC_SGI1R_AFF1(affinity(mpidr, 1)) | ICC_SGI1R_RANGE(affinity(mpidr, 0)) |
	       ICC_SGI1R_TARGET(affinity(mpidr, 0));
}

/* `to`: a list of targets, or all others, in the format of the controller's version. Earlier stores are visible to the
 * targets when the interrupt arrives. */
static void send(unsigned id, uint64_t to)
{
	cpu_stores_barrier();
	if (gic.version == 2)
		cpu_device_write(distributor + GICD_SGIR, (uint32_t)to | id);
	else
		cpu_write(ICC_SGI1R_EL1, to | ICC_SGI1R_ID(id));
	cpu_instruction_barrier();
}

static void send_to(const struct cpu *c, unsigned id)
{
	send(id, gic.version == 2 ? (uint64_t)c->arch.target << GICD_SGIR_TARGETS : to_one(c->hardware_id));
}

void arch_kick(struct cpu *other)
{
	send_to(other, KICK);
}

void arch_stray_interrupt(void)
{
	enum { STRAY = 7 };
	const struct cpu *self = arch_this_cpu();

	cpu_device_write(self->arch.interrupts + GICD_ISENABLER, 1u << STRAY);
	send_to(self, STRAY);
}

/* Processors in user mode and idle ones take the interrupt at once. A processor that waits for another one stops in
 * arch_spin(); the others take the interrupt when they leave the kernel. */
void arch_stop_others(void)
{
	if (gic.version == 2)
		send(STOP, GICD_SGIR_OTHERS);
	else if (gic.version == 3 && cpu_read(ICC_SRE_EL1) & ICC_SRE_SRE) /* set by gic_join() */
		send(STOP, ICC_SGI1R_OTHERS);
}

void arch_spin(void)
{
	if (stop_is_wanted())
		arch_halt();
	arch_pause();
}
