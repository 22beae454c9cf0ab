/* recursive.c — the shape of a kernel that finds its page tables through a recursive slot: at 0xffffff0000000000, with
 * a guarded stack for every processor, an initial archive, and a framebuffer that it clears before it does anything
 * else. It traces its own tables through the slot, as its memory manager would. */
#include "cpu.h"
#include "kernel.h"

#include <string.h>

enum { SLOT = 509, PRESENT = 1, WRITABLE = 2, LARGE = 0x80 };
#define NO_EXECUTE  (1ull << 63)
#define ADDRESS     0x000ffffffffff000ull
#define BACKGROUND  0x181825 /* as 0xRRGGBB */

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
HOBNAIL_REQUEST(recursive, HOBNAIL_REQUEST_RECURSIVE | HOBNAIL_REQUIRED, SLOT);
HOBNAIL_REQUEST(processors, HOBNAIL_REQUEST_PROCESSORS | HOBNAIL_REQUIRED, 1);
HOBNAIL_REQUEST(stack, HOBNAIL_REQUEST_STACK, 32768);
HOBNAIL_REQUEST(mode, HOBNAIL_REQUEST_FRAMEBUFFER, 1024ull | 768ull << 32);

/* ---- The tables, seen through themselves ---------------------------------------------------------------- */

/* The entry of the given level (3: PML4, 0: PT) that translates `virt`: every pass through the slot costs one
 * level. */
static const volatile uint64_t *entry_of(uint64_t virt, unsigned level)
{
	uint64_t at = virt & 0x0000ffffffffffff;

	for (unsigned i = 0; i <= level; i++)
		at = (at >> 9 & 0x0000007ffffffff8) | (uint64_t)SLOT << 39;
	return (const volatile uint64_t *)(at | 0xffff000000000000);
}

/* What translates `virt`: the entry of the page, or 0. *level is where the way ends. */
static uint64_t trace(uint64_t virt, unsigned *level)
{
	for (*level = 4; (*level)-- > 0;) {
		uint64_t entry = *entry_of(virt, *level);
		if (!(entry & PRESENT))
			return 0;
		if (*level == 0 || (*level < 3 && entry & LARGE))
			return entry;
	}
	return 0;
}

static bool is_mapped(uint64_t virt)
{
	unsigned level;

	return trace(virt, &level) != 0;
}

static void trace_own_text(const struct hobnail_boot *boot)
{
	static const char *const names[] = { "PT", "PD", "PDPT", "PML4" };
	uint64_t here = (uintptr_t)&trace_own_text;
	const struct hobnail_segment *text = hobnail_entry(boot, &boot->segments, 0);
	unsigned level;
	uint64_t page = trace(here, &level);

	for (unsigned i = 4; i-- > level;)
		say("%s[%u] = %#llx", names[i], (unsigned)(here >> (12 + 9 * i) & 511),
		    (unsigned long long)*entry_of(here, i));
	uint64_t inside = here & ((4096ull << 9 * level) - 1);
	if ((page & ADDRESS & ~((4096ull << 9 * level) - 1)) + inside != here - text->virt + text->phys)
		give_up("the recursive slot leads elsewhere");
	if (page & (NO_EXECUTE | WRITABLE))
		give_up("the text is not read-only and executable");
	if ((*entry_of(0xffffff0000000000 - 0x8000000000 * (510 - SLOT), 3) & ADDRESS) != boot->root)
		give_up("the slot's own entry is not the root");
}

/* ---- Stacks, screen, archive ---------------------------------------------------------------------------- */

static void check_stacks(const struct hobnail_boot *boot)
{
	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		const struct hobnail_cpu *cpu = hobnail_entry(boot, &boot->cpus, i);
		uint64_t end = cpu->stack_virt + cpu->stack_bytes;
		if (!cpu->stack_bytes || is_mapped(cpu->stack_virt - 1) || is_mapped(end))
			give_up("a stack without guards");
		for (uint64_t at = cpu->stack_virt; at < end; at += 4096)
			if (!is_mapped(at))
				give_up("a stack with a hole");
	}
	say("%u guarded stacks", boot->cpus.count);
}

static uint32_t scaled(uint32_t mask, unsigned eight_bits)
{
	unsigned shift = (unsigned)__builtin_ctz(mask), width = (unsigned)__builtin_popcount(mask);

	return (width >= 8 ? eight_bits << (width - 8) : eight_bits >> (8 - width)) << shift;
}

static void clear_screen(const struct hobnail_boot *boot)
{
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);

	if (!fb || fb->bits_per_pixel != 32)
		give_up("no framebuffer of 32 bits a pixel");
	uint32_t pixel = scaled(fb->red_mask, BACKGROUND >> 16) | scaled(fb->green_mask, BACKGROUND >> 8 & 255) |
	                 scaled(fb->blue_mask, BACKGROUND & 255);
	for (uint32_t y = 0; y < fb->height; y++)
		for (uint32_t x = 0; x < fb->width; x++)
			((volatile uint32_t *)(fb->virt + (uint64_t)y * fb->pitch))[x] = pixel;
	say("screen %u x %u cleared", fb->width, fb->height);
}

/* A newc archive, as cpio writes it: its magic is enough to know that the module came through. */
static void check_archive(const struct hobnail_boot *boot)
{
	const struct hobnail_module *initrd = hobnail_entry(boot, &boot->modules, 0);

	if (!initrd || initrd->bytes < 6 || memcmp(hobnail_virt(boot, initrd->phys), "070701", 6) != 0)
		give_up("no archive");
	say("archive of %llu bytes", (unsigned long long)initrd->bytes);
}

/* ---- Processors ----------------------------------------------------------------------------------------- */

static volatile uint32_t arrived;

static void secondary(struct hobnail_cpu *cpu)
{
	uint64_t here = (uintptr_t)&here;

	if (here - cpu->stack_virt < cpu->stack_bytes)
		__atomic_add_fetch(&arrived, 1, __ATOMIC_RELEASE);
	wait_for_ever();
}

static void release_all(const struct hobnail_boot *boot)
{
	uint32_t released = 0;

	for (uint32_t i = 0; i < boot->cpus.count; i++) {
		struct hobnail_cpu *cpu = (struct hobnail_cpu *)(uintptr_t)hobnail_entry(boot, &boot->cpus, i);
		if (!(cpu->flags & HOBNAIL_CPU_PARKED))
			continue;
		cpu->mailbox.argument = (uintptr_t)cpu;
		__atomic_store_n(&cpu->mailbox.entry, (uintptr_t)&secondary, __ATOMIC_RELEASE);
		released++;
	}
	while (__atomic_load_n(&arrived, __ATOMIC_ACQUIRE) != released)
		__asm__ volatile("pause");
	say("%u processors on stacks of their own", released + 1);
}

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	voice_open(boot);
	clear_screen(boot);
	trace_own_text(boot);
	check_stacks(boot);
	check_archive(boot);
	release_all(boot);
	say("recursive: all is well");
	wait_for_ever();
}
