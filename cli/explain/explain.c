/* explain.c — `hobnail explain`: a text that tells of an exception, in words. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "dump.h"
#include "explanation.h"
#include "reader.h"
#include "strlist.h"
#include "verb.h"
#include "waiting.h"

enum { KERNEL = 256, DUMP, REGISTER, JSON };

struct explain {
	struct reader reader;
	struct symbols *symbols;
	struct dump dump;
	bool has_dump, json;
	struct registers given; /* --register */
	struct failure failure;
	struct report report;
};

/* ---- Input ---------------------------------------------------------------------------------------------------- */

/* 0 or a status. */
static int read_all(struct reader *r, int fd, const char *name)
{
	static char bytes[1 << 16];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof bytes)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return complain(STATUS_TROUBLE, "cannot read %s: %s", name, strerror(errno));
		reader_feed(r, bytes, (size_t)n);
		waiting_goes_on();
	}
	return 0;
}

static int read_input(struct reader *r, const char *path)
{
	bool is_standard = strcmp(path, "-") == 0;
	int fd = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return complain(STATUS_TROUBLE, "cannot open %s: %s", path, strerror(errno));
	if (is_standard && isatty(fd))
		fputs("hobnail: type or paste the text, then end it with Ctrl-D\n", stderr);
	else
		waiting_begin("reading the text");
	int status = read_all(r, fd, is_standard ? "standard input" : path);
	waiting_end();
	if (!is_standard)
		close(fd);
	return status;
}

/* ---- Registers from elsewhere ---------------------------------------------------------------------------------- */

/* x86_64: a core of QEMU's has the control registers that a text may lack. */
static void add_from_dump(const struct dump *d, struct registers *r)
{
	static const struct { unsigned index; const char *name; enum register_id id; } control[] = {
		{ 0, "cr0", REGISTER_CR0 }, { 1, "cr3", REGISTER_CR3 }, { 2, "cr4", REGISTER_CR4 },
	};
	struct fault f;

	if (r->arch != HOBNAIL_ARCH_X86_64 || registers_have(r, REGISTER_CR3) || !dump_registers(d, 0, &f) ||
	    f.arch != r->arch)
		return;
	for (size_t i = 0; i < COUNT_OF(control); i++)
		if (!registers_have(r, control[i].id))
			registers_set(r, control[i].name, f.control[control[i].index]);
}

/* Those that the user has given win. */
static void add_given(const struct registers *given, struct registers *r)
{
	for (unsigned i = 0; i < FAULT_MAX_GENERAL; i++)
		if (given->general_known >> i & 1)
			r->general[i] = given->general[i];
	r->general_known |= given->general_known;
	for (unsigned i = 0; i < REGISTERS; i++)
		if (registers_have(given, i))
			r->value[i] = given->value[i];
	r->known |= given->known;
	for (unsigned i = 0; i < SEGMENTS; i++)
		if (given->segment[i].known)
			r->segment[i] = given->segment[i];
	for (unsigned level = 0; level < LEVELS; level++) {
		for (unsigned i = 0; i < SYSTEMS; i++)
			if (given->system_known[level] >> i & 1)
				r->system[level][i] = given->system[level][i];
		r->system_known[level] |= given->system_known[level];
	}
	r->arch = r->arch ? r->arch : given->arch;
}

/* ---- Output ---------------------------------------------------------------------------------------------------- */

static void print_json(const struct explain *e)
{
	struct json_out o = { .stream = stdout };

	json_out_begin(&o, NULL, '{');
	json_out_text(&o, "input", e->failure.kind);
	json_out_text(&o, "cpu", *e->failure.who ? e->failure.who : NULL);
	report_json(&e->report, &o);
	json_out_end(&o, '}');
	putchar('\n');
}

static int explain(struct explain *e, const char *path)
{
	const struct memory *memory = e->has_dump ? &e->dump.memory : NULL;
	int status = read_input(&e->reader, path);

	if (status)
		return status;
	if (!reader_found(&e->reader, &e->failure)) {
		char why[200];
		reader_why(&e->reader, why, sizeof why);
		return complain(STATUS_FAILED, "%s: %s", strcmp(path, "-") == 0 ? "standard input" : path, why);
	}
	add_given(&e->given, &e->failure.registers);
	if (e->has_dump)
		add_from_dump(&e->dump, &e->failure.registers);
	explanation_make(&e->failure, memory, e->symbols, &e->report);
	if (e->json)
		print_json(e);
	else {
		printf("This is %s.\n\n", e->failure.kind);
		report_print(&e->report, *e->failure.who ? e->failure.who : NULL, stdout);
	}
	if (fflush(stdout) != 0 || ferror(stdout))
		return complain(STATUS_TROUBLE, "cannot write the explanation: %s", strerror(errno));
	return STATUS_OK;
}

/* ---- The command ------------------------------------------------------------------------------------------------ */

/* 0 or a status. */
static int take_option(struct explain *e, int option)
{
	if (option == '?')
		return STATUS_TROUBLE;
	if (option == KERNEL)
		return symbols_add(&e->symbols, optarg);
	if (option == REGISTER && registers_line(&e->given, optarg) != 1)
		return complain(STATUS_TROUBLE, "--register %s: say NAME=VALUE, for example TTBR1=0x41000000", optarg);
	if (option == DUMP && e->has_dump)
		return complain(STATUS_TROUBLE, "--dump: there is one already");
	if (option == DUMP) {
		e->has_dump = true;
		return dump_open(&e->dump, optarg);
	}
	e->json |= option == JSON;
	return 0;
}

static int explain_command(int argc, char **argv)
{
	static struct explain e;
	int option, status = 0;

	while (!status && (option = verb_option(&explain_verb, argc, argv)) != -1)
		status = take_option(&e, option);
	if (!status && argc - optind > 1)
		status = complain(STATUS_TROUBLE, "say one text that is to be explained: hobnail explain FILE");
	if (!status)
		status = explain(&e, argc > optind ? argv[optind] : "-");
	reader_free(&e.reader);
	symbols_free(e.symbols);
	dump_close(&e.dump);
	return status;
}

static const struct option options[] = {
	{ "kernel", required_argument, NULL, KERNEL }, { "dump", required_argument, NULL, DUMP },
	{ "register", required_argument, NULL, REGISTER }, { "json", no_argument, NULL, JSON },
	{ "help", no_argument, NULL, 'h' }, { 0 },
};

const struct verb explain_verb = {
	.name = "explain", .summary = "say in words what an exception log, a register dump or an oops means",
	.usage = "[FILE] [options]", .run = explain_command, .letters = "h", .options = options,
	.sections = {
	{ "Description",
	  "Reads a text that tells of a processor's exception, and says what happened: the exception in words,\n"
	  "the instruction, the address, and, with the options, the function and the page-table entry that\n"
	  "refused the access. Without FILE, or with -, it reads standard input. Lines that belong to\n"
	  "nothing are passed over, so that a whole serial log can be given; carriage returns, colours and\n"
	  "time stamps before the lines do no harm. If the text tells of several failures, the last one is\n"
	  "explained. These are understood, in this order:\n"
	  "\n"
	  "  Hobnail's net       the report that begins with \"hobnail: CPU 0:\"\n"
	  "  QEMU's log          -d int,cpu_reset: the first fault of the chain that ended in a reset or in an\n"
	  "                      endless loop, and why its handler could not be entered. Interrupts and\n"
	  "                      system calls are no faults\n"
	  "  Linux               oopses of x86_64 and arm64: the first one of the last boot\n"
	  "  EDK2                \"!!!! X64 Exception Type\", \"Synchronous Exception at\"\n"
	  "  U-Boot              \"Synchronous Abort\" handler, and its counterpart on x86\n"
	  "  registers           as somebody typed or copied them, in any order: ESR, FAR, ELR; an error code\n"
	  "                      and CR2; or the exception's name, as #GP, or its number, as \"vector 13\".\n"
	  "                      QEMU's info registers without an exception says where a processor stands\n" },
	{ "Options",
	  "  --kernel FILE[@SLIDE]\n"
	  "                      an ELF file whose functions, data and segments are named; repeatable. SLIDE is\n"
	  "                      its run address minus its linked one: 0x200000\n"
	  "  --dump FILE[@BASE]  physical memory: an ELF core of QEMU's dump-guest-memory, or raw bytes from\n"
	  "                      BASE on. Page tables and stack are read out of it\n"
	  "  --register NAME=VALUE\n"
	  "                      a register that the text lacks, for example CR3=0x101000 or TTBR1=0x41000000;\n"
	  "                      repeatable. For a walk aarch64 needs TTBR0, TTBR1 and TCR\n"
	  "  --json              one JSON object: input (the kind of text), cpu, arch, code, sentence, advice,\n"
	  "                      user, pc, place, address, address_place, walk, walk_end, notes, called_from;\n"
	  "                      null or empty where it is not known. Addresses are strings, \"0x...\"\n"
	  "  -h, --help          print this help\n" },
	{ "Exit status",
	  "  0  explained\n"
	  "  1  the text tells of no exception\n"
	  "  2  wrong usage, or a file cannot be read\n" },
	{ "Examples",
	  "    hobnail explain qemu.log --kernel kernel.elf\n"
	  "    echo \"ESR=0x96000045 FAR=0x8\" | hobnail explain\n"
	  "    hobnail explain serial.log --kernel vmlinux@0x1200000 --dump memory.elf\n" },
	{ 0 },
	},
};
