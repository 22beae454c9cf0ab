/* identity.c — the smallest kernel there is: linked at a physical address, it runs there, masks interrupts, says that
 * it is alive, and waits. Many a hobby kernel for a board begins so. identity.elf on aarch64 runs with the MMU off;
 * identity-mapped.elf, and x86_64 always, with a low identity map (IDENTITY_MAP). */
#include "kernel.h"

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
#ifdef IDENTITY_MAP
HOBNAIL_REQUEST(identity_map, HOBNAIL_REQUEST_IDENTITY_MAP | HOBNAIL_REQUIRED, 1);
#else
HOBNAIL_REQUEST(mmu_off, HOBNAIL_REQUEST_MMU_OFF | HOBNAIL_REQUIRED, 1);
#endif

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	uint64_t here = (uintptr_t)&kernel_entry;
	const struct hobnail_segment *text = hobnail_entry(boot, &boot->segments, 0);

	voice_open(boot);
	if (text->phys != text->virt || here - text->phys >= text->bytes)
		give_up("not where it was linked");
	if (!(boot->valid & HOBNAIL_HAS_DIRECT_MAP) != !boot->paging_levels)
		give_up("translation neither on nor off");
	/* With translation on, the record is reached one to one, too. */
	const struct hobnail_boot *alias = (const void *)(uintptr_t)boot->phys;
	if (alias->magic != HOBNAIL_MAGIC)
		give_up("the identity map does not show the record");
	say("alive at physical %#llx, translation %s", (unsigned long long)here, boot->paging_levels ? "on" : "off");
	wait_for_ever();
}
