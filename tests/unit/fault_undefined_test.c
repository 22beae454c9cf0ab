/* core/fault_<arch>_undefined.c: undefined instructions are called by their name, with the bit that switches them
 * on, if that is clear, and if the processor has them at all. Instructions as the assembler makes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <hobnail/boot.h>

#include "fault_undefined.h"

static struct fault f;
static char text[256];

static enum err decode(const char *code)
{
	struct fault_view v;
	uint8_t bytes[15];
	unsigned count = 0;

	memset(bytes, 0xee, sizeof bytes);
	for (; *code && sscanf(code, "%2hhx", &bytes[count]) == 1; count++)
		code += code[2] ? 3 : 2;
	fault_decode(&f, bytes, count, &v);
	err_sentence(&v.what, text, sizeof text);
	return v.what.code;
}

static void says(const char *code, enum err want, const char *sentence)
{
	enum err got = decode(code);

	if (got != want || strcmp(text, sentence) != 0)
		fail_msg("%s: %s, \"%s\", want %s, \"%s\"", code, err_name(got), text, err_name(want), sentence);
}

static const char *join(const char *a, const char *b, const char *c, const char *d)
{
	static char joined[256];

	snprintf(joined, sizeof joined, "%s%s%s%s", a, b, c, d);
	return joined;
}

/* ---- x86_64 ---------------------------------------------------------------------------------------------- */

static const struct {
	const char *code, *name;
	int word, shift;  /* of fault.id */
	int control, bit; /* of fault.control; -1: none */
	const char *bit_name;
} x86[] = {
	{ "f3 48 0f ae d0", "wrfsbase, or another instruction for the bases of FS and GS", FAULT_ID_7, 0, 2, 16, "CR4.FSGSBASE, bit 16" }, /* wrfsbase %rax */
	{ "f3 41 0f ae c1", "wrfsbase, or another instruction for the bases of FS and GS", FAULT_ID_7, 0, 2, 16, "CR4.FSGSBASE, bit 16" }, /* rdfsbase %r9d */
	{ "f3 48 0f ae c9", "wrfsbase, or another instruction for the bases of FS and GS", FAULT_ID_7, 0, 2, 16, "CR4.FSGSBASE, bit 16" }, /* rdgsbase %rcx */
	{ "f3 48 0f ae d9", "wrfsbase, or another instruction for the bases of FS and GS", FAULT_ID_7, 0, 2, 16, "CR4.FSGSBASE, bit 16" }, /* wrgsbase %rcx */
	{ "0f 01 d0", "xgetbv", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xgetbv */
	{ "0f 01 d1", "xsetbv", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xsetbv */
	{ "0f ae 20", "xsave, xrstor or one of their kind", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xsave (%rax) */
	{ "48 0f ae 6c 24 08", "xsave, xrstor or one of their kind", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xrstor64 8(%rsp) */
	{ "0f ae 30", "xsave, xrstor or one of their kind", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xsaveopt (%rax) */
	{ "0f c7 18", "xsave, xrstor or one of their kind", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xrstors (%rax) */
	{ "0f c7 20", "xsave, xrstor or one of their kind", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xsavec (%rax) */
	{ "0f c7 28", "xsave, xrstor or one of their kind", FAULT_ID_1, 26, 2, 18, "CR4.OSXSAVE, bit 18" }, /* xsaves (%rax) */
	{ "0f 05", "syscall", FAULT_ID_80000001, 43, 3, 0, "EFER.SCE, bit 0" }, /* syscall */
	{ "48 0f 07", "sysret", FAULT_ID_80000001, 43, 3, 0, "EFER.SCE, bit 0" }, /* sysretq */
	{ "0f 01 ee", "rdpkru", FAULT_ID_7, 35, 2, 22, "CR4.PKE, bit 22" }, /* rdpkru */
	{ "0f 01 ef", "wrpkru", FAULT_ID_7, 35, 2, 22, "CR4.PKE, bit 22" }, /* wrpkru */
	{ "f3 0f c7 30", "vmxon", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmxon (%rax) */
	{ "0f 01 c1", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmcall */
	{ "0f 01 c2", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmlaunch */
	{ "0f 01 c3", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmresume */
	{ "0f 01 c4", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmxoff */
	{ "0f c7 30", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmptrld (%rax) */
	{ "0f c7 38", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmptrst (%rax) */
	{ "66 0f c7 30", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmclear (%rax) */
	{ "0f 78 c1", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmread %rax, %rcx */
	{ "0f 79 c8", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* vmwrite %rax, %rcx */
	{ "66 0f 38 80 08", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* invept (%rax), %rcx */
	{ "66 0f 38 81 08", "an instruction of VMX", FAULT_ID_1, 5, 2, 13, "CR4.VMXE, bit 13" }, /* invvpid (%rax), %rcx */
	{ "0f 01 d8", "an instruction of SVM", FAULT_ID_80000001, 2, 3, 12, "EFER.SVME, bit 12" }, /* vmrun %rax */
	{ "0f 01 da", "an instruction of SVM", FAULT_ID_80000001, 2, 3, 12, "EFER.SVME, bit 12" }, /* vmload %rax */
	{ "0f 01 db", "an instruction of SVM", FAULT_ID_80000001, 2, 3, 12, "EFER.SVME, bit 12" }, /* vmsave %rax */
	{ "0f 01 dc", "an instruction of SVM", FAULT_ID_80000001, 2, 3, 12, "EFER.SVME, bit 12" }, /* stgi */
	{ "0f 01 dd", "an instruction of SVM", FAULT_ID_80000001, 2, 3, 12, "EFER.SVME, bit 12" }, /* clgi */
	{ "0f 01 df", "an instruction of SVM", FAULT_ID_80000001, 2, 3, 12, "EFER.SVME, bit 12" }, /* invlpga */
	{ "f3 48 0f ae e8", "an instruction for shadow stacks", FAULT_ID_7, 39, 2, 23, "CR4.CET, bit 23" }, /* incsspq %rax */
	{ "f3 0f ae 30", "an instruction for shadow stacks", FAULT_ID_7, 39, 2, 23, "CR4.CET, bit 23" }, /* clrssbsy (%rax) */
	{ "f3 0f 01 e8", "an instruction for shadow stacks", FAULT_ID_7, 39, 2, 23, "CR4.CET, bit 23" }, /* setssbsy */
	{ "f3 0f 01 ea", "an instruction for shadow stacks", FAULT_ID_7, 39, 2, 23, "CR4.CET, bit 23" }, /* saveprevssp */
	{ "f3 0f 01 28", "an instruction for shadow stacks", FAULT_ID_7, 39, 2, 23, "CR4.CET, bit 23" }, /* rstorssp (%rax) */
	{ "48 0f 38 f6 01", "an instruction for shadow stacks", FAULT_ID_7, 39, 2, 23, "CR4.CET, bit 23" }, /* wrssq %rax, (%rcx) */
	{ "f3 0f 01 ec", "an instruction for user interrupts", FAULT_ID_7_EDX, 5, 2, 25, "CR4.UINTR, bit 25" }, /* uiret */
	{ "f3 0f 01 ed", "an instruction for user interrupts", FAULT_ID_7_EDX, 5, 2, 25, "CR4.UINTR, bit 25" }, /* testui */
	{ "f3 0f 01 ee", "an instruction for user interrupts", FAULT_ID_7_EDX, 5, 2, 25, "CR4.UINTR, bit 25" }, /* clui */
	{ "f3 0f 01 ef", "an instruction for user interrupts", FAULT_ID_7_EDX, 5, 2, 25, "CR4.UINTR, bit 25" }, /* stui */
	{ "f3 0f c7 f0", "an instruction for user interrupts", FAULT_ID_7_EDX, 5, 2, 25, "CR4.UINTR, bit 25" }, /* senduipi %rax */
	{ "0f 37", "getsec", FAULT_ID_1, 6, 2, 14, "CR4.SMXE, bit 14" }, /* getsec */
	{ "66 0f 38 82 08", "invpcid", FAULT_ID_7, 10, -1, 0, "" }, /* invpcid (%rax), %rcx */
	{ "0f 01 c8", "monitor or mwait", FAULT_ID_1, 3, -1, 0, "" }, /* monitor */
	{ "0f 01 c9", "monitor or mwait", FAULT_ID_1, 3, -1, 0, "" }, /* mwait */
	{ "0f 01 ca", "stac or clac", FAULT_ID_7, 20, -1, 0, "" }, /* clac */
	{ "0f 01 cb", "stac or clac", FAULT_ID_7, 20, -1, 0, "" }, /* stac */
	{ "0f 01 d5", "an instruction for transactions (RTM)", FAULT_ID_7, 11, -1, 0, "" }, /* xend */
	{ "0f 01 d6", "an instruction for transactions (RTM)", FAULT_ID_7, 11, -1, 0, "" }, /* xtest */
	{ "c7 f8 00 00 00 00", "an instruction for transactions (RTM)", FAULT_ID_7, 11, -1, 0, "" },
	{ "0f 01 e8", "serialize", FAULT_ID_7_EDX, 14, -1, 0, "" }, /* serialize */
	{ "0f 01 f9", "rdtscp", FAULT_ID_80000001, 59, -1, 0, "" }, /* rdtscp */
	{ "0f 01 fa", "monitorx or mwaitx", FAULT_ID_80000001, 29, -1, 0, "" }, /* monitorx */
	{ "0f 01 fb", "monitorx or mwaitx", FAULT_ID_80000001, 29, -1, 0, "" }, /* mwaitx */
	{ "0f 01 fc", "clzero", FAULT_ID_80000008_EBX, 0, -1, 0, "" }, /* clzero */
	{ "0f 01 fd", "rdpru", FAULT_ID_80000008_EBX, 4, -1, 0, "" },
	{ "0f 01 fe", "invlpgb or tlbsync", FAULT_ID_80000008_EBX, 3, -1, 0, "" }, /* invlpgb */
	{ "0f 01 ff", "invlpgb or tlbsync", FAULT_ID_80000008_EBX, 3, -1, 0, "" }, /* tlbsync */
	{ "f3 0f c7 f8", "rdpid", FAULT_ID_7, 54, -1, 0, "" }, /* rdpid %rax */
	{ "48 0f c7 f0", "rdrand", FAULT_ID_1, 30, -1, 0, "" }, /* rdrand %rax */
	{ "49 0f c7 f9", "rdseed", FAULT_ID_7, 18, -1, 0, "" }, /* rdseed %r9 */
	{ "f0 48 0f c7 0f", "cmpxchg16b", FAULT_ID_1, 13, -1, 0, "" }, /* lock cmpxchg16b (%rdi) */
	{ "f3 0f ae f0", "umonitor, umwait or tpause", FAULT_ID_7, 37, -1, 0, "" }, /* umonitor %rax */
	{ "f2 0f ae f0", "umonitor, umwait or tpause", FAULT_ID_7, 37, -1, 0, "" }, /* umwait %eax */
	{ "66 0f ae f0", "umonitor, umwait or tpause", FAULT_ID_7, 37, -1, 0, "" }, /* tpause %eax */
	{ "66 0f ae 30", "clwb", FAULT_ID_7, 24, -1, 0, "" }, /* clwb (%rax) */
	{ "66 0f ae 38", "clflushopt", FAULT_ID_7, 23, -1, 0, "" }, /* clflushopt (%rax) */
	{ "f3 48 0f b8 c8", "popcnt", FAULT_ID_1, 23, -1, 0, "" }, /* popcnt %rax, %rcx */
	{ "f2 0f 38 f0 c8", "an SSE4.2 instruction", FAULT_ID_1, 20, -1, 0, "" }, /* crc32b %al, %ecx */
	{ "0f 38 f0 08", "movbe", FAULT_ID_1, 22, -1, 0, "" }, /* movbe (%rax), %ecx */
	{ "66 0f 38 f1 08", "movbe", FAULT_ID_1, 22, -1, 0, "" }, /* movbe %cx, (%rax) */
	{ "66 48 0f 38 f6 c8", "adcx or adox", FAULT_ID_7, 19, -1, 0, "" }, /* adcx %rax, %rcx */
	{ "f3 48 0f 38 f6 c8", "adcx or adox", FAULT_ID_7, 19, -1, 0, "" }, /* adox %rax, %rcx */
	{ "48 0f 38 f9 01", "movdiri", FAULT_ID_7, 59, -1, 0, "" }, /* movdiri %rax, (%rcx) */
	{ "66 0f 38 f8 08", "movdir64b", FAULT_ID_7, 60, -1, 0, "" }, /* movdir64b (%rax), %rcx */
	{ "f2 0f 38 f8 08", "enqcmd", FAULT_ID_7, 61, -1, 0, "" }, /* enqcmd (%rax), %rcx */
	{ "f3 0f 38 f8 08", "enqcmd", FAULT_ID_7, 61, -1, 0, "" }, /* enqcmds (%rax), %rcx */
	{ "0f 38 c8 c1", "an instruction for SHA", FAULT_ID_7, 29, 2, 9, "CR4.OSFXSR, bit 9" }, /* sha1nexte %xmm1, %xmm0 */
	{ "0f 38 cd c1", "an instruction for SHA", FAULT_ID_7, 29, 2, 9, "CR4.OSFXSR, bit 9" }, /* sha256msg2 %xmm1, %xmm0 */
	{ "0f 3a cc c1 01", "an instruction for SHA", FAULT_ID_7, 29, 2, 9, "CR4.OSFXSR, bit 9" }, /* sha1rnds4 $1, %xmm1, %xmm0 */
	{ "66 0f 38 dc c1", "an instruction for AES", FAULT_ID_1, 25, 2, 9, "CR4.OSFXSR, bit 9" }, /* aesenc %xmm1, %xmm0 */
	{ "66 0f 38 db c1", "an instruction for AES", FAULT_ID_1, 25, 2, 9, "CR4.OSFXSR, bit 9" }, /* aesimc %xmm1, %xmm0 */
	{ "66 0f 3a df c1 01", "an instruction for AES", FAULT_ID_1, 25, 2, 9, "CR4.OSFXSR, bit 9" }, /* aeskeygenassist $1, %xmm1, %xmm0 */
	{ "66 0f 3a 44 c1 01", "pclmulqdq", FAULT_ID_1, 1, 2, 9, "CR4.OSFXSR, bit 9" }, /* pclmulqdq $1, %xmm1, %xmm0 */
	{ "66 0f 38 00 c1", "an SSSE3 instruction", FAULT_ID_1, 9, 2, 9, "CR4.OSFXSR, bit 9" }, /* pshufb %xmm1, %xmm0 */
	{ "0f 38 00 c1", "an SSSE3 instruction", FAULT_ID_1, 9, -1, 0, "" }, /* pshufb %mm1, %mm0 */
	{ "66 0f 38 1e c1", "an SSSE3 instruction", FAULT_ID_1, 9, 2, 9, "CR4.OSFXSR, bit 9" }, /* pabsd %xmm1, %xmm0 */
	{ "0f 38 1c c1", "an SSSE3 instruction", FAULT_ID_1, 9, -1, 0, "" }, /* pabsb %mm1, %mm0 */
	{ "66 0f 3a 0f c1 01", "an SSSE3 instruction", FAULT_ID_1, 9, 2, 9, "CR4.OSFXSR, bit 9" }, /* palignr $1, %xmm1, %xmm0 */
	{ "0f 3a 0f c1 01", "an SSSE3 instruction", FAULT_ID_1, 9, -1, 0, "" }, /* palignr $1, %mm1, %mm0 */
	{ "66 0f 38 37 c1", "an SSE4.2 instruction", FAULT_ID_1, 20, 2, 9, "CR4.OSFXSR, bit 9" }, /* pcmpgtq %xmm1, %xmm0 */
	{ "66 0f 3a 63 c1 01", "an SSE4.2 instruction", FAULT_ID_1, 20, 2, 9, "CR4.OSFXSR, bit 9" }, /* pcmpistri $1, %xmm1, %xmm0 */
	{ "66 0f 38 40 c1", "an SSE4.1 instruction", FAULT_ID_1, 19, 2, 9, "CR4.OSFXSR, bit 9" }, /* pmulld %xmm1, %xmm0 */
	{ "66 0f 3a 08 c1 01", "an SSE4.1 instruction", FAULT_ID_1, 19, 2, 9, "CR4.OSFXSR, bit 9" }, /* roundps $1, %xmm1, %xmm0 */
};

static void all_is_there(uint32_t arch)
{
	f = (struct fault){ .arch = arch, .vector = arch == HOBNAIL_ARCH_X86_64 ? 6 : 4, .syndrome = 0x02000000 };
	memset(f.id, 0xff, sizeof f.id);
}

static void x86_instructions_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(x86); i++) {
		const char *lacks = ", which this processor does not have";
		bool switched = x86[i].control >= 0, vmx = strstr(x86[i].bit_name, "VMXE");
		all_is_there(HOBNAIL_ARCH_X86_64);
		f.id[x86[i].word] &= ~(1ull << x86[i].shift);
		says(x86[i].code, ERR_FAULT_LACKS, join(x86[i].name, lacks, "", ""));
		/* It has this and nothing else. */
		memset(f.id, 0, sizeof f.id);
		f.id[0] = 1ull << 63;
		f.id[x86[i].word] |= 1ull << x86[i].shift;
		memset(f.control, 0xff, sizeof f.control);
		f.control[0] = 0; /* CR0.EM */
		if (switched)
			f.control[x86[i].control] &= ~(1ull << x86[i].bit);
		if (switched)
			says(x86[i].code, ERR_FAULT_OFF,
			     join(x86[i].name, ", which is switched off: ", x86[i].bit_name, ", is clear"));
		memset(f.control, 0, sizeof f.control);
		if (switched)
			f.control[x86[i].control] = 1ull << x86[i].bit;
		if (vmx)
			says(x86[i].code, ERR_FAULT_VMX_OUTSIDE,
			     join(x86[i].name, " outside VMX operation (#UD)", "", ""));
		else
			says(x86[i].code, ERR_FAULT_UNDEFINED_NAMED,
			     join(x86[i].name, ", which is undefined in this state, though the processor has it", "",
			          ""));
	}
}

/* pith's own reports do not ask: then it is what is switched off that is known. */
static void without_identification_nothing_is_missing(void **state)
{
	(void)state;
	f = (struct fault){ .arch = HOBNAIL_ARCH_X86_64, .vector = 6 };
	assert_int_equal(decode("f3 48 0f ae d0"), ERR_FAULT_OFF);
	assert_int_equal(decode("0f 01 f9"), ERR_FAULT_UNDEFINED_NAMED);
	assert_int_equal(decode("c5 fc 77"), ERR_FAULT_AVX);
	f.control[2] = 1 << 18;
	assert_int_equal(decode("c5 fc 77"), ERR_FAULT_AVX_XCR0);
}

static void vectors_are_off_missing_or_newer(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_X86_64);
	says("c5 fc 77", ERR_FAULT_AVX, "an AVX instruction, while AVX is off (#UD)");
	f.control[2] = 1 << 18;
	f.id[FAULT_ID_XCR0] = 3;
	says("c5 fc 77", ERR_FAULT_AVX_XCR0, "an AVX instruction that XCR0 leaves off (#UD)");
	assert_int_equal(decode("62 f1 7c 48"), ERR_FAULT_AVX_XCR0);
	f.id[FAULT_ID_XCR0] = 7;
	assert_int_equal(decode("c5 fc 77"), ERR_FAULT_NEWER);
	assert_int_equal(decode("62 f1 7c 48"), ERR_FAULT_AVX_XCR0);
	f.id[FAULT_ID_XCR0] = 0xe7;
	assert_int_equal(decode("62 f1 7c 48"), ERR_FAULT_NEWER);
	f.id[FAULT_ID_1] &= ~(1ull << 28);
	f.id[FAULT_ID_7] &= ~(1ull << 16);
	says("c5 fc 77", ERR_FAULT_LACKS, "an AVX instruction, which this processor does not have");
	says("62 f1 7c 48", ERR_FAULT_LACKS, "an AVX-512 instruction, which this processor does not have");
	assert_int_equal(decode("c4 e2 60 f2 c1"), ERR_FAULT_NEWER);
	assert_int_equal(decode("c4 e2 60"), ERR_FAULT_LACKS); /* what follows is not known */
	assert_int_equal(decode("c4"), ERR_FAULT_LACKS);
}

static void sse_may_be_off(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_X86_64);
	f.control[0] = 1 << 2;
	says("0f 28 c1", ERR_FAULT_SSE_EM, "an SSE instruction, while CR0.EM is set (#UD)");
	assert_int_equal(decode("66 0f ef c1"), ERR_FAULT_SSE_EM);
	assert_int_equal(decode("66 0f 38 00 c1"), ERR_FAULT_SSE_EM); /* pshufb %xmm1, %xmm0; %mm1, %mm0 */
	assert_int_equal(decode("0f 38 00 c1"), ERR_FAULT_SSE_EM);
	assert_int_equal(decode("66 0f 38 dc c1"), ERR_FAULT_SSE_EM);          /* aesenc */
	assert_int_equal(decode("f2 0f 38 f0 c8"), ERR_FAULT_UNDEFINED_NAMED); /* crc32b has no vector */
	f.control[0] = 0;
	says("0f 28 c1", ERR_FAULT_OFF, "an SSE instruction, which is switched off: CR4.OSFXSR, bit 9, is clear");
	assert_int_equal(decode("0f ef c1"), ERR_FAULT_UNDEFINED); /* MMX */
	f.control[2] = 1 << 9;
	assert_int_equal(decode("0f 28 c1"), ERR_FAULT_UNDEFINED);
}

static void what_64_bit_mode_lacks_is_said(void **state)
{
	static const uint8_t lacks[] = { 0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61,
	                                 0x82, 0x9a, 0xce, 0xd4, 0xd6, 0xea };

	(void)state;
	all_is_there(HOBNAIL_ARCH_X86_64);
	for (unsigned opcode = 0, next = 0; opcode < 256; opcode++) {
		char code[16];
		snprintf(code, sizeof code, "%02x 00 00", opcode);
		bool want = next < sizeof lacks && lacks[next] == opcode;
		next += want;
		if ((decode(code) == ERR_FAULT_NOT_64) != want)
			fail_msg("%02x", opcode);
	}
	says("60", ERR_FAULT_NOT_64, "an instruction that 64-bit mode does not have, opcode 0x60 (#UD)");
}

static void programs_stop_themselves(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_X86_64);
	assert_int_equal(decode("0f 0b"), ERR_FAULT_UD2);
	says("67 0f b9 40 0c", ERR_FAULT_UD1_CHECK,
	     "ud1: the program stopped itself, by number 12 of the compiler's checks for undefined behaviour");
	assert_int_equal(decode("67 0f b9 40"), ERR_FAULT_UD1);
	assert_int_equal(decode("0f b9 c0"), ERR_FAULT_UD1);
	says("f0 90", ERR_FAULT_LOCK, "a lock prefix before an instruction that cannot have one (#UD)");
}

static void prefixes_are_passed_over(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_X86_64);
	assert_int_equal(decode("2e 0f 05"), ERR_FAULT_OFF);
	assert_int_equal(decode("66 f3 0f ae d0"), ERR_FAULT_OFF);
	assert_int_equal(decode("0f ae d0"), ERR_FAULT_UNDEFINED); /* ldmxcsr of a register */
	assert_int_equal(decode("f3 0f ae"), ERR_FAULT_UNDEFINED); /* cut off */
	assert_int_equal(decode("f3 0f"), ERR_FAULT_UNDEFINED);
	assert_int_equal(decode("0f 38"), ERR_FAULT_UNDEFINED);
	assert_int_equal(decode("48"), ERR_FAULT_UNDEFINED);
	assert_int_equal(decode("f3"), ERR_FAULT_UNDEFINED);
	assert_int_equal(decode(""), ERR_FAULT_UNDEFINED);
}

/* ---- aarch64 --------------------------------------------------------------------------------------------- */

static const struct {
	const char *code, *name;
	int word, shift, least; /* of fault.id; -1: pointer authentication has three fields */
	const char *bit_name;
} a64[] = {
	{ "a0 cc 38 d5", "a register of the GIC's CPU interface (ICC_...)", FAULT_ID_PFR0, 24, 1, "ICC_SRE_EL1.SRE, or a higher level's ICC_SRE" }, /* mrs x0, S3_0_C12_C12_5 */
	{ "a3 cb 18 d5", "a register of the GIC's CPU interface (ICC_...)", FAULT_ID_PFR0, 24, 1, "ICC_SRE_EL1.SRE, or a higher level's ICC_SRE" }, /* msr S3_0_C12_C11_5, x3 */
	{ "03 46 18 d5", "a register of the GIC's CPU interface (ICC_...)", FAULT_ID_PFR0, 24, 1, "ICC_SRE_EL1.SRE, or a higher level's ICC_SRE" }, /* msr S3_0_C4_C6_0, x3 */
	{ "00 21 18 d5", "a key of pointer authentication", -1, 0, 1, "" }, /* msr S3_0_C2_C1_0, x0 */
	{ "60 22 38 d5", "a key of pointer authentication", -1, 0, 1, "" }, /* mrs x0, S3_0_C2_C2_3 */
	{ "20 23 38 d5", "a key of pointer authentication", -1, 0, 1, "" }, /* mrs x0, S3_0_C2_C3_1 */
	{ "20 00 c1 da", "an instruction of pointer authentication", -1, 0, 1, "" }, /* pacia x0, x1 */
	{ "ff 0b 5f d6", "an instruction of pointer authentication", -1, 0, 1, "" }, /* retaa */
	{ "01 08 3f d7", "an instruction of pointer authentication", -1, 0, 1, "" }, /* blraa x0, x1 */
	{ "1f 08 1f d6", "an instruction of pointer authentication", -1, 0, 1, "" }, /* braaz x0 */
	{ "20 14 20 f8", "an instruction of pointer authentication", -1, 0, 1, "" }, /* ldraa x0, [x1, #8] */
	{ "00 24 3b d5", "RNDR or RNDRRS", FAULT_ID_ISAR0, 60, 1, "" }, /* mrs x0, RNDR */
	{ "20 24 3b d5", "RNDR or RNDRRS", FAULT_ID_ISAR0, 60, 1, "" }, /* mrs x0, RNDRRS */
	{ "60 42 38 d5", "PSTATE.PAN", FAULT_ID_MMFR1, 20, 1, "" }, /* mrs x0, PAN */
	{ "9f 41 00 d5", "PSTATE.PAN", FAULT_ID_MMFR1, 20, 1, "" }, /* msr PAN, #1 */
	{ "80 42 38 d5", "PSTATE.UAO", FAULT_ID_MMFR2, 4, 1, "" }, /* mrs x0, UAO */
	{ "7f 41 00 d5", "PSTATE.UAO", FAULT_ID_MMFR2, 4, 1, "" }, /* msr UAO, #1 */
	{ "a0 42 3b d5", "PSTATE.DIT", FAULT_ID_PFR0, 48, 1, "" }, /* mrs x0, DIT */
	{ "5f 41 03 d5", "PSTATE.DIT", FAULT_ID_PFR0, 48, 1, "" }, /* msr DIT, #1 */
	{ "c0 42 3b d5", "PSTATE.SSBS", FAULT_ID_PFR1, 4, 2, "" }, /* mrs x0, SSBS */
	{ "3f 41 03 d5", "PSTATE.SSBS", FAULT_ID_PFR1, 4, 2, "" }, /* msr SSBS, #1 */
	{ "e0 42 3b d5", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 1, "" }, /* mrs x0, TCO */
	{ "9f 41 03 d5", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 1, "" }, /* msr TCO, #1 */
	{ "a0 10 38 d5", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 2, "" }, /* mrs x0, RGSR_EL1 */
	{ "c0 10 18 d5", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 2, "" }, /* msr GCR_EL1, x0 */
	{ "00 56 18 d5", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 2, "" }, /* msr TFSR_EL1, x0 */
	{ "20 10 df 9a", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 1, "" }, /* irg x0, x1 */
	{ "20 08 20 d9", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 2, "" }, /* stg x0, [x1] */
	{ "20 00 60 d9", "an instruction or register for memory tags (MTE)", FAULT_ID_PFR1, 8, 2, "" }, /* ldg x0, [x1] */
	{ "00 12 38 d5", "an SVE instruction or register", FAULT_ID_PFR0, 32, 1, "" }, /* mrs x0, ZCR_EL1 */
	{ "c0 12 38 d5", "an SME instruction or register", FAULT_ID_PFR1, 24, 1, "" }, /* mrs x0, SMCR_EL1 */
	{ "40 42 3b d5", "an SME instruction or register", FAULT_ID_PFR1, 24, 1, "" }, /* mrs x0, SVCR */
	{ "00 9c 3b d5", "a register of the performance monitors", FAULT_ID_DFR0, 8, 1, "" }, /* mrs x0, PMCR_EL0 */
	{ "00 9d 3b d5", "a register of the performance monitors", FAULT_ID_DFR0, 8, 1, "" }, /* mrs x0, PMCCNTR_EL0 */
	{ "41 00 20 b8", "an atomic instruction of LSE (ldadd, swp, cas ...)", FAULT_ID_ISAR0, 20, 2, "" }, /* ldadd w0, w1, [x2] */
	{ "41 80 e0 f8", "an atomic instruction of LSE (ldadd, swp, cas ...)", FAULT_ID_ISAR0, 20, 2, "" }, /* swpal x0, x1, [x2] */
	{ "41 fc e0 c8", "an atomic instruction of LSE (ldadd, swp, cas ...)", FAULT_ID_ISAR0, 20, 2, "" }, /* casal x0, x1, [x2] */
	{ "82 7c 20 48", "an atomic instruction of LSE (ldadd, swp, cas ...)", FAULT_ID_ISAR0, 20, 2, "" }, /* casp x0, x1, x2, x3, [x4] */
	{ "20 c0 bf f8", "ldapr", FAULT_ID_ISAR1, 20, 1, "" }, /* ldapr x0, [x1] */
	{ "20 5c c2 9a", "crc32", FAULT_ID_ISAR0, 16, 1, "" }, /* crc32cx w0, w1, x2 */
	{ "20 48 28 4e", "an instruction for AES", FAULT_ID_ISAR0, 4, 1, "" }, /* aese v0.16b, v1.16b */
	{ "20 00 02 5e", "an instruction for SHA", FAULT_ID_ISAR0, 8, 1, "" }, /* sha1c q0, s1, v2.4s */
	{ "20 08 28 5e", "an instruction for SHA", FAULT_ID_ISAR0, 8, 1, "" }, /* sha1h s0, s1 */
	{ "ff 30 03 d5", "sb", FAULT_ID_ISAR1, 36, 1, "" }, /* sb */
	{ "03 10 03 d5", "wfet or wfit", FAULT_ID_ISAR2, 0, 2, "" }, /* wfet x3 */
	{ "e0 e3 18 25", "an SVE instruction or register", FAULT_ID_PFR0, 32, 1, "" }, /* ptrue p0.b */
	{ "00 40 80 85", "an SVE instruction or register", FAULT_ID_PFR0, 32, 1, "" }, /* ldr z0, [x0] */
	{ "ff 00 08 c0", "an SME instruction or register", FAULT_ID_PFR1, 24, 1, "" }, /* zero {za} */
};

/* mrs x0, pmcr_el0, where ID_AA64DFR0_EL1.PMUVer is this. */
static enum err field_of_pmu(uint64_t version)
{
	f.id[FAULT_ID_DFR0] = ~(15ull << 8) | version << 8;
	return decode("00 9c 3b d5");
}

static void a64_instructions_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(a64); i++) {
		all_is_there(HOBNAIL_ARCH_AARCH64);
		if (a64[i].word >= 0)
			f.id[a64[i].word] ^= (uint64_t)(15 ^ (a64[i].least - 1)) << a64[i].shift;
		else
			f.id[FAULT_ID_ISAR1] = ~(255ull << 4), f.id[FAULT_ID_ISAR2] = ~(15ull << 12);
		says(a64[i].code, ERR_FAULT_LACKS, join(a64[i].name, ", which this processor does not have", "", ""));
		memset(f.id, 0, sizeof f.id);
		f.id[0] = 2; /* EL0 and no more */
		if (a64[i].word >= 0)
			f.id[a64[i].word] |= (uint64_t)a64[i].least << a64[i].shift;
		else
			f.id[i % 2 ? FAULT_ID_ISAR1 : FAULT_ID_ISAR2] = 1ull << (i % 2 ? 4 + 4 * (i / 2 % 2) : 12);
		if (*a64[i].bit_name)
			says(a64[i].code, ERR_FAULT_OFF,
			     join(a64[i].name, ", which is switched off: ", a64[i].bit_name, ", is clear"));
		else
			says(a64[i].code, ERR_FAULT_UNDEFINED_NAMED,
			     join(a64[i].name, ", which is undefined in this state, though the processor has it", "",
			          ""));
	}
}

/* ... whatever their operands: every bit that may be set is set in one of them. */
static void a64_operands_make_no_difference(void **state)
{
	static const char gic[] = "a register of the GIC's CPU interface (ICC_...)";
	static const char pointer[] = "an instruction of pointer authentication", sha[] = "an instruction for SHA";
	static const char mte[] = "an instruction or register for memory tags (MTE)";
	static const char key[] = "a key of pointer authentication";
	static const char sve[] = "an SVE instruction or register", sme[] = "an SME instruction or register";
	static const char lse[] = "an atomic instruction of LSE (ldadd, swp, cas ...)";
	static const struct { const char *code, *name; } all[] = {
		{ "ff cf 38 d5", gic },             /* mrs xzr, S3_0_C12_C15_7 */
		{ "1f 46 38 d5", gic },             /* mrs xzr, icc_pmr_el1 */
		{ "ff 21 38 d5", key },             /* mrs xzr, S3_0_C2_C1_7 */
		{ "ff 22 38 d5", key },             /* mrs xzr, S3_0_C2_C2_7 */
		{ "ff 23 38 d5", key },             /* mrs xzr, S3_0_C2_C3_7 */
		{ "ff 3f c1 da", pointer },         /* autdzb xzr */
		{ "ff 47 c1 da", pointer },         /* xpacd xzr */
		{ "ff 0f 5f d6", pointer },         /* retab */
		{ "ff 0f 3f d7", pointer },         /* blrab xzr, sp */
		{ "ff ff ff f8", pointer },         /* ldrab xzr, [sp, #-8]! */
		{ "ff 24 3b d5", "RNDR or RNDRRS" }, /* mrs xzr, S3_3_C2_C4_7 */
		{ "7f 42 38 d5", "PSTATE.PAN" },    /* mrs xzr, pan */
		{ "9f 4f 00 d5", "PSTATE.PAN" },    /* msr pan, #15 */
		{ "9f 42 38 d5", "PSTATE.UAO" },    /* mrs xzr, uao */
		{ "7f 4f 00 d5", "PSTATE.UAO" },    /* msr uao, #15 */
		{ "bf 42 3b d5", "PSTATE.DIT" },    /* mrs xzr, dit */
		{ "5f 4f 03 d5", "PSTATE.DIT" },    /* msr dit, #15 */
		{ "df 42 3b d5", "PSTATE.SSBS" },   /* mrs xzr, ssbs */
		{ "3f 4f 03 d5", "PSTATE.SSBS" },   /* msr ssbs, #15 */
		{ "ff 42 3b d5", mte },             /* mrs xzr, tco */
		{ "9f 4f 03 d5", mte },             /* msr tco, #15 */
		{ "bf 10 38 d5", mte },             /* mrs xzr, rgsr_el1 */
		{ "df 10 38 d5", mte },             /* mrs xzr, gcr_el1 */
		{ "ff 56 38 d5", mte },             /* mrs xzr, S3_0_C5_C6_7 */
		{ "ff 13 df 9a", mte },             /* irg sp, sp */
		{ "ff ff ff d9", mte },             /* stz2g sp, [sp, #-16]! */
		{ "1f 12 38 d5", sve },             /* mrs xzr, zcr_el1 */
		{ "ff ff ef e5", sve },             /* st1d { z31.d }, p7, [sp, #-1, mul vl] */
		{ "df 12 38 d5", sme },             /* mrs xzr, smcr_el1 */
		{ "5f 42 3b d5", sme },             /* mrs xzr, svcr */
		{ "ef ff ff e0", sme },             /* st1d { za7v.d[w15, 1] }, p7, [sp] */
		{ "ff 9f 3b d5", "a register of the performance monitors" }, /* mrs xzr, S3_3_C9_C15_7 */
		{ "ff c3 bf f8", "ldapr" },         /* ldapr xzr, [sp] */
		{ "ff 73 ff f8", lse },             /* lduminal xzr, xzr, [sp] */
		{ "ff 83 ff f8", lse },             /* swpal xzr, xzr, [sp] */
		{ "ff ff ff c8", lse },             /* casal xzr, xzr, [sp] */
		{ "fe ff 7e 48", lse },             /* caspal x30, xzr, x30, xzr, [sp] */
		{ "ff ff 7f 48", lse },             /* ... of odd registers, which cannot be */
		{ "ff 5f df 9a", "crc32" },         /* crc32cx wzr, wzr, xzr */
		{ "ff 7b 28 4e", "an instruction for AES" }, /* aesimc v31.16b, v31.16b */
		{ "ff 63 1f 5e", sha },             /* sha256su1 v31.4s, v31.4s, v31.4s */
		{ "ff 33 1f 5e", sha },             /* sha1su0 v31.4s, v31.4s, v31.4s */
		{ "ff 2b 28 5e", sha },             /* sha256su0 v31.4s, v31.4s */
		{ "ff 1b 28 5e", sha },             /* sha1su1 v31.4s, v31.4s */
		{ "3f 10 03 d5", "wfet or wfit" },  /* wfit xzr */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		size_t length = strlen(all[i].name);
		all_is_there(HOBNAIL_ARCH_AARCH64);
		f.id[FAULT_ID_DFR0] = 1 << 8; /* PMUv3 */
		decode(all[i].code);
		if (strncmp(text, all[i].name, length) != 0 || text[length] != ',')
			fail_msg("%s: \"%s\", want \"%s\"", all[i].code, text, all[i].name);
	}
}

/* A PMU of another kind than PMUv3 has none of its registers; ld64b to st64bv0 are no atomics, though they look
 * like them. */
static void what_only_looks_alike_is_told_apart(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_AARCH64);
	assert_int_equal(field_of_pmu(15), ERR_FAULT_LACKS);
	assert_int_equal(field_of_pmu(0), ERR_FAULT_LACKS);
	assert_int_equal(field_of_pmu(14), ERR_FAULT_UNDEFINED_NAMED);
	assert_int_equal(decode("22 d0 3f f8"), ERR_FAULT_UNDEFINED_WORD);  /* ld64b x2, [x1] */
	assert_int_equal(decode("22 90 3f f8"), ERR_FAULT_UNDEFINED_WORD);  /* st64b x2, [x1] */
	assert_int_equal(decode("22 b0 20 f8"), ERR_FAULT_UNDEFINED_WORD);  /* st64bv x0, x2, [x1] */
	assert_int_equal(decode("22 a0 20 f8"), ERR_FAULT_UNDEFINED_WORD);  /* st64bv0 x0, x2, [x1] */
	assert_int_equal(decode("22 70 20 f8"), ERR_FAULT_UNDEFINED_NAMED); /* ldumin x0, x2, [x1] */
}

static void registers_have_their_level(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_AARCH64);
	f.flags = 0x3c5; /* EL1h */
	/* mrs x0, hcr_el2 */
	says("00 11 3c d5", ERR_FAULT_REGISTER_LEVEL,
	     "an access to system register S3_4_C1_C1_0, which is EL2's, at EL1");
	/* msr sctlr_el3, x0 */
	says("00 10 1e d5", ERR_FAULT_REGISTER_LEVEL,
	     "an access to system register S3_6_C1_C0_0, which is EL3's, at EL1");
	/* mrs x0, sctlr_el12 */
	says("00 10 3d d5", ERR_FAULT_REGISTER_LEVEL,
	     "an access to system register S3_5_C1_C0_0, which is EL2's, at EL1");
	says("00 f0 38 d5", ERR_FAULT_REGISTER,
	     "an access to system register S3_0_C15_C0_0, which this processor does not have at EL1, or in "
	     "this direction, or which is switched off");
	f.flags = 0x3c9; /* EL2h */
	assert_int_equal(decode("00 11 3c d5"), ERR_FAULT_REGISTER);
	assert_int_equal(decode("00 10 1e d5"), ERR_FAULT_REGISTER_LEVEL);
}

static void calls_that_nobody_answers_are_named(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_AARCH64);
	says("02 00 00 d4", ERR_FAULT_HVC_NOBODY, "hvc #0, and there is no EL2 that answers it");
	says("e3 00 00 d4", ERR_FAULT_SMC_NOBODY, "smc #7, and there is no EL3 that answers it");
	says("e2 ff 1f d4", ERR_FAULT_HVC_NOBODY, "hvc #65535, and there is no EL2 that answers it");
	says("e3 ff 1f d4", ERR_FAULT_SMC_NOBODY, "smc #65535, and there is no EL3 that answers it");
	says("07 00 00 00", ERR_FAULT_UDF, "udf #7: the program stopped itself, or data is executed");
	says("00 00 00 00", ERR_FAULT_ZEROS, "an instruction fetched from zeros (udf #0)");
	assert_int_equal(decode("00 00 00"), ERR_FAULT_UNDEFINED);
	assert_int_equal(decode("1f 20 03 d5"), ERR_FAULT_UNDEFINED_WORD); /* nop */
}

/* As the assembler writes it. Class 0x18 has the fields in another order than the instruction. */
static void a_trapped_register_is_named(void **state)
{
	(void)state;
	all_is_there(HOBNAIL_ARCH_AARCH64);
	/* mrs x5, cntp_ctl_el0 */
	f.syndrome = 0x62000000 | 3 << 20 | 1 << 17 | 3 << 14 | 14 << 10 | 5 << 5 | 2 << 1 | 1;
	says("", ERR_FAULT_SYSTEM,
	     "a trapped access to system register S3_3_C14_C2_1, or a trapped system instruction of that encoding");
}

/* Where names begin and end: every opcode after 0F, 0F 38 and 0F 3A with every prefix that chooses, on a processor
 * that has none of them. 0F 01, AE and C7 are groups, of which the cases above have every member. */
static void names_go_as_far_as_the_opcode_map_has_them(void **state)
{
	static const struct { uint8_t prefix, map, first, last; } named[] = { /* prefix 1: any */
		{ 1, 0, 0x05, 0x05 }, { 1, 0, 0x07, 0x07 }, { 1, 0, 0x37, 0x37 }, { 0, 0, 0x78, 0x79 },
		{ 0xf3, 0, 0xb8, 0xb8 }, { 0x66, 0x38, 0x00, 0x0b }, { 0x66, 0x38, 0x10, 0x41 },
		{ 0x66, 0x38, 0x80, 0x82 }, { 0x66, 0x38, 0xdb, 0xdf }, { 0x66, 0x38, 0xf0, 0xf1 },
		{ 0x66, 0x38, 0xf6, 0xf6 }, { 0x66, 0x38, 0xf8, 0xf8 }, { 0, 0x38, 0x00, 0x0b },
		{ 0, 0x38, 0x1c, 0x1e }, { 0, 0x38, 0xc8, 0xcd }, { 0, 0x38, 0xf0, 0xf1 }, { 0, 0x38, 0xf6, 0xf6 },
		{ 0, 0x38, 0xf9, 0xf9 },
		{ 0xf2, 0x38, 0xf0, 0xf1 }, { 0xf2, 0x38, 0xf8, 0xf8 }, { 0xf3, 0x38, 0xf6, 0xf6 },
		{ 0xf3, 0x38, 0xf8, 0xf8 }, { 0x66, 0x3a, 0x08, 0x42 }, { 0x66, 0x3a, 0x44, 0x44 },
		{ 0x66, 0x3a, 0x60, 0x63 }, { 0x66, 0x3a, 0xdf, 0xdf }, { 0, 0x3a, 0x0f, 0x0f },
		{ 0, 0x3a, 0xcc, 0xcc },
	};
	static const uint8_t prefixes[] = { 0, 0x66, 0xf2, 0xf3 }, maps[] = { 0, 0x38, 0x3a };

	(void)state;
	f = (struct fault){ .arch = HOBNAIL_ARCH_X86_64, .vector = 6, .id = { [FAULT_ID_1] = 1ull << 63 } };
	for (unsigned n = 0; n < 16 * 4 * 3 * 256; n++) {
		uint8_t prefix = prefixes[n >> 8 & 3], map = maps[(n >> 10) % 3], op = (uint8_t)n,
		    modrm = (uint8_t)(n / 3072 << 3);
		bool wanted = false;
		if (!map && (op == 0x01 || op == 0xae || op == 0xc7 || op == 0x38 || op == 0x3a))
			continue;
		snprintf(text, sizeof text, prefix ? "%02x 0f " : "0f ", prefix);
		if (map)
			snprintf(text + strlen(text), 8, "%02x ", map);
		snprintf(text + strlen(text), 8, "%02x %02x", op,
		         modrm < 0x40 ? modrm : modrm | 0xc0); /* memory, or a register */
		for (unsigned i = 0; i < COUNT_OF(named); i++)
			wanted |= (named[i].prefix == prefix || named[i].prefix == 1) && named[i].map == map &&
			    op >= named[i].first &&
			          op <= named[i].last;
		char code[sizeof text];
		memcpy(code, text, sizeof code);
		if ((decode(code) == ERR_FAULT_LACKS) != wanted)
			fail_msg("%s: %s", code, text);
	}
}

/* ... and those groups go no further than their opcode, whatever ModRM is. */
static void groups_are_of_one_opcode(void **state)
{
	static const uint8_t beside[] = { 0x00, 0x02, 0xad, 0xaf, 0xc6, 0xc8 };
	static const char *const prefixes[] = { "", "66 ", "f2 ", "f3 " };

	(void)state;
	f = (struct fault){ .arch = HOBNAIL_ARCH_X86_64, .vector = 6, .id = { [FAULT_ID_1] = 1ull << 63 } };
	for (unsigned i = 0; i < COUNT_OF(beside); i++)
		for (unsigned n = 0; n < 4 * 256; n++) {
			char code[24];
			snprintf(code, sizeof code, "%s0f %02x %02x", prefixes[n / 256], beside[i], n % 256);
			if (decode(code) == ERR_FAULT_LACKS)
				fail_msg("%s: %s", code, text);
		}
}

/* Intel SDM vol. 2D, "Opcode Map": opcodes after 0F that are SSE's whatever their prefix, and with one. CR0.EM
 * forbids them. */
static void sse_is_as_far_as_the_opcode_map_has_it(void **state)
{
	static const struct { uint8_t first, last; bool any; } sse[] = {
		{ 0x10, 0x17, true }, { 0x28, 0x2f, true }, { 0x50, 0x5f, true },
		{ 0xc2, 0xc2, true }, { 0xc6, 0xc6, true }, { 0x60, 0x6f, false },
		{ 0x70, 0x76, false }, { 0x7c, 0x7f, false }, { 0xd0, 0xef, false },
		{ 0xf0, 0xfe, false },
	};
	static const char *const prefixes[] = { "", "66 ", "f2 ", "f3 " };

	(void)state;
	f = (struct fault){ .arch = HOBNAIL_ARCH_X86_64, .vector = 6, .control = { 1 << 2 } }; /* CR0.EM */
	for (unsigned n = 0; n < 4 * 256; n++) {
		uint8_t op = (uint8_t)n;
		bool wanted = false;
		char code[16];
		if (op == 0x38 || op == 0x3a) /* other maps */
			continue;
		for (unsigned i = 0; i < COUNT_OF(sse); i++)
			wanted |= op >= sse[i].first && op <= sse[i].last && (sse[i].any || n >= 256);
		snprintf(code, sizeof code, "%s0f %02x c0", prefixes[n / 256], op);
		if ((decode(code) == ERR_FAULT_SSE_EM) != wanted)
			fail_msg("%s: %s", code, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_as_far_as_the_opcode_map_has_them),
		cmocka_unit_test(groups_are_of_one_opcode),
		cmocka_unit_test(sse_is_as_far_as_the_opcode_map_has_it),
		cmocka_unit_test(x86_instructions_are_named),
		cmocka_unit_test(without_identification_nothing_is_missing),
		cmocka_unit_test(vectors_are_off_missing_or_newer),
		cmocka_unit_test(sse_may_be_off),
		cmocka_unit_test(what_64_bit_mode_lacks_is_said),
		cmocka_unit_test(programs_stop_themselves),
		cmocka_unit_test(prefixes_are_passed_over),
		cmocka_unit_test(a64_instructions_are_named),
		cmocka_unit_test(a64_operands_make_no_difference),
		cmocka_unit_test(what_only_looks_alike_is_told_apart),
		cmocka_unit_test(registers_have_their_level),
		cmocka_unit_test(calls_that_nobody_answers_are_named),
		cmocka_unit_test(a_trapped_register_is_named),
	};

	return cmocka_run_group_tests_name("core/fault_undefined", tests, NULL, NULL);
}
