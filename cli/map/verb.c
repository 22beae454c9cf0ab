/* verb.c — `hobnail map`: an address space, drawn. */
#include <errno.h>
#include <stdlib.h>

#include "check/check.h"
#include "cli.h"
#include "dump.h"
#include "kernel.h"
#include "live.h"
#include "machine.h"
#include "output.h"
#include "process.h"
#include "verb.h"

struct options {
	bool json;
	const char *svg;
	const char *dump, *live;
};

static int show(const struct map *m, const struct options *o)
{
	int status = o->svg ? map_draw(m, o->svg) : 0;

	if (!status && o->json)
		map_print_json(m);
	else if (!status && !o->svg)
		map_print(m);
	return status;
}

/* The loader would refuse it: hobnail check says why at length. */
static int refused(const struct check *c)
{
	char text[512];

	return complain(STATUS_FAILED, "%s would not boot, so it has no address space: %s (hobnail check %s)", c->path,
	                check_sentence(c, text, sizeof text), c->path);
}

static int map_of_kernel(struct check *c, const char *path, const struct options *o)
{
	static struct map_kernel k;
	int status = check_kernel(c, path);

	if (!status && c->problem.code) {
		status = refused(c);
	} else if (!status && c->attempt.protocol == PROTOCOL_EFI) {
		status = complain(STATUS_FAILED, "%s is an EFI program: it runs in the firmware's own tables, so the "
		                  "loader makes no address space for it", path);
	} else if (!status && c->attempt.protocol == PROTOCOL_MULTIBOOT2) {
		status = complain(STATUS_FAILED, "%s is a Multiboot2 kernel: it is entered %s, so the loader makes no "
		                  "address space for it", path, c->multiboot2.within
		                  ? "in the firmware's own tables" : "with paging off");
	} else if (!status) {
		status = map_kernel_open(&k, c) ? show(&k.map, o)
		                                : complain(STATUS_TROUBLE, "there is no memory for that");
		map_kernel_close(&k);
	}
	check_close(c);
	return status;
}

/* ---- A dump ------------------------------------------------------------------------------------------------ */

static int map_of_dump(const char *path, enum arch arch, const struct machine_options *m, const struct options *o)
{
	static struct map_machine map;
	static struct dump d;
	struct walker walker;
	int status = dump_open(&d, path);

	if (!status)
		status = machine_of_dump(&walker, &arch, &d, m);
	if (!status && d.missing)
		fprintf(stderr, "hobnail: %s is cut off: %llu bytes of memory are missing\n", path,
		        (unsigned long long)d.missing);
	if (!status)
		status = map_machine_open(&map, arch, &walker, arch == ARCH_X86_64 || m->has_types, &d.memory, m, path);
	if (!status)
		status = show(&map.map, o);
	map_machine_close(&map);
	dump_close(&d);
	return status;
}

/* ---- A running machine --------------------------------------------------------------------------------------- */

static int map_of_live(const char *path, const struct machine_options *m, const struct options *o)
{
	static struct map_machine map;
	static struct live_machine live;
	enum arch arch;
	struct walker walker;
	int status = live_machine_open(&live, path, m, &arch, &walker);

	if (!status)
		status = map_machine_open(&map, arch, &walker, true, &live.memory, m, path);
	live_machine_close(&live);
	if (signal_seen())
		status = STATUS_SIGNAL + signal_seen();
	if (!status)
		status = show(&map.map, o);
	map_machine_close(&map);
	return status;
}

/* ---- The command ------------------------------------------------------------------------------------------- */

enum { JSON = CHECK_OPTIONS_END, SVG, DUMP, ROOT, UPPER_ROOT, T0SZ, T1SZ, MEMORY_TYPES, CPU, LIVE };

static const struct option options[] = {
	CHECK_OPTIONS,
	{ "json", no_argument, NULL, JSON },
	{ "svg", required_argument, NULL, SVG },
	{ "dump", required_argument, NULL, DUMP },
	{ "live", required_argument, NULL, LIVE },
	{ "root", required_argument, NULL, ROOT },
	{ "upper-root", required_argument, NULL, UPPER_ROOT },
	{ "t0sz", required_argument, NULL, T0SZ },
	{ "t1sz", required_argument, NULL, T1SZ },
	{ "memory-types", required_argument, NULL, MEMORY_TYPES },
	{ "cpu", required_argument, NULL, CPU },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* A number in C's notation, decimal or 0x. */
static int read_number(const char *name, const char *value, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end;

	errno = 0;
	unsigned long long n = strtoull(value, &end, 0);
	if (*value < '0' || *value > '9' || *end || errno || n < least || n > most)
		return complain(STATUS_TROUBLE, "--%s %s: say a number from %llu to %#llx", name, value,
		                (unsigned long long)least, (unsigned long long)most);
	*out = n;
	return 0;
}

static int machine_option(int option, const char *value, struct machine_options *m)
{
	uint64_t n = 0;
	int status = 0;

	m->is_said |= option >= ROOT && option <= CPU;
	switch (option) {
	case ROOT:
		m->has_root = true;
		return read_number("root", value, 0, UINT64_MAX, &m->root);
	case UPPER_ROOT:
		m->has_upper_root = true;
		return read_number("upper-root", value, 0, UINT64_MAX, &m->upper_root);
	case T0SZ:
		status = read_number("t0sz", value, 12, 47, &n);
		m->t0sz = (unsigned)n;
		return status;
	case T1SZ:
		status = read_number("t1sz", value, 12, 47, &n);
		m->t1sz = (unsigned)n;
		return status;
	case MEMORY_TYPES:
		m->has_types = true;
		return read_number("memory-types", value, 0, UINT64_MAX, &m->types);
	case CPU:
		status = read_number("cpu", value, 0, 1023, &n);
		m->cpu = (unsigned)n;
		return status;
	default:
		return 0;
	}
}

/* Behind the options of a dump or a running machine stand the files with its symbols. */
static int map_dumped(struct check *c, struct machine_options *m, const struct options *o, char **files)
{
	int status = 0;

	m->el2 = c->options.el2;
	m->five_levels = c->options.la57;
	m->lpa2 = c->options.lpa2;
	for (; !status && *files; files++)
		status = symbols_add(&m->symbols, *files);
	if (!status)
		status = o->live ? map_of_live(o->live, m, o) : map_of_dump(o->dump, c->arch, m, o);
	symbols_free(m->symbols);
	return status;
}

static int map_command(int argc, char **argv)
{
	static struct check c;
	struct machine_options m = { 0 };
	struct options o = { 0 };
	int option;

	while ((option = verb_option(&map_verb, argc, argv)) != -1) {
		if (option == '?' || check_option(option, optarg, &c) || machine_option(option, optarg, &m))
			return STATUS_TROUBLE;
		o.json |= option == JSON;
		if (option == SVG)
			o.svg = optarg;
		if (option == DUMP)
			o.dump = optarg;
		if (option == LIVE)
			o.live = optarg;
	}
	if (o.svg && output_check(o.svg, true))
		return STATUS_TROUBLE;
	if (o.dump && o.live)
		return complain(STATUS_TROUBLE, "--dump and --live: say one of them");
	if (o.dump || o.live)
		return map_dumped(&c, &m, &o, argv + optind);
	if (m.is_said)
		return complain(STATUS_TROUBLE, "--root, --cpu and the like are for --dump and --live");
	if (argc - optind != 1)
		return complain(STATUS_TROUBLE, "say whose address space is to be drawn: hobnail map KERNEL");
	return map_of_kernel(&c, argv[optind], &o);
}

const struct verb map_verb = {
	.name = "map", .summary = "draw an address space",
	.usage = "KERNEL|--dump FILE|--live SOCKET [options]", .run = map_command, .letters = "h", .options = options,
	.sections = {
	{ "Description",
	  "Draws the address space that the loader makes for KERNEL: every range in order of address, its\n"
	  "size, rights, physical address, memory type and page sizes, what it is, and in brackets the\n"
	  "request, program header or rule of docs/protocol.md that it follows from. Guard pages and holes\n"
	  "are lines of their own. A second list is the transition space, in which the loader leaves the\n"
	  "firmware. Page tables are built by the loader's code on a model of a machine, as hobnail check\n"
	  "says, and then read as the processor reads them: the list is what the tables say.\n"
	  "\n"
	  "Rights are r, w and x of the kernel, then u if user mode may read the page and ux if it may\n"
	  "execute it. Addresses are hexadecimal.\n" },
	{ "Options",
	  CHECK_HELP
	  "  --svg FILE            draw the kernel's space into an SVG file, for documents; not to scale\n"
	  "  --json                one JSON object: of, arch, machine; spaces, each with name, ranges (virt,\n"
	  "                        bytes, mapped, kind, phys, scattered, rights, memory, pages, what, why),\n"
	  "                        marks (virt, bytes, what) and tables (phys, level). Addresses are strings,\n"
	  "                        \"0x...\"\n"
	  "  -h, --help            print this help\n" },
	{ "Memory of a live machine",
	  "With --dump the page tables of any kernel are walked in a dump of a machine's memory, with --live in\n"
	  "the memory of a machine that runs. Neighbours of the same rights and memory type are one range;\n"
	  "\"scattered\" stands for physical addresses that do not follow on. Behind the list stand doubtful\n"
	  "things: pages that are writable and executable, user pages that the kernel can execute, reserved\n"
	  "bits, tables outside memory, entries above the last level that forbid execution or writing, tables\n"
	  "that are mapped writable, tables that contain themselves. KERNEL, if it is given, and further files\n"
	  "name ranges by their segments: FILE, or FILE@0x200000 if it runs so many bytes above its linked\n"
	  "address.\n"
	  "\n"
	  "  --dump FILE           an ELF core of QEMU's dump-guest-memory; or FILE@0x40000000, raw bytes of\n"
	  "                        pmemsave from that address on, for which --arch is needed\n"
	  "  --live SOCKET         a QEMU that runs with -qmp unix:SOCKET,server=on,wait=off. It stands still for the\n"
	  "                        time of the walk. Its debugger port is used for that, and closed afterwards\n"
	  "  --cpu N               take the tables of CPU N, from 0 on; x86_64's cores have them in CR3, CR4\n"
	  "  --root ADDRESS        the top-level table: CR3, TTBR0\n"
	  "  --upper-root ADDRESS  aarch64: TTBR1. A range without a root is not walked\n"
	  "  --t0sz N              aarch64: TCR.T0SZ; default: 16, which is 48 bits. From 12 to 15 the tables are\n"
	  "                        those of FEAT_LPA2; these and --lpa2 make the default 12\n"
	  "  --t1sz N              aarch64: TCR.T1SZ, likewise\n"
	  "  --memory-types VALUE  IA32_PAT, by default as after a reset; or MAIR, without which aarch64's memory\n"
	  "                        types are not known\n"
	  "\n"
	  "With --el2 aarch64's tables are those of EL2 with one range, with --lpa2 those of TCR.DS = 1; with\n"
	  "--la57 x86_64's have 5 levels, which a core says by itself.\n" },
	{ "Exit status",
	  "  0  the space is drawn\n"
	  "  1  the loader would refuse the kernel\n"
	  "  2  wrong usage, or a file cannot be read or written\n" },
	{ "Examples",
	  "    hobnail map kernel.elf\n"
	  "    hobnail map kernel.elf --memory 4G --svg space.svg\n"
	  "    hobnail map --dump memory.core kernel.elf\n"
	  "    hobnail map --live /tmp/qmp vmlinux\n"
	  "    hobnail map --dump ram.bin@0x40000000 --arch aarch64 --upper-root 0x5c36f000\n" },
	{ 0 },
	},
};
