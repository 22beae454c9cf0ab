#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bls_list.h"
#include "pe_builder.h"
#include "same_text.h"

#include <hobnail/boot.h>

/* A volume in memory, whose files are found by exactly these paths. */
static struct { const char *path; const void *bytes; uint64_t count; } files[64];
static unsigned file_count, open_count;
static struct entries others;
static struct bls_list list;
static struct problem problem;

static void add_bytes(const char *path, const void *bytes, uint64_t count)
{
	assert_true(file_count < COUNT_OF(files));
	files[file_count].path = path;
	files[file_count].bytes = bytes;
	files[file_count++].count = count;
}

static void add(const char *path, const char *text)
{
	add_bytes(path, text, strlen(text));
}

/* ---- What the list asks for ------------------------------------------------------------------------------------- */

static enum err read_part(struct source *source, uint64_t at, void *to, uint64_t bytes, struct problem *p)
{
	const unsigned *file = source->context;

	(void)p;
	assert_true(range_within(at, bytes, files[*file].count));
	memcpy(to, (const char *)files[*file].bytes + at, bytes);
	return OK;
}

static enum err open_file(void *context, struct text path, struct source **out, struct problem *p)
{
	static struct source source;
	static unsigned file;

	(void)context;
	assert_int_equal(open_count, 0);
	for (file = 0; file < file_count; file++)
		if (text_is(path, files[file].path)) {
			source = (struct source){ .bytes = files[file].count, .read = read_part, .context = &file };
			*out = &source;
			open_count++;
			return OK;
		}
	return problem(p, ERR_FILE_NOT_FOUND);
}

static void close_file(void *context, struct source *source)
{
	(void)context;
	assert_non_null(source);
	open_count--;
}

/* In memory of exactly their size, so that ASan sees a read past their end. */
static void *blocks[256];
static unsigned block_count;

static enum err take_block(void *context, const struct page_wish *wish, paddr *out, struct problem *p)
{
	(void)context;
	if (block_count == COUNT_OF(blocks))
		return problem(p, ERR_NO_MEMORY, wish->bytes);
	blocks[block_count] = malloc(wish->bytes);
	assert_non_null(blocks[block_count]);
	*out = (uintptr_t)blocks[block_count++];
	return OK;
}

static void *block_at(void *context, paddr page)
{
	(void)context;
	return (void *)(uintptr_t)page;
}

static const struct pages pages = { .take = take_block, .at = block_at };
static struct bls_search search = { .open = open_file, .close = close_file, .pages = &pages, .arch_name = "x86_64",
                                    .arch = HOBNAIL_ARCH_X86_64, .others = &others };

static int begin(void **state)
{
	(void)state;
	while (block_count)
		free(blocks[--block_count]);
	file_count = 0;
	list.count = 0;
	others.count = 0;
	search.volume = 0;
	add("\\vmlinuz", "linux");
	add("/vmlinuz", "linux");
	return 0;
}

static enum err add_file(unsigned place, const char *file)
{
	memset(&problem, 0, sizeof problem);
	enum err e = bls_list_add(&list, &search, &bls_places[place], text_of(file), &problem);
	assert_int_equal(e, problem.code);
	assert_int_equal(open_count, 0);
	return e;
}

/* A new file of type 1. */
static enum err add_conf(const char *file, const char *text)
{
	static char paths[COUNT_OF(files)][64];

	snprintf(paths[file_count], sizeof paths[0], "\\loader\\entries\\%s", file);
	add(paths[file_count], text);
	return add_file(0, file);
}

/* An image with these sections; one without a text has no bytes. */
static void build_image(uint8_t image[PE_BUILT_BYTES], uint16_t machine, const char *osrel, const char *uname)
{
	pe_build(image, machine);
	pe_put(image, PE_AT_SECTIONS, 2, 4);
	pe_put_section(image, 2, ".osrel", 0x2000, 0x400, (uint32_t)strlen(osrel));
	pe_put_section(image, 3, ".uname", 0x2800, 0x500, (uint32_t)strlen(uname));
	memcpy(image + 0x400, osrel, strlen(osrel));
	memcpy(image + 0x500, uname, strlen(uname));
}

static void listed(const struct entries *all, unsigned index, const char *id, const char *title)
{
	assert_true(index < all->count);
	same(all->at[index].id, id);
	same(all->at[index].title, title);
	assert_int_equal(all->at[index].source, ENTRY_BLS);
	same(bls_list_id(&list, all->at[index].number), id);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------ */

static void entries_of_both_types_are_listed_in_their_order(void **state)
{
	static uint8_t image[PE_BUILT_BYTES];
	struct entries all = { .count = 0 };
	char path[BLS_MAX_PATH];

	(void)state;
	assert_int_equal(add_conf("a-1.conf", "title A\nlinux /vmlinuz\n"), OK);
	assert_int_equal(add_conf("a-2+3.conf", "title B\nlinux vmlinuz\n"), OK);
	build_image(image, 0x8664, "NAME=Image\nID=image\n", "6.1");
	add_bytes("\\EFI\\Linux\\one.EFI", image, sizeof image);
	search.volume = 5;
	assert_int_equal(add_file(1, "one.EFI"), OK);
	assert_true(entries_add(&all, (struct entry){ .id = text_of("mine"), .title = text_of("mine") }));
	bls_list_entries(&list, &all);
	assert_int_equal(all.count, 4);
	same(all.at[0].id, "mine");
	listed(&all, 1, "one.EFI", "Image");
	listed(&all, 2, "a-2.conf", "B");
	listed(&all, 3, "a-1.conf", "A");
	assert_int_equal(list.volumes[all.at[1].number], 5);
	assert_int_equal(list.volumes[all.at[2].number], 0);
	same(list.entries[2].values[BLS_VERSION], "6.1");
	assert_int_equal(bls_path(&list.entries[2], path), strlen(path));
	assert_string_equal(path, "\\EFI\\Linux\\one.EFI");
	bls_path(&list.entries[1], path);
	assert_string_equal(path, "\\loader\\entries\\a-2+3.conf");
}

static void names_are_judged_before_files(void **state)
{
	char name[BLS_MAX_NAME + 2];

	(void)state;
	assert_int_equal(add_file(0, "README"), ERR_BLS_SUFFIX);
	assert_int_equal(add_file(0, "._a.conf"), ERR_BLS_SUFFIX);
	assert_int_equal(add_file(0, "a.efi"), ERR_BLS_SUFFIX);
	assert_int_equal(add_file(0, "a b.conf"), ERR_BLS_NAME);
	memset(name, 'a', sizeof name);
	strcpy(name + sizeof name - sizeof ".conf", ".conf");
	assert_int_equal(strlen(name), BLS_MAX_NAME + 1);
	assert_int_equal(add_file(0, name), ERR_BLS_NAME);
	assert_int_equal(problem.value[0], BLS_MAX_NAME + 1);
	assert_int_equal(add_file(0, name + 1), ERR_FILE_NOT_FOUND);
	assert_int_equal(list.lost.bytes, 0);
	assert_int_equal(list.count, 0);
}

static void an_id_is_listed_once(void **state)
{
	(void)state;
	assert_true(entries_add(&others, (struct entry){ .id = text_of("mine.conf") }));
	assert_int_equal(add_file(0, "mine.conf"), ERR_BLS_TWICE);
	assert_int_equal(add_conf("a+1.conf", "linux /vmlinuz\n"), OK);
	assert_int_equal(add_file(0, "a.conf"), ERR_BLS_TWICE);
	assert_int_equal(add_file(0, "a+3-1.conf"), ERR_BLS_TWICE);
	search.volume = 1;
	assert_int_equal(add_file(0, "a.conf"), ERR_BLS_TWICE);
	assert_int_equal(list.count, 1);
	/* An entry that has failed has not taken its id. */
	assert_int_equal(add_conf("b.conf", "linux /none\n"), ERR_FILE_NOT_FOUND);
	files[file_count - 1].bytes = "linux vmlinuz\n";
	files[file_count - 1].count = strlen("linux vmlinuz\n");
	assert_int_equal(add_file(0, "b.conf"), OK);
}

static void more_than_the_list_has_room_for_are_refused(void **state)
{
	static char names[BLS_MAX_ENTRIES][16];

	(void)state;
	for (unsigned i = 0; i < BLS_MAX_ENTRIES; i++) {
		snprintf(names[i], sizeof names[i], "%u.conf", i);
		assert_int_equal(add_conf(names[i], "linux /vmlinuz\n"), OK);
	}
	assert_int_equal(add_conf("more.conf", "linux /vmlinuz\n"), ERR_BLS_MANY);
	assert_int_equal(problem.value[0], BLS_MAX_ENTRIES);
}

static void files_of_an_entry_must_be_there(void **state)
{
	static char big[CONFIG_MAX_BYTES + 1];

	(void)state;
	assert_int_equal(add_conf("a.conf", "linux /vmlinuz\ninitrd /i\ndevicetree d\n"), ERR_FILE_NOT_FOUND);
	same(list.lost, "d");
	add("\\d", "");
	assert_int_equal(add_file(0, "a.conf"), ERR_FILE_NOT_FOUND);
	same(list.lost, "/i");
	add("/i", "");
	assert_int_equal(add_file(0, "a.conf"), OK);
	assert_int_equal(list.lost.bytes, 0);
	assert_int_equal(add_conf("b.conf", "linux /vmlinuz\narchitecture aa64\n"), ERR_BLS_ARCHITECTURE);
	assert_int_equal(list.lost.bytes, 0);
	add_bytes("\\loader\\entries\\big.conf", big, sizeof big);
	assert_int_equal(add_file(0, "big.conf"), ERR_FILE_TOO_BIG);
	assert_int_equal(problem.value[0], sizeof big);
	assert_int_equal(problem.value[1], CONFIG_MAX_BYTES);
}

static void images_are_named_by_their_first_section_with_bytes(void **state)
{
	static uint8_t image[PE_BUILT_BYTES];

	(void)state;
	add_bytes("\\EFI\\Linux\\a.efi", image, sizeof image);
	assert_int_equal(add_file(1, "a.efi"), ERR_PE_MAGIC);
	pe_build(image, 0x8664);
	assert_int_equal(add_file(1, "a.efi"), ERR_BLS_NO_OSREL);
	build_image(image, 0xaa64, "ID=x\n", "");
	assert_int_equal(add_file(1, "a.efi"), ERR_PE_MACHINE);
	build_image(image, 0x8664, "NAME=Second\n", "");
	memcpy(image + PE_AT_TABLE, ".osrel", 6);
	pe_put(image, PE_AT_TABLE + 16, 4, 0);
	assert_int_equal(add_file(1, "a.efi"), OK);
	same(bls_title(&list.entries[0]), "Second");
	assert_true(list.entries[0].is_image);
}

static void titles_that_several_have_are_told_apart(void **state)
{
	static char entry[400];
	struct entries all = { .count = 0 };
	char title[BLS_MAX_TOLD_APART - 6];

	(void)state;
	assert_int_equal(add_conf("a.conf", "title A\nversion 2\nsort-key a\nlinux /vmlinuz\n"), OK);
	assert_int_equal(add_conf("b.conf", "title A\nsort-key a\nlinux /vmlinuz\n"), OK);
	assert_int_equal(add_conf("c.conf", "title B\nversion 1\nsort-key b\nlinux /vmlinuz\n"), OK);
	memset(title, 't', sizeof title);
	title[sizeof title - 1] = 0; /* with " (1234)" it is as long as a title may be */
	snprintf(entry, sizeof entry, "title %s\nversion 1234\nsort-key c\nlinux /vmlinuz\n", title);
	assert_int_equal(add_conf("d.conf", entry), OK);
	assert_int_equal(add_conf("e.conf", entry), OK);
	list.entries[4].values[BLS_VERSION] = text_of("1233");
	bls_list_entries(&list, &all);
	listed(&all, 0, "a.conf", "A (2)");
	listed(&all, 1, "b.conf", "A (b.conf)");
	listed(&all, 2, "c.conf", "B");
	assert_int_equal(all.at[3].title.bytes, BLS_MAX_TOLD_APART);
	list.entries[3].values[BLS_VERSION] = text_of("12345");
	all.count = 0;
	bls_list_entries(&list, &all);
	same(all.at[3].title, title);
}

/* A kernel and its image, or two systems of one release. */
static void titles_with_one_version_are_told_apart_by_the_id(void **state)
{
	struct entries all = { .count = 0 };

	(void)state;
	assert_int_equal(add_conf("a.conf", "title A\nversion 2\nsort-key a\nlinux /vmlinuz\n"), OK);
	assert_int_equal(add_conf("b+1.conf", "title A\nversion 2\nsort-key b\nlinux /vmlinuz\n"), OK);
	assert_int_equal(add_conf("c.conf", "title A\nversion 1\nsort-key c\nlinux /vmlinuz\n"), OK);
	assert_int_equal(add_conf("d.conf", "title B\nversion 2\nsort-key d\nlinux /vmlinuz\n"), OK);
	bls_list_entries(&list, &all);
	listed(&all, 0, "a.conf", "A (a.conf)");
	listed(&all, 1, "b.conf", "A (b.conf)");
	listed(&all, 2, "c.conf", "A (1)");
	listed(&all, 3, "d.conf", "B");
}

static void the_marker_file_decides_of_type_1(void **state)
{
	(void)state;
	assert_true(bls_is_read(&search, &bls_places[0]));
	add("\\loader\\entries.srel", "type1\n");
	assert_true(bls_is_read(&search, &bls_places[0]));
	files[file_count - 1].bytes = "mine!\n";
	assert_false(bls_is_read(&search, &bls_places[0]));
	assert_true(bls_is_read(&search, &bls_places[1]));
	assert_int_equal(open_count, 0);
}

static void an_entry_is_one_of_a_configuration(void **state)
{
	static uint8_t image[PE_BUILT_BYTES];
	struct config_entry entry;

	(void)state;
	add("\\i", "");
	add("/d", "");
	assert_int_equal(add_conf("a.conf", "linux vmlinuz\ninitrd i\ninitrd \\i\ndevicetree /d\noptions o\n"), OK);
	bls_as_configured(&list.entries[0], bls_list_id(&list, 0), text_of("the file"), &entry);
	same(entry.name, "a.conf");
	same(entry.kernel, "vmlinuz");
	same(entry.device_tree, "/d");
	assert_int_equal(entry.initrd_count, 2);
	same(entry.initrds[1], "\\i");
	assert_int_equal(entry.protocol, PROTOCOL_EFI);
	assert_int_equal(entry.module_count, 0);
	build_image(image, 0x8664, "ID=x\n", "");
	add_bytes("\\EFI\\Linux\\b.efi", image, sizeof image);
	assert_int_equal(add_file(1, "b.efi"), OK);
	bls_as_configured(&list.entries[1], bls_list_id(&list, 1), text_of("the file"), &entry);
	same(entry.kernel, "the file");
	assert_int_equal(entry.initrd_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(entries_of_both_types_are_listed_in_their_order, begin),
		cmocka_unit_test_setup(names_are_judged_before_files, begin),
		cmocka_unit_test_setup(an_id_is_listed_once, begin),
		cmocka_unit_test_setup(more_than_the_list_has_room_for_are_refused, begin),
		cmocka_unit_test_setup(files_of_an_entry_must_be_there, begin),
		cmocka_unit_test_setup(images_are_named_by_their_first_section_with_bytes, begin),
		cmocka_unit_test_setup(titles_that_several_have_are_told_apart, begin),
		cmocka_unit_test_setup(titles_with_one_version_are_told_apart_by_the_id, begin),
		cmocka_unit_test_setup(the_marker_file_decides_of_type_1, begin),
		cmocka_unit_test_setup(an_entry_is_one_of_a_configuration, begin),
	};
	int failed = cmocka_run_group_tests_name("bls_list", tests, NULL, NULL);

	(void)begin(NULL);
	return failed;
}
