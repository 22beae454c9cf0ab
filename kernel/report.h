/* report.h — the report of a failure of the kernel itself: cause, place, registers, page-table walk and call chain. */
#ifndef KERNEL_REPORT_H
#define KERNEL_REPORT_H

#include "arch.h"

/* Finds the symbols. Call before other processors run. */
void report_open(const struct hobnail_boot *boot);

/* The meaning of a fault, as a sentence without its full stop. */
void report_meaning(const struct fault *f, char *out, size_t size);

/* Stops the other processors, prints the report and ends the machine. `why`: a cause that the fault does not show, or
 * NULL. */
_Noreturn void report_fault(const struct fault *f, const char *why);

#endif
