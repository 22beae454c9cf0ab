#include "accelerator.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "json.h"
#include "process.h"
#include "run.h"
#include "warm_cache.h"
#include "warm_key.h"

enum {
	TRIAL_MILLISECONDS = 10000, /* under KVM firmware speaks within a second or two */
	POLL_MILLISECONDS = 50,
};

/* NULL: it may work. */
static const char *obstacle(const struct run *r)
{
	struct utsname host;

	if (uname(&host) != 0 || strcmp(host.machine, arch_info[r->machine.arch].name) != 0)
		return "this host has another processor";
	if (r->machine.board)
		return "a board's processor is always emulated";
	int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == EACCES ? "/dev/kvm cannot be opened: is this user in the group kvm?" :
		                         "/dev/kvm cannot be opened";
	close(fd);
	return NULL;
}

/* ---- The trial ------------------------------------------------------------------------------------------------- */

static void hear(void *context, const char *bytes, size_t count)
{
	bool *has_spoken = context;

	(void)bytes;
	*has_spoken |= count > 0;
}

static void hear_nothing(void *context, const char *text)
{
	(void)context, (void)text;
}

/* QEMU stops a machine whose processor KVM cannot run on (QEMU Machine Protocol Reference, RunState). */
static bool has_failed(struct guest *g, const struct guest_ears *ears)
{
	struct json *answer = guest_ask(g, "query-status", NULL, TRIAL_MILLISECONDS, ears);
	const char *status = json_text(json_member(answer, "return"), "status");
	bool failed = g->end != GUEST_RUNS || !status || strcmp(status, "internal-error") == 0;

	json_free(answer);
	return failed;
}

enum trial {
	TRIAL_WORKS,
	TRIAL_FAILS,
	TRIAL_SILENT, /* until time was up: perhaps the host is busy */
};

static enum trial hear_firmware(struct guest *g)
{
	bool has_spoken = false;
	const struct guest_ears ears = { .output = hear, .answer = hear_nothing, .context = &has_spoken };
	long long until = milliseconds_now() + TRIAL_MILLISECONDS;

	while (!has_spoken && !signal_seen() && milliseconds_now() < until) {
		guest_wait(g, POLL_MILLISECONDS, -1, -1, &ears);
		if (!has_spoken && has_failed(g, &ears))
			return has_spoken ? TRIAL_WORKS : TRIAL_FAILS; /* it may have spoken its last word meanwhile */
	}
	return has_spoken ? TRIAL_WORKS : TRIAL_SILENT;
}

/* The run's own disk and variables stay as they are. */
static enum trial try_kvm(const struct run *r)
{
	struct machine trial = r->machine;
	struct guest g = { 0 };

	trial.kvm = trial.disk_is_users = true;
	trial.wait_for_gdb = false;
	trial.vars = trial.vars ? temporary_path("trial-vars.fd") : NULL;
	if (trial.vars && firmware_make_vars(&r->firmware, trial.vars) != 0)
		return TRIAL_SILENT;
	if (guest_start(&g, &trial, false) != 0)
		return TRIAL_SILENT;
	enum trial result = hear_firmware(&g);
	guest_stop(&g);
	free(g.errors.at);
	if (trial.vars)
		unlink(trial.vars);
	return result;
}

/* ---- What earlier trials have shown ---------------------------------------------------------------------------- */

/* A file that has been replaced has another time. */
static void add_file(struct warm_key *k, const char *path)
{
	struct stat s = { 0 };

	if (path && stat(path, &s) == 0)
		warm_key_add(k, &s.st_mtim, sizeof s.st_mtim);
}

/* The file that keeps the result: another kernel, QEMU, firmware, processor model or machine is tried again. NULL:
 * nothing can be kept. */
static char *result_path(const struct run *r)
{
	const struct machine *m = &r->machine;
	const char *parts[] = { arch_info[m->arch].qemu, m->firmware->code, m->machine, m->cpu };
	char *folder = cache_folder(), *path = NULL, name[WARM_NAME_BYTES];
	struct utsname host = { 0 };
	struct warm_key k;

	uname(&host);
	warm_key_start(&k);
	warm_key_add(&k, host.release, sizeof host.release);
	warm_key_add(&k, &m->cpus, sizeof m->cpus);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		warm_key_add(&k, parts[i] ? parts[i] : "", parts[i] ? strlen(parts[i]) : 0);
	for (char *const *extra = m->extra; extra && *extra; extra++)
		warm_key_add(&k, *extra, strlen(*extra));
	char *qemu = tool_find(arch_info[m->arch].qemu);
	add_file(&k, qemu);
	add_file(&k, m->firmware->code);
	free(qemu);
	warm_key_name(&k, name);
	if (folder && cache_make(folder))
		path = string_format("%s/%s.kvm", folder, name);
	free(folder);
	return path;
}

/* True: *out is what is kept. */
static bool result_read(const char *path, bool *out)
{
	size_t count = 0;
	char *text = path && file_exists(path) ? file_load(path, 64, &count) : NULL;
	bool is_known = text && (strcmp(text, "works\n") == 0 || strcmp(text, "fails\n") == 0);

	if (is_known)
		*out = *text == 'w';
	free(text);
	return is_known;
}

static void result_write(const char *path, bool it_works)
{
	FILE *out = path ? fopen(path, "we") : NULL;

	if (out) {
		fputs(it_works ? "works\n" : "fails\n", out);
		fclose(out);
	}
}

/* Without a place for the result every run would pay for a trial, so there is none. */
static bool works_or_worked(const struct run *r)
{
	char *path = result_path(r);
	bool it_works = false;

	if (path && !result_read(path, &it_works)) {
		enum trial result = try_kvm(r);
		it_works = result == TRIAL_WORKS;
		if (result != TRIAL_SILENT)
			result_write(path, it_works);
	}
	free(path);
	return it_works;
}

/* ---- The choice ------------------------------------------------------------------------------------------------ */

int accelerator_settle(struct run *r)
{
	struct machine *m = &r->machine;
	bool is_demanded = r->accelerator == ACCELERATOR_KVM;

	if (is_demanded && qemu_has_accelerator(m))
		return complain(STATUS_TROUBLE, "--accel kvm: the arguments behind -- choose an accelerator, too");
	/* Under KVM, aarch64 has no semihosting, by which a guest passes its status. */
	if (r->accelerator == ACCELERATOR_TCG || qemu_has_accelerator(m) || (!is_demanded && m->arch == ARCH_AARCH64))
		return 0;
	const char *why_not = obstacle(r);
	m->kvm = !why_not && (is_demanded ? try_kvm(r) == TRIAL_WORKS : works_or_worked(r));
	if (m->kvm || !is_demanded)
		return 0;
	return complain(STATUS_TROUBLE, "--accel kvm: %s",
	                why_not ? why_not : "it was tried, and this machine's firmware prints nothing under it");
}
