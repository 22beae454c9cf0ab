/* limine_kernel.h — a fault of a kernel of the Limine protocol, as its file and its memory show it: advice that the
 * loader's net would give, for kernels under any loader. */
#ifndef CLI_EXPLAIN_LIMINE_KERNEL_H
#define CLI_EXPLAIN_LIMINE_KERNEL_H

#include "report.h"

/* Advice about r->view, which is explained; false: the fault has nothing to do with the protocol, or there is no file
 * of such a kernel. Responses are read through the tables in use. */
bool limine_kernel_advise(const struct cpu_space *space, const struct report *r, char *out, size_t size);

#endif
