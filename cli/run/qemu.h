/* qemu.h — makes QEMU's command line from a description of the machine. */
#ifndef CLI_QEMU_H
#define CLI_QEMU_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"
#include "board.h"
#include "firmware.h"
#include "strlist.h"

struct machine {
	enum arch arch;
	const char *machine;  /* NULL: the architecture's default */
	const struct board *board; /* that `machine` names; NULL: it is none */
	const char *cpu;      /* NULL: likewise */
	uint64_t memory_mib;
	unsigned cpus;
	const struct qemu_firmware *firmware;
	const char *vars;     /* the machine's own copy of the variable store; NULL: none */
	uint64_t vars_bytes;  /* not 0: no file is needed for a store of this size, which a state fills */
	const char *waiting;  /* a program that the firmware starts in the boot loader's place; NULL: none */
	const char *state;    /* of such a machine, to be resumed; NULL: none */
	const char *disk;
	bool disk_is_users;   /* leave the file as it is */
	unsigned sector_bytes; /* of the disk; 0: QEMU's default */
	const char *disk_bus; /* one that qemu_knows_bus() */
	const char *display;  /* as -display takes it */
	bool screen;          /* give it a graphics card */
	bool kvm;             /* the host's processor executes it */
	bool wait_for_gdb;    /* on the socket `gdb`, which listens and is inherited */
	int gdb;
	const char *serial;   /* two FIFOs: this name with .in and .out (QEMU, "-chardev pipe") */
	int control;          /* a connected socket */
	bool logs_exceptions; /* into `log`: set by qemu_command() */
	const char *log;      /* a FIFO for QEMU's log of exceptions, unless `extra` says what is logged, and where */
	char *const *extra;   /* more arguments; NULL-terminated */
};

/* Do machine name or arguments say how the processor is executed? */
bool qemu_has_accelerator(const struct machine *m);

/* Is there such a bus? */
bool qemu_knows_bus(const char *name);

/* Is the disk a CD-ROM there? Only for a bus that there is. */
bool qemu_bus_is_cd(const char *name);

/* Can QEMU save and load a machine with such a disk? */
bool qemu_bus_survives(const char *name);

/* Can a disk on this bus have sectors of this size? A CD has its own; QEMU refuses 4096 bytes on ATA (ide-hd), and its
 * USB disk (usb-storage) always has 512. */
bool qemu_bus_has_sectors(const char *name, unsigned bytes);

/* Append the whole argv, the program's name first. */
void qemu_command(struct machine *m, struct strings *argv);

#endif
