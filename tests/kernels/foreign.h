/* foreign.h — files that are something else than a kernel for this loader, named by what they are: how each begins,
 * which code refuses it, and words of its sentence. The unit test, the tests of the loader and the files that boot
 * scenarios try come from this table. Magic numbers are written anew here, not taken from core/. */
#ifndef TESTS_FOREIGN_H
#define TESTS_FOREIGN_H

#include "unit/elf_builder.h"

enum { FOREIGN_MOST = 40 * 1024, FOREIGN_PIECES = 6 };

struct foreign {
	const char *name;
	enum err code;
	const char *says;
	uint32_t bytes; /* of the file: 0xa5, which is neither zero nor text, but for the pieces */
	struct {
		uint32_t at, bytes;
		const char *is;
	} piece[FOREIGN_PIECES];
};

#define PIECE(at, text) { at, sizeof text - 1, text }

static const struct foreign foreign[] = {
	{ "gzip", ERR_IS_GZIP, "compressed by gzip", 4096, { PIECE(0, "\x1f\x8b\x08\x00") } },
	{ "zstd", ERR_IS_ZSTD, "compressed by zstd", 4096, { PIECE(0, "\x28\xb5\x2f\xfd") } },
	{ "xz", ERR_IS_XZ, "compressed by xz", 4096, { PIECE(0, "\xfd\x37\x7a\x58\x5a\x00") } },
	{ "lz4", ERR_IS_LZ4, "compressed by lz4", 4096, { PIECE(0, "\x04\x22\x4d\x18") } },
	{ "lz4-legacy", ERR_IS_LZ4, "compressed by lz4", 4096, { PIECE(0, "\x02\x21\x4c\x18") } },
	{ "bzip2", ERR_IS_BZIP2, "compressed by bzip2", 4096, { PIECE(0, "BZh9") } },
	{ "lzop", ERR_IS_LZOP, "compressed by lzop", 4096, { PIECE(0, "\x89\x4c\x5a\x4f\x00\x0d\x0a\x1a\x0a") } },
	{ "gzip-cut", ERR_IS_GZIP, "compressed by gzip", 20, { PIECE(0, "\x1f\x8b\x08") } },
	{ "bzimage", ERR_IS_LINUX, "a Linux kernel (bzImage)", 8192,
	  { PIECE(0, "MZ"), PIECE(0x1fe, "\x55\xaa"), PIECE(0x202, "HdrS") } },
	{ "image-arm64", ERR_IS_LINUX_IMAGE, "Linux's Image format", 8192,
	  { PIECE(0, "MZ\x40\xfa"), PIECE(56, "ARM\x64") } },
	{ "image-riscv", ERR_IS_LINUX_IMAGE, "Linux's Image format", 8192, { PIECE(48, "RISCV\0\0\0RSC\x05") } },
	{ "zboot", ERR_IS_ZBOOT, "EFI zboot", 8192, { PIECE(0, "MZ\0\0zimg"), PIECE(0x3c, "\x40\0\0\0PE\0\0"), PIECE(0x40 + 92, "\x0a\0") } },
	{ "efi", ERR_IS_EFI, "an EFI program", 4096,
	  { PIECE(0, "MZ"), PIECE(0x3c, "\x80\0\0\0"),
	    PIECE(0x80, "PE\0\0\x64\x86" "00000000000000000000000000000000000000000000000000000000"
	    "000000000000000000000000000000\x0a\x00") } },
	{ "uki", ERR_IS_UKI, "a unified kernel image", 4096,
	  { PIECE(0, "MZ"), PIECE(0x3c, "\x80\0\0\0"), PIECE(0x80, "PE\0\0\x64\x86\x02\0"), PIECE(0x94, "\xf0\0"),
	    PIECE(0x80 + 92, "\x0a\0"), PIECE(0x1b0, ".linux\0\0") } },
	{ "windows", ERR_IS_PE, "a Windows program", 4096,
	  { PIECE(0, "MZ"), PIECE(0x3c, "\x80\0\0\0"),
	    PIECE(0x80, "PE\0\0\x64\x86" "00000000000000000000000000000000000000000000000000000000"
	    "000000000000000000000000000000\x03\x00") } },
	{ "coff-object", ERR_IS_COFF, "a COFF object file", 4096, { PIECE(0, "\x64\x86\x03\x00"), PIECE(16, "\0\0") } },
	{ "mach-o", ERR_IS_MACHO, "a Mach-O file", 4096, { PIECE(0, "\xcf\xfa\xed\xfe") } },
	{ "mach-o-32", ERR_IS_MACHO, "a Mach-O file", 4096, { PIECE(0, "\xce\xfa\xed\xfe") } },
	{ "mach-o-fat", ERR_IS_MACHO, "a Mach-O file", 4096, { PIECE(0, "\xca\xfe\xba\xbe") } },
	{ "bitcode", ERR_IS_BITCODE, "LLVM bitcode", 4096, { PIECE(0, "BC\xc0\xde") } },
	{ "bitcode-wrapped", ERR_IS_BITCODE, "LLVM bitcode", 4096, { PIECE(0, "\xde\xc0\x17\x0b") } },
	{ "library", ERR_IS_LIBRARY, "a static library", 4096, { PIECE(0, "!<arch>\n") } },
	{ "uimage", ERR_IS_UIMAGE, "a U-Boot image (uImage)", 4096, { PIECE(0, "\x27\x05\x19\x56") } },
	{ "fit", ERR_IS_FIT, "a U-Boot image tree", 4096,
	  { PIECE(0, "\xd0\x0d\xfe\xed"), PIECE(0x58, "\0\0\0\1images\0") } },
	{ "device-tree", ERR_IS_DEVICE_TREE, "a device tree", 4096, { PIECE(0, "\xd0\x0d\xfe\xed") } },
	{ "android", ERR_IS_ANDROID, "an Android boot image", 4096, { PIECE(0, "ANDROID!") } },
	{ "cpio", ERR_IS_ARCHIVE, "an archive", 4096, { PIECE(0, "070701") } },
	{ "cpio-crc", ERR_IS_ARCHIVE, "an archive", 4096, { PIECE(0, "070702") } },
	{ "tar", ERR_IS_ARCHIVE, "an archive", 4096, { PIECE(0, "kernel.elf\0"), PIECE(257, "ustar\0" "00") } },
	{ "zip", ERR_IS_ARCHIVE, "an archive", 4096, { PIECE(0, "PK\3\4") } },
	{ "iso", ERR_IS_ISO, "an image of a CD", 36 * 1024, { PIECE(510, "\x55\xaa"), PIECE(0x8001, "CD001\1") } },
	{ "iso-cut", ERR_IS_DISK, "an image of a disk", 0x8005, { PIECE(510, "\x55\xaa"), PIECE(0x8001, "CD00") } },
	{ "gpt", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(512, "EFI PART") } },
	{ "gpt-4096", ERR_IS_DISK, "an image of a disk", 8192, { PIECE(4096, "EFI PART") } },
	{ "boot-sector", ERR_IS_DISK, "an image of a disk", 512, { PIECE(510, "\x55\xaa") } },
	{ "qcow2", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(0, "QFI\xfb") } },
	{ "vmdk", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(0, "KDMV") } },
	{ "vhdx", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(0, "vhdxfile") } },
	{ "vdi", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(0x40, "\x7f\x10\xda\xbe") } },
	{ "squashfs", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(0, "hsqs") } },
	{ "ext4", ERR_IS_DISK, "an image of a disk", 4096, { PIECE(1024 + 0x38, "\x53\xef") } },
	{ "script", ERR_IS_SCRIPT, "a script", 4096, { PIECE(0, "#!/bin/sh\n") } },
	{ "text", ERR_IS_TEXT, "this is text", 21, { PIECE(0, "\tkernel-1.2\r\n is f\xc3\xbcr") } },
	{ "multiboot-flat", ERR_IS_MULTIBOOT, "made for Multiboot:", 4096,
	  { PIECE(0x44, "\x02\xb0\xad\x1b\x03\x00\x01\x00\xfb\x4f\x51\xe4") } },
	/* Not what they seem to be. */
	{ "flat", ERR_ELF_MAGIC, "nor of a kind that is known here", 4096, { PIECE(0, "\xfa\xf4\xeb\xfd") } },
	{ "multiboot-bad-sum", ERR_ELF_MAGIC, "nor of a kind", 4096,
	  { PIECE(0x44, "\x02\xb0\xad\x1b\x03\x00\x01\x00\xfc\x4f\x51\xe4") } },
	{ "multiboot-unaligned", ERR_ELF_MAGIC, "nor of a kind", 4096,
	  { PIECE(0x46, "\x02\xb0\xad\x1b\x03\x00\x01\x00\xfb\x4f\x51\xe4") } },
	{ "multiboot-too-late", ERR_ELF_MAGIC, "nor of a kind", 12288,
	  { PIECE(8188, "\x02\xb0\xad\x1b\x03\x00\x01\x00\xfb\x4f\x51\xe4") } },
	{ "multiboot2-unaligned", ERR_ELF_MAGIC, "nor of a kind", 4096,
	  { PIECE(0x14, "\xd6\x50\x52\xe8\x00\x00\x00\x00\x18\x00\x00\x00\x12\xaf\xad\x17") } },
	{ "multiboot2-too-late", ERR_ELF_MAGIC, "nor of a kind", 36 * 1024,
	  { PIECE(0x7ff8, "\xd6\x50\x52\xe8\x00\x00\x00\x00\x18\x00\x00\x00\x12\xaf\xad\x17") } },
	{ "mz-alone", ERR_ELF_MAGIC, "nor of a kind", 4096, { PIECE(0, "MZ"), PIECE(0x3c, "\xf0\xff\xff\xff") } },
	{ "text-and-control", ERR_ELF_MAGIC, "nor of a kind", 500, { PIECE(300, "\x1b[0m") } },
	{ "flat-short", ERR_ELF_SHORT, "has only 10 bytes", 10, { PIECE(0, "\xfa\xf4\xeb\xfd\x01") } },
};

/* More than 0xa5 to fill a file with: zeros. */
static const struct foreign foreign_zeros[] = {
	{ "zeros", ERR_IS_ZEROS, "nothing but zeros", 8192, { PIECE(4096, "\x7f" "ELF") } },
	{ "zeros-short", ERR_IS_ZEROS, "nothing but zeros", 3, { PIECE(0, "\0") } },
	{ "zeros-end-early", ERR_ELF_MAGIC, "nor of a kind", 8192, { PIECE(4095, "\1") } },
};

#undef PIECE

/* An EFI program is refused only where the configuration names another protocol. */
static inline bool foreign_is_efi(const struct foreign *f)
{
	return f->code == ERR_IS_EFI || f->code == ERR_IS_UKI || f->code == ERR_IS_ZBOOT;
}

/* Returns the bytes of the file, in `out`, which has room for FOREIGN_MOST. */
static inline size_t foreign_build(const struct foreign *f, uint8_t *out)
{
	memset(out, f >= foreign_zeros && f < foreign_zeros + COUNT_OF(foreign_zeros) ? 0 : 0xa5, f->bytes);
	for (unsigned i = 0; i < FOREIGN_PIECES; i++)
		if (f->piece[i].bytes)
			memcpy(out + f->piece[i].at, f->piece[i].is, f->piece[i].bytes);
	return f->bytes;
}

/* ---- Kernels that another protocol's loader would boot -------------------------------------------------- */

enum foreign_kernel { FOREIGN_LIMINE, FOREIGN_LIMINE_REQUEST, FOREIGN_MULTIBOOT, FOREIGN_MULTIBOOT2, FOREIGN_PVH,
                      FOREIGN_KERNELS };

static const struct {
	const char *name;
	enum err code;
	const char *says;
	uint64_t offset;
} foreign_kernels[FOREIGN_KERNELS] = {
	{ "limine", ERR_IS_LIMINE, "made for the Limine protocol: it has its requests", 0x2048 },
	{ "limine-request", ERR_IS_LIMINE, "made for the Limine protocol: it has its requests", 0x21f0 },
	{ "multiboot", ERR_IS_MULTIBOOT, "made for Multiboot: it has the header of version 1", 0x1044 },
	{ "multiboot2", ERR_IS_MULTIBOOT2, "made for Multiboot2: it has that header", 0x1048 },
	{ "pvh", ERR_IS_PVH, "it has the PVH entry point in a note", 0x1080 },
};

static inline void foreign_put(struct elf_image *f, enum foreign_kernel kind)
{
	switch (kind) {
	case FOREIGN_LIMINE:
		put64(f, AT_DATA + 0x48, 0xf9562b2d5c95a6c8);
		put64(f, AT_DATA + 0x50, 0x6a7b384944536bdc);
		break;
	case FOREIGN_LIMINE_REQUEST: /* cut by the segment's end: the first two words are enough */
		put64(f, AT_DATA + 0x1f0, 0xc7b1dd30df4c8b88);
		put64(f, AT_DATA + 0x1f8, 0x0a82e883a194f07b);
		break;
	case FOREIGN_MULTIBOOT:
		put32(f, AT_TEXT + 0x44, 0x1badb002);
		put32(f, AT_TEXT + 0x48, 0);
		put32(f, AT_TEXT + 0x4c, 0 - 0x1badb002u);
		break;
	case FOREIGN_MULTIBOOT2:
		put32(f, AT_TEXT + 0x48, 0xe85250d6);
		put32(f, AT_TEXT + 0x4c, 0);
		put32(f, AT_TEXT + 0x50, 24);
		put32(f, AT_TEXT + 0x54, 0 - 0xe85250d6u - 24);
		break;
	default:
		put32(f, AT_NOTE, 4);
		put32(f, AT_NOTE + 4, 8);
		put32(f, AT_NOTE + 8, 18);
		memcpy(f->data + AT_NOTE + 12, "Xen", 4);
		put64(f, AT_NOTE + 16, 0x1000000);
		put32(f, AT_NOTE + 24, 0);
		break;
	}
}

/* The kernel of unit/elf_builder.h without its request. */
static inline void foreign_kernel_build(struct elf_image *f, uint16_t machine, enum foreign_kernel kind)
{
	elf_build(f, machine, false);
	if (kind != FOREIGN_PVH) {
		put32(f, PH_NOTE, 0);
		put32(f, SH_NOTE + SH_KIND, 0);
	}
	foreign_put(f, kind);
}

#endif
