/* volume_entries.c — several entries on one volume: --entry NAME, and the files that belong to each. An entry's files
 * lie in a folder of its own; a file that an earlier entry has, too, is there once. */
#include "volume_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "config.h"
#include "file.h"
#include "process.h"

int volume_entry_begin(struct volume_options *o, const char *name)
{
	bool is_late = o->kernels.count || o->modules.count || o->initrds.count || o->device_tree || o->cmdline ||
	               o->verbose;

	if (!o->entry_count && is_late)
		return complain(STATUS_TROUBLE, "--kernel, --linux, --module, --initrd, --devicetree, --cmdline and "
		                "--verbose belong to the --entry before them: some stand before the first one");
	for (size_t i = 0; i < o->entry_count; i++)
		if (strcmp(o->entries[i].name, name) == 0)
			return complain(STATUS_TROUBLE, "--entry %s is given twice", name);
	if (o->entry_count == CONFIG_MAX_ENTRIES)
		return complain(STATUS_TROUBLE, "--entry %s: there are %d entries at most", name, CONFIG_MAX_ENTRIES);
	o->entries = memory_resize(o->entries, (o->entry_count + 1) * sizeof *o->entries);
	o->entries[o->entry_count++] = (struct volume_entry){ .name = name };
	return 0;
}

/* ---- Files -------------------------------------------------------------------------------------------------- */

/* A folder's name for an entry: letters and digits of its name, and a number if an earlier entry has the same. The
 * caller frees. */
static char *plain_name(const char *name)
{
	char *plain = string_copy(name), *to = plain;

	for (const char *c = name; *c; c++)
		if (isalnum((unsigned char)*c) && (unsigned char)*c < 0x80)
			*to++ = *c;
		else if (to > plain && to[-1] != '-')
			*to++ = '-';
	while (to > plain && to[-1] == '-')
		to--;
	*to = '\0';
	if (to - plain > 64)
		plain[64] = '\0';
	return plain;
}

static char *folder_of(const struct volume_options *o, size_t index)
{
	char *plain = plain_name(o->entries[index].name), *folder;
	bool is_taken = !*plain || strcasecmp(plain, "modules") == 0;

	for (size_t i = 0; i < index; i++) {
		char *other = plain_name(o->entries[i].name);
		is_taken |= strcasecmp(plain, other) == 0;
		free(other);
	}
	folder = is_taken ? string_format("/boot/%s%s%zu", plain, *plain ? "-" : "", index + 1)
	                  : string_format("/boot/%s", plain);
	free(plain);
	return folder;
}

/* Where the file is on the volume: at `path`, which is freed, or where an earlier entry has put it. NULL: complained.
 * The caller frees. */
static char *place(struct volume_tree *v, const char *host, char *path)
{
	for (size_t i = 0; i < v->count; i++)
		if (strncmp(v->items[i].path, "/boot/", 6) == 0 && file_same(v->items[i].host, host)) {
			free(path);
			return string_copy(v->items[i].path);
		}
	if (!volume_add(v, host, path))
		return path;
	free(path);
	return NULL;
}

static int add_kernels(struct volume_tree *v, const struct volume_entry *e, const char *folder, struct strings *lines)
{
	int status = 0;

	for (size_t i = 0; i < e->kernels.count && !status; i++) {
		const char *name = e->kernels.count > 1 ? arch_info[file_kernel_arch(e->kernels.at[i])].name : NULL;
		const char *suffix = volume_kernel_suffix(e->kernels.at[i]);
		char *path = place(v, e->kernels.at[i], name ? string_format("%s/kernel-%s.%s", folder, name, suffix)
		                                             : string_format("%s/kernel.%s", folder, suffix));
		char *key = name ? string_format("kernel.%s", name) : string_copy("kernel");
		status = path ? volume_config_path(lines, key, path, NULL) : STATUS_TROUBLE;
		free(key);
	}
	return status;
}

static int add_modules(struct volume_tree *v, const struct volume_entry *e, const char *folder, struct strings *lines)
{
	int status = 0;

	for (size_t i = 0; i < e->modules.count && !status; i++) {
		const char *cmdline;
		char *host = volume_module_file(e->modules.at[i], &cmdline);
		char *path = place(v, host, string_format("%s/%s", folder, file_name(host)));
		status = path ? volume_config_path(lines, "module", path, cmdline) : STATUS_TROUBLE;
		free(host);
	}
	return status;
}

/* ---- The configuration -------------------------------------------------------------------------------------- */

/* "[NAME]", in quotation marks if it needs them, verified by reading it back. */
static int add_name(const char *name, struct strings *lines)
{
	for (int quoted = 0; quoted < 2; quoted++) {
		struct config_entry read;
		char *line = string_format(quoted ? "[\"%s\"]\n" : "[%s]\n", name);
		char *config = string_format("%skernel = k\n", line);
		bool same = !strpbrk(name, "\r\n") &&
		            !config_read(config, strlen(config), "", (struct text){ NULL, 0 }, NULL, &read, NULL) &&
		            text_is(read.name, name);
		if (same)
			strings_add(lines, line);
		free(line);
		free(config);
		if (same)
			return 0;
	}
	return complain(STATUS_TROUBLE, "hobnail.conf cannot hold the entry name '%s'", name);
}

/* Two kernels of one architecture are one too many. */
static int check_kernels(const struct volume_entry *e)
{
	bool have[ARCH_COUNT] = { false };

	if (!e->kernels.count)
		return complain(STATUS_TROUBLE, "--entry %s has no --kernel behind it", e->name);
	for (size_t i = 0; i < e->kernels.count && e->kernels.count > 1; i++) {
		enum arch a = file_kernel_arch(e->kernels.at[i]);
		if (a == ARCH_NONE)
			return STATUS_TROUBLE;
		if (have[a])
			return complain(STATUS_TROUBLE, "--entry %s has two kernels for %s", e->name,
			                arch_info[a].name);
		have[a] = true;
	}
	return 0;
}

static int add_entry(struct volume_tree *v, const struct volume_options *o, size_t index, struct strings *lines)
{
	const struct volume_entry *e = &o->entries[index];
	char *folder = folder_of(o, index);
	int status = check_kernels(e);

	if (!status) status = add_name(e->name, lines);
	if (!status) status = add_kernels(v, e, folder, lines);
	if (!status && e->cmdline) status = volume_config_cmdline(e->cmdline, lines);
	if (!status && e->verbose) strings_add(lines, "verbose = yes\n");
	if (!status) status = add_modules(v, e, folder, lines);
	if (!status) status = volume_add_program_files(v, &e->initrds, e->device_tree, folder);
	if (!status) status = volume_config_program_files(lines, &e->initrds, e->device_tree, folder);
	free(folder);
	return status;
}

int volume_add_entries(struct volume_tree *v, const struct volume_options *o)
{
	struct strings lines = { 0 };
	char *path = NULL;
	int status = 0;

	if (o->config)
		return complain(STATUS_TROUBLE, "--config excludes --entry: write the entries into %s", o->config);
	for (size_t i = 0; i < o->entry_count && !status; i++)
		status = add_entry(v, o, i, &lines);
	if (!status && !(path = temporary_path("hobnail.conf")))
		status = STATUS_TROUBLE;
	if (!status)
		status = volume_config_join(&lines, path);
	if (!status)
		status = volume_add(v, path, "/hobnail.conf");
	free(path);
	strings_free(&lines);
	return status;
}
