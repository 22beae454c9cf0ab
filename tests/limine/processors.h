/* processors.h — the processors that the loader started, and checks that each architecture's table of state has. */
#ifndef TESTS_LIMINE_PROCESSORS_H
#define TESTS_LIMINE_PROCESSORS_H

#include "judge.h"

/* RDI or X0 at entry: 0 on the first processor, its information on another. */
uint64_t processor_argument(const struct state *s);

/* ACPI's number of the processor with this ID, UINT32_MAX without one. */
uint32_t processor_uid(uint64_t id);

/* Above the stack's last byte, as it was before the loader pushed anything. Each architecture's. */
uint64_t state_stack_top(const struct state *s);

enum verdict stack_check(const struct state *s);

#endif
