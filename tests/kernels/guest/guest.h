/* guest.h — a hypervisor as small as it can be: it boots by the Hobnail protocol, gives the machine to one guest, and
 * keeps its own memory and the loader's to itself. docs/guest.md walks through it.
 *
 *   Addresses   a guest's address is the physical one: a device that the guest programs for DMA needs no translation
 *   Memory      the guest has all that the record's map calls usable, and the registers of all devices; nothing else
 *   Processors  one guest, on the boot processor; it cannot start another
 *   Errors      input that is no guest, or a machine that cannot have one, ends in give_up(); a guest that does what
 *               it must not ends in guest_stopped(). Each prints one line and waits.
 */
#ifndef GUEST_H
#define GUEST_H

#include "guest_call.h"
#include "kernel.h"

/* A module of the record. */
struct file {
	const uint8_t *at; /* NULL: there is none */
	uint64_t bytes;
	const char *cmdline;
};

struct guest {
	const struct hobnail_boot *boot;
	struct file image, initrd, tree;
	struct span room; /* free rest of the guest's largest range of memory */
};

enum access {
	ACCESS_NONE,   /* a fault in the second stage */
	ACCESS_MEMORY, /* read, write and execute, write-back */
	ACCESS_DEVICE, /* read and write, as device memory */
};

/* ---- main.c ---- */

/* What the guest may do with a range of the map. */
enum access access_of(const struct hobnail_memory *range);

/* Take `bytes` from the guest's memory, zeroed. Returns a pointer for this kernel; *phys is the guest's address. */
void *room_take(struct guest *g, uint64_t bytes, uint64_t alignment, uint64_t *phys);

/* The same, as a copy. Returns the guest's address. */
uint64_t room_copy(struct guest *g, const struct file *file);

/* The guest has reached for an address that is not its own: "a write to", "a read of" or "a fetch from" it. */
void guest_stopped_at(const struct guest *g, const char *access, uint64_t address, uint64_t syndrome, uint64_t pc)
	__attribute__((noreturn));

/* "guest stopped: " and the text, and wait. */
void guest_stopped(const char *text, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- stage.c: the second stage of translation, from guest addresses to the same physical ones ---- */

/* Bits of its entries. Both architectures have tables of 512 entries for pages of 4 KiB, 2 MiB and 1 GiB. */
struct stage_format {
	uint64_t table; /* an entry that points at a table */
	uint64_t large; /* one of 1 GiB or 2 MiB */
	uint64_t page;  /* one of 4 KiB */
	uint64_t memory, device;
};
extern const struct stage_format stage_format;

enum { STAGE_BITS = 40 }; /* of a guest address */

/* Map whole pages, each once. */
void stage_map(const struct hobnail_boot *boot, uint64_t base, uint64_t bytes, enum access access);

/* The root: two tables side by side, 1 GiB for each entry. */
uint64_t stage_root(const struct hobnail_boot *boot);

/* ---- Each architecture's own ---- */

/* Can this machine have a guest? Gives up otherwise. */
void machine_check(const struct hobnail_boot *boot);

/* May the guest read firmware's memory of this type? */
bool machine_shares(uint32_t type);

/* The end of guest addresses; at most 1 << STAGE_BITS. */
uint64_t machine_limit(void);

/* The end of the addresses where the guest's files may lie. */
uint64_t machine_room_end(void);

/* Put the image, the initrd and the machine's description into the guest's memory. */
void machine_load(struct guest *g);

/* Run the guest until it is stopped. */
void machine_run(const struct guest *g) __attribute__((noreturn));

#endif
