/* gdb_remote.h — QEMU's debugger port, for the registers that its monitor does not print: aarch64's system registers.
 *
 *   Port     QEMU's option `-gdb unix:PATH,server=on,wait=off`, or its monitor's command (gdb_port_command)
 *   Effect   QEMU stops the machine when a debugger connects, and does not go on when it leaves
 *   Time     every answer is waited for at most GDB_REMOTE_SECONDS */
#ifndef CLI_EXPLAIN_GDB_REMOTE_H
#define CLI_EXPLAIN_GDB_REMOTE_H

#include "registers.h"

enum { GDB_REMOTE_SECONDS = 5, GDB_REMOTE_PACKET = 4096, GDB_REMOTE_REGISTERS = 64, GDB_REMOTE_FILES = 8 };

struct gdb_register {
	char name[24];
	unsigned number;
};

struct gdb_remote {
	int fd;
	struct gdb_register registers[GDB_REMOTE_REGISTERS]; /* those that registers_set() knows */
	unsigned register_count;
	char in[2 * GDB_REMOTE_PACKET]; /* received, not taken yet */
	size_t in_bytes;
	char packet[GDB_REMOTE_PACKET + 1];
};

/* The monitor's command that opens a port at this path, which may have blanks and commas. The caller frees. */
char *gdb_port_command(const char *socket_path);

/* Connects, and asks which registers there are. false: nobody listens, or what answers is no debugger port; nothing is
 * printed. gdb_close() is for a port that has been opened. */
bool gdb_open(struct gdb_remote *g, const char *socket_path);
void gdb_close(struct gdb_remote *g);

/* Set all registers of the processor (from 0 on) that `r` has a place for. false: the processor does not exist, or the
 * port has failed. */
bool gdb_registers(struct gdb_remote *g, unsigned cpu, struct registers *r);

/* For struct memory, with the struct gdb_remote as its context: physical memory. */
bool gdb_read_memory(void *remote, paddr at, void *to, size_t bytes);

#endif
