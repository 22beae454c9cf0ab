/* memmap.h — physical memory as a sorted list of ranges.
 *
 *   Units    bytes; base and bytes are multiples of 4096
 *   Ranges   half-open [base, base + bytes), bytes > 0, never wrapping: the last page of the 64-bit space, which no
 *            machine has, is in no range
 *   Order    ascending, no overlap; touching neighbours merged only when type and attributes agree
 *   Memory   the caller owns the array (of the protocol's own struct hobnail_memory); nothing here allocates
 *   When     pure: on the host, before and after ExitBootServices, on any CPU */
#ifndef CORE_MEMMAP_H
#define CORE_MEMMAP_H

#include <hobnail/boot.h>

#include "err.h"

struct memmap {
	struct hobnail_memory *entries;
	size_t count;
	size_t capacity;
};

/* The firmware's map as GetMemoryMap returned it. */
struct uefi_map {
	const void *descriptors;
	uint64_t bytes;            /* of all descriptors */
	uint64_t descriptor_bytes; /* stride: 40 on U-Boot, 48 on EDK2; at least 40 */
};

/* HOBNAIL_MEMORY_* for an EFI_MEMORY_TYPE and attributes; EfiLoaderCode and EfiLoaderData read as usable (memory that
 * the loader keeps is overlaid afterwards with memmap_set()); unknown types are reserved. */
uint32_t memmap_type_of(uint32_t efi_type, uint64_t attributes);

/* "usable", "boot services", ... for people. */
const char *memmap_type_name(uint32_t type);

/* Normalise the firmware's map into *m (count is reset, and 0 after an error): sorted, merged, non-overlapping, page 0
 * reserved when it was usable or firmware boot memory. Zero-length descriptors are dropped; one that wraps is
 * clamped to the end of the 64-bit space. O(n) where the firmware's order is good, O(n log n) where not.
 *
 * Where descriptors overlap the less usable type wins, from the weakest claim to the strongest: usable, firmware boot,
 * special purpose, ACPI reclaim, ACPI NVS, runtime data, runtime code, persistent, unaccepted, MMIO, reserved, bad. Of
 * one type the range without write-back wins, then the one with the smaller attributes. The winner's attributes hold.
 *   ERR_MEMMAP_STRIDE   descriptor_bytes below 40, or not a multiple of 8, or bytes not a multiple of it
 *   ERR_MEMMAP_ALIGNED  a base is not a multiple of 4096: value[0] = base, offset = the descriptor's in the map
 *   ERR_FULL            m->capacity is below memmap_bound(): value[0] = capacity */
enum err memmap_from_uefi(struct memmap *m, const struct uefi_map *map, struct problem *p);

/* The capacity that memmap_from_uefi() asks for, for a map of n descriptors: it sorts in the same array. The result
 * has at most 2n entries. */
size_t memmap_bound(size_t descriptors);

/* Give [base, base + bytes) the type `type`, splitting what it covers; attributes stay. Parts that no entry covers
 * stay absent.
 *   ERR_RANGE  unaligned, empty or wrapping      ERR_FULL  the array needs more slots
 * On error the map is unchanged. */
enum err memmap_set(struct memmap *m, paddr base, uint64_t bytes, uint32_t type, struct problem *p);

/* The same for those pages touched by [base, base + bytes) that are free (memmap_is_free()); the rest keeps its type.
 *   ERR_FULL  the array needs more slots: some of it may be set already */
enum err memmap_set_free(struct memmap *m, paddr base, uint64_t bytes, uint32_t type, struct problem *p);

/* The entry that holds `address`, or NULL. Binary search. */
const struct hobnail_memory *memmap_find(const struct memmap *m, paddr address);

/* The first entry that ends above `address`, or NULL: the one that holds it, or else the next. Binary search. */
const struct hobnail_memory *memmap_find_from(const struct memmap *m, paddr address);

/* Is every byte of the range covered by entries for which accept(entry) holds? If not, *first_bad (if not NULL) is the
 * first address that is not. */
bool memmap_all(const struct memmap *m, paddr base, uint64_t bytes, bool (*accept)(const struct hobnail_memory *),
                paddr *first_bad);

/* Free at exit or already: usable or firmware boot memory. */
bool memmap_is_free(const struct hobnail_memory *entry);

/* Can it be memory that the loader has allocated? Usable, and write-back capable. */
bool memmap_is_ours(const struct hobnail_memory *entry);

/* Belongs in the direct map (docs/protocol.md): RAM that firmware marks write-back capable and whose type is usable,
 * boot, loader, kernel, module, ACPI reclaim, ACPI NVS or runtime data. */
bool memmap_in_direct_map(const struct hobnail_memory *entry);

/* Check every promise of the header about the list (order, alignment, overlap, merging, page 0).
 *   ERR_MEMMAP_BROKEN  value[0] = index of the first entry that breaks one */
enum err memmap_check(const struct memmap *m, struct problem *p);

#endif
