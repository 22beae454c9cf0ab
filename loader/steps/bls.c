/* bls.c — entries of the Boot Loader Specification (core/bls.h), on the loader's volume and on the XBOOTLDR partition
 * of its disk: found, judged, sorted, and turned into entries of an EFI program, whose files are all on the entry's
 * volume. An entry that cannot be booted is hidden, and the log has the reason. */
#include "bls.h"
#include "boot.h"
#include "format.h"
#include "log.h"
#include "pe.h"

#include <string.h>

/* In a claim of its own: most boots have none. */
struct bls_list {
	struct bls_entry entries[BLS_MAX_ENTRIES];
	char names[BLS_MAX_ENTRIES][BLS_MAX_NAME]; /* of the files: a counted one changes */
	char ids[BLS_MAX_ENTRIES][BLS_MAX_NAME];
	char titles[BLS_MAX_ENTRIES][BLS_MAX_TOLD_APART + 1];
	size_t id_bytes[BLS_MAX_ENTRIES];
	enum volume volumes[BLS_MAX_ENTRIES];
	uint8_t order[BLS_MAX_ENTRIES];
	unsigned count;
	uint8_t head[PE_HEAD_BYTES];
};

static const struct { const char *directory, *suffix; } places[] = {
	{ "\\loader\\entries\\", ".conf" },
	{ "\\EFI\\Linux\\", ".efi" },
};

/* Where the loader looks for entries now, and for which. */
struct visit {
	struct boot *b;
	enum volume volume;
	bool is_image;
};

/* For the log, behind a name. */
static const char *where(enum volume volume)
{
	return volume == VOLUME_OWN ? "" : " (XBOOTLDR)";
}

static void log_hidden(const struct visit *v, struct text file, const struct problem *p)
{
	char sentence[400];

	err_sentence(p, sentence, sizeof sentence);
	log_line("boot entry %.*s%s is hidden: %s", (int)file.bytes, file.at, where(v->volume), sentence);
}

static enum err make_list(struct boot *b, struct problem *p)
{
	paddr at;
	enum err e = b->bls ? OK : firmware_pages(&b->fw, sizeof *b->bls, HOBNAIL_MEMORY_USABLE, &at, p);

	if (!e && !b->bls) {
		b->bls = memory_at(at);
		b->bls->count = 0;
	}
	return e;
}

static enum err file_path(struct boot *b, bool is_image, struct text file, struct text *out, struct problem *p)
{
	struct text pieces[] = { text_of(places[is_image].directory), file };

	return string_join(b, pieces, COUNT_OF(pieces), out, p);
}

/* ---- Files of an entry ----------------------------------------------------------------------------------------- */

static enum err look_for(struct boot *b, enum volume volume, struct text path, struct problem *p)
{
	struct opened file;
	struct text whole;
	enum err e = path.bytes ? path_absolute(b, text_of("\\"), path, &whole, p) : OK;

	if (e || !path.bytes)
		return e;
	step_set(b, "look for", whole);
	e = files_open(b, volume, whole, &file, p);
	if (e) {
		log_line("boot entry: %.*s cannot be opened", (int)path.bytes, path.at);
		return e;
	}
	files_close(&file);
	return OK;
}

static enum err look_for_files(struct boot *b, enum volume volume, const struct bls_entry *entry, struct problem *p)
{
	enum err e = look_for(b, volume, entry->values[entry->program], p);

	if (!e)
		e = look_for(b, volume, entry->values[BLS_DEVICE_TREE], p);
	for (unsigned i = 0; !e && i < entry->initrd_count; i++)
		e = look_for(b, volume, entry->initrds[i], p);
	return e;
}

/* ---- Type 1 and 2 ---------------------------------------------------------------------------------------------- */

static enum err read_type1(const struct visit *v, struct text path, const struct bls_name *name, struct bls_entry *out,
                           struct problem *p)
{
	struct text text;
	enum err e = text_read(v->b, v->volume, path, &text, p);

	if (!e)
		e = bls_read(text, name, out, p);
	if (!e)
		e = bls_check(out, arch_name, p);
	if (!e)
		e = look_for_files(v->b, v->volume, out, p);
	if (!e && out->unknown)
		log_line("boot entry %.*s: %u lines with other keys (%.*s) are passed over", (int)name->whole.bytes,
		         name->whole.at, out->unknown, (int)out->first_unknown.bytes, out->first_unknown.at);
	return e;
}

/* The text of a section, in a claim; empty: there is none. */
static enum err read_section(struct boot *b, struct source *source, const struct pe *pe, const char *name,
                             struct text *out, struct problem *p)
{
	struct pe_section s;
	paddr at;

	*out = text_of("");
	for (unsigned i = 0; i < pe->section_count; i++) {
		pe_section(b->bls->head, pe, i, &s);
		uint64_t bytes = min_u64(min_u64(s.bytes, s.virt_bytes), BLS_MAX_SECTION_BYTES);
		if (strcmp(s.name, name) != 0 || !bytes)
			continue;
		enum err e = firmware_pages(&b->fw, bytes, HOBNAIL_MEMORY_USABLE, &at, p);
		if (!e)
			e = source_fetch(source, s.at, memory_at(at), bytes, p);
		if (!e)
			*out = (struct text){ memory_at(at), bytes };
		return e;
	}
	return OK;
}

static enum err read_type2(const struct visit *v, struct text path, const struct bls_name *name, struct bls_entry *out,
                           struct problem *p)
{
	struct boot *b = v->b;
	struct opened file;
	struct text osrel, uname;
	struct pe pe;
	enum err e = files_open(b, v->volume, path, &file, p);

	if (e)
		return e;
	uint64_t head = min_u64(file.source.bytes, sizeof b->bls->head);
	e = source_fetch(&file.source, 0, b->bls->head, head, p);
	if (!e)
		e = pe_open(b->bls->head, head, file.source.bytes, arch_id, &pe, p);
	if (!e)
		e = read_section(b, &file.source, &pe, ".osrel", &osrel, p);
	if (!e)
		e = read_section(b, &file.source, &pe, ".uname", &uname, p);
	if (!e)
		e = bls_read_image(osrel, uname, name, out, p);
	files_close(&file);
	return e;
}

/* ---- All of them ----------------------------------------------------------------------------------------------- */

static bool has_id(const struct boot *b, struct text id)
{
	unsigned ignored;

	for (unsigned i = 0; i < b->bls->count; i++)
		if (text_same(id, (struct text){ b->bls->ids[i], b->bls->id_bytes[i] }))
			return true;
	return entries_find(&b->entries, id, &ignored);
}

static enum err add_one(const struct visit *v, struct text file, struct problem *p)
{
	struct boot *b = v->b;
	struct bls_list *l = b->bls;
	unsigned n = l->count;
	struct bls_name name;
	struct text path, kept = { l->names[n], file.bytes };

	if (n == BLS_MAX_ENTRIES)
		return problem(p, ERR_BLS_MANY, BLS_MAX_ENTRIES);
	if (file.bytes > BLS_MAX_NAME)
		return problem(p, ERR_BLS_NAME, BLS_MAX_NAME + 1);
	memcpy(l->names[n], file.at, file.bytes);
	enum err e = bls_name_read(kept, places[v->is_image].suffix, &name, p);
	if (!e)
		e = file_path(b, v->is_image, kept, &path, p);
	if (e)
		return e;
	l->id_bytes[n] = bls_id(&name, l->ids[n], BLS_MAX_NAME);
	if (has_id(b, (struct text){ l->ids[n], l->id_bytes[n] }))
		return problem(p, ERR_BLS_TWICE);
	step_set(b, "read a boot entry", path);
	l->volumes[n] = v->volume;
	e = (v->is_image ? read_type2 : read_type1)(v, path, &name, &l->entries[n], p);
	if (!e)
		l->count++;
	return e;
}

/* Give back what was taken since, but not the volume: its directory is being read. */
static void forget(struct boot *b, unsigned mark)
{
	while (b->fw.ledger.count > mark)
		firmware_release(&b->fw, b->fw.ledger.claims[b->fw.ledger.count - 1].base);
}

/* A file_visit. One bad entry does not hide the others. */
static enum err visit(void *context, struct text file, struct problem *p)
{
	const struct visit *v = context;
	struct boot *b = v->b;
	size_t strings = b->strings_used;
	struct problem why = { .code = OK };
	enum err e = make_list(b, &why);
	unsigned mark = b->fw.ledger.count;

	(void)p;
	if (!e)
		e = add_one(v, file, &why);
	if (e && why.code != ERR_BLS_SUFFIX)
		log_hidden(v, file, &why);
	if (e)
		forget(b, mark);
	b->strings_used = strings;
	return OK;
}

static void list_place(struct boot *b, enum volume volume, bool is_image)
{
	struct text directory = text_of(places[is_image].directory);
	struct visit v = { b, volume, is_image };
	struct problem why;

	directory.bytes--;
	step_set(b, "list", directory);
	if (files_list(b, volume, directory, visit, &v, &why))
		log_hidden(&v, directory, &why);
}

/* Without a word on it the directory holds entries of type 1; somebody else's are not touched. */
static bool has_type1(struct boot *b, enum volume volume)
{
	struct text path = text_of("\\loader\\entries.srel"), text;
	unsigned mark = b->fw.ledger.count;
	struct problem ignored;

	step_set(b, "read", path);
	bool has = text_read(b, volume, path, &text, &ignored) || bls_is_type1(text);
	if (!has)
		log_line("\\loader\\entries%s is not read: entries.srel says that its entries are not of type 1",
		         where(volume));
	forget(b, mark);
	return has;
}

static void list_volume(struct boot *b, enum volume volume)
{
	if (has_type1(b, volume))
		list_place(b, volume, false);
	list_place(b, volume, true);
}

/* UAPI.1 Boot Loader Specification, "Type #1 Boot Loader Specification Entries": a title that two entries have is told
 * apart by the version, where that leaves it short enough to be read. */
static struct text title_of(struct bls_list *l, unsigned n)
{
	struct text title = bls_title(&l->entries[n]), version = l->entries[n].values[BLS_VERSION];
	bool again = false;

	if (!version.bytes)
		version = (struct text){ l->ids[n], l->id_bytes[n] };
	for (unsigned i = 0; i < l->count; i++)
		again |= i != n && text_same(bls_title(&l->entries[i]), title);
	if (!again || title.bytes + version.bytes + 3 > BLS_MAX_TOLD_APART)
		return title;
	size_t bytes = format(l->titles[n], sizeof l->titles[n], "%.*s (%.*s)", (int)title.bytes, title.at,
	                      (int)version.bytes, version.at);
	return (struct text){ l->titles[n], bytes };
}

void bls_add(struct boot *b)
{
	list_volume(b, VOLUME_OWN);
	if (firmware_find_xbootldr(&b->fw))
		list_volume(b, VOLUME_XBOOTLDR);
	if (!b->bls)
		return;
	struct bls_list *l = b->bls;
	bls_sort(l->entries, l->count, l->order);
	for (unsigned i = 0; i < l->count; i++) {
		unsigned n = l->order[i];
		entries_add(&b->entries, (struct entry){ .title = title_of(l, n),
		                                         .id = { l->ids[n], l->id_bytes[n] },
		                                         .source = ENTRY_BLS, .number = n });
	}
}

static bool is_bad(const struct boot *b, const struct entry *entry)
{
	return entry->source == ENTRY_BLS && bls_is_bad(&b->bls->entries[entry->number].name);
}

bool bls_find(const struct boot *b, struct text pattern, bool good, unsigned *index)
{
	for (unsigned i = 0; i < b->entries.count; i++)
		if (bls_id_matches(pattern, b->entries.at[i].id) && !(good && is_bad(b, &b->entries.at[i]))) {
			*index = i;
			return true;
		}
	return false;
}

/* ---- The chosen one -------------------------------------------------------------------------------------------- */

static enum err keep_cmdline(struct boot *b, const struct bls_entry *entry, struct text *out, struct problem *p)
{
	char cmdline[CONFIG_MAX_CMDLINE];
	struct text joined = { cmdline, bls_cmdline(entry, cmdline, sizeof cmdline) };

	return string_join(b, &joined, 1, out, p);
}

enum err bls_load(struct boot *b, const struct entry *chosen, struct problem *p)
{
	const struct bls_entry *from = &b->bls->entries[chosen->number];
	struct config_entry *entry = &b->entry;
	struct text root = text_of("\\"), tree = from->values[BLS_DEVICE_TREE];

	*entry = (struct config_entry){ .name = chosen->id, .protocol = PROTOCOL_EFI };
	b->volume = b->bls->volumes[chosen->number];
	step_set(b, "read a boot entry", chosen->id);
	enum err e = from->is_image ? file_path(b, true, from->name.whole, &entry->kernel, p)
	                            : path_absolute(b, root, from->values[from->program], &entry->kernel, p);
	if (!e)
		e = keep_cmdline(b, from, &entry->cmdline, p);
	if (!e && tree.bytes)
		e = path_absolute(b, root, tree, &entry->device_tree, p);
	for (; !e && entry->initrd_count < from->initrd_count; entry->initrd_count++) {
		unsigned i = entry->initrd_count;
		e = path_absolute(b, root, from->initrds[i], &entry->initrds[i], p);
	}
	if (!e)
		log_line("boot entry %.*s%s", (int)chosen->id.bytes, chosen->id.at, where(b->volume));
	return e;
}

/* The new name is on the volume before the program runs: a crash counts. Where it cannot be written the boot goes on,
 * as it does from a volume that is read-only. */
void bls_count_try(struct boot *b)
{
	const struct entry *chosen = &b->entries.at[b->choice.index];
	char next[BLS_MAX_NAME];
	struct problem why;
	struct text path;

	b->choice.counted[0] = 0;
	if (chosen->source != ENTRY_BLS)
		return;
	struct bls_entry *entry = &b->bls->entries[chosen->number];
	struct text name = { next, bls_next_name(&entry->name, next, sizeof next) };
	if (!name.bytes)
		return;
	enum err e = file_path(b, entry->is_image, entry->name.whole, &path, &why);
	if (!e)
		e = file_rename(&b->fw, b->volume, path, name, &why);
	if (e) {
		log_line("boot entry %.*s: this try is not counted: error %s", (int)entry->name.whole.bytes,
		         entry->name.whole.at, err_name(e));
		return;
	}
	memcpy(b->bls->names[chosen->number], next, name.bytes);
	name.at = b->bls->names[chosen->number];
	(void)bls_name_read(name, places[entry->is_image].suffix, &entry->name, NULL);
	log_line("boot entry %.*s: %u tries left, %u done", (int)name.bytes, name.at, entry->name.left,
	         entry->name.done);
	(void)format(b->choice.counted, sizeof b->choice.counted, "%s%.*s", places[entry->is_image].directory,
	             (int)name.bytes, name.at);
}
