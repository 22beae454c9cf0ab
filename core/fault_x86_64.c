/* fault_x86_64.c — Intel SDM vol. 3A, "Exception and Interrupt Reference" (§6.15), "Page-Fault Exception" (§4.7);
 * vol. 2A, "Instruction Format". */
#include "fault_undefined.h"

/* Error code of a page fault */
enum { PF_PRESENT = 1, PF_WRITE = 2, PF_USER = 4, PF_RESERVED = 8, PF_FETCH = 16, PF_KEY = 32, PF_SHADOW_STACK = 64 };

/* Error code that holds a selector. EXTERNAL: no instruction of the program caused it; IDT: it is a vector */
enum { SELECTOR_EXTERNAL = 1, SELECTOR_IDT = 2 };

enum { CR4_LA57 = 1 << 12 };

/* CS: 3 is user mode */
enum { SELECTOR_LEVEL = 3 };

enum { SEGMENT = 11, STACK_SEGMENT = 12, PROTECTION = 13, PAGE_FAULT = 14, ALIGNMENT = 17, UNDEFINED = 6 };

static const uint16_t codes[32] = {
	[0] = ERR_FAULT_DIVIDE, ERR_FAULT_DEBUG, ERR_FAULT_NMI, ERR_FAULT_BREAKPOINT,
	ERR_FAULT_OVERFLOW, ERR_FAULT_BOUND,
	ERR_FAULT_UNDEFINED, ERR_FAULT_FP, ERR_FAULT_DOUBLE, ERR_FAULT_COPROCESSOR, ERR_FAULT_TSS, ERR_FAULT_SEGMENT,
	ERR_FAULT_STACK_SEGMENT, ERR_FAULT_SELECTOR, [16] = ERR_FAULT_X87, ERR_FAULT_ALIGNMENT, ERR_FAULT_MACHINE_CHECK,
	ERR_FAULT_SIMD, ERR_FAULT_VIRTUALIZATION, ERR_FAULT_CONTROL,
	[28] = ERR_FAULT_VIRTUALIZATION, ERR_FAULT_VIRTUALIZATION, ERR_FAULT_SECURITY,
};

/* ---- Instructions with an operand in memory ------------------------------------------------------------ */

/* The needed parts of an instruction: its opcode, and the address of its operand. */
struct instruction {
	const uint8_t *at, *end;
	bool has_66, has_repeat, two_bytes;
	bool on_stack; /* reached by rsp or rbp */
	uint8_t rex, opcode;
	uint64_t address;
};

/* Opcodes with a ModRM byte, a bit each. vol. 2D, "Opcode Map": one byte, and after 0F. */
static const uint16_t has_modrm[2][16] = {
	{ 0x0f0f, 0x0f0f, 0x0f0f, 0x0f0f, 0, 0, 0x0a08, 0, 0xffff, 0, 0, 0, 0x00c3, 0xff0f, 0, 0xc0c0 },
	{ 0x200f, 0xffff, 0xffff, 0, 0xffff, 0xffff, 0xffff, 0xff7f,
	  0, 0xffff, 0xf838, 0xffff, 0x00ff, 0xffff, 0xffff, 0xffff },
};

static bool next(struct instruction *i, uint8_t *byte)
{
	if (i->at == i->end)
		return false;
	*byte = *i->at++;
	return true;
}

/* Read prefixes and opcode. false, too, for segment overrides, 32-bit addresses and other rare forms. */
static bool read_opcode(struct instruction *i)
{
	uint8_t byte;

	for (;;) {
		if (!next(i, &byte))
			return false;
		if (byte == 0x66)
			i->has_66 = true;
		else if (byte == 0xf2 || byte == 0xf3)
			i->has_repeat = true;
		else if (byte == 0x64 || byte == 0x65 || byte == 0x67)
			return false;
		else if (byte != 0xf0 && byte != 0x2e && byte != 0x3e)
			break;
	}
	if ((byte & 0xf0) == 0x40) {
		i->rex = byte;
		if (!next(i, &byte))
			return false;
	}
	i->two_bytes = byte == 0x0f;
	if (i->two_bytes && !next(i, &byte))
		return false;
	i->opcode = byte;
	return has_modrm[i->two_bytes][byte >> 4] >> (byte & 15) & 1;
}

static uint64_t register_value(const struct fault *f, unsigned number)
{
	static const uint8_t place[] = { 0, 2, 3, 1, 0, 6, 4, 5 }; /* in fault.general: rax rcx rdx rbx - rbp rsi rdi */

	return number == 4 ? f->sp : f->general[number < 8 ? place[number] : number - 1];
}

static uint64_t displacement(struct instruction *i, unsigned bytes, bool *complete)
{
	int32_t value = 0;
	uint8_t byte;

	for (unsigned n = 0; n < bytes; n++) {
		*complete = *complete && next(i, &byte);
		if (*complete)
			value |= (int32_t)((uint32_t)byte << 8 * n);
	}
	return bytes == 1 ? (uint64_t)(int8_t)value : (uint64_t)value;
}

/* vol. 2A, "ModR/M and SIB Bytes", "64-Bit Mode": the operand's address, if it is one. */
static bool read_operand(const struct fault *f, const uint8_t *start, struct instruction *i)
{
	uint8_t modrm, sib = 0;

	if (!next(i, &modrm))
		return false;
	unsigned mode = modrm >> 6, base = modrm & 7;
	bool indexed = base == 4, complete = true;
	if (mode == 3 || (indexed && !next(i, &sib)))
		return false;
	if (indexed)
		base = sib & 7;
	bool none = mode == 0 && base == 5;
	unsigned index = (sib >> 3 & 7) | (i->rex & 2) << 2;

	base |= (i->rex & 1) << 3;
	i->address = displacement(i, mode == 1 ? 1 : mode == 2 || none ? 4 : 0, &complete);
	if (!none)
		i->address += register_value(f, base);
	else if (!indexed)
		i->address += f->pc + (uint64_t)(i->at - start); /* without the bytes of an immediate */
	if (indexed && index != 4)
		i->address += register_value(f, index) << (sib >> 6);
	i->on_stack = !none && (base == 4 || base == 5);
	return complete;
}

/* Among the instructions after 0F: those of SSE with a whole register in memory. vol. 2, "Alignment". */
static bool wants_16(const struct instruction *i)
{
	/* a bit an opcode: any prefix or 66, and 66 only */
	static const uint16_t any[16] = { [1] = 0x0030, [2] = 0x0b00, [5] = 0xf3fe };
	static const uint16_t with_66[16] = { [6] = 0xbfff, [7] = 0xb071, [13] = 0xff3f, [14] = 0xffff, [15] = 0x7f7e };
	unsigned row = i->opcode >> 4, bit = i->opcode & 15;

	return i->two_bytes && !i->has_repeat && ((any[row] | (i->has_66 ? with_66[row] : 0)) >> bit & 1);
}

/* 48 bits with 4 levels, 57 with 5. */
static bool is_canonical(const struct fault *f, vaddr va)
{
	unsigned top = f->control[2] & CR4_LA57 ? 56 : 47;

	return va >> top == 0 || va >> top == ~0ull >> top;
}

/* #GP and #SS without a selector: the operand may explain them better than out->what does already. */
static void decode_operand(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out)
{
	struct instruction i = { .at = code, .end = code + bytes };

	if (!read_opcode(&i) || !read_operand(f, code, &i))
		return;
	if (!is_canonical(f, i.address))
		out->what.code = ERR_FAULT_CANONICAL;
	else if (wants_16(&i) && i.address % 16)
		out->what.code = i.on_stack ? ERR_FAULT_ALIGNMENT_STACK : ERR_FAULT_ALIGNMENT_16;
	else
		return;
	out->what.value[0] = out->address = i.address;
	out->has_address = true;
}

/* "WRMSR", "RDMSR", "XSETBV", "MOV - Move to/from Control Registers": each raises #GP if the register does not exist
 * or the value does not fit, and always in user mode. */
static void decode_value(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out)
{
	enum { RAX = 0, RCX = 2, RDX = 3 };
	uint64_t index = (uint32_t)f->general[RCX], value = f->general[RDX] << 32 | (uint32_t)f->general[RAX];
	uint8_t rex = bytes && (code[0] & 0xf0) == 0x40 ? code[0] : 0;
	const uint8_t *at = code + !!rex;
	unsigned left = bytes - !!rex;

	if (out->user || left < 2 || at[0] != 0x0f)
		return;
	if (at[1] == 0x30)
		out->what = (struct problem){ .code = ERR_FAULT_MSR_WRITE, .value = { index, value } };
	else if (at[1] == 0x32)
		out->what = (struct problem){ .code = ERR_FAULT_MSR_READ, .value = { index } };
	else if (left > 2 && at[1] == 0x01 && at[2] == 0xd1)
		out->what = (struct problem){ .code = ERR_FAULT_XCR, .value = { index, value } };
	else if (left > 2 && at[1] == 0x22)
		out->what = (struct problem){
			.code = ERR_FAULT_CONTROL_REGISTER,
			.value = { (at[2] >> 3 & 7) | (rex & 4) << 1, register_value(f, (at[2] & 7) | (rex & 1) << 3) },
		};
}

/* ---- Exceptions ---------------------------------------------------------------------------------------- */

static void decode_page_fault(const struct fault *f, struct fault_view *out)
{
	static const uint16_t unmapped[] = {
		ERR_FAULT_READ_UNMAPPED, ERR_FAULT_WRITE_UNMAPPED, ERR_FAULT_JUMP_UNMAPPED,
	};
	static const uint16_t forbidden[] = {
		ERR_FAULT_READ_FORBIDDEN, ERR_FAULT_WRITE_FORBIDDEN, ERR_FAULT_JUMP_FORBIDDEN,
	};
	uint64_t error = f->syndrome;

	out->has_address = true;
	out->address = f->address;
	out->user = error & PF_USER; /* clear where the processor reads for itself, the GDT for example */
	out->access = error & PF_FETCH ? WALK_EXECUTE : error & PF_WRITE ? WALK_WRITE : WALK_READ;
	out->what = (struct problem){ .value = { f->address } };
	out->what.code = error & PF_RESERVED ? ERR_FAULT_ENTRY : error & PF_KEY ? ERR_FAULT_KEY :
	                 error & PF_SHADOW_STACK ? ERR_FAULT_CONTROL :
	                 (enum err)(error & PF_PRESENT ? forbidden : unmapped)[out->access];
}

/* An interrupt of the hardware, or a call: the instruction before it shows a call. vol. 2A, "INT n". */
static struct problem interrupt(const struct fault *f, const uint8_t *code, unsigned bytes)
{
	bool called = bytes >= FAULT_INT_BYTES && code[0] == 0xcd && code[1] == f->vector;

	return (struct problem){ .code = called ? ERR_FAULT_INT : ERR_FAULT_INTERRUPT, .value = { f->vector } };
}

void fault_decode_x86_64(const struct fault *f, const uint8_t *code, unsigned bytes, struct fault_view *out)
{
	uint64_t error = f->syndrome;

	out->user = (f->control[4] & SELECTOR_LEVEL) == SELECTOR_LEVEL; /* CS */
	out->what = (struct problem){ .code = f->vector < COUNT_OF(codes) ? codes[f->vector] : OK,
	                              .value = { error & 0xfffc } };
	if (fault_is_interrupt(f))
		out->what = interrupt(f, code, bytes);
	else if (!out->what.code)
		out->what = (struct problem){ .code = ERR_FAULT_RESERVED, .value = { f->vector } };
	switch (f->vector) {
	case UNDEFINED:
		out->what = fault_undefined_x86_64(f, code, bytes);
		break;
	case STACK_SEGMENT:
		if (error)
			break;
		out->what = (struct problem){ .code = ERR_FAULT_CANONICAL_STACK, .value = { f->sp } };
		decode_operand(f, code, bytes, out);
		break;
	case SEGMENT: case PROTECTION:
		if (error & SELECTOR_IDT)
			out->what = (struct problem){
				.code = out->user && !(error & SELECTOR_EXTERNAL) ? ERR_FAULT_GATE_USER
				                                                  : ERR_FAULT_GATE,
				.value = { error >> 3 },
			};
		if (error)
			break;
		out->what.code = ERR_FAULT_PROTECTION;
		decode_operand(f, code, bytes, out);
		decode_value(f, code, bytes, out);
		break;
	case PAGE_FAULT:
		decode_page_fault(f, out);
		break;
	case ALIGNMENT:
		out->what.code = ERR_FAULT_ALIGNMENT_CHECK;
		break;
	}
}

/* vol. 2A, "ModR/M and SIB Bytes", "RIP-Relative Addressing": four bytes at the end of an instruction are a distance
 * from there, or an address with its sign. Where instructions begin is not known; 32 bits do not fit by chance. */
bool fault_reads_x86_64(const uint8_t *code, unsigned bytes, vaddr at, vaddr word)
{
	for (unsigned i = 0; i + 4 <= bytes; i++) {
		uint64_t distance = (uint64_t)(int64_t)(int32_t)read_le32(code + i);
		if (distance == word || at + i + 4 + distance == word)
			return true;
	}
	return false;
}
