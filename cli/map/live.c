#include "live.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "process.h"
#include "strlist.h"

/* After a signal nothing is read any more: the walk ends soon, and the machine goes on. */
static bool read_live(void *context, paddr at, void *to, size_t bytes)
{
	struct live_machine *l = context;

	return !signal_seen() && gdb_read_memory(&l->gdb, at, to, bytes);
}

/* QEMU says nothing if it has opened the port. */
static int open_port(struct live_machine *l)
{
	char *path = temporary_socket("gdb"), *command;
	struct json *whole;

	if (!path)
		return STATUS_TROUBLE;
	command = gdb_port_command(path);
	const struct json *said = monitor_tell(&l->monitor, 0, command, &whole);
	l->has_port = said != NULL;
	l->has_gdb = said && gdb_open(&l->gdb, path);
	int status = !said ? STATUS_TROUBLE : 0;
	if (said && !l->has_gdb)
		status = complain(STATUS_TROUBLE, "QEMU at %s has not opened a debugger port at %s%s%s",
		                  l->monitor.path, path, said->string && *said->string ? ": " : "",
		                  said->string ? said->string : "");
	json_free(whole);
	free(command);
	free(path);
	return status;
}

/* The monitor prints all that matters of x86_64, but no system registers of aarch64: those come from the debugger
 * port. x86_64's control registers are wrong there (CR0 without PG under 64-bit paging: seen with QEMU 7.2). */
static bool ask_registers(struct live_machine *l, unsigned cpu, struct registers *out)
{
	struct json *whole;
	const struct json *said = monitor_tell(&l->monitor, cpu, "info registers", &whole);
	char *rest = said ? said->string : NULL;

	for (char *line; (line = strsep(&rest, "\r\n"));)
		registers_line(out, line);
	json_free(whole);
	return said != NULL;
}

static int read_registers(struct live_machine *l, const struct machine_options *o, enum arch *arch, struct walker *out)
{
	struct registers r = { 0 };
	const char *why = "its registers are not known";

	if (!ask_registers(l, o->cpu, &r))
		return STATUS_TROUBLE;
	if (r.arch != HOBNAIL_ARCH_X86_64 && !gdb_registers(&l->gdb, o->cpu, &r))
		return complain(STATUS_TROUBLE, "QEMU at %s does not tell the registers of CPU %u",
		                l->monitor.path, o->cpu);
	*arch = r.arch == HOBNAIL_ARCH_X86_64 ? ARCH_X86_64 : ARCH_AARCH64;
	if (!registers_walker(&r, out, &why))
		return complain(STATUS_TROUBLE, "CPU %u has no tables in use: %s", o->cpu, why);
	if (o->has_root)
		out->root = o->root;
	if (o->has_upper_root)
		out->upper_root = o->upper_root;
	if (o->has_types)
		out->pat_or_mair = o->types;
	return 0;
}

int live_machine_open(struct live_machine *l, const char *path, const struct machine_options *o, enum arch *arch,
                      struct walker *out)
{
	struct json *whole;

	*l = (struct live_machine){ .memory = { read_live, l } };
	signals_watch();
	int status = monitor_open(&l->monitor, path);
	if (status)
		return status;
	const struct json *state = monitor_ask(&l->monitor, "query-status", &whole);
	if (!state)
		return STATUS_TROUBLE;
	const struct json *running = json_member(state, "running");
	l->was_running = running && running->kind == JSON_TRUE;
	json_free(whole);
	status = open_port(l);
	return status ? status : read_registers(l, o, arch, out);
}

static void tell(struct live_machine *l, const char *command)
{
	struct json *whole;

	if (monitor_tell(&l->monitor, 0, command, &whole))
		json_free(whole);
}

void live_machine_close(struct live_machine *l)
{
	if (l->has_gdb)
		gdb_close(&l->gdb);
	if (l->has_port)
		tell(l, "gdbserver none");
	if (l->has_port && l->was_running)
		tell(l, "cont");
	monitor_close(&l->monitor);
}
