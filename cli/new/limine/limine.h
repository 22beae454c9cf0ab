/* limine.h — the Limine boot protocol: identifiers, requests and responses. Written for @NAME@ by `hobnail new` from
 * the protocol's specification, with its names; the header that comes with Limine has them, too, and can take the place
 * of this file. You may do with it what you like (0BSD).
 *
 * A request is a structure with an identifier. The loader finds it in the loaded kernel, between the two markers, and
 * writes the address of a response into it; NULL stays where it has none to give. Responses, and all that they point
 * to, are in memory of the type LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE, and addresses are virtual. */
#ifndef LIMINE_H
#define LIMINE_H

#include <stdint.h>

#define LIMINE_REQUESTS_START_MARKER \
	{ 0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316, 0x181e920a7852b9d9 }
#define LIMINE_REQUESTS_END_MARKER { 0xadc0e0531bb10d03, 0x9572709f31764c62 }

/* An array of three words. The third becomes 0 if the loader knows the base revision. */
#define LIMINE_BASE_REVISION(n) { 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, (n) }

#define LIMINE_REQUEST_ID(a, b) { 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, a, b }
#define LIMINE_EXECUTABLE_CMDLINE_REQUEST_ID LIMINE_REQUEST_ID(0x4b161536e598651e, 0xb390ad4a2f1f303a)
#define LIMINE_STACK_SIZE_REQUEST_ID         LIMINE_REQUEST_ID(0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d)
#define LIMINE_HHDM_REQUEST_ID               LIMINE_REQUEST_ID(0x48dcf1cb8ad2b852, 0x63984e959a98244b)
#define LIMINE_FRAMEBUFFER_REQUEST_ID        LIMINE_REQUEST_ID(0x9d5827dcd881dd75, 0xa3148604f6fab11b)
#define LIMINE_MP_REQUEST_ID                 LIMINE_REQUEST_ID(0x95a67b819a1b857e, 0xa0b61b723b6a73e0)
#define LIMINE_MEMMAP_REQUEST_ID             LIMINE_REQUEST_ID(0x67cf3d9d378a806f, 0xe304acdfc50c3c62)
#define LIMINE_EXECUTABLE_ADDRESS_REQUEST_ID LIMINE_REQUEST_ID(0x71ba76863cc55f63, 0xb2644a48c516a487)
#define LIMINE_MODULE_REQUEST_ID             LIMINE_REQUEST_ID(0x3e7e279702be32af, 0xca1c4f3bd1280cee)
#define LIMINE_RSDP_REQUEST_ID               LIMINE_REQUEST_ID(0xc5e77b6b397e7b43, 0x27637845accdcf3c)

/* ---- Requests that have no words of their own --------------------------------------------------------------- */

#define LIMINE_PLAIN_REQUEST(name) \
	struct limine_##name##_request { \
		uint64_t id[4], revision; \
		struct limine_##name##_response *response; \
	}

LIMINE_PLAIN_REQUEST(executable_cmdline);
LIMINE_PLAIN_REQUEST(hhdm);
LIMINE_PLAIN_REQUEST(framebuffer);
LIMINE_PLAIN_REQUEST(memmap);
LIMINE_PLAIN_REQUEST(executable_address);
LIMINE_PLAIN_REQUEST(module);
LIMINE_PLAIN_REQUEST(rsdp);

struct limine_executable_cmdline_response {
	uint64_t revision;
	char *cmdline;
};

/* Physical memory is mapped at its address + offset. */
struct limine_hhdm_response {
	uint64_t revision, offset;
};

struct limine_executable_address_response {
	uint64_t revision, physical_base, virtual_base;
};

/* With base revision 3 the address is physical. */
struct limine_rsdp_response {
	uint64_t revision;
	void *address;
};

/* ---- Screens ------------------------------------------------------------------------------------------------ */

struct limine_framebuffer {
	void *address;
	uint64_t width, height, pitch; /* bytes from one row to the next */
	uint16_t bpp;
	uint8_t memory_model; /* 1: RGB */
	uint8_t red_mask_size, red_mask_shift, green_mask_size, green_mask_shift, blue_mask_size, blue_mask_shift;
	uint8_t unused[7];
	uint64_t edid_size;
	void *edid;
	uint64_t mode_count; /* from revision 1 of the response on */
	void **modes;
};

struct limine_framebuffer_response {
	uint64_t revision, framebuffer_count;
	struct limine_framebuffer **framebuffers;
};

/* ---- Memory: ascending by base ------------------------------------------------------------------------------ */

enum {
	LIMINE_MEMMAP_USABLE,
	LIMINE_MEMMAP_RESERVED,
	LIMINE_MEMMAP_ACPI_RECLAIMABLE,
	LIMINE_MEMMAP_ACPI_NVS,
	LIMINE_MEMMAP_BAD_MEMORY,
	LIMINE_MEMMAP_BOOTLOADER_RECLAIMABLE,
	LIMINE_MEMMAP_EXECUTABLE_AND_MODULES,
	LIMINE_MEMMAP_FRAMEBUFFER,
	LIMINE_MEMMAP_RESERVED_MAPPED, /* from base revision 4 on */
};

struct limine_memmap_entry {
	uint64_t base, length, type;
};

struct limine_memmap_response {
	uint64_t revision, entry_count;
	struct limine_memmap_entry **entries;
};

/* ---- Modules ------------------------------------------------------------------------------------------------ */

struct limine_file {
	uint64_t revision;
	void *address;
	uint64_t size;
	char *path, *string; /* string: the text behind the path in the configuration */
	uint32_t media_type, unused;
	uint8_t tftp_ipv4[4];
	uint32_t tftp_port, partition_index, mbr_disk_id;
	uint8_t gpt_disk_uuid[16], gpt_part_uuid[16], part_uuid[16];
};

struct limine_module_response {
	uint64_t revision, module_count;
	struct limine_file **modules;
};

/* ---- Stack size and processors ------------------------------------------------------------------------------ */

struct limine_stack_size_request {
	uint64_t id[4], revision;
	struct limine_stack_size_response *response;
	uint64_t stack_size; /* of every processor's; at least 65536 bytes are given */
};

struct limine_stack_size_response {
	uint64_t revision;
};

/* A processor waits until a function's address is stored to its goto_address, which it calls with its entry. */
struct limine_mp_info;
typedef void (*limine_goto_address)(struct limine_mp_info *);

#if defined(__x86_64__)
struct limine_mp_info {
	uint32_t processor_id, lapic_id;
	uint64_t reserved;
	limine_goto_address goto_address;
	uint64_t extra_argument;
};

struct limine_mp_response {
	uint64_t revision;
	uint32_t flags, bsp_lapic_id;
	uint64_t cpu_count;
	struct limine_mp_info **cpus;
};
#elif defined(__aarch64__)
struct limine_mp_info {
	uint32_t processor_id, reserved1;
	uint64_t mpidr, reserved;
	limine_goto_address goto_address;
	uint64_t extra_argument;
};

struct limine_mp_response {
	uint64_t revision, flags, bsp_mpidr, cpu_count;
	struct limine_mp_info **cpus;
};
#endif

struct limine_mp_request {
	uint64_t id[4], revision;
	struct limine_mp_response *response;
	uint64_t flags; /* x86_64, bit 0: x2APIC mode if the processor has it */
};

#endif
