/* multiboot2.h — Multiboot2: the header in a kernel's file, the kernel in memory, and the information that it gets.
 * GNU Multiboot2 Specification 2.0. Pure.
 *
 *     multiboot2_find()      the header in the file's first 32 KiB
 *     multiboot2_read()      its tags
 *     multiboot2_layout()    segments: from an ELF file of 32 or 64 bits, or from the address tag
 *     multiboot2_load()      all of a load in order: protocol_multiboot2.c
 *     multiboot2_write()     the information, but for the memory map
 *     multiboot2_complete()  ... and that
 *
 *   Offsets     of problems: in the file
 *   Addresses   physical; the kernel lies below 4 GiB, and so does all that the information names */
#ifndef CORE_MULTIBOOT2_H
#define CORE_MULTIBOOT2_H

#include "attempt.h"

enum { MULTIBOOT2_WITHIN = 32768, MULTIBOOT2_HEADER_BYTES = 16, MULTIBOOT2_MAX_IGNORED = 8 };

#define MULTIBOOT2_LIMIT GIB(4)

/* EAX at the entry. */
#define MULTIBOOT2_SIGNATURE 0x36d76289u

/* The loader's name. Xen takes the first word of command lines for a path unless it finds "GRUB 2" in the name
 * (xen/arch/x86/setup.c, loader_is_grub2()). Hobnail's are without a path, as GRUB 2's are. */
#define MULTIBOOT2_LOADER "Hobnail (command lines as of GRUB 2)"

/* Header tags. */
enum {
	MULTIBOOT2_TAG_END, MULTIBOOT2_TAG_REQUEST, MULTIBOOT2_TAG_ADDRESS, MULTIBOOT2_TAG_ENTRY,
	MULTIBOOT2_TAG_CONSOLE, MULTIBOOT2_TAG_FRAMEBUFFER, MULTIBOOT2_TAG_ALIGN, MULTIBOOT2_TAG_SERVICES,
	MULTIBOOT2_TAG_EFI32, MULTIBOOT2_TAG_EFI64, MULTIBOOT2_TAG_RELOCATABLE, MULTIBOOT2_TAGS
};

/* Information tags. */
enum {
	MULTIBOOT2_END, MULTIBOOT2_COMMAND_LINE, MULTIBOOT2_LOADER_NAME, MULTIBOOT2_MODULE, MULTIBOOT2_BASIC_MEMORY,
	MULTIBOOT2_BIOS_DEVICE, MULTIBOOT2_MEMORY_MAP, MULTIBOOT2_VBE, MULTIBOOT2_FRAMEBUFFER, MULTIBOOT2_ELF_SECTIONS,
	MULTIBOOT2_APM, MULTIBOOT2_EFI32_TABLE, MULTIBOOT2_EFI64_TABLE, MULTIBOOT2_SMBIOS, MULTIBOOT2_RSDP_OLD,
	MULTIBOOT2_RSDP_NEW, MULTIBOOT2_NETWORK, MULTIBOOT2_EFI_MAP, MULTIBOOT2_SERVICES_ALIVE,
	MULTIBOOT2_EFI32_HANDLE, MULTIBOOT2_EFI64_HANDLE, MULTIBOOT2_LOAD_BASE, MULTIBOOT2_KINDS
};

/* Console flags. */
enum { MULTIBOOT2_CONSOLE_REQUIRED = 1, MULTIBOOT2_CONSOLE_EGA = 2 };

/* Preferences of a relocatable image. */
enum { MULTIBOOT2_ANYWHERE, MULTIBOOT2_LOWEST, MULTIBOOT2_HIGHEST };

struct multiboot2 {
	/* The header. */
	bool found;
	uint64_t at;       /* in the file */
	uint32_t bytes;
	uint32_t has;      /* bit n: the header tag n                            */
	uint32_t required; /* ... without the flag `optional`                    */
	uint32_t asks;     /* bit n: information n is requested                  */
	uint32_t ignored[MULTIBOOT2_MAX_IGNORED]; /* optional tags that are unknown here */
	unsigned ignored_count;                   /* may exceed MULTIBOOT2_MAX_IGNORED   */
	uint32_t unknown[MULTIBOOT2_MAX_IGNORED]; /* likewise: information that is requested, and unknown here */
	unsigned unknown_count;
	struct { uint32_t header, load, load_end, bss_end; } address;
	uint32_t entry, entry_efi64;
	uint32_t console;
	uint32_t width, height, depth; /* 0: no preference */
	struct { uint32_t least, most, alignment, preference; } relocatable;

	/* The load. */
	bool within;       /* the EFI64 entry is taken: boot services stay alive */
	uint64_t moved;    /* load address - linked address                      */
	paddr base;        /* the lowest address of the image in memory          */
	struct span sections; /* section headers, in memory; bytes 0: none       */
	uint32_t section_count, section_bytes, section_names;
};

/* Name of a header tag, of an information tag; NULL: unknown here. */
const char *multiboot2_tag_name(uint32_t tag);
const char *multiboot2_kind_name(uint32_t kind);

/* The checksum holds, and the header lies where the specification allows. `at` is its offset in the file. */
bool multiboot2_is_header(const uint8_t *header, uint64_t left, uint64_t at);

/* The first header in the file's first `count` bytes. false: none. */
bool multiboot2_find(const void *bytes, uint64_t count, uint64_t *at);

/* Read the header and its tags. `count` bytes from the file's beginning on are there, MULTIBOOT2_WITHIN at most.
 *   ERR_MB2_NONE, ERR_MB2_ARCHITECTURE, ERR_MB2_LENGTH, ERR_MB2_TAG_SIZE, ERR_MB2_NO_END, ERR_MB2_TAG, ERR_MB2_KIND,
 *   ERR_MB2_RELOCATABLE */
enum err multiboot2_read(const void *bytes, uint64_t count, struct multiboot2 *out, struct problem *p);

static inline bool multiboot2_has(const struct multiboot2 *m, unsigned tag)
{
	return m->has >> tag & 1;
}

/* Fill file and layout of *k: virtual addresses are the physical ones, segments ascend, and the entry is the one that
 * counts. Section headers are left to multiboot2_keep_sections().
 *   ERR_MB2_NO_IMAGE, ERR_MB2_NO_ENTRY, ERR_MB2_ADDRESS, ERR_MB2_BSS, ERR_MB2_TRUNCATED, ERR_MB2_ENTRY,
 *   ERR_MB2_HIGH; errors of ELF */
enum err multiboot2_layout(const struct multiboot2 *m, struct source *source, const struct pages *pages,
                           struct kernel *k, struct problem *p);

/* Copy the section headers of an ELF file into memory. Symbols and their names, and if the kernel asks for sections all
 * others that are not loaded, are loaded, too, and their headers get the address. A malformed table is none. */
enum err multiboot2_keep_sections(struct multiboot2 *m, struct source *source, const struct pages *pages,
                                  struct problem *p);

/* Requirements of the kernel that the machine is known for.   ERR_MB2_CONSOLE */
enum err multiboot2_grant(const struct attempt *a, const struct multiboot2 *m, struct problem *p);

/* ---- Information: multiboot2_info.c ------------------------------------------------------------------------- */

struct multiboot2_module {
	struct span at;
	struct text string;
};

struct multiboot2_smbios {
	const uint8_t *at;  /* an entry point */
	uint8_t bytes;      /* 0: there is none */
	uint8_t version[2];
};

struct multiboot2_facts {
	struct text command_line;
	const char *loader;
	struct multiboot2_module modules[CONFIG_MAX_MODULES];
	unsigned module_count;
	const struct hobnail_framebuffer *framebuffer; /* NULL: none */
	const void *rsdp;          /* NULL: none */
	uint32_t rsdp_bytes;       /* 20: of ACPI 1.0 */
	struct multiboot2_smbios smbios[2];
	uint64_t system_table, image_handle;
	uint64_t map_room;         /* entries that the last map may have          */
	uint64_t efi_map_room;     /* ... and bytes of the firmware's             */
};

/* Bytes for all that is written. */
uint64_t multiboot2_bytes(const struct multiboot2 *m, const struct multiboot2_facts *facts);

/* Write the information. It is complete for a kernel that is entered with boot services alive; for others
 * multiboot2_complete() follows. `sections` is m->sections in this program's memory. Returns its bytes. */
uint32_t multiboot2_write(const struct multiboot2 *m, const struct multiboot2_facts *facts, const void *sections,
                          void *to);

/* Add the memory map to information of `bytes` bytes: tags 4, 6 and 17. The map's entries and the firmware's
 * descriptors fit into the room that the facts have named. */
void multiboot2_complete(void *information, uint32_t bytes, const struct memmap *m, const struct uefi_map *map,
                         uint32_t version);

#endif
