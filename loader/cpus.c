#include "cpus.h"

#include <string.h>

#include "format.h"
#include "image.h"
#include "log.h"
#include "sabotage.h"
#include "serial.h"

/* ---- In firmware --------------------------------------------------------------------------------------- */

static bool is_other(const struct boot *b, const struct table_cpu *c)
{
	return c->enabled && c->hardware_id != b->arch.boot_cpu;
}

enum err cpus_prepare(struct boot *b, struct problem *p)
{
	struct requests *requests = &b->kernel.requests;
	const struct facts *f = &b->facts;
	unsigned others = 0;

	for (size_t i = 0; i < f->cpu_count; i++) {
		others += is_other(b, &f->cpus[i]);
		if (f->cpus[i].hardware_id == b->arch.boot_cpu)
			handoff.boot_index = (unsigned)i;
	}
	if (!requests->of[HOBNAIL_REQUEST_PROCESSORS].value || !others)
		return OK;
	step_set(b, "prepare the processors for", b->entry.kernel);
	enum err e = arch_cpus_prepare(b, p);
	if (e)
		return requests_drop(requests, HOBNAIL_REQUEST_PROCESSORS, e, p);
	handoff.cpu_count = others;
	return OK;
}

/* As the hand-off reaches them in firmware: where they lie. */
static struct handoff_cpu *entries(void)
{
	return memory_at(handoff.cpus_phys);
}

/* An entry each, then what the architecture keeps of each. */
static enum err place_areas(struct boot *b, struct problem *p)
{
	uint64_t list = align_up(handoff.cpu_count * sizeof(struct handoff_cpu), PAGE_BYTES);
	struct plan_piece piece = { .bytes = list + (uint64_t)handoff.cpu_count * arch_cpu_bytes, .rights = PT_WRITE,
	                            .memory = PT_NORMAL, .kind = PLAN_NET_CPUS };
	enum err e = firmware_pages(&b->fw, piece.bytes, HOBNAIL_MEMORY_NET, &piece.phys, p);

	piece.virt = piece.phys;
	if (!e && !b->mode.mmu_off)
		e = plan_piece(&b->space.plan, b->mode.layout, &piece, p);
	if (!e && b->mode.mmu_off | b->arch.starts_uncached)
		e = handoff_touch(&handoff, piece.phys, piece.bytes, false, true, p);
	if (!e && b->arch.starts_uncached) /* with the MMU off it is in the list already: cleaning twice is no harm */
		e = handoff_touch(&handoff, handoff.net_phys, image_bytes(), false, true, p);
	if (e)
		return e;
	handoff.cpus_phys = piece.phys;
	handoff.cpus = memory_at(piece.virt);
	memset(entries(), 0, piece.bytes);
	for (unsigned i = 0, k = 0; k < handoff.cpu_count; i++) {
		const struct table_cpu *c = &b->facts.cpus[i];
		if (!is_other(b, c))
			continue;
		entries()[k] = (struct handoff_cpu){ .hardware_id = c->hardware_id, .index = i,
		                                     .area = piece.virt + list + (uint64_t)k * arch_cpu_bytes };
		k++;
	}
	return OK;
}

/* One block of memory; with translation each stack has its own place in the window, between guards. The first is the boot
 * processor's. */
static enum err place_stacks(struct boot *b, struct problem *p)
{
	uint64_t bytes = align_up(b->kernel.requests.of[HOBNAIL_REQUEST_STACK].value, PAGE_BYTES);
	uint64_t all = (1 + (uint64_t)handoff.cpu_count) * bytes;
	paddr at;
	enum err e = firmware_pages(&b->fw, all, HOBNAIL_MEMORY_STACKS, &at, p);

	if (!e && b->mode.mmu_off)
		e = handoff_touch(&handoff, at, all, false, true, p);
	for (unsigned i = 0; !e && i <= handoff.cpu_count; i++) {
		struct plan_piece piece = { .phys = at + i * bytes, .bytes = bytes, .rights = PT_WRITE, .memory = PT_NORMAL,
		                            .kind = PLAN_STACK, .index = i ? entries()[i - 1].index : handoff.boot_index,
		                            .virt = at + i * bytes };
		if (!b->mode.mmu_off)
			e = plan_piece(&b->space.plan, b->mode.layout, &piece, p);
		if (i)
			entries()[i - 1].stack = piece.virt + bytes;
		else
			b->space.stack = piece;
	}
	handoff.kernel_stack = b->space.stack.virt + bytes;
	return e;
}

enum err cpus_place(struct boot *b, struct problem *p)
{
	enum err e = handoff.cpu_count ? place_areas(b, p) : OK;

	return e ? e : place_stacks(b, p);
}

void cpus_record(const struct boot *b, struct hobnail_boot *r)
{
	for (unsigned i = 0; i < handoff.cpu_count; i++) {
		struct handoff_cpu *c = &entries()[i];
		c->record = r->phys + r->cpus.offset + c->index * sizeof(struct hobnail_cpu);
		c->mailbox = c->record + offsetof(struct hobnail_cpu, mailbox) + r->direct_map;
		struct hobnail_cpu *out = memory_at(c->record);
		out->stack_bytes = b->space.stack.bytes;
		out->stack_virt = c->stack - out->stack_bytes;
	}
}

/* ---- In the net ---------------------------------------------------------------------------------------- */

void cpus_say(const struct handoff_cpu *c, const char *what, ...)
{
	char text[200];
	va_list arguments;
	size_t used = format(text, sizeof text, "CPU %u (%s %llu) ", c->index, arch_cpu_id, (unsigned long long)c->hardware_id);

	va_start(arguments, what);
	used += format_v(text + used, sizeof text - used, what, arguments);
	va_end(arguments);
	log_line("%s", text);
	serial_write("\nhobnail: ", 10);
	serial_write(text, used);
	serial_write("\n", 1);
}

/* One that answers only now finds that it is too late, or is just in time: whoever changes its state first. */
static bool change_state(struct handoff_cpu *c, uint32_t to)
{
	uint32_t from = HANDOFF_CPU_STARTING;

	return __atomic_compare_exchange_n(&c->state, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

unsigned cpus_answered(const struct handoff *h)
{
	unsigned count = 0;

	for (unsigned i = 0; i < h->cpu_count; i++)
		count += __atomic_load_n(&h->cpus[i].state, __ATOMIC_ACQUIRE) == HANDOFF_CPU_PARKED;
	return count;
}

bool cpus_start(struct handoff *h)
{
	struct hobnail_boot *r = memory_at(h->record_phys);

	if (!h->cpu_count)
		return false;
	arch_cpus_start(h);
	for (unsigned i = 0; i < h->cpu_count; i++) {
		if (__atomic_load_n(&h->stopped, __ATOMIC_ACQUIRE)) /* one has faulted: its report is the end, and not disturbed */
			arch_halt();
		struct handoff_cpu *c = &h->cpus[i];
		struct hobnail_cpu *out = memory_at(c->record);
		if (change_state(c, HANDOFF_CPU_SILENT)) {
			arch_cpu_stop(h, c);
			cpus_say(c, "did not answer %s in %u ms", arch_cpu_start, CPUS_PATIENCE_MS);
		}
		if (c->state == HANDOFF_CPU_PARKED) {
			out->flags |= HOBNAIL_CPU_PARKED;
			out->mailbox.state = HOBNAIL_MAILBOX_WAITING;
		} else {
			out->flags |= HOBNAIL_CPU_SILENT;
		}
	}
	r->log_bytes = loader_log.used;
	return true;
}

void cpus_park(struct handoff_cpu *c)
{
	struct handoff *h = &handoff;
	struct hobnail_mailbox *m = memory_at(c->mailbox), taken;

	sabotage_answer(h, c);
	if (!change_state(c, HANDOFF_CPU_PARKED))
		arch_halt();
	arch_parked(c);
	while (!__atomic_load_n(&m->entry, __ATOMIC_ACQUIRE) && !__atomic_load_n(&h->stopped, __ATOMIC_RELAXED))
		arch_wait(&m->entry);
	if (__atomic_load_n(&h->stopped, __ATOMIC_RELAXED)) /* though it may have been released since */
		arch_halt();
	taken = *m;
	__atomic_store_n(&c->state, HANDOFF_CPU_RELEASED, __ATOMIC_RELEASE);
	__atomic_store_n(&m->state, HOBNAIL_MAILBOX_TAKEN, __ATOMIC_RELEASE);
	sabotage_release(h, c, &taken);
	arch_release(h, c, &taken);
}
