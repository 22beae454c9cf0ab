#include "volume.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base.h"
#include "cli.h"
#include "config.h"
#include "file.h"
#include "process.h"

enum { SECTOR_BYTES = 512 };

const char volume_help[] =
	"  --arch A              x86_64, aarch64, riscv64, or both (x86_64 and aarch64); default: what the kernel is for\n"
	"  --loader FILE         the boot loader, installed under /EFI/BOOT; default: the one built with this program\n"
	"  --kernel FILE         the kernel; once per architecture\n"
	"  --module FILE[=TEXT]  a module and its command line; repeatable, the order is kept\n"
	"  --cmdline TEXT        the kernel's command line\n"
	"  --verbose             have the loader print its log\n"
	"  --config FILE         use this hobnail.conf, instead of a generated one\n"
	"  --add FILE[=PATH]     put a file or folder on the volume, as PATH; repeatable\n"
	"  --size MIB            size of the disk; default: as needed\n";

/* ---- Options ------------------------------------------------------------------------------------------------ */

static int take_arch(struct volume_options *o, const char *name)
{
	if (strcmp(name, "both") == 0) {
		o->archs[ARCH_X86_64] = o->archs[ARCH_AARCH64] = true;
		return 0;
	}
	enum arch a = arch_named(name);
	if (a == ARCH_NONE)
		return complain(STATUS_TROUBLE, "there is no architecture %s: say x86_64, aarch64, riscv64 or both", name);
	o->archs[a] = true;
	return 0;
}

static int take_size(struct volume_options *o, const char *text)
{
	char *end;

	errno = 0;
	o->size_mib = strtoull(text, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*text) || o->size_mib == 0 || o->size_mib > 1 << 20)
		return complain(STATUS_TROUBLE, "--size %s: say a number of MiB, such as 64", text);
	return 0;
}

int volume_option(struct volume_options *o, int option, const char *value)
{
	switch (option) {
	case VOLUME_ARCH:
		return take_arch(o, value);
	case VOLUME_LOADER:
		strings_add(&o->loaders, value);
		return 0;
	case VOLUME_KERNEL:
		strings_add(&o->kernels, value);
		return 0;
	case VOLUME_MODULE:
		strings_add(&o->modules, value);
		return 0;
	case VOLUME_ADD:
		strings_add(&o->adds, value);
		return 0;
	case VOLUME_CONFIG:
		o->config = value;
		return 0;
	case VOLUME_CMDLINE:
		o->cmdline = value;
		return 0;
	case VOLUME_VERBOSE:
		o->verbose = true;
		return 0;
	case VOLUME_SIZE:
		return take_size(o, value);
	default:
		return STATUS_TROUBLE;
	}
}

static bool no_arch(const struct volume_options *o)
{
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++)
		if (o->archs[a])
			return false;
	return true;
}

/* The loader that was built or installed with this program: out/host/hobnail has out/x86_64/BOOTX64.EFI beside it. */
static char *own_loader(enum arch a)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return NULL;
	self[n] = '\0';
	*strrchr(self, '/') = '\0';

	const char *folders[] = { arch_info[a].name, "share/hobnail" };
	for (size_t i = 0; i < COUNT_OF(folders); i++) {
		char *path = string_format("%s/../%s/%s", self, folders[i], arch_info[a].boot_file);
		if (file_exists(path))
			return path;
		free(path);
	}
	return NULL;
}

static int archs_of_files(struct volume_options *o, const struct strings *files, enum arch (*arch_of)(const char *))
{
	for (size_t i = 0; i < files->count; i++) {
		enum arch a = arch_of(files->at[i]);
		if (a == ARCH_NONE)
			return STATUS_TROUBLE;
		o->archs[a] = true;
	}
	return 0;
}

static void archs_of_build(struct volume_options *o)
{
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++) {
		char *path = own_loader(a);
		o->archs[a] = path != NULL;
		free(path);
	}
}

int volume_settle_archs(struct volume_options *o)
{
	int status = 0;

	if (!no_arch(o))
		return 0;
	if (o->kernels.count)
		status = archs_of_files(o, &o->kernels, file_kernel_arch);
	else
		status = archs_of_files(o, &o->loaders, file_loader_arch);
	if (!status && no_arch(o))
		archs_of_build(o);
	if (!status && no_arch(o))
		status = complain(STATUS_TROUBLE, "no architecture is given and no loader was built: say --arch or --loader");
	return status;
}

/* ---- What lies on the volume -------------------------------------------------------------------------------- */

struct item {
	char *host;
	char *path; /* absolute, separated by '/' */
	uint64_t bytes;
};

struct volume {
	struct item *items;
	size_t count;
	struct strings folders; /* parents before children */
};

/* Long names are UCS-2 without control characters and without these (Microsoft FAT specification, "Long Directory
 * Entries"); the brackets are patterns to mtools. */
static bool is_bad_in_name(unsigned char c)
{
	return c < 0x20 || strchr("\"*:<>?|[]", c);
}

static int bad_path(const char *path, const char *why)
{
	return complain(STATUS_TROUBLE, "%s cannot be a path on the volume: %s", path, why);
}

/* "a\b//c" becomes "/a/b/c". */
static int path_normal(const char *given, char **out)
{
	char *path = string_format("/%s", given), *to = path;

	for (const char *from = path; *from; from++) {
		char c = *from == '\\' ? '/' : *from;
		if (c != '/' || to == path || to[-1] != '/')
			*to++ = c;
		if (is_bad_in_name((unsigned char)c)) {
			free(path);
			return bad_path(given, "a name may not contain control characters nor any of \" * : < > ? | [ ]");
		}
	}
	*to = '\0';
	if (to - path < 2 || to[-1] == '/' || strstr(path, "/../") || strstr(path, "/./")) {
		free(path);
		return bad_path(given, "it must name a file, without . and ..");
	}
	*out = path;
	return 0;
}

static void add_parents(struct volume *v, const char *path)
{
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		char *folder = string_format("%.*s", (int)(slash - path), path);
		bool known = false;
		for (size_t i = 0; i < v->folders.count && !known; i++)
			known = strcasecmp(v->folders.at[i], folder) == 0;
		if (!known)
			strings_add(&v->folders, folder);
		free(folder);
	}
}

static int add_file(struct volume *v, const char *host, const char *given_path, uint64_t bytes)
{
	char *path;

	if (bytes > UINT32_MAX)
		return complain(STATUS_TROUBLE, "%s is larger than 4 GiB - 1, the most that FAT32 can hold", host);
	int status = path_normal(given_path, &path);
	if (status)
		return status;
	for (size_t i = 0; i < v->count; i++)
		if (strcasecmp(v->items[i].path, path) == 0) {
			status = complain(STATUS_TROUBLE, "%s and %s would both become %s on the volume", v->items[i].host, host,
			                  path);
			free(path);
			return status;
		}
	add_parents(v, path);
	v->items = memory_resize(v->items, (v->count + 1) * sizeof(*v->items));
	v->items[v->count++] = (struct item){ string_copy(host), path, bytes };
	return 0;
}

static int add(struct volume *v, const char *host, const char *path);

static int add_folder(struct volume *v, const char *host, const char *path)
{
	struct dirent **entries;
	int status = 0, n = scandir(host, &entries, NULL, alphasort);

	if (n < 0)
		return complain(STATUS_TROUBLE, "cannot read the folder %s: %s", host, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		if (!status && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			char *inner_host = string_format("%s/%s", host, name), *inner = string_format("%s/%s", path, name);
			status = add(v, inner_host, inner);
			free(inner_host);
			free(inner);
		}
		free(entries[i]);
	}
	free(entries);
	return status;
}

static int add(struct volume *v, const char *host, const char *path)
{
	struct stat s;

	if (stat(host, &s) != 0)
		return complain(STATUS_TROUBLE, "cannot find %s: %s", host, strerror(errno));
	if (S_ISDIR(s.st_mode))
		return add_folder(v, host, path);
	if (!S_ISREG(s.st_mode) || access(host, R_OK) != 0)
		return complain(STATUS_TROUBLE, "%s is no readable file", host);
	return add_file(v, host, path, (uint64_t)s.st_size);
}

/* Split FILE=TEXT; a file whose name has '=' in it is taken as a whole. */
static char *split(const char *given, bool at_last, const char **text)
{
	const char *equals = at_last ? strrchr(given, '=') : strchr(given, '=');

	if (!equals || file_exists(given)) {
		*text = NULL;
		return string_copy(given);
	}
	*text = equals + 1;
	return string_format("%.*s", (int)(equals - given), given);
}

static int add_loader(struct volume *v, const char *host, enum arch a)
{
	char *path = string_format("/EFI/BOOT/%s", arch_info[a].boot_file);
	int status = add(v, host, path);

	free(path);
	return status;
}

static int add_loaders(struct volume *v, const struct volume_options *o)
{
	bool have[ARCH_COUNT] = { false };
	int status = 0;

	for (size_t i = 0; i < o->loaders.count && !status; i++) {
		enum arch a = file_loader_arch(o->loaders.at[i]);
		have[a] = true;
		status = a == ARCH_NONE ? STATUS_TROUBLE : add_loader(v, o->loaders.at[i], a);
	}
	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT && !status; a++) {
		if (!o->archs[a] || have[a])
			continue;
		char *path = own_loader(a);
		if (!path)
			return complain(STATUS_TROUBLE, "the loader %s (%s) was not built: run make, or say --loader FILE",
			                arch_info[a].boot_file, arch_info[a].name);
		status = add_loader(v, path, a);
		free(path);
	}
	return status;
}

static char *kernel_path(const struct volume_options *o, enum arch a)
{
	return o->kernels.count < 2 ? string_copy("/boot/kernel.elf") :
	                              string_format("/boot/kernel-%s.elf", arch_info[a].name);
}

static int add_kernels(struct volume *v, const struct volume_options *o)
{
	int status = 0;

	for (size_t i = 0; i < o->kernels.count && !status; i++) {
		enum arch a = o->kernels.count < 2 ? ARCH_NONE : file_kernel_arch(o->kernels.at[i]);
		if (a == ARCH_NONE && o->kernels.count > 1)
			return STATUS_TROUBLE;
		char *path = kernel_path(o, a);
		status = add(v, o->kernels.at[i], path);
		free(path);
	}
	return status;
}

static int add_modules(struct volume *v, const struct volume_options *o)
{
	int status = 0;

	for (size_t i = 0; i < o->modules.count && !status; i++) {
		const char *cmdline;
		char *host = split(o->modules.at[i], false, &cmdline);
		char *path = string_format("/boot/modules/%s", file_name(host));
		status = add(v, host, path);
		free(host);
		free(path);
	}
	return status;
}

static int add_others(struct volume *v, const struct volume_options *o)
{
	int status = 0;

	for (size_t i = 0; i < o->adds.count && !status; i++) {
		const char *path;
		char *host = split(o->adds.at[i], true, &path);
		status = add(v, host, path ? path : file_name(host));
		free(host);
	}
	return status;
}

/* ---- The configuration -------------------------------------------------------------------------------------- */

/* Without a configuration the loader takes /boot/kernel.elf and all modules by name: often that says it all. */
static bool needs_config(const struct volume_options *o)
{
	bool needs = o->cmdline || o->verbose || o->kernels.count > 1;

	for (size_t i = 0; i < o->modules.count && !needs; i++) {
		const char *cmdline;
		char *host = split(o->modules.at[i], false, &cmdline);
		needs = cmdline || (i > 0 && strcmp(file_name(o->modules.at[i - 1]), file_name(host)) > 0);
		free(host);
	}
	return needs;
}

static int config_kernels(const struct volume_options *o, struct strings *lines)
{
	if (o->kernels.count < 2) {
		strings_add(lines, "kernel = \\boot\\kernel.elf\n");
		return 0;
	}
	for (size_t i = 0; i < o->kernels.count; i++) {
		enum arch a = file_kernel_arch(o->kernels.at[i]);
		if (a == ARCH_NONE)
			return STATUS_TROUBLE;
		strings_addf(lines, "kernel.%1$s = \\boot\\kernel-%1$s.elf\n", arch_info[a].name);
	}
	return 0;
}

static void config_modules(const struct volume_options *o, struct strings *lines)
{
	for (size_t i = 0; i < o->modules.count; i++) {
		const char *cmdline;
		char *host = split(o->modules.at[i], false, &cmdline);
		const char *name = file_name(host);
		const char *quote = strchr(name, ' ') ? "\"" : "";
		strings_addf(lines, "module = %s\\boot\\modules\\%s%s%s%s\n", quote, name, quote, cmdline ? " " : "",
		             cmdline ? cmdline : "");
		free(host);
	}
}

/* Join the lines into a file. A line break inside one would become a line of its own. */
static int config_write(const struct strings *lines, const char *path)
{
	char *all = string_copy("");

	for (size_t i = 0; i < lines->count; i++) {
		const char *end = strpbrk(lines->at[i], "\r\n");
		if (end[0] != '\n' || end[1]) {
			free(all);
			return complain(STATUS_TROUBLE, "a command line may not contain a line break");
		}
		char *more = string_format("%s%s", all, lines->at[i]);
		free(all);
		all = more;
	}
	int status = file_write(path, all, strlen(all));
	free(all);
	return status;
}

static int add_generated_config(struct volume *v, const struct volume_options *o)
{
	struct strings lines = { 0 };
	char *path = temporary_path("hobnail.conf");

	if (!path)
		return STATUS_TROUBLE;
	strings_add(&lines, "[kernel]\n");
	int status = config_kernels(o, &lines);
	if (o->cmdline)
		strings_addf(&lines, "cmdline = %s\n", o->cmdline);
	if (o->verbose)
		strings_add(&lines, "verbose = yes\n");
	config_modules(o, &lines);
	if (!status)
		status = config_write(&lines, path);
	if (!status)
		status = add(v, path, "/hobnail.conf");
	strings_free(&lines);
	free(path);
	return status;
}

static int add_config(struct volume *v, const struct volume_options *o)
{
	if (o->config && (o->cmdline || o->verbose))
		return complain(STATUS_TROUBLE, "--config excludes --cmdline and --verbose: write them into %s", o->config);
	if (o->config)
		return add(v, o->config, "/hobnail.conf");
	return needs_config(o) ? add_generated_config(v, o) : 0;
}

/* ---- The image ---------------------------------------------------------------------------------------------- */

struct image {
	const char *path;
	char *at;               /* "path@@1M", as mtools wants it */
	uint64_t disk_sectors;
	uint64_t first;         /* of the partition */
	uint64_t sectors;
};

/* Files and folders in clusters of at most 4 KiB, both FATs (8 bytes a cluster), and some air. At least enough
 * clusters that everybody takes it for FAT32 (65525: Microsoft FAT specification, "FAT Type Determination"). */
static uint64_t needed_mib(const struct volume *v)
{
	uint64_t bytes = v->folders.count * KIB(32);

	for (size_t i = 0; i < v->count; i++)
		bytes += align_up(v->items[i].bytes, KIB(4)) + KIB(1);
	return max_u64((bytes + bytes / 32) / MIB(1) + 4, 48);
}

static unsigned cluster_sectors(uint64_t sectors)
{
	unsigned n = 8;

	while (n > 1 && sectors / n < 80000)
		n /= 2;
	return n;
}

static int image_measure(const struct volume *v, uint64_t size_mib, struct image *out)
{
	uint64_t needed = needed_mib(v) + 2; /* the tables: 1 MiB at each end */

	if (size_mib && size_mib < needed)
		return complain(STATUS_TROUBLE, "--size %llu is too small: the files need %llu MiB", (unsigned long long)size_mib,
		                (unsigned long long)needed);
	uint64_t mib = size_mib ? size_mib : needed;
	out->disk_sectors = MIB(mib) / SECTOR_BYTES;
	out->first = MIB(1) / SECTOR_BYTES;
	out->sectors = MIB(mib - 2) / SECTOR_BYTES;
	return 0;
}

static int image_create(const struct image *i)
{
	int fd = open(i->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	bool good = fd >= 0 && ftruncate(fd, (off_t)(i->disk_sectors * SECTOR_BYTES)) == 0;
	int status = good ? 0 : complain(STATUS_TROUBLE, "cannot make %s: %s", i->path, strerror(errno));

	if (fd >= 0)
		close(fd);
	return status;
}

/* sgdisk sleeps for a second after writing the table, so it does that while the files are copied. */
static int table_start(const struct image *i, struct tool *out)
{
	struct strings argv = { 0 };

	strings_of(&argv, "sgdisk", "--clear", NULL);
	strings_addf(&argv, "--new=1:%llu:%llu", (unsigned long long)i->first,
	             (unsigned long long)(i->first + i->sectors - 1));
	strings_of(&argv, "--typecode=1:ef00", "--change-name=1:Hobnail",
	           "--disk-guid=484F424E-4149-4C00-8000-000000000001",
	           "--partition-guid=1:484F424E-4149-4C00-8000-000000000002", i->path, NULL);
	int status = tool_start(&argv, out);
	strings_free(&argv);
	return status;
}

static int make_file_system(const struct image *i)
{
	struct strings argv = { 0 };

	strings_of(&argv, "mformat", "-i", i->at, "-F", "-h", "255", "-s", "63", "-N", "484f424e", "-v", "HOBNAIL", NULL);
	strings_addf(&argv, "-T");
	strings_addf(&argv, "%llu", (unsigned long long)i->sectors);
	strings_add(&argv, "-H");
	strings_addf(&argv, "%llu", (unsigned long long)i->first);
	strings_add(&argv, "-c");
	strings_addf(&argv, "%u", cluster_sectors(i->sectors));
	strings_add(&argv, "::");
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int make_folders(const struct image *i, const struct volume *v)
{
	struct strings argv = { 0 };

	if (v->folders.count == 0)
		return 0;
	strings_of(&argv, "mmd", "-i", i->at, NULL);
	for (size_t n = 0; n < v->folders.count; n++)
		strings_addf(&argv, "::%s", v->folders.at[n]);
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int copy_file(const struct image *i, const struct item *f)
{
	struct strings argv = { 0 };

	strings_of(&argv, "mcopy", "-i", i->at, NULL);
	strings_addf(&argv, "%s%s", f->host[0] == '/' ? "" : "./", f->host);
	strings_addf(&argv, "::%s", f->path);
	int status = tool_run(&argv);
	strings_free(&argv);
	return status;
}

static int image_fill(const struct image *i, const struct volume *v)
{
	struct tool table;
	int status = table_start(i, &table);

	if (status)
		return status;
	status = make_file_system(i);
	if (!status)
		status = make_folders(i, v);
	for (size_t n = 0; n < v->count && !status; n++)
		status = copy_file(i, &v->items[n]);

	int table_status = tool_wait(&table);
	return status ? status : table_status;
}

/* Complete under another name first: what bears the image's name is always a whole image. */
static int image_write(const struct volume *v, uint64_t size_mib, const char *path)
{
	char *part = string_format("%s.part", path), *at = string_format("%s@@1M", part);
	struct image i = { .path = part, .at = at };
	int status = image_measure(v, size_mib, &i);

	if (!status)
		status = image_create(&i);
	if (!status)
		status = image_fill(&i, v);
	if (!status && rename(part, path) != 0)
		status = complain(STATUS_TROUBLE, "cannot rename %s to %s: %s", part, path, strerror(errno));
	if (status)
		unlink(part);
	free(part);
	free(at);
	return status;
}

static void volume_free(struct volume *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->items[i].host);
		free(v->items[i].path);
	}
	free(v->items);
	strings_free(&v->folders);
}

int volume_build(const struct volume_options *o, const char *path)
{
	struct volume v = { 0 };
	int status = add_loaders(&v, o);

	if (!status)
		status = add_kernels(&v, o);
	if (!status)
		status = add_modules(&v, o);
	if (!status)
		status = add_config(&v, o);
	if (!status)
		status = add_others(&v, o);
	if (!status)
		status = image_write(&v, o->size_mib, path);
	volume_free(&v);
	return status;
}
