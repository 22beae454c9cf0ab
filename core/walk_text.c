#include "walk_text.h"

#include "format.h"

/* The architecture of a mode. EL2 with one range names its bits otherwise. */
enum words { X86, A64, A64_EL2, RISCV };

static enum words words_of(enum walk_mode mode)
{
	return mode <= WALK_X86_64_5 ? X86 : mode == WALK_AARCH64 ? A64 : mode == WALK_AARCH64_EL2 ? A64_EL2 : RISCV;
}

const char *walk_level_name(enum walk_mode mode, unsigned level)
{
	static const char names[][5][5] = {
		[X86] = { "PT", "PD", "PDPT", "PML4", "PML5" },
		[A64] = { "L3", "L2", "L1", "L0", "L-1" },
		[A64_EL2] = { "L3", "L2", "L1", "L0", "L-1" },
		[RISCV] = { "L0", "L1", "L2", "L3", "L4" },
	};

	return names[words_of(mode)][level < 5 ? level : 4];
}

const char *walk_memory_name(enum walk_memory memory)
{
	static const char names[][24] = { "write-back", "write-combining", "device", "of another memory type" };

	return names[memory];
}

/* What a bit of an entry is called, and what it says when it is set or clear. `in`: of entries that point at tables, that
 * map pages, or both. */
enum { IN_TABLE = 1, IN_PAGE = 2, IN_BOTH = 3 };
struct name {
	uint8_t words, bit, in;
	char name[11], set[14], clear[10];
};

static const struct name names[] = {
	{ X86, 1, IN_BOTH, "R/W", "writable", "read-only" },
	{ X86, 2, IN_BOTH, "U/S", "user", "" },
	{ X86, 63, IN_BOTH, "NX", "NX", "" },
	{ A64, 6, IN_PAGE, "AP[1]", "user", "" },
	{ A64, 7, IN_PAGE, "AP[2]", "read-only", "writable" },
	{ A64, 53, IN_PAGE, "PXN", "PXN", "" },
	{ A64, 54, IN_PAGE, "UXN", "UXN", "" },
	{ A64, 59, IN_TABLE, "PXNTable", "PXNTable", "" },
	{ A64, 60, IN_TABLE, "UXNTable", "UXNTable", "" },
	{ A64, 61, IN_TABLE, "APTable[0]", "APTable[0]", "" },
	{ A64, 62, IN_TABLE, "APTable[1]", "read-only", "" },
	{ A64, 10, IN_PAGE, "AF", "", "AF clear" },
	{ RISCV, 1, IN_PAGE, "R", "readable", "" },
	{ RISCV, 2, IN_PAGE, "W", "writable", "" },
	{ RISCV, 3, IN_PAGE, "X", "executable", "" },
	{ RISCV, 4, IN_PAGE, "U", "user", "" },
	{ RISCV, 6, IN_PAGE, "A", "", "A clear" },
	{ RISCV, 7, IN_PAGE, "D", "", "D clear" },
	{ A64_EL2, 54, IN_PAGE, "XN", "XN", "" },
	{ A64_EL2, 60, IN_TABLE, "XNTable", "XNTable", "" },
	{ A64_EL2, 7, IN_PAGE, "AP[2]", "read-only", "writable" },
	{ A64_EL2, 62, IN_TABLE, "APTable[1]", "read-only", "" },
	{ A64_EL2, 10, IN_PAGE, "AF", "", "AF clear" },
};

static const char *bit_name(enum words words, unsigned bit)
{
	for (unsigned i = 0; i < COUNT_OF(names); i++)
		if (names[i].words == words && names[i].bit == bit)
			return names[i].name;
	return "";
}

size_t walk_entry(const struct walker *w, const struct walk *walk, unsigned step, char *out, size_t size)
{
	const struct walk_step *s = &walk->step[step];

	return format(out, size, "%s[%u] = %#llx", walk_level_name(w->mode, s->level), s->index, (unsigned long long)s->entry);
}

/* What an entry says of itself, whatever those above it say. */
static size_t write_attributes(enum words words, uint64_t entry, unsigned in, char *out, size_t size)
{
	size_t used = 0;

	for (unsigned i = 0; i < COUNT_OF(names); i++) {
		const char *text = entry >> names[i].bit & 1 ? names[i].set : names[i].clear;
		if (names[i].words == words && names[i].in & in && *text)
			used += format(out + used, size - used, ", %s", text);
	}
	return used;
}

static paddr frame_of(enum words words, uint64_t entry)
{
	return words == RISCV ? (entry << 2) & 0x00fffffffffff000 : entry & (words == X86 ? 0x000ffffffffff000 : 0x0000fffffffff000);
}

static size_t write_page_size(uint64_t bytes, char *out, size_t size)
{
	unsigned shift = bytes >= GIB(1) ? 30 : bytes >= MIB(1) ? 20 : 10;

	return format(out, size, "%llu %ciB", (unsigned long long)bytes >> shift, "KMG"[shift / 10 - 1]);
}

size_t walk_line(const struct walker *w, const struct walk *walk, unsigned step, char *out, size_t size)
{
	const struct walk_step *s = &walk->step[step];
	enum words words = words_of(w->mode);
	bool last = step + 1 == walk->steps;
	size_t used = format(out, size, "%s[%u] at %#llx = %#llx: ", walk_level_name(w->mode, s->level), s->index,
	                     (unsigned long long)s->at, (unsigned long long)s->entry);

	if (last && !walk->mapped) {
		char why[128];
		unsigned guilty;
		walk_guilty(w, walk, WALK_READ, &guilty, why, sizeof why);
		return used + format(out + used, size - used, "%s", why);
	}
	if (last) {
		used += write_page_size(walk->page_bytes, out + used, size - used);
		used += format(out + used, size - used, " page at %#llx, %s",
		               (unsigned long long)(walk->phys & ~(walk->page_bytes - 1)), walk_memory_name(walk->memory));
	} else {
		used += format(out + used, size - used, "table at %#llx", (unsigned long long)frame_of(words, s->entry));
	}
	return used + write_attributes(words, s->entry, last ? IN_PAGE : IN_TABLE, out + used, size - used);
}

/* ---- Blame --------------------------------------------------------------------------------------------- */

static size_t say_reserved(const struct walker *w, unsigned level, unsigned bit, uint64_t entry, char *out, size_t size)
{
	enum words words = words_of(w->mode);

	if (words == X86 && bit == 63)
		return format(out, size, "NX is set while EFER.NXE is 0, so the bit is reserved");
	if (words == X86 && bit == 7)
		return format(out, size, level == 2 ? "PS makes it a 1 GiB page, which this processor does not have"
		                                    : "PS is set, which is reserved in a %s entry", walk_level_name(w->mode, level));
	if ((words == A64 || words == A64_EL2) && bit == 1)
		return format(out, size, level ? "it is a block, of which there are none at this level"
		                               : "bits 1:0 are 01, which is no page at the last level");
	if (words == RISCV && bit == 1)
		return format(out, size, "it points at a table below the last level");
	if (words == RISCV && bit == 2)
		return format(out, size, "W without R is reserved");
	return format(out, size, "bit %u is %s, which is reserved here", bit, entry >> bit & 1 ? "set" : "clear");
}

static size_t say_absent(enum words words, unsigned bit, char *out, size_t size)
{
	if (bit) /* AF, A */
		return format(out, size, "%s is clear, so the first access faults", bit_name(words, bit));
	return format(out, size, words == X86 ? "it is not present" : "it is not valid");
}

static size_t say_forbidden(enum words words, const struct walk *walk, struct walk_blame b, enum walk_access wanted, char *out,
                            size_t size)
{
	static const char verbs[][10] = { "reading", "writing", "execution" };
	const struct walk_step *s = &walk->step[b.step];

	return format(out, size, "%s is %s, which forbids %s%s", bit_name(words, b.bit), s->entry >> b.bit & 1 ? "set" : "clear",
	              verbs[wanted], b.step + 1u < walk->steps ? " in everything below it" : "");
}

static size_t say_too_wide(const struct walker *w, const struct walk *walk, unsigned bit, char *out, size_t size)
{
	return format(out, size, "bit %u%s is %s: this processor has %u-bit physical addresses", bit,
	              walk->steps ? "" : " of the root table's address", words_of(w->mode) == X86 ? "reserved" : "too much", w->phys_bits);
}

static size_t say(const struct walker *w, const struct walk *walk, enum walk_access wanted, char *out, size_t size)
{
	struct walk_blame b = walk->blame[wanted];
	const struct walk_step *s = &walk->step[b.step];
	enum words words = words_of(w->mode);

	switch ((enum walk_cause)b.cause) {
	case WALK_NOT_CANONICAL:
		return format(out, size, words == X86 ? "the address is not canonical" : "the address is beyond what the tables translate");
	case WALK_DISABLED:
		return format(out, size, "TCR.EPD%u switches walks of this half off", (unsigned)(walk->va >> 63));
	case WALK_UNREADABLE:
		return format(out, size, "it is not in memory where page tables can be");
	case WALK_ABSENT:
		return say_absent(words, b.bit, out, size);
	case WALK_RESERVED:
		return say_reserved(w, s->level, b.bit, s->entry, out, size);
	case WALK_TOO_WIDE:
		return say_too_wide(w, walk, b.bit, out, size);
	case WALK_USER_PAGE:
		return format(out, size, "%s gives the page to user mode, and so takes it from the kernel", bit_name(words, b.bit));
	case WALK_WRITABLE_PAGE:
		return format(out, size, "it can be written, and SCTLR.WXN is set");
	default:
		return say_forbidden(words, walk, b, wanted, out, size);
	}
}

bool walk_guilty(const struct walker *w, const struct walk *walk, enum walk_access wanted, unsigned *step, char *why, size_t size)
{
	struct walk_blame b = walk->blame[wanted];

	if (b.cause == WALK_GRANTED)
		return false;
	*step = b.step;
	say(w, walk, wanted, why, size);
	return true;
}
