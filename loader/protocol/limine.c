/* limine.c — a boot by the Limine Boot Protocol. */
#include "limine_parts.h"

#include "after/cpus.h"
#include "after/net.h"
#include "arch.h"
#include "format.h"
#include "limine_fault.h"
#include "image.h"
#include "log.h"

/* ---- A boot -------------------------------------------------------------------------------------------- */

static void requested(struct boot *b)
{
	const struct limine *l = &b->limine.found;

	log_line("Limine base revision %llu asked for, %u served; %u requests%s",
	         (unsigned long long)l->asked_revision, l->revision, l->count,
	         l->has_markers ? " between markers" : "");
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (limine_asks(l, id))
			log_unshown("request for %s at %#llx", limine_name(id), (unsigned long long)l->of[id].virt);
	for (unsigned i = 0; i < l->unknown_count && i < LIMINE_MAX_UNKNOWN; i++)
		log_line("request %#llx %#llx is unknown: not answered", (unsigned long long)l->unknown[i][0],
		         (unsigned long long)l->unknown[i][1]);
}

/* For reports after the exit: static, so it travels with the image. */
static struct limine_fault unanswered;

static enum err respond(struct boot *b, struct problem *p)
{
	static IMAGE_UNTIL_EXIT struct limine_facts facts;
	struct attempt *a = &b->attempt;

	step_set(b, "write the responses for", b->entry.kernel);
	enum err e = last_map_make_room(b, p);
	if (!e)
		e = limine_gather(b, &facts, p);
	if (!e)
		e = attempt_record(a, limine_block_bytes(a, &b->limine.found, &facts), p);
	if (e)
		return e;
	a->handoff->argument = 0;
	limine_respond(a, &b->limine.found, &facts);
	limine_fault_fill(a, &b->limine.found, &unanswered);
	stage_mark(b, HOBNAIL_STAGE_RECORD);
	return OK;
}

static enum err start_cpus(struct boot *b)
{
	unsigned out = limine_leave_out(&b->attempt);

	if (out)
		log_line("%u processors are left out: their APIC ids are above %u, and the kernel does not ask for "
		         "x2APIC mode", out, LAST_XAPIC_ID);
	enum err e = attempt_cpus(&b->attempt, NULL);

	if (e)
		log_line("other processors cannot be started: %s", err_name(e));
	return OK;
}

static void say_odd(const struct limine *l)
{
	if (l->odd)
		log_line(".limine_reqs has %u pointers that lead to no request, the first one %#llx: passed over "
		         "(0: no NULL ends the list)", l->odd, (unsigned long long)l->first_odd);
}

static IMAGE_CODE_UNTIL_EXIT enum err prepare(struct boot *b, struct problem *p)
{
	say_odd(&b->limine.found);
	enum err e = limine_modules(b, p);
	if (!e) e = facts_gather(b, p);
	if (!e) e = start_cpus(b);
	if (!e) e = space_make(b, p);       /* page tables, not yet installed                         */
	if (!e) e = respond(b, p);          /* describes all of the above                             */
	if (!e) e = transition_make(b, p);  /* maps all that the hand-off touches, the responses too  */
	if (!e) e = preflight(b, p);
	return e;
}

/* "Memory Map Feature": memory of the firmware's types for loaders is reclaimable, the loader's scratch, too. */
static enum err keep_loader_memory(struct memmap *m, const struct uefi_map *map, struct problem *p)
{
	const uint8_t *d = map->descriptors, *end = d + map->bytes;
	enum err e = OK;

	for (; !e && d < end; d += map->descriptor_bytes) {
		uint32_t type = read_le32(d);
		if (type == 1 || type == 2) /* EfiLoaderCode, EfiLoaderData; start at 8, pages at 24 */
			e = memmap_set_free(m, read_le64(d + 8), read_le64(d + 24) * PAGE_BYTES,
			                    HOBNAIL_MEMORY_FIRMWARE_BOOT, p);
	}
	return e;
}

static IMAGE_CODE_UNTIL_EXIT enum err complete(struct boot *b, const struct uefi_map *map, uint32_t version,
                                               struct problem *p)
{
	enum err e = keep_loader_memory(&b->last_map, map, p);

	if (e)
		return e;
	limine_complete(&b->attempt, b->limine.found.revision, &b->last_map, map, version, arch_counter());
	return OK;
}

/* ---- After the exit ------------------------------------------------------------------------------------ */

/* Processors that do not answer are not listed. */
static void answered(struct handoff *h, struct handoff_cpu *c)
{
	if (c->state == HANDOFF_CPU_SILENT)
		limine_drop_cpu(memory_at(h->handed_over), h->direct_map, c->listed);
}

static void settled(struct handoff *h)
{
	(void)h;
}

/* "MP (multiprocessor) Feature": goto_address is written with release semantics. The argument is the entry's
 * address. */
static void parked(struct handoff *h, struct handoff_cpu *c)
{
	uint64_t *go_to = memory_at(c->mailbox), entry;

	while (!(entry = __atomic_load_n(go_to, __ATOMIC_ACQUIRE)) && !__atomic_load_n(&h->stopped, __ATOMIC_RELAXED))
		arch_wait(go_to);
	if (__atomic_load_n(&h->stopped, __ATOMIC_RELAXED))
		return;
	struct handoff_release release = { entry, c->listed + h->direct_map, 0 };
	__atomic_store_n(&c->state, HANDOFF_CPU_RELEASED, __ATOMIC_RELEASE);
	cpus_enter_kernel(h, c, &release);
}

/* ---- Reports of faults --------------------------------------------------------------------------------- */

static size_t say_unanswered(const struct fault *f, char *out, size_t size)
{
	const struct fault_segment *s = fault_place_segment(&net.places, f->pc);
	uint8_t code[LIMINE_NULL_CODE];
	unsigned wanted = s ? (unsigned)min_u64(f->pc - s->virt, sizeof code) : 0;
	unsigned bytes = net_peek(f->pc - wanted, code, wanted);

	return limine_null_say(&unanswered, arch_fault_reader, code, bytes, f->pc - wanted + bytes, out, size);
}

static size_t advise(const struct fault *f, const struct fault_view *v, char *out, size_t size)
{
	const struct fault_segment *s = fault_place_segment(&net.places, v->address);
	const struct plan_range *r = fault_place_range(&net.places, v->address);
	bool fetch = v->what.code == ERR_FAULT_JUMP_FORBIDDEN;

	if (limine_null_may_be(&unanswered, v))
		return say_unanswered(f, out, size);
	if (fetch && r && r->kind == PLAN_DIRECT_MAP)
		return format(out, size, "call code where it is linked; hhdm = no-execute in the configuration takes "
		              "execution from the direct map");
	if (fetch && s && f->arch == HOBNAIL_ARCH_AARCH64)
		return format(out, size, "give code a segment with PF_X: it runs under loaders that leave PXN clear, "
		              "whatever the program header says");
	return 0;
}

const struct protocol protocol_limine = {
	.requested = requested,
	.prepare = prepare,
	.leave = leave_firmware,
	.last_map = complete,
	.answered = answered,
	.settled = settled,
	.parked = parked,
	.advise = advise,
};
