#include "process.h"

#include "console.h"
#include "message.h"
#include "pages.h"
#include "panic.h"
#include "power.h"
#include "program.h"
#include "schedule.h"
#include "string.h"
#include "trap.h"

struct lock process_lock;

static struct process *reader; /* has the console's input; NULL: there is no process yet */
static struct process *table[PITH_PROCESSES_MOST]; /* at index pid % PITH_PROCESSES_MOST */
static uint64_t last_pid;
static unsigned count;

_Static_assert(sizeof(struct process) <= PAGE_BYTES, "a process is a page");

/* ---- Finding --------------------------------------------------------------------------------------------------- */

struct process *process_find(uint64_t pid)
{
	struct process *p = table[pid % PITH_PROCESSES_MOST];

	return p && p->pid == pid ? p : NULL;
}

struct process *process_from(uint64_t pid)
{
	struct process *lowest = NULL;

	for (unsigned i = 0; i < PITH_PROCESSES_MOST; i++)
		if (table[i] && table[i]->pid >= pid && (!lowest || table[i]->pid < lowest->pid))
			lowest = table[i];
	return lowest;
}

unsigned process_count(void)
{
	return count;
}

uint64_t process_time(const struct process *p)
{
	return p->run_ns + (p->cpu->running == p ? arch_now() - p->since : 0);
}

/* The pages of its address space, of its kernel stack and of struct process. */
uint64_t process_pages(const struct process *p)
{
	const uint64_t own = 1 + VM_STACK_BYTES / PAGE_BYTES;

	return p->state == PITH_ENDED ? own : own + p->space.pages;
}

/* Is `p` equal to `from` or a descendant of it? */
static bool descends(const struct process *p, const struct process *from)
{
	while (p && p != from)
		p = p->parent;
	return p;
}

/* Gives `p` the next pid whose place in the table is free. false: all are taken. */
static bool number(struct process *p)
{
	for (unsigned i = 0; i < PITH_PROCESSES_MOST; i++) {
		struct process **place = &table[++last_pid % PITH_PROCESSES_MOST];
		if (!*place) {
			*place = p;
			p->pid = last_pid;
			count++;
			return true;
		}
	}
	return false;
}

/* ---- Making one ------------------------------------------------------------------------------------------------- */

static struct process *process_new(void)
{
	paddr page = page_take_zeroed(&pages);

	return page ? vm_page(page) : NULL;
}

static void process_free(struct process *p)
{
	if (p->stack_top)
		vm_stack_free(p->stack_top);
	page_give(&pages, (paddr)(uintptr_t)p - pages.offset);
}

struct process *process_idle(void *stack_top)
{
	struct process *p = process_new();

	must(p);
	p->stack_top = stack_top;
	p->state = PITH_RUNNING;
	memcpy(p->name, "idle", sizeof "idle");
	return p;
}

/* The first code of a new process, in its context: the previous process took the lock before it switched here. */
static void begin(void)
{
	lock_give(&process_lock);
	trap_leave();
	arch_frame_return((struct arch_frame *)process_self()->stack_top - 1);
}

static unsigned rights_of(const struct elf_segment *s)
{
	return (s->rights & ELF_WRITE ? PT_WRITE : 0u) | (s->rights & ELF_EXECUTE ? PT_EXECUTE : 0u);
}

/* The segment's pages from *end on: it may share its first page with the previous segment, whose pages end at *end.
 * Advances *end. */
static struct span new_pages(const struct elf_segment *s, vaddr *end)
{
	vaddr base = max_u64(align_down(s->virt, PAGE_BYTES), *end);

	*end = align_up(s->virt + s->memory_bytes, PAGE_BYTES);
	return (struct span){ base, *end - base };
}

static int64_t load_segment(struct vm_space *space, const struct program *program, const struct elf_segment *s,
                            vaddr *end)
{
	struct span own = new_pages(s, end);
	int64_t e = own.bytes ? vm_user_map(space, own.base, own.bytes, rights_of(s)) : 0;

	if (e < 0)
		return e;
	vm_user_write(space, s->virt, program->file + s->offset, s->file_bytes);
	return 0;
}

static void pack_arguments(struct pith_arguments *out, const char *words, uint64_t bytes)
{
	memset(out, 0, sizeof *out);
	memcpy(out->text, words, bytes);
	out->bytes = bytes;
	for (uint64_t i = 0; i < bytes; i++)
		out->count += words[i] == 0;
}

/* Maps program, stack and arguments. Returns 0 or an error. */
static int64_t load(struct process *p, const struct program *program, const struct pith_arguments *arguments)
{
	const vaddr at = VM_USER_END - sizeof *arguments;
	vaddr end = 0;
	int64_t e = 0;

	for (unsigned i = 0; i < program->layout.segment_count && e == 0; i++)
		e = load_segment(&p->space, program, &program->layout.segments[i], &end);
	if (e < 0)
		return e;
	e = vm_user_map(&p->space, VM_USER_END - PITH_STACK_BYTES, PITH_STACK_BYTES, PT_WRITE);
	if (e < 0)
		return e;
	vm_user_write(&p->space, at, arguments, sizeof *arguments);
	arch_frame_make((struct arch_frame *)p->stack_top - 1, program->entry, align_down(at, 16), at, 0);
	return 0;
}

static int64_t build(struct process *p, const struct program *program, const struct pith_arguments *arguments)
{
	p->stack_top = vm_stack_new();
	if (!p->stack_top || !vm_space_new(&p->space))
		return PITH_NO_MEMORY;
	arch_context_make(&p->context, (struct arch_frame *)p->stack_top - 1, begin);
	int64_t e = load(p, program, arguments);
	if (e)
		vm_space_free(&p->space);
	return e;
}

static void name_process(struct process *p, const char *name)
{
	size_t bytes = min_u64(strlen(name), sizeof p->name - 1);

	memcpy(p->name, name, bytes);
}

/* Under process_lock: include/pith/syscall.h, "Limits". */
static bool may_have_child(const struct process *parent)
{
	if (!parent || parent->pid == 1)
		return true;
	return !parent->killed && parent->child_count < PITH_CHILDREN_MOST &&
	       count < PITH_PROCESSES_MOST - PITH_RESERVE;
}

static void adopt(struct process *parent, struct process *child)
{
	child->parent = parent;
	child->sibling = parent->children;
	parent->children = child;
	parent->child_count++;
}

static bool room_for_child(const struct process *parent)
{
	lock_take(&process_lock);
	bool room = may_have_child(parent);
	lock_give(&process_lock);
	return room;
}

/* Adds `p` to the table and to a run queue. false: there are too many processes. */
static bool enter(struct process *p, struct process *parent)
{
	lock_take(&process_lock);
	bool fits = may_have_child(parent) && number(p);
	if (fits) {
		if (parent)
			adopt(parent, p);
		else
			reader = p;
		schedule_ready(p);
	}
	lock_give(&process_lock);
	return fits;
}

/* The pages that a process of this program needs at least, without page tables. */
static uint64_t pages_least(const struct program *program)
{
	uint64_t bytes = PAGE_BYTES + VM_STACK_BYTES + PITH_STACK_BYTES;
	vaddr end = 0;

	for (unsigned i = 0; i < program->layout.segment_count; i++)
		bytes += new_pages(&program->layout.segments[i], &end).bytes;
	return bytes / PAGE_BYTES;
}

/* A spawn that must fail is refused before anything is built, so that repeated attempts do not slow other processes. */
static int64_t spawn(struct process *parent, const struct program *program, const struct pith_arguments *arguments,
                     int32_t pinned)
{
	if (!room_for_child(parent))
		return PITH_NO_PROCESS;
	if (pages_least(program) > __atomic_load_n(&pages.free, __ATOMIC_RELAXED))
		return PITH_NO_MEMORY;

	struct process *p = process_new();
	if (!p)
		return PITH_NO_MEMORY;
	p->cpu = arch_this_cpu();
	p->runnable.pinned = pinned;
	name_process(p, arguments->text);
	int64_t e = build(p, program, arguments);
	if (!e && !enter(p, parent)) {
		vm_space_free(&p->space);
		e = PITH_NO_PROCESS;
	}
	if (!e)
		return (int64_t)p->pid;
	process_free(p);
	return e;
}

int64_t process_spawn(struct process *parent, const struct archive_file *file, const char *words, uint64_t bytes,
                      int32_t pinned)
{
	const struct program_rules rules = {
		.machine = arch_number == HOBNAIL_ARCH_X86_64 ? ELF_MACHINE_X86_64 : ELF_MACHINE_AARCH64,
		.from = VM_USER_START, .to = VM_USER_END - PITH_STACK_BYTES - PAGE_BYTES,
	};
	struct pith_arguments arguments;
	struct program program;
	char why[200];

	if (!program_open(file->data, file->bytes, &rules, &program, why, sizeof why)) {
		console_print("pith: %s cannot be run: %s\n", file->name, why);
		return PITH_NOT_PROGRAM;
	}
	pack_arguments(&arguments, words, bytes);
	return spawn(parent, &program, &arguments, pinned);
}

/* ---- The end of one ---------------------------------------------------------------------------------------------- */

/* The process ends before it would enter user mode again. A resting process is woken for that. */
static void kill(struct process *p)
{
	if (p->state == PITH_ENDED)
		return;
	p->killed = true;
	if (p->state == PITH_RUNNING)
		arch_kick(p->cpu);
	else
		schedule_wake(p);
}

/* Kills a process and all its descendants, in a walk of the tree without recursion. A process that was killed before
 * has no living descendants. */
static void kill_family(struct process *root)
{
	for (struct process *p = root;;) {
		struct process *down = p->killed ? NULL : p->children;
		kill(p);
		if (down) {
			p = down;
			continue;
		}
		while (p != root && !p->sibling)
			p = p->parent;
		if (p == root)
			return;
		p = p->sibling;
	}
}

/* Kills all descendants. The first process adopts the children, and frees them in process_wait(). */
static void end_children(struct process *self)
{
	struct process *first = process_find(1), *child;

	while ((child = self->children)) {
		self->children = child->sibling;
		kill_family(child);
		adopt(first, child);
	}
	if (first->children && first->state == PITH_WAITING)
		schedule_wake(first);
}

/* Frees the process's memory piece by piece: there may be gigabytes, and other processes must run in between. */
static void give_memory_back(struct process *self)
{
	while (vm_space_shrink(&self->space))
		schedule_breathe();
	arch_space_use(NULL);
	vm_space_free(&self->space);
	if (self->page)
		page_give(&pages, self->page);
}

_Noreturn void process_exit(uint64_t status)
{
	struct process *self = process_self();

	if (self->pid == 1) {
		console_print("pith: %s has ended with status %lu\n", self->name, (unsigned long)status);
		power_end(status ? POWER_PROGRAM : POWER_GOOD);
	}
	give_memory_back(self);
	lock_take(&process_lock);
	message_end(self);
	if (descends(reader, self))
		reader = self->parent;
	end_children(self);
	self->status = status;
	if (self->parent->state == PITH_WAITING)
		schedule_wake(self->parent);
	schedule_end();
}

/* Removes and returns a child that has ended, with this pid or any (0); NULL: none. *any: there is such a child at
 * all. */
static struct process *ended_child(struct process *self, uint64_t pid, bool *any)
{
	*any = false;
	for (struct process **link = &self->children; *link; link = &(*link)->sibling) {
		struct process *child = *link;
		if (pid && child->pid != pid)
			continue;
		*any = true;
		if (child->state == PITH_ENDED) {
			*link = child->sibling;
			self->child_count--;
			return child;
		}
	}
	return NULL;
}

int64_t process_wait(uint64_t pid, uint64_t *status)
{
	struct process *self = process_self(), *child;
	bool any;

	lock_take(&process_lock);
	while (!(child = ended_child(self, pid, &any)) && any && !self->killed)
		schedule_rest(PITH_WAITING);
	if (child) {
		table[child->pid % PITH_PROCESSES_MOST] = NULL;
		count--;
	}
	lock_give(&process_lock);
	if (!child)
		return PITH_NOT_FOUND;
	int64_t found = (int64_t)child->pid;
	*status = child->status;
	process_free(child);
	return found;
}

int64_t process_kill(uint64_t pid)
{
	struct process *self = process_self();
	int64_t result = 0;

	lock_take(&process_lock);
	struct process *p = process_find(pid);
	if (!p) {
		result = PITH_NOT_FOUND;
	} else if (p == self || !descends(p, self)) {
		result = PITH_DENIED;
	} else {
		kill_family(p);
	}
	lock_give(&process_lock);
	return result;
}

/* ---- The console ------------------------------------------------------------------------------------------------- */

bool process_has_console(void)
{
	lock_take(&process_lock);
	bool has = reader == process_self();
	lock_give(&process_lock);
	return has;
}

int64_t process_give_console(uint64_t pid)
{
	struct process *self = process_self();
	int64_t result = 0;

	lock_take(&process_lock);
	struct process *p = process_find(pid);
	if (!p || p->state == PITH_ENDED)
		result = PITH_NOT_FOUND;
	else if (!descends(p, self) || !descends(reader, self))
		result = PITH_DENIED;
	else
		reader = p;
	lock_give(&process_lock);
	return result;
}
