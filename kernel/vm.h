/* vm.h — virtual memory: the kernel's own tables, and one address space for each process.
 *
 *   lower half      the process's program, stack and mappings; nothing of the kernel
 *   direct map      all RAM, at the address in the record: writable except read-only segments, never executable
 *   kernel          each segment at its linked address, with its rights
 *   VM_WINDOW       kernel stacks, each between guard pages, and devices
 *
 * Units: bytes; addresses and lengths are multiples of PAGE_BYTES unless it says otherwise. */
#ifndef KERNEL_VM_H
#define KERNEL_VM_H

#include "arch.h"

#define VM_USER_START 0x10000ull            /* NULL plus a small offset faults */
#define VM_USER_END   0x00007ffffffff000ull /* without the half's last page: sysret needs a canonical RIP */
#define VM_WINDOW     0xffffc00000000000ull
#define VM_WINDOW_BYTES GIB(512)

enum { VM_STACK_BYTES = 4 * PAGE_BYTES }; /* a process's kernel stack */

struct vm_space {
	struct pt pt;
	struct arch_space arch;
	vaddr next;     /* vm_user_map() searches for room from here */
	vaddr expected; /* the result of vm_user_expect(), until the space changes; 0: none */
	uint64_t pages; /* mapped pages and page tables */
};

/* Builds the kernel's tables and switches to them, on the boot processor. Panics if memory does not suffice. */
void vm_start(const struct hobnail_boot *boot);
/* Switches another processor to them. */
void vm_join(void);

/* The direct map's address of a page of RAM. */
void *vm_page(paddr page);

/* The physical address that the kernel's tables have for `at`, which is mapped. */
paddr vm_phys(vaddr at);

/* Maps registers of a device, for ever; `phys` need not be aligned. NULL: no memory for page tables, or no room. Call
 * before other processors run. */
void *vm_device(paddr phys, uint64_t bytes);
/* The same for a framebuffer. */
void *vm_framebuffer(paddr phys, uint64_t bytes);

/* Maps a kernel stack between two guards and returns its end; NULL: no memory. Bit VM_STACK_BIT is set in every address
 * of the stack, and clear in every address of the guard below. */
void *vm_stack_new(void);
void vm_stack_free(void *top); /* nobody runs on it; the caller holds no lock */
#define VM_STACK_BIT 14 /* 16 KiB */

/* Is the address in the guard below a kernel stack? */
bool vm_is_guard(vaddr at);

/* May [at, at + bytes) be user memory? `bytes` may be 0; nothing need be aligned. */
static inline bool vm_is_user(vaddr at, uint64_t bytes)
{
	return at >= VM_USER_START && range_within(at, bytes, VM_USER_END);
}

/* ---- A process's memory: changed by the process itself or by its creator, never by both at once -------------- */

bool vm_space_new(struct vm_space *s);  /* false: no memory */
void vm_space_free(struct vm_space *s); /* no processor uses it */

/* Frees a part of the memory of a space in use, before vm_space_free(). Call until it returns false: the rest is
 * small. */
bool vm_space_shrink(struct vm_space *s);

/* Maps zeroed pages at `at`, or at a free place for 0, with rights PT_WRITE or PT_EXECUTE or none. Returns the address.
 * PITH_NO_MEMORY, PITH_BUSY, PITH_BAD_ARGUMENT: nothing has changed. */
int64_t vm_user_map(struct vm_space *s, vaddr at, uint64_t bytes, unsigned rights);

/* Unmaps the mapped pages of the range, or a part of them. Returns 0, an error, or 1: call again with the same
 * range. */
int64_t vm_user_unmap(struct vm_space *s, vaddr at, uint64_t bytes);

/* Copies into pages that vm_user_map() has made, whatever their rights; need not be aligned. No process runs in the
 * space. */
void vm_user_write(struct vm_space *s, vaddr to, const void *from, uint64_t bytes);

/* Prepares the space for vm_user_give(), which then needs no memory. Valid until the space changes. false: no
 * memory. */
bool vm_user_expect(struct vm_space *s);

/* Unmaps a writable page, to move it to another space; 0: there is none at `at`. vm_user_put() maps it again at the
 * same address. vm_user_give() maps it, writable, in a space after vm_user_expect(), and returns its address there. */
paddr vm_user_take(struct vm_space *s, vaddr at);
void vm_user_put(struct vm_space *s, vaddr at, paddr page);
vaddr vm_user_give(struct vm_space *s, paddr page);

#endif
