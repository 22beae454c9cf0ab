#include "volume_internal.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "file.h"

/* Without a configuration the loader takes /boot/kernel.elf and all modules by name: often that says it all. */
bool volume_needs_config(const struct volume_options *o)
{
	bool needs = o->cmdline || o->verbose || o->kernels.count > 1;

	for (size_t i = 0; i < o->modules.count && !needs; i++) {
		const char *cmdline;
		char *host = volume_module_file(o->modules.at[i], &cmdline);
		needs = cmdline || (i > 0 && strcmp(file_name(o->modules.at[i - 1]), file_name(host)) > 0);
		free(host);
	}
	return needs;
}

/* "KEY = PATH TEXT", with the path as the loader writes it. Frees the path. */
static void add_path(struct strings *lines, const char *key, char *path, const char *text)
{
	const char *quote = strchr(path, ' ') ? "\"" : "";

	for (char *c = path; *c; c++)
		if (*c == '/')
			*c = '\\';
	strings_addf(lines, "%s = %s%s%s%s%s\n", key, quote, path, quote, text ? " " : "", text ? text : "");
	free(path);
}

static int add_kernels(const struct volume_options *o, struct strings *lines)
{
	if (o->kernels.count < 2) {
		add_path(lines, "kernel", volume_kernel_path(o, ARCH_NONE), NULL);
		return 0;
	}
	for (size_t i = 0; i < o->kernels.count; i++) {
		enum arch a = file_kernel_arch(o->kernels.at[i]);
		if (a == ARCH_NONE)
			return STATUS_TROUBLE;
		char *key = string_format("kernel.%s", arch_info[a].name);
		add_path(lines, key, volume_kernel_path(o, a), NULL);
		free(key);
	}
	return 0;
}

static void add_modules(const struct volume_options *o, struct strings *lines)
{
	for (size_t i = 0; i < o->modules.count; i++) {
		const char *cmdline;
		char *host = volume_module_file(o->modules.at[i], &cmdline);
		add_path(lines, "module", volume_module_path(host), cmdline);
		free(host);
	}
}

/* Join the lines into a file. A line break inside one would become a line of its own. */
static int join(const struct strings *lines, const char *path)
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

int volume_write_config(const struct volume_options *o, const char *path)
{
	struct strings lines = { 0 };

	strings_add(&lines, "[kernel]\n");
	int status = add_kernels(o, &lines);
	if (o->cmdline)
		strings_addf(&lines, "cmdline = %s\n", o->cmdline);
	if (o->verbose)
		strings_add(&lines, "verbose = yes\n");
	add_modules(o, &lines);
	if (!status)
		status = join(&lines, path);
	strings_free(&lines);
	return status;
}
