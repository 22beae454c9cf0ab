/* from_qemu.h — a log of QEMU's, -d int,cpu_reset, as a failure. exceptions.h reads it and finds the first fault. */
#ifndef CLI_EXPLAIN_FROM_QEMU_H
#define CLI_EXPLAIN_FROM_QEMU_H

#include "exceptions.h"
#include "failure.h"

/* The registers at an exception, as far as the log has them. */
void from_qemu_registers(const struct exception *x, struct registers *out);

/* The caller has called exceptions_end() or exceptions_cut(). The fault that the last exception came of; or the last
 * fault, if interrupts came after it. false: there is no fault among the exceptions. */
bool from_qemu_found(const struct exceptions *e, struct failure *out);

#endif
