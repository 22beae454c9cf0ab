/* board.h — QEMU machines that stand for a board with everything soldered on: nothing of what `hobnail run` puts together
 * for a virtual machine can be chosen. Pure. */
#ifndef CLI_BOARD_H
#define CLI_BOARD_H

#include <stdint.h>

#include "arch.h"

struct board {
	const char *machine;     /* QEMU's name */
	enum arch arch;
	const char *firmware;    /* started as -kernel: where Debian's package has it */
	const char *package;
	const char *device_tree; /* behind usr/lib/linux-image-VERSION/ */
	const char *compatible;  /* ... whose "compatible" begins with this */
	unsigned cpus;
	uint64_t memory_mib;
	unsigned console;        /* number of its serial port */
	const char *disk;        /* -drive if=...; its size has to be a power of two */
};

/* The board that a machine (its name, options after a comma ignored; NULL: the default one) is; NULL: it is none. */
const struct board *board_named(const char *machine);

#endif
