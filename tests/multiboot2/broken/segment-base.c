/* FS begins at page 1 */
#include "multiboot2.h"

/* Intel SDM vol. 3A, "Segment Descriptors": data, writable, 4 GiB. */
static uint64_t gdt[2] = { 0, 0x00cf92001000ffff };
struct __attribute__((packed)) { uint16_t limit; uint32_t base; } broken_gdt;

DETOUR_FLAT("lgdt (broken_gdt - 1b)(%ecx)\n\t"
            "mov $8, %edx\n\t"
            "mov %edx, %fs")

void sabotage_entry(struct handoff *h)
{
	broken_gdt.limit = sizeof gdt - 1;
	broken_gdt.base = (uint32_t)(uintptr_t)gdt;
	detour_take(h);
}
