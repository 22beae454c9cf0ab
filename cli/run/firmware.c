#include "firmware.h"

#include <dirent.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base.h"
#include "board.h"
#include "cli.h"
#include "file.h"
#include "json.h"
#include "strlist.h"

/* The requirements for a descriptor. If `file` is set, the descriptor must name this executable instead, by this name
 * or, if `by_any_name`, by any name of the same file. */
struct wish {
	enum arch arch;
	char *machine; /* in the form of descriptors: "pc-q35-any" */
	const char *file;
	bool by_any_name;
};

/* QEMU's short machine names stand for versioned ones, and descriptors have patterns of those ("pc-q35-*"). */
static char *machine_versioned(const char *machine)
{
	static const struct { const char *alias, *name; } known[] = {
		{ "q35", "pc-q35-any" }, { "pc", "pc-i440fx-any" }, { "virt", "virt-any" },
	};
	size_t length = strcspn(machine, ",");

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strlen(known[i].alias) == length && memcmp(known[i].alias, machine, length) == 0)
			return string_copy(known[i].name);
	return string_format("%.*s", (int)length, machine);
}

/* ---- One descriptor ----------------------------------------------------------------------------------------- */

static bool fits_target(const struct json *descriptor, const struct wish *w)
{
	const struct json *targets = json_member(descriptor, "targets");

	for (const struct json *t = targets ? targets->child : NULL; t; t = t->next) {
		const char *arch = json_text(t, "architecture");
		const struct json *machines = json_member(t, "machines");
		if (!arch || strcmp(arch, arch_info[w->arch].name) != 0)
			continue;
		for (const struct json *m = machines ? machines->child : NULL; m; m = m->next)
			if (m->string && fnmatch(m->string, w->machine, 0) == 0)
				return true;
	}
	return false;
}

static bool fits(const struct json *descriptor, const struct wish *w)
{
	static const char *const unwanted[] = { "requires-smm", "secure-boot", "enrolled-keys" };
	const struct json *features = json_member(descriptor, "features");

	if (!json_has(json_member(descriptor, "interface-types"), "uefi") || !fits_target(descriptor, w))
		return false;
	for (size_t i = 0; i < COUNT_OF(unwanted); i++)
		if (!w->file && json_has(features, unwanted[i]))
			return false;
	return true;
}

static char *copy_or(const char *s, const char *otherwise)
{
	return string_copy(s ? s : otherwise);
}

static bool is_wished(const char *code, const struct wish *w)
{
	return w->by_any_name ? file_same(w->file, code) : strcmp(w->file, code) == 0;
}

/* "mapping": how the firmware is attached. Skips kinds that hobnail does not support. */
static bool read_mapping(const struct json *mapping, const struct wish *w, struct qemu_firmware *out)
{
	const char *device = json_text(mapping, "device"), *mode = json_text(mapping, "mode");
	const struct json *executable = json_member(mapping, "executable"),
			  *vars = json_member(mapping, "nvram-template");
	bool is_flash = device && strcmp(device, "flash") == 0;
	const char *code = is_flash ? json_text(executable, "filename") : json_text(mapping, "filename");

	if (!device || !code || !file_exists(code) || (w->file && !is_wished(code, w)))
		return false;
	if (!is_flash) {
		*out = (struct qemu_firmware){ .kind = FIRMWARE_BIOS, .code = string_copy(code) };
		return strcmp(device, "memory") == 0;
	}
	if (mode && strcmp(mode, "split") != 0 && strcmp(mode, "stateless") != 0)
		return false;
	const char *store = json_text(vars, "filename");
	if (store && !file_exists(store))
		return false;
	*out = (struct qemu_firmware){
		.kind = FIRMWARE_FLASH,
		.code = string_copy(code),
		.code_format = copy_or(json_text(executable, "format"), "raw"),
		.vars = store ? string_copy(store) : NULL,
		.vars_format = copy_or(json_text(vars, "format"), "raw"),
	};
	return true;
}

static bool try_descriptor(const char *path, const struct wish *w, struct qemu_firmware *out)
{
	struct json_problem p;
	size_t bytes;
	char *text = file_load(path, MIB(1), &bytes);
	bool good = false;

	if (!text || bytes == 0) { /* an empty file hides one of the same name elsewhere */
		free(text);
		return false;
	}
	struct json *descriptor = json_read(text, bytes, &p);
	if (descriptor)
		good = fits(descriptor, w) && read_mapping(json_member(descriptor, "mapping"), w, out);
	else
		complain(0, "%s:%zu:%zu: passed over, it is no JSON: %s", path, p.line, p.column, p.what);
	json_free(descriptor);
	free(text);
	return good;
}

/* ---- All descriptors ---------------------------------------------------------------------------------------- */

static int is_descriptor(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".json") == 0;
}

static void list_folder(const char *folder, struct strings *paths)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_descriptor, alphasort);

	for (int i = 0; i < n; i++) {
		bool hidden = false;
		for (size_t k = 0; k < paths->count && !hidden; k++)
			hidden = strcmp(file_name(paths->at[k]), entries[i]->d_name) == 0;
		if (!hidden)
			strings_addf(paths, "%s/%s", folder, entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(file_name(*(char *const *)a), file_name(*(char *const *)b));
}

/* The user's folder, the administrator's, the distribution's. A file hides files of the same name in later folders; the
 * others are tried in the order of their names. */
static struct strings list_descriptors(void)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	struct strings paths = { 0 };
	char *own = config && *config ? string_format("%s/qemu/firmware", config) :
	                                string_format("%s/.config/qemu/firmware", home ? home : "");

	list_folder(own, &paths);
	list_folder("/etc/qemu/firmware", &paths);
	list_folder("/usr/local/share/qemu/firmware", &paths);
	list_folder("/usr/share/qemu/firmware", &paths);
	free(own);
	if (paths.count)
		qsort(paths.at, paths.count, sizeof(*paths.at), by_name);
	return paths;
}

static bool find_described(const struct wish *w, struct qemu_firmware *out)
{
	struct strings paths = list_descriptors();
	bool found = false;

	for (size_t i = 0; i < paths.count && !found; i++)
		found = try_descriptor(paths.at[i], w, out);
	strings_free(&paths);
	return found;
}

/* ---- U-Boot ------------------------------------------------------------------------------------------------- */

static int find_uboot(enum arch arch, struct qemu_firmware *out)
{
	static const struct { const char *path; enum firmware_kind kind; } known[ARCH_COUNT] = {
		[ARCH_X86_64] = { "/usr/lib/u-boot/qemu-x86_64/u-boot.rom", FIRMWARE_BIOS },
		[ARCH_AARCH64] = { "/usr/lib/u-boot/qemu_arm64/u-boot.bin", FIRMWARE_BIOS },
		[ARCH_RISCV64] = { "/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf", FIRMWARE_KERNEL },
	};
	const char *path = known[arch].path;

	if (!file_exists(path))
		return complain(STATUS_TROUBLE, "U-Boot is missing (%s): install the package u-boot-qemu", path);
	*out = (struct qemu_firmware){ .kind = known[arch].kind, .is_uboot = true, .code = string_copy(path) };
	return 0;
}

/* The board's device tree, a file of Debian's kernel packages: from the folder into which the firmware's package was
 * unpacked, or else from the system. NULL: it is missing. */
static char *find_device_tree(const struct board *board, const char *code)
{
	const char *below = strstr(code, "/usr/lib/u-boot/");
	char *pattern = string_format("%.*s/usr/lib/linux-image-*/%s", below ? (int)(below - code) : 0, code,
	                              board->device_tree);
	char *found = NULL;
	glob_t list;

	if (glob(pattern, 0, NULL, &list) == 0) {
		found = string_copy(list.gl_pathv[list.gl_pathc - 1]);
		globfree(&list);
	}
	free(pattern);
	return found;
}

/* Does the firmware contain a device tree with the board's name? On the Raspberry Pi 4, and since 2024 on the 3, U-Boot
 * has none and uses the tree that QEMU passes (U-Boot, doc/develop/devicetree/control.rst, "OF_BOARD",
 * "OF_OMIT_DTB"). */
static bool brings_device_tree(const char *code, const struct board *board)
{
	size_t bytes;
	char *text = file_load(code, MIB(16), &bytes);
	bool found = text && memmem(text, bytes, board->compatible, strlen(board->compatible) + 1);

	free(text);
	return found;
}

static int find_boards(const struct board *board, const char *wanted, struct qemu_firmware *out)
{
	const char *path = wanted ? wanted : board->firmware;

	if (!file_exists(path))
		return complain(STATUS_TROUBLE,
		                "the firmware of %s is missing (%s): it is in Debian's package %s, which `dpkg -x` "
		                "unpacks; say --firmware FILE",
		                board->machine, path, board->package);
	*out = (struct qemu_firmware){ .kind = FIRMWARE_KERNEL, .is_uboot = true, .code = string_copy(path) };
	out->wants_device_tree = !brings_device_tree(path, board);
	if (out->wants_device_tree)
		out->device_tree = find_device_tree(board, path);
	return 0;
}

/* One file may have several names, each with a store of its own: Debian's OVMF_CODE_4M.ms.fd, whose store has Secure
 * Boot on, and OVMF_CODE_4M.snakeoil.fd lead to OVMF_CODE_4M.secboot.fd, whose store has no keys (package ovmf,
 * README.Debian). So a descriptor with the given name comes first. */
static int find_file(struct wish *w, struct qemu_firmware *out)
{
	if (find_described(w, out))
		return 0;
	w->by_any_name = true;
	if (!firmware_has_own_store(w->arch, w->file) && find_described(w, out))
		return 0;
	return firmware_from_file(w->arch, w->file, out);
}

int firmware_find(enum arch arch, const char *machine, const char *wanted, struct qemu_firmware *out)
{
	bool by_file = wanted && strcmp(wanted, "edk2") != 0 && strcmp(wanted, "uboot") != 0;
	struct wish w = { arch, machine_versioned(machine), by_file ? wanted : NULL, false };
	const struct board *board = board_named(machine);
	int status = 0;

	if (board)
		status = find_boards(board, w.file, out);
	else if (wanted && strcmp(wanted, "uboot") == 0)
		status = find_uboot(arch, out);
	else if (by_file)
		status = find_file(&w, out);
	else if (find_described(&w, out))
		status = 0;
	else if (arch == ARCH_RISCV64)
		status = find_uboot(arch, out);
	else
		status = complain(STATUS_TROUBLE,
		                  "QEMU's firmware descriptors name no UEFI firmware for %s on machine %s: install the "
		                  "package %s, or say --firmware FILE",
		                  arch_info[arch].name, machine, arch_info[arch].firmware);
	free(w.machine);
	return status;
}
