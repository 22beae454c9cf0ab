#include "setup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "file.h"
#include "folder.h"
#include "path.h"
#include "tables.h"

/* A configuration is judged if it is too big, too; a device tree of that size is none. */
enum { MOST_CONFIG = 1 << 20, MOST_TREE = 64 << 20 };

/* ---- Lists ------------------------------------------------------------------------------------------------------ */

struct setup_entry *setup_add(struct setup_list *list, enum entry_source source, struct text id, struct text title)
{
	struct setup_entry *e = memory_resize(NULL, sizeof *e);

	memset(e, 0, sizeof *e);
	e->source = source;
	e->id = string_format("%.*s", (int)id.bytes, id.at);
	e->title = string_format("%.*s", (int)title.bytes, title.at);
	list->at = memory_resize(list->at, (list->count + 1) * sizeof *list->at);
	list->at[list->count++] = e;
	return e;
}

static void free_list(struct setup_list *list)
{
	for (unsigned i = 0; i < list->count; i++) {
		struct setup_entry *e = list->at[i];
		free(e->id);
		free(e->title);
		free(e->file);
		free(e->kernel);
		free(e);
	}
	free(list->at);
}

static void free_menu(struct setup_menu *menu)
{
	free_list(&menu->entries);
	free_list(&menu->hidden);
}

void setup_free(struct setup *s)
{
	for (unsigned i = 0; i < s->menu_count; i++)
		free_menu(&s->menus[i]);
	free(s->root);
	free(s->config);
	free(s->config_path);
	free(s->text);
}

/* ---- Findings of an entry --------------------------------------------------------------------------------------- */

char *setup_subject(const struct setup_entry *e, struct text file)
{
	const char *name = e->file ? e->file : e->id;
	const char *open = e->source == ENTRY_CONFIGURED ? "[" : "", *close = *open ? "]" : "";
	const char *there = e->on_xbootldr ? " (XBOOTLDR)" : "", *comma = file.bytes ? ", " : "";

	return string_format("%s%s%s%s%s%.*s: ", open, name, close, there, comma, (int)file.bytes, file.at);
}

void setup_refuse(struct setup_entry *e, struct text file, const struct problem *p)
{
	char sentence[FINDING_TEXT_BYTES];
	char *lead = setup_subject(e, file);
	struct problem about = *p;

	err_sentence(p, sentence, sizeof sentence);
	char *fact = string_format("%s%s", lead, sentence);
	about.offset = 0; /* of another file than the report is about */
	findings_add_refusal(&e->findings, &about, fact);
	e->verdict = SETUP_REFUSED;
	free(fact);
	free(lead);
}

/* Take over the findings about a kernel into its entry. */
static void take_findings(struct setup_entry *e, struct text file, const struct findings *from)
{
	char *lead = setup_subject(e, file);

	for (unsigned i = 0; i < from->count && e->findings.count < FINDINGS_MOST; i++) {
		struct kernel_finding *to = &e->findings.of[e->findings.count++];
		*to = from->of[i];
		char *fact = string_format("%s%s", lead, from->of[i].fact);
		size_t bytes = min_u64(strlen(fact), sizeof to->fact - 1);
		memcpy(to->fact, fact, bytes);
		to->fact[bytes] = '\0';
		free(fact);
	}
	free(lead);
}

/* ---- An entry --------------------------------------------------------------------------------------------------- */

char *setup_absolute(struct text directory, struct text path)
{
	return string_format("%.*s%.*s", path_is_absolute(path) ? 0 : (int)directory.bytes, directory.at,
	                     (int)path.bytes, path.at);
}

char *setup_find(const struct setup *s, bool on_xbootldr, struct text path, struct problem *p)
{
	char *found = folder_find(on_xbootldr ? s->xbootldr : s->root, path, p);

	if (!found && on_xbootldr && p->code == ERR_FILE_NOT_FOUND)
		problem(p, ERR_FILE_NOT_FOUND_XBOOTLDR);
	return found;
}

void setup_list(struct setup *s, bool on_xbootldr, struct text directory, struct strings *names)
{
	int status = folder_list(on_xbootldr ? s->xbootldr : s->root, directory, names);

	if (status)
		s->trouble = status;
}

/* A file that the entry names; `module`: as this module, else NULL. NULL: it was refused. The caller frees. */
static char *find_file(const struct setup *s, struct setup_entry *e, struct text directory, struct text path,
                       const struct config_module *module)
{
	struct problem p;
	char *whole = setup_absolute(directory, path), *found = NULL;
	enum err e2 = path_check(path, &p);

	if (!e2)
		found = setup_find(s, e->on_xbootldr, text_of(whole), &p);
	if (!found && module)
		(void)config_module_missing(module, p.code, &p);
	if (!found)
		setup_refuse(e, path, &p);
	free(whole);
	return found;
}

uint64_t setup_file_bytes(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* The loader has found it by itself: its name is as the volume has it (loader/steps/entries.c). */
static void judge_found_module(struct setup_entry *e, struct text path)
{
	struct problem p;
	char sentence[FINDING_TEXT_BYTES], *lead = setup_subject(e, path);

	if (path_check(path, &p)) {
		err_sentence(&p, sentence, sizeof sentence);
		findings_add(&e->findings, DOUBT_NAME_NOT_FAT, 0, "%s%s", lead, sentence);
	}
	free(lead);
}

static void judge_modules(const struct setup *s, struct setup_entry *e, const struct config_entry *from,
                          struct text directory)
{
	for (unsigned i = 0; i < from->module_count; i++) {
		const struct config_module *m = &from->modules[i];
		if (e->source == ENTRY_DEFAULT)
			judge_found_module(e, m->path);
		else
			free(find_file(s, e, directory, m->path, m));
	}
}

static void judge_initrds(const struct setup *s, struct setup_entry *e, const struct config_entry *from,
                          struct text directory)
{
	uint64_t total = 0;
	struct problem p;

	for (unsigned i = 0; i < from->initrd_count; i++) {
		char *found = find_file(s, e, directory, from->initrds[i], NULL);
		if (found && efi_initrd_add(setup_file_bytes(found), &total, &p))
			setup_refuse(e, from->initrds[i], &p);
		free(found);
	}
}

static void judge_tree(struct setup *s, struct setup_entry *e, struct text path, struct text directory)
{
	struct problem p = { .code = OK };
	struct fdt fdt;
	size_t bytes;
	char *found = path.bytes ? find_file(s, e, directory, path, NULL) : NULL;
	bool fits = found && !efi_tree_fits(setup_file_bytes(found), &p);
	char *tree = fits ? file_load(found, MOST_TREE, &bytes) : NULL;

	if (fits && !tree)
		s->trouble = STATUS_TROUBLE;
	else if (tree)
		(void)fdt_open(tree, bytes, &fdt, &p);
	if (p.code)
		setup_refuse(e, path, &p);
	free(tree);
	free(found);
}

static void judge_keys(struct setup_entry *e, const struct config_entry *from, enum boot_protocol protocol)
{
	struct problem p;

	if (protocol_takes_files(protocol, from, &p))
		setup_refuse(e, text_of(""), &p);
	if (protocol_ignores_keys(protocol, from))
		findings_add(&e->findings, DOUBT_KEYS_IGNORED, 0, "[%s]: fault_reports, hhdm and allow_wx have no "
		             "effect on an EFI program", e->id);
}

/* Goes through the loader's steps with the kernel. */
static void judge_kernel(struct setup *s, const struct setup_menu *menu, struct setup_entry *e,
                         const struct config_entry *from, const char *path)
{
	static struct check c;

	c = *s->machine;
	c.arch = menu->arch;
	c.said = from->protocol;
	c.allow_write_execute = from->allow_write_execute;
	c.limine_options = (struct limine_options){ from->no_fault_reports, from->direct_map_no_execute };
	int status = check_kernel(&c, path);
	bool boots = !status && !c.problem.code;
	if (status) {
		s->trouble = status;
	} else {
		check_find(&c);
		take_findings(e, from->kernel, &c.findings);
	}
	if (boots) {
		e->protocol = boot_protocol_name(c.attempt.protocol);
		judge_keys(e, from, c.attempt.protocol);
		if (c.attempt.protocol == PROTOCOL_LIMINE)
			setup_judge_internal(s, e, &c);
	} else {
		e->verdict = SETUP_REFUSED;
	}
	check_close(&c);
}

void setup_judge_entry(struct setup *s, const struct setup_menu *menu, struct setup_entry *e,
                       const struct config_entry *from, struct text directory)
{
	e->kernel = setup_absolute(directory, from->kernel);
	char *found = find_file(s, e, directory, from->kernel, NULL);
	if (found) {
		e->made_for = setup_arch_of(found);
		judge_kernel(s, menu, e, from, found);
	}
	judge_modules(s, e, from, directory);
	judge_initrds(s, e, from, directory);
	judge_tree(s, e, from->device_tree, directory);
	findings_sort(&e->findings);
	free(found);
}

enum arch setup_arch_of(const char *path)
{
	static uint8_t head[MULTIBOOT2_WITHIN];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : pread(fd, head, sizeof head, 0);
	size_t count = n < 0 ? 0 : (size_t)n;
	enum arch a = arch_of_kernel(head, count);
	uint64_t at;

	if (fd >= 0)
		close(fd);
	return a == ARCH_NONE && multiboot2_find(head, count, &at) ? ARCH_X86_64 : a;
}

/* ---- Entries of the configuration ------------------------------------------------------------------------------- */

static void add_configured(struct setup *s, struct setup_menu *menu, struct text name)
{
	struct setup_entry *e = setup_add(&menu->entries, ENTRY_CONFIGURED, name, name);
	struct config_entry entry;
	struct problem p;
	enum err err = config_read(s->text, s->bytes, arch_info[menu->arch].name, name, NULL, &entry, &p);

	if (err == ERR_CONFIG_KERNEL_ARCH) {
		e->verdict = SETUP_ELSEWHERE;
		return;
	}
	if (text_is(entry.kernel, setup_no_kernel)) {
		e->verdict = SETUP_REFUSED;
		return;
	}
	setup_judge_entry(s, menu, e, &entry, path_directory(text_of(s->config_path)));
}

/* The entry that is booted without a question must have a kernel; others may be for another architecture. */
static void judge_elsewhere(struct setup *s, struct setup_menu *menu)
{
	for (unsigned i = 0; i < menu->entries.count; i++) {
		struct setup_entry *e = menu->entries.at[i];
		struct config_entry entry;
		struct problem p;
		if (e->verdict != SETUP_ELSEWHERE)
			continue;
		if (i != menu->preferred) {
			findings_add(&e->findings, DOUBT_ENTRY_ELSEWHERE, 0, "[%s] has no kernel for %s", e->id,
			             arch_info[menu->arch].name);
			continue;
		}
		(void)config_read(s->text, s->bytes, arch_info[menu->arch].name, text_of(e->id), NULL, &entry, &p);
		setup_refuse(e, text_of(""), &p);
	}
}

/* Entries that can only be reached by a key that is held while the loader starts. */
static void judge_hidden_menu(struct setup_menu *menu)
{
	for (unsigned i = 0; i < menu->entries.count && !menu->list.timeout; i++)
		if (i != menu->preferred)
			findings_add(&menu->entries.at[i]->findings, DOUBT_ENTRY_BEHIND, 0,
			             "the menu is hidden (timeout = 0), and %s is not the default",
			             menu->entries.at[i]->id);
}

/* ---- Without a configuration ------------------------------------------------------------------------------------ */

static void add_default(struct setup *s, struct setup_menu *menu, const struct entry *from)
{
	struct text directory = text_of(entry_default_modules);
	struct setup_entry *e = setup_add(&menu->entries, ENTRY_DEFAULT, from->id, from->title);
	struct config_entry entry;
	struct strings names = { 0 };
	struct problem p = { .code = OK };

	entry_default(&entry);
	setup_list(s, false, directory, &names);
	for (size_t i = 0; i < names.count && !p.code; i++)
		if (entry_default_has(text_of(names.at[i])))
			(void)entry_add_module(&entry, text_of(names.at[i]), &p);
	if (p.code)
		setup_refuse(e, directory, &p);
	setup_judge_entry(s, menu, e, &entry, directory);
	strings_free(&names);
}

/* ---- A menu ----------------------------------------------------------------------------------------------------- */

/* In the loader's order: entries_read(). */
static void make_menu(struct setup *s, struct setup_menu *menu, enum arch arch)
{
	struct entries own = { .count = 0 };
	struct config_entry ignored;

	*menu = (struct setup_menu){ .arch = arch };
	config_none(&menu->list);
	if (s->has_entries)
		(void)config_read(s->text, s->bytes, arch_info[arch].name, text_of(""), &menu->list, &ignored, NULL);
	entries_add_configured(&own, &menu->list);
	for (unsigned i = 0; i < own.count; i++)
		add_configured(s, menu, own.at[i].id);
	if (s->has_entries || !s->config)
		setup_add_boot_entries(s, menu, &own);
	if (!s->config && !menu->entries.count) {
		entries_add_default(&own);
		add_default(s, menu, &own.at[0]);
	}
	menu->preferred = own.preferred;
	judge_elsewhere(s, menu);
	judge_hidden_menu(menu);
	for (unsigned i = 0; i < menu->entries.count; i++)
		findings_sort(&menu->entries.at[i]->findings);
}

/* Is a kernel in it that is made for this architecture? */
static bool is_meant(const struct setup_menu *menu)
{
	for (unsigned i = 0; i < menu->entries.count; i++)
		if (menu->entries.at[i]->made_for == menu->arch)
			return true;
	return false;
}

/* Without a word on the architecture: those that some kernel is made for. */
static void make_menus(struct setup *s)
{
	enum arch only = s->machine->arch;
	struct setup_menu *x86 = &s->menus[0], *next = x86;

	for (enum arch a = ARCH_NONE + 1; a < ARCH_COUNT; a++) {
		if (!model_has(a) || (only != ARCH_NONE && a != only))
			continue;
		make_menu(s, next, a);
		if (only != ARCH_NONE || is_meant(next)) {
			next++;
			s->menu_count++;
		} else {
			free_menu(next);
		}
	}
	if (!s->menu_count) {
		make_menu(s, x86, ARCH_X86_64);
		s->menu_count = 1;
	}
}

/* ---- The folder and the configuration --------------------------------------------------------------------------- */

static char *real(const char *path)
{
	char *own = realpath(path, NULL);

	if (!own)
		complain(STATUS_TROUBLE, "cannot open %s: %s", path, strerror(errno));
	return own;
}

/* The file's path below the folder; NULL: it lies elsewhere. Both are absolute, without links. */
static char *path_below(const char *root, const char *file)
{
	size_t bytes = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(file, root, bytes) != 0 || file[bytes] != '/')
		return NULL;
	char *path = string_copy(file + bytes);
	for (char *p = path; *p; p++)
		*p = *p == '/' ? '\\' : *p;
	return path;
}

/* The name in its folder, of which alone links are followed: a link that lies in the volume is a file there. */
static char *place_of(const char *path)
{
	char *folder = string_format("%.*s.", (int)(file_name(path) - path), path), *own = real(folder);
	char *place = own ? string_format("%s/%s", strcmp(own, "/") == 0 ? "" : own, file_name(path)) : NULL;

	free(own);
	free(folder);
	return place;
}

/* The file's path on the volume. A file from elsewhere counts as the one in the root. */
static char *path_on_volume(const char *root, const char *config)
{
	char *real_config = real(config), *real_root = real(root), *place = place_of(config), *path = NULL;

	if (real_config && real_root && place) {
		path = path_below(real_root, place);
		path = path ? path : path_below(real_root, real_config);
		path = path ? path : string_copy("\\hobnail.conf");
	}
	free(place);
	free(real_config);
	free(real_root);
	return path;
}

static void refuse_config(struct setup *s, const char *path, const struct problem *p)
{
	char sentence[FINDING_TEXT_BYTES];

	err_sentence(p, sentence, sizeof sentence);
	char *fact = string_format("%s: %s", path, sentence);
	findings_add_refusal(&s->findings, p, fact);
	free(fact);
}

/* Beside the loader, else in the root. One that is there and cannot be opened ends the search. */
static void find_config(struct setup *s)
{
	static const char *const places[] = { "\\EFI\\BOOT\\hobnail.conf", "\\hobnail.conf" };

	for (unsigned i = 0; i < COUNT_OF(places); i++) {
		struct problem p;
		char *found = folder_find(s->root, text_of(places[i]), &p);
		if (found && s->config)
			findings_add(&s->findings, DOUBT_CONFIG_TWICE, 0, "there is \\EFI\\BOOT\\hobnail.conf, and "
			             "another hobnail.conf in the root");
		if (s->config || (!found && p.code == ERR_FILE_NOT_FOUND)) {
			free(found);
			continue;
		}
		if (!found)
			refuse_config(s, places[i], &p);
		s->config = found ? found : string_copy(places[i]);
		s->config_path = string_copy(places[i]);
	}
}

static int check_folder(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return complain(STATUS_TROUBLE, "%s is no folder", path);
}

/* 0 or a status. */
static int find_root(struct setup *s, const char *config, const char *root)
{
	const char *slash = config ? strrchr(config, '/') : NULL;

	s->root = root ? string_copy(root) : slash ? string_format("%.*s", (int)(slash - config) + 1, config)
	                                           : string_copy(".");
	return check_folder(s->root);
}

static int find_all(struct setup *s, const struct setup_places *places)
{
	const char *config = places->config;
	int status = find_root(s, config, places->root);

	if (!status && places->xbootldr)
		status = check_folder(s->xbootldr = places->xbootldr);
	if (status)
		return status;
	if (!config) {
		find_config(s);
		return 0;
	}
	s->config_path = path_on_volume(s->root, config);
	s->config = s->config_path ? string_copy(config) : NULL;
	return s->config ? 0 : STATUS_TROUBLE;
}

int setup_judge(struct setup *s, const struct check *machine, const struct setup_places *places)
{
	*s = (struct setup){ .machine = machine };
	int status = find_all(s, places);
	if (status)
		return status;
	if (s->config && !findings_count(&s->findings, SEVERITY_REFUSED)) {
		s->text = file_load(s->config, MOST_CONFIG, &s->bytes);
		if (!s->text)
			return STATUS_TROUBLE;
		setup_judge_lines(s);
	}
	make_menus(s);
	findings_sort(&s->findings);
	return s->trouble;
}

/* ---- The verdict ------------------------------------------------------------------------------------------------ */

static bool list_is_sound(const struct setup_list *list, bool strict)
{
	for (unsigned i = 0; i < list->count; i++)
		if (list->at[i]->verdict == SETUP_REFUSED ||
		    (strict && findings_count(&list->at[i]->findings, SEVERITY_DOUBTFUL)))
			return false;
	return true;
}

bool setup_is_sound(const struct setup *s, bool strict)
{
	if (findings_count(&s->findings, SEVERITY_REFUSED) ||
	    (strict && findings_count(&s->findings, SEVERITY_DOUBTFUL)))
		return false;
	for (unsigned i = 0; i < s->menu_count; i++)
		if (!list_is_sound(&s->menus[i].entries, strict) ||
		    (strict && !list_is_sound(&s->menus[i].hidden, strict)))
			return false;
	return true;
}
