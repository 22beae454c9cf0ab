/* net.h — what the net says when a processor faults, or a kernel returns. Runs after exit, in the address space that is live
 * then, whoever made it: nothing but the net's own memory may be used. Constants are usable from assembly. */
#ifndef LOADER_NET_H
#define LOADER_NET_H

/* One stack for the report: there is one report a machine. */
#define NET_REPORT_STACK_BYTES 12288

#include "fault.h"

#ifndef __ASSEMBLER__

extern uint8_t net_report_stack[NET_REPORT_STACK_BYTES];

/* The report, on net_report_stack, by the one processor that got here first. */
void net_report(const struct fault *f) __attribute__((noreturn));

/* That processor faulted again while it was reporting: one line, as long as that works. At most once. */
void net_report_again(uint64_t pc) __attribute__((noreturn));

#endif
#endif
