/* memory.h — the record's memory map, and access to physical memory.
 *
 * Written from docs/protocol.md alone, not from the loader's core/memmap.c, because it checks that code's result. */
#ifndef KERNEL_MEMORY_H
#define KERNEL_MEMORY_H

#include <hobnail/boot.h>

#include "base.h"
#include "tables.h"

const struct hobnail_memory *memory_entry(const struct hobnail_boot *boot, uint32_t i);

/* The entry that holds phys, or NULL. The map must be sorted. */
const struct hobnail_memory *memory_find(const struct hobnail_boot *boot, paddr phys);

/* Do entries of this type, and of no other, cover the range? */
bool memory_is(const struct hobnail_boot *boot, paddr phys, uint64_t bytes, uint32_t type);

/* Does the contract put this entry into the direct map? */
bool memory_in_direct_map(const struct hobnail_memory *entry);

/* Does the direct map cover the whole range? It leaves framebuffers out. */
bool memory_covered(const struct hobnail_boot *boot, paddr phys, uint64_t bytes);

/* A pointer to the range through the direct map; NULL: the direct map does not cover it. */
const void *memory_view(const struct hobnail_boot *boot, paddr phys, uint64_t bytes);

/* Framebuffers, as whole pages: the direct map leaves them out even where the memory map has RAM. Writes at most `most`
 * spans to `out` and returns their number. */
unsigned memory_framebuffers(const struct hobnail_boot *boot, struct span *out, unsigned most);

/* Calls visit() for each part of [base, base + bytes) outside the holes, ascending. */
void memory_without(const struct span *holes, unsigned count, paddr base, uint64_t bytes,
                    void (*visit)(paddr base, uint64_t bytes));

/* The firmware's ACPI tables; false: there are none, or the direct map does not cover them. */
bool memory_acpi(const struct hobnail_boot *boot, struct acpi *out);

/* The device tree; false: there is none, or a bad one. */
bool memory_tree(const struct hobnail_boot *boot, struct fdt *out);

/* "usable", ... */
const char *memory_type_name(uint32_t type);

#endif
