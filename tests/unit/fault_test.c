/* What processors say about exceptions, in words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hobnail/boot.h>

#include "fault.h"

enum { X86 = HOBNAIL_ARCH_X86_64, ARM = HOBNAIL_ARCH_AARCH64 };

static const char *sentence(const struct fault_view *v)
{
	static char text[256];

	err_sentence(&v->what, text, sizeof text);
	return text;
}

static struct fault_view decode(const struct fault *f, const char *code)
{
	struct fault_view v;
	uint8_t bytes[15];
	unsigned count = 0;

	memset(&v, 0x5a, sizeof v);
	for (; code && sscanf(code, "%2hhx", &bytes[count]) == 1; count++)
		code += code[2] ? 3 : 2;
	fault_decode(f, bytes, count, &v);
	return v;
}

/* ---- Instructions with an operand in memory ---- */

/* Intel SDM vol. 2D, "Opcode Map": which have a ModRM byte. What those of 0F 22, 30 and 32 do is more than their
 * operand. */
static void operands_are_where_the_manual_has_them(void **state)
{
	static const struct { uint8_t first, last; } one[] = {
		{ 0x00, 0x03 }, { 0x08, 0x0b }, { 0x10, 0x13 }, { 0x18, 0x1b }, { 0x20, 0x23 }, { 0x28, 0x2b },
		{ 0x30, 0x33 }, { 0x38, 0x3b }, { 0x63, 0x63 }, { 0x69, 0x69 }, { 0x6b, 0x6b }, { 0x80, 0x8f },
		{ 0xc0, 0xc1 }, { 0xc6, 0xc7 }, { 0xd0, 0xd3 }, { 0xd8, 0xdf }, { 0xf6, 0xf7 }, { 0xfe, 0xff },
	}, two[] = {
		{ 0x00, 0x03 }, { 0x0d, 0x0d }, { 0x10, 0x2f }, { 0x40, 0x76 }, { 0x78, 0x7f },
		{ 0x90, 0x9f }, { 0xa3, 0xa5 }, { 0xab, 0xc7 }, { 0xd0, 0xff },
	};
	struct fault f = { .arch = X86, .vector = 13, .general = { 1ull << 63 } };

	(void)state;
	for (unsigned n = 0; n < 512; n++) {
		uint8_t op = (uint8_t)n, code[] = { 0x0f, op, 0, 0, 0, 0 };
		bool after_0f = n >= 256, wanted = false;
		struct fault_view v;

		/* prefixes, REX, and what opens another map */
		if (after_0f ? op == 0x22 || op == 0x30 || op == 0x32 :
		    op == 0x0f || op == 0x26 || op == 0x2e || op == 0x36 || op == 0x3e || (op >= 0x40 && op <= 0x4f) ||
		    (op >= 0x64 && op <= 0x67) || op == 0xf0 || op == 0xf2 || op == 0xf3)
			continue;
		for (unsigned i = 0; i < (after_0f ? COUNT_OF(two) : COUNT_OF(one)); i++)
			wanted |= after_0f ? op >= two[i].first && op <= two[i].last
			                   : op >= one[i].first && op <= one[i].last;
		fault_decode(&f, code + !after_0f, sizeof code - !after_0f, &v);
		if (v.what.code != (wanted ? ERR_FAULT_CANONICAL : ERR_FAULT_PROTECTION))
			fail_msg("%s%02x: %s", after_0f ? "0f " : "", op, sentence(&v));
		/* Alignment is a matter of those after 0F. */
		struct fault odd = f;
		odd.general[0] = 0x1001;
		fault_decode(&odd, code + !after_0f, sizeof code - !after_0f, &v);
		if (!after_0f && v.what.code != ERR_FAULT_PROTECTION)
			fail_msg("%02x at an odd address: %s", op, sentence(&v));
	}
}

/* Intel SDM vol. 1, "Canonical Addressing": 48 bits, or 57 with CR4.LA57; to both sides of each end. */
static void addresses_are_canonical_by_the_levels_in_use(void **state)
{
	static const uint8_t code[] = { 0x48, 0x8b, 0x00 }; /* mov (%rax), %rax */

	(void)state;
	for (unsigned five = 0; five < 2; five++) {
		uint64_t lower = 1ull << (five ? 56 : 47), all[] = { lower - 1, lower, 0 - lower, 0 - lower - 1 };
		for (unsigned i = 0; i < COUNT_OF(all); i++) {
			struct fault f = { .arch = X86, .vector = 13, .general = { all[i] },
			                   .control = { [2] = five << 12 } };
			struct fault_view v;
			fault_decode(&f, code, sizeof code, &v);
			assert_int_equal(v.what.code, i % 2 ? ERR_FAULT_CANONICAL : ERR_FAULT_PROTECTION);
		}
	}
}

/* "ModR/M and SIB Bytes": every base and every index, each register alone with an address that says so; and rsp,
 * which is no index. */
static void operands_have_the_registers_of_the_manual(void **state)
{
	static const char names[16][4] = { "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	                                   "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15" };
	enum { RSP = 4 };

	(void)state;
	for (unsigned number = 0; number < 32; number++) {
		bool index = number >= 16;
		uint8_t low = number & 7, high = number >> 3 & 1;
		/* mov 16(base), %rax; mov 16(%rsp,index,4), %rax */
		uint8_t plain[] = { 0x48 | high, 0x8b, 0x40 | low, 16 },
		        sib[] = { 0x48 | high, 0x8b, 0x44, 0x20 | low, 16 },
		        indexed[] = { 0x48 | high << 1, 0x8b, 0x44, 0x80 | low << 3 | RSP, 16 };
		bool by_sib = !index && low == RSP;
		struct fault f = { .arch = X86, .vector = 13, .sp = 0x100 };
		struct fault_view v;

		if (number % 16 == RSP)
			f.sp = 1ull << 60;
		for (unsigned i = 0; fault_general_name(X86, i).text[0]; i++)
			if (strcmp(fault_general_name(X86, i).text, names[number & 15]) == 0)
				f.general[i] = 1ull << 60;
		fault_decode(&f, index ? indexed : by_sib ? sib : plain, index || by_sib ? 5 : 4, &v);
		assert_int_equal(v.what.code, ERR_FAULT_CANONICAL);
		assert_true(v.address == (index && number % 16 != RSP ? 0x110 + (1ull << 62) : (1ull << 60) + 16));
	}
}

/* Intel SDM vol. 2, "Alignment": addps wants it, addss has four bytes. */
static void what_has_one_number_needs_no_alignment(void **state)
{
	static const uint8_t packed[] = { 0x0f, 0x58, 0 }, repeat[] = { 0xf2, 0xf3 };
	struct fault f = { .arch = X86, .vector = 13, .general = { 0x1001 } };
	struct fault_view v;

	(void)state;
	fault_decode(&f, packed, sizeof packed, &v);
	assert_int_equal(v.what.code, ERR_FAULT_ALIGNMENT_16);
	for (unsigned i = 0; i < 2; i++) {
		fault_decode(&f, (const uint8_t[]){ repeat[i], 0x0f, 0x58, 0 }, 4, &v);
		assert_int_equal(v.what.code, ERR_FAULT_PROTECTION);
	}
}

static void displacements_are_signed(void **state)
{
	static const struct { uint8_t code[7], bytes; int64_t value; } all[] = {
		{ { 0x48, 0x8b, 0x40, 0xf0 }, 4, -16 },                  { { 0x48, 0x8b, 0x40, 0x7f }, 4, 127 },
		{ { 0x48, 0x8b, 0x80, 0xf0, 0xff, 0xff, 0xff }, 7, -16 },
		{ { 0x48, 0x8b, 0x80, 1, 2, 3, 4 }, 7, 0x04030201 },
	};
	struct fault f = { .arch = X86, .vector = 13, .general = { 1ull << 62 } };
	struct fault_view v;

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		fault_decode(&f, all[i].code, all[i].bytes, &v);
		assert_int_equal(v.what.code, ERR_FAULT_CANONICAL);
		assert_true(v.address == (1ull << 62) + (uint64_t)all[i].value);
		fault_decode(&f, all[i].code, all[i].bytes - 1, &v); /* cut off */
		assert_int_equal(v.what.code, ERR_FAULT_PROTECTION);
	}
}

/* Whose walk is worth showing. */
static void what_tables_refuse_is_told_from_the_rest(void **state)
{
	static const struct { uint32_t arch, vector; uint64_t syndrome; bool by_tables; } all[] = {
		{ X86, 14, 0, true }, { X86, 14, 2, true }, { X86, 14, 16, true }, { X86, 14, 1, true },
		{ X86, 14, 3, true }, { X86, 14, 17, true }, { X86, 14, 5, true }, { X86, 14, 9, true },
		{ X86, 13, 0, false }, { X86, 6, 0, false }, { ARM, 0, 0x25ull << 26 | 0x04, true },
		{ ARM, 0, 0x25ull << 26 | 0x07, true },
		{ ARM, 0, 0x25ull << 26 | 0x0b, true },
		{ ARM, 0, 0x25ull << 26 | 0x0f, true }, { ARM, 0, 0x21ull << 26 | 0x0f, true },
		{ ARM, 0, 0x25ull << 26 | 0x10, false },
		{ ARM, 0, 0x25ull << 26 | 0x21, false }, { ARM, 1, 0, false },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(all); i++) {
		struct fault f = { .arch = all[i].arch, .vector = all[i].vector, .syndrome = all[i].syndrome,
		                   .control = { 1 } };
		struct fault_view v = decode(&f, NULL);
		if (v.by_tables != all[i].by_tables)
			fail_msg("%u: %s", i, sentence(&v));
	}
	struct fault serror = { .arch = ARM, .syndrome = 0x2full << 26 | 1 << 25 | 0x1abcdef };
	assert_int_equal(decode(&serror, NULL).what.value[0], 0x1abcdef); /* all of ISS */
}

/* ---- Sentences ------------------------------------------------------------------------------------------ */

static const struct {
	uint32_t arch, vector;
	uint64_t syndrome;
	enum err code;
	const char *instruction, *says;
} cases[] = {
	{ X86, 0, 0, ERR_FAULT_DIVIDE, NULL, "a division by zero, or a quotient that does not fit (#DE)" },
	{ X86, 1, 0, ERR_FAULT_DEBUG, NULL, NULL },
	{ X86, 2, 0, ERR_FAULT_NMI, NULL, "a non-maskable interrupt (NMI)" },
	{ X86, 3, 0, ERR_FAULT_BREAKPOINT, NULL, NULL },
	{ X86, 4, 0, ERR_FAULT_OVERFLOW, NULL, NULL },
	{ X86, 5, 0, ERR_FAULT_BOUND, NULL, NULL },
	{ X86, 6, 0, ERR_FAULT_UD2, "0f 0b",
	  "ud2: the program stopped itself, as compilers make it do for traps and for code that cannot be reached" },
	{ X86, 6, 0, ERR_FAULT_AVX, "c5 fc 77", "an AVX instruction, while AVX is off (#UD)" },
	{ X86, 6, 0, ERR_FAULT_AVX, "62 f1 7c", NULL },
	{ X86, 6, 0, ERR_FAULT_NEWER, "c4 e2 60 f2 c1",
	  "an instruction that is newer than this processor (#UD): BMI's and APX's are of this kind" },
	                                                            /* andn %ecx, %ebx, %eax */
	{ X86, 6, 0, ERR_FAULT_NEWER, "c4 e2 79 f7 c1", NULL },     /* shlx %eax, %ecx, %eax */
	{ X86, 6, 0, ERR_FAULT_NEWER, "c4 e3 7b f0 c1 05", NULL },  /* rorx $5, %ecx, %eax */
	{ X86, 6, 0, ERR_FAULT_NEWER, "62 f4 7c 18 01 c1", NULL },  /* add of three operands, APX */
	{ X86, 6, 0, ERR_FAULT_AVX, "c4 e2 79 18 00", NULL },       /* vbroadcastss (%rax), %xmm0 */
	{ X86, 6, 0, ERR_FAULT_AVX, "c5 f8 f7 00", NULL },          /* no map 0F38 */
	{ X86, 6, 0, ERR_FAULT_AVX, "c4 e2 79", NULL },
	{ X86, 6, 0, ERR_FAULT_UNDEFINED, "0f ff",
	  "an instruction that this processor does not have, or that is switched off" },
	{ X86, 6, 0, ERR_FAULT_UNDEFINED, NULL, NULL },
	{ X86, 7, 0, ERR_FAULT_FP, NULL, "a floating-point or vector register used while floating point is off" },
	{ X86, 8, 0, ERR_FAULT_DOUBLE, NULL, NULL },
	{ X86, 9, 0, ERR_FAULT_COPROCESSOR, NULL, NULL },
	{ X86, 10, 0x28, ERR_FAULT_TSS, NULL, "an invalid TSS, selector 0x28 (#TS)" },
	{ X86, 11, 0x31, ERR_FAULT_SEGMENT, NULL, "a segment that is not present, selector 0x30 (#NP)" },
	{ X86, 12, 0x10, ERR_FAULT_STACK_SEGMENT, NULL, NULL },
	{ X86, 12, 0, ERR_FAULT_CANONICAL_STACK, NULL,
	  "a stack access to an address that is not canonical, rsp is 0x7008 (#SS)" },
	{ X86, 13, 0x18, ERR_FAULT_SELECTOR, NULL, "selector 0x18 cannot be used (#GP)" },
	{ X86, 13, 0x20 * 8 + 2, ERR_FAULT_GATE, NULL,
	  "interrupt vector 32 has no gate in the IDT, or none that can be used" },
	{ X86, 11, 0x21 * 8 + 3, ERR_FAULT_GATE, NULL, NULL },
	{ X86, 13, 0, ERR_FAULT_PROTECTION, "f4",
	  "an instruction that is not allowed, or a register value that is not (#GP)" },
	{ X86, 13, 0, ERR_FAULT_PROTECTION, NULL, NULL },
	{ X86, 13, 0, ERR_FAULT_MSR_WRITE, "0f 30", "wrmsr: there is no MSR 0x0, or it does not take 0x0 (#GP)" },
	{ X86, 13, 0, ERR_FAULT_MSR_READ, "0f 32", "rdmsr: there is no MSR 0x0 (#GP)" },
	{ X86, 13, 0, ERR_FAULT_XCR, "0f 01 d1", "xsetbv: XCR0 does not take 0x0 (#GP)" },
	{ X86, 13, 0, ERR_FAULT_CONTROL_REGISTER, "0f 22 e0", "a mov to CR4, which does not take 0x0 (#GP)" },
	{ X86, 14, 0, ERR_FAULT_READ_UNMAPPED, NULL, "a read from 0x8, which is not mapped" },
	{ X86, 14, 2, ERR_FAULT_WRITE_UNMAPPED, NULL, "a write to 0x8, which is not mapped" },
	{ X86, 14, 16, ERR_FAULT_JUMP_UNMAPPED, NULL, "a jump to 0x8, which is not mapped" },
	{ X86, 14, 1, ERR_FAULT_READ_FORBIDDEN, NULL, NULL },
	{ X86, 14, 3, ERR_FAULT_WRITE_FORBIDDEN, NULL, "a write to 0x8, which is mapped read-only" },
	{ X86, 14, 17, ERR_FAULT_JUMP_FORBIDDEN, NULL,
	  "an instruction fetched from 0x8, which is mapped, but not executable" },
	{ X86, 14, 4, ERR_FAULT_READ_UNMAPPED, NULL, NULL },
	{ X86, 14, 5, ERR_FAULT_USER_READ, NULL, "a read from 0x8, which is mapped so that user mode may not read it" },
	{ X86, 14, 7, ERR_FAULT_USER_WRITE, NULL,
	  "a write to 0x8, which is mapped so that user mode may not write it" },
	{ X86, 14, 21, ERR_FAULT_USER_JUMP, NULL,
	  "an instruction fetched from 0x8, which is mapped so that user mode may not execute it" },
	{ X86, 14, 9, ERR_FAULT_ENTRY, NULL, "an access to 0x8, for which a page-table entry has a reserved bit set" },
	{ X86, 14, 33, ERR_FAULT_KEY, NULL, NULL },
	{ X86, 14, 65, ERR_FAULT_CONTROL, NULL, NULL },
	{ X86, 15, 0, ERR_FAULT_RESERVED, NULL, "exception 15, which the architecture reserves" },
	{ X86, 0x20, 0, ERR_FAULT_INTERRUPT, "90 f4", "interrupt 0x20, with no vectors for it" },
	{ X86, 0x20, 0, ERR_FAULT_INTERRUPT, NULL, NULL },
	{ X86, 0xff, 0, ERR_FAULT_INTERRUPT, "cd fe", NULL },
	{ X86, 0x80, 0, ERR_FAULT_INTERRUPT, "cd", NULL },
	{ X86, 0x80, 0, ERR_FAULT_INT, "cd 80",
	  "int 0x80, an interrupt that the program calls, with no vectors for it" },
	{ X86, 16, 0, ERR_FAULT_X87, NULL, NULL },
	{ X86, 17, 0, ERR_FAULT_ALIGNMENT_CHECK, NULL, NULL },
	{ X86, 18, 0, ERR_FAULT_MACHINE_CHECK, NULL, "a machine check: the hardware reports an error (#MC)" },
	{ X86, 19, 0, ERR_FAULT_SIMD, NULL, NULL },
	{ X86, 20, 0, ERR_FAULT_VIRTUALIZATION, NULL, NULL },
	{ X86, 21, 1, ERR_FAULT_CONTROL, NULL, NULL },
	{ X86, 30, 0, ERR_FAULT_SECURITY, NULL, NULL },
	{ X86, FAULT_RETURNED, 0, ERR_FAULT_RETURNED, NULL,
	  "the kernel returned from its entry point: there is nothing to return to" },

	{ ARM, 5, 0, ERR_FAULT_IRQ, NULL, "an interrupt (IRQ), with no vectors for it" },
	{ ARM, 2, 0, ERR_FAULT_FIQ, NULL, NULL },
	{ ARM, 7, 0xbe000011, ERR_FAULT_SERROR, NULL, NULL },
	{ ARM, 4, 0x02000000, ERR_FAULT_ZEROS, "00 00 00 00", "an instruction fetched from zeros (udf #0)" },
	{ ARM, 4, 0x02000000, ERR_FAULT_UNDEFINED_WORD, "1f 20 03 d5", NULL },
	{ ARM, 4, 0x02000000, ERR_FAULT_UNDEFINED, NULL, NULL },
	{ ARM, 4, 0x06000000, ERR_FAULT_WAIT, NULL, NULL },
	{ ARM, 4, 0x0e000000, ERR_FAULT_AARCH32, NULL, "a trapped AArch32 instruction, exception class 0x3" },
	{ ARM, 4, 0x1fe00000, ERR_FAULT_FP, NULL,
	  "a floating-point or vector register used while floating point is off" },
	{ ARM, 4, 0x26000000, ERR_FAULT_POINTER_KEYS, NULL, NULL },
	{ ARM, 4, 0x2a000000, ERR_FAULT_LS64, NULL, NULL },
	{ ARM, 4, 0x36000000, ERR_FAULT_BTI, NULL, NULL },
	{ ARM, 4, 0x3a000000, ERR_FAULT_STATE, NULL, NULL },
	{ ARM, 4, 0x56000007, ERR_FAULT_SVC, NULL, "svc #7: a system call, with no vectors for it" },
	{ ARM, 4, 0x5a000001, ERR_FAULT_HVC, NULL, NULL },
	{ ARM, 4, 0x5e000000, ERR_FAULT_SMC, NULL, NULL },
	{ ARM, 4, 0x62300001, ERR_FAULT_SYSTEM, NULL, NULL },
	{ ARM, 4, 0x66000000, ERR_FAULT_SVE, NULL, NULL },
	{ ARM, 4, 0x6a000000, ERR_FAULT_ERET, NULL, NULL },
	{ ARM, 4, 0x6e000000, ERR_FAULT_TRANSACTION, NULL, NULL },
	{ ARM, 4, 0x72000000, ERR_FAULT_POINTER, NULL, NULL },
	{ ARM, 4, 0x76000000, ERR_FAULT_SME, NULL, NULL },
	{ ARM, 4, 0x7e000000, ERR_FAULT_IMPLEMENTATION, NULL, NULL },
	{ ARM, 4, 0x86000006, ERR_FAULT_JUMP_UNMAPPED, NULL, "a jump to 0x8, which is not mapped" },
	{ ARM, 4, 0x8600000f, ERR_FAULT_JUMP_FORBIDDEN, NULL,
	  "an instruction fetched from 0x8, which is mapped, but not executable" },
	{ ARM, 8, 0x8200000f, ERR_FAULT_USER_JUMP, NULL, NULL },
	{ ARM, 4, 0x8a000000, ERR_FAULT_PC, NULL, "a jump to 0x7000, which is not a multiple of 4" },
	{ ARM, 4, 0x96000000, ERR_FAULT_TABLE_SIZE, NULL, NULL },
	{ ARM, 4, 0x96000004, ERR_FAULT_READ_UNMAPPED, NULL, "a read from 0x8, which is not mapped" },
	{ ARM, 4, 0x96000047, ERR_FAULT_WRITE_UNMAPPED, NULL, "a write to 0x8, which is not mapped" },
	{ ARM, 4, 0x96000147, ERR_FAULT_READ_UNMAPPED, NULL, NULL }, /* dc civac */
	{ ARM, 8, 0x92000047, ERR_FAULT_WRITE_UNMAPPED, NULL, NULL },
	{ ARM, 8, 0x9200000f, ERR_FAULT_USER_READ, NULL, NULL },
	{ ARM, 8, 0x9200004f, ERR_FAULT_USER_WRITE, NULL, NULL },
	{ ARM, 4, 0x96000009, ERR_FAULT_ACCESS_FLAG, NULL, NULL },
	{ ARM, 4, 0x9600000d, ERR_FAULT_READ_FORBIDDEN, NULL, NULL },
	{ ARM, 4, 0x9600004f, ERR_FAULT_WRITE_FORBIDDEN, NULL, "a write to 0x8, which is mapped read-only" },
	{ ARM, 4, 0x96000010, ERR_FAULT_BUS, NULL,
	  "an access to 0x8, where no memory and no device answers (external abort)" },
	{ ARM, 4, 0x96000011, ERR_FAULT_TAG, NULL, NULL },
	{ ARM, 4, 0x96000015, ERR_FAULT_TABLE_BUS, NULL, NULL },
	{ ARM, 4, 0x96000018, ERR_FAULT_MEMORY, NULL, NULL },
	{ ARM, 4, 0x96000021, ERR_FAULT_ALIGNMENT, NULL, "a misaligned access to 0x8" },
	{ ARM, 4, 0x96000029, ERR_FAULT_TABLE_SIZE, NULL, NULL },
	{ ARM, 4, 0x9600002b, ERR_FAULT_READ_UNMAPPED, NULL, NULL },
	{ ARM, 4, 0x96000030, ERR_FAULT_TLB_CONFLICT, NULL, NULL },
	{ ARM, 4, 0x96000035, ERR_FAULT_ATOMIC, NULL, NULL },
	{ ARM, 4, 0x9600003f, ERR_FAULT_ABORT, NULL, "an access to 0x8 failed; fault status 0x3f" },
	{ ARM, 4, 0x9a000000, ERR_FAULT_SP, NULL, "an access by a stack pointer that is not a multiple of 16: 0x7008" },
	{ ARM, 4, 0x9e000000, ERR_FAULT_COPY, NULL, NULL },
	{ ARM, 4, 0xb2000000, ERR_FAULT_FP_ERROR, NULL, NULL },
	{ ARM, 4, 0xb6000000, ERR_FAULT_GCS, NULL, NULL },
	{ ARM, 4, 0xc6000000, ERR_FAULT_HARDWARE_BREAK, NULL, NULL },
	{ ARM, 4, 0xce000000, ERR_FAULT_STEP, NULL, NULL },
	{ ARM, 4, 0xf2000001, ERR_FAULT_BRK, NULL,
	  "brk #1: the program stopped itself, as compilers make it do for traps and for code that cannot be reached" },
	{ ARM, 4, 0xf6000000, ERR_FAULT_PROFILE, NULL, NULL },
	{ ARM, 4, 0xfe000000, ERR_FAULT_CLASS, NULL, "an exception of class 0x3f, which this loader does not know" },
	{ ARM, FAULT_RETURNED, 0, ERR_FAULT_RETURNED, NULL, NULL },
};

static void every_fault_gets_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fault f = { .arch = cases[i].arch, .vector = cases[i].vector, .syndrome = cases[i].syndrome,
		                   .address = 8, .pc = 0x7000, .sp = 0x7008,
		                   .control = { 1 } }; /* aarch64: translation is on */
		struct fault_view v = decode(&f, cases[i].instruction);
		if (v.what.code != cases[i].code)
			fail_msg("case %zu: %s, want %s", i, err_name(v.what.code), err_name(cases[i].code));
		if (cases[i].says)
			assert_string_equal(sentence(&v), cases[i].says);
	}
}

/* It is not tables that are wrong then. */
static void without_translation_addresses_are_physical(void **state)
{
	struct fault f = { .arch = ARM, .vector = 4, .syndrome = 0x86000000, .address = 0xffffffff80000000 };
	struct fault_view v = decode(&f, NULL);

	(void)state;
	assert_int_equal(v.what.code, ERR_FAULT_UNTRANSLATED);
	assert_false(v.by_tables);
	assert_string_equal(sentence(&v),
	                    "an access to 0xffffffff80000000 while translation is off: it is taken for a physical "
	                    "address, and too large for one");
	f.syndrome |= 0x29;
	assert_int_equal(decode(&f, NULL).what.code, ERR_FAULT_UNTRANSLATED);
	f.syndrome = 0x96000010; /* too low for that */
	assert_int_equal(decode(&f, NULL).what.code, ERR_FAULT_BUS);
	f.syndrome = 0x96000000;
	f.control[0] = 1;
	assert_int_equal(decode(&f, NULL).what.code, ERR_FAULT_TABLE_SIZE);
}

/* What hardware or the kernel calls needs no DPL. */
static void a_gate_may_be_closed_to_user_mode(void **state)
{
	struct fault f = { .arch = X86, .vector = 13, .syndrome = 0x80 * 8 + 2, .control = { [4] = 0x33 } };
	struct fault_view v = decode(&f, "cd 80");

	(void)state;
	assert_int_equal(v.what.code, ERR_FAULT_GATE_USER);
	assert_string_equal(sentence(&v),
	                    "interrupt vector 128, called by user mode, has no gate in the IDT, or one that is not for "
	                    "user mode");
	f.syndrome |= 1;
	assert_int_equal(decode(&f, NULL).what.code, ERR_FAULT_GATE);
	f.syndrome &= ~1ull;
	f.control[4] = 8;
	assert_int_equal(decode(&f, "cd 80").what.code, ERR_FAULT_GATE);
}

/* What is read as data at the address may not be what was executed. */
static void a_stale_instruction_cache_is_thought_of(void **state)
{
	struct fault f = { .arch = ARM, .vector = 4, .syndrome = 0x02000000 };
	struct fault_view v = decode(&f, "1f 20 03 d5"); /* nop */

	(void)state;
	assert_string_equal(sentence(&v),
	                    "an instruction that this processor does not have, or that is switched off: 0xd503201f");
	assert_non_null(strstr(err_advice(v.what.code), "DC CVAU, DSB ISH, IC IVAU, DSB ISH, ISB"));
}

static bool is_provoked(enum err code)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (cases[i].code == code)
			return true;
	static const enum err elsewhere[] = { /* below, and in fault_undefined_test.c */
		ERR_FAULT_UNTRANSLATED,
		ERR_FAULT_AVX_XCR0, ERR_FAULT_OFF, ERR_FAULT_LACKS, ERR_FAULT_UNDEFINED_NAMED,
		ERR_FAULT_VMX_OUTSIDE, ERR_FAULT_SSE_EM, ERR_FAULT_NOT_64, ERR_FAULT_LOCK,
		ERR_FAULT_UD1, ERR_FAULT_UD1_CHECK, ERR_FAULT_REGISTER_LEVEL, ERR_FAULT_REGISTER,
		ERR_FAULT_HVC_NOBODY, ERR_FAULT_SMC_NOBODY, ERR_FAULT_UDF,
	};
	for (size_t i = 0; i < COUNT_OF(elsewhere); i++)
		if (elsewhere[i] == code)
			return true;
	return code == ERR_FAULT_GATE_USER || code == ERR_FAULT_ALIGNMENT_16 || code == ERR_FAULT_ALIGNMENT_STACK ||
	       code == ERR_FAULT_CANONICAL; /* elsewhere */
}

static void every_sentence_has_its_fault(void **state)
{
	static const enum err all[] = {
#define X(code, says, advice) code,
#include "errors/fault.def"
#undef X
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (!is_provoked(all[i]))
			fail_msg("%s", err_name(all[i]));
}

/* Whatever the processor says, the answer is a sentence about a fault. */
static void nothing_is_without_words(void **state)
{
	(void)state;
	for (uint32_t vector = 0; vector < 256; vector++)
		for (uint64_t error = 0; error < 256; error++) {
			struct fault f = { .arch = X86, .vector = vector, .syndrome = error };
			struct fault_view v = decode(&f, NULL);
			assert_in_range(v.what.code, ERR_FAULT_RETURNED + 1, ERR_FAULT_CLASS);
		}
	for (uint32_t vector = 0; vector < 16; vector++)
		for (uint64_t syndrome = 0; syndrome < 64 * 64; syndrome++) {
			struct fault f = { .arch = ARM, .vector = vector,
			                   .syndrome = syndrome >> 6 << 26 | (syndrome & 63) };
			struct fault_view v = decode(&f, NULL);
			assert_in_range(v.what.code, ERR_FAULT_RETURNED + 1, ERR_FAULT_CLASS);
		}
}

/* ---- Addresses ------------------------------------------------------------------------------------------ */

static void an_access_has_an_address_and_a_kind(void **state)
{
	struct fault f = { .arch = X86, .vector = 14, .syndrome = 2, .address = 0x1234 };
	struct fault_view v = decode(&f, NULL);

	(void)state;
	assert_true(v.has_address);
	assert_int_equal(v.address, 0x1234);
	assert_int_equal(v.access, WALK_WRITE);
	f.vector = 6;
	assert_false(decode(&f, NULL).has_address);
	f = (struct fault){ .arch = ARM, .vector = 4, .syndrome = 0x86000007, .address = 0x1234 };
	v = decode(&f, NULL);
	assert_true(v.has_address);
	assert_int_equal(v.access, WALK_EXECUTE);
	f.syndrome = 0x96000410; /* FnV: FAR is not valid */
	assert_false(decode(&f, NULL).has_address);
}

static void user_mode_is_told_from_the_kernel(void **state)
{
	static const struct {
		struct fault f;
		bool user;
	} all[] = {
		{ { .arch = X86, .vector = 6, .control = { [4] = 8 } }, false },
		{ { .arch = X86, .vector = 6, .control = { [4] = 0x33 } }, true },
		{ { .arch = X86, .vector = 14, .syndrome = 4, .control = { [4] = 0x33 } }, true },
		/* its GDT's page is missing */
		{ { .arch = X86, .vector = 14, .syndrome = 0, .control = { [4] = 0x33 } }, false },
		{ { .arch = ARM, .vector = 4, .syndrome = 0x96000007, .flags = 0x3c5 }, false },
		{ { .arch = ARM, .vector = 8, .syndrome = 0x92000007, .flags = 0x3c0 }, true },
		{ { .arch = ARM, .vector = 8, .syndrome = 0x56000000, .flags = 0 }, true },
		{ { .arch = ARM, .vector = 12, .syndrome = 0x92000007, .flags = 0x10 }, true },     /* AArch32 */
		{ { .arch = ARM, .vector = 8, .syndrome = 0x92000007, .flags = 0x3c5 }, false },    /* EL1 below EL2 */
		{ { .arch = ARM, .vector = FAULT_RETURNED }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (decode(&all[i].f, NULL).user != all[i].user)
			fail_msg("case %zu", i);
}

/* Instructions as the assembler makes them. */
static void an_operand_in_memory_is_found(void **state)
{
	static const struct {
		const char *instruction;
		enum err code;
		uint64_t address;
	} operands[] = {
		{ "0f 29 44 24 08", ERR_FAULT_ALIGNMENT_STACK, 0x7010 + 8 },             /* movaps %xmm0, 8(%rsp) */
		{ "0f 28 45 f4", ERR_FAULT_ALIGNMENT_STACK, 0x6000 - 12 },               /* movaps -12(%rbp), %xmm0 */
		{ "66 0f 6f 08", ERR_FAULT_ALIGNMENT_16, 0x1008 },                       /* movdqa (%rax), %xmm1 */
		{ "66 41 0f 7f 00", ERR_FAULT_ALIGNMENT_16, 0x8008 },                    /* movdqa %xmm0, (%r8) */
		{ "0f 58 04 08", ERR_FAULT_ALIGNMENT_16, 0x1008 + 0x3000 },              /* addps (%rax,%rcx), %xmm0 */
		{ "0f 28 04 dd 08 00 00 00", ERR_FAULT_ALIGNMENT_16, 0x2000 * 8 + 8 },   /* movaps 8(,%rbx,8), %xmm0 */
		{ "0f 28 05 01 00 00 00", ERR_FAULT_ALIGNMENT_16, 0x7000 + 7 + 1 },      /* movaps 1(%rip), %xmm0 */
		{ "0f 10 00", ERR_FAULT_PROTECTION, 0 },                                 /* movups */
		{ "f3 0f 6f 00", ERR_FAULT_PROTECTION, 0 },                              /* movdqu */
		{ "66 0f 6f 01", ERR_FAULT_PROTECTION, 0 },                              /* movdqa (%rcx), aligned */
		{ "48 8b 02", ERR_FAULT_CANONICAL, 0xdead000000000000 },                 /* mov (%rdx), %rax */
		{ "48 8b 42 10", ERR_FAULT_CANONICAL, 0xdead000000000010 },
		{ "c7 82 00 01 00 00 01 00 00 00", ERR_FAULT_CANONICAL, 0xdead000000000100 }, /* movl $1, 0x100(%rdx) */
		{ "4b 8b 04 f8", ERR_FAULT_CANONICAL, 0x8008 + 0xf00000000000ull * 8 },  /* mov (%r8,%r15,8), %rax */
		/* %fs: what it adds is not known */
		{ "64 48 8b 02", ERR_FAULT_PROTECTION, 0 },
		{ "48 8b c2", ERR_FAULT_PROTECTION, 0 },                                 /* mov %rdx, %rax */
		{ "0f 20 c2", ERR_FAULT_PROTECTION, 0 },                                 /* mov %cr0, %rdx */
		{ "48 8b", ERR_FAULT_PROTECTION, 0 },                                    /* cut short */
		{ "48 8b 82 00", ERR_FAULT_PROTECTION, 0 },
		{ "0f", ERR_FAULT_PROTECTION, 0 },
		{ "66", ERR_FAULT_PROTECTION, 0 },
		{ "48", ERR_FAULT_PROTECTION, 0 },
		{ "", ERR_FAULT_PROTECTION, 0 },
	};
	struct fault f = { .arch = X86, .vector = 13, .pc = 0x7000, .sp = 0x7010, .general = {
		0x1008, 0x2000, 0x3000, 0xdead000000000000, 0, 0, 0x6000, 0x8008, 0, 0, 0, 0, 0, 0, 0xf00000000000 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(operands); i++) {
		struct fault_view v = decode(&f, operands[i].instruction);
		if (v.what.code != operands[i].code)
			fail_msg("%s: %s", operands[i].instruction, err_name(v.what.code));
		assert_int_equal(v.has_address, operands[i].address != 0);
		if (v.has_address)
			assert_int_equal(v.address, operands[i].address);
	}
	f.control[2] = 1 << 12; /* 5 levels: this one is canonical then */
	f.general[3] = 0xff00000000000000;
	assert_int_equal(decode(&f, "48 8b 02").what.code, ERR_FAULT_PROTECTION);
}

/* User mode may do none of these, whatever the value. */
static void user_mode_is_refused_whatever_the_value(void **state)
{
	static const char *const codes[] = { "0f 30", "0f 32", "0f 01 d1", "0f 22 d9", "44 0f 22 c4" };
	struct fault f = { .arch = X86, .vector = 13, .control[4] = 0x2b };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(codes); i++)
		assert_int_equal(decode(&f, codes[i]).what.code, ERR_FAULT_PROTECTION);
}

/* edx:eax, and the register that ModRM names. */
static void a_value_that_is_refused_is_said(void **state)
{
	struct fault f = { .arch = X86, .vector = 13, .sp = 0x5555,
	                   .general = { 0xaaaa1111bbbb2222, 0xb, 0xcccc3333dddd4444, 0xeeee5555ffff6666,
	                   7, 8, 9, 0x88, 0x99 } };
	struct fault_view v = decode(&f, "0f 30");

	(void)state;
	assert_string_equal(sentence(&v),
	                    "wrmsr: there is no MSR 0xdddd4444, or it does not take 0xffff6666bbbb2222 (#GP)");
	v = decode(&f, "0f 32");
	assert_string_equal(sentence(&v), "rdmsr: there is no MSR 0xdddd4444 (#GP)");
	v = decode(&f, "0f 22 d9"); /* mov %rcx, %cr3 */
	assert_string_equal(sentence(&v), "a mov to CR3, which does not take 0xcccc3333dddd4444 (#GP)");
	v = decode(&f, "44 0f 22 c4"); /* mov %rsp, %cr8 */
	assert_string_equal(sentence(&v), "a mov to CR8, which does not take 0x5555 (#GP)");
	v = decode(&f, "41 0f 22 c1"); /* mov %r9, %cr0 */
	assert_string_equal(sentence(&v), "a mov to CR0, which does not take 0x99 (#GP)");
	assert_int_equal(decode(&f, "0f 22").what.code, ERR_FAULT_PROTECTION); /* cut short */
	assert_int_equal(decode(&f, "41 0f").what.code, ERR_FAULT_PROTECTION);
	assert_int_equal(decode(&f, "0f 01").what.code, ERR_FAULT_PROTECTION);
	assert_int_equal(decode(&f, "0f 01 d0").what.code, ERR_FAULT_PROTECTION);
}

/* Also what is reached by rbp: push and call do without an operand. */
static void a_stack_fault_blames_the_register_that_is_wrong(void **state)
{
	struct fault f = { .arch = X86, .vector = 12, .pc = 0x7000, .sp = 0x7010,
	                   .general = { [6] = 0x5a5a5a5a5a5a5a5a } };
	struct fault_view v = decode(&f, "48 8b 45 f8"); /* mov -8(%rbp), %rax */

	(void)state;
	assert_int_equal(v.what.code, ERR_FAULT_CANONICAL);
	assert_true(v.has_address);
	assert_int_equal(v.address, 0x5a5a5a5a5a5a5a52);
	f.general[6] = 0x7f00;
	f.sp = 0xdead000000000000;
	v = decode(&f, "ff 75 f8"); /* push -8(%rbp) */
	assert_int_equal(v.what.code, ERR_FAULT_CANONICAL_STACK);
	assert_string_equal(sentence(&v),
	                    "a stack access to an address that is not canonical, rsp is 0xdead000000000000 (#SS)");
	assert_false(v.has_address);
	assert_int_equal(decode(&f, "55").what.code, ERR_FAULT_CANONICAL_STACK); /* push %rbp */
}

static void registers_have_names(void **state)
{
	struct fault f = { .arch = X86, .general = { [6] = 66, [29] = 29, [30] = 30 } };

	(void)state;
	assert_string_equal(fault_general_name(X86, 0).text, "rax");
	assert_string_equal(fault_general_name(X86, 14).text, "r15");
	assert_string_equal(fault_general_name(X86, 15).text, "");
	assert_string_equal(fault_general_name(ARM, 0).text, "x0");
	assert_string_equal(fault_general_name(ARM, 30).text, "x30");
	assert_string_equal(fault_general_name(ARM, 31).text, "");
	assert_string_equal(fault_control_name(X86, 3).text, "efer");
	assert_string_equal(fault_control_name(ARM, 0).text, "sctlr");
	assert_string_equal(fault_control_name(ARM, FAULT_MAX_CONTROL).text, "");
	assert_int_equal(fault_frame_pointer(&f), 66);
	assert_int_equal(fault_link(&f), 0);
	f.arch = ARM;
	assert_int_equal(fault_frame_pointer(&f), 29);
	assert_int_equal(fault_link(&f), 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operands_are_where_the_manual_has_them),
		cmocka_unit_test(addresses_are_canonical_by_the_levels_in_use),
		cmocka_unit_test(operands_have_the_registers_of_the_manual),
		cmocka_unit_test(what_has_one_number_needs_no_alignment),
		cmocka_unit_test(displacements_are_signed),
		cmocka_unit_test(what_tables_refuse_is_told_from_the_rest),
		cmocka_unit_test(every_fault_gets_its_sentence),
		cmocka_unit_test(every_sentence_has_its_fault),
		cmocka_unit_test(without_translation_addresses_are_physical),
		cmocka_unit_test(a_gate_may_be_closed_to_user_mode),
		cmocka_unit_test(a_stale_instruction_cache_is_thought_of),
		cmocka_unit_test(nothing_is_without_words),
		cmocka_unit_test(an_access_has_an_address_and_a_kind),
		cmocka_unit_test(user_mode_is_told_from_the_kernel),
		cmocka_unit_test(an_operand_in_memory_is_found),
		cmocka_unit_test(user_mode_is_refused_whatever_the_value),
		cmocka_unit_test(a_value_that_is_refused_is_said),
		cmocka_unit_test(a_stack_fault_blames_the_register_that_is_wrong),
		cmocka_unit_test(registers_have_names),
	};

	return cmocka_run_group_tests_name("core/fault", tests, NULL, NULL);
}
