/* fault_x86_64_undefined.c — the instruction behind a #UD. Intel SDM vol. 2, the instructions' "Exceptions" and
 * "CPUID Feature Flag"; vol. 2D, "Opcode Map"; AMD64 APM vol. 3, appendix "Instruction Subsets and CPUID Feature
 * Flags". */
#include "fault_undefined.h"

/* ---- The instruction ------------------------------------------------------------------------------------ */

enum { ONE_BYTE, AFTER_0F, AFTER_0F38, AFTER_0F3A };

struct undefined {
	const uint8_t *at, *end;
	uint8_t mandatory; /* F3 or F2, else 66, else 0: the prefix that makes another instruction of it */
	bool lock, address_32, has_modrm;
	uint8_t map, opcode, modrm;
};

static bool next(struct undefined *u, uint8_t *byte)
{
	if (u->at == u->end)
		return false;
	*byte = *u->at++;
	return true;
}

static bool take_prefix(struct undefined *u, uint8_t byte)
{
	switch (byte) {
	case 0xf2: case 0xf3:
		u->mandatory = byte;
		return true;
	case 0x66:
		u->mandatory = u->mandatory ? u->mandatory : byte;
		return true;
	case 0x67:
		return u->address_32 = true;
	case 0xf0:
		return u->lock = true;
	default:
		return byte == 0x2e || byte == 0x3e || byte == 0x26 || byte == 0x36 || byte == 0x64 || byte == 0x65;
	}
}

/* false: the bytes end before they identify an instruction. */
static bool read(struct undefined *u)
{
	uint8_t byte;

	do {
		if (!next(u, &byte))
			return false;
	} while (take_prefix(u, byte));
	if ((byte & 0xf0) == 0x40 && !next(u, &byte)) /* REX */
		return false;
	if (byte == 0x0f) {
		u->map = AFTER_0F;
		if (!next(u, &byte))
			return false;
		if (byte == 0x38 || byte == 0x3a) {
			u->map = byte == 0x38 ? AFTER_0F38 : AFTER_0F3A;
			if (!next(u, &byte))
				return false;
		}
	}
	u->opcode = byte;
	u->has_modrm = next(u, &u->modrm);
	return true;
}

/* ---- What is known of it -------------------------------------------------------------------------------- */

/* A bit of f->id: its word, and its number there. */
#define LEAF_1_ECX(n)  (64 * FAULT_ID_1 + (n))
#define LEAF_1_EDX(n)  (64 * FAULT_ID_1 + 32 + (n))
#define LEAF_7_EBX(n)  (64 * FAULT_ID_7 + (n))
#define LEAF_7_ECX(n)  (64 * FAULT_ID_7 + 32 + (n))
#define LEAF_7_EDX(n)  (64 * FAULT_ID_7_EDX + (n))
#define EXTENDED_ECX(n) (64 * FAULT_ID_80000001 + (n))
#define EXTENDED_EDX(n) (64 * FAULT_ID_80000001 + 32 + (n))
#define EXTENDED_8_EBX(n) (64 * FAULT_ID_80000008_EBX + (n))

/* A bit of f->control that enables an instruction, likewise, plus one. */
#define CR4(n)  (64 * 2 + (n) + 1)
#define EFER(n) (64 * 3 + (n) + 1)

/* A condition on ModRM: a register or memory, with this number in the middle; or the whole byte. */
enum { ANY = 0, REG = 0x100, MEM = 0x200, BYTE = 0x400 };
enum { NP = 1, ALL = 2 }; /* no prefix; whatever the prefix */

/* Names in several entries. */
static const char fsgsbase[] = "wrfsbase, or another instruction for the bases of FS and GS";
static const char xsave[] = "xsave, xrstor or one of their kind";
static const char vmx[] = "an instruction of VMX";
static const char svm[] = "an instruction of SVM";
static const char cet[] = "an instruction for shadow stacks";
static const char uintr[] = "an instruction for user interrupts";
static const char monitor[] = "monitor or mwait";
static const char stac[] = "stac or clac";
static const char rtm[] = "an instruction for transactions (RTM)";
static const char monitorx[] = "monitorx or mwaitx";
static const char invlpgb[] = "invlpgb or tlbsync";
static const char waitpkg[] = "umonitor, umwait or tpause";
static const char movbe[] = "movbe";
static const char adx[] = "adcx or adox";
static const char enqcmd[] = "enqcmd";
static const char sha[] = "an instruction for SHA";
static const char aes[] = "an instruction for AES";
static const char ssse3[] = "an SSSE3 instruction";
static const char sse4_1[] = "an SSE4.1 instruction";
static const char sse4_2[] = "an SSE4.2 instruction";
static const char cr4_fsgsbase[] = "CR4.FSGSBASE, bit 16";
static const char cr4_osxsave[] = "CR4.OSXSAVE, bit 18";
static const char efer_sce[] = "EFER.SCE, bit 0";
static const char cr4_pke[] = "CR4.PKE, bit 22";
static const char cr4_vmxe[] = "CR4.VMXE, bit 13";
static const char efer_svme[] = "EFER.SVME, bit 12";
static const char cr4_cet[] = "CR4.CET, bit 23";
static const char cr4_uintr[] = "CR4.UINTR, bit 25";
static const char cr4_osfxsr[] = "CR4.OSFXSR, bit 9";

static const struct known {
	uint8_t prefix, map, first, last;
	uint16_t modrm, cpuid, control;
	const char *name, *bit; /* bit: NULL with control 0 */
} known[] = {
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 0, LEAF_7_EBX(0), CR4(16), fsgsbase, cr4_fsgsbase },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 1, LEAF_7_EBX(0), CR4(16), fsgsbase, cr4_fsgsbase },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 2, LEAF_7_EBX(0), CR4(16), fsgsbase, cr4_fsgsbase },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 3, LEAF_7_EBX(0), CR4(16), fsgsbase, cr4_fsgsbase },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd0, LEAF_1_ECX(26), CR4(18), "xgetbv", cr4_osxsave },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd1, LEAF_1_ECX(26), CR4(18), "xsetbv", cr4_osxsave },
	{ NP, AFTER_0F, 0xae, 0xae, MEM | 4, LEAF_1_ECX(26), CR4(18), xsave, cr4_osxsave },
	{ NP, AFTER_0F, 0xae, 0xae, MEM | 5, LEAF_1_ECX(26), CR4(18), xsave, cr4_osxsave },
	{ NP, AFTER_0F, 0xae, 0xae, MEM | 6, LEAF_1_ECX(26), CR4(18), xsave, cr4_osxsave },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 3, LEAF_1_ECX(26), CR4(18), xsave, cr4_osxsave },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 4, LEAF_1_ECX(26), CR4(18), xsave, cr4_osxsave },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 5, LEAF_1_ECX(26), CR4(18), xsave, cr4_osxsave },
	{ ALL, AFTER_0F, 0x05, 0x05, ANY, EXTENDED_EDX(11), EFER(0), "syscall", efer_sce },
	{ ALL, AFTER_0F, 0x07, 0x07, ANY, EXTENDED_EDX(11), EFER(0), "sysret", efer_sce },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xee, LEAF_7_ECX(3), CR4(22), "rdpkru", cr4_pke },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xef, LEAF_7_ECX(3), CR4(22), "wrpkru", cr4_pke },
	{ 0xf3, AFTER_0F, 0xc7, 0xc7, MEM | 6, LEAF_1_ECX(5), CR4(13), "vmxon", cr4_vmxe },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc1, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc2, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc3, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc4, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 6, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 7, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ 0x66, AFTER_0F, 0xc7, 0xc7, MEM | 6, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0x78, 0x79, ANY, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ 0x66, AFTER_0F38, 0x80, 0x81, ANY, LEAF_1_ECX(5), CR4(13), vmx, cr4_vmxe },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd8, EXTENDED_ECX(2), EFER(12), svm, efer_svme },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xda, EXTENDED_ECX(2), EFER(12), svm, efer_svme },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdb, EXTENDED_ECX(2), EFER(12), svm, efer_svme },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdc, EXTENDED_ECX(2), EFER(12), svm, efer_svme },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdd, EXTENDED_ECX(2), EFER(12), svm, efer_svme },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdf, EXTENDED_ECX(2), EFER(12), svm, efer_svme },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 5, LEAF_7_ECX(7), CR4(23), cet, cr4_cet },
	{ 0xf3, AFTER_0F, 0xae, 0xae, MEM | 6, LEAF_7_ECX(7), CR4(23), cet, cr4_cet },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xe8, LEAF_7_ECX(7), CR4(23), cet, cr4_cet },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xea, LEAF_7_ECX(7), CR4(23), cet, cr4_cet },
	{ 0xf3, AFTER_0F, 0x01, 0x01, MEM | 5, LEAF_7_ECX(7), CR4(23), cet, cr4_cet },
	{ NP, AFTER_0F38, 0xf6, 0xf6, ANY, LEAF_7_ECX(7), CR4(23), cet, cr4_cet },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xec, LEAF_7_EDX(5), CR4(25), uintr, cr4_uintr },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xed, LEAF_7_EDX(5), CR4(25), uintr, cr4_uintr },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xee, LEAF_7_EDX(5), CR4(25), uintr, cr4_uintr },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xef, LEAF_7_EDX(5), CR4(25), uintr, cr4_uintr },
	{ 0xf3, AFTER_0F, 0xc7, 0xc7, REG | 6, LEAF_7_EDX(5), CR4(25), uintr, cr4_uintr },
	{ ALL, AFTER_0F, 0x37, 0x37, ANY, LEAF_1_ECX(6), CR4(14), "getsec", "CR4.SMXE, bit 14" },
	/* No bit enables these. */
	{ 0x66, AFTER_0F38, 0x82, 0x82, ANY, LEAF_7_EBX(10), 0, "invpcid", NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc8, LEAF_1_ECX(3), 0, monitor, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc9, LEAF_1_ECX(3), 0, monitor, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xca, LEAF_7_EBX(20), 0, stac, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xcb, LEAF_7_EBX(20), 0, stac, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd5, LEAF_7_EBX(11), 0, rtm, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd6, LEAF_7_EBX(11), 0, rtm, NULL },
	{ ALL, ONE_BYTE, 0xc7, 0xc7, BYTE | 0xf8, LEAF_7_EBX(11), 0, rtm, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xe8, LEAF_7_EDX(14), 0, "serialize", NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xf9, EXTENDED_EDX(27), 0, "rdtscp", NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfa, EXTENDED_ECX(29), 0, monitorx, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfb, EXTENDED_ECX(29), 0, monitorx, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfc, EXTENDED_8_EBX(0), 0, "clzero", NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfd, EXTENDED_8_EBX(4), 0, "rdpru", NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfe, EXTENDED_8_EBX(3), 0, invlpgb, NULL },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xff, EXTENDED_8_EBX(3), 0, invlpgb, NULL },
	{ 0xf3, AFTER_0F, 0xc7, 0xc7, REG | 7, LEAF_7_ECX(22), 0, "rdpid", NULL },
	{ NP, AFTER_0F, 0xc7, 0xc7, REG | 6, LEAF_1_ECX(30), 0, "rdrand", NULL },
	{ NP, AFTER_0F, 0xc7, 0xc7, REG | 7, LEAF_7_EBX(18), 0, "rdseed", NULL },
	{ ALL, AFTER_0F, 0xc7, 0xc7, MEM | 1, LEAF_1_ECX(13), 0, "cmpxchg16b", NULL },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 6, LEAF_7_ECX(5), 0, waitpkg, NULL },
	{ 0xf2, AFTER_0F, 0xae, 0xae, REG | 6, LEAF_7_ECX(5), 0, waitpkg, NULL },
	{ 0x66, AFTER_0F, 0xae, 0xae, REG | 6, LEAF_7_ECX(5), 0, waitpkg, NULL },
	{ 0x66, AFTER_0F, 0xae, 0xae, MEM | 6, LEAF_7_EBX(24), 0, "clwb", NULL },
	{ 0x66, AFTER_0F, 0xae, 0xae, MEM | 7, LEAF_7_EBX(23), 0, "clflushopt", NULL },
	{ 0xf3, AFTER_0F, 0xb8, 0xb8, ANY, LEAF_1_ECX(23), 0, "popcnt", NULL },
	{ 0xf2, AFTER_0F38, 0xf0, 0xf1, ANY, LEAF_1_ECX(20), 0, sse4_2, NULL },
	{ NP, AFTER_0F38, 0xf0, 0xf1, ANY, LEAF_1_ECX(22), 0, movbe, NULL },
	{ 0x66, AFTER_0F38, 0xf0, 0xf1, ANY, LEAF_1_ECX(22), 0, movbe, NULL },
	{ 0x66, AFTER_0F38, 0xf6, 0xf6, ANY, LEAF_7_EBX(19), 0, adx, NULL },
	{ 0xf3, AFTER_0F38, 0xf6, 0xf6, ANY, LEAF_7_EBX(19), 0, adx, NULL },
	{ NP, AFTER_0F38, 0xf9, 0xf9, ANY, LEAF_7_ECX(27), 0, "movdiri", NULL },
	{ 0x66, AFTER_0F38, 0xf8, 0xf8, ANY, LEAF_7_ECX(28), 0, "movdir64b", NULL },
	{ 0xf2, AFTER_0F38, 0xf8, 0xf8, ANY, LEAF_7_ECX(29), 0, enqcmd, NULL },
	{ 0xf3, AFTER_0F38, 0xf8, 0xf8, ANY, LEAF_7_ECX(29), 0, enqcmd, NULL },
	{ NP, AFTER_0F38, 0xc8, 0xcd, ANY, LEAF_7_EBX(29), CR4(9), sha, cr4_osfxsr },
	{ NP, AFTER_0F3A, 0xcc, 0xcc, ANY, LEAF_7_EBX(29), CR4(9), sha, cr4_osfxsr },
	{ 0x66, AFTER_0F38, 0xdb, 0xdf, ANY, LEAF_1_ECX(25), CR4(9), aes, cr4_osfxsr },
	{ 0x66, AFTER_0F3A, 0xdf, 0xdf, ANY, LEAF_1_ECX(25), CR4(9), aes, cr4_osfxsr },
	{ 0x66, AFTER_0F3A, 0x44, 0x44, ANY, LEAF_1_ECX(1), CR4(9), "pclmulqdq", cr4_osfxsr },
	{ 0x66, AFTER_0F38, 0x00, 0x0b, ANY, LEAF_1_ECX(9), CR4(9), ssse3, cr4_osfxsr },
	{ NP, AFTER_0F38, 0x00, 0x0b, ANY, LEAF_1_ECX(9), 0, ssse3, NULL },
	{ 0x66, AFTER_0F38, 0x1c, 0x1e, ANY, LEAF_1_ECX(9), CR4(9), ssse3, cr4_osfxsr },
	{ NP, AFTER_0F38, 0x1c, 0x1e, ANY, LEAF_1_ECX(9), 0, ssse3, NULL },
	{ 0x66, AFTER_0F3A, 0x0f, 0x0f, ANY, LEAF_1_ECX(9), CR4(9), ssse3, cr4_osfxsr },
	{ NP, AFTER_0F3A, 0x0f, 0x0f, ANY, LEAF_1_ECX(9), 0, ssse3, NULL },
	{ 0x66, AFTER_0F38, 0x37, 0x37, ANY, LEAF_1_ECX(20), CR4(9), sse4_2, cr4_osfxsr },
	{ 0x66, AFTER_0F3A, 0x60, 0x63, ANY, LEAF_1_ECX(20), CR4(9), sse4_2, cr4_osfxsr },
	{ 0x66, AFTER_0F38, 0x10, 0x41, ANY, LEAF_1_ECX(19), CR4(9), sse4_1, cr4_osfxsr },
	{ 0x66, AFTER_0F3A, 0x08, 0x42, ANY, LEAF_1_ECX(19), CR4(9), sse4_1, cr4_osfxsr },
};

static bool fits(const struct known *k, const struct undefined *u)
{
	bool in_register = u->modrm >= 0xc0;
	unsigned number = u->modrm >> 3 & 7;

	if (k->map != u->map || u->opcode < k->first || u->opcode > k->last)
		return false;
	if (k->prefix != ALL && u->mandatory != (k->prefix == NP ? 0 : k->prefix))
		return false;
	if (k->modrm == ANY)
		return true;
	return u->has_modrm && (k->modrm & BYTE ? u->modrm == (k->modrm & 0xff) :
	                        number == (k->modrm & 7) && in_register == !!(k->modrm & REG));
}

static bool has(const struct fault *f, unsigned bit)
{
	return f->id[bit / 64] >> bit % 64 & 1;
}

static bool is_on(const struct fault *f, const struct known *k)
{
	return k->control && f->control[(k->control - 1) / 64] >> (k->control - 1) % 64 & 1;
}

enum { CR0_EM = 1 << 2, CR4_OSFXSR = 1 << 9, CR4_OSXSAVE = 1 << 18, XCR0_AVX = 6, XCR0_AVX512 = 0xe0 };

/* An instruction on XMM registers: CR4.OSFXSR enables them. CR0.EM must be clear for these, and for SSSE3's on MMX
 * registers. vol. 2A, "Exceptions Type 4 (>=16 Byte Mem Arg, No Alignment, No Floating-point Exceptions)". */
static bool is_vector(const struct known *k)
{
	return k->bit == cr4_osfxsr || k->name == ssse3;
}

static struct problem of_known(const struct fault *f, const struct known *k)
{
	if (fault_id_is_known(f) && !has(f, k->cpuid))
		return (struct problem){ .code = ERR_FAULT_LACKS, .text = { k->name } };
	if (is_vector(k) && f->control[0] & CR0_EM)
		return (struct problem){ .code = ERR_FAULT_SSE_EM };
	if (k->control && !is_on(f, k))
		return (struct problem){ .code = ERR_FAULT_OFF, .text = { k->name, k->bit } };
	return (struct problem){ .code = k->bit == cr4_vmxe ? ERR_FAULT_VMX_OUTSIDE : ERR_FAULT_UNDEFINED_NAMED,
	                         .text = { k->name } };
}

/* ---- Groups ----------------------------------------------------------------------------------------------- */

/* Prefix VEX (C5, C4) or EVEX (62). With C4 and the maps 0F38 and 0F3A, opcodes from E0 on (andn to shrx, and rorx)
 * work on general registers and need no XCR0. So do EVEX instructions of map 4: Intel APX Architecture Specification,
 * "Extended EVEX Prefix". */
static struct problem vector(const struct fault *f, const uint8_t *code, unsigned bytes)
{
	bool evex = code[0] == 0x62;
	unsigned map = bytes > 1 ? code[1] & (evex ? 7 : 31) : 0, state = XCR0_AVX | (evex ? XCR0_AVX512 : 0);
	const char *name = evex ? "an AVX-512 instruction" : "an AVX instruction";

	if (evex ? map == 4 : code[0] == 0xc4 && (map == 2 || map == 3) && bytes > 3 && code[3] >= 0xe0)
		return (struct problem){ .code = ERR_FAULT_NEWER };
	if (fault_id_is_known(f) && !has(f, evex ? LEAF_7_EBX(16) : LEAF_1_ECX(28)))
		return (struct problem){ .code = ERR_FAULT_LACKS, .text = { name } };
	if (!(f->control[2] & CR4_OSXSAVE))
		return (struct problem){ .code = ERR_FAULT_AVX };
	if (fault_id_is_known(f) && (f->id[FAULT_ID_XCR0] & state) == state)
		return (struct problem){ .code = ERR_FAULT_NEWER };
	return (struct problem){ .code = ERR_FAULT_AVX_XCR0 };
}

/* vol. 2D, "Opcode Map": one byte, "i64". */
static bool is_not_64(const struct undefined *u)
{
	static const uint16_t rows[16] = { 0x40c0, 0xc0c0, 0x8080, 0x8080, 0, 0, 0x0003, 0,
	                                   0x0004, 0x0400, 0, 0, 0x4000, 0x0050, 0x0400, 0 };

	return u->map == ONE_BYTE && rows[u->opcode >> 4] >> (u->opcode & 15) & 1;
}

/* Opcodes after 0F that work on XMM registers whatever their prefix. vol. 2D, "Opcode Map". */
static bool is_sse(const struct undefined *u)
{
	static const uint16_t rows[16] = { [1] = 0x00ff, [2] = 0xff00, [5] = 0xffff, [12] = 0x0044 };
	static const uint16_t with_prefix[16] = {
		[6] = 0xffff, [7] = 0xf07f, [13] = 0xffff, [14] = 0xffff, [15] = 0x7fff,
	};
	unsigned row = u->opcode >> 4;

	return u->map == AFTER_0F && (rows[row] | (u->mandatory ? with_prefix[row] : 0)) >> (u->opcode & 15) & 1;
}

static struct problem unknown(const struct fault *f, const struct undefined *u)
{
	if (is_sse(u) && f->control[0] & CR0_EM)
		return (struct problem){ .code = ERR_FAULT_SSE_EM };
	if (is_sse(u) && !(f->control[2] & CR4_OSFXSR))
		return (struct problem){ .code = ERR_FAULT_OFF, .text = { "an SSE instruction", cr4_osfxsr } };
	if (is_not_64(u))
		return (struct problem){ .code = ERR_FAULT_NOT_64, .value = { u->opcode } };
	return (struct problem){ .code = u->lock ? ERR_FAULT_LOCK : ERR_FAULT_UNDEFINED };
}

/* vol. 2B, "UD": clang's -fsanitize-trap makes ud1l number(%eax), %eax. */
static struct problem ud1(const struct undefined *u)
{
	bool numbered = u->address_32 && u->has_modrm && u->modrm == 0x40 && u->at < u->end;

	return (struct problem){ .code = numbered ? ERR_FAULT_UD1_CHECK : ERR_FAULT_UD1,
	                         .value = { numbered ? *u->at : 0 } };
}

struct problem fault_undefined_x86_64(const struct fault *f, const uint8_t *code, unsigned bytes)
{
	struct undefined u = { .at = code, .end = code + bytes };

	if (bytes && (code[0] == 0xc5 || code[0] == 0xc4 || code[0] == 0x62))
		return vector(f, code, bytes);
	if (!read(&u))
		return (struct problem){ .code = ERR_FAULT_UNDEFINED };
	if (u.map == AFTER_0F && u.opcode == 0x0b)
		return (struct problem){ .code = ERR_FAULT_UD2 };
	if (u.map == AFTER_0F && u.opcode == 0xb9)
		return ud1(&u);
	for (unsigned i = 0; i < COUNT_OF(known); i++)
		if (fits(&known[i], &u))
			return of_known(f, &known[i]);
	return unknown(f, &u);
}
