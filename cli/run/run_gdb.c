/* run_gdb.c — --gdb and --gdb-server: what a run has to do with its debugger. */
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "file.h"
#include "gdb.h"

int run_prepare_debugger(struct run *r)
{
	struct debugger *d = &r->debugger;

	if (!r->gdb && !r->gdb_server)
		return 0;
	int status = debugger_listen(d, r->gdb_server);
	if (!status && r->gdb)
		status = debugger_prepare(d, r->machine.arch, r->log);
	r->machine.wait_for_gdb = true;
	r->machine.gdb = d->listener;
	return status;
}

/* The loader on the user's own disk is unknown: NULL. The caller frees. */
static char *known_loader(const struct run *r)
{
	return r->disk ? NULL : volume_loader(&r->volume, r->machine.arch);
}

/* NULL: there is none. */
static const char *kernel_with_symbols(const struct run *r)
{
	const char *kernel = r->volume.kernels.count ? r->volume.kernels.at[0] : NULL;

	return kernel && !file_is_program(kernel) ? kernel : NULL;
}

/* The guest waits. */
int run_start_debugger(struct run *r)
{
	struct debugger *d = &r->debugger;
	const struct machine *m = &r->machine;
	char *loader = known_loader(r);
	const struct gdb_session session = {
		.arch = r->machine.arch, .kernel = kernel_with_symbols(r),
		.loader = loader, .memory_mib = r->machine.memory_mib, .target = d->target,
		.symbols = &r->symbols,
		.may_be_other = m->cpu || m->machine || m->kvm || (m->extra && *m->extra),
	};
	char *commands = gdb_commands(&session);
	int status = 0;

	if (r->gdb_server) {
		complain(0, "waiting for a debugger; in gdb:\n\n%s", commands);
	} else {
		char *own = gdb_definitions(d->console, d->loader_script);
		char *all = string_format("%s%s", own, commands);
		complain(0, "the guest's output goes to %s; gdb's command `console` shows its end", d->console);
		status = debugger_start(d, all);
		free(all);
		free(own);
	}
	free(commands);
	free(loader);
	return status;
}

static void say_loader(const struct run *r, const char *what, uint64_t at)
{
	char *loader = known_loader(r);
	char *command = loader ? gdb_loader_command(r->machine.arch, loader, at) : NULL;

	if (command && r->gdb)
		file_write(r->debugger.loader_script, command, strlen(command));
	else if (command)
		complain(0, "in gdb, for %s:\n\n%s\n", what, command);
	free(command);
	free(loader);
}

void run_say_loader(struct run *r)
{
	if (!r->machine.wait_for_gdb)
		return;
	if (r->progress.image_at != r->image_said)
		say_loader(r, "the loader", r->image_said = r->progress.image_at);
	/* gdb has the symbols of the copy from the beginning on, if it was started here. */
	if (r->gdb_server && r->progress.net_at != r->net_said)
		say_loader(r, "the loader's copy, which reports faults", r->net_said = r->progress.net_at);
}
