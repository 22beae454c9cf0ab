#include "bls_list.h"

#include <string.h>

#include "format.h"
#include "path.h"

/* UAPI.1 Boot Loader Specification, "Type #1 Boot Loader Specification Entries", "Type #2 EFI Unified Kernel Images" */
const struct bls_place bls_places[BLS_PLACES] = {
	{ "\\loader\\entries\\", ".conf", false },
	{ "\\EFI\\Linux\\", ".efi", true },
};

_Static_assert(BLS_MAX_PATH > sizeof bls_places[0].directory + BLS_MAX_NAME, "every path fits");
_Static_assert((int)BLS_MAX_INITRDS == CONFIG_MAX_INITRDS, "bls_as_configured() has room for all of them");

static size_t join_path(const struct bls_place *place, struct text name, char *out, size_t size)
{
	return format(out, size, "%s%.*s", place->directory, (int)name.bytes, name.at);
}

size_t bls_path(const struct bls_entry *entry, char out[BLS_MAX_PATH])
{
	return join_path(&bls_places[entry->is_image], entry->name.whole, out, BLS_MAX_PATH);
}

struct text bls_list_id(const struct bls_list *list, unsigned index)
{
	return (struct text){ list->ids[index], list->id_bytes[index] };
}

/* ---- Type 1 ---------------------------------------------------------------------------------------------------- */

static enum err read_text(const struct bls_search *s, struct text path, struct text *out, struct problem *p)
{
	struct source *source;
	enum err e = s->open(s->context, path, &source, p);

	if (e)
		return e;
	e = source_text(source, s->pages, CONFIG_MAX_BYTES, out, p);
	s->close(s->context, source);
	return e;
}

bool bls_is_read(const struct bls_search *s, const struct bls_place *place)
{
	struct problem ignored;
	struct text srel;

	return place->is_image || read_text(s, text_of("\\loader\\entries.srel"), &srel, &ignored) ||
	       bls_is_type1(srel);
}

static enum err look_for(struct bls_list *l, const struct bls_search *s, struct text path, struct problem *p)
{
	struct source *source;

	if (!path.bytes)
		return OK;
	size_t bytes = format(l->path, sizeof l->path, "%s%.*s", path_is_absolute(path) ? "" : "\\", (int)path.bytes,
	                      path.at);
	enum err e = s->open(s->context, (struct text){ l->path, bytes }, &source, p);
	if (e)
		l->lost = path;
	else
		s->close(s->context, source);
	return e;
}

static enum err look_for_files(struct bls_list *l, const struct bls_search *s, const struct bls_entry *entry,
                               struct problem *p)
{
	enum err e = look_for(l, s, entry->values[entry->program], p);

	if (!e)
		e = look_for(l, s, entry->values[BLS_DEVICE_TREE], p);
	for (unsigned i = 0; !e && i < entry->initrd_count; i++)
		e = look_for(l, s, entry->initrds[i], p);
	return e;
}

static enum err read_type1(struct bls_list *l, const struct bls_search *s, struct text path,
                           const struct bls_name *name, struct bls_entry *out, struct problem *p)
{
	struct text text;
	enum err e = read_text(s, path, &text, p);

	if (!e)
		e = bls_read(text, name, out, p);
	if (!e)
		e = bls_check(out, s->arch_name, p);
	return e ? e : look_for_files(l, s, out, p);
}

/* ---- Type 2 ---------------------------------------------------------------------------------------------------- */

/* The text of a section; empty: there is none. */
static enum err read_section(struct source *source, const struct pages *pages, const uint8_t *head, const struct pe *pe,
                             const char *name, struct text *out, struct problem *p)
{
	struct pe_section s;
	const void *text;

	*out = text_of("");
	for (unsigned i = 0; i < pe->section_count; i++) {
		pe_section(head, pe, i, &s);
		uint64_t bytes = min_u64(min_u64(s.bytes, s.virt_bytes), BLS_MAX_SECTION_BYTES);
		if (strcmp(s.name, name) != 0 || !bytes)
			continue;
		enum err e = source_view(source, pages, s.at, bytes, &text, p);
		if (!e)
			*out = (struct text){ text, bytes };
		return e;
	}
	return OK;
}

static enum err read_image(struct bls_list *l, const struct bls_search *s, struct source *source,
                           const struct bls_name *name, struct bls_entry *out, struct problem *p)
{
	uint64_t count = min_u64(source->bytes, sizeof l->head);
	struct text osrel, uname;
	struct pe pe;
	enum err e = source_fetch(source, 0, l->head, count, p);

	if (!e)
		e = pe_open(l->head, count, source->bytes, s->arch, &pe, p);
	if (!e)
		e = read_section(source, s->pages, l->head, &pe, ".osrel", &osrel, p);
	if (!e)
		e = read_section(source, s->pages, l->head, &pe, ".uname", &uname, p);
	return e ? e : bls_read_image(osrel, uname, name, out, p);
}

static enum err read_type2(struct bls_list *l, const struct bls_search *s, struct text path,
                           const struct bls_name *name, struct bls_entry *out, struct problem *p)
{
	struct source *source;
	enum err e = s->open(s->context, path, &source, p);

	if (e)
		return e;
	e = read_image(l, s, source, name, out, p);
	s->close(s->context, source);
	return e;
}

/* ---- The list -------------------------------------------------------------------------------------------------- */

static bool has_id(const struct bls_list *l, const struct entries *others, struct text id)
{
	unsigned ignored;

	for (unsigned i = 0; i < l->count; i++)
		if (text_same(id, bls_list_id(l, i)))
			return true;
	return entries_find(others, id, &ignored);
}

enum err bls_list_add(struct bls_list *l, const struct bls_search *s, const struct bls_place *place, struct text file,
                      struct problem *p)
{
	unsigned n = l->count;
	struct bls_name name;

	l->lost = text_of("");
	if (n == BLS_MAX_ENTRIES)
		return problem(p, ERR_BLS_MANY, BLS_MAX_ENTRIES);
	if (file.bytes > BLS_MAX_NAME)
		return problem(p, ERR_BLS_NAME, BLS_MAX_NAME + 1);
	memcpy(l->names[n], file.at, file.bytes);
	enum err e = bls_name_read((struct text){ l->names[n], file.bytes }, place->suffix, &name, p);
	if (e)
		return e;
	l->id_bytes[n] = bls_id(&name, l->ids[n], BLS_MAX_NAME);
	if (has_id(l, s->others, bls_list_id(l, n)))
		return problem(p, ERR_BLS_TWICE);
	l->volumes[n] = s->volume;
	struct text path = { l->path, join_path(place, name.whole, l->path, sizeof l->path) };
	e = (place->is_image ? read_type2 : read_type1)(l, s, path, &name, &l->entries[n], p);
	if (!e)
		l->count++;
	return e;
}

/* Has another entry the title of this one? *same_version: one of those has its version, too. */
static bool has_namesake(const struct bls_list *l, unsigned n, bool *same_version)
{
	const struct bls_entry *entry = &l->entries[n];
	bool found = false;

	*same_version = false;
	for (unsigned i = 0; i < l->count; i++) {
		const struct bls_entry *other = &l->entries[i];
		if (i == n || !text_same(bls_title(other), bls_title(entry)))
			continue;
		found = true;
		*same_version |= text_same(other->values[BLS_VERSION], entry->values[BLS_VERSION]);
	}
	return found;
}

/* "Type #1 Boot Loader Specification Entries": a title that two entries have is told apart by the version, or by the
 * id if the version does not, where that leaves it short enough to be read. */
static struct text title_of(struct bls_list *l, unsigned n)
{
	struct text title = bls_title(&l->entries[n]), detail = l->entries[n].values[BLS_VERSION];
	bool same_version;

	if (!has_namesake(l, n, &same_version))
		return title;
	if (!detail.bytes || same_version)
		detail = bls_list_id(l, n);
	if (title.bytes + detail.bytes + 3 > BLS_MAX_TOLD_APART)
		return title;
	size_t bytes = format(l->titles[n], sizeof l->titles[n], "%.*s (%.*s)", (int)title.bytes, title.at,
	                      (int)detail.bytes, detail.at);
	return (struct text){ l->titles[n], bytes };
}

void bls_list_entries(struct bls_list *l, struct entries *out)
{
	uint8_t order[BLS_MAX_ENTRIES];

	bls_sort(l->entries, l->count, order);
	for (unsigned i = 0; i < l->count; i++)
		entries_add(out, (struct entry){ .title = title_of(l, order[i]), .id = bls_list_id(l, order[i]),
		                                 .source = ENTRY_BLS, .number = order[i] });
}

void bls_as_configured(const struct bls_entry *entry, struct text id, struct text file, struct config_entry *out)
{
	*out = (struct config_entry){ .name = id, .protocol = PROTOCOL_EFI,
	                              .kernel = entry->is_image ? file : entry->values[entry->program],
	                              .device_tree = entry->values[BLS_DEVICE_TREE],
	                              .initrd_count = entry->initrd_count };
	memcpy(out->initrds, entry->initrds, entry->initrd_count * sizeof *entry->initrds);
}
