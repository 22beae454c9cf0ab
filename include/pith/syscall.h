/* syscall.h — what a program of pith can ask of the kernel.
 *
 *   x86_64    syscall: number in rax; arguments in rdi, rsi, rdx, r10, r8; rcx and r11 are lost
 *   aarch64   svc #0: number in x8; arguments in x0 to x4
 *   Result    in rax, x0: 0 or more, or one of enum pith_error. All other registers are kept, floating point, too
 *   Units     bytes; nanoseconds; pages of 4096 bytes
 *   Pointers  may be anything: what cannot be read or written gives PITH_BAD_ADDRESS. What was written to before that stays so
 *   Structs   are the caller's and are copied; no field is ever a kernel address
 *
 * Limits, so that nobody needs a right to do these and nobody can keep others from going on:
 *   - A process other than the first has PITH_CHILDREN_MOST children at most. Those that have ended count until they are waited for.
 *   - The last PITH_RESERVE places of all PITH_PROCESSES_MOST are for children of the first process.
 *   - When a process ends, by itself or killed, all its descendants are killed. The first process waits for them.
 *   - One process has the console's input: at first the first one. It or its ancestors give it to themselves or a descendant
 *     (PITH_CONSOLE); when it ends, its parent has it.
 *   - What takes long is done in pieces, and others have their turns in between.
 *
 * A program is entered with a pointer to its arguments (struct pith_arguments) in the first argument register, on a stack of
 * PITH_STACK_BYTES that ends in an unmapped page; all other registers are zero. It must not return. */
#ifndef PITH_SYSCALL_H
#define PITH_SYSCALL_H

#include <stdint.h>

enum pith_call {
	PITH_EXIT,     /* (status): does not return. The parent's wait gets status & 0xff                                     */
	PITH_GETPID,   /* (): this process's number, 1 or more                                                                */
	PITH_WRITE,    /* (text, bytes): to the console, as one piece up to PITH_WRITE_MOST; bytes written                    */
	PITH_READ,     /* (text, bytes): what was typed, at least one byte, or 0 if bytes is 0; waits. For who has the console */
	PITH_SPAWN,    /* (struct pith_spawn *): a child; its number                                                          */
	PITH_WAIT,     /* (pid or 0, uint64_t *status or NULL): a child that has ended, this or any; its number; waits         */
	PITH_KILL,     /* (pid): a descendant ends, wherever it is, and all of its own; 0. Its status is PITH_KILLED           */
	PITH_YIELD,    /* (): others may run first; 0                                                                         */
	PITH_SLEEP,    /* (nanoseconds): at least so long; 0                                                                  */
	PITH_CLOCK,    /* (): nanoseconds since the machine began; never goes back, on any processor                          */
	PITH_MAP,      /* (address or 0, bytes, PITH_MAP_*): zeroed memory, there or anywhere; its address. PITH_MAP_MOST at most */
	PITH_UNMAP,    /* (address, bytes): what of it was mapped is so no more; 0                                            */
	PITH_SEND,     /* (pid, struct pith_message *): waits until it is received; 0. A page in it leaves the sender          */
	PITH_RECEIVE,  /* (pid or 0, struct pith_message *): from this process or any; waits; the sender's number              */
	PITH_PIN,      /* (processor, or -1: any): where this process runs; 0                                                 */
	PITH_PROCESS,  /* (pid, struct pith_process *): the process with the lowest number from pid on; its number              */
	PITH_MEMORY,   /* (struct pith_memory *): 0                                                                           */
	PITH_FILE,     /* (index, struct pith_file *): the archive's file; 0                                                  */
	PITH_FILE_READ,/* (struct pith_file_read *): bytes copied, 0 from the file's end on                                   */
	PITH_LOG,      /* (uint64_t *from, text, bytes): what was printed, from byte *from on or the oldest of the last 32 KiB or
	                  more; bytes copied, 0 at its end. *from is behind them then                                         */
	PITH_CONSOLE,  /* (pid): the console's input, which this process or a descendant has, goes to this process or a descendant; 0 */
	PITH_CALLS
};

enum pith_error {
	PITH_BAD_CALL = -1,     /* there is no such system call                        */
	PITH_BAD_ADDRESS = -2,  /* memory that cannot be read or written               */
	PITH_BAD_ARGUMENT = -3, /* a number out of its range                           */
	PITH_NO_MEMORY = -4,
	PITH_NOT_FOUND = -5,    /* no such process, child or file                      */
	PITH_NOT_PROGRAM = -6,  /* the file cannot be run; the log says why            */
	PITH_NO_PROCESS = -7,   /* there are as many as there can be, or this one has  */
	PITH_BUSY = -8,         /* mapped already; another process has the console     */
	PITH_DENIED = -9,       /* not a descendant of this process; nor has one the console */
	PITH_DEADLOCK = -10,    /* send to oneself, or to one that waits to send to us */
};

enum {
	PITH_KILLED = 0x100,  /* status: by PITH_KILL     */
	PITH_FAULTED = 0x101, /* status: after a fault    */
};

enum { PITH_PAGE_BYTES = 4096, PITH_STACK_BYTES = 65536, PITH_WRITE_MOST = 1024, PITH_NAME_BYTES = 32, PITH_ARGUMENTS_MOST = 2048 };

enum { PITH_PROCESSES_MOST = 1024, PITH_CHILDREN_MOST = 512, PITH_RESERVE = 16 };

#define PITH_MAP_MOST (16ull << 20)

/* Rights beyond reading; both are refused. */
enum { PITH_MAP_WRITE = 1, PITH_MAP_EXECUTE = 2 };

/* What a program finds: `count` words, NUL after each, `bytes` in all, the first its own name. */
struct pith_arguments {
	uint64_t count;
	uint64_t bytes;
	char text[PITH_ARGUMENTS_MOST];
};

struct pith_spawn {
	const char *path;       /* in the archive: "bin/sh"           */
	uint64_t path_bytes;    /* no NUL                             */
	const char *arguments;  /* words, NUL after each; the first is the name that others see */
	uint64_t arguments_bytes; /* PITH_ARGUMENTS_MOST at most; 0: the path is the only one  */
	int64_t processor;      /* -1: any                            */
};

struct pith_message {
	uint64_t word[4];
	uint64_t page; /* sent: address of a page that goes along, or 0; received: where it is now, writable, or 0 */
};

enum pith_state { PITH_RUNNING, PITH_READY, PITH_SLEEPING, PITH_WAITING, PITH_SENDING, PITH_RECEIVING, PITH_READING, PITH_ENDED };

struct pith_process {
	uint64_t pid, parent;
	uint64_t state;      /* enum pith_state                                 */
	uint64_t processor;  /* where it runs or ran                            */
	int64_t pinned;      /* where it must run; -1: anywhere                 */
	uint64_t pages;      /* of memory, page tables and kernel stack included */
	uint64_t run_ns;     /* processor time                                  */
	char name[PITH_NAME_BYTES];
};

struct pith_memory {
	uint64_t pages, free_pages;
	uint64_t processes, processors;
	uint64_t idle_ns; /* of all processors together */
};

struct pith_file {
	uint64_t bytes;
	uint64_t name_bytes;
	char name[256]; /* NUL-terminated */
};

struct pith_file_read {
	const char *path;
	uint64_t path_bytes;
	uint64_t offset;
	void *to;
	uint64_t bytes;
};

#endif
