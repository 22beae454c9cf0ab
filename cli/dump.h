/* dump.h — the memory of a machine from a file, and its processors' registers, if the file has them.
 *
 *   Kinds     an ELF core, as QEMU's dump-guest-memory writes it: physical addresses are those of its program
 *             headers; or raw bytes, as pmemsave writes them, from one address on
 *   Memory    the file is mapped, and stays so until dump_close(); dump_read_file() takes bytes that are the caller's
 *   Hostile   every offset is checked when it is used: a file that is cut off, or lies, has less memory in it */
#ifndef CLI_DUMP_H
#define CLI_DUMP_H

#include "arch.h"
#include "fault.h"
#include "memory.h"

/* Program headers of one dump. QEMU makes one for each bank of memory. */
enum { DUMP_MAX_HEADERS = 4096 };

struct dump {
	const uint8_t *bytes;
	uint64_t count;
	enum arch arch;       /* that an ELF core names; ARCH_NONE: raw bytes */
	paddr base;           /* of raw bytes */
	uint64_t headers;     /* of an ELF core: file offset */
	uint32_t header_count;
	uint64_t missing;     /* bytes of memory that the file should have and has not: it was cut off */
	struct memory memory; /* its context is this structure, which must not move */
};

/* Takes the bytes of a file. has_base: they are raw, and begin at `base`. NULL, or why they are no dump; then *d is as
 * it was. */
const char *dump_read_file(struct dump *d, const void *bytes, uint64_t count, bool has_base, paddr base);

/* Opens "FILE" or "FILE@BASE". 0 or a status. dump_close() is for both; *d is zero before. */
int dump_open(struct dump *d, const char *argument);
void dump_close(struct dump *d);

/* The lowest and highest address + 1 of the memory; both 0: there is none. */
void dump_bounds(const struct dump *d, paddr *lowest, paddr *end);

/* A processor's registers, counted from 0: all but vector, syndrome, feature registers and, on x86_64, EFER. aarch64:
 * general registers, pc, sp and flags alone. false: the file has none of that number, and *out is as it was. */
bool dump_registers(const struct dump *d, unsigned index, struct fault *out);

#endif
