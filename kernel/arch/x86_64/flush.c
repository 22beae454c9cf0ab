/* flush.c — TLB shootdown.
 *
 * All processors may have kernel translations in their TLBs. The processor that changes one interrupts the others and
 * waits for them. Interrupts are masked in the kernel, so a processor that waits for another one serves such requests
 * in its loop (arch_spin()); otherwise two processors could wait for each other for ever. */
#include "apic.h"
#include "cpu.h"
#include "processor.h"

enum { PAGES_MOST = 32 }; /* for more pages, one flush of the whole TLB is quicker */

static struct {
	bool taken;       /* a lock: one request at a time */
	vaddr va;
	uint64_t bytes;
	unsigned waiting; /* processors that have not flushed yet */
} request;

static void flush_pages(vaddr va, uint64_t bytes)
{
	for (uint64_t at = 0; at < bytes; at += PAGE_BYTES)
		cpu_invalidate_page((const void *)(va + at));
}

static void flush_kernel_here(void)
{
	if (request.bytes <= PAGES_MOST * PAGE_BYTES)
		flush_pages(request.va, request.bytes);
	else
		arch_root_install(cpu_read_cr3()); /* flushes global translations, too */
}

void flush_serve(void)
{
	if (!__atomic_exchange_n(&arch_this_cpu()->arch.flush, false, __ATOMIC_ACQUIRE))
		return;
	flush_kernel_here();
	__atomic_sub_fetch(&request.waiting, 1, __ATOMIC_RELEASE);
}

void arch_spin(void)
{
	cpu_pause();
	flush_serve();
}

void arch_tlb_flush_kernel(vaddr va, uint64_t bytes)
{
	struct cpu *self = arch_this_cpu();

	while (__atomic_exchange_n(&request.taken, true, __ATOMIC_ACQUIRE))
		arch_spin();
	request.va = va;
	request.bytes = bytes;
	for (unsigned i = 0; i < cpu_count; i++) {
		struct cpu *other = cpus[i];
		if (other == self || !other->started)
			continue;
		__atomic_add_fetch(&request.waiting, 1, __ATOMIC_RELAXED);
		__atomic_store_n(&other->arch.flush, true, __ATOMIC_RELEASE);
		apic_interrupt(other->hardware_id, APIC_FIXED(VECTOR_FLUSH));
	}
	flush_kernel_here();
	while (__atomic_load_n(&request.waiting, __ATOMIC_ACQUIRE))
		cpu_pause();
	__atomic_store_n(&request.taken, false, __ATOMIC_RELEASE);
}

void arch_tlb_flush_user(struct arch_space *space, vaddr va, uint64_t bytes)
{
	if (bytes <= PAGES_MOST * PAGE_BYTES)
		flush_pages(va, bytes);
	else if ((cpu_read_cr3() & CR3_ADDRESS) == space->root) /* otherwise no process has run in it yet */
		cpu_write_cr3(space->root);
}
