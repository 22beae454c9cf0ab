/* state.h — a processor of x86_64 as it was entered. Offsets for entry.S are checked in machine.c. */
#ifndef TESTS_LIMINE_STATE_H
#define TESTS_LIMINE_STATE_H

#define STATE_RSP      128
#define STATE_RFLAGS   136
#define STATE_SEGMENTS 144 /* CS, DS, ES, FS, GS, SS, TR, LDTR: 2 bytes each */
#define STATE_GDTR     160
#define STATE_IDTR     176
#define STATE_ENTERED  192
#define STATE_STACK    256
#define STACK_BYTES    16384

#define ENTERED_BY_HEADER    1
#define ENTERED_BY_REQUEST   2
#define ENTERED_BY_PROCESSOR 3

#ifndef __ASSEMBLER__
#include "protocol.h"

typedef struct mp_info_x86_64 mp_info;
typedef struct answer_mp_x86_64 answer_mp;

enum { RAX, RBX, RCX, RDX, RSI, RDI, RBP, R8, R15 = R8 + 7, GENERAL }; /* the order in which entry.S saves */
enum { SEGMENT_CS, SEGMENT_DS, SEGMENT_ES, SEGMENT_FS, SEGMENT_GS, SEGMENT_SS, SEGMENT_TR, SEGMENT_LDT, SEGMENTS };
enum { LVT_CMCI, LVT_TIMER, LVT_THERMAL, LVT_PERFORMANCE, LVT_LINT0, LVT_LINT1, LVT_ERROR, LVTS };
enum { MTRR_FIXED = 11, MTRR_MOST = 32 };

struct table_register {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

struct apic_state {
	uint32_t id, version, spurious, priority;
	uint32_t lvt[LVTS];
};

struct state {
	uint64_t general[16]; /* GENERAL of them */
	uint64_t rsp, rflags;
	uint16_t segments[SEGMENTS];
	struct table_register gdtr;
	uint8_t gap[6];
	struct table_register idtr;
	uint8_t gap2[6];
	uint64_t entered;
	uint8_t gap3[STATE_STACK - STATE_ENTERED - 8];
	uint8_t stack[STACK_BYTES] __attribute__((aligned(16)));

	/* Read in C. */
	uint64_t return_address; /* at RSP */
	uint64_t cr0, cr3, cr4, efer, pat, fs_base, gs_base, apic_base;
	uint64_t mtrr[1 + MTRR_FIXED + MTRR_MOST];
	unsigned mtrrs;
	uint64_t argument; /* RDI as it must be */
	struct apic_state apic;
	volatile uint32_t ready;
};
#endif
#endif
