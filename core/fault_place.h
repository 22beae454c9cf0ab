/* fault_place.h — the loader's knowledge of an address, in words, for fault reports. Pure; texts are NUL-terminated
 * and cut to `size` bytes, and functions that write one return its bytes without the NUL.
 *
 *   Memory   the arrays are the caller's; with the MMU off there are no ranges
 *   Order    ranges ascend by va, memory by base, as plan.h and memmap.h have them */
#ifndef CORE_FAULT_PLACE_H
#define CORE_FAULT_PLACE_H

#include "plan.h"

struct fault_segment {
	vaddr virt;
	paddr phys;
	uint64_t bytes;
	vaddr linked;    /* its address in the ELF file */
	uint32_t rights; /* ELF_*                       */
	uint32_t index;  /* as everywhere: by address   */
};

enum { FAULT_MAX_DEVICES = 32 };

enum fault_device_kind {
	FAULT_LOCAL_APIC,
	FAULT_IOAPIC,
	FAULT_HPET,
	FAULT_ECAM,
	FAULT_GIC_DISTRIBUTOR,
	FAULT_GIC_CPU_INTERFACE,
	FAULT_GIC_REDISTRIBUTORS,
	FAULT_DEVICE_KINDS,
};

/* Registers that a kernel may touch before it has drivers. A pointer to a name would point into the image, but the
 * structure is read in the image's copy: so there is none. */
struct fault_device {
	struct span span; /* physical */
	enum fault_device_kind kind;
};

const char *fault_device_name(enum fault_device_kind kind);

/* The machine as the loader leaves it. */
struct fault_places {
	const struct plan_range *ranges;
	size_t range_count;
	struct memmap memory;
	struct fault_segment segments[ELF_MAX_SEGMENTS];
	unsigned segment_count;
	const struct span *modules; /* physical */
	unsigned module_count;
	struct span framebuffer, console; /* physical; bytes 0: none */
	struct fault_device devices[FAULT_MAX_DEVICES];
	unsigned device_count;
	vaddr direct_map;                 /* valid if there are ranges */
	vaddr device_map;
	bool has_device_map;
};

/* "module 1", "memory of type page tables", "a device, or nothing: the memory map does not list it". */
size_t fault_place_physical(const struct fault_places *f, paddr at, char *out, size_t size);

/* "NULL + 0x8", "segment 2 (r--) of the kernel", "in the guard page below CPU 0's boot stack: overflow, by 16 bytes",
 * "direct map of module 1". `sp` is the stack pointer when the access was made; `mapped`: the live tables, which may
 * be the kernel's, map the address. Then an address that the loader has not mapped was not mistaken for another. */
size_t fault_place(const struct fault_places *f, vaddr at, bool mapped, uint64_t sp, char *out, size_t size);

/* The loader's mapping of the address; NULL: none, as always with the MMU off. */
const struct plan_range *fault_place_range(const struct fault_places *f, vaddr at);

/* The segment of the kernel that holds the address, or NULL. */
const struct fault_segment *fault_place_segment(const struct fault_places *f, vaddr at);

#endif
