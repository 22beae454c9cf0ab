/* local.h — shared by the files of this directory. The numbers are for assembly, too. */
#ifndef KERNEL_X86_64_LOCAL_H
#define KERNEL_X86_64_LOCAL_H

/* The GDT. sysret needs user data before user code: Intel SDM vol. 2B, "SYSRET". */
#define SELECTOR_CODE      0x08
#define SELECTOR_DATA      0x10
#define SELECTOR_USER_DATA 0x1b
#define SELECTOR_USER_CODE 0x23
#define SELECTOR_TSS       0x28 /* two entries */
#define GDT_BYTES          0x38

/* Interrupt vectors, behind the exceptions. */
#define VECTOR_TIMER      32
#define VECTOR_KICK       33
#define VECTOR_FLUSH      34
#define VECTOR_STUBS      256
#define VECTOR_SPURIOUS   255 /* the local APIC's spurious interrupt */
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

/* apic.c: finds and maps the local APIC. Returns NULL, or the fault. */
const char *apic_find(void);
/* Enables this processor's local APIC. */
void apic_start(void);
/* Delivers the machine's NMI to this processor; one processor is enough to report it. */
void apic_open_nmi(void);
/* Signals the end of the interrupt being served. */
void apic_done(void);
/* Interrupts the processor with this APIC id: APIC_FIXED(vector) or APIC_NMI. */
void apic_interrupt(uint64_t id, uint32_t command);
/* Starts this processor's timer (0: stops it); the remaining count. */
void apic_timer_start(uint32_t count);
uint32_t apic_timer_left(void);

/* clock.c: learns the clocks' frequencies. Returns NULL, or the fault. */
const char *clock_start(const struct hobnail_boot *boot);
/* This processor's timer has run out. true: the time of arch_timer_set() has come; false: the timer is set again. */
bool clock_timer_is_due(void);

/* flush.c: flushes this processor's TLB if another processor has asked for it. */
void flush_serve(void);

/* traps.c: fills the interrupt descriptor table, which all processors share. */
void traps_prepare(void);
extern struct descriptor_table traps_table;

/* Entries of the interrupt stack table. */
enum { IST_NMI = 1, IST_DOUBLE_FAULT, IST_MACHINE_CHECK, IST_PAGE_FAULT, IST_LAST = IST_PAGE_FAULT };

#endif
#endif
