/* elf2efi.h — a static position-independent ELF64 becomes a PE32+ EFI application.
 *
 *   Input    untrusted bytes; every number is checked before use
 *   Output   the same bytes for the same input: no time stamp, no path, no symbol
 *   Memory   elf2efi() allocates the output; the caller frees it. Nothing else is kept
 *   Ranges   half-open, base + bytes. Addresses are offsets from the image base, which is 0
 *
 * Each PT_LOAD becomes one PE section named for its permissions (.text RX, .rodata R, .data RW), then follow .reloc and
 * .sbat. Each begins on a 4 KiB page and none is both writable and executable, as EDK2's image protection demands.
 *
 * Sources: "Microsoft PE Format" (PE); System V ABI, "Object Files" and "Program Loading and Dynamic Linking" (ELF);
 * UEFI 2.10, "UEFI Images" (§2.1.1). */
#ifndef ELF2EFI_H
#define ELF2EFI_H

#include "base.h"

enum e2e_err {
	E2E_OK = 0,
#define X(code, sentence) E2E_##code,
#include "errors.def"
#undef X
	E2E_COUNT
};

struct e2e_problem {
	enum e2e_err code;
	uint64_t value[3];
};

/* Convert. On success *efi is malloc()ed and *efi_bytes long; on error neither is written and *p says why. */
enum e2e_err elf2efi(const uint8_t *elf, size_t elf_bytes, uint8_t **efi, size_t *efi_bytes, struct e2e_problem *p);

/* The sentence for a problem, NUL-terminated, cut to `bytes`. */
void e2e_sentence(const struct e2e_problem *p, char *out, size_t bytes);

/* ---- Between the files of the tool ---------------------------------------------------------------------------- */

enum { E2E_MAX_SEGMENTS = 16 };
enum { E2E_R = 4, E2E_W = 2, E2E_X = 1 }; /* as p_flags */
#define E2E_IMAGE_LIMIT UINT64_C(0x80000000)

struct e2e_machine {
	uint16_t elf;           /* e_machine                       */
	uint16_t pe;            /* IMAGE_FILE_MACHINE_*            */
	uint32_t relative;      /* R_*_RELATIVE of the psABI       */
};

struct e2e_segment {
	uint32_t base;          /* address, on a page              */
	uint32_t bytes;         /* in memory, > 0                  */
	uint64_t file;          /* offset in the ELF file          */
	uint32_t file_bytes;    /* <= bytes; the rest is zero      */
	uint32_t flags;         /* E2E_R and at most one of W, X   */
};

/* What the ELF file says, checked. */
struct e2e_image {
	const uint8_t *elf;
	size_t elf_bytes;
	const struct e2e_machine *machine;
	uint32_t entry;
	unsigned segments;
	struct e2e_segment segment[E2E_MAX_SEGMENTS]; /* ascending, adjacent page by page */
	struct span sbat;       /* file range                      */
	struct span dynamic;    /* file range                      */
};

/* One place that holds an address: the loader of the image adds the real base to the 64 bits there. */
struct e2e_reloc {
	uint32_t place;         /* address                         */
	uint64_t addend;        /* what the place holds at base 0  */
};

struct e2e_relocs {
	struct e2e_reloc *list; /* after relocs_read: ascending, no overlap */
	size_t count, slots;
};

static inline enum e2e_err e2e_fail(struct e2e_problem *p, enum e2e_err code, uint64_t v0, uint64_t v1, uint64_t v2)
{
	*p = (struct e2e_problem){ code, { v0, v1, v2 } };
	return code;
}

/* The file bytes of [base, base + bytes), or NULL where they are not all in the file part of one segment. */
const uint8_t *e2e_bytes_at(const struct e2e_image *im, uint64_t base, uint64_t bytes);

/* Bytes of the PE headers with `sections` sections, unrounded. */
uint32_t e2e_header_bytes(unsigned sections);

enum e2e_err e2e_image_read(const uint8_t *elf, size_t elf_bytes, struct e2e_image *im, struct e2e_problem *p);

/* On success the caller frees r->list. */
enum e2e_err e2e_relocs_read(const struct e2e_image *im, struct e2e_relocs *r, struct e2e_problem *p);

enum e2e_err e2e_pe_write(const struct e2e_image *im, const struct e2e_relocs *r, uint8_t **efi, size_t *efi_bytes,
                          struct e2e_problem *p);

#endif
