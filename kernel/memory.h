/* memory.h — what the record says about physical memory, and reaching it.
 *
 * Written from docs/protocol.md alone, not from the loader's core/memmap.c: it judges what that produced. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <hobnail/boot.h>

#include "base.h"
#include "tables.h"

const struct hobnail_memory *memory_entry(const struct hobnail_boot *boot, uint32_t i);

/* The entry that holds phys, or NULL. Needs a map that is in order. */
const struct hobnail_memory *memory_find(const struct hobnail_boot *boot, paddr phys);

/* Do entries of this type, and of no other, cover the range? */
bool memory_is(const struct hobnail_boot *boot, paddr phys, uint64_t bytes, uint32_t type);

/* Does the contract put this entry into the direct map? */
bool memory_in_direct_map(const struct hobnail_memory *entry);

/* Is all of the range memory that the direct map covers? Framebuffers are left out of it. */
bool memory_covered(const struct hobnail_boot *boot, paddr phys, uint64_t bytes);

/* A pointer to physical memory that the direct map covers; NULL: it does not. */
const void *memory_at(const struct hobnail_boot *boot, paddr phys, uint64_t bytes);

/* Framebuffers, as whole pages: what the direct map leaves out even where the map says RAM. Up to `most`; how many. */
unsigned memory_framebuffers(const struct hobnail_boot *boot, struct span *out, unsigned most);

/* Call visit() for what is left of [base, base + bytes) without the holes, ascending. */
void memory_without(const struct span *holes, unsigned count, paddr base, uint64_t bytes, void (*visit)(paddr base, uint64_t bytes));

/* The firmware's ACPI tables; false: there are none, or the direct map does not cover them. */
bool memory_acpi(const struct hobnail_boot *boot, struct acpi *out);

/* The device tree; false: there is none, or a bad one. */
bool memory_tree(const struct hobnail_boot *boot, struct fdt *out);

/* "usable", ... */
const char *memory_type_name(uint32_t type);

#endif
