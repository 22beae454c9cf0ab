/* fault_segment.c — Intel SDM vol. 3A, "Segment Selectors", "Segment Descriptors". */
#include "fault_segment.h"

#include "format.h"

enum { SELECTOR_LDT = 4, SELECTOR_LOW_BITS = 7, ENTRY_SEGMENT = 44, ENTRY_PRESENT = 47 };

#define LL(n) ((unsigned long long)(n))

size_t fault_segment_advice(const struct fault_segment_table *t, uint16_t selector, char *out, size_t size)
{
	unsigned offset = selector & ~SELECTOR_LOW_BITS;

	if (selector & SELECTOR_LDT || !offset)
		return 0;
	if ((selector | SELECTOR_LOW_BITS) > t->limit)
		return format(out, size, "load segment registers anew after lgdt, CS by a far return, and an IDT whose "
		              "gates name the new code segment: the GDT in use, at %#llx, ends before selector %#x",
		              LL(t->base), offset);
	if (!t->readable)
		return format(out, size, "load a GDT in memory that stays mapped, before you leave the tables that map "
		              "the one in use, at %#llx", LL(t->base));
	if (t->entry >> ENTRY_SEGMENT & 1 && t->entry >> ENTRY_PRESENT & 1)
		return 0;
	return format(out, size, "give the GDT in use a segment for selector %#x, or load one of your own, if this is "
	              "the loader's, before its memory is used for something else: the entry, at %#llx, is %#llx",
	              offset, LL(t->base + offset), LL(t->entry));
}
