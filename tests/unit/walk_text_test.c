/* A walk in words: every entry, and for every cause the sentence that a kernel's author reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "walk_text.h"

#define AF 0x400ull
#define NX (1ull << 63)
#define VA 0x0000123456789abcull
#define HIGH 0xffffffff80100abcull

static uint64_t path[5]; /* one entry of each table, wherever it stands */

static bool read_path(void *context, paddr at, uint64_t *out)
{
	(void)context;
	if (at < 0x1000 || at >= 0x6000)
		return false;
	*out = path[at / 0x1000 - 1];
	return true;
}

static struct walker walker;
static struct walk found;

struct entries {
	uint64_t of[5];
	unsigned count;
};
#define ENTRIES(...) (struct entries){ { __VA_ARGS__ }, COUNT_OF(((const uint64_t[]){ __VA_ARGS__ })) }

/* Walk a path of these entries, root first; the frame of each but the last is filled in. */
static void lay(struct walker as, vaddr va, struct entries e)
{
	walker = as;
	walker.read = read_path;
	walker.root = walker.root ? walker.root : 0x1000;
	walker.upper_root = walker.root;
	walker.pat_or_mair = as.mode >= WALK_AARCH64 ? 0x4404ff : 0x0007050100070406;
	for (unsigned i = 0; i < e.count; i++)
		path[i] = e.of[i] | (i + 1 < e.count ? (uint64_t)(i + 2) << (as.mode >= WALK_SV39 ? 10 : 12) : 0);
	walk(&walker, va, &found);
}

static void line_is(unsigned step, const char *want)
{
	char text[256], cut[256];
	size_t bytes = walk_line(&walker, &found, step, text, sizeof text);

	assert_string_equal(text, want);
	assert_int_equal(bytes, strlen(text));
	for (size_t size = 1; size <= bytes; size++) {
		memset(cut, 'x', sizeof cut);
		assert_int_equal(walk_line(&walker, &found, step, cut, size), size - 1);
		assert_true(strncmp(cut, text, size - 1) == 0 && cut[size - 1] == 0 && cut[size] == 'x');
	}
}

static void why_is(enum walk_access wanted, unsigned step, const char *want)
{
	char why[256];
	unsigned guilty = 99;

	assert_true(walk_guilty(&walker, &found, wanted, &guilty, why, sizeof why));
	assert_string_equal(why, want);
	assert_int_equal(guilty, step);
}

static void lines_of_x86(void **state)
{
	(void)state;
	lay((struct walker){ .mode = WALK_X86_64_4 }, HIGH,
	    ENTRIES(0x23 | NX, 0x27, 0x21, 0x80100000000067 | 0x1ed000));
	line_is(0, "PML4[511] at 0x1ff8 = 0x8000000000002023: table at 0x2000, writable, NX");
	line_is(1, "PDPT[510] at 0x2ff0 = 0x3027: table at 0x3000, writable, user");
	line_is(2, "PD[0] at 0x3000 = 0x4021: table at 0x4000, read-only");
	line_is(3, "PT[256] at 0x4800 = 0x801000001ed067: 4 KiB page at 0x1000001ed000, write-back, writable, user");
	lay((struct walker){ .mode = WALK_X86_64_4 }, HIGH, ENTRIES(3, 3, 0x11e3));
	line_is(2, "PD[0] at 0x3000 = 0x11e3: 2 MiB page at 0x0, write-combining, writable");
	lay((struct walker){ .mode = WALK_X86_64_5 }, HIGH, ENTRIES(3, 3, 0x400000f9));
	line_is(0, "PML5[511] at 0x1ff8 = 0x2003: table at 0x2000, writable");
	line_is(2, "PDPT[510] at 0x3ff0 = 0x400000f9: 1 GiB page at 0x40000000, device, read-only");
	lay((struct walker){ .mode = WALK_X86_64_4 }, HIGH, ENTRIES(3, 0));
	line_is(1, "PDPT[510] at 0x2ff0 = 0x0: it is not present");
}

static void lines_of_aarch64(void **state)
{
	(void)state;
	lay((struct walker){ .mode = WALK_AARCH64 }, HIGH, ENTRIES(3 | 15ull << 59, 3, 3, 0x40000703 | 3ull << 53));
	line_is(0,
	        "L0[511] at 0x1ff8 = 0x7800000000002003: table at 0x2000, read-only, PXNTable, UXNTable, APTable[0]");
	line_is(3, "L3[256] at 0x4800 = 0x60000040000703: 4 KiB page at 0x40000000, write-back, writable, PXN, UXN");
	lay((struct walker){ .mode = WALK_AARCH64 }, VA, ENTRIES(3, 0x400004c5));
	line_is(1, "L1[209] at 0x2688 = 0x400004c5: 1 GiB page at 0x40000000, device, read-only, user");
	lay((struct walker){ .mode = WALK_AARCH64_EL2 }, VA, ENTRIES(3 | 5ull << 60, 3, 0x40000709 | 1ull << 54));
	line_is(0, "L0[36] at 0x1120 = 0x5000000000002003: table at 0x2000, read-only, XNTable");
	line_is(2, "L2[179] at 0x3598 = 0x40000040000709: 2 MiB page at 0x40000000, write-combining, writable, XN");
}

static void lines_of_riscv(void **state)
{
	(void)state;
	lay((struct walker){ .mode = WALK_SV39 }, 0x1a56789abc, ENTRIES(1, 1, 0x200000df));
	line_is(0, "L2[105] at 0x1348 = 0x801: table at 0x2000");
	line_is(2,
	        "L0[393] at 0x3c48 = 0x200000df: 4 KiB page at 0x80000000, write-back, readable, writable, executable, "
	        "user");
}

static void every_cause_has_its_sentence(void **state)
{
	const struct walker x86 = { .mode = WALK_X86_64_4, .phys_bits = 40 },
	                    a64 = { .mode = WALK_AARCH64, .phys_bits = 40 };
	struct walker w;

	(void)state;
	lay(x86, HIGH, ENTRIES(3 | NX, 3, 1, 3));
	why_is(WALK_EXECUTE, 0, "NX is set, which forbids execution in everything below it");
	why_is(WALK_WRITE, 2, "R/W is clear, which forbids writing in everything below it");
	lay(x86, HIGH, ENTRIES(3, 3, 3, 1 | NX));
	why_is(WALK_EXECUTE, 3, "NX is set, which forbids execution");
	lay(x86, HIGH, ENTRIES(3, 2));
	why_is(WALK_READ, 1, "it is not present");
	lay(x86, HIGH, ENTRIES(3, 3, 3 | 1ull << 51));
	why_is(WALK_READ, 2, "bit 51 is reserved: this processor has 40-bit physical addresses");
	lay(x86, HIGH, ENTRIES(0x83));
	why_is(WALK_READ, 0, "bit 7 is reserved: PS is for entries of PDPT and PD");
	lay(x86, HIGH, ENTRIES(3, 3, 0x2083));
	why_is(WALK_WRITE, 2, "bit 13 is reserved");
	lay(x86, 1ull << 47, ENTRIES(3));
	why_is(WALK_READ, 0, "the address is not canonical");
	w = x86;
	w.flags = WALK_NO_NX | WALK_NO_1G;
	lay(w, HIGH, ENTRIES(3, 3 | NX, 3));
	why_is(WALK_READ, 1, "bit 63 is reserved: NX needs EFER.NXE, which is 0");
	lay(w, HIGH, ENTRIES(3, 0x83));
	why_is(WALK_READ, 1, "bit 7 is reserved: PS makes it a 1 GiB page, and this processor has none");
	w.flags = WALK_SMEP;
	lay(w, HIGH, ENTRIES(7, 7, 7, 7));
	why_is(WALK_EXECUTE, 3, "U/S gives the page to user mode, and so takes it from the kernel");
	lay(x86, HIGH, ENTRIES(3, 3, 3 | 1ull << 30));
	lay(x86, HIGH, ENTRIES(0x10000003));
	why_is(WALK_READ, 1, "it is not in memory where page tables can be");

	lay(a64, HIGH, ENTRIES(3, 3 | 1ull << 59, 3, 3 | AF));
	why_is(WALK_EXECUTE, 1, "PXNTable is set, which forbids execution in everything below it");
	lay(a64, HIGH, ENTRIES(3, 3, 3, 0x83 | AF));
	why_is(WALK_WRITE, 3, "AP[2] is set, which forbids writing");
	lay(a64, HIGH, ENTRIES(3, 3, 3, 0x43 | AF));
	why_is(WALK_EXECUTE, 3, "AP[1] gives the page to user mode, and so takes it from the kernel");
	lay(a64, HIGH, ENTRIES(3, 3, 3, 3));
	why_is(WALK_READ, 3, "AF is clear, so the first access faults");
	lay(a64, HIGH, ENTRIES(3, 0));
	why_is(WALK_READ, 1, "it is not valid");
	lay(a64, HIGH, ENTRIES(1 | AF));
	why_is(WALK_READ, 0, "bit 1 is reserved: there are no blocks at this level");
	lay(a64, HIGH, ENTRIES(3, 3, 3, 1 | AF));
	why_is(WALK_READ, 3, "bit 1 is reserved: there are no blocks at the last level");
	lay(a64, HIGH, ENTRIES(3, 3 | 1ull << 44));
	why_is(WALK_READ, 1, "bit 44 is reserved: this processor has 40-bit physical addresses");
	lay(a64, 1ull << 48, ENTRIES(3));
	why_is(WALK_READ, 0, "the address is not canonical");
	w = a64;
	w.root = 1ull << 45;
	lay(w, HIGH, ENTRIES(3));
	why_is(WALK_READ, 0, "bit 45 of the root's address is reserved: this processor has 40-bit physical addresses");
	w = a64;
	w.flags = WALK_EPD1;
	lay(w, HIGH, ENTRIES(3));
	why_is(WALK_READ, 0, "TCR.EPD1 is set");
	w.flags = WALK_WXN;
	lay(w, HIGH, ENTRIES(3, 3, 3, 3 | AF));
	why_is(WALK_EXECUTE, 3, "it can be written, and SCTLR.WXN is set");

	w.flags = WALK_AS_USER;
	lay(w, HIGH, ENTRIES(3, 3, 3, 3 | AF));
	why_is(WALK_READ, 3, "AP[1] is clear, which keeps user mode out of the page");
	lay(w, HIGH, ENTRIES(3, 3 | 1ull << 61, 3, 0x43 | AF));
	why_is(WALK_WRITE, 1, "APTable[0] is set, which keeps user mode out of everything below it");
	w = x86;
	w.flags = WALK_AS_USER;
	lay(w, HIGH, ENTRIES(7, 3, 7, 7));
	why_is(WALK_EXECUTE, 1, "U/S is clear, which keeps user mode out of everything below it");

	lay((struct walker){ .mode = WALK_SV39 }, 0x1000, ENTRIES(1, 1, 0x43));
	why_is(WALK_WRITE, 2, "W is clear, which forbids writing");
	lay((struct walker){ .mode = WALK_SV39 }, 0x1000, ENTRIES(1, 1, 1));
	why_is(WALK_READ, 2, "bit 1 is reserved: it points at a table below the last level");
	lay((struct walker){ .mode = WALK_SV39 }, 0x1000, ENTRIES(1, 1, 5));
	why_is(WALK_READ, 2, "bit 2 is reserved: W without R");
}

static void what_is_granted_has_no_guilty_entry(void **state)
{
	unsigned step = 7;
	char why[8] = "as was";

	(void)state;
	lay((struct walker){ .mode = WALK_X86_64_4 }, HIGH, ENTRIES(3, 3, 3, 3));
	for (unsigned i = 0; i < WALK_ACCESSES; i++)
		assert_false(walk_guilty(&walker, &found, i, &step, why, sizeof why));
	assert_int_equal(step, 7);
	assert_string_equal(why, "as was");
}

/* Every bit of every entry of a path, in every mode: what is said is never empty, and ends where the buffer does. */
static void any_entry_can_be_said(void **state)
{
	char text[512], why[512];
	unsigned step;

	(void)state;
	for (unsigned mode = WALK_X86_64_4; mode <= WALK_SV48; mode++) {
		for (unsigned level = 0; level < 4; level++) {
			for (unsigned n = 0; n < 64; n++) {
				uint64_t base = mode >= WALK_SV39 ? 1 : 3, last = mode >= WALK_SV39 ? 0xcf : 3 | AF;
				struct entries e = ENTRIES(base, base, base, last);
				e.of[level] ^= 1ull << n;
				lay((struct walker){ .mode = mode, .phys_bits = 40 }, 0x1234567abc, e);
				for (unsigned i = 0; i < found.steps; i++)
					assert_true(walk_line(&walker, &found, i, text, sizeof text) > 20);
				for (unsigned i = 0; i < WALK_ACCESSES; i++)
					if (walk_guilty(&walker, &found, i, &step, why, sizeof why))
						assert_true(strlen(why) > 10 && step < 5);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_x86),
		cmocka_unit_test(lines_of_aarch64),
		cmocka_unit_test(lines_of_riscv),
		cmocka_unit_test(every_cause_has_its_sentence),
		cmocka_unit_test(what_is_granted_has_no_guilty_entry),
		cmocka_unit_test(any_entry_can_be_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
