/* summary.h — what a person wants to know about the boot, in a few lines. */
#ifndef KERNEL_SUMMARY_H
#define KERNEL_SUMMARY_H

#include "contract/contract.h"

/* `pith: contract N/N`, and when the record can be trusted: loader, firmware, processors, memory, modules; `stages`: and how long
 * each stage of the boot took. */
void summary_print(const struct hobnail_boot *boot, const struct score *score, bool stages);

#endif
