#include "volume_internal.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "process.h"
#include "waiting.h"

/* ---- Files and folders ----------------------------------------------------------------------------------- */

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

/* Is a part of the path, between slashes or at its end, "." or ".."? */
static bool path_climbs(const char *path)
{
	for (const char *part = strchr(path, '/'); part; part = strchr(part + 1, '/')) {
		size_t length = strcspn(part + 1, "/");
		if ((length == 1 || length == 2) && strncmp(part + 1, "..", length) == 0)
			return true;
	}
	return false;
}

/* Why the file would have another name on the volume; NULL: the name is fine. mtools changes names outside ASCII by
 * locale and code page; FAT drops some characters and long parts. */
static const char *why_not_as_spelt(const char *path)
{
	for (const char *part = path; *part; part += strcspn(part, "/")) {
		part += *part == '/';
		size_t length = strcspn(part, "/");
		for (size_t i = 0; i < length; i++)
			if ((unsigned char)part[i] >= 0x7f)
				return "a name outside ASCII would not arrive as it is spelt; "
				       "give it another name there: "
				       "--add FILE=PATH";
		if (length > 255)
			return "a name has at most 255 characters";
		if (length && strchr(". ", part[length - 1]))
			return "FAT drops a dot or a blank at the end of a name";
	}
	return NULL;
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
			return bad_path(given,
			                "a name may not contain control characters nor any of \" * : < > ? | [ ]");
		}
	}
	*to = '\0';
	if (to - path < 2 || to[-1] == '/' || path_climbs(path)) {
		free(path);
		return bad_path(given, "it must name a file, without . and ..");
	}
	const char *why = why_not_as_spelt(path);
	if (why) {
		free(path);
		return bad_path(given, why);
	}
	*out = path;
	return 0;
}

static void add_parents(struct volume_tree *v, const char *path)
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

static int add_file(struct volume_tree *v, const char *host, const char *given_path, uint64_t bytes)
{
	char *path;

	if (bytes > UINT32_MAX)
		return complain(STATUS_TROUBLE, "%s is larger than 4 GiB - 1, the most that FAT32 can hold", host);
	int status = path_normal(given_path, &path);
	if (status)
		return status;
	for (size_t i = 0; i < v->count; i++)
		if (strcasecmp(v->items[i].path, path) == 0) {
			status = complain(STATUS_TROUBLE, "%s and %s would both become %s on the volume",
			                  v->items[i].host, host, path);
			free(path);
			return status;
		}
	add_parents(v, path);
	v->items = memory_resize(v->items, (v->count + 1) * sizeof(*v->items));
	v->items[v->count++] = (struct volume_item){ string_copy(host), path, bytes };
	return 0;
}

static int add_folder(struct volume_tree *v, const char *host, const char *path)
{
	struct dirent **entries;
	int status = 0, n = scandir(host, &entries, NULL, alphasort);

	if (n < 0)
		return complain(STATUS_TROUBLE, "cannot read the folder %s: %s", host, strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;
		if (!status && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			char *inner_host = string_format("%s/%s", host, name),
			     *inner = string_format("%s/%s", path, name);
			status = volume_add(v, inner_host, inner);
			free(inner_host);
			free(inner);
		}
		free(entries[i]);
	}
	free(entries);
	return status;
}

int volume_add(struct volume_tree *v, const char *host, const char *path)
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

/* ---- Options --------------------------------------------------------------------------------------------- */

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

static int add_loader(struct volume_tree *v, const char *host, enum arch a)
{
	char *path = string_format("/EFI/BOOT/%s", arch_info[a].boot_file);
	int status = volume_add(v, host, path);

	free(path);
	return status;
}

static int add_loaders(struct volume_tree *v, const struct volume_options *o)
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
		char *path = volume_loader(o, a);
		if (!path)
			return complain(STATUS_TROUBLE,
			                "the loader %s (%s) was not built: run make, or say --loader FILE",
			                arch_info[a].boot_file, arch_info[a].name);
		status = add_loader(v, path, a);
		free(path);
	}
	return status;
}

char *volume_kernel_path(const struct volume_options *o, enum arch a)
{
	const char *host = o->kernels.count ? o->kernels.at[0] : NULL;

	if (o->kernels.count < 2)
		return string_format("/boot/kernel.%s", host ? volume_kernel_suffix(host) : "elf");
	for (size_t i = 0; i < o->kernels.count; i++)
		if (file_kernel_arch(o->kernels.at[i]) == a)
			host = o->kernels.at[i];
	return string_format("/boot/kernel-%s.%s", arch_info[a].name, volume_kernel_suffix(host));
}

const char *volume_kernel_suffix(const char *host)
{
	return file_is_program(host) ? "efi" : "elf";
}

int volume_add_program_files(struct volume_tree *v, const struct strings *initrds, const char *device_tree,
                             const char *folder)
{
	int status = 0;

	for (size_t i = 0; i < initrds->count && !status; i++) {
		char *path = string_format("%s/%s", folder, file_name(initrds->at[i]));
		status = volume_add(v, initrds->at[i], path);
		free(path);
	}
	if (!status && device_tree) {
		char *path = string_format("%s/%s", folder, file_name(device_tree));
		status = volume_add(v, device_tree, path);
		free(path);
	}
	return status;
}

static int add_kernels(struct volume_tree *v, const struct volume_options *o)
{
	int status = 0;

	for (size_t i = 0; i < o->kernels.count && !status; i++) {
		enum arch a = o->kernels.count < 2 ? ARCH_NONE : file_kernel_arch(o->kernels.at[i]);
		if (a == ARCH_NONE && o->kernels.count > 1)
			return STATUS_TROUBLE;
		char *path = volume_kernel_path(o, a);
		status = volume_add(v, o->kernels.at[i], path);
		free(path);
	}
	return status;
}

char *volume_module_file(const char *given, const char **cmdline)
{
	return split(given, false, cmdline);
}

char *volume_module_path(const char *host)
{
	return string_format("/boot/modules/%s", file_name(host));
}

static int add_modules(struct volume_tree *v, const struct volume_options *o)
{
	int status = 0;

	for (size_t i = 0; i < o->modules.count && !status; i++) {
		const char *cmdline;
		char *host = volume_module_file(o->modules.at[i], &cmdline);
		char *path = volume_module_path(host);
		status = volume_add(v, host, path);
		free(host);
		free(path);
	}
	return status;
}

static int add_generated_config(struct volume_tree *v, const struct volume_options *o)
{
	char *path = temporary_path("hobnail.conf");

	if (!path)
		return STATUS_TROUBLE;
	int status = volume_write_config(o, path);
	if (!status)
		status = volume_add(v, path, "/hobnail.conf");
	free(path);
	return status;
}

static int add_config(struct volume_tree *v, const struct volume_options *o)
{
	if (o->config && (o->cmdline || o->verbose))
		return complain(STATUS_TROUBLE, "--config excludes --cmdline and --verbose: write them into %s",
		                o->config);
	if (o->config)
		return volume_add(v, o->config, "/hobnail.conf");
	return volume_needs_config(o) ? add_generated_config(v, o) : 0;
}

static int add_others(struct volume_tree *v, const struct volume_options *o)
{
	int status = 0;

	for (size_t i = 0; i < o->adds.count && !status; i++) {
		const char *path;
		char *host = split(o->adds.at[i], true, &path);
		status = volume_add(v, host, path ? path : file_name(host));
		free(host);
	}
	return status;
}

/* ---- The whole ------------------------------------------------------------------------------------------- */

static void volume_free(struct volume_tree *v)
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
	struct volume_tree v = { 0 };
	int status = add_loaders(&v, o);

	if (!status && o->entry_count)
		status = volume_add_entries(&v, o);
	if (!status)
		status = add_kernels(&v, o);
	if (!status)
		status = add_modules(&v, o);
	if (!status)
		status = volume_add_program_files(&v, &o->initrds, o->device_tree, "/boot/initrd");
	if (!status && !o->entry_count)
		status = add_config(&v, o);
	if (!status)
		status = add_others(&v, o);
	waiting_begin("making the disk image");
	if (!status)
		status = volume_write_image(&v, o, path);
	waiting_end();
	volume_free(&v);
	return status;
}
