/* steps.c — the steps of check.h: the file, the model, and what the loader would do with both. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "cli.h"
#include "number.h"

/* ---- The file -------------------------------------------------------------------------------------------- */

/* The bytes that a reason before has been removed with (reasons.c). */
static void patch(const struct check *c, uint64_t at, uint8_t *bytes, uint64_t count)
{
	for (unsigned i = 0; i < c->patch_count; i++)
		for (unsigned k = 0; k < c->patches[i].count; k++)
			if (c->patches[i].at + k - at < count)
				bytes[c->patches[i].at + k - at] = (uint8_t)(c->patches[i].value >> (8 * k));
}

/* An error of reading is none of the kernel's: errno is kept, and there is no verdict. */
static enum err read_file(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	struct check *c = source->context;
	uint8_t *out = to;

	for (uint64_t done = 0; done < bytes;) {
		ssize_t n = pread(c->fd, out + done, bytes - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			c->error = n < 0 ? errno : EIO; /* it has become shorter */
			return problem_at(p, ERR_FILE_SHORT, at + done);
		}
		done += (uint64_t)n;
	}
	patch(c, at, out, bytes);
	return OK;
}

bool check_bytes(struct check *c, uint64_t at, void *to, uint64_t bytes)
{
	return range_within(at, bytes, c->source.bytes) && !read_file(&c->source, at, to, bytes, NULL);
}

/* 0 or a status. */
static int open_kernel(struct check *c)
{
	struct stat s;

	c->fd = open(c->path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0 || fstat(c->fd, &s) != 0)
		return complain(STATUS_TROUBLE, "cannot open %s: %s", c->path, strerror(errno));
	if (!S_ISREG(s.st_mode))
		return complain(STATUS_TROUBLE, "%s is no regular file", c->path);
	c->source = (struct source){ .bytes = (uint64_t)s.st_size, .read = read_file, .context = c };
	return 0;
}

/* A file that is for no machine here is judged on some machine: the refusal says what it is. */
static enum arch arch_for(const struct check *c)
{
	uint8_t head[4096];
	ssize_t n = pread(c->fd, head, sizeof head, 0);
	enum arch arch = arch_of_kernel(head, n < 0 ? 0 : (size_t)n);

	return model_has(arch) ? arch : ARCH_X86_64;
}

/* ---- The steps ------------------------------------------------------------------------------------------- */

static void listen(struct attempt *a, enum attempt_part part)
{
	static const enum check_held held[] = {
		[ATTEMPT_REQUESTS] = HELD_REQUESTS, [ATTEMPT_MODE] = HELD_MODE, [ATTEMPT_LOADED] = HELD_LOADED,
	};
	struct check *c = a->context;

	if (held[part] > c->held)
		c->held = held[part];
}

static enum err load(struct check *c, struct problem *p)
{
	struct attempt *a = &c->attempt;
	const struct elf_rules rules = { arch_info[c->arch].elf_machine, c->allow_write_execute, false };
	struct protocol_requests r = { .hobnail = &c->requests, .limine = &c->limine, .options = c->limine_options,
	                               .multiboot2 = &c->multiboot2, .said = c->said };
	enum err e = protocol_load(a, &r, &c->source, &rules, p);

	c->why = r.why;
	if (a->kernel.layout.segment_count && c->held < HELD_FILE)
		c->held = HELD_FILE;
	return e;
}

/* The answers that a kernel of the Limine protocol gets. */
static enum err respond(struct check *c, struct problem *p)
{
	struct attempt *a = &c->attempt;
	struct limine_facts facts;

	model_facts(&c->model, &facts);
	enum err e = attempt_record(a, limine_block_bytes(a, &c->limine, &facts), p);
	if (e)
		return e;
	limine_respond(a, &c->limine, &facts);
	c->answered = limine_answered(a, &c->limine);
	return OK;
}

static bool is_multiboot2(const struct check *c)
{
	return c->attempt.protocol == PROTOCOL_MULTIBOOT2;
}

/* The information of a Multiboot2 kernel. One that is entered with boot services alive needs no more. */
static enum err build_multiboot2(struct check *c, struct problem *p)
{
	struct attempt *a = &c->attempt;
	enum err e = multiboot2_grant(a, &c->multiboot2, p);

	if (!e && !c->multiboot2.within) e = attempt_space(a, p);
	c->table_bytes = a->space.table_bytes;
	if (!e) e = attempt_record(a, MODEL_RECORD_BYTES, p);
	if (!e && !c->multiboot2.within) e = space_build_transition(a, p);
	if (!e)
		c->held = HELD_SPACE;
	return e;
}

static enum err build(struct check *c, struct problem *p)
{
	struct attempt *a = &c->attempt;
	struct protocol_requests r = { .hobnail = &c->requests, .limine = &c->limine,
	                               .multiboot2 = &c->multiboot2 };
	bool is_limine = a->protocol == PROTOCOL_LIMINE;
	enum err refused, e = is_limine ? limine_internal_all(a, &c->limine, p) : OK;

	if (!e) e = protocol_grant(a, &r, &refused, p);
	if (!e) e = attempt_space(a, p);
	c->table_bytes = a->space.table_bytes;
	if (!e) e = is_limine ? respond(c, p) : attempt_record(a, MODEL_RECORD_BYTES, p);
	if (!e) e = space_build_transition(a, p);
	if (!e)
		c->held = HELD_SPACE;
	return e;
}

static enum err prove(struct check *c, struct problem *p)
{
	enum err e = prove_open(&c->proof, &c->attempt, p);
	bool has_tables = !is_multiboot2(c) || !c->multiboot2.within; /* else they are the firmware's */

	if (!e && has_tables)
		e = prove_attempt(&c->proof, p);
	if (!e)
		c->held = HELD_PROVED;
	return e;
}

static enum err judge(struct check *c, struct problem *p)
{
	enum err e = load(c, p);

	if (e || c->attempt.protocol == PROTOCOL_EFI) /* the firmware does the rest */
		return e;
	model_equip(&c->model, &c->options, &c->requests, &c->attempt);
	e = is_multiboot2(c) ? build_multiboot2(c, p) : build(c, p);
	return e ? e : prove(c, p);
}

/* ---- The machine ------------------------------------------------------------------------------------------ */

static bool read_cpus(const char *text, unsigned *out)
{
	uint64_t n;
	const char *rest;

	if (!number_read(text, MACHINE_MAX_CPUS, &n, &rest) || *rest || !n)
		return false;
	*out = (unsigned)n;
	return true;
}

int check_option(int option, const char *value, struct check *c)
{
	struct model_options *to = &c->options;

	if (option == CHECK_MEMORY && !number_memory(value, &to->memory_mib))
		return complain(STATUS_TROUBLE, "--memory %s: say 256M, 4G or 1T", value);
	if (option == CHECK_CPUS && !read_cpus(value, &to->cpus))
		return complain(STATUS_TROUBLE, "--cpus %s: say 1 to %u", value, MACHINE_MAX_CPUS);
	if (option == CHECK_MACHINE)
		c->machine = value;
	if (option == CHECK_ARCH && !model_has(c->arch = arch_named(value)))
		return complain(STATUS_TROUBLE, "--arch %s: say x86_64 or aarch64", value);
	to->el2 |= option == CHECK_EL2;
	to->la57 |= option == CHECK_LA57;
	to->lpa2 |= option == CHECK_LPA2;
	return 0;
}

static int check_memory(struct check *c)
{
	struct model_options *options = &c->options;
	uint64_t most = model_most_mib(c->arch);

	if (!options->memory_mib)
		options->memory_mib = arch_info[c->arch].memory_mib;
	if (options->memory_mib >= MODEL_LEAST_MIB && options->memory_mib <= most)
		return 0;
	return complain(STATUS_TROUBLE, "--memory: that machine has from %uM to %lluM", MODEL_LEAST_MIB,
	                (unsigned long long)most);
}

/* The recorded machine, which the options must not contradict. */
static int take_record(struct check *c)
{
	static struct machine_record record;
	struct model_options *options = &c->options;

	if (options->memory_mib || options->el2 || options->la57 || options->lpa2 || options->cpus ||
	    c->arch != ARCH_NONE)
		return complain(STATUS_TROUBLE, "--machine says all about the machine: leave --memory, --cpus, --arch, "
		                "--el2, --la57 and --lpa2 out");
	int status = machine_read(c->machine, &record);
	if (status)
		return status;
	for (size_t i = 0; i < record.memory_count; i++)
		if (memmap_in_direct_map(&record.memory[i]))
			options->memory_mib += record.memory[i].bytes >> 10;
	options->memory_mib >>= 10;
	options->record = &record;
	c->arch = record.arch;
	return 0;
}

int check_machine(struct check *c)
{
	return c->machine && !c->options.record ? take_record(c) : 0;
}

/* The file is open. */
static int make_model(struct check *c)
{
	int status = check_machine(c);

	if (status)
		return status;
	if (c->arch == ARCH_NONE)
		c->arch = arch_for(c);
	if (!c->options.record && (status = check_memory(c)))
		return status;
	if (model_make(&c->model, c->arch, &c->options, &c->attempt))
		return 0;
	return complain(STATUS_TROUBLE, "there is no room for a model of a machine with %lluM",
	                (unsigned long long)c->options.memory_mib);
}

int check_kernel(struct check *c, const char *path)
{
	c->path = path;
	int status = open_kernel(c);
	if (!status)
		status = make_model(c);
	if (status)
		return status;
	c->attempt.done = listen;
	c->attempt.context = c;
	c->problem.code = judge(c, &c->problem);
	return c->error ? complain(STATUS_TROUBLE, "cannot read %s: %s", path, strerror(c->error)) : 0;
}

void check_close(struct check *c)
{
	if (c->fd >= 0)
		close(c->fd);
	model_free(&c->model);
}
