/* bls.c — boot entries (core/bls_list.h) of the loader's volume and of the XBOOTLDR partition of its disk: their files,
 * the log, and the chosen one as an entry of an EFI program, whose files are all on its volume. An entry that cannot be
 * booted is hidden, and the log has the reason. */
#include "boot.h"
#include "log.h"

#include <string.h>

/* Where the loader looks for entries now. */
struct visit {
	struct boot *b;
	enum volume volume;
	const struct bls_place *place;
	struct bls_search search;
	struct opened file;
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

static void log_unknown(const struct bls_entry *entry)
{
	const struct text *name = &entry->name.whole, *first = &entry->first_unknown;

	if (entry->unknown)
		log_line("boot entry %.*s: %u lines with other keys (%.*s) are passed over", (int)name->bytes, name->at,
		         entry->unknown, (int)first->bytes, first->at);
}

static enum err open_file(void *context, struct text path, struct source **out, struct problem *p)
{
	struct visit *v = context;

	step_set(v->b, "read a boot entry", path);
	enum err e = files_open(v->b, v->volume, path, &v->file, p);
	if (!e)
		*out = &v->file.source;
	return e;
}

static void close_file(void *context, struct source *source)
{
	struct visit *v = context;

	(void)source;
	files_close(&v->file);
}

/* In a claim of its own: most boots have none. */
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

/* Give back what was taken since, but not the volume: its directory is being read. */
static void forget(struct boot *b, unsigned mark)
{
	while (b->fw.ledger.count > mark)
		firmware_release(&b->fw, b->fw.ledger.claims[b->fw.ledger.count - 1].base);
}

static enum err list_file(struct visit *v, struct text file, struct problem *p)
{
	struct bls_list *l = v->b->bls;
	unsigned mark = v->b->fw.ledger.count;
	enum err e = bls_list_add(l, &v->search, v->place, file, p);

	if (!e) {
		log_unknown(&l->entries[l->count - 1]);
		return OK;
	}
	if (l->lost.bytes)
		log_line("boot entry: %.*s cannot be opened", (int)l->lost.bytes, l->lost.at);
	forget(v->b, mark);
	return e;
}

/* A file_visit. One bad entry does not hide the others. */
static enum err visit(void *context, struct text file, struct problem *p)
{
	struct visit *v = context;
	struct problem why = { .code = OK };
	enum err e = make_list(v->b, &why);

	(void)p;
	if (!e)
		e = list_file(v, file, &why);
	if (e && e != ERR_BLS_SUFFIX)
		log_hidden(v, file, &why);
	return OK;
}

static void list_place(struct visit *v)
{
	struct boot *b = v->b;
	struct text directory = text_of(v->place->directory);
	unsigned mark = b->fw.ledger.count;
	struct problem why;
	bool is_read = bls_is_read(&v->search, v->place);

	directory.bytes--;
	forget(b, mark);
	if (!is_read) {
		log_line("%.*s%s is not read: entries.srel says that its entries are not of type 1",
		         (int)directory.bytes, directory.at, where(v->volume));
		return;
	}
	step_set(b, "list", directory);
	if (files_list(b, v->volume, directory, visit, v, &why))
		log_hidden(v, directory, &why);
}

static void list_volume(struct boot *b, enum volume volume)
{
	struct visit v = { .b = b, .volume = volume };

	v.search = (struct bls_search){ .open = open_file, .close = close_file, .context = &v, .pages = &b->pages,
	                                .volume = volume, .arch_name = arch_name, .arch = arch_id,
	                                .others = &b->entries };
	for (unsigned i = 0; i < BLS_PLACES; i++) {
		v.place = &bls_places[i];
		list_place(&v);
	}
}

void bls_add(struct boot *b)
{
	list_volume(b, VOLUME_OWN);
	if (firmware_find_xbootldr(&b->fw))
		list_volume(b, VOLUME_XBOOTLDR);
	if (b->bls)
		bls_list_entries(b->bls, &b->entries);
}

bool bls_has_no_tries(const struct boot *b, unsigned index)
{
	const struct entry *entry = &b->entries.at[index];

	return entry->source == ENTRY_BLS && bls_is_bad(&b->bls->entries[entry->number].name);
}

/* An id as it is written comes before others that differ in capitals: two volumes may have such. */
bool bls_find(const struct boot *b, struct text pattern, bool good, unsigned *index)
{
	unsigned same;

	if (entries_find(&b->entries, pattern, &same) && !(good && bls_has_no_tries(b, same))) {
		*index = same;
		return true;
	}
	for (unsigned i = 0; i < b->entries.count; i++)
		if (bls_id_matches(pattern, b->entries.at[i].id) && !(good && bls_has_no_tries(b, i))) {
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
	char path[BLS_MAX_PATH];
	struct text file = { path, bls_path(from, path) };

	b->volume = (enum volume)b->bls->volumes[chosen->number];
	step_set(b, "read a boot entry", chosen->id);
	enum err e = string_join(b, &file, 1, &file, p);
	if (e)
		return e;
	bls_as_configured(from, chosen->id, file, &b->entry);
	e = keep_cmdline(b, from, &b->entry.cmdline, p);
	if (!e)
		e = entry_paths_absolute(b, text_of("\\"), p);
	if (!e)
		log_line("boot entry %.*s%s", (int)chosen->id.bytes, chosen->id.at, where(b->volume));
	return e;
}

/* The new name is on the volume before the program is loaded: a crash counts, and a file that is damaged. Where it
 * cannot be written the boot goes on, as it does from a volume that is read-only. An image has its new name then. */
void bls_count_try(struct boot *b)
{
	const struct entry *chosen = &b->entries.at[b->choice.index];
	char next[BLS_MAX_NAME], path[BLS_MAX_PATH];
	struct problem why;

	b->choice.counted[0] = 0;
	if (chosen->source != ENTRY_BLS)
		return;
	struct bls_entry *entry = &b->bls->entries[chosen->number];
	struct text name = { next, bls_next_name(&entry->name, next, sizeof next) };
	if (!name.bytes)
		return;
	struct text now = { path, bls_path(entry, path) };
	enum err e = file_rename(&b->fw, b->volume, now, name, &why);
	if (e) {
		log_line("boot entry %.*s: this try is not counted: error %s", (int)entry->name.whole.bytes,
		         entry->name.whole.at, err_name(e));
		return;
	}
	memcpy(b->bls->names[chosen->number], next, name.bytes);
	name.at = b->bls->names[chosen->number];
	(void)bls_name_read(name, bls_places[entry->is_image].suffix, &entry->name, NULL);
	log_line("boot entry %.*s: %u tries left, %u done", (int)name.bytes, name.at, entry->name.left,
	         entry->name.done);
	now = (struct text){ b->choice.counted, bls_path(entry, b->choice.counted) };
	if (entry->is_image)
		(void)string_join(b, &now, 1, &b->entry.kernel, NULL);
}
