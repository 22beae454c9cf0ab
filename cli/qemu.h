/* qemu.h — QEMU's command line, from what is wanted of the machine. */
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
	const struct firmware *firmware;
	const char *vars;     /* the machine's own copy of the variable store; NULL: none */
	const char *disk;
	bool disk_is_users;   /* leave the file as it is */
	unsigned sector_bytes; /* of the disk; 0: QEMU's default */
	const char *disk_bus; /* one that qemu_knows_bus() */
	const char *display;  /* as -display takes it */
	bool screen;          /* give it a graphics card */
	bool wait_for_gdb;
	bool pause_at_end;    /* do not end when the guest powers off */
	const char *serial;   /* two FIFOs: this name with .in and .out (QEMU, "-chardev pipe") */
	int control;          /* a connected socket */
	char *const *extra;   /* more arguments; NULL-terminated */
};

/* Is there such a bus? */
bool qemu_knows_bus(const char *name);

/* Is the disk a CD-ROM there? Only for a bus that there is. */
bool qemu_bus_is_cd(const char *name);

/* Can the disk have sectors of this size there? A CD has its own; QEMU refuses 4096 bytes on ATA (ide-hd), and its USB disk
 * (usb-storage) has 512 whatever it is told. */
bool qemu_bus_has_sectors(const char *name, unsigned bytes);

/* Append the whole argv, the program's name first. */
void qemu_command(const struct machine *m, struct strings *argv);

#endif
