/* protocol.h — one boot protocol: the steps of its boot, and its own part in them.
 *
 * prepare() and leave() are tables of contents over loader/steps/ and loader/leave.c, which know no protocol. Code
 * that runs after the exit finds its protocol by handoff.protocol: the net's copy of the image has its own pointers. */
#ifndef LOADER_PROTOCOL_H
#define LOADER_PROTOCOL_H

#include "boot.h"
#include "protocols.h"

struct protocol {
	/* The kernel's requests are read: write them to the log. */
	void (*requested)(struct boot *b);
	/* From the loaded kernel to proved tables. All of it can fail, and all of it can be undone. */
	enum err (*prepare)(struct boot *b, struct problem *p);
	/* Does not return when it succeeds, unless a program comes back. *gone: the firmware must not be used any
	 * more. */
	enum err (*leave)(struct boot *b, bool *gone, struct problem *p);
	/* The attempt is over, and the firmware is there: give back everything that is not in the ledger. NULL:
	 * there is nothing else. */
	void (*undo)(struct boot *b);
	/* The last map, b->last_map, is converted and checked: hand it over. Between GetMemoryMap and
	 * ExitBootServices, once for each attempt to exit. */
	enum err (*last_map)(struct boot *b, const struct uefi_map *map, uint32_t version, struct problem *p);

	/* After the exit, in the net. One processor has answered, or has been given up: tell the kernel. */
	void (*answered)(struct handoff *h, struct handoff_cpu *c);
	/* Every processor has answered or been given up, and the log has its last line. */
	void (*settled)(struct handoff *h);
	/* A processor that answered waits here, on its own boot stack in the kernel's space, until it is released.
	 * It calls cpus_enter_kernel(), or returns when h->stopped is set. */
	void (*parked)(struct handoff *h, struct handoff_cpu *c);
	/* Advice about a fault of a kernel of this protocol, in place of the fault's own; 0 bytes: there is none.
	 * NULL: there never is. */
	size_t (*advise)(const struct fault *f, const struct fault_view *v, char *out, size_t size);
};

/* Open the chosen kernel, choose its protocol, and load it. protocols.c */
enum err kernel_load(struct boot *b, struct problem *p);

/* By handoff.protocol. */
extern const struct protocol *const protocols[PROTOCOLS];
extern const struct protocol protocol_hobnail, protocol_limine, protocol_efi, protocol_multiboot2;

#endif
