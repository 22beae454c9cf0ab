/* new.c — `hobnail new`: the files of a kernel that boots. They are templates in cli/new/template/ and cli/new/limine/,
 * in which @NAME@ and the like stand for what is known only here. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "embedded.h"
#include "file.h"
#include "process.h"
#include "strlist.h"
#include "verb.h"

enum { NAME_BYTES_MOST = 64 };

/* The project that is made. */
struct project {
	const char *folder;
	const char *name;   /* the folder's last part: of the kernel, too */
	const char *arch;   /* what make builds without ARCH= */
	const char *arches; /* what ci.sh builds */
	const struct embedded_file *files; /* of the protocol's template */
};

/* ---- A file of the template ----------------------------------------------------------------------------------- */

/* The value of a placeholder; NULL: it is none. */
static const char *value_of(const struct project *p, const char *name, size_t bytes)
{
	const struct {
		const char *name, *value;
	} values[] = { { "NAME", p->name }, { "ARCH", p->arch }, { "ARCHES", p->arches } };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strlen(values[i].name) == bytes && strncmp(name, values[i].name, bytes) == 0)
			return values[i].value;
	return NULL;
}

/* The text with the values of its placeholders. The caller frees. */
static char *filled_in(const struct project *p, const char *text)
{
	char *out = string_copy("");

	while (*text) {
		size_t plain = strcspn(text, "@");
		const char *name = text + plain + (text[plain] == '@');
		size_t bytes = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		const char *value = name[bytes] == '@' ? value_of(p, name, bytes) : NULL;
		if (!value)
			plain = (size_t)(name - text);
		char *more = string_format("%s%.*s%s", out, (int)plain, text, value ? value : "");
		free(out);
		out = more;
		text = value ? name + bytes + 1 : name;
	}
	return out;
}

static int make_folder(const char *path)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return 0;
	return complain(STATUS_TROUBLE, "cannot make the folder %s: %s", path, strerror(errno));
}

/* The folder in which the file lies. The caller frees. */
static char *folder_of(const char *path)
{
	return string_format("%.*s", (int)(file_name(path) - path - 1), path);
}

static mode_t program_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0777 & ~mask;
}

static int write_file(const struct project *p, const struct embedded_file *f)
{
	char *path = string_format("%s/%s", p->folder, f->name), *folder = folder_of(path);
	char *text = filled_in(p, f->text);
	int status = make_folder(folder);

	if (!status)
		status = file_write(path, text, strlen(text));
	if (!status && f->is_program && chmod(path, program_mode()) != 0)
		status = complain(STATUS_TROUBLE, "cannot make %s a program: %s", path, strerror(errno));
	free(text);
	free(folder);
	free(path);
	return status;
}

/* After an error: an empty folder that was there before goes, too. */
static void remove_files(const struct project *p)
{
	for (const struct embedded_file *f = p->files; f->name; f++) {
		char *path = string_format("%s/%s", p->folder, f->name), *folder = folder_of(path);
		unlink(path);
		rmdir(folder); /* fails until it is empty */
		free(folder);
		free(path);
	}
	rmdir(p->folder);
}

/* ---- The folder ------------------------------------------------------------------------------------------------- */

/* make, the shell and the linker read the name as it stands. */
static bool is_good_name(const char *name)
{
	size_t bytes = strlen(name);

	if (bytes == 0 || bytes > NAME_BYTES_MOST || !isalnum((unsigned char)name[0]))
		return false;
	for (const char *c = name; *c; c++)
		if (!isascii((unsigned char)*c) || (!isalnum((unsigned char)*c) && !strchr("-_.", *c)))
			return false;
	return true;
}

/* 0: there is no such folder, or an empty one. */
static int check_folder(const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	if (!folder && errno == ENOENT)
		return 0;
	if (!folder)
		return complain(STATUS_TROUBLE, "%s: %s", path, strerror(errno));
	do
		entry = readdir(folder);
	while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	int status = entry ? complain(STATUS_TROUBLE, "%s is not empty, and nothing in it is overwritten", path) : 0;
	closedir(folder);
	return status;
}

static void say_next(const struct project *p)
{
	char self[PATH_MAX], *in_path = tool_in_path("hobnail");
	ssize_t n = in_path ? -1 : readlink("/proc/self/exe", self, sizeof self);

	printf("made %s:\n", p->folder);
	for (const struct embedded_file *f = p->files; f->name; f++)
		printf("  %s\n", f->name);
	printf("build and boot it: make -C '%s' run", p->folder);
	if (n > 0)
		printf(" HOBNAIL='%.*s'", (int)n, self);
	putchar('\n');
	free(in_path);
}

static int make_project(const struct project *p)
{
	int status = check_folder(p->folder);

	if (!status)
		status = make_folder(p->folder);
	if (status)
		return status;
	for (const struct embedded_file *f = p->files; f->name && !status; f++)
		status = write_file(p, f);
	if (status)
		remove_files(p);
	else
		say_next(p);
	return status;
}

/* ---- The command ------------------------------------------------------------------------------------------------ */

/* "both" or one of them. For both, make's default is the one that this host has: its virtual machines are fast. */
static int take_arch(struct project *p, const char *value)
{
	static const char both[] = "x86_64 aarch64";

	if (strcmp(value, "both") != 0 && strcmp(value, "x86_64") != 0 && strcmp(value, "aarch64") != 0)
		return complain(STATUS_TROUBLE, "--arch %s: say x86_64, aarch64 or both", value);
	bool is_both = strcmp(value, "both") == 0;
	p->arches = is_both ? both : value;
	p->arch = !is_both ? value : host_arch() == ARCH_AARCH64 ? "aarch64" : "x86_64";
	return 0;
}

static int take_protocol(struct project *p, const char *value)
{
	bool is_limine = strcmp(value, "limine") == 0;

	if (!is_limine && strcmp(value, "hobnail") != 0)
		return complain(STATUS_TROUBLE, "--protocol %s: say hobnail or limine", value);
	p->files = is_limine ? embedded_limine_files : embedded_files;
	return 0;
}

static const struct option options[] = {
	{ "arch", required_argument, NULL, 'a' },
	{ "protocol", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int new_command(int argc, char **argv)
{
	struct project p = { .files = embedded_files };
	int option, status = take_arch(&p, "both");

	while (!status && (option = verb_option(&new_verb, argc, argv)) != -1)
		status = option == 'a' ? take_arch(&p, optarg) : option == 'p' ? take_protocol(&p, optarg)
		                                                               : STATUS_TROUBLE;
	if (status)
		return status;
	if (argc - optind != 1)
		return complain(STATUS_TROUBLE, "say how the kernel is called: hobnail new NAME");
	char *folder = argv[optind];
	for (size_t n = strlen(folder); n > 1 && folder[n - 1] == '/'; n--)
		folder[n - 1] = '\0';
	p.folder = folder;
	p.name = file_name(folder);
	if (!is_good_name(p.name))
		return complain(STATUS_TROUBLE, "\"%s\" is no name for a kernel: it has letters, digits, and - _ . "
		                "after the first of them, and at most %d of all", p.name, NAME_BYTES_MOST);
	return make_project(&p);
}

const struct verb new_verb = {
	.name = "new", .summary = "make the files of a kernel that boots",
	.usage = "NAME [--arch ARCH] [--protocol P]", .run = new_command, .letters = "h", .options = options,
	.sections = {
	{ "Description",
	  "Makes the folder NAME with a kernel, its linker script, a Makefile, a README, a script for\n"
	  "continuous integration and the header of the boot protocol. The kernel prints on the debug console\n"
	  "and on the screen, and so does its panic. It builds with clang and with gcc, and boots on both\n"
	  "processors. NAME may be a path; its last part is the kernel's name.\n"
	  "\n"
	  "With --protocol limine it is a kernel of the Limine boot protocol, with an entry for hobnail.conf and\n"
	  "one for limine.conf. It prints on the first serial port, and colours the screen.\n" },
	{ "Options",
	  "  --arch x86_64|aarch64|both\n"
	  "                        the processors that ci.sh tests, and the one that make builds for without\n"
	  "                        ARCH=; default: both, and this machine's\n"
	  "  --protocol hobnail|limine\n"
	  "                        the boot protocol that the kernel speaks; default: hobnail\n"
	  "  -h, --help            print this help\n" },
	{ "Exit status",
	  "  0  the folder is complete\n"
	  "  2  wrong usage; the folder is not empty, or cannot be written\n" },
	{ "Examples",
	  "    hobnail new mykernel\n"
	  "    make -C mykernel run\n" },
	{ 0 },
	},
};
