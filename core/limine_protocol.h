/* limine_protocol.h — structures of the Limine Boot Protocol, as kernels read them. Pointers are addresses in the
 * kernel's space: 64 bits wide. */
#ifndef CORE_LIMINE_PROTOCOL_H
#define CORE_LIMINE_PROTOCOL_H

#include <stdint.h>

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
