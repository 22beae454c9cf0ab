#include "walk_text.h"

#include "format.h"
#include "walk_scheme.h"

const char *walk_level_name(enum walk_mode mode, unsigned level)
{
	return walk_schemes[mode]->levels[level];
}

const char *walk_memory_name(enum walk_memory memory)
{
	static const char names[][24] = { "write-back", "write-combining", "device", "of another memory type" };

	return names[memory];
}

size_t walk_entry(const struct walker *w, const struct walk *walk, unsigned step, char *out, size_t size)
{
	const struct walk_step *s = &walk->step[step];

	return format(out, size, "%s[%u] = %#llx", walk_level_name(w->mode, s->level), s->index,
	              (unsigned long long)s->entry);
}

/* ---- A line -------------------------------------------------------------------------------------------- */

/* The bits of one entry, independent of the entries above it. */
static size_t write_bits(const struct walk_scheme *f, uint64_t entry, unsigned in, char *out, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < f->bit_count; i++) {
		const struct walk_bit *b = &f->bits[i];
		const char *text = bit(entry, b->bit) ? b->set : b->clear;
		if (b->in & in && *text)
			used += format(out + used, size - used, ", %s", text);
	}
	return used;
}

static size_t write_end(const struct walker *w, const struct walk *walk, char *out, size_t size)
{
	unsigned shift = walk->page_bytes >= GIB(1) ? 30 : walk->page_bytes >= MIB(1) ? 20 : 10, step;

	if (!walk->mapped) {
		walk_guilty(w, walk, WALK_READ, &step, out, size);
		return __builtin_strlen(out);
	}
	return format(out, size, "%llu %ciB page at %#llx, %s", (unsigned long long)walk->page_bytes >> shift,
	              "KMG"[shift / 10 - 1], (unsigned long long)(walk->phys & ~(walk->page_bytes - 1)),
	              walk_memory_name(walk->memory));
}

size_t walk_line(const struct walker *w, const struct walk *walk, unsigned step, char *out, size_t size)
{
	const struct walk_scheme *f = walk_schemes[w->mode];
	const struct walk_step *s = &walk->step[step];
	bool last = step + 1 == walk->steps;
	size_t used = format(out, size, "%s[%u] at %#llx = %#llx: ", walk_level_name(w->mode, s->level), s->index,
	                     (unsigned long long)s->at, (unsigned long long)s->entry);

	used += last ? write_end(w, walk, out + used, size - used)
	             : format(out + used, size - used, "table at %#llx",
	                      (unsigned long long)walk->step[step + 1].at & ~(PAGE_BYTES - 1ull));
	if (last && !walk->mapped)
		return used;
	return used + write_bits(f, s->entry, last ? IN_PAGE : IN_TABLE, out + used, size - used);
}

/* ---- Blame --------------------------------------------------------------------------------------------- */

static const char *bit_name(const struct walk_scheme *f, unsigned n)
{
	for (unsigned i = 0; i < f->bit_count; i++)
		if (f->bits[i].bit == n)
			return f->bits[i].name;
	return "";
}

static size_t say_reserved(const struct walk_scheme *f, unsigned level, unsigned n, char *out, size_t size)
{
	const char *more = f->reserved(level, n);

	return more ? format(out, size, "bit %u is reserved: %s", n, more) : format(out, size, "bit %u is reserved", n);
}

static size_t say_forbidden(const struct walk_scheme *f, const struct walk *walk, struct walk_blame b,
                            enum walk_access wanted, char *out, size_t size)
{
	static const char verbs[][10] = { "reading", "writing", "execution" };

	return format(out, size, "%s is %s, which forbids %s%s", bit_name(f, b.bit),
	              bit(walk->step[b.step].entry, b.bit) ? "set" : "clear", verbs[wanted],
	              b.step + 1u < walk->steps ? " in everything below it" : "");
}

static size_t say_keeps_out(const struct walk_scheme *f, const struct walk *walk, struct walk_blame b, char *out,
                            size_t size)
{
	return format(out, size, "%s is %s, which keeps user mode out of %s", bit_name(f, b.bit),
	              bit(walk->step[b.step].entry, b.bit) ? "set" : "clear",
	              b.step + 1u < walk->steps ? "everything below it" : "the page");
}

static size_t say_why(const struct walker *w, const struct walk *walk, enum walk_access wanted, char *out, size_t size)
{
	const struct walk_scheme *f = walk_schemes[w->mode];
	struct walk_blame b = walk->blame[wanted];

	switch ((enum walk_cause)b.cause) {
	case WALK_NOT_CANONICAL:
		return format(out, size, "the address is not canonical");
	case WALK_DISABLED:
		return format(out, size, "TCR.EPD%u is set", (unsigned)(walk->va >> 63));
	case WALK_UNREADABLE:
		return format(out, size, "it is not in memory where page tables can be");
	case WALK_ABSENT:
		return b.bit ? format(out, size, "%s is clear, so the first access faults", bit_name(f, b.bit))
		             : format(out, size, "%s", f->absent);
	case WALK_RESERVED:
		return say_reserved(f, walk->step[b.step].level, b.bit, out, size);
	case WALK_TOO_WIDE:
		return format(out, size, "bit %u%s is reserved: this processor has %u-bit physical addresses", b.bit,
		              walk->steps ? "" : " of the root's address", w->phys_bits);
	case WALK_USER_PAGE:
		return format(out, size, "%s gives the page to user mode, and so takes it from the kernel",
		              bit_name(f, b.bit));
	case WALK_KERNEL_PAGE:
		return say_keeps_out(f, walk, b, out, size);
	case WALK_WRITABLE_PAGE:
		return format(out, size, "it can be written, and SCTLR.WXN is set");
	default:
		return say_forbidden(f, walk, b, wanted, out, size);
	}
}

bool walk_guilty(const struct walker *w, const struct walk *walk, enum walk_access wanted, unsigned *step, char *why,
                 size_t size)
{
	struct walk_blame b = walk->blame[wanted];

	if (b.cause == WALK_GRANTED)
		return false;
	*step = b.step;
	say_why(w, walk, wanted, why, size);
	return true;
}
