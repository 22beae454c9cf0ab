/* setup_boot.c — boot entries of the volume: read, judged, named and sorted by core/bls*.c, as loader/steps/bls.c does
 * it with the firmware's files. */
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "file.h"
#include "folder.h"
#include "pe.h"
#include "setup.h"

static const struct { const char *directory, *suffix; } places[] = {
	{ "\\loader\\entries\\", ".conf" },
	{ "\\EFI\\Linux\\", ".efi" },
};

struct candidate {
	char *file;                /* its name */
	char *bytes;               /* of the file: the entry points into it */
	struct bls_entry entry;
	char *id;
	bool on_xbootldr;
};

struct candidates {
	struct setup *s;
	struct setup_menu *menu;
	struct candidate at[BLS_MAX_ENTRIES];
	unsigned count;
};

/* Where entries are looked for now, and which. */
struct visit {
	struct candidates *all;
	bool on_xbootldr, is_image;
};

static const char *arch_name(const struct candidates *all)
{
	return arch_info[all->menu->arch].name;
}

/* ---- Type 1 ----------------------------------------------------------------------------------------------------- */

static enum err look_for(const struct visit *v, struct text path, struct text *which, struct problem *p)
{
	char *whole = string_format("\\%.*s", (int)path.bytes, path.at);
	char *found = path.bytes ? setup_find(v->all->s, v->on_xbootldr, text_of(whole), p) : NULL;
	enum err e = path.bytes && !found ? p->code : OK;

	if (e)
		*which = path;
	free(found);
	free(whole);
	return e;
}

static enum err look_for_files(const struct visit *v, const struct bls_entry *entry, struct text *which,
                               struct problem *p)
{
	enum err e = look_for(v, entry->values[entry->program], which, p);

	if (!e)
		e = look_for(v, entry->values[BLS_DEVICE_TREE], which, p);
	for (unsigned i = 0; !e && i < entry->initrd_count; i++)
		e = look_for(v, entry->initrds[i], which, p);
	return e;
}

static enum err read_type1(const struct visit *v, struct candidate *c, const char *path, const struct bls_name *name,
                           struct text *which, struct problem *p)
{
	size_t bytes = 0;
	struct candidates *all = v->all;

	c->bytes = file_load(path, SIZE_MAX >> 1, &bytes);
	if (!c->bytes)
		return all->s->trouble = STATUS_TROUBLE, problem(p, ERR_FILE_SHORT);
	if (bytes > CONFIG_MAX_BYTES)
		return problem(p, ERR_FILE_TOO_BIG, bytes, CONFIG_MAX_BYTES);
	enum err e = bls_read((struct text){ c->bytes, bytes }, name, &c->entry, p);
	if (!e)
		e = bls_check(&c->entry, arch_name(all), p);
	return e ? e : look_for_files(v, &c->entry, which, p);
}

/* ---- Type 2 ----------------------------------------------------------------------------------------------------- */

/* The section's text; empty: there is none. */
static struct text section(const uint8_t *bytes, const struct pe *pe, const char *name)
{
	struct pe_section s;

	for (unsigned i = 0; i < pe->section_count; i++) {
		pe_section(bytes, pe, i, &s);
		size_t count = min_u64(min_u64(s.bytes, s.virt_bytes), BLS_MAX_SECTION_BYTES);
		if (strcmp(s.name, name) == 0 && count)
			return (struct text){ (const char *)bytes + s.at, count };
	}
	return text_of("");
}

static uint32_t arch_number(enum arch a)
{
	return a == ARCH_X86_64 ? HOBNAIL_ARCH_X86_64 : HOBNAIL_ARCH_AARCH64;
}

static enum err read_type2(const struct visit *v, struct candidate *c, const char *path, const struct bls_name *name,
                           struct problem *p)
{
	size_t bytes = 0;
	struct candidates *all = v->all;
	struct pe pe;

	c->bytes = file_load(path, SIZE_MAX >> 1, &bytes);
	if (!c->bytes)
		return all->s->trouble = STATUS_TROUBLE, problem(p, ERR_FILE_SHORT);
	const uint8_t *b = (const uint8_t *)c->bytes;
	enum err e = pe_open(b, min_u64(bytes, PE_HEAD_BYTES), bytes, arch_number(all->menu->arch), &pe, p);
	return e ? e : bls_read_image(section(b, &pe, ".osrel"), section(b, &pe, ".uname"), name, &c->entry, p);
}

/* ---- All of them ------------------------------------------------------------------------------------------------ */

static bool has_id(const struct candidates *all, const char *id)
{
	for (unsigned i = 0; i < all->count; i++)
		if (strcmp(all->at[i].id, id) == 0)
			return true;
	for (unsigned i = 0; i < all->menu->entries.count; i++)
		if (strcmp(all->menu->entries.at[i]->id, id) == 0)
			return true;
	return false;
}

static enum err read_one(const struct visit *v, struct candidate *c, struct text *which, struct problem *p)
{
	struct candidates *all = v->all;
	char id[BLS_MAX_NAME];
	struct bls_name name;

	if (all->count == BLS_MAX_ENTRIES)
		return problem(p, ERR_BLS_MANY, BLS_MAX_ENTRIES);
	enum err e = bls_name_read(text_of(c->file), places[v->is_image].suffix, &name, p);
	if (e)
		return e;
	c->id = string_format("%.*s", (int)bls_id(&name, id, sizeof id), id);
	if (has_id(all, c->id))
		return problem(p, ERR_BLS_TWICE);
	char *volume_path = string_format("%s%s", places[v->is_image].directory, c->file);
	char *path = setup_find(all->s, v->on_xbootldr, text_of(volume_path), p);
	if (!path)
		e = p->code;
	else if (v->is_image)
		e = read_type2(v, c, path, &name, p);
	else
		e = read_type1(v, c, path, &name, which, p);
	free(path);
	free(volume_path);
	return e;
}

static void free_candidate(struct candidate *c)
{
	free(c->file);
	free(c->bytes);
	free(c->id);
}

static bool is_for_another(enum err e)
{
	return e == ERR_BLS_ARCHITECTURE || e == ERR_PE_MACHINE;
}

/* The entry does not stand in the menu, and this is why. */
static void add_hidden(const struct visit *v, const struct candidate *c, struct text which, const struct problem *p)
{
	struct candidates *all = v->all;
	struct text name = text_of(c->id ? c->id : c->file);
	struct setup_entry *e = setup_add(&all->menu->hidden, ENTRY_BLS, name, name);

	e->file = string_format("%s%s", places[v->is_image].directory, c->file);
	e->on_xbootldr = v->on_xbootldr;
	if (!is_for_another(p->code)) {
		setup_refuse(e, which, p);
		return;
	}
	e->verdict = SETUP_ELSEWHERE;
	findings_add(&e->findings, DOUBT_ENTRY_ELSEWHERE, 0, "%s is for another architecture than %s", e->file,
	             arch_name(all));
}

static void list_place(struct candidates *all, bool on_xbootldr, bool is_image)
{
	const struct visit v = { all, on_xbootldr, is_image };
	struct strings names = { 0 };

	setup_list(all->s, on_xbootldr, text_of(places[is_image].directory), &names);
	for (size_t i = 0; i < names.count; i++) {
		struct candidate c = { .file = string_copy(names.at[i]), .on_xbootldr = on_xbootldr };
		struct problem p = { .code = OK };
		struct text which = text_of("");
		enum err e = read_one(&v, &c, &which, &p);
		if (!e) {
			all->at[all->count++] = c;
			continue;
		}
		if (e != ERR_BLS_SUFFIX)
			add_hidden(&v, &c, which, &p);
		free_candidate(&c);
	}
	strings_free(&names);
}

/* Without a word on it the directory holds entries of type 1. */
static bool has_type1(struct candidates *all, bool on_xbootldr)
{
	struct problem p;
	size_t bytes = 0;
	char *path = setup_find(all->s, on_xbootldr, text_of("\\loader\\entries.srel"), &p);
	char *srel = path ? file_load(path, CONFIG_MAX_BYTES, &bytes) : NULL;
	bool has = !srel || bls_is_type1((struct text){ srel, bytes });

	free(srel);
	free(path);
	return has;
}

static void list_volume(struct candidates *all, bool on_xbootldr)
{
	struct findings *f = &all->menu->findings;

	if (has_type1(all, on_xbootldr))
		list_place(all, on_xbootldr, false);
	else
		findings_add(f, DOUBT_BOOT_TYPE, 0, "\\loader\\entries%s is not read: entries.srel says that its "
		             "entries are not of type 1", on_xbootldr ? " (XBOOTLDR)" : "");
	list_place(all, on_xbootldr, true);
}

/* A title that two entries have is told apart by the version. */
static char *title_of(const struct candidates *all, unsigned n)
{
	struct text title = bls_title(&all->at[n].entry), version = all->at[n].entry.values[BLS_VERSION];
	bool again = false;

	for (unsigned i = 0; i < all->count; i++)
		again |= i != n && text_same(bls_title(&all->at[i].entry), title);
	if (!version.bytes)
		version = text_of(all->at[n].id);
	again &= title.bytes + version.bytes + 3 <= BLS_MAX_TOLD_APART;
	return string_format("%.*s%s%.*s%s", (int)title.bytes, title.at, again ? " (" : "",
	                     again ? (int)version.bytes : 0, version.at, again ? ")" : "");
}

/* The entry as the loader boots it. */
static void judge(struct candidates *all, const struct candidate *c, struct setup_entry *e)
{
	const struct bls_entry *from = &c->entry;
	struct config_entry entry = { .protocol = PROTOCOL_EFI, .device_tree = from->values[BLS_DEVICE_TREE],
	                              .kernel = from->is_image ? text_of(e->file) : from->values[from->program],
	                              .initrd_count = from->initrd_count };

	memcpy(entry.initrds, from->initrds, from->initrd_count * sizeof *from->initrds);
	setup_judge_entry(all->s, all->menu, e, &entry, text_of("\\"));
	if (from->unknown)
		findings_add(&e->findings, DOUBT_BOOT_KEYS, 0, "%u line%s of %s ha%s other keys (%.*s)", from->unknown,
		             from->unknown == 1 ? "" : "s", e->file, from->unknown == 1 ? "s" : "ve",
		             (int)from->first_unknown.bytes, from->first_unknown.at);
}

/* Behind the configuration's own, if the loader looks for them; else they are left out, one and all. */
static void add_sorted(struct candidates *all)
{
	struct setup_menu *menu = all->menu;
	struct bls_entry entries[BLS_MAX_ENTRIES];
	uint8_t order[BLS_MAX_ENTRIES];

	for (unsigned i = 0; i < all->count; i++)
		entries[i] = all->at[i].entry;
	bls_sort(entries, all->count, order);
	for (unsigned i = 0; i < all->count; i++) {
		const struct candidate *c = &all->at[order[i]];
		char *title = title_of(all, order[i]);
		struct setup_entry *e = setup_add(menu->shows_boot_entries ? &menu->entries : &menu->hidden, ENTRY_BLS,
		                                  text_of(c->id), text_of(title));
		e->file = string_format("%s%s", places[c->entry.is_image].directory, c->file);
		e->on_xbootldr = c->on_xbootldr;
		judge(all, c, e);
		if (!menu->shows_boot_entries)
			findings_add(&e->findings, DOUBT_BOOT_UNSEEN, 0, "%s is not shown: the configuration has one "
			             "entry, or boot_entries = no", e->file);
		findings_sort(&e->findings);
		free(title);
	}
}

void setup_add_boot_entries(struct setup *s, struct setup_menu *menu)
{
	struct candidates *all = memory_resize(NULL, sizeof *all);

	*all = (struct candidates){ .s = s, .menu = menu };
	list_volume(all, false);
	if (s->xbootldr)
		list_volume(all, true);
	add_sorted(all);
	for (unsigned i = 0; i < all->count; i++)
		free_candidate(&all->at[i]);
	free(all);
}
