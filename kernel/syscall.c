/* syscall.c — the system calls of include/pith/syscall.h.
 *
 * No code here dereferences a program's pointer. After a check of its range, arch_user_copy() copies the whole object
 * in or out. A bad address gives PITH_BAD_ADDRESS, nothing worse. */
#include <pith/syscall.h>

#include "console.h"
#include "crash.h"
#include "message.h"
#include "pages.h"
#include "panic.h"
#include "process.h"
#include "programs.h"
#include "schedule.h"
#include "string.h"
#include "trap.h"

/* ---- User memory --------------------------------------------------------------------------------------------- */

static bool copy_in(void *to, vaddr from, uint64_t bytes)
{
	return bytes == 0 || (vm_is_user(from, bytes) && arch_user_copy(to, (const void *)(uintptr_t)from, bytes));
}

static bool copy_out(vaddr to, const void *from, uint64_t bytes)
{
	return bytes == 0 || (vm_is_user(to, bytes) && arch_user_copy((void *)(uintptr_t)to, from, bytes));
}

/* Copies a result out: 0, or PITH_BAD_ADDRESS. */
static int64_t give_out(vaddr to, const void *from, uint64_t bytes)
{
	return copy_out(to, from, bytes) ? 0 : PITH_BAD_ADDRESS;
}

/* ---- Console ------------------------------------------------------------------------------------------------- */

static int64_t call_write(const uint64_t a[5])
{
	char text[PITH_WRITE_MOST];
	uint64_t bytes = min_u64(a[1], sizeof text);

	crash_if_here(CRASH_CALL);
	bool good = copy_in(text, a[0], bytes);
	crash_if_here(CRASH_WRITE);
	if (!good)
		return PITH_BAD_ADDRESS;
	console_write(text, bytes);
	return (int64_t)bytes;
}

/* The console has no interrupt, so a reader polls it. Returns the number of bytes read, or 0 after one poll
 * interval. */
static int64_t read_typed(char *out, uint64_t most)
{
	enum { POLL_NS = 5000000 };
	uint64_t bytes = 0;

	for (int c; bytes < most && (c = console_read()) >= 0;)
		out[bytes++] = (char)c;
	if (bytes)
		return (int64_t)bytes;
	lock_take(&process_lock);
	schedule_sleep(PITH_READING, arch_now() + POLL_NS);
	lock_give(&process_lock);
	return 0;
}

static int64_t call_read(const uint64_t a[5])
{
	const struct process *self = process_self();
	char text[256];
	const uint64_t most = min_u64(a[1], sizeof text);
	int64_t bytes = 0;

	if (!vm_is_user(a[0], a[1]) || !(copy_in(text, a[0], most) && copy_out(a[0], text, most)))
		return PITH_BAD_ADDRESS; /* checked before input is taken, so that none is lost */
	while (bytes == 0 && most && !self->killed) {
		if (!process_has_console())
			return PITH_BUSY;
		bytes = read_typed(text, most);
	}
	return copy_out(a[0], text, (uint64_t)bytes) ? bytes : PITH_BAD_ADDRESS;
}

static int64_t call_console(const uint64_t a[5])
{
	return process_give_console(a[0]);
}

static int64_t call_log(const uint64_t a[5])
{
	char text[1024];
	uint64_t from;

	if (!copy_in(&from, a[0], sizeof from))
		return PITH_BAD_ADDRESS;
	uint64_t bytes = console_log(&from, text, min_u64(a[2], sizeof text));
	return copy_out(a[1], text, bytes) && copy_out(a[0], &from, sizeof from) ? (int64_t)bytes : PITH_BAD_ADDRESS;
}

/* ---- Processes ----------------------------------------------------------------------------------------------- */

static int64_t call_exit(const uint64_t a[5])
{
	process_exit(a[0] & 0xff);
}

static int64_t call_getpid(const uint64_t a[5])
{
	(void)a;
	return (int64_t)process_self()->pid;
}

/* Is `n` a processor's index, or PINNED_NOWHERE? */
static bool is_processor(int64_t n)
{
	return n >= PINNED_NOWHERE && n < (int64_t)cpu_count;
}

/* Finds a file of the archive by a path in user memory. */
static int64_t find_file(vaddr path, uint64_t bytes, struct archive_file *out)
{
	char name[256];

	if (bytes > sizeof name)
		return PITH_NOT_FOUND;
	if (!copy_in(name, path, bytes))
		return PITH_BAD_ADDRESS;
	return archive_find(&programs, name, bytes, out) ? 0 : PITH_NOT_FOUND;
}

static int64_t call_spawn(const uint64_t a[5])
{
	char words[PITH_ARGUMENTS_MOST];
	struct archive_file file;
	struct pith_spawn s;

	if (!copy_in(&s, a[0], sizeof s))
		return PITH_BAD_ADDRESS;
	if (s.arguments_bytes > sizeof words || !is_processor(s.processor))
		return PITH_BAD_ARGUMENT;
	int64_t e = find_file((vaddr)(uintptr_t)s.path, s.path_bytes, &file);
	if (e)
		return e;
	if (!copy_in(words, (vaddr)(uintptr_t)s.arguments, s.arguments_bytes))
		return PITH_BAD_ADDRESS;
	if (s.arguments_bytes == 0)
		return process_spawn(process_self(), &file, file.name, file.name_bytes + 1, (int32_t)s.processor);
	if (words[s.arguments_bytes - 1] != 0)
		return PITH_BAD_ARGUMENT;
	return process_spawn(process_self(), &file, words, s.arguments_bytes, (int32_t)s.processor);
}

static int64_t call_wait(const uint64_t a[5])
{
	uint64_t status = 0;

	if (a[1] && !(copy_in(&status, a[1], sizeof status) && copy_out(a[1], &status, sizeof status)))
		return PITH_BAD_ADDRESS; /* checked before a child is freed, so that no status is lost */
	int64_t pid = process_wait(a[0], &status);
	if (pid > 0 && a[1] && !copy_out(a[1], &status, sizeof status))
		return PITH_BAD_ADDRESS;
	return pid;
}

static int64_t call_kill(const uint64_t a[5])
{
	return process_kill(a[0]);
}

static int64_t call_yield(const uint64_t a[5])
{
	(void)a;
	lock_take(&process_lock);
	schedule_yield();
	lock_give(&process_lock);
	return 0;
}

static int64_t call_sleep(const uint64_t a[5])
{
	uint64_t now = arch_now();

	lock_take(&process_lock);
	schedule_sleep(PITH_SLEEPING, sum_fits(now, a[0]) ? now + a[0] : UINT64_MAX);
	lock_give(&process_lock);
	return 0;
}

static int64_t call_clock(const uint64_t a[5])
{
	(void)a;
	return (int64_t)arch_now();
}

static int64_t call_pin(const uint64_t a[5])
{
	if (!is_processor((int64_t)a[0]))
		return PITH_BAD_ARGUMENT;
	lock_take(&process_lock);
	process_self()->runnable.pinned = (int32_t)a[0];
	schedule_move();
	lock_give(&process_lock);
	return 0;
}

/* ---- Memory -------------------------------------------------------------------------------------------------- */

static int64_t call_map(const uint64_t a[5])
{
	const uint64_t rights = a[2];

	if (rights != 0 && rights != PITH_MAP_WRITE && rights != PITH_MAP_EXECUTE)
		return PITH_BAD_ARGUMENT;
	if (a[1] > PITH_MAP_MOST)
		return PITH_BAD_ARGUMENT;
	unsigned page_rights = rights == PITH_MAP_WRITE ? PT_WRITE : rights == PITH_MAP_EXECUTE ? PT_EXECUTE : 0u;
	return vm_user_map(&process_self()->space, a[0], a[1], page_rights);
}

static int64_t call_unmap(const uint64_t a[5])
{
	struct process *self = process_self();
	int64_t e;

	while ((e = vm_user_unmap(&self->space, a[0], a[1])) > 0 && !self->killed)
		schedule_breathe();
	return e;
}

/* ---- Messages ------------------------------------------------------------------------------------------------ */

static int64_t call_send(const uint64_t a[5])
{
	struct process *self = process_self();

	if (!copy_in(&self->message, a[1], sizeof self->message))
		return PITH_BAD_ADDRESS;
	vaddr at = self->message.page;
	self->page = at ? vm_user_take(&self->space, at) : 0;
	if (at && !self->page)
		return PITH_BAD_ADDRESS;
	int64_t e = message_send(a[0]);
	if (self->page) /* not sent: map it again */
		vm_user_put(&self->space, at, self->page);
	self->page = 0;
	return e;
}

/* Checks the places for the message and its page first, so that no message is lost. */
static int64_t call_receive(const uint64_t a[5])
{
	static const struct pith_message none;
	struct process *self = process_self();

	if (!copy_out(a[1], &none, sizeof none))
		return PITH_BAD_ADDRESS;
	if (!vm_user_expect(&self->space))
		return PITH_NO_MEMORY;
	int64_t pid = message_receive(a[0]);
	if (pid < 0)
		return pid;
	self->message.page = self->page ? vm_user_give(&self->space, self->page) : 0;
	self->page = 0;
	return copy_out(a[1], &self->message, sizeof self->message) ? pid : PITH_BAD_ADDRESS;
}

/* ---- Information --------------------------------------------------------------------------------------------- */

static int64_t call_process(const uint64_t a[5])
{
	struct pith_process out = { .pid = 0 };

	lock_take(&process_lock);
	const struct process *p = process_from(a[0]);
	if (p) {
		out = (struct pith_process){
			.pid = p->pid, .parent = p->parent ? p->parent->pid : 0, .state = p->state,
			.processor = p->cpu->index, .pinned = p->runnable.pinned,
			.pages = process_pages(p), .run_ns = process_time(p),
		};
		memcpy(out.name, p->name, sizeof out.name);
	}
	lock_give(&process_lock);
	if (!p)
		return PITH_NOT_FOUND;
	return copy_out(a[1], &out, sizeof out) ? (int64_t)out.pid : PITH_BAD_ADDRESS;
}

static int64_t call_memory(const uint64_t a[5])
{
	struct pith_memory out = { .pages = pages.total, .free_pages = pages.free, .processors = cpu_count };

	lock_take(&process_lock);
	out.processes = process_count();
	for (unsigned i = 0; i < cpu_count; i++)
		out.idle_ns += process_time(cpus[i]->idle);
	lock_give(&process_lock);
	return give_out(a[0], &out, sizeof out);
}

static int64_t call_file(const uint64_t a[5])
{
	struct pith_file out = { .bytes = 0 };
	struct archive_file file;

	if (!archive_file(&programs, a[0], &file))
		return PITH_NOT_FOUND;
	out.bytes = file.bytes;
	out.name_bytes = min_u64(file.name_bytes, sizeof out.name - 1);
	memcpy(out.name, file.name, out.name_bytes);
	return give_out(a[1], &out, sizeof out);
}

static int64_t call_file_read(const uint64_t a[5])
{
	struct pith_file_read r;
	struct archive_file file;

	if (!copy_in(&r, a[0], sizeof r))
		return PITH_BAD_ADDRESS;
	int64_t e = find_file((vaddr)(uintptr_t)r.path, r.path_bytes, &file);
	if (e)
		return e;
	uint64_t bytes = r.offset < file.bytes ? min_u64(min_u64(r.bytes, PITH_MAP_MOST), file.bytes - r.offset) : 0;
	if (bytes == 0)
		return 0;
	return copy_out((vaddr)(uintptr_t)r.to, file.data + r.offset, bytes) ? (int64_t)bytes : PITH_BAD_ADDRESS;
}

/* ---- The table ----------------------------------------------------------------------------------------------- */

uint64_t trap_call(uint64_t number, const uint64_t argument[5])
{
	static int64_t (*const calls[])(const uint64_t *) = {
		[PITH_EXIT] = call_exit,       [PITH_GETPID] = call_getpid,   [PITH_WRITE] = call_write,
		[PITH_READ] = call_read,       [PITH_SPAWN] = call_spawn,     [PITH_WAIT] = call_wait,
		[PITH_KILL] = call_kill,       [PITH_YIELD] = call_yield,     [PITH_SLEEP] = call_sleep,
		[PITH_CLOCK] = call_clock,     [PITH_MAP] = call_map,         [PITH_UNMAP] = call_unmap,
		[PITH_SEND] = call_send,       [PITH_RECEIVE] = call_receive, [PITH_PIN] = call_pin,
		[PITH_PROCESS] = call_process, [PITH_MEMORY] = call_memory,   [PITH_FILE] = call_file,
		[PITH_FILE_READ] = call_file_read, [PITH_LOG] = call_log,
		[PITH_CONSOLE] = call_console,
	};

	_Static_assert(COUNT_OF(calls) == PITH_CALLS, "a call is missing");
	return number < PITH_CALLS ? (uint64_t)calls[number](argument) : (uint64_t)PITH_BAD_CALL;
}
