/* breaks P114: two processors use one GDT, and the TSS in it
 * run: --cpus 3 */
#include "../broken.h"

void sabotage_release(struct handoff *h, struct handoff_cpu *c, struct handoff_release *r)
{
	struct __attribute__((packed)) { uint16_t limit; uint64_t base; } gdt;
	static uint64_t first;
	uint64_t none = 0;

	(void)h, (void)c, (void)r;
	__asm__ volatile("sgdt %0" : "=m"(gdt));
	if (!__atomic_compare_exchange_n(&first, &none, gdt.base, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		gdt.base = none;
	__asm__ volatile("lgdt %0" : : "m"(gdt));
}
