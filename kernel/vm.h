/* vm.h — virtual memory: the kernel's own tables, and one address space for each process.
 *
 *   lower half      the process's: program, stack, what it has mapped. Nothing of the kernel
 *   direct map      where the record says: all RAM, writable, never executable
 *   kernel          where it was linked: each segment with its rights
 *   VM_WINDOW       stacks, each between guard pages, and devices
 *
 * Units: bytes; addresses and lengths are multiples of PAGE_BYTES unless it says otherwise. */
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#include "arch.h"

#define VM_USER_START 0x10000ull          /* NULL with an offset faults                                         */
#define VM_USER_END   0x00007ffffffff000ull /* the last page is left out: no instruction there can end past it (x86_64 sysret) */
#define VM_WINDOW     0xffffc00000000000ull
#define VM_WINDOW_BYTES GIB(512)

enum { VM_STACK_BYTES = 4 * PAGE_BYTES }; /* of the kernel, for each process */

struct space {
	struct pt pt;
	struct arch_space arch;
	vaddr next;     /* where vm_user_map() looks for room */
	vaddr expected; /* what vm_user_expect() has found, as long as nothing was mapped or unmapped since; 0: nothing */
	uint64_t pages; /* mapped ones and tables             */
};

/* On the boot processor: build the kernel's tables and go over to them. Stops the machine when memory does not suffice. */
void vm_start(const struct hobnail_boot *boot);
/* On the others. */
void vm_join(void);

/* Where all of a physical page can be read and written. Of RAM. */
void *vm_page(paddr page);

/* Where something lies that the kernel has mapped. */
paddr vm_phys(vaddr at);

/* Registers of a device, mapped for ever; `phys` need not be aligned. NULL: no memory for tables, or no room. Before other
 * processors run. */
void *vm_device(paddr phys, uint64_t bytes);
/* The same for a framebuffer. */
void *vm_framebuffer(paddr phys, uint64_t bytes);

/* A kernel stack between two guard pages, aligned so that bit VM_STACK_BIT of every address in it is set and of those in the guard
 * below is clear: its end; NULL: no memory. */
void *vm_stack_new(void);
void vm_stack_free(void *top); /* its owner runs on another; the caller holds no lock */
#define VM_STACK_BIT 14 /* 16 KiB */

/* Is it in the guard below a kernel stack? */
bool vm_is_guard(vaddr at);

/* Does [at, at + bytes) lie where user memory may be? `bytes` may be 0; nothing need be aligned. */
static inline bool vm_is_user(vaddr at, uint64_t bytes)
{
	return at >= VM_USER_START && range_within(at, bytes, VM_USER_END);
}

/* ---- A process's memory: by itself, or by who makes it; never by two at a time -------------------------------- */

bool vm_space_new(struct space *s);  /* false: no memory */
void vm_space_free(struct space *s); /* no processor uses it */

/* For a space that is used, before it is freed: give a part of its memory back. false: what is left is not much. */
bool vm_space_shrink(struct space *s);

/* Zeroed pages at `at`, or anywhere for 0: the address, or PITH_NO_MEMORY, PITH_BUSY, PITH_BAD_ARGUMENT. On an error nothing
 * has changed. `rights`: PT_WRITE, PT_EXECUTE. */
int64_t vm_user_map(struct space *s, vaddr at, uint64_t bytes, unsigned rights);

/* Unmap what is mapped of that, or a part of it: 0, an error, or 1: again with the same range, there may be more. */
int64_t vm_user_unmap(struct space *s, vaddr at, uint64_t bytes);

/* Copy into pages that vm_user_map() has made, whatever their rights; need not be aligned. For a space that nothing runs in. */
void vm_user_write(struct space *s, vaddr to, const void *from, uint64_t bytes);

/* May a page be given to this space, without any more memory? Holds until it is changed. */
bool vm_user_expect(struct space *s);

/* Take a writable page out, for another space: 0 if there is none at `at`. Put one in, writable, after vm_user_expect(): its address. */
paddr vm_user_take(struct space *s, vaddr at);
void vm_user_put(struct space *s, vaddr at, paddr page); /* back to where it was taken from */
vaddr vm_user_give(struct space *s, paddr page);

#endif
