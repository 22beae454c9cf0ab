/* flush.c — translations that processors may still know after the tables have changed.
 *
 * The kernel's are known to all: the processor that has changed some asks the others by an interrupt and waits. Interrupts are
 * masked in the kernel, so who waits for something in there serves such requests itself (arch_spin()), or two processors that
 * wait for each other would do so for ever. */
#include "apic.h"
#include "cpu.h"
#include "processor.h"

enum { PAGES_MOST = 32 }; /* more are not worth it one by one */

static struct {
	bool taken;       /* one request at a time; whose turn it is not waits by arch_spin() */
	vaddr va;
	uint64_t bytes;
	unsigned waiting; /* for so many processors */
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
		arch_root_install(cpu_read_cr3()); /* global ones, too */
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
	else if ((cpu_read_cr3() & CR3_ADDRESS) == space->root) /* or nothing has run in it yet */
		cpu_write_cr3(space->root);
}
