/* limine_wants.c — what a kernel of the Limine Boot Protocol wants, by its base revision. */
#include "limine.h"

#include <hobnail/boot.h>

#define TYPE(name) (1u << HOBNAIL_MEMORY_##name)

/* "Memory Layout at Handoff": usable, bootloader reclaimable, executable and modules */
#define OWN_TYPES (TYPE(USABLE) | TYPE(SPECIAL) | TYPE(FIRMWARE_BOOT) | TYPE(TABLES) | TYPE(STACKS) | TYPE(RECORD) | \
                   TYPE(NET) | TYPE(KERNEL) | TYPE(MODULE))
#define ACPI_TYPES (TYPE(ACPI_RECLAIM) | TYPE(ACPI_NVS))
#define RUNTIME_TYPES (TYPE(RUNTIME_CODE) | TYPE(RUNTIME_DATA))

static uint32_t map_types(unsigned revision)
{
	if (revision == 0)
		return UINT32_MAX;
	if (revision <= 2) /* all but what the map calls reserved or bad */
		return OWN_TYPES | ACPI_TYPES;
	return OWN_TYPES | (revision >= 4 ? ACPI_TYPES : 0) | (revision >= 5 ? RUNTIME_TYPES : 0);
}

/* The protocol promises write-back for memory that is no RAM, too: on x86_64 MTRRs make it uncached. aarch64 has
 * nothing like them, so it is device memory there. */
static struct want_map direct_map(const struct attempt *a, unsigned revision, bool no_execute)
{
	return (struct want_map){
		.asked = true,
		.types = map_types(revision),
		.to = revision <= 2 ? GIB(4) : 0,
		.other = a->arch == HOBNAIL_ARCH_X86_64 ? PT_NORMAL : PT_DEVICE,
		.tables = revision >= 4,
		.framebuffer = true,
		.execute = !no_execute,
	};
}

/* "Paging Mode Feature": 0 is 4 levels, 1 is 5. Revision 0 of the request has no limits. */
static enum err want_paging(const struct attempt *a, const struct limine *l, struct wants *out, struct problem *p)
{
	const struct limine_found *f = &l->of[LIMINE_PAGING];
	uint64_t mode = 0, most = 0, least = 0;

	if (f->at) {
		const uint64_t *words = (const uint64_t *)pages_at(a->pages, f->at) + 6;
		mode = words[0];
		most = f->revision ? words[1] : mode;
		least = f->revision ? words[2] : 0;
	}
	if (least > most || least > 1)
		return problem(p, ERR_LIMINE_PAGING, least, most);
	mode = mode > most ? most : mode < least ? least : mode;
	out->paging_least = 4 + (unsigned)least;
	out->paging_most = 4 + (unsigned)min_u64(mode, 1);
	return OK;
}

enum { LEAST_STACK = 65536 };

static uint64_t stack_bytes(const struct attempt *a, const struct limine *l)
{
	uint64_t wanted = 0;

	if (limine_asks(l, LIMINE_STACK))
		wanted = ((const uint64_t *)pages_at(a->pages, l->of[LIMINE_STACK].at))[6];
	return max_u64(wanted, LEAST_STACK);
}

static uint32_t state(const struct attempt *a, const struct limine *l, const struct limine_options *options)
{
	uint32_t bits = STATE_BARE_STACK | STATE_BARE_CONTROL | STATE_DIRECT_GDT | STATE_SP_EL0 | STATE_MASK_ONLY |
	                STATE_SAME_MTRRS;
	const uint64_t *mp = limine_asks(l, LIMINE_MP) ? pages_at(a->pages, l->of[LIMINE_MP].at) : NULL;

	bits |= mp && mp[6] & 1 ? STATE_X2APIC : STATE_XAPIC;
	bits |= l->revision < 6 ? STATE_OUTER_WALKS : 0;
	bits |= l->revision >= 5 ? STATE_APIC_RESET : 0;
	bits |= limine_asks(l, LIMINE_KEEP_IOMMU) ? 0 : STATE_NO_IOMMU;
	return bits | (options->no_handlers ? STATE_NO_HANDLERS : 0);
}

unsigned limine_leave_out(struct attempt *a)
{
	struct platform *m = &a->platform;
	unsigned count = 0;

	for (size_t i = 0; i < m->cpu_count && a->mode.state & STATE_XAPIC && a->arch == HOBNAIL_ARCH_X86_64; i++) {
		bool out = m->cpus[i].enabled && m->cpus[i].hardware_id > LAST_XAPIC_ID;
		count += out;
		m->cpus[i].enabled &= !out;
	}
	return count;
}

enum err limine_wants(const struct attempt *a, const struct limine *l, const struct limine_options *options,
                      struct wants *out, struct problem *p)
{
	unsigned revision = l->revision;

	*out = (struct wants){
		.stack_bytes = stack_bytes(a, l),
		.level = HOBNAIL_LEVEL_EL1,
		.level_best = revision >= 6,
		.fp_trap = revision >= 6 && a->arch == HOBNAIL_ARCH_AARCH64,
		.processors = limine_asks(l, LIMINE_MP),
		.tree_copied = true,
		.stack_direct = true,
		.tables_reserved = revision >= 5,
		.types_pat5 = true,
		.state = state(a, l, options),
	};
	out->maps[WANT_DIRECT_MAP] = direct_map(a, revision, options->no_execute);
	if (revision == 0) {
		out->maps[WANT_IDENTITY_MAP] = out->maps[WANT_DIRECT_MAP];
		out->maps[WANT_IDENTITY_MAP].from = PAGE_BYTES;
	}
	return want_paging(a, l, out, p);
}
