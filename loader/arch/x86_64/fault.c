/* fault.c — from the frame of an exception to struct fault. */
#include "fault.h"

#include <hobnail/boot.h>

#include "cpu.h"
#include "descriptor.h"
#include "arch.h"
#include "fault_segment.h"
#include "local.h"
#include "after/net.h"

#include <string.h>

fault_decoder *const arch_fault_decoder = fault_decode_x86_64;
fault_reader *const arch_fault_reader = fault_reads_x86_64;

/* Pushed by the processor, and by fault_entry.S. */
struct fault_frame {
	uint64_t general[15];
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* In rax and rdx: the fault to report, or NULL and the address at which the report itself has faulted. */
struct fault_entered {
	const struct fault *first;
	uint64_t again; /* 0: an NMI, after which the report goes on */
};
struct fault_entered fault_enter(const struct fault_frame *frame);
void fault_leave(void);

/* 0, or 1 + the APIC id of the processor that reports. Given back only where there is nothing to report. */
static uint64_t reporter;

static uint64_t pair(uint32_t low, uint32_t high)
{
	return low | (uint64_t)high << 32;
}

static void identify(uint64_t id[FAULT_MAX_ID])
{
	struct cpu_id one = cpu_id(1, 0), seven = cpu_id(0, 0).a >= 7 ? cpu_id(7, 0) : (struct cpu_id){ 0 };
	struct cpu_id extended = cpu_id(0x80000001, 0);

	id[FAULT_ID_1] = pair(one.c, one.d);
	id[FAULT_ID_7] = pair(seven.b, seven.c);
	id[FAULT_ID_7_EDX] = seven.d;
	id[FAULT_ID_80000001] = pair(extended.c, extended.d);
	id[FAULT_ID_80000008_EBX] = cpu_id(0x80000000, 0).a >= 0x80000008 ? cpu_id(0x80000008, 0).b : 0;
	id[FAULT_ID_XCR0] = cpu_read_cr4() & CR4_OSXSAVE ? cpu_read_xcr0() : 0;
}

/* While another processor reports, this one waits, and halts when that report is certain. The test for a nested fault
 * comes first: the rest of the function overwrites the first fault. Runs on the exception's stack, which is small. */
struct fault_entered fault_enter(const struct fault_frame *frame)
{
	static struct fault fault;
	static bool again;
	uint64_t me = 1 + (uint64_t)cpu_apic_id(), owner = 0;

	while (!__atomic_compare_exchange_n(&reporter, &owner, me, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE)) {
		if (owner == me && frame->vector == VECTOR_NMI) /* not the fault of the report: it goes on */
			return (struct fault_entered){ NULL, 0 };
		if (owner == me ? again : __atomic_load_n(&handoff.stopped, __ATOMIC_ACQUIRE))
			arch_halt();
		if (owner == me) {
			again = true;
			return (struct fault_entered){ NULL, frame->rip };
		}
		owner = 0; /* the other one may have nothing to report */
		cpu_pause();
	}
	fault = (struct fault){
		.arch = HOBNAIL_ARCH_X86_64, .vector = (uint32_t)frame->vector, .hardware_id = me - 1,
		.syndrome = frame->error,
		.address = cpu_read_cr2(), .pc = frame->rip, .sp = frame->rsp, .flags = frame->rflags,
		.control = { cpu_read_cr0(), cpu_read_cr3(), cpu_read_cr4(), cpu_read_msr(MSR_EFER), frame->cs,
		             frame->ss },
	};
	memcpy(fault.general, frame->general, sizeof frame->general);
	identify(fault.id);
	return (struct fault_entered){ &fault, 0 };
}

/* The loader's GDT, wherever a protocol shows it. */
static bool is_loaders(vaddr gdt)
{
	const struct plan_range *r = fault_place_range(&net.places, gdt);
	const struct hobnail_memory *m = r ? memmap_find(&net.places.memory, r->pa + (gdt - r->va)) : NULL;

	return m && m->type == HOBNAIL_MEMORY_NET;
}

/* Where the loader's GDT is in use, and is as it was, the selector is wrong: the code's own advice says that. */
size_t arch_fault_advice(const struct fault_view *v, char *out, size_t size)
{
	enum err code = v->what.code;
	uint16_t selector = (uint16_t)v->what.value[0];
	struct descriptor_table gdtr;

	if (code != ERR_FAULT_SELECTOR && code != ERR_FAULT_SEGMENT && code != ERR_FAULT_STACK_SEGMENT)
		return 0;
	cpu_store_gdt(&gdtr);
	struct fault_segment_table t = { .base = gdtr.base, .limit = gdtr.limit };
	t.readable = net_peek(gdtr.base + (selector & ~7u), &t.entry, sizeof t.entry) == sizeof t.entry;
	if (is_loaders(gdtr.base) && ((selector | 7u) > gdtr.limit || net_has_segment(selector, t.entry)))
		return 0;
	return fault_segment_advice(&t, selector, out, size);
}

/* net_report() came back. */
void fault_leave(void)
{
	__atomic_store_n(&reporter, 0, __ATOMIC_RELEASE);
}
