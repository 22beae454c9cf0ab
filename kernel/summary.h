/* summary.h — what a person wants to know about the boot, in a few lines. */
#ifndef KERNEL_SUMMARY_H
#define KERNEL_SUMMARY_H

#include "contract.h"

/* `pith: contract N/N`, and when all promises held: loader, firmware, processors, memory, modules, time. */
void summary_print(const struct hobnail_boot *boot, const struct score *score);

#endif
