/* limine_protocol.h — requests and structures of the Limine Boot Protocol, as kernels read them. Pointers are addresses
 * in the kernel's space: 64 bits wide. */
#ifndef CORE_LIMINE_PROTOCOL_H
#define CORE_LIMINE_PROTOCOL_H

#include <stdint.h>

/* X(name, words 2 and 3 of the id, bytes of the request in its first revision, bytes in its last, last revision that
 * is served, text) */
#define LIMINE_REQUESTS_LIST(X) \
	X(LOADER, 0xf55038d8e2a1202f, 0x279426fcf5f59740, 48, 48, 0, "bootloader info") \
	X(CMDLINE, 0x4b161536e598651e, 0xb390ad4a2f1f303a, 48, 48, 0, "command line") \
	X(FIRMWARE, 0x8c2f75d90bef28a8, 0x7045a4688eac00c3, 48, 48, 0, "firmware type") \
	X(STACK, 0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d, 56, 56, 0, "stack size") \
	X(HHDM, 0x48dcf1cb8ad2b852, 0x63984e959a98244b, 48, 48, 0, "HHDM") \
	X(FRAMEBUFFER, 0x9d5827dcd881dd75, 0xa3148604f6fab11b, 48, 48, 1, "framebuffer") \
	X(PAGING, 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a, 56, 72, 1, "paging mode") \
	X(MP, 0x95a67b819a1b857e, 0xa0b61b723b6a73e0, 56, 56, 0, "MP") \
	X(MEMORY_MAP, 0x67cf3d9d378a806f, 0xe304acdfc50c3c62, 48, 48, 0, "memory map") \
	X(ENTRY, 0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a, 56, 56, 0, "entry point") \
	X(FILE, 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69, 48, 48, 0, "executable file") \
	X(ADDRESS, 0x71ba76863cc55f63, 0xb2644a48c516a487, 48, 48, 0, "executable address") \
	X(MODULES, 0x3e7e279702be32af, 0xca1c4f3bd1280cee, 48, 64, 1, "modules") \
	X(RSDP, 0xc5e77b6b397e7b43, 0x27637845accdcf3c, 48, 48, 0, "RSDP") \
	X(SMBIOS, 0x9e9046f11e095391, 0xaa4a520fefbde5ee, 48, 48, 0, "SMBIOS") \
	X(SYSTEM_TABLE, 0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc, 48, 48, 0, "EFI system table") \
	X(EFI_MAP, 0x7df62a431d6872d5, 0xa4fcdfb3e57306c8, 48, 48, 0, "EFI memory map") \
	X(DATE, 0x502746e184c088aa, 0xfbc5ec83e6327893, 48, 48, 0, "date at boot") \
	X(DEVICE_TREE, 0xb40ddb48fb54bac7, 0x545081493f81ffb7, 48, 48, 0, "device tree") \
	X(PERFORMANCE, 0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17, 48, 48, 0, "bootloader performance") \
	X(KEEP_IOMMU, 0x8ebaabe51f490179, 0x2aa86a59ffb4ab0f, 48, 48, 0, "keep IOMMU") \
	X(TSC, 0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31, 48, 48, 0, "TSC frequency") \
	X(TPM_LOG, 0x98e094fc7e76e979, 0xee8d8775c54e1d1f, 48, 48, 0, "TPM event log") \
	X(ENTROPY, 0x65ea80255d5682c5, 0x9117240723f493eb, 56, 56, 0, "entropy") \
	X(FLANTERM, 0x3259399fe7c5f126, 0xe01c1c8c5db9d1a9, 48, 48, 0, "Flanterm parameters") \
	X(RISCV_BSP, 0x1369359f025525f9, 0x2ff2a56178391bb6, 48, 48, 0, "RISC-V boot hart")

enum limine_id {
#define X(name, a, b, first, bytes, revision, text) LIMINE_##name,
	LIMINE_REQUESTS_LIST(X)
#undef X
	LIMINE_REQUESTS
};

/* "Memory Map Feature" */
enum {
	LIMINE_USABLE, LIMINE_RESERVED, LIMINE_ACPI_RECLAIMABLE, LIMINE_ACPI_NVS, LIMINE_BAD_MEMORY,
	LIMINE_BOOTLOADER_RECLAIMABLE, LIMINE_EXECUTABLE_AND_MODULES, LIMINE_FRAMEBUFFER_MEMORY, LIMINE_RESERVED_MAPPED,
};

struct limine_memory { uint64_t base, length, type; };

/* "Features": every request begins so. */
struct limine_request { uint64_t id[4], revision, response; };

struct limine_loader_info { uint64_t revision, name, version; };
struct limine_word { uint64_t revision, value; };        /* command line, firmware type, HHDM, and their like */
struct limine_revision { uint64_t revision; };           /* stack size, entry point, keep IOMMU               */
struct limine_two { uint64_t revision, value[2]; };      /* executable address, SMBIOS                        */
struct limine_array { uint64_t revision, count, list; }; /* framebuffers, memory map, modules, Flanterm        */
struct limine_efi_map { uint64_t revision, map, bytes, descriptor_bytes, version; };
struct limine_times { uint64_t revision, reset, init, exec; };
struct limine_tpm_log { uint64_t revision, format, size, address; };

/* "Framebuffer Feature" */
struct limine_video_mode {
	uint64_t pitch, width, height;
	uint16_t bpp;
	uint8_t model, masks[6];
	uint8_t pad[7];
};
_Static_assert(sizeof(struct limine_video_mode) == 40, "limine_video_mode");
struct limine_framebuffer {
	uint64_t address, width, height, pitch;
	uint16_t bpp;
	uint8_t model, masks[6]; /* size and shift of red, green, blue */
	uint8_t pad[7];
	uint64_t edid_bytes, edid;
	uint64_t mode_count, modes;
};
_Static_assert(sizeof(struct limine_framebuffer) == 80, "limine_framebuffer");

/* "File Structure" */
enum { LIMINE_MEDIA_GENERIC, LIMINE_MEDIA_OPTICAL };
struct limine_file {
	uint64_t revision, address, size, path, string;
	uint32_t media, unused;
	uint8_t tftp_ipv4[4];
	uint32_t tftp_port, partition_index, mbr_disk_id;
	uint8_t gpt_disk[16], gpt_partition[16], partition[16];
};
_Static_assert(sizeof(struct limine_file) == 112, "limine_file");
struct limine_internal_module { uint64_t path, string, flags; };
enum { LIMINE_MODULE_REQUIRED = 1, LIMINE_MODULE_COMPRESSED = 2 };

/* "MP (multiprocessor) Feature": x86_64, aarch64 */
struct limine_mp_x86_64 { uint64_t revision; uint32_t flags, bsp_lapic_id; uint64_t count, list; };
struct limine_mp_aarch64 { uint64_t revision, flags, bsp_mpidr, count, list; };
struct limine_cpu_x86_64 { uint32_t processor_id, lapic_id; uint64_t reserved, go_to, argument; };
struct limine_cpu_aarch64 { uint32_t processor_id, reserved_1; uint64_t mpidr, reserved, go_to, argument; };

/* "Flanterm FB Init Params Feature" */
struct limine_flanterm {
	uint64_t canvas, canvas_size;
	uint32_t ansi[8], bright[8], background, foreground, bright_background, bright_foreground;
	uint64_t font, font_width, font_height, font_spacing, font_scale_x, font_scale_y, margin, rotation;
};

#endif
