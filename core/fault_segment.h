/* fault_segment.h — x86_64: the GDT, where a segment of it cannot be used. Pure. */
#ifndef CORE_FAULT_SEGMENT_H
#define CORE_FAULT_SEGMENT_H

#include "base.h"

/* The GDT in use, and its entry for one selector. */
struct fault_segment_table {
	vaddr base;
	uint32_t limit;
	bool readable; /* ... and so `entry` is known */
	uint64_t entry;
};

/* Advice, as fault_place() writes texts. 0: the entry is a code or data segment, or it is not known. */
size_t fault_segment_advice(const struct fault_segment_table *t, uint16_t selector, char *out, size_t size);

#endif
