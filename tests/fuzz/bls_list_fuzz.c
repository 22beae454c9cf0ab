/* Any files as boot entries of two volumes: what is listed has an id of its own, a title, files that a volume can have,
 * and a place in the order; one file is open at a time. A file of the input is a byte that says where it lies, its size
 * in two bytes, a line with its name, and its bytes. */
#include "bls_list.h"
#include "fuzz.h"
#include "path.h"

#include <hobnail/boot.h>

enum { MOST_FILES = 100 };

static struct file { struct text name, bytes; unsigned place, volume; } files[MOST_FILES];
static unsigned file_count;
static bool is_open;

/* ---- Files and memory -------------------------------------------------------------------------------------------- */

static enum err read_part(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	const struct text *from = source->context;

	(void)p;
	require(is_open && range_within(at, bytes, from->bytes));
	memcpy(to, from->at + at, bytes);
	return OK;
}

static bool is_path_of(const struct file *f, struct text path)
{
	struct text directory = text_of(bls_places[f->place].directory);

	return path.bytes == directory.bytes + f->name.bytes && memcmp(path.at, directory.at, directory.bytes) == 0 &&
	       memcmp(path.at + directory.bytes, f->name.at, f->name.bytes) == 0;
}

/* Paths that end in an x are not there. Other files that are not of the input have its first one's bytes. */
static enum err open_file(void *context, struct text path, struct source **out, struct problem *p)
{
	static struct source source;
	struct bls_search *search = context;
	const struct file *found = &files[0];

	require(!is_open && path_is_absolute(path) && path.bytes <= CONFIG_MAX_PATH + 1);
	if (path.at[path.bytes - 1] == 'x')
		return problem(p, ERR_FILE_NOT_FOUND);
	for (unsigned i = 0; i < file_count; i++)
		if (files[i].volume == search->volume && is_path_of(&files[i], path))
			found = &files[i];
	source = (struct source){ .bytes = found->bytes.bytes, .read = read_part, .context = (void *)&found->bytes };
	*out = &source;
	is_open = true;
	return OK;
}

static void close_file(void *context, struct source *source)
{
	(void)context;
	require(is_open && source);
	is_open = false;
}

static void *blocks[4 * MOST_FILES];
static unsigned block_count;

static enum err take_block(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	(void)context;
	(void)p;
	require(block_count < COUNT_OF(blocks) && wish->bytes);
	blocks[block_count] = malloc(wish->bytes);
	require(blocks[block_count] != NULL);
	*out = (uintptr_t)blocks[block_count++];
	return OK;
}

static void *block_at(void *context, paddr page)
{
	(void)context;
	return (void *)(uintptr_t)page;
}

/* ---- The judge --------------------------------------------------------------------------------------------------- */

static void check_entry(const struct bls_list *list, const struct entry *entry)
{
	static char cmdline[CONFIG_MAX_CMDLINE];
	const struct bls_entry *from = &list->entries[entry->number];
	struct config_entry made;
	char path[BLS_MAX_PATH];
	struct text file = { path, bls_path(from, path) };

	require(entry->source == ENTRY_BLS && entry->id.bytes && entry->title.bytes);
	require(list->volumes[entry->number] < 2);
	bls_as_configured(from, entry->id, file, &made);
	require(made.protocol == PROTOCOL_EFI && path_check(made.kernel, NULL) == OK);
	require(!made.device_tree.bytes || path_check(made.device_tree, NULL) == OK);
	for (unsigned i = 0; i < made.initrd_count; i++)
		require(path_check(made.initrds[i], NULL) == OK);
	require(bls_cmdline(from, cmdline, sizeof cmdline) <= sizeof cmdline);
}

static void check_list(struct bls_list *list, const struct entries *others)
{
	struct entries all = *others;
	bool seen[BLS_MAX_ENTRIES] = { false };

	bls_list_entries(list, &all);
	require(all.count == others->count + list->count);
	for (unsigned i = others->count; i < all.count; i++) {
		unsigned index;
		require(entries_find(&all, all.at[i].id, &index) && index == i);
		require(all.at[i].number < list->count && !seen[all.at[i].number]);
		seen[all.at[i].number] = true;
		check_entry(list, &all.at[i]);
		if (i > others->count)
			require(bls_order(&list->entries[all.at[i - 1].number], &list->entries[all.at[i].number]) <= 0);
	}
}

static void add_files(struct bls_list *list, struct bls_search *search, const struct bls_place *place)
{
	char sentence[512];

	if (!bls_is_read(search, place))
		return;
	for (unsigned i = 0; i < file_count; i++) {
		struct problem p = { .code = OK };
		if (files[i].volume != search->volume || &bls_places[files[i].place] != place)
			continue;
		enum err e = bls_list_add(list, search, place, files[i].name, &p);
		require(e == p.code && !is_open);
		if (e)
			err_sentence(&p, sentence, sizeof sentence);
	}
}

/* ---- The input --------------------------------------------------------------------------------------------------- */

static void read_files(const char *at, size_t bytes)
{
	struct input in = { (const uint8_t *)at, bytes };

	for (file_count = 0; in.left && file_count < MOST_FILES; file_count++) {
		struct file *f = &files[file_count];
		unsigned where = (unsigned)take(&in, 1);
		size_t count = min_u64(take(&in, 2), in.left);
		const char *text = (const char *)in.at, *newline = count ? memchr(text, '\n', count) : NULL;
		f->place = where & 1;
		f->volume = where >> 1 & 1;
		f->name = (struct text){ text, newline ? (size_t)(newline - text) : count };
		f->bytes = newline ? text_between(newline + 1, text + count) : (struct text){ text, 0 };
		in.at += count;
		in.left -= count;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bls_list list;
	const struct pages pages = { .take = take_block, .at = block_at };
	struct entries others = { .count = 0 };
	struct bls_search search = { .open = open_file, .close = close_file, .context = &search, .pages = &pages,
	                             .arch_name = "x86_64", .arch = HOBNAIL_ARCH_X86_64, .others = &others };
	char *copy = (char *)copy_of(data, size);

	read_files(copy, size);
	entries_add(&others, (struct entry){ .title = text_of("mine"), .id = text_of("mine.conf") });
	list.count = 0;
	for (; file_count && search.volume < 2; search.volume++)
		for (unsigned i = 0; i < BLS_PLACES; i++)
			add_files(&list, &search, &bls_places[i]);
	check_list(&list, &others);
	while (block_count)
		free(blocks[--block_count]);
	free(copy);
	return 0;
}
