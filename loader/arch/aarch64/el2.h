/* el2.h — EL2 as the loader leaves it to a kernel at EL1. */
#ifndef LOADER_AARCH64_EL2_H
#define LOADER_AARCH64_EL2_H

#include <stdbool.h>
#include <stdint.h>

/* At EL2: open the list of docs/protocol.md, "What EL2 lets through", all but HCR_EL2 and CPTR_EL2, which the switch
 * writes. No register is touched that the processor's identification registers do not announce. */
void el2_open(void);

/* HCR_EL2 for any route, without E2H and TGE. */
uint64_t el2_hcr(void);

/* At EL2: does E2H = 1 hold now, whatever HCR_EL2 reads as? */
bool el2_has_host(void);

/* At EL2 with E2H = 1, in firmware: does E2H = 1 still hold after HCR_EL2 has been written without it? Translation
 * and caches are off for a few instructions, with all exceptions masked. Afterwards everything is as before, but
 * FAR_EL1 and FAR_EL2. */
bool el2_keeps_host(void);

#endif
