/* setup_boot.c — boot entries of the volume, listed by core/bls_list.c, which gets the host's files here, and the
 * firmware's from loader/steps/bls.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bls_list.h"
#include "cli.h"
#include "setup.h"

enum { OWN, XBOOTLDR, VOLUMES };

/* Where entries are looked for now. */
struct visit {
	struct setup *s;
	struct setup_menu *menu;
	struct bls_list *list;
	const struct bls_place *place;
	struct bls_search search;
	char *path; /* of the host: the file that is open */
	struct source source;
};

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static enum err read_part(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	struct visit *v = source->context;
	int fd = open(v->path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : pread(fd, to, bytes, (off_t)at);

	if (n < 0)
		v->s->trouble = complain(STATUS_TROUBLE, "cannot read %s: %s", v->path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return n == (ssize_t)bytes ? OK : problem(p, ERR_FILE_SHORT, at, source->bytes);
}

static enum err open_file(void *context, struct text path, struct source **out, struct problem *p)
{
	struct visit *v = context;

	v->path = setup_find(v->s, v->search.volume == XBOOTLDR, path, p);
	if (!v->path)
		return p->code;
	v->source = (struct source){ .bytes = setup_file_bytes(v->path), .read = read_part, .context = v };
	*out = &v->source;
	return OK;
}

static void close_file(void *context, struct source *source)
{
	struct visit *v = context;

	(void)source;
	free(v->path);
}

/* Pages: what the entries' texts are in. */
struct blocks {
	void **at;
	size_t count;
};

static enum err take_block(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	struct blocks *all = context;

	(void)p;
	all->at = memory_resize(all->at, (all->count + 1) * sizeof *all->at);
	all->at[all->count] = memory_resize(NULL, wish->bytes);
	*out = (uintptr_t)all->at[all->count++];
	return OK;
}

static void *block_at(void *context, paddr page)
{
	(void)context;
	return (void *)(uintptr_t)page;
}

static void free_blocks(struct blocks *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->at[i]);
	free(all->at);
}

/* ---- Entries that are left out ---------------------------------------------------------------------------------- */

static uint32_t arch_number(enum arch a)
{
	return a == ARCH_X86_64 ? HOBNAIL_ARCH_X86_64 : HOBNAIL_ARCH_AARCH64;
}

static bool is_for_another(enum err e)
{
	return e == ERR_BLS_ARCHITECTURE || e == ERR_PE_MACHINE;
}

/* Its id, or the file's name if it can have none. */
static struct text name_of(const struct visit *v, struct text file, char id[BLS_MAX_NAME])
{
	struct bls_name name;

	if (bls_name_read(file, v->place->suffix, &name, NULL))
		return file;
	return (struct text){ id, bls_id(&name, id, BLS_MAX_NAME) };
}

static void add_hidden(const struct visit *v, struct text file, const struct problem *p)
{
	char id[BLS_MAX_NAME];
	struct text name = name_of(v, file, id);
	struct setup_entry *e = setup_add(&v->menu->hidden, ENTRY_BLS, name, name);

	e->file = string_format("%s%.*s", v->place->directory, (int)file.bytes, file.at);
	e->on_xbootldr = v->search.volume == XBOOTLDR;
	if (!is_for_another(p->code)) {
		setup_refuse(e, v->list->lost, p);
		return;
	}
	e->verdict = SETUP_ELSEWHERE;
	findings_add(&e->findings, DOUBT_ENTRY_ELSEWHERE, 0, "%s is for another architecture than %s", e->file,
	             v->search.arch_name);
}

/* ---- All of them ------------------------------------------------------------------------------------------------ */

static void list_place(struct visit *v)
{
	struct text directory = text_of(v->place->directory);
	struct strings names = { 0 };

	if (!bls_is_read(&v->search, v->place)) {
		findings_add(&v->menu->findings, DOUBT_BOOT_TYPE, 0, "%.*s%s is not read: entries.srel says that its "
		             "entries are not of type 1", (int)directory.bytes - 1, directory.at,
		             v->search.volume == XBOOTLDR ? " (XBOOTLDR)" : "");
		return;
	}
	setup_list(v->s, v->search.volume == XBOOTLDR, directory, &names);
	for (size_t i = 0; i < names.count; i++) {
		struct problem p = { .code = OK };
		enum err e = bls_list_add(v->list, &v->search, v->place, text_of(names.at[i]), &p);
		if (e && e != ERR_BLS_SUFFIX)
			add_hidden(v, text_of(names.at[i]), &p);
	}
	strings_free(&names);
}

static void list_volumes(struct visit *v)
{
	for (v->search.volume = OWN; v->search.volume < VOLUMES; v->search.volume++)
		for (unsigned i = 0; i < BLS_PLACES && (v->search.volume == OWN || v->s->xbootldr); i++) {
			v->place = &bls_places[i];
			list_place(v);
		}
}

/* The entry as the loader boots it. */
static void add_entry(const struct visit *v, const struct entry *from, struct setup_list *to)
{
	const struct bls_entry *boot = &v->list->entries[from->number];
	struct setup_entry *e = setup_add(to, ENTRY_BLS, from->id, from->title);
	struct config_entry entry;
	char path[BLS_MAX_PATH];

	(void)bls_path(boot, path);
	e->file = string_copy(path);
	e->on_xbootldr = v->list->volumes[from->number] == XBOOTLDR;
	bls_as_configured(boot, from->id, text_of(e->file), &entry);
	setup_judge_entry(v->s, v->menu, e, &entry, text_of("\\"));
	if (boot->unknown)
		findings_add(&e->findings, DOUBT_BOOT_KEYS, 0, "%u line%s of %s ha%s other keys (%.*s)", boot->unknown,
		             boot->unknown == 1 ? "" : "s", e->file, boot->unknown == 1 ? "s" : "ve",
		             (int)boot->first_unknown.bytes, boot->first_unknown.at);
	if (to == &v->menu->hidden)
		findings_add(&e->findings, DOUBT_BOOT_UNSEEN, 0, "%s is not shown: the configuration has one "
		             "entry, or boot_entries = no", e->file);
	findings_sort(&e->findings);
}

void setup_add_boot_entries(struct setup *s, struct setup_menu *menu, const struct entries *configured)
{
	struct blocks blocks = { 0 };
	struct pages pages = { .take = take_block, .at = block_at, .context = &blocks };
	struct visit v = { .s = s, .menu = menu, .list = memory_resize(NULL, sizeof *v.list) };
	struct entries found = { .count = 0 };

	v.list->count = 0;
	v.search = (struct bls_search){ .open = open_file, .close = close_file, .context = &v, .pages = &pages,
	                                .arch_name = arch_info[menu->arch].name, .arch = arch_number(menu->arch),
	                                .others = configured };
	list_volumes(&v);
	bls_list_entries(v.list, &found);
	for (unsigned i = 0; i < found.count; i++)
		add_entry(&v, &found.at[i], menu->list.boot_entries ? &menu->entries : &menu->hidden);
	free(v.list);
	free_blocks(&blocks);
}
