/* summary.h — what a person wants to know about the boot, in a few lines. */
#ifndef KERNEL_SUMMARY_H
#define KERNEL_SUMMARY_H

#include "contract/contract.h"

/* `pith: contract N/N`, and when all promises held: loader, firmware, processors, memory, modules, time. */
void summary_print(const struct hobnail_boot *boot, const struct score *score);

/* The same facts, for who prints them elsewhere. */
struct memory_sum {
	uint64_t all;  /* bytes of RAM that the direct map covers */
	uint64_t free; /* of it, what may be used now */
};

struct memory_sum summary_memory(const struct hobnail_boot *boot);

/* "config", ... for HOBNAIL_STAGE_CONFIG, ... */
const char *summary_stage_name(uint32_t stage);

#endif
