/* shared.h — what the machines of all architectures have. */
#ifndef TESTS_ARCH_SHARED_H
#define TESTS_ARCH_SHARED_H

#include "base.h"

/* The first thing that a processor would not have survived; empty: nothing. */
extern char machine_failure[256];
void machine_failed(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* There is no translation in these tests: what the hand-off reaches in the net it reaches physically. At the
 * switch: the other processors' part of the net, and their mailboxes; screen and port stay where firmware has them.
 * Back again where a kernel would be entered, for who judges. */
void places_physical(void);
void places_virtual(void);

/* As a kernel that has been entered: release all others, the i-th to entry 0x1000 + i with argument 0x2000 + i. */
void mailboxes_fill(paddr root);

#endif
