/* report.h — what is said when the kernel itself has failed: cause, place, registers, page-table walk, and how it came there. */
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

#include "arch.h"

/* Symbols, from now on; and sentences on several processors at a time. Before others run. */
void report_open(const struct hobnail_boot *boot);

/* What a fault means, one sentence without its full stop. */
void report_sentence(const struct fault *f, char *out, size_t size);

/* Stop the other processors, report, end the machine. `why`: what the fault itself says not, or NULL. */
_Noreturn void report_fault(const struct fault *f, const char *why);

#endif
