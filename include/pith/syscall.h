/* syscall.h — the system calls of pith.
 *
 *   x86_64    syscall: number in rax; arguments in rdi, rsi, rdx, r10, r8; rcx and r11 are lost
 *   aarch64   svc #0: number in x8; arguments in x0 to x4
 *   Result    in rax, x0: 0 or more, or one of enum pith_error. All other registers are kept, floating point, too
 *   Units     bytes; nanoseconds; pages of 4096 bytes
 *   Pointers  may have any value: memory that cannot be read or written gives PITH_BAD_ADDRESS. Bytes that the call
 *             wrote before that stay written
 *   Structs   are the caller's and are copied; no field is ever a kernel address
 *
 * Limits. No call needs a privilege, and no process can keep the others from running:
 *   - A process other than the first has at most PITH_CHILDREN_MOST children. A child that has ended counts until its
 *     parent has waited for it.
 *   - The last PITH_RESERVE places of all PITH_PROCESSES_MOST are for children of the first process.
 *   - When a process ends, by itself or killed, all its descendants are killed. The first process waits for them.
 *   - One process has the console's input, at first the first process. The process that has it, or an ancestor of that,
 *     can give it to itself or to a descendant (PITH_CONSOLE). When the process ends, its parent gets the input.
 *   - Long work in the kernel is done in pieces, between which other processes run.
 *
 * A program is entered with a pointer to its arguments (struct pith_arguments) in the first argument register, on a
 * stack of PITH_STACK_BYTES that ends in an unmapped page; all other registers are zero. It must not return. */
#ifndef PITH_SYSCALL_H
#define PITH_SYSCALL_H

#include <stdint.h>

/* Each call with its arguments, its effect, and its result on success. A process that waits rests. */
enum pith_call {
	PITH_EXIT,      /* (status): ends this process; the parent's wait gets status & 0xff             */
	PITH_GETPID,    /* (): result: this process's pid, 1 or more                                     */
	PITH_WRITE,     /* (text, bytes): prints up to PITH_WRITE_MOST bytes in one piece; result: bytes */
	PITH_READ,      /* (text, bytes): waits for console input, which this process must have;
	                   result: bytes, at least one, or 0 if `bytes` is 0                             */
	PITH_SPAWN,     /* (struct pith_spawn *): creates a child; result: its pid                       */
	PITH_WAIT,      /* (pid or 0, uint64_t *status or NULL): waits until this child, or any, has ended;
	                   result: its pid                                                               */
	PITH_KILL,      /* (pid): ends a descendant and all its descendants, with status PITH_KILLED; 0  */
	PITH_YIELD,     /* (): lets other processes run first; 0                                         */
	PITH_SLEEP,     /* (nanoseconds): waits at least so long; 0                                      */
	PITH_CLOCK,     /* (): result: nanoseconds since the machine began; monotonic on all processors  */
	PITH_MAP,       /* (address or 0, bytes, PITH_MAP_*): maps zeroed memory, at most PITH_MAP_MOST bytes,
	                   there or at a free place; result: its address                                 */
	PITH_UNMAP,     /* (address, bytes): unmaps the mapped pages of the range; 0                     */
	PITH_SEND,      /* (pid, struct pith_message *): waits until the message is received; 0. Its page leaves
	                   the sender                                                                    */
	PITH_RECEIVE,   /* (pid or 0, struct pith_message *): waits for a message from this process, or any;
	                   result: the sender's pid                                                      */
	PITH_PIN,       /* (processor, or -1: any): binds this process to the processor; 0               */
	PITH_PROCESS,   /* (pid, struct pith_process *): describes the process with the lowest pid from this one on;
	                   result: its pid                                                               */
	PITH_MEMORY,    /* (struct pith_memory *): 0                                                     */
	PITH_FILE,      /* (index, struct pith_file *): describes a file of the archive; 0               */
	PITH_FILE_READ, /* (struct pith_file_read *): result: bytes copied, 0 from the file's end on     */
	PITH_LOG,       /* (uint64_t *from, text, bytes): copies the log of printed text, from byte *from or the oldest
	                   byte on, and advances *from; the last 32 KiB are always there; result: bytes, 0 at the end */
	PITH_CONSOLE,   /* (pid): gives the console's input, which this process or a descendant has, to this process
	                   or a descendant; 0                                                            */
	PITH_CALLS
};

enum pith_error {
	PITH_BAD_CALL = -1,     /* there is no such system call                        */
	PITH_BAD_ADDRESS = -2,  /* memory that cannot be read or written               */
	PITH_BAD_ARGUMENT = -3, /* a number outside its range                          */
	PITH_NO_MEMORY = -4,
	PITH_NOT_FOUND = -5,    /* no such process, child or file                      */
	PITH_NOT_PROGRAM = -6,  /* the file cannot be run; the log has the reason      */
	PITH_NO_PROCESS = -7,   /* the limit of processes or of children is reached    */
	PITH_BUSY = -8,         /* mapped already; another process has the console     */
	PITH_DENIED = -9,       /* not a descendant of this process; or the console's input is elsewhere    */
	PITH_DEADLOCK = -10,    /* a message to itself, or to a process that waits to send to it           */
};

enum {
	PITH_KILLED = 0x100,  /* the status after PITH_KILL */
	PITH_FAULTED = 0x101, /* the status after a fault   */
};

enum { PITH_PAGE_BYTES = 4096, PITH_STACK_BYTES = 65536 };

enum { PITH_WRITE_MOST = 1024, PITH_NAME_BYTES = 32, PITH_ARGUMENTS_MOST = 2048 };

enum { PITH_PROCESSES_MOST = 1024, PITH_CHILDREN_MOST = 512, PITH_RESERVE = 16 };

#define PITH_MAP_MOST (16ull << 20)

/* Rights in addition to reading. Both together give PITH_BAD_ARGUMENT. */
enum { PITH_MAP_WRITE = 1, PITH_MAP_EXECUTE = 2 };

/* A program's arguments: `count` words, a NUL after each, `bytes` in all. The first is the program's name. */
struct pith_arguments {
	uint64_t count;
	uint64_t bytes;
	char text[PITH_ARGUMENTS_MOST];
};

struct pith_spawn {
	const char *path;       /* in the archive: "bin/sh"           */
	uint64_t path_bytes;    /* no NUL                             */
	const char *arguments;  /* words, a NUL after each; the first is the process's name   */
	uint64_t arguments_bytes; /* PITH_ARGUMENTS_MOST at most; 0: the path is the only word */
	int64_t processor;      /* -1: any                            */
};

struct pith_message {
	uint64_t word[4];
	uint64_t page; /* sent: address of a page to move, or 0; received: its address now, writable, or 0 */
};

enum pith_state {
	PITH_RUNNING, PITH_READY, PITH_SLEEPING, PITH_WAITING, PITH_SENDING,
	PITH_RECEIVING, PITH_READING, PITH_ENDED
};

struct pith_process {
	uint64_t pid, parent;
	uint64_t state;      /* enum pith_state                                 */
	uint64_t processor;  /* runs it or ran it last                          */
	int64_t pinned;      /* the only processor that may run it; -1: any     */
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
