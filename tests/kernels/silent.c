/* silent.c — what elsewhere ends in a black screen or a reset loop: one word of the command line, one way to fail.
 * Nothing here installs vectors, so each must end in the net's report. With the word `secondary` the last processor
 * fails instead of the first, with `together` all fail at once. silent-fptrap.elf asks for floating point to be
 * trapped (TRAP_FP). */
#include "kernel.h"

#include "machine.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(processors, HOBNAIL_REQUEST_PROCESSORS | HOBNAIL_REQUIRED, 1);
HOBNAIL_REQUEST(mode, HOBNAIL_REQUEST_FRAMEBUFFER, 1024ull | 768ull << 32);
#ifdef TRAP_FP
HOBNAIL_REQUEST(fp, HOBNAIL_REQUEST_FP | HOBNAIL_REQUIRED, HOBNAIL_FP_TRAP);
#endif

static const char read_only[] = "constant";

#define USER 0x400000ull /* where user mode begins */

static __attribute__((noinline)) void write_to(volatile char *at)
{
	*at = 1;
}

/* A pointer to a structure that nobody has filled in: field at offset 8. */
static void null_write(const struct hobnail_boot *boot)
{
	(void)boot;
	write_to((volatile char *)8);
}

static void rodata_write(const struct hobnail_boot *boot)
{
	(void)boot;
	write_to((volatile char *)(uintptr_t)read_only);
}

static void tagged_write(const struct hobnail_boot *boot)
{
	(void)boot;
	write_to(machine_tagged(read_only));
}

/* The record is data, reached through the direct map, and no code. */
static void jump_into_direct_map(const struct hobnail_boot *boot)
{
	((void (*)(void))(uintptr_t)boot)();
}

static void undefined(const struct hobnail_boot *boot)
{
	(void)boot;
	machine_undefined();
}

static void floating_point(const struct hobnail_boot *boot)
{
	(void)boot;
	machine_use_fp();
}

static void misaligned(const struct hobnail_boot *boot)
{
	(void)boot;
	machine_misaligned();
}

static void stack_overflow(const struct hobnail_boot *boot)
{
	(void)boot;
	say("%u", fill_stack(0));
}

/* Device registers are not in the direct map. */
static void unmapped_device(const struct hobnail_boot *boot)
{
	uint64_t at = boot->console.kind == HOBNAIL_CONSOLE_16550_PORT ? 0xfee00000 : boot->console.phys;

	write_to(hobnail_virt(boot, at));
}

/* A pointer that is a physical address, in a kernel that never asked for an identity map. */
static void no_identity_map(const struct hobnail_boot *boot)
{
	write_to((volatile char *)(uintptr_t)boot->phys);
}

/* With vectors in the lower half this would be an endless loop of aborts. The net's are not. */
static void empty_user_tables(const struct hobnail_boot *boot)
{
	machine_user_tables(boot, 0);
	write_to((volatile char *)USER);
}

/* The first process, of which nothing is mapped. */
static void user_unmapped(const struct hobnail_boot *boot)
{
	machine_user_tables(boot, 0);
	machine_enter_user(USER, 0);
}

/* ... of which one page is, with code that reads a constant of the kernel's. `withheld`: of the root's entry. */
static void enter_user_page(const struct hobnail_boot *boot, uint64_t withheld)
{
	static uint64_t tables[3][512] __attribute__((aligned(4096)));
	uint64_t code = phys_of(boot, (const void *)(uintptr_t)machine_user_code), page = code & ~4095ull;

	for (unsigned level = 0; level < 3; level++) {
		tables[level][USER >> (12 + 9 * level) & 511] = page | (level ? MACHINE_TABLE : MACHINE_USER_PAGE);
		page = phys_of(boot, tables[level]);
	}
	machine_user_tables(boot, (page | MACHINE_TABLE) ^ withheld);
	machine_enter_user(USER + (code & 4095), (uintptr_t)read_only);
}

static void user_reads_kernel(const struct hobnail_boot *boot)
{
	enter_user_page(boot, 0);
}

/* A page that its own entry gives to user mode, and one above does not. */
static void user_withheld(const struct hobnail_boot *boot)
{
	enter_user_page(boot, MACHINE_WITHHELD);
}

static const struct way ways[] = {
	{ "undefined", undefined },
	{ "null", null_write },
	{ "direct-map", jump_into_direct_map },
	{ "fp", floating_point },
	{ "misaligned", misaligned },
	{ "rodata", rodata_write },
	{ "tagged", tagged_write },
	{ "overflow", stack_overflow },
	{ "device", unmapped_device },
	{ "identity", no_identity_map },
	{ "user-tables", empty_user_tables },
	{ "user-unmapped", user_unmapped },
	{ "user-reads-kernel", user_reads_kernel },
	{ "user-withheld", user_withheld },
};

/* On the processor that shall fail. */
static void fail(const struct hobnail_boot *boot)
{
	fail_as_told(boot, ways, COUNT_OF(ways));
}

/* Within a few instructions of each other. */
static void fail_together(const struct hobnail_boot *boot)
{
	static uint32_t arrived;

	__atomic_add_fetch(&arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) < boot->cpus.count)
		cpu_pause();
	fail(boot);
}

/* The last `most` of those that are parked. docs/protocol.md, "Processors": the entry is written last, by a release
 * store. */
static void release(const struct hobnail_boot *boot, uint32_t most, void (*entry)(const struct hobnail_boot *))
{
	for (uint32_t i = boot->cpus.count; most > 0 && i-- > 0;) {
		struct hobnail_cpu *cpu = (struct hobnail_cpu *)(uintptr_t)hobnail_entry(boot, &boot->cpus, i);
		if (!(cpu->flags & HOBNAIL_CPU_PARKED))
			continue;
		cpu->mailbox.argument = (uintptr_t)boot;
		__atomic_store_n(&cpu->mailbox.entry, (uintptr_t)entry, __ATOMIC_RELEASE);
		most--;
	}
	if (most)
		give_up("there is no other processor");
}

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);
	say("about to fail: %s, on a screen of %u x %u", hobnail_text(boot, boot->cmdline), fb ? fb->width : 0,
	    fb ? fb->height : 0);
	if (told(boot, "secondary")) {
		release(boot, 1, fail);
		wait_for_ever();
	}
	if (told(boot, "together")) {
		release(boot, boot->cpus.count - 1, fail_together);
		fail_together(boot);
	}
	fail(boot);
}
