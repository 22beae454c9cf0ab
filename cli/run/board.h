/* board.h — QEMU machines that model a real board. Their processors, memory and devices are fixed. Pure. */
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

/* The board with this machine name (options after a comma are ignored; NULL: the default machine); NULL: not a
 * board. */
const struct board *board_named(const char *machine);

#endif
