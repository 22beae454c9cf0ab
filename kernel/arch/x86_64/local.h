/* local.h — what the files of this directory share. The numbers are for assembly, too. */
#ifndef KERNEL_X86_64_LOCAL_H
#define KERNEL_X86_64_LOCAL_H

/* The GDT. sysret wants user data before user code: Intel SDM vol. 2B, "SYSRET". */
#define SELECTOR_CODE      0x08
#define SELECTOR_DATA      0x10
#define SELECTOR_USER_DATA 0x1b
#define SELECTOR_USER_CODE 0x23
#define SELECTOR_TSS       0x28 /* two entries */
#define GDT_BYTES          0x38

/* Vectors of our own, behind the exceptions. */
#define VECTOR_TIMER      32
#define VECTOR_KICK       33
#define VECTOR_FLUSH      34
#define VECTOR_STUBS      256 /* nobody asks for those that follow, ... */
#define VECTOR_SPURIOUS   255 /* ... but for this, which is the local APIC's when it has nothing after all */
#define STUB_BYTES        16

/* Byte offsets into struct arch_cpu */
#define CPU_STACK_TOP 8
#define CPU_USER_RSP  16

/* ... and struct arch_frame */
#define FRAME_RDI    48
#define FRAME_RAX    88
#define FRAME_VECTOR 120
#define FRAME_CS     144
#define FRAME_RSP    160
#define FRAME_BYTES  176

#ifndef __ASSEMBLER__
#include <hobnail/boot.h>

struct arch_cpu;

/* apic.c: find and map the local APIC; NULL, or what is wrong. */
const char *apic_find(void);
/* Let this processor's take and send interrupts. */
void apic_start(void);
/* Let the machine's NMI come to this processor: by one of them it is reported. */
void apic_open_nmi(void);
/* The interrupt being served is over. */
void apic_done(void);
/* Interrupt the processor with this APIC id: APIC_FIXED(vector) or APIC_NMI. */
void apic_interrupt(uint64_t id, uint32_t command);
/* Start this processor's timer (0: stop it), and what is left. */
void apic_timer_start(uint32_t count);
uint32_t apic_timer_left(void);

/* clock.c: learn how fast the clocks run; NULL, or what is wrong. */
const char *clock_start(const struct hobnail_boot *boot);
/* This processor's timer has run out: has arch_timer_set()'s time come? If not, it is set again. */
bool clock_timer_is_due(void);

/* flush.c: do what another processor waits for, if any does. */
void flush_serve(void);

/* traps.c: the interrupt descriptor table, once for all processors. */
void traps_prepare(void);
extern struct descriptor_table traps_table;

/* Entries of the interrupt stack table. */
enum { IST_NMI = 1, IST_DOUBLE_FAULT, IST_MACHINE_CHECK, IST_PAGE_FAULT, IST_LAST = IST_PAGE_FAULT };

#endif
#endif
