#include "volume_internal.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "config.h"
#include "file.h"

/* Without a configuration the loader boots /boot/kernel.elf with all modules, sorted by name. */
bool volume_needs_config(const struct volume_options *o)
{
	bool needs = o->cmdline || o->verbose || o->kernels.count > 1 || o->initrds.count || o->device_tree ||
	             (o->kernels.count && file_is_program(o->kernels.at[0]));

	for (size_t i = 0; i < o->modules.count && !needs; i++) {
		const char *cmdline;
		char *host = volume_module_file(o->modules.at[i], &cmdline);
		needs = cmdline || (i > 0 && strcmp(file_name(o->modules.at[i - 1]), file_name(host)) > 0);
		free(host);
	}
	return needs;
}

static const char *why_unwritable(const char *text, enum err e)
{
	if (strpbrk(text, "\r\n"))
		return "it has a line break";
	if (e == ERR_CONFIG_LONG)
		return "it is too long";
	if (e == ERR_CONFIG_CONTROL || e == ERR_CONFIG_TEXT)
		return "it has a control character, or is not UTF-8";
	return "it has quotation marks beside what needs them around it: "
	       "# behind a blank, or a character that shows nothing";
}

/* The command line in the configuration's syntax, plain or in quotation marks, verified by reading it back. NULL: it
 * cannot be written, and an error was printed. The caller frees. */
static char *written(const char *text)
{
	enum err plain = OK;

	for (int quoted = 0; quoted < 2; quoted++) {
		struct config_entry entry;
		char *value = string_format(quoted ? "\"%s\"" : "%s", text);
		char *config = string_format("[a]\nkernel = k\ncmdline = %s\n", value);
		enum err e = config_read(config, strlen(config), "", (struct text){ NULL, 0 }, NULL, &entry, NULL);
		bool same = !e && text_is(entry.cmdline, text);
		free(config);
		if (same)
			return value;
		free(value);
		plain = quoted ? plain : e;
	}
	complain(STATUS_TROUBLE, "hobnail.conf cannot hold the command line '%s': %s", text,
	         why_unwritable(text, plain));
	return NULL;
}

int volume_config_path(struct strings *lines, const char *key, char *path, const char *text)
{
	const char *quote = strpbrk(path, " #") ? "\"" : "";
	char *value = written(text ? text : "");

	for (char *c = path; *c; c++)
		if (*c == '/')
			*c = '\\';
	if (value)
		strings_addf(lines, "%s = %s%s%s%s%s\n", key, quote, path, quote, *value ? " " : "", value);
	free(path);
	free(value);
	return value ? 0 : STATUS_TROUBLE;
}

static int add_kernels(const struct volume_options *o, struct strings *lines)
{
	if (o->kernels.count < 2)
		return volume_config_path(lines, "kernel", volume_kernel_path(o, ARCH_NONE), NULL);
	for (size_t i = 0; i < o->kernels.count; i++) {
		enum arch a = file_kernel_arch(o->kernels.at[i]);
		if (a == ARCH_NONE)
			return STATUS_TROUBLE;
		char *key = string_format("kernel.%s", arch_info[a].name);
		int status = volume_config_path(lines, key, volume_kernel_path(o, a), NULL);
		free(key);
		if (status)
			return status;
	}
	return 0;
}

static int add_modules(const struct volume_options *o, struct strings *lines)
{
	int status = 0;

	for (size_t i = 0; i < o->modules.count && !status; i++) {
		const char *cmdline;
		char *host = volume_module_file(o->modules.at[i], &cmdline);
		status = volume_config_path(lines, "module", volume_module_path(host), cmdline);
		free(host);
	}
	return status;
}

int volume_config_program_files(struct strings *lines, const struct strings *initrds, const char *device_tree,
                                const char *folder)
{
	int status = 0;

	for (size_t i = 0; i < initrds->count && !status; i++)
		status = volume_config_path(lines, "initrd",
		                            string_format("%s/%s", folder, file_name(initrds->at[i])), NULL);
	if (!status && device_tree)
		status = volume_config_path(lines, "devicetree",
		                            string_format("%s/%s", folder, file_name(device_tree)), NULL);
	return status;
}

int volume_config_cmdline(const char *cmdline, struct strings *lines)
{
	char *value = written(cmdline);

	if (value)
		strings_addf(lines, "cmdline = %s\n", value);
	free(value);
	return value ? 0 : STATUS_TROUBLE;
}

int volume_config_join(const struct strings *lines, const char *path)
{
	char *all = string_copy("");

	for (size_t i = 0; i < lines->count; i++) {
		const char *end = strpbrk(lines->at[i], "\r\n");
		if (end[0] != '\n' || end[1]) {
			free(all);
			return complain(STATUS_TROUBLE, "a name may not contain a line break");
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
	if (!status && o->cmdline)
		status = volume_config_cmdline(o->cmdline, &lines);
	if (o->verbose)
		strings_add(&lines, "verbose = yes\n");
	if (!status)
		status = add_modules(o, &lines);
	if (!status)
		status = volume_config_program_files(&lines, &o->initrds, o->device_tree, "/boot/initrd");
	if (!status)
		status = volume_config_join(&lines, path);
	strings_free(&lines);
	return status;
}
