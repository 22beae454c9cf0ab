/* check.c — `hobnail check`: the loader's verdict on a kernel, without a machine.
 *
 * No line here judges. The steps are core/'s, the loader's own, and their order is core/protocol_hobnail.c's and
 * core/attempt.c's, over model.h instead of a machine: steps.c. tests/verdict-check and tests/session-check hold the
 * two against each other. */
#include "check.h"
#include "cli.h"
#include "finding_print.h"
#include "setup.h"
#include "verb.h"

struct wanted {
	bool json, verbose, strict;
	struct setup_places places; /* NULL: not given */
};

static int check(struct check *c, const char *path, const struct wanted *wanted)
{
	int status = check_kernel(c, path);

	if (!status) {
		check_find(c);
		if (wanted->json)
			check_print_json(c);
		else
			check_print(c, wanted->verbose);
		bool is_bad = c->problem.code || (wanted->strict && findings_count(&c->findings, SEVERITY_DOUBTFUL));
		status = is_bad ? STATUS_FAILED : STATUS_OK;
	}
	check_close(c);
	return status;
}

/* A configuration, and all that it names. */
static int check_setup(struct check *c, const struct wanted *wanted)
{
	static struct setup s;
	int status = check_machine(c);

	if (!status)
		status = setup_judge(&s, c, &wanted->places);
	if (!status) {
		if (wanted->json)
			setup_print_json(&s, wanted->strict);
		else
			setup_print(&s, wanted->strict);
		status = setup_is_sound(&s, wanted->strict) ? STATUS_OK : STATUS_FAILED;
	}
	setup_free(&s);
	return status;
}

enum { JSON = CHECK_OPTIONS_END, VERBOSE, STRICT, CONFIG, ROOT, XBOOTLDR, DOCUMENT };

static const struct option options[] = {
	CHECK_OPTIONS,
	{ "config", required_argument, NULL, CONFIG },
	{ "root", required_argument, NULL, ROOT },
	{ "xbootldr", required_argument, NULL, XBOOTLDR },
	{ "strict", no_argument, NULL, STRICT },
	{ "verbose", no_argument, NULL, VERBOSE },
	{ "json", no_argument, NULL, JSON },
	{ "document", no_argument, NULL, DOCUMENT },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void take_place(struct setup_places *places, int option, const char *value)
{
	places->config = option == CONFIG ? value : places->config;
	places->root = option == ROOT ? value : places->root;
	places->xbootldr = option == XBOOTLDR ? value : places->xbootldr;
}

static int check_command(int argc, char **argv)
{
	static struct check c;
	struct wanted wanted = { 0 };
	int option;

	while ((option = verb_option(&check_verb, argc, argv)) != -1) {
		if (option == DOCUMENT) {
			finding_print_document();
			return STATUS_OK;
		}
		if (option == '?' || check_option(option, optarg, &c))
			return STATUS_TROUBLE;
		wanted.json |= option == JSON;
		wanted.verbose |= option == VERBOSE;
		wanted.strict |= option == STRICT;
		take_place(&wanted.places, option, optarg);
	}
	bool is_setup = wanted.places.config || wanted.places.root;
	if (wanted.places.xbootldr && !is_setup)
		return complain(STATUS_TROUBLE, "--xbootldr is the second partition of the volume: say --root, too");
	if (is_setup && argc == optind)
		return check_setup(&c, &wanted);
	if (is_setup)
		return complain(STATUS_TROUBLE, "--config and --root judge all kernels that the configuration names: "
		                "leave %s out", argv[optind]);
	if (argc - optind != 1)
		return complain(STATUS_TROUBLE, "say which kernel is to be checked: hobnail check KERNEL; or which "
		                "configuration: hobnail check --config FILE");
	return check(&c, argv[optind], &wanted);
}

const struct verb check_verb = {
	.name = "check", .summary = "say whether the loader would boot a kernel, and if not, why",
	.usage = "KERNEL | --config FILE [options]", .run = check_command, .letters = "h", .options = options,
	.sections = {
	{ "Description",
	  "Says whether the loader would boot KERNEL, an ELF file or an EFI program, and if not, why: in the\n"
	  "loader's own words, by the loader's own code. Nothing is started. Headers and requests are read;\n"
	  "segments are placed, loaded and relocated; the address space is planned, its page tables are built,\n"
	  "and they are proved as the processor would read them. Then everything doubtful about a kernel that\n"
	  "boots is listed. Each finding has a number, which docs/checks.md explains.\n"
	  "\n"
	  "A kernel of the Limine protocol is listed with its base revision and requests: those that are\n"
	  "answered everywhere; and for each other one whether it is answered on this machine, where it is\n"
	  "missing, and the effect on a kernel that does not test its response. Modules that it names itself\n"
	  "are listed; their files are looked for with --config or --root only. A Multiboot2 kernel is listed\n"
	  "with the header's tags, the information that it asks for, and the entry that is taken. It is not\n"
	  "searched for doubts.\n"
	  "\n"
	  "An EFI program, such as Linux, is judged by its headers; its machine, sections and Linux's version\n"
	  "are listed. The firmware loads it, and may refuse it.\n"
	  "\n"
	  "The machine is a model of the one on which hobnail run boots a kernel: QEMU's q35 or virt under\n"
	  "EDK2, with the processor that hobnail run gives it. It has four processors if the kernel asks for\n"
	  "them, else one, and a display if the kernel asks for that. Like that machine it has neither EL2\n"
	  "nor 5-level paging unless an option says so: a kernel that requires them is refused. Modules are\n"
	  "left out. Another machine may have its memory elsewhere, which matters to kernels that are linked\n"
	  "to physical addresses.\n"
	  "\n"
	  "With --config a configuration is judged, and the volume that it is for: the folder of --root holds\n"
	  "what the volume will hold. Every wrong line is listed; then the menu, as the loader would show it,\n"
	  "boot entries of the Boot Loader Specification behind the configuration's own: for each entry whether\n"
	  "it boots, and if a file that it names is missing. Boot entries that are left out are listed with the\n"
	  "reason. Without --arch this is done for each architecture that a kernel is made for.\n" },
	{ "Options",
	  "  --config FILE         judge this hobnail.conf, and all that it names\n"
	  "  --root FOLDER         the content of its volume; default: the folder of the configuration. Without\n"
	  "                        --config: the configuration that the loader would find there, if there is one\n"
	  "  --xbootldr FOLDER     the content of the XBOOTLDR partition, which has boot entries, too\n"
	  CHECK_HELP
	  "  --strict              doubtful things count as failures\n"
	  "  --verbose             also show each step that holds, with its addresses\n"
	  "  --json                one JSON object: kernel, arch, memory_mib, verdict (\"boots\", \"refused\");\n"
	  "                        code, sentence, offset, advice (null if it boots); protocol (\"hobnail\",\n"
	  "                        \"limine\", \"efi\", \"multiboot2\"), base_revision, requests,\n"
	  "                        unknown_requests, entry, segments, mode, direct_map, table_kib, processors,\n"
	  "                        display, proved, program (null or empty if it did not come to that); a Limine\n"
	  "                        request has missing_where and if_untested, null if it is always answered; a\n"
	  "                        Limine kernel also has internal_modules, each with path, string, required and\n"
	  "                        hash (null: none); a Multiboot2 kernel also has header_tags, ignored_tags\n"
	  "                        (numbers that are unknown) and entry_taken; unknown_requests has notes' types,\n"
	  "                        Limine's two\n"
	  "                        words, or numbers of Multiboot2's information; program has kind,\n"
	  "                        machine, version, image_bytes, sections; findings, each\n"
	  "                        with number, name, severity (\"refused\", \"doubtful\", \"note\"), fact, offset,\n"
	  "                        more (the number of this kind that are left out), consequence, fix, example.\n"
	  "                        Addresses and the like are strings, \"0x...\".\n"
	  "                        With --config: configuration, root, verdict, findings, and for each\n"
	  "                        architecture an object in menus: arch, timeout (seconds; null: it waits),\n"
	  "                        default, findings, entries and hidden, each with id, title, source\n"
	  "                        (\"configuration\", \"boot entry\", \"default\"), file, xbootldr (true: it is\n"
	  "                        there), kernel, protocol, verdict (\"boots\", \"refused\", \"elsewhere\"),\n"
	  "                        findings\n"
	  "  --document            print all findings that there are, as Markdown: docs/checks.md\n"
	  "  -h, --help            print this help\n" },
	{ "Exit status",
	  "  0  it would boot; with --config: so would each entry that the menu shows\n"
	  "  1  it would not; with --strict also: something is doubtful, or a boot entry is left out because it\n"
	  "     does not boot, although it is for this architecture\n"
	  "  2  wrong usage, or a file cannot be read\n" },
	{ "Examples",
	  "    hobnail check kernel.elf --memory 4G\n"
	  "    hobnail check --config hobnail.conf --root build/volume\n" },
	{ 0 },
	},
};
