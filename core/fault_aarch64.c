/* fault_aarch64.c — Arm ARM DDI 0487, "ESR_EL1, Exception Syndrome Register": EC, and the ISS of each class. */
#include "fault_undefined.h"

enum { CLASS_SHIFT = 26, CLASSES = 64, ISS = (1 << 25) - 1, IMMEDIATE = 0xffff };

/* ISS of an abort */
enum { ABORT_STATUS = 63, ABORT_WRITE = 1 << 6, ABORT_CACHE = 1 << 8, ABORT_NO_ADDRESS = 1 << 10 };

/* Meaning of `vector` within its group of four: "Exception vectors". */
enum { VECTOR_SYNC, VECTOR_IRQ, VECTOR_FIQ, VECTOR_SERROR, VECTORS_LOWER = 8 /* and on: from a lower level */ };

enum { SCTLR_M = 1 }; /* translation is on */

enum { SPSR_MODE = 15 }; /* 0: EL0, or user mode of AArch32 */

enum { CLASS_UNKNOWN = 0, CLASS_FETCH_LOWER = 0x20, CLASS_FETCH = 0x21, CLASS_PC = 0x22, CLASS_DATA_LOWER = 0x24,
       CLASS_DATA = 0x25, CLASS_SP = 0x26, CLASS_GCS = 0x2d };

static const uint16_t codes[CLASSES] = {
	[0x00] = ERR_FAULT_UNDEFINED, ERR_FAULT_WAIT,
	[0x03] = ERR_FAULT_AARCH32, ERR_FAULT_AARCH32, ERR_FAULT_AARCH32, ERR_FAULT_AARCH32, ERR_FAULT_FP,
	ERR_FAULT_AARCH32, ERR_FAULT_POINTER_KEYS, ERR_FAULT_LS64,
	[0x0c] = ERR_FAULT_AARCH32, ERR_FAULT_BTI, ERR_FAULT_STATE,
	[0x11] = ERR_FAULT_AARCH32, ERR_FAULT_AARCH32, ERR_FAULT_AARCH32,
	ERR_FAULT_SYSTEM, ERR_FAULT_SVC, ERR_FAULT_HVC,
	ERR_FAULT_SMC, ERR_FAULT_SYSTEM, ERR_FAULT_SVE, ERR_FAULT_ERET, ERR_FAULT_TRANSACTION, ERR_FAULT_POINTER,
	ERR_FAULT_SME,
	[0x1f] = ERR_FAULT_IMPLEMENTATION, [0x22] = ERR_FAULT_PC,
	[0x26] = ERR_FAULT_SP, ERR_FAULT_COPY, ERR_FAULT_FP_ERROR,
	[0x2c] = ERR_FAULT_FP_ERROR, ERR_FAULT_GCS,
	[0x2f] = ERR_FAULT_SERROR, ERR_FAULT_HARDWARE_BREAK, ERR_FAULT_HARDWARE_BREAK, ERR_FAULT_STEP, ERR_FAULT_STEP,
	ERR_FAULT_HARDWARE_BREAK, ERR_FAULT_HARDWARE_BREAK,
	[0x38] = ERR_FAULT_AARCH32, [0x3a] = ERR_FAULT_HARDWARE_BREAK, [0x3c] = ERR_FAULT_BRK, ERR_FAULT_PROFILE,
};

/* "DFSC", "IFSC": first the codes that come in fours, one for each level, then the others. */
static enum err abort_code(unsigned status, enum walk_access access)
{
	static const uint16_t unmapped[] = {
		ERR_FAULT_READ_UNMAPPED, ERR_FAULT_WRITE_UNMAPPED, ERR_FAULT_JUMP_UNMAPPED,
	};
	static const uint16_t forbidden[] = {
		ERR_FAULT_READ_FORBIDDEN, ERR_FAULT_WRITE_FORBIDDEN, ERR_FAULT_JUMP_FORBIDDEN,
	};
	static const struct { uint8_t first, last; uint16_t code; } others[] = {
		{ 0x00, 0x03, ERR_FAULT_TABLE_SIZE }, { 0x08, 0x0b, ERR_FAULT_ACCESS_FLAG },
		{ 0x10, 0x10, ERR_FAULT_BUS },        { 0x11, 0x11, ERR_FAULT_TAG },
		{ 0x12, 0x17, ERR_FAULT_TABLE_BUS },  { 0x18, 0x1f, ERR_FAULT_MEMORY },
		{ 0x21, 0x21, ERR_FAULT_ALIGNMENT },  { 0x29, 0x29, ERR_FAULT_TABLE_SIZE },
		{ 0x30, 0x30, ERR_FAULT_TLB_CONFLICT }, { 0x35, 0x35, ERR_FAULT_ATOMIC },
	};

	if (status >> 2 == 1 || status == 0x2a || status == 0x2b)
		return unmapped[access];
	if (status >> 2 == 3)
		return forbidden[access];
	for (unsigned i = 0; i < COUNT_OF(others); i++)
		if (status >= others[i].first && status <= others[i].last)
			return others[i].code;
	return ERR_FAULT_ABORT;
}

/* "Address size faults": without translation an address of the upper half is one that is too large. */
static bool is_untranslated(const struct fault *f, unsigned status)
{
	return !(f->control[0] & SCTLR_M) && (status <= 3 || status == 0x29);
}

static void decode_abort(const struct fault *f, bool fetch, struct fault_view *out)
{
	bool writes = f->syndrome & ABORT_WRITE && !(f->syndrome & ABORT_CACHE); /* cache maintenance sets it, too */

	out->access = fetch ? WALK_EXECUTE : writes ? WALK_WRITE : WALK_READ;
	out->has_address = !(f->syndrome & ABORT_NO_ADDRESS);
	out->address = f->address;
	unsigned status = f->syndrome & ABORT_STATUS;
	out->what = (struct problem){
		.code = is_untranslated(f, status) ? ERR_FAULT_UNTRANSLATED : abort_code(status, out->access),
		.value = { f->address, status },
	};
}

/* "ISS encoding for an exception from MSR, MRS, or System instruction execution": op0, op2, op1, CRn, Rt, CRm,
 * direction. The result has the order of err.h's {r0}. */
static uint64_t trapped_register(uint64_t iss)
{
	return (iss >> 20 & 3) << 14 | (iss >> 14 & 7) << 11 | (iss >> 10 & 15) << 7 | (iss >> 1 & 15) << 3 |
	       (iss >> 17 & 7);
}

void fault_decode_aarch64(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out)
{
	static const uint16_t interrupts[] = { [VECTOR_IRQ] = ERR_FAULT_IRQ, ERR_FAULT_FIQ, ERR_FAULT_SERROR };
	unsigned class = f->syndrome >> CLASS_SHIFT & (CLASSES - 1);

	out->user = f->vector >= VECTORS_LOWER && !(f->flags & SPSR_MODE);
	if (f->vector % 4 != VECTOR_SYNC) {
		out->what = (struct problem){ .code = interrupts[f->vector % 4], .value = { f->syndrome } };
		return;
	}
	switch (class) {
	case CLASS_UNKNOWN:
		out->what = fault_undefined_aarch64(f, code, bytes);
		return;
	case CLASS_FETCH_LOWER: case CLASS_FETCH: case CLASS_DATA_LOWER: case CLASS_DATA:
		decode_abort(f, class <= CLASS_FETCH, out);
		return;
	case CLASS_PC:
		out->what = (struct problem){ .code = ERR_FAULT_PC, .value = { f->pc } };
		return;
	case CLASS_SP:
		out->what = (struct problem){ .code = ERR_FAULT_SP, .value = { f->sp } };
		return;
	}
	out->what = (struct problem){ .code = codes[class], .value = { f->syndrome & IMMEDIATE } };
	if (!codes[class] || codes[class] == ERR_FAULT_AARCH32 || codes[class] == ERR_FAULT_IMPLEMENTATION)
		out->what.value[0] = class;
	else if (codes[class] == ERR_FAULT_SYSTEM)
		out->what.value[0] = trapped_register(f->syndrome & ISS);
	else if (codes[class] == ERR_FAULT_SERROR)
		out->what.value[0] = f->syndrome & ISS;
	if (!codes[class])
		out->what.code = ERR_FAULT_CLASS;
}

/* "ADRP", "ADR", "ADD (immediate)", "LDR (immediate)", unsigned offset: an address is made in one to three instructions
 * by way of one register, which others may come between. */
bool fault_reads_aarch64(const uint8_t *code, unsigned bytes, vaddr at, vaddr word)
{
	vaddr known[32] = { 0 }; /* in registers; 0: not known */

	for (unsigned i = 0; i + 4 <= bytes; i += 4) {
		uint32_t is = read_le32(code + i), from = is >> 5 & 31, to = is & 31, offset = is >> 10 & 0xfff;
		uint64_t page = (is >> 29 & 3) | (is >> 5 & 0x7ffff) << 2;
		page = (page ^ 1 << 20) - (1 << 20); /* a number of 21 bits with its sign */
		if ((is & 0x1f000000) == 0x10000000)
			known[to] = is >> 31 ? align_down(at + i, PAGE_BYTES) + (page << 12) : at + i + page;
		else if ((is & 0xffc00000) == 0x91000000)
			known[to] = known[from] ? known[from] + offset : 0;
		else if ((is & 0xffc00000) == 0xf9400000 && known[from] && known[from] + offset * 8 == word)
			return true;
		else if ((is & 0xffc00000) == 0xf9400000)
			known[to] = 0;
	}
	return false;
}
