/* guest_call.h — the hypervisor's own calls, as it and the guest of tests know them. */
#ifndef GUEST_CALL_H
#define GUEST_CALL_H

/* Answered by both architectures: the physical address of the hypervisor, and that of the loader's record. A guest of
 * tests asks, to go there. Function numbers: Arm DEN 0028, "SMC Calling Convention", vendor-specific hypervisor
 * services, 64 bits. */
enum { GUEST_CALL_OWN_MEMORY = 0xc6000000, GUEST_CALL_RECORD };

#endif
