/* summary.h — a few lines about the boot, for people. */
#ifndef KERNEL_SUMMARY_H
#define KERNEL_SUMMARY_H

#include "contract/contract.h"

/* Prints `pith: contract N/N`. If the record can be trusted, also loader, firmware, processors, memory and modules;
 * with `stages` also the time of each stage of the boot. */
void summary_print(const struct hobnail_boot *boot, const struct score *score, bool stages);

#endif
