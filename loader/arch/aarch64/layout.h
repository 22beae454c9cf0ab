/* layout.h — numbers that C and assembly share. */
#ifndef LOADER_AARCH64_LAYOUT_H
#define LOADER_AARCH64_LAYOUT_H

/* struct switch_state in enter.h */
#define SWITCH_ROUTE    0x00
#define SWITCH_HCR      0x08
#define SWITCH_CNTHCTL  0x10
#define SWITCH_CPTR     0x18
#define SWITCH_VBAR_EL2 0x20
#define SWITCH_MAIR     0x28
#define SWITCH_TCR      0x30
#define SWITCH_TTBR0    0x38
#define SWITCH_TTBR1    0x40
#define SWITCH_SCTLR    0x48
#define SWITCH_VBAR     0x50
#define SWITCH_CPACR    0x58
#define SWITCH_STACK    0x60
#define SWITCH_TARGET   0x68
#define SWITCH_EXTENSIONS 0x70

/* Bits of SWITCH_EXTENSIONS: what the processor has */
#define SWITCH_HAS_TCR2   0
#define SWITCH_HAS_SCTLR2 1
#define SWITCH_HAS_GCS    2

/* SWITCH_ROUTE: from which level to which */
#define ROUTE_EL1         0 /* stay at EL1                */
#define ROUTE_EL2_TO_EL1  1
#define ROUTE_EL2         2 /* stay at EL2 with E2H = 0   */
#define ROUTE_EL2_VHE     3 /* stay at EL2 with E2H = 1   */

/* struct secondaries in cpus.c, struct handoff_cpu */
#define SECONDARIES_LIST  0x00
#define SECONDARIES_COUNT 0x08
#define SECONDARIES_AREAS 0x10
#define HANDOFF_CPU_BYTES 56
#define SECONDARY_AREA_BYTES 4096

/* struct fault_gate and struct fault_frame in fault.c; registers come first in the frame */
#define GATE_TAKEN   0x00
#define GATE_OWNER   0x08
#define GATE_AGAIN   0x10
#define FRAME_SP     0xf8
#define FRAME_VECTOR 0x100

#endif
