/* paging_formats.c — the form of a page-table entry on each processor. */
#include "paging.h"

/* ---- x86_64: Intel SDM vol. 3A, "4-Level Paging and 5-Level Paging", "Format of a Page-Table Entry" ------- */

#define X86_PRESENT    (1ull << 0)
#define X86_WRITE      (1ull << 1)
#define X86_USER       (1ull << 2)
#define X86_PWT        (1ull << 3)
#define X86_PCD        (1ull << 4)
#define X86_ACCESSED   (1ull << 5)
#define X86_DIRTY      (1ull << 6)
#define X86_PAGE_SIZE  (1ull << 7)  /* above level 0 */
#define X86_PAT        (1ull << 7)  /* at level 0    */
#define X86_GLOBAL     (1ull << 8)
#define X86_PAT_LARGE  (1ull << 12) /* above level 0 */
#define X86_NX         (1ull << 63)

/* Memory types are indices into IA32_PAT (PAT:PCD:PWT, SDM vol. 3A, "Page Attribute Table"). Entries 0 to 3 keep their
 * reset values, WB WT UC- UC; the loader programs entry 4 as WC, or entry 5 (PLAN_PAT_WC5). Accessed and dirty are set
 * from the start, so that the processor never writes to a table. NX stands in leaves only: in a table entry it would
 * forbid execution in everything below. */
#define X86_FORMAT \
	.largest_leaf = 2, \
	.frame_shift = 12, \
	.frame_mask = 0x000ffffffffff000, \
	.valid = X86_PRESENT, \
	.table_mask = X86_PAGE_SIZE, \
	.table_value = 0, \
	.table = X86_PRESENT | X86_WRITE | X86_ACCESSED, \
	.table_user = X86_USER, \
	.page = X86_PRESENT | X86_ACCESSED | X86_DIRTY, \
	.block = X86_PRESENT | X86_ACCESSED | X86_DIRTY | X86_PAGE_SIZE, \
	.writable = X86_WRITE, \
	.no_execute = X86_NX, \
	.user = X86_USER, \
	.global = X86_GLOBAL, \
	.moved_page = X86_PAT, \
	.moved_block = X86_PAT_LARGE

#define X86_4_LEVELS \
	.name = "x86_64, 4 levels", \
	.levels = 4, \
	.va_bits = 48, \
	.lower_bytes = 1ull << 47, \
	.upper_base = 0xffff800000000000

#define X86_5_LEVELS \
	.name = "x86_64, 5 levels", \
	.levels = 5, \
	.va_bits = 57, \
	.lower_bytes = 1ull << 56, \
	.upper_base = 0xff00000000000000

#define X86_MEMORY(write_combining) \
	.memory = { [PT_WRITE_COMBINING] = (write_combining), [PT_DEVICE] = X86_PCD | X86_PWT }

const struct pt_format pt_x86_64_4 = { X86_4_LEVELS, X86_FORMAT, X86_MEMORY(X86_PAT) };
const struct pt_format pt_x86_64_5 = { X86_5_LEVELS, X86_FORMAT, X86_MEMORY(X86_PAT) };
const struct pt_format pt_x86_64_4_wc5 = { X86_4_LEVELS, X86_FORMAT, X86_MEMORY(X86_PAT | X86_PWT) };
const struct pt_format pt_x86_64_5_wc5 = { X86_5_LEVELS, X86_FORMAT, X86_MEMORY(X86_PAT | X86_PWT) };

/* ---- aarch64: Arm ARM DDI 0487, "VMSAv8-64 translation table format descriptors" -------------------------- */

#define A64_VALID      (1ull << 0)
#define A64_TABLE      (1ull << 1)  /* a table above level 0; a page at level 0; clear: a block */
#define A64_ATTR(n)    ((uint64_t)(n) << 2)
#define A64_AP_EL0     (1ull << 6)  /* AP[1]                   */
#define A64_AP_RO      (1ull << 7)  /* AP[2]                   */
#define A64_INNER      (3ull << 8)  /* SH: inner shareable; all of the field, too */
#define A64_AF         (1ull << 10) /* access flag             */
#define A64_NG         (1ull << 11)
#define A64_PXN        (1ull << 53)
#define A64_UXN        (1ull << 54) /* XN in a one-range regime */

/* Memory types are indices into MAIR_ELx, which the loader programs so: 0 = 0xff, normal write-back; 1 = 0x04,
 * Device-nGnRE; 2 = 0x44, normal non-cacheable; or the
 * last two the other way round (PLAN_MAIR_WC1). Table descriptors inherit no restriction (APTable, PXNTable, UXNTable
 * are 0); the access flag is set from the start. */
#define A64_FORMAT \
	.frame_shift = 12, \
	.valid = A64_VALID, \
	.table_mask = A64_TABLE, \
	.table_value = A64_TABLE, \
	.table = A64_VALID | A64_TABLE, \
	.read_only = A64_AP_RO

#define A64_4_LEVELS \
	.levels = 4, \
	.largest_leaf = 2, \
	.frame_mask = 0x0000fffffffff000, \
	.va_bits = 48, \
	.lower_bytes = 1ull << 48

/* "Lookup level -1", with TCR.DS = 1: a root of 16 entries for bits 51 to 48 of an address, and blocks of 512 GiB.
 * Bits 51 and 50 of a physical address take the place of SH. */
#define A64_5_LEVELS \
	.name = "aarch64, 5 levels", \
	.levels = 5, \
	.largest_leaf = 3, \
	.frame_mask = 0x0003fffffffff000, \
	.upper_mask = A64_INNER, \
	.upper_shift = 42, \
	.va_bits = 52, \
	.unindexed = 0xfff0000000000000, \
	.root_limit = 1ull << 48, /* in TTBR the bits above stand elsewhere */ \
	.lower_bytes = 1ull << 52, \
	.upper_base = 0xfff0000000000000

#define A64_MEMORY(device, write_combining, shareability) \
	.memory = { \
		[PT_NORMAL] = A64_ATTR(0) | (shareability), \
		[PT_DEVICE] = A64_ATTR(device), \
		[PT_WRITE_COMBINING] = A64_ATTR(write_combining) | (shareability), \
	}

#define A64_TWO_RANGES \
	.page = A64_VALID | A64_TABLE | A64_AF, \
	.block = A64_VALID | A64_AF, \
	.no_execute = A64_PXN | A64_UXN, \
	.user = A64_AP_EL0, \
	.user_no_execute = A64_UXN, \
	.user_execute = A64_PXN, \
	.not_global = A64_NG

#define A64_4_LEVELS_TWICE .name = "aarch64", .upper_base = 0xffff000000000000, A64_4_LEVELS

const struct pt_format pt_aarch64 = {
	A64_4_LEVELS_TWICE, A64_TWO_RANGES, A64_FORMAT, A64_MEMORY(1, 2, A64_INNER),
};
const struct pt_format pt_aarch64_wc1 = {
	A64_4_LEVELS_TWICE, A64_TWO_RANGES, A64_FORMAT, A64_MEMORY(2, 1, A64_INNER),
};
const struct pt_format pt_aarch64_5 = { A64_5_LEVELS, A64_TWO_RANGES, A64_FORMAT, A64_MEMORY(1, 2, 0) };
const struct pt_format pt_aarch64_5_wc1 = { A64_5_LEVELS, A64_TWO_RANGES, A64_FORMAT, A64_MEMORY(2, 1, 0) };

/* One range, one privilege: AP[1] is RES1, nG and bit 53 are RES0, bit 54 is XN. */
const struct pt_format pt_aarch64_el2 = {
	.name = "aarch64, EL2 without VHE",
	.page = A64_VALID | A64_TABLE | A64_AF | A64_AP_EL0,
	.block = A64_VALID | A64_AF | A64_AP_EL0,
	.no_execute = A64_UXN,
	A64_4_LEVELS,
	A64_FORMAT,
	A64_MEMORY(1, 2, A64_INNER),
};

/* ---- riscv64: RISC-V privileged architecture, "Sv39: Page-Based 39-bit Virtual-Memory System", "Sv48" ----- */

#define RISCV_V (1ull << 0)
#define RISCV_R (1ull << 1)
#define RISCV_W (1ull << 2)
#define RISCV_X (1ull << 3)
#define RISCV_U (1ull << 4)
#define RISCV_G (1ull << 5)
#define RISCV_A (1ull << 6)
#define RISCV_D (1ull << 7)

/* Without Svpbmt (bits 61 and 62) the memory type is the platform's: all kinds look alike. U, A and D are reserved in
 * an entry that points at a table. */
#define RISCV_FORMAT \
	.frame_shift = 10, \
	.frame_mask = 0x003ffffffffffc00, \
	.valid = RISCV_V, \
	.table_mask = RISCV_R | RISCV_W | RISCV_X, \
	.table_value = 0, \
	.table = RISCV_V, \
	.page = RISCV_V | RISCV_R | RISCV_A | RISCV_D, \
	.block = RISCV_V | RISCV_R | RISCV_A | RISCV_D, \
	.writable = RISCV_W, \
	.executable = RISCV_X, \
	.user = RISCV_U, \
	.global = RISCV_G

const struct pt_format pt_riscv_sv39 = {
	.name = "riscv64, Sv39",
	.levels = 3,
	.largest_leaf = 2,
	.va_bits = 39,
	.lower_bytes = 1ull << 38,
	.upper_base = 0xffffffc000000000,
	RISCV_FORMAT,
};

const struct pt_format pt_riscv_sv48 = {
	.name = "riscv64, Sv48",
	.levels = 4,
	.largest_leaf = 3,
	.va_bits = 48,
	.lower_bytes = 1ull << 47,
	.upper_base = 0xffff800000000000,
	RISCV_FORMAT,
};
