#include "warm.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cli.h"
#include "file.h"
#include "process.h"
#include "run.h"
#include "warm_cache.h"
#include "warm_hear.h"
#include "warm_key.h"
#include "words.h"

enum {
	MOST_MEMORY_MIB = 2048, /* with more, saving and loading take as long as the firmware's start */
	FORMAT = 1,             /* part of the key: counts changes of what a state is */
};

/* In milliseconds. */
enum {
	READY_PATIENCE = 120000, /* until the firmware has started the waiting program */
	LOAD_PATIENCE = 20000,   /* until a state is loaded */
	SAVE_PATIENCE = 30000,   /* ... or saved */
	ANSWER_PATIENCE = 5000,  /* until the waiting program has answered */
	FILE_PATIENCE = 2000,    /* until a saved state is in its file */
	POLL = 5,
};

/* One run's place in the cache. */
struct warm {
	char *program; /* the waiting program; NULL: it was not built */
	char *folder;  /* of the cache; NULL: there is none */
	char *state, *cold, *new, *done; /* paths in it: warm_cache.h */
};

/* ---- The key --------------------------------------------------------------------------------------------------- */

/* Facts that change whenever a file's content does. The content is not read. */
static void add_file(struct warm_key *k, const char *path)
{
	struct stat s = { 0 };

	if (path && stat(path, &s) != 0)
		memset(&s, 0, sizeof(s));
	const int64_t facts[] = {
		(int64_t)s.st_dev,        (int64_t)s.st_ino,         s.st_size,           s.st_mtim.tv_sec,
		s.st_mtim.tv_nsec,        s.st_ctim.tv_sec,          s.st_ctim.tv_nsec,
	};
	warm_key_add(k, facts, sizeof(facts));
}

/* The command line with one name for all temporary files. */
static void add_command(struct warm_key *k, const struct machine *m)
{
	struct machine same = *m;
	struct strings argv = { 0 };

	same.vars = m->vars ? "vars" : NULL;
	same.disk = "disk";
	same.disk_is_users = false;
	same.serial = "serial";
	same.log = "log";
	same.control = 0;
	qemu_command(&same, &argv);
	warm_key_add_command(k, argv.at);
	strings_free(&argv);
}

static bool make_name(const struct machine *m, const char *qemu, const char *program, char out[WARM_NAME_BYTES])
{
	size_t bytes;
	char *waiting = file_load(program, MIB(1), &bytes);
	const int format = FORMAT;
	struct warm_key k;

	if (waiting) {
		warm_key_start(&k);
		warm_key_add(&k, &format, sizeof(format));
		warm_key_add(&k, waiting, bytes);
		add_file(&k, qemu);
		add_file(&k, m->firmware->code);
		add_file(&k, m->firmware->vars);
		add_command(&k, m);
		warm_key_name(&k, out);
	}
	free(waiting);
	return waiting != NULL;
}

/* ---- May this run be warm? ------------------------------------------------------------------------------------- */

static bool waits_for_firmware(const struct run *r)
{
	for (size_t i = 0; i < r->pattern_count; i++)
		if (warm_is_firmwares(r->patterns[i].text))
			return true;
	for (size_t i = 0; i < r->typing_count; i++)
		if (warm_is_firmwares(r->typings[i].after.text))
			return true;
	return false;
}

/* On aarch64 the card is ramfb: warm_key.c. */
static bool screen_survives(const struct machine *m)
{
	return !m->screen || m->arch == ARCH_X86_64;
}

static bool may_be_warm(const struct run *r)
{
	const struct machine *m = &r->machine;

	return !r->cold && !m->kvm && (m->arch == ARCH_X86_64 || m->arch == ARCH_AARCH64) && !m->board &&
	       m->firmware->kind == FIRMWARE_FLASH && !m->firmware->is_uboot && m->vars &&
	       m->memory_mib <= MOST_MEMORY_MIB && !m->wait_for_gdb && qemu_bus_survives(m->disk_bus) &&
	       screen_survives(m) && (!m->machine || warm_survives_machine(m->machine)) && warm_survives(m->extra) &&
	       !waits_for_firmware(r);
}

/* false: the run is cold. */
static bool warm_open(struct warm *w, const struct run *r, const char *qemu)
{
	char name[WARM_NAME_BYTES];

	memset(w, 0, sizeof(*w));
	if (!may_be_warm(r))
		return false;
	char *program = string_format("warm-%s.efi", arch_info[r->machine.arch].name);
	w->folder = cache_folder();
	w->program = volume_own_file(r->machine.arch, program);
	free(program);
	if (!w->folder || !w->program || !make_name(&r->machine, qemu, w->program, name))
		return false;
	w->state = string_format("%s/%s.state", w->folder, name);
	w->cold = string_format("%s/%s.cold", w->folder, name);
	w->new = string_format("%s/%s.state.new", w->folder, name);
	w->done = string_format("%s/%s.state.done", w->folder, name);
	return true;
}

static void warm_close(struct warm *w)
{
	free(w->program);
	free(w->folder);
	free(w->state);
	free(w->cold);
	free(w->new);
	free(w->done);
}

/* ---- Starting QEMU --------------------------------------------------------------------------------------------- */

static int start_guest(struct run *r, const char *waiting, const char *state)
{
	const struct qemu_firmware *f = &r->firmware;
	int status = 0;

	r->machine.waiting = waiting;
	r->machine.state = state;
	/* A resumed machine has its variables in its state. */
	r->machine.vars_bytes = state ? firmware_vars_bytes(f) : 0;
	if (r->machine.vars && !r->machine.vars_bytes)
		status = firmware_make_vars(f, r->machine.vars);
	return status ? status : guest_start(&r->guest, &r->machine, !waiting && r->machine.extra);
}

/* From here on QEMU's complaints are the user's, as in a cold run with arguments of the user's. */
static void show_errors(struct run *r)
{
	struct guest *g = &r->guest;

	if (!r->machine.extra)
		return;
	g->show_errors = true;
	if (g->errors.bytes)
		write_all(STDERR_FILENO, g->errors.at, g->errors.bytes);
}

static void give_up(struct run *r)
{
	guest_stop(&r->guest);
	free(r->guest.errors.at);
	r->guest = (struct guest){ .serial = -1, .keys = -1, .control = -1, .error = -1 };
	r->progress = (struct progress){ .end = PROGRESS_GOES_ON };
}

/* Waits until the waiting program has said so much, at most until then. */
static bool wait_for(struct run *r, struct warm_hearing *h, enum warm_stage stage, long long patience)
{
	const struct guest_ears ears = warm_ears(h);
	long long until = milliseconds_now() + patience;

	while (h->stage < stage && r->guest.end == GUEST_RUNS && !run_is_decided(r) && !signal_seen() &&
	       milliseconds_now() < until)
		guest_wait(&r->guest, 50, -1, -1, &ears);
	return h->stage >= stage && h->stage != WARM_NEVER;
}

/* The boot loader starts from the disk. */
static bool go_on(struct run *r, struct warm_hearing *h)
{
	const char start = WARM_START;

	progress_start(&r->progress);
	guest_type(&r->guest, &start, 1);
	bool starts = wait_for(r, h, WARM_STARTED, ANSWER_PATIENCE);
	warm_hear_end(h);
	if (starts)
		show_errors(r);
	return starts;
}

/* ---- Resuming -------------------------------------------------------------------------------------------------- */

/* The source of the state ran, so the machine runs as soon as it is loaded. */
static bool wait_until_loaded(struct run *r, struct warm_hearing *h)
{
	const struct guest_ears ears = warm_ears(h);
	long long until = milliseconds_now() + LOAD_PATIENCE;

	while (!r->guest.resumed && r->guest.end == GUEST_RUNS && !signal_seen() &&
	       milliseconds_now() < until)
		guest_wait(&r->guest, 50, -1, -1, &ears);
	return r->guest.resumed;
}

static bool resume(struct run *r, const struct warm *w)
{
	struct warm_hearing h = { .to = run_ears(r), .stage = WARM_READY_SAID };

	if (start_guest(r, w->program, w->state) != 0)
		return false;
	if (wait_until_loaded(r, &h) && go_on(r, &h)) {
		utimensat(AT_FDCWD, w->state, NULL, 0);
		return true;
	}
	give_up(r);
	if (!signal_seen())
		unlink(w->state);
	return false;
}

/* ---- Keeping --------------------------------------------------------------------------------------------------- */

static bool ask(struct run *r, const char *command, const char *arguments, const struct guest_ears *ears)
{
	struct json *said = guest_ask(&r->guest, command, arguments, SAVE_PATIENCE, ears);
	bool good = json_member(said, "return") != NULL;

	json_free(said);
	return good;
}

enum saving { SAVE_RUNS, SAVE_DONE, SAVE_FAILED };

/* QEMU, "QEMU Machine Protocol Reference", MigrationStatus. */
static enum saving saving_now(struct run *r, const struct guest_ears *ears)
{
	struct json *said = guest_ask(&r->guest, "query-migrate", NULL, SAVE_PATIENCE, ears);
	const char *status = json_text(json_member(said, "return"), "status");
	enum saving now = !status ? SAVE_FAILED : strcmp(status, "completed") == 0 ? SAVE_DONE :
	                  strcmp(status, "failed") == 0 || strcmp(status, "cancelled") == 0 ? SAVE_FAILED : SAVE_RUNS;

	json_free(said);
	return now;
}

static bool wait_until_saved(struct run *r, const struct guest_ears *ears)
{
	long long until = milliseconds_now() + SAVE_PATIENCE;
	enum saving now;

	while ((now = saving_now(r, ears)) == SAVE_RUNS && !signal_seen() && milliseconds_now() < until)
		guest_wait(&r->guest, POLL, -1, -1, ears);
	if (now == SAVE_RUNS)
		ask(r, "migrate_cancel", NULL, ears);
	return now == SAVE_DONE;
}

static void mark_cold(const struct warm *w)
{
	int fd = open(w->cold, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
}

/* {"uri": ...}: QEMU gives the state to a command that renames the file when all of it is written. The caller frees. */
static char *saving_arguments(const struct warm *w)
{
	char *new = shell_quoted(w->new), *done = shell_quoted(w->done);
	char *command = string_format("exec:cat >%s && mv -f %s %s", new, new, done);
	char *quoted = json_quoted(command), *arguments = string_format("{\"uri\":%s}", quoted);

	free(quoted);
	free(command);
	free(done);
	free(new);
	return arguments;
}

/* QEMU has given the state away, and the command may still write. */
static bool wait_until_written(struct run *r, const struct warm *w, const struct guest_ears *ears)
{
	long long until = milliseconds_now() + FILE_PATIENCE;

	while (!file_exists(w->done) && !signal_seen() && milliseconds_now() < until)
		guest_wait(&r->guest, POLL, -1, -1, ears);
	return rename(w->done, w->state) == 0;
}

/* Afterwards the machine runs on. Without a limit, saving is as fast as the disk. */
static void keep(struct run *r, const struct warm *w, struct warm_hearing *h)
{
	const struct guest_ears ears = warm_ears(h);
	char *arguments = saving_arguments(w);

	ask(r, "migrate-set-parameters", "{\"max-bandwidth\":1099511627776}", &ears);
	if (!ask(r, "migrate", arguments, &ears)) /* a device cannot be saved */
		mark_cold(w);
	else if (wait_until_saved(r, &ears) && wait_until_written(r, w, &ears))
		cache_trim(w->folder);
	unlink(w->done);
	unlink(w->new);
	ask(r, "cont", NULL, &ears);
	free(arguments);
}

/* Boots with the waiting program and keeps the machine. Firmware that does not start the program boots the disk. false:
 * the run has to begin anew. */
static bool boot_and_keep(struct run *r, const struct warm *w)
{
	struct warm_hearing h = { .to = run_ears(r), .stage = WARM_BOOTS };
	long long patience = r->timeout_seconds ? r->timeout_seconds * 1000LL : READY_PATIENCE;

	if (wait_for(r, &h, WARM_READY_SAID, patience)) {
		keep(r, w, &h);
		if (go_on(r, &h) || r->guest.end != GUEST_RUNS || signal_seen())
			return true;
		mark_cold(w);
		unlink(w->state);
		return false;
	}
	warm_hear_end(&h);
	show_errors(r);
	if (h.stage == WARM_NEVER || run_is_decided(r))
		mark_cold(w);
	return r->guest.end != GUEST_BROKEN;
}

/* -1: this run does not keep its machine. Else as warm_start(). */
static int start_and_keep(struct run *r, const struct warm *w)
{
	int lock = cache_make(w->folder) ? cache_lock(w->new) : -1;

	if (lock < 0)
		return -1;
	int status = start_guest(r, w->program, NULL);
	if (!status && !boot_and_keep(r, w)) {
		give_up(r);
		status = -1;
	}
	unlink(w->new);
	close(lock);
	return status;
}

int warm_start(struct run *r)
{
	struct warm w;
	int status = -1;
	char *qemu = tool_find(arch_info[r->machine.arch].qemu);

	if (!qemu)
		return STATUS_TROUBLE;
	if (warm_open(&w, r, qemu) && !file_exists(w.cold)) {
		if (file_exists(w.state) && resume(r, &w))
			status = 0;
		else if (!signal_seen())
			status = start_and_keep(r, &w);
	}
	warm_close(&w);
	free(qemu);
	return status < 0 ? start_guest(r, NULL, NULL) : status;
}
