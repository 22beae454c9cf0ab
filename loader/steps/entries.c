/* entries.c — what can be booted: the entries of hobnail.conf, or the files in \boot. Each source adds its entries to
 * b->entries, in the order of entries_read(), and fills b->entry with the chosen one: entry_load(). */
#include "boot.h"
#include "load_options.h"
#include "log.h"
#include "path.h"

#include <string.h>

static const char config_name[] = "hobnail.conf";

/* Read a small file whole into a claim that is free again after exit. */
static enum err text_read(struct boot *b, enum volume volume, struct text path, struct text *out, struct problem *p)
{
	struct opened file;
	enum err e = files_open(b, volume, path, &file, p);

	if (e)
		return e;
	e = source_text(&file.source, &b->pages, CONFIG_MAX_BYTES, out, p);
	files_close(&file);
	return e;
}

/* A path in the configuration or in the load options is relative to `directory`, unless it begins with a separator.
 * It has to be valid on FAT, so that it holds on every volume; the firmware is not asked for other paths. Names that
 * the loader finds by itself are as the volume has them. */
static enum err path_absolute(struct boot *b, struct text directory, struct text path, struct text *out,
                              struct problem *p)
{
	struct text pieces[] = { directory, path };
	enum err e = path_check(path, p);

	if (e) {
		step_set(b, "open", path);
		return e;
	}
	if (!path_is_absolute(path))
		return string_join(b, pieces, COUNT_OF(pieces), out, p);
	*out = path;
	return OK;
}

enum err entry_paths_absolute(struct boot *b, struct text directory, struct problem *p)
{
	struct config_entry *entry = &b->entry;
	enum err e = path_absolute(b, directory, entry->kernel, &entry->kernel, p);

	for (unsigned i = 0; !e && i < entry->module_count; i++)
		e = path_absolute(b, directory, entry->modules[i].path, &entry->modules[i].path, p);
	for (unsigned i = 0; !e && i < entry->initrd_count; i++)
		e = path_absolute(b, directory, entry->initrds[i], &entry->initrds[i], p);
	if (!e && entry->device_tree.bytes)
		e = path_absolute(b, directory, entry->device_tree, &entry->device_tree, p);
	return e;
}

/* ---- Without a configuration --------------------------------------------------------------------------- */

/* A file_visit. */
static enum err add_module(void *boot, struct text name, struct problem *p)
{
	struct boot *b = boot;
	struct text pieces[] = { text_of(entry_default_modules), name }, path;

	if (!entry_default_has(name))
		return OK;
	enum err e = string_join(b, pieces, COUNT_OF(pieces), &path, p);
	return e ? e : entry_add_module(&b->entry, path, p);
}

static enum err load_default(struct boot *b, struct problem *p)
{
	struct text directory = text_of(entry_default_modules);

	directory.bytes--;
	b->by_default = true;
	entry_default(&b->entry);
	log_line("booting %.*s with every file in %.*s", (int)b->entry.kernel.bytes, b->entry.kernel.at,
	         (int)directory.bytes, directory.at);
	step_set(b, "list", directory);
	return files_list(b, VOLUME_OWN, directory, add_module, b, p);
}

/* ---- With one ------------------------------------------------------------------------------------------ */

static enum err load_configured(struct boot *b, const struct entry *chosen, struct problem *p)
{
	struct choice *c = &b->choice;
	struct config_entry *entry = &b->entry;
	bool is_read = c->entry_is_read && text_same(entry->name, chosen->id);
	enum err e = OK;

	c->entry_is_read = false;
	step_set(b, "read the configuration", c->config_path);
	if (!is_read)
		e = config_read(c->config.at, c->config.bytes, arch_name, chosen->id, NULL, entry, p);
	if (!e)
		e = entry_paths_absolute(b, path_directory(c->config_path), p);
	if (!e)
		log_line("configuration %.*s, entry %.*s", (int)c->config_path.bytes, c->config_path.at,
		         (int)entry->name.bytes, entry->name.at);
	return e;
}

/* Entries of the operating systems on this machine, behind ours, and their wishes, if they are wanted. These wishes
 * count more than an earlier choice. */
static void add_others(struct boot *b, bool wanted)
{
	if (wanted)
		bls_add(b);
	if (b->choice.remember && !b->choice.asked)
		remember_read(b);
	if (wanted)
		bli_read(b);
}

/* With `wanted`, or where there is one entry only, an entry that cannot be had is an error at once. Elsewhere it is
 * one when it is chosen: a menu has others. */
static enum err add_configured(struct boot *b, struct text wanted, struct problem *p)
{
	struct choice *c = &b->choice;
	struct config_list list;

	step_set(b, "read the configuration", c->config_path);
	enum err e = config_read(c->config.at, c->config.bytes, arch_name, wanted, &list, &b->entry, p);
	c->entry_is_read = !e;
	bool is_elsewhere = e == ERR_CONFIG_NO_ENTRY; /* or nowhere */
	if (is_elsewhere || (e == ERR_CONFIG_KERNEL_ARCH && !wanted.bytes && list.count > 1))
		e = OK;
	if (e)
		return e;
	c->timeout = list.timeout;
	c->no_editor = list.no_editor;
	c->remember = list.remember;
	entries_add_configured(&b->entries, &list);
	(void)entries_find(&b->entries, wanted, &b->entries.preferred);
	add_others(b, list.boot_entries || is_elsewhere);
	if (is_elsewhere && !bls_find(b, wanted, false, &b->entries.preferred)) {
		step_set(b, "read the configuration", c->config_path);
		return problem(p, ERR_CONFIG_NO_ENTRY, 0, 0, list.count);
	}
	return OK;
}

/* A directory without its last separator, unless it is nothing else. */
static struct text without_separator(struct text directory)
{
	directory.bytes -= directory.bytes > 1;
	return directory;
}

/* Beside the loader, else in the root of its volume. ERR_FILE_NOT_FOUND: in neither place. */
static enum err find_config(struct boot *b, struct text *path, struct text *text, struct problem *p)
{
	char own[CONFIG_MAX_PATH];
	struct text here = { own, 0 }, pieces[2] = { { 0 }, text_of(config_name) };
	struct problem why;
	enum err e = firmware_own_path(&b->fw, own, sizeof own, &here.bytes, p);

	if (e)
		here.bytes = 0; /* the path is of no use: the root is left */
	pieces[0] = path_directory(here);
	e = string_join(b, pieces, 2, path, p);
	if (!e) {
		step_set(b, "read the configuration", *path);
		e = text_read(b, VOLUME_OWN, *path, text, p);
		if (e && path_check(*path, &why))
			/* firmware may refuse such a name with whatever status */
			e = problem(p, ERR_FILE_NOT_FOUND, 0);
	}
	struct text folder = without_separator(pieces[0]);
	if (e == ERR_FILE_NOT_FOUND && pieces[0].bytes > 1) {
		pieces[0] = text_of("\\");
		e = string_join(b, pieces, 2, path, p);
		step_set(b, "read the configuration", *path);
		if (!e)
			e = text_read(b, VOLUME_OWN, *path, text, p);
	}
	if (e == ERR_FILE_NOT_FOUND)
		missing_config(b, folder);
	return e;
}

static void log_options(const struct load_options *o, struct text line, size_t ignored)
{
	if (ignored)
		log_line("load options that are no text: %zu bytes, ignored", ignored);
	if (o->foreign && line.bytes)
		log_line("load options ignored: neither entry= nor config= is in them: %.*s",
		         (int)min_u64(line.bytes, 300), line.at);
	if (o->program.bytes)
		log_line("load options: the first word is taken for the program's name: %.*s", (int)o->program.bytes,
		         o->program.at);
}

/* U-Boot hands over the line for Linux, which many boards have set (load_options.h). */
static bool options_may_be_foreign(struct boot *b)
{
	firmware_vendor(&b->fw, b->facts.vendor, sizeof b->facts.vendor);
	return text_is(text_of(b->facts.vendor), "Das U-Boot");
}

static enum err read_options(struct boot *b, struct load_options *out, struct problem *p)
{
	char line[LOAD_OPTIONS_MAX + 1];
	struct text stored = { line, 0 }, piece = { line, 0 };
	bool may_be_foreign = options_may_be_foreign(b);
	size_t ignored;

	step_set(b, "read the load options", text_of(""));
	enum err e = firmware_load_options(&b->fw, line, sizeof line, &piece.bytes, &ignored, p);
	if (e == ERR_OPTION_LONG && !p->value[1]) {
		log_line("load options ignored: more than %u bytes, and neither entry= nor config= is in them",
		         LOAD_OPTIONS_MAX);
		piece.bytes = 0;
		e = OK;
	}
	if (!e)
		e = string_join(b, &piece, 1, &stored, p);
	if (e)
		return e;
	step_set(b, "read the load options", stored);
	e = load_options_read(stored.at, stored.bytes, may_be_foreign, out, p);
	if (!e)
		log_options(out, stored, ignored);
	return e;
}

/* hobnail.conf, where the load options or the loader's own place say. ERR_FILE_NOT_FOUND: there is none. */
static enum err read_config(struct boot *b, const struct load_options *options, struct problem *p)
{
	struct choice *c = &b->choice;

	if (!options->config.bytes)
		return find_config(b, &c->config_path, &c->config, p);
	enum err e = path_absolute(b, text_of("\\"), options->config, &c->config_path, p);
	if (e)
		return e;
	step_set(b, "read the configuration", c->config_path);
	return text_read(b, VOLUME_OWN, c->config_path, &c->config, p);
}

/* Without a configuration the operating systems' entries are all there is; without those the files in \boot. */
static enum err add_unconfigured(struct boot *b, struct text wanted, struct problem *p)
{
	struct step step = b->step;
	struct config_list list;

	config_none(&list);
	b->choice.timeout = list.timeout;
	add_others(b, list.boot_entries);
	b->step = step;
	if (wanted.bytes)
		return bls_find(b, wanted, false, &b->entries.preferred) ? OK : p->code;
	if (!b->entries.count)
		entries_add_default(&b->entries);
	return OK;
}

enum err entries_read(struct boot *b, struct problem *p)
{
	struct load_options options;
	enum err e = read_options(b, &options, p);

	if (e)
		return e;
	b->choice.asked = options.entry.bytes != 0;
	e = read_config(b, &options, p);
	if (!e) {
		e = add_configured(b, options.entry, p);
	} else if (e == ERR_FILE_NOT_FOUND && !options.config.bytes) {
		e = add_unconfigured(b, options.entry, p);
	}
	b->choice.strings_kept = b->strings_used;
	return e;
}

enum err entry_load(struct boot *b, unsigned index, struct problem *p)
{
	const struct entry *entry = &b->entries.at[index];

	b->strings_used = b->choice.strings_kept;
	b->by_default = false;
	b->volume = VOLUME_OWN;
	b->choice.index = index;
	switch (entry->source) {
	case ENTRY_CONFIGURED:
		return load_configured(b, entry, p);
	case ENTRY_BLS:
		return bls_load(b, entry, p);
	default:
		return load_default(b, p);
	}
}
