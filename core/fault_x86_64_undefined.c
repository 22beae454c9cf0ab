/* fault_x86_64_undefined.c — which instruction a #UD is about. Intel SDM vol. 2, the instructions' "Exceptions" and "CPUID
 * Feature Flag"; vol. 2D, "Opcode Map"; AMD64 APM vol. 3, appendix "Instruction Subsets and CPUID Feature Flags". */
#include "fault_undefined.h"

#include "say.h"

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

/* false: it is cut off before it says which it is. */
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

/* Of f->id: word and bit. */
#define LEAF_1_ECX(n)  (64 * FAULT_ID_1 + (n))
#define LEAF_1_EDX(n)  (64 * FAULT_ID_1 + 32 + (n))
#define LEAF_7_EBX(n)  (64 * FAULT_ID_7 + (n))
#define LEAF_7_ECX(n)  (64 * FAULT_ID_7 + 32 + (n))
#define LEAF_7_EDX(n)  (64 * FAULT_ID_7_EDX + (n))
#define EXTENDED_ECX(n) (64 * FAULT_ID_80000001 + (n))
#define EXTENDED_EDX(n) (64 * FAULT_ID_80000001 + 32 + (n))
#define EXTENDED_8_EBX(n) (64 * FAULT_ID_80000008_EBX + (n))

/* Of f->control, likewise, plus one: what switches it on. */
#define CR4(n)  (64 * 2 + (n) + 1)
#define EFER(n) (64 * 3 + (n) + 1)

/* What ModRM must be: a register or memory, with this number in the middle; or the byte. */
enum { ANY = 0, REG = 0x100, MEM = 0x200, BYTE = 0x400 };
enum { NP = 1, ALL = 2 }; /* no prefix; whatever the prefix */

static const struct known {
	uint8_t prefix, map, first, last;
	uint16_t modrm, cpuid, control, name, bit;
} known[] = {
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 0, LEAF_7_EBX(0), CR4(16), SAY_I_FSGSBASE, SAY_B_FSGSBASE },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 1, LEAF_7_EBX(0), CR4(16), SAY_I_FSGSBASE, SAY_B_FSGSBASE },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 2, LEAF_7_EBX(0), CR4(16), SAY_I_FSGSBASE, SAY_B_FSGSBASE },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 3, LEAF_7_EBX(0), CR4(16), SAY_I_FSGSBASE, SAY_B_FSGSBASE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd0, LEAF_1_ECX(26), CR4(18), SAY_I_XGETBV, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd1, LEAF_1_ECX(26), CR4(18), SAY_I_XSETBV, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0xae, 0xae, MEM | 4, LEAF_1_ECX(26), CR4(18), SAY_I_XSAVE, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0xae, 0xae, MEM | 5, LEAF_1_ECX(26), CR4(18), SAY_I_XSAVE, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0xae, 0xae, MEM | 6, LEAF_1_ECX(26), CR4(18), SAY_I_XSAVE, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 3, LEAF_1_ECX(26), CR4(18), SAY_I_XSAVE, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 4, LEAF_1_ECX(26), CR4(18), SAY_I_XSAVE, SAY_B_OSXSAVE },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 5, LEAF_1_ECX(26), CR4(18), SAY_I_XSAVE, SAY_B_OSXSAVE },
	{ ALL, AFTER_0F, 0x05, 0x05, ANY, EXTENDED_EDX(11), EFER(0), SAY_I_SYSCALL, SAY_B_SCE },
	{ ALL, AFTER_0F, 0x07, 0x07, ANY, EXTENDED_EDX(11), EFER(0), SAY_I_SYSRET, SAY_B_SCE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xee, LEAF_7_ECX(3), CR4(22), SAY_I_RDPKRU, SAY_B_PKE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xef, LEAF_7_ECX(3), CR4(22), SAY_I_WRPKRU, SAY_B_PKE },
	{ 0xf3, AFTER_0F, 0xc7, 0xc7, MEM | 6, LEAF_1_ECX(5), CR4(13), SAY_I_VMXON, SAY_B_VMXE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc1, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc2, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc3, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc4, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 6, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0xc7, 0xc7, MEM | 7, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ 0x66, AFTER_0F, 0xc7, 0xc7, MEM | 6, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0x78, 0x79, ANY, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ 0x66, AFTER_0F38, 0x80, 0x81, ANY, LEAF_1_ECX(5), CR4(13), SAY_I_VMX, SAY_B_VMXE },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd8, EXTENDED_ECX(2), EFER(12), SAY_I_SVM, SAY_B_SVME },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xda, EXTENDED_ECX(2), EFER(12), SAY_I_SVM, SAY_B_SVME },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdb, EXTENDED_ECX(2), EFER(12), SAY_I_SVM, SAY_B_SVME },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdc, EXTENDED_ECX(2), EFER(12), SAY_I_SVM, SAY_B_SVME },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdd, EXTENDED_ECX(2), EFER(12), SAY_I_SVM, SAY_B_SVME },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xdf, EXTENDED_ECX(2), EFER(12), SAY_I_SVM, SAY_B_SVME },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 5, LEAF_7_ECX(7), CR4(23), SAY_I_CET, SAY_B_CET },
	{ 0xf3, AFTER_0F, 0xae, 0xae, MEM | 6, LEAF_7_ECX(7), CR4(23), SAY_I_CET, SAY_B_CET },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xe8, LEAF_7_ECX(7), CR4(23), SAY_I_CET, SAY_B_CET },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xea, LEAF_7_ECX(7), CR4(23), SAY_I_CET, SAY_B_CET },
	{ 0xf3, AFTER_0F, 0x01, 0x01, MEM | 5, LEAF_7_ECX(7), CR4(23), SAY_I_CET, SAY_B_CET },
	{ NP, AFTER_0F38, 0xf6, 0xf6, ANY, LEAF_7_ECX(7), CR4(23), SAY_I_CET, SAY_B_CET },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xec, LEAF_7_EDX(5), CR4(25), SAY_I_UINTR, SAY_B_UINTR },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xed, LEAF_7_EDX(5), CR4(25), SAY_I_UINTR, SAY_B_UINTR },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xee, LEAF_7_EDX(5), CR4(25), SAY_I_UINTR, SAY_B_UINTR },
	{ 0xf3, AFTER_0F, 0x01, 0x01, BYTE | 0xef, LEAF_7_EDX(5), CR4(25), SAY_I_UINTR, SAY_B_UINTR },
	{ 0xf3, AFTER_0F, 0xc7, 0xc7, REG | 6, LEAF_7_EDX(5), CR4(25), SAY_I_UINTR, SAY_B_UINTR },
	{ ALL, AFTER_0F, 0x37, 0x37, ANY, LEAF_1_ECX(6), CR4(14), SAY_I_GETSEC, SAY_B_SMXE },
	/* Nothing switches these on. */
	{ 0x66, AFTER_0F38, 0x82, 0x82, ANY, LEAF_7_EBX(10), 0, SAY_I_INVPCID, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc8, LEAF_1_ECX(3), 0, SAY_I_MONITOR, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xc9, LEAF_1_ECX(3), 0, SAY_I_MONITOR, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xca, LEAF_7_EBX(20), 0, SAY_I_STAC, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xcb, LEAF_7_EBX(20), 0, SAY_I_STAC, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd5, LEAF_7_EBX(11), 0, SAY_I_RTM, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xd6, LEAF_7_EBX(11), 0, SAY_I_RTM, 0 },
	{ ALL, ONE_BYTE, 0xc7, 0xc7, BYTE | 0xf8, LEAF_7_EBX(11), 0, SAY_I_RTM, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xe8, LEAF_7_EDX(14), 0, SAY_I_SERIALIZE, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xf9, EXTENDED_EDX(27), 0, SAY_I_RDTSCP, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfa, EXTENDED_ECX(29), 0, SAY_I_MONITORX, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfb, EXTENDED_ECX(29), 0, SAY_I_MONITORX, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfc, EXTENDED_8_EBX(0), 0, SAY_I_CLZERO, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfd, EXTENDED_8_EBX(4), 0, SAY_I_RDPRU, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xfe, EXTENDED_8_EBX(3), 0, SAY_I_INVLPGB, 0 },
	{ NP, AFTER_0F, 0x01, 0x01, BYTE | 0xff, EXTENDED_8_EBX(3), 0, SAY_I_INVLPGB, 0 },
	{ 0xf3, AFTER_0F, 0xc7, 0xc7, REG | 7, LEAF_7_ECX(22), 0, SAY_I_RDPID, 0 },
	{ NP, AFTER_0F, 0xc7, 0xc7, REG | 6, LEAF_1_ECX(30), 0, SAY_I_RDRAND, 0 },
	{ NP, AFTER_0F, 0xc7, 0xc7, REG | 7, LEAF_7_EBX(18), 0, SAY_I_RDSEED, 0 },
	{ ALL, AFTER_0F, 0xc7, 0xc7, MEM | 1, LEAF_1_ECX(13), 0, SAY_I_CX16, 0 },
	{ 0xf3, AFTER_0F, 0xae, 0xae, REG | 6, LEAF_7_ECX(5), 0, SAY_I_WAITPKG, 0 },
	{ 0xf2, AFTER_0F, 0xae, 0xae, REG | 6, LEAF_7_ECX(5), 0, SAY_I_WAITPKG, 0 },
	{ 0x66, AFTER_0F, 0xae, 0xae, REG | 6, LEAF_7_ECX(5), 0, SAY_I_WAITPKG, 0 },
	{ 0x66, AFTER_0F, 0xae, 0xae, MEM | 6, LEAF_7_EBX(24), 0, SAY_I_CLWB, 0 },
	{ 0x66, AFTER_0F, 0xae, 0xae, MEM | 7, LEAF_7_EBX(23), 0, SAY_I_CLFLUSHOPT, 0 },
	{ 0xf3, AFTER_0F, 0xb8, 0xb8, ANY, LEAF_1_ECX(23), 0, SAY_I_POPCNT, 0 },
	{ 0xf2, AFTER_0F38, 0xf0, 0xf1, ANY, LEAF_1_ECX(20), 0, SAY_I_SSE4_2, 0 },
	{ NP, AFTER_0F38, 0xf0, 0xf1, ANY, LEAF_1_ECX(22), 0, SAY_I_MOVBE, 0 },
	{ 0x66, AFTER_0F38, 0xf0, 0xf1, ANY, LEAF_1_ECX(22), 0, SAY_I_MOVBE, 0 },
	{ 0x66, AFTER_0F38, 0xf6, 0xf6, ANY, LEAF_7_EBX(19), 0, SAY_I_ADX, 0 },
	{ 0xf3, AFTER_0F38, 0xf6, 0xf6, ANY, LEAF_7_EBX(19), 0, SAY_I_ADX, 0 },
	{ NP, AFTER_0F38, 0xf9, 0xf9, ANY, LEAF_7_ECX(27), 0, SAY_I_MOVDIRI, 0 },
	{ 0x66, AFTER_0F38, 0xf8, 0xf8, ANY, LEAF_7_ECX(28), 0, SAY_I_MOVDIR64B, 0 },
	{ 0xf2, AFTER_0F38, 0xf8, 0xf8, ANY, LEAF_7_ECX(29), 0, SAY_I_ENQCMD, 0 },
	{ 0xf3, AFTER_0F38, 0xf8, 0xf8, ANY, LEAF_7_ECX(29), 0, SAY_I_ENQCMD, 0 },
	{ NP, AFTER_0F38, 0xc8, 0xcd, ANY, LEAF_7_EBX(29), CR4(9), SAY_I_SHA, SAY_B_OSFXSR },
	{ NP, AFTER_0F3A, 0xcc, 0xcc, ANY, LEAF_7_EBX(29), CR4(9), SAY_I_SHA, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F38, 0xdb, 0xdf, ANY, LEAF_1_ECX(25), CR4(9), SAY_I_AES, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F3A, 0xdf, 0xdf, ANY, LEAF_1_ECX(25), CR4(9), SAY_I_AES, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F3A, 0x44, 0x44, ANY, LEAF_1_ECX(1), CR4(9), SAY_I_PCLMUL, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F38, 0x00, 0x0b, ANY, LEAF_1_ECX(9), CR4(9), SAY_I_SSSE3, SAY_B_OSFXSR },
	{ NP, AFTER_0F38, 0x00, 0x0b, ANY, LEAF_1_ECX(9), 0, SAY_I_SSSE3, 0 },
	{ 0x66, AFTER_0F38, 0x1c, 0x1e, ANY, LEAF_1_ECX(9), CR4(9), SAY_I_SSSE3, SAY_B_OSFXSR },
	{ NP, AFTER_0F38, 0x1c, 0x1e, ANY, LEAF_1_ECX(9), 0, SAY_I_SSSE3, 0 },
	{ 0x66, AFTER_0F3A, 0x0f, 0x0f, ANY, LEAF_1_ECX(9), CR4(9), SAY_I_SSSE3, SAY_B_OSFXSR },
	{ NP, AFTER_0F3A, 0x0f, 0x0f, ANY, LEAF_1_ECX(9), 0, SAY_I_SSSE3, 0 },
	{ 0x66, AFTER_0F38, 0x37, 0x37, ANY, LEAF_1_ECX(20), CR4(9), SAY_I_SSE4_2, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F3A, 0x60, 0x63, ANY, LEAF_1_ECX(20), CR4(9), SAY_I_SSE4_2, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F38, 0x10, 0x41, ANY, LEAF_1_ECX(19), CR4(9), SAY_I_SSE4_1, SAY_B_OSFXSR },
	{ 0x66, AFTER_0F3A, 0x08, 0x42, ANY, LEAF_1_ECX(19), CR4(9), SAY_I_SSE4_1, SAY_B_OSFXSR },
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

/* On XMM registers: CR4.OSFXSR switches them on. CR0.EM must be clear for these, and for SSSE3's on MMX registers. vol. 2A,
 * "Exceptions Type 4 (>=16 Byte Mem Arg, No Alignment, No Floating-point Exceptions)". */
static bool is_vector(const struct known *k)
{
	return k->bit == SAY_B_OSFXSR || k->name == SAY_I_SSSE3;
}

static struct problem of_known(const struct fault *f, const struct known *k)
{
	if (fault_id_is_known(f) && !has(f, k->cpuid))
		return (struct problem){ ERR_FAULT_LACKS, 0, { k->name } };
	if (is_vector(k) && f->control[0] & CR0_EM)
		return (struct problem){ .code = ERR_FAULT_SSE_EM };
	if (k->control && !is_on(f, k))
		return (struct problem){ ERR_FAULT_OFF, 0, { k->name, k->bit } };
	return (struct problem){ k->bit == SAY_B_VMXE ? ERR_FAULT_VMX_OUTSIDE : ERR_FAULT_UNDEFINED_NAMED, 0, { k->name } };
}

/* ---- Groups ----------------------------------------------------------------------------------------------- */

/* Prefix VEX (C5, C4) or EVEX (62). C4 with maps 0F38 and 0F3A: all from E0 on work on general registers, andn to shrx and rorx
 * for example, and need no XCR0; so do those of map 4, Intel APX Architecture Specification, "Extended EVEX Prefix". */
static struct problem vector(const struct fault *f, const uint8_t *code, unsigned bytes)
{
	bool evex = code[0] == 0x62;
	unsigned map = bytes > 1 ? code[1] & (evex ? 7 : 31) : 0, state = XCR0_AVX | (evex ? XCR0_AVX512 : 0);
	enum say name = evex ? SAY_I_AVX512 : SAY_I_AVX;

	if (evex ? map == 4 : code[0] == 0xc4 && (map == 2 || map == 3) && bytes > 3 && code[3] >= 0xe0)
		return (struct problem){ .code = ERR_FAULT_NEWER };
	if (fault_id_is_known(f) && !has(f, evex ? LEAF_7_EBX(16) : LEAF_1_ECX(28)))
		return (struct problem){ ERR_FAULT_LACKS, 0, { name } };
	if (!(f->control[2] & CR4_OSXSAVE))
		return (struct problem){ .code = ERR_FAULT_AVX };
	if (fault_id_is_known(f) && (f->id[FAULT_ID_XCR0] & state) == state)
		return (struct problem){ .code = ERR_FAULT_NEWER };
	return (struct problem){ .code = ERR_FAULT_AVX_XCR0 };
}

/* vol. 2D, "Opcode Map": one byte, "i64". */
static bool is_not_64(const struct undefined *u)
{
	static const uint16_t rows[16] = { 0x40c0, 0xc0c0, 0x8080, 0x8080, 0, 0, 0x0003, 0, 0x0004, 0x0400, 0, 0, 0x4000, 0x0050, 0x0400, 0 };

	return u->map == ONE_BYTE && rows[u->opcode >> 4] >> (u->opcode & 15) & 1;
}

/* Opcodes after 0F that work on XMM registers whatever their prefix. vol. 2D, "Opcode Map". */
static bool is_sse(const struct undefined *u)
{
	static const uint16_t rows[16] = { [1] = 0x00ff, [2] = 0xff00, [5] = 0xffff, [12] = 0x0044 };
	static const uint16_t with_prefix[16] = { [6] = 0xffff, [7] = 0xf07f, [13] = 0xffff, [14] = 0xffff, [15] = 0x7fff };
	unsigned row = u->opcode >> 4;

	return u->map == AFTER_0F && (rows[row] | (u->mandatory ? with_prefix[row] : 0)) >> (u->opcode & 15) & 1;
}

static struct problem unknown(const struct fault *f, const struct undefined *u)
{
	if (is_sse(u) && f->control[0] & CR0_EM)
		return (struct problem){ .code = ERR_FAULT_SSE_EM };
	if (is_sse(u) && !(f->control[2] & CR4_OSFXSR))
		return (struct problem){ ERR_FAULT_OFF, 0, { SAY_I_SSE, SAY_B_OSFXSR } };
	if (is_not_64(u))
		return (struct problem){ ERR_FAULT_NOT_64, 0, { u->opcode } };
	return (struct problem){ .code = u->lock ? ERR_FAULT_LOCK : ERR_FAULT_UNDEFINED };
}

/* vol. 2B, "UD": clang's -fsanitize-trap makes ud1l number(%eax), %eax. */
static struct problem ud1(const struct undefined *u)
{
	bool numbered = u->address_32 && u->has_modrm && u->modrm == 0x40 && u->at < u->end;

	return (struct problem){ numbered ? ERR_FAULT_UD1_CHECK : ERR_FAULT_UD1, 0, { numbered ? *u->at : 0 } };
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
