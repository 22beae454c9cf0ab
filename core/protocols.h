/* protocols.h — the boot protocols, and the choice of one by the kernel file. Pure. */
#ifndef CORE_PROTOCOLS_H
#define CORE_PROTOCOLS_H

#include "limine.h"
#include "protocol_hobnail.h"

enum { PROTOCOL_HOBNAIL, PROTOCOL_LIMINE, PROTOCOL_EFI, PROTOCOLS };

/* Requests of the kernel, in the form of its protocol. */
struct protocol_requests {
	struct requests *hobnail;
	struct limine *limine;
	struct limine_options options;
	enum config_protocol said; /* the configuration's word */
	const char *why;           /* out: the reason for the choice, for the log */
};

/* Open a kernel file, choose its protocol (a->protocol), and load it: kernel_open() to attempt_complete(). In this
 * order: a PE image is an EFI program, of which the whole file is loaded; notes of ours; requests of the Limine
 * protocol in the loaded image; else our own protocol.
 *   ERR_LIMINE_NONE: the configuration says Limine, and there are no requests. Errors of the steps */
enum err protocol_load(struct attempt *a, struct protocol_requests *r, struct source *source,
                       const struct elf_rules *rules, struct problem *p);

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

#endif
