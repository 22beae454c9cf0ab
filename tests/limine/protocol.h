/* protocol.h — the Limine boot protocol's numbers and structures, written for these tests from its specification
 * (The Limine Boot Protocol, "Requests Delimiters", "Base Revisions", "Feature List", "File Structure").
 *
 * A request has room for the longest one's own words, so that all have one type. Pointers in answers are numbers: a
 * reader must not follow one before it has looked where it points. */
#ifndef TESTS_LIMINE_PROTOCOL_H
#define TESTS_LIMINE_PROTOCOL_H

#include <stddef.h>
#include <stdint.h>

#define START_MARKER     0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316, 0x181e920a7852b9d9
#define END_MARKER       0xadc0e0531bb10d03, 0x9572709f31764c62
#define BASE_REVISION(n) { 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, (n) }
#define REVISION_UNSAID  0x6a7b384944536bdc /* the tag's second word before a loader has written it */
#define COMMON_MAGIC     0xc7b1dd30df4c8b88, 0x0a82e883a194f07b
#define REQUEST_ID(a, b) { COMMON_MAGIC, a, b }

#define ID_BOOTLOADER_INFO REQUEST_ID(0xf55038d8e2a1202f, 0x279426fcf5f59740)
#define ID_CMDLINE         REQUEST_ID(0x4b161536e598651e, 0xb390ad4a2f1f303a)
#define ID_FIRMWARE_TYPE   REQUEST_ID(0x8c2f75d90bef28a8, 0x7045a4688eac00c3)
#define ID_STACK_SIZE      REQUEST_ID(0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d)
#define ID_HHDM            REQUEST_ID(0x48dcf1cb8ad2b852, 0x63984e959a98244b)
#define ID_FRAMEBUFFER     REQUEST_ID(0x9d5827dcd881dd75, 0xa3148604f6fab11b)
#define ID_PAGING_MODE     REQUEST_ID(0x95c1a0edab0944cb, 0xa4e5cb3842f7488a)
#define ID_MP              REQUEST_ID(0x95a67b819a1b857e, 0xa0b61b723b6a73e0)
#define ID_RISCV_HART      REQUEST_ID(0x1369359f025525f9, 0x2ff2a56178391bb6)
#define ID_MEMORY_MAP      REQUEST_ID(0x67cf3d9d378a806f, 0xe304acdfc50c3c62)
#define ID_ENTRY_POINT     REQUEST_ID(0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a)
#define ID_EXECUTABLE_FILE REQUEST_ID(0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69)
#define ID_MODULES         REQUEST_ID(0x3e7e279702be32af, 0xca1c4f3bd1280cee)
#define ID_RSDP            REQUEST_ID(0xc5e77b6b397e7b43, 0x27637845accdcf3c)
#define ID_SMBIOS          REQUEST_ID(0x9e9046f11e095391, 0xaa4a520fefbde5ee)
#define ID_SYSTEM_TABLE    REQUEST_ID(0x5ceba5163eaaf6d6, 0x0a6981610cf65fcc)
#define ID_TPM_LOG         REQUEST_ID(0x98e094fc7e76e979, 0xee8d8775c54e1d1f)
#define ID_EFI_MAP         REQUEST_ID(0x7df62a431d6872d5, 0xa4fcdfb3e57306c8)
#define ID_DATE            REQUEST_ID(0x502746e184c088aa, 0xfbc5ec83e6327893)
#define ID_ADDRESS         REQUEST_ID(0x71ba76863cc55f63, 0xb2644a48c516a487)
#define ID_DEVICE_TREE     REQUEST_ID(0xb40ddb48fb54bac7, 0x545081493f81ffb7)
#define ID_PERFORMANCE     REQUEST_ID(0x6b50ad9bf36d13ad, 0xdc4c7e88fc759e17)
#define ID_KEEP_IOMMU      REQUEST_ID(0x8ebaabe51f490179, 0x2aa86a59ffb4ab0f)
#define ID_TSC_FREQUENCY   REQUEST_ID(0x10f2ee1d87d195e4, 0xf747a2b78f6ddb31)
#define ID_FLANTERM        REQUEST_ID(0x3259399fe7c5f126, 0xe01c1c8c5db9d1a9)
#define ID_ENTROPY         REQUEST_ID(0x65ea80255d5682c5, 0x9117240723f493eb)

union request_word {
	uint64_t number;
	const void *pointer;
};

struct request {
	uint64_t id[4];
	uint64_t revision;
	uint64_t response;
	union request_word own[3];
};

/* Words of `own`. */
enum { OWN_STACK_SIZE = 0, OWN_MP_FLAGS = 0, OWN_ENTRY = 0, OWN_ENTROPY_COUNT = 0, OWN_KEEP = 0 };
enum { OWN_PAGING_MODE = 0, OWN_PAGING_MAX = 1, OWN_PAGING_MIN = 2 };
enum { OWN_MODULE_COUNT = 0, OWN_MODULES = 1 };

enum { MP_X2APIC = 1 };
enum { MODULE_REQUIRED = 1, MODULE_COMPRESSED = 2 };

struct internal_module {
	const char *path;
	const char *string;
	uint64_t flags;
};

/* ---- Answers ---------------------------------------------------------------------------------------------------- */

struct answer_revision { uint64_t revision; };
struct answer_number   { uint64_t revision, value; };          /* firmware type, HHDM, paging, date, TSC frequency */
struct answer_pointer  { uint64_t revision, address; };        /* command line, file, RSDP, system table, device tree */
struct answer_list     { uint64_t revision, count, pointers; }; /* framebuffers, map, modules, Flanterm, entropy */
struct answer_pair     { uint64_t revision, first, second; };  /* bootloader info, SMBIOS, executable address */
struct answer_times    { uint64_t revision, reset, init, exec; };
struct answer_tpm_log  { uint64_t revision, format, size, address; };
struct answer_efi_map  { uint64_t revision, map, bytes, entry_bytes, entry_version; };

/* x86_64: flags are the lower half of this word, and the boot processor's local APIC ID is the upper one. aarch64: the
 * word is `flags`, and the boot processor's MPIDR has a word of its own. */
struct answer_mp_x86_64  { uint64_t revision; uint32_t flags, boot_id; uint64_t count, pointers; };
struct answer_mp_aarch64 { uint64_t revision, flags, boot_id, count, pointers; };

struct mp_info_x86_64  { uint32_t uid, id; uint64_t reserved, start, argument; };
struct mp_info_aarch64 { uint32_t uid, reserved1; uint64_t id, reserved, start, argument; };

enum map_type {
	MAP_USABLE, MAP_RESERVED, MAP_ACPI_RECLAIM, MAP_ACPI_NVS, MAP_BAD, MAP_RECLAIMABLE, MAP_EXECUTABLE,
	MAP_FRAMEBUFFER, MAP_RESERVED_MAPPED, MAP_TYPES
};

struct map_entry { uint64_t base, bytes, type; };

struct framebuffer {
	uint64_t address, width, height, pitch;
	uint16_t bits;
	uint8_t model, red_size, red_shift, green_size, green_shift, blue_size, blue_shift, unused[7];
	uint64_t edid_bytes, edid;
	uint64_t mode_count, modes; /* response revision 1 */
};

struct video_mode {
	uint64_t pitch, width, height;
	uint16_t bits;
	uint8_t model, red_size, red_shift, green_size, green_shift, blue_size, blue_shift, unused[7];
};

struct uuid { uint8_t bytes[16]; };

struct file {
	uint64_t revision, address, bytes, path, string;
	uint32_t media, unused;
	uint8_t server[4];
	uint32_t port, partition, mbr_id;
	struct uuid disk, partition_id, volume;
};

struct terminal {
	uint64_t canvas, canvas_bytes;
	uint32_t colours[8], bright[8], back, fore, back_bright, fore_bright;
	uint64_t font, font_width, font_height, spacing, scale_x, scale_y, margin, rotation;
};

#define OFFSET_IS(type, field, offset) _Static_assert(offsetof(struct type, field) == (offset), #type "." #field)
OFFSET_IS(request, response, 40);
OFFSET_IS(framebuffer, edid_bytes, 48);
OFFSET_IS(framebuffer, mode_count, 64);
OFFSET_IS(file, media, 40);
OFFSET_IS(file, port, 52);
OFFSET_IS(file, disk, 64);
OFFSET_IS(mp_info_x86_64, argument, 24);
OFFSET_IS(mp_info_aarch64, argument, 32);
OFFSET_IS(terminal, font, 96);
_Static_assert(sizeof(struct file) == 112, "file");
_Static_assert(sizeof(struct terminal) == 160, "terminal");

#endif
