/* protocols.h — the boot protocols, and the choice of one by the kernel file. Pure. */
#ifndef CORE_PROTOCOLS_H
#define CORE_PROTOCOLS_H

#include "limine.h"
#include "multiboot2.h"
#include "protocol_hobnail.h"

/* Requests of the kernel, in the form of its protocol. */
struct protocol_requests {
	struct requests *hobnail;
	struct limine *limine;
	struct limine_options options;
	struct multiboot2 *multiboot2;
	enum boot_protocol said; /* the configuration's word */
	const char *why;           /* out: the reason for the choice, for the log */
};

/* Open a kernel file, choose its protocol (a->protocol), and load it: kernel_open() to attempt_complete(). In this
 * order: a PE image is an EFI program, of which the whole file is loaded; notes of ours; requests of the Limine
 * protocol in the loaded image; a Multiboot2 header in the first 32 KiB of a file of any format; else our own.
 *   ERR_LIMINE_NONE, ERR_MB2_NONE: the configuration says so, and the kernel is none. Errors of the steps */
enum err protocol_load(struct attempt *a, struct protocol_requests *r, struct source *source,
                       const struct elf_rules *rules, struct problem *p);

/* The kernel's protocol is known: files of the entry that it would not get. It would not be the boot that was meant.
 *   ERR_KEY_MODULE, ERR_KEY_INITRD */
enum err protocol_takes_files(enum boot_protocol protocol, const struct config_entry *entry, struct problem *p);

/* Keys of the entry that have no effect: fault_reports, hhdm and allow_wx of an EFI program. */
bool protocol_ignores_keys(enum boot_protocol protocol, const struct config_entry *entry);

/* The machine is known: what it cannot grant is an error, or is dropped. *refused: the reason why other processors are
 * not started, which is no error in the Limine protocol. */
enum err protocol_grant(struct attempt *a, struct protocol_requests *r, enum err *refused, struct problem *p);

/* ---- protocol_limine.c --------------------------------------------------------------------------------------- */

/* The segments are in memory, and the scan has found requests. The rest of the load. */
enum err limine_end(struct attempt *a, struct limine *l, const struct limine_options *options, struct source *source,
                    struct problem *p);

/* ---- protocol_efi.c ------------------------------------------------------------------------------------------- */

/* Is the file a PE image? False, too, if its first bytes cannot be read. */
bool efi_owns(struct attempt *a, struct source *source);

/* Judge the headers (a->program), and read the whole file (a->kernel_file): the firmware loads it from memory, so that
 * nobody has changed what was read.   Errors of pe_open(); ERR_IS_* for files that are no PE image */
enum err efi_load(struct attempt *a, struct source *source, struct problem *p);

/* Linux, "initramfs buffer format": archives begin at multiples of 4. */
enum { EFI_INITRD_ALIGNMENT = 4 };

/* A file of the initial RAM disk, behind those that have *total bytes together, at most INT64_MAX.
 *   ERR_FILE_EMPTY, ERR_FILE_TOO_BIG */
enum err efi_initrd_add(uint64_t bytes, uint64_t *total, struct problem *p);

/* Can a file of this size be a device tree?   ERR_FILE_EMPTY, ERR_FILE_TOO_BIG */
enum err efi_tree_fits(uint64_t bytes, struct problem *p);

/* ---- protocol_multiboot2.c ----------------------------------------------------------------------------------- */

/* The whole load of a Multiboot2 kernel, from its header to its segments in memory.
 *   ERR_MB2_*, and errors of the steps */
enum err multiboot2_load(struct attempt *a, struct multiboot2 *m, struct source *source, struct problem *p);

#endif
