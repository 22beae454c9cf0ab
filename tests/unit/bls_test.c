#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bls.h"
#include "same_text.h"

static struct bls_entry entry;
static struct problem problem;

static struct bls_name name_of(const char *file)
{
	struct bls_name n;
	const char *suffix = strstr(file, ".efi") ? ".efi" : ".conf";

	assert_int_equal(bls_name_read(text_of(file), suffix, &n, &problem), OK);
	return n;
}

/* The text in memory of its own, so that ASan sees a read past its end. */
static enum err read_bytes(const char *text, size_t bytes)
{
	static char *copy;
	struct bls_name n = name_of("entry.conf");

	free(copy);
	copy = malloc(bytes ? bytes : 1);
	assert_non_null(copy);
	memcpy(copy, text, bytes);
	memset(&problem, 0, sizeof problem);
	return bls_read((struct text){ copy, bytes }, &n, &entry, &problem);
}

static void good(const char *text)
{
	enum err e = read_bytes(text, strlen(text));

	if (e)
		fail_msg("%s in line %u", err_name(e), (unsigned)problem.value[0]);
}

static void bad(const char *text, enum err code, unsigned line, unsigned column)
{
	enum err e = read_bytes(text, strlen(text));

	if (e != code || problem.code != code || problem.value[0] != line || problem.value[1] != column)
		fail_msg("%s in line %u, column %u instead of %s in line %u, column %u", err_name(e),
		         (unsigned)problem.value[0], (unsigned)problem.value[1], err_name(code), line, column);
}

/* ---- Type 1 ---------------------------------------------------------------------------------------------------- */

static void an_entry_is_read(void **state)
{
	(void)state;
	good("# a comment\n"
	     "title        Fedora 19 (Rawhide) \r\n"
	     "sort-key\tfedora\n"
	     "machine-id   6a9857a393724b7a981ebb5b8495b9ea\n"
	     "version      3.8.0-2.fc19.x86_64\n"
	     "\n"
	     "options      root=UUID=6d3376e4 quiet\n"
	     "  architecture x64\n"
	     "linux        /6a98/linux\n"
	     "initrd       /6a98/microcode\n"
	     "initrd       6a98/initrd\n"
	     "devicetree   /6a98/board.dtb\n"
	     "grub_class   kernel\n"
	     "id           x\n"
	     "options      #not a comment");
	same(entry.values[BLS_TITLE], "Fedora 19 (Rawhide)");
	same(entry.values[BLS_SORT_KEY], "fedora");
	same(entry.values[BLS_MACHINE_ID], "6a9857a393724b7a981ebb5b8495b9ea");
	same(entry.values[BLS_VERSION], "3.8.0-2.fc19.x86_64");
	same(entry.values[BLS_LINUX], "/6a98/linux");
	same(entry.values[BLS_DEVICE_TREE], "/6a98/board.dtb");
	assert_int_equal(entry.program, BLS_LINUX);
	assert_int_equal(entry.lines[BLS_LINUX], 9);
	assert_int_equal(entry.initrd_count, 2);
	same(entry.initrds[0], "/6a98/microcode");
	same(entry.initrds[1], "6a98/initrd");
	assert_int_equal(entry.option_count, 2);
	assert_int_equal(entry.unknown, 2);
	same(entry.first_unknown, "grub_class");
	assert_int_equal(bls_check(&entry, "x86_64", &problem), OK);
	assert_false(entry.is_image);
}

static void the_last_line_of_a_key_holds(void **state)
{
	(void)state;
	good("\xef\xbb\xbftitle a\ntitle b\nlinux /l\nefi /e\noptions\ntitle\n");
	same(entry.values[BLS_TITLE], "b");
	assert_int_equal(entry.program, BLS_EFI);
	assert_int_equal(entry.option_count, 0);
	good("efi /e\nuki /u");
	assert_int_equal(entry.program, BLS_UKI);
	same(entry.values[entry.program], "/u");
	good("");
	assert_int_equal(entry.program, BLS_KEYS);
}

static void texts_that_are_none_are_refused_where_it_shows(void **state)
{
	char many[600] = "";

	(void)state;
	bad("title a\ntitle \xc3\xa9\xff\n", ERR_BLS_TEXT, 2, 8);
	bad("title \x01\n", ERR_BLS_CONTROL, 1, 7);
	assert_int_equal(problem.value[2], 1);
	bad("title a\rb\n", ERR_BLS_CONTROL, 1, 8);
	bad("title a\x7f\n", ERR_BLS_CONTROL, 1, 8);
	assert_int_equal(read_bytes("title a\0b", 9), ERR_BLS_CONTROL);
	for (unsigned i = 0; i < BLS_MAX_INITRDS; i++)
		strcat(many, "initrd /i\n");
	good(many);
	strcat(many, "initrd  /i\n");
	bad(many, ERR_BLS_INITRDS, BLS_MAX_INITRDS + 1, 9);
	assert_int_equal(problem.value[2], BLS_MAX_INITRDS);
	many[0] = 0;
	for (unsigned i = 0; i < BLS_MAX_OPTIONS; i++)
		strcat(many, "options o\n");
	good(many);
	strcat(many, "options o\n");
	bad(many, ERR_BLS_OPTIONS, BLS_MAX_OPTIONS + 1, 9);
	static char big[BLS_MAX_BYTES + 1];
	memset(big, '\n', sizeof big);
	assert_int_equal(read_bytes(big, sizeof big - 1), OK);
	assert_int_equal(read_bytes(big, sizeof big), ERR_BLS_BIG);
	assert_int_equal(problem.value[2], sizeof big);
}

static enum err check_on(const char *text, const char *arch)
{
	good(text);
	memset(&problem, 0, sizeof problem);
	return bls_check(&entry, arch, &problem);
}

static void entries_that_cannot_be_booted_have_a_reason(void **state)
{
	static const struct { const char *text; enum err code; unsigned line; } cases[] = {
		{ "title nothing\n", ERR_BLS_NO_PROGRAM, 0 },
		{ "linux /l\narchitecture aa64\n", ERR_BLS_ARCHITECTURE, 2 },
		{ "linux /l\narchitecture x6\n", ERR_BLS_ARCHITECTURE, 2 },
		{ "linux /l\narchitecture x64e\n", ERR_BLS_ARCHITECTURE, 2 },
		{ "linux /l\ndevicetree /d\ndevicetree-overlay /o\n", ERR_BLS_OVERLAY, 3 },
		{ "linux /l\nuki-url http://a/b\n", ERR_BLS_URL, 2 },
		{ "uki /u\nextra /x\n", ERR_BLS_EXTRA, 2 },
		{ "uki /u\nprofile one\n", ERR_BLS_PROFILE, 2 },
		{ "uki /u\nprofile 1000\n", ERR_BLS_PROFILE, 2 },
		{ "linux /l\nprofile 1\n", ERR_BLS_PROFILE, 2 },
		{ "linux /a|b\n", ERR_PATH_CHARACTER, 3 },
		{ "linux /l\ninitrd /a:b\n", ERR_PATH_CHARACTER, 4 },
		{ "linux /l\ndevicetree /a.\n", ERR_PATH_END, 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum err e = check_on(cases[i].text, "x86_64");
		if (e != cases[i].code || problem.code != e)
			fail_msg("%s: %s", cases[i].text, err_name(e));
		if (strncmp(err_name(e), "ERR_BLS", 7) == 0)
			assert_int_equal(problem.value[0], cases[i].line);
	}
	assert_int_equal(check_on("title t\nlinux /a|b\n", "x86_64"), ERR_PATH_CHARACTER);
	assert_int_equal(problem.value[2], 2);
	assert_int_equal(check_on("linux /l\narchitecture X64\n", "x86_64"), OK);
	assert_int_equal(check_on("linux /l\narchitecture AA64\n", "aarch64"), OK);
	assert_int_equal(check_on("linux /l\narchitecture riscv64\n", "riscv64"), OK);
	assert_int_equal(check_on("linux /l\narchitecture x64\n", "aarch64"), ERR_BLS_ARCHITECTURE);
	assert_int_equal(check_on("linux /l\narchitecture x64\n", "m68k"), ERR_BLS_ARCHITECTURE);
}

static void options_are_joined_by_blanks(void **state)
{
	char out[CONFIG_MAX_CMDLINE], text[3 * CONFIG_MAX_CMDLINE];

	(void)state;
	good("linux /l\noptions a  b\noptions c\n");
	same((struct text){ out, bls_cmdline(&entry, out, sizeof out) }, "a  b c");
	assert_int_equal(bls_cmdline(&entry, out, 5), 0);
	assert_int_equal(bls_cmdline(&entry, out, 6), 6);
	good("uki /u\nprofile 12\noptions c\n");
	assert_int_equal(bls_check(&entry, "x86_64", &problem), OK);
	same((struct text){ out, bls_cmdline(&entry, out, sizeof out) }, "@12 c");
	good("uki /u\nprofile 0\n");
	same((struct text){ out, bls_cmdline(&entry, out, sizeof out) }, "@0");
	good("linux /l\n");
	assert_int_equal(bls_cmdline(&entry, out, sizeof out), 0);
	const int half = CONFIG_MAX_CMDLINE / 2;
	for (int more = half - 1; more <= half; more++) {
		snprintf(text, sizeof text, "linux /l\noptions %0*d\noptions %0*d\n", half, 1, more, 2);
		assert_int_equal(check_on(text, "x86_64"), more < half ? OK : ERR_BLS_LONG);
	}
	assert_int_equal(problem.value[0], CONFIG_MAX_CMDLINE + 1);
}

/* ---- Type 2 ---------------------------------------------------------------------------------------------------- */

static enum err read_image(const char *osrel, const char *uname)
{
	struct bls_name n = name_of("debian-6.1+2.efi");

	return bls_read_image(text_of(osrel), text_of(uname), &n, &entry, &problem);
}

static void an_image_is_named_by_its_os_release(void **state)
{
	static const char zeros[] = "NAME=\"A\"\nID=b\0\0\0";
	struct bls_name n = name_of("a.efi");

	(void)state;
	assert_int_equal(read_image("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME='Debian'\nID=debian\n"
	                            "VERSION_ID=\"12\"\nVERSION=\"12 (bookworm)\"\r\n", "6.1.0-13-amd64"), OK);
	same(entry.values[BLS_TITLE], "Debian GNU/Linux 12 (bookworm)");
	same(entry.values[BLS_VERSION], "12 (bookworm)");
	same(entry.values[BLS_SORT_KEY], "debian");
	same(entry.name.stem, "debian-6.1");
	assert_true(entry.is_image);
	assert_int_equal(bls_check(&entry, "x86_64", &problem), OK);
	assert_int_equal(read_image("NAME='A B'\nID=b\nPRETTY_NAME_X=c\n", "6.1\n"), OK);
	same(entry.values[BLS_TITLE], "A B");
	same(entry.values[BLS_VERSION], "6.1");
	assert_int_equal(read_image("IMAGE_ID=img\nNAME=A\nID=b\nIMAGE_VERSION=7\nVERSION_ID=8\nBUILD_ID=9\n", ""), OK);
	same(bls_title(&entry), "img");
	same(entry.values[BLS_VERSION], "7");
	same(entry.values[BLS_SORT_KEY], "img");
	assert_int_equal(read_image("X=1", ""), OK);
	same(bls_title(&entry), "debian-6.1");
	assert_int_equal(read_image("NAME=\"", ""), OK);
	same(bls_title(&entry), "\"");
	assert_int_equal(read_image("", "6.1"), ERR_BLS_NO_OSREL);
	struct text section = { zeros, sizeof zeros }, empty = { zeros + sizeof zeros - 2, 2 };
	assert_int_equal(bls_read_image(section, text_of(""), &n, &entry, &problem), OK);
	same(entry.values[BLS_SORT_KEY], "b");
	assert_int_equal(bls_read_image(empty, text_of(""), &n, &entry, &problem), ERR_BLS_NO_OSREL);
}

/* ---- Names and counters ---------------------------------------------------------------------------------------- */

static void names_have_parts(void **state)
{
	static const struct {
		const char *file, *stem;
		bool counted;
		unsigned left, done;
		const char *next;
	} cases[] = {
		{ "a.conf", "a", false, 0, 0, "" },
		{ "a+3.conf", "a", true, 3, 0, "a+2-1.conf" },
		{ "a+3-1.conf", "a", true, 3, 1, "a+2-2.conf" },
		{ "a+1-2.conf", "a", true, 1, 2, "a+0-3.conf" },
		{ "a+0-3.conf", "a", true, 0, 3, "" },
		{ "a+0.conf", "a", true, 0, 0, "" },
		{ "a+010-009.CONF", "a", true, 10, 9, "a+009-010.CONF" },
		{ "a+10-9.conf", "a", true, 10, 9, "a+09-10.conf" },
		{ "a+3-99.conf", "a", true, 3, 99, "a+2-100.conf" },
		{ "a+999999999-999999999.conf", "a", true, 999999999, 999999999, "a+999999998-999999999.conf" },
		{ "a+b+3-1.conf", "a+b", true, 3, 1, "a+b+2-2.conf" },
		{ "a+1000000000.conf", "a+1000000000", false, 0, 0, "" },
		{ "a+3-.conf", "a+3-", false, 0, 0, "" },
		{ "a+-3.conf", "a+-3", false, 0, 0, "" },
		{ "a+.conf", "a+", false, 0, 0, "" },
		{ "a-3.conf", "a-3", false, 0, 0, "" },
		{ "3-1.conf", "3-1", false, 0, 0, "" },
		{ "3.conf", "3", false, 0, 0, "" },
		{ "+3.conf", "+3", false, 0, 0, "" },
		{ "a+3-1-2.conf", "a+3-1-2", false, 0, 0, "" },
		{ "linux-6.1.0-13-amd64+03-00.efi", "linux-6.1.0-13-amd64", true, 3, 0,
		  "linux-6.1.0-13-amd64+02-01.efi" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct bls_name n = name_of(cases[i].file);
		char next[64];
		size_t bytes = bls_next_name(&n, next, sizeof next);
		same(n.stem, cases[i].stem);
		same((struct text){ next, bytes }, cases[i].next);
		if (n.counted != cases[i].counted || n.left != cases[i].left || n.done != cases[i].done)
			fail_msg("%s: %u left, %u done", cases[i].file, n.left, n.done);
		assert_true(bls_is_bad(&n) == (cases[i].counted && !cases[i].left));
		assert_int_equal(bls_next_name(&n, next, bytes ? bytes - 1 : 0), 0);
		assert_int_equal(bls_next_name(&n, next, bytes), bytes);
	}
}

static void names_that_cannot_be_are_refused(void **state)
{
	struct bls_name n;

	(void)state;
	assert_int_equal(bls_name_read(text_of("a.txt"), ".conf", &n, &problem), ERR_BLS_SUFFIX);
	assert_int_equal(bls_name_read(text_of(".conf"), ".conf", &n, &problem), ERR_BLS_SUFFIX);
	assert_int_equal(bls_name_read(text_of("conf"), ".conf", &n, &problem), ERR_BLS_SUFFIX);
	assert_int_equal(bls_name_read(text_of("a.efi"), ".conf", &n, &problem), ERR_BLS_SUFFIX);
	assert_int_equal(bls_name_read(text_of("._a.conf"), ".conf", &n, &problem), ERR_BLS_SUFFIX);
	assert_int_equal(bls_name_read(text_of(""), ".conf", &n, &problem), ERR_BLS_SUFFIX);
	assert_int_equal(bls_name_read(text_of("a b.conf"), ".conf", &n, &problem), ERR_BLS_NAME);
	assert_int_equal(problem.value[0], 2);
	assert_int_equal(bls_name_read(text_of("\xc3\xa9.conf"), ".conf", &n, &problem), ERR_BLS_NAME);
	assert_int_equal(bls_name_read(text_of("AZaz09+-_..Conf"), ".conf", &n, &problem), OK);
}

static void an_id_is_the_name_without_its_counter(void **state)
{
	struct bls_name n = name_of("a+3-1.conf");
	char id[32];

	(void)state;
	same((struct text){ id, bls_id(&n, id, sizeof id) }, "a.conf");
	assert_int_equal(bls_id(&n, id, 5), 0);
	assert_int_equal(bls_id(&n, id, 6), 6);
	n = name_of("b.efi");
	same((struct text){ id, bls_id(&n, id, sizeof id) }, "b.efi");
}

static void ids_match_patterns(void **state)
{
	static const struct { const char *pattern, *id; bool match; } cases[] = {
		{ "a.conf", "a.conf", true }, { "A.Conf", "a.cONF", true }, { "a.conf", "a.con", false },
		{ "a.con", "a.conf", false }, { "a*", "a.conf", true }, { "*", "", true },
		{ "", "", true }, { "", "a", false },
		{ "debian-*.conf", "debian-6.1.conf", true }, { "debian-*.conf", "debian-6.1.efi", false },
		{ "*-6.1*", "a-6-6.1.conf", true }, { "?.conf", "a.conf", true }, { "?.conf", ".conf", false },
		{ "*a*b", "aab", true }, { "*a*b", "aba", false }, { "**", "x", true }, { "a?", "a", false },
		{ "[", "{", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (bls_id_matches(text_of(cases[i].pattern), text_of(cases[i].id)) != cases[i].match)
			fail_msg("\"%s\" and \"%s\"", cases[i].pattern, cases[i].id);
}

/* ---- Order ----------------------------------------------------------------------------------------------------- */

static struct bls_entry made(const char *file, const char *sort_key, const char *machine, const char *version)
{
	struct bls_entry e = { .name = name_of(file) };

	e.values[BLS_SORT_KEY] = text_of(sort_key);
	e.values[BLS_MACHINE_ID] = text_of(machine);
	e.values[BLS_VERSION] = text_of(version);
	return e;
}

/* From the first to the last, and every pair of them. */
static void entries_have_the_order_of_the_specification(void **state)
{
	struct bls_entry sorted[] = {
		made("z-1.conf", "a", "", ""), made("z.conf", "a", "1", "9"), made("a.conf", "a", "2", "10"),
		made("c.conf", "a", "2", "9"), made("b.conf", "a", "2", "9"), made("a.conf", "ab", "1", "11"),
		made("0.conf", "b", "1", "11"), made("x-10.conf", "", "1", "1"), made("x-9.conf", "", "2", "2"),
		made("x-8+2-1.conf", "", "", ""), made("x-8+1.conf", "", "", ""), made("x-8+1-1.conf", "", "", ""),
		made("y+0-3.conf", "a", "", ""), made("z+0-3.conf", "", "", ""), made("y+0.conf", "", "", ""),
		made("y+0-1.conf", "", "", ""),
	};
	struct bls_entry shuffled[COUNT_OF(sorted)];
	uint8_t order[COUNT_OF(sorted)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sorted); i++)
		for (size_t j = 0; j < COUNT_OF(sorted); j++) {
			int found = bls_order(&sorted[i], &sorted[j]);
			if ((found > 0) - (found < 0) != (i > j) - (i < j))
				fail_msg("%zu and %zu", i, j);
		}
	for (unsigned i = 0; i < COUNT_OF(sorted); i++)
		shuffled[i * 7 % COUNT_OF(sorted)] = sorted[i];
	bls_sort(shuffled, COUNT_OF(sorted), order);
	for (unsigned i = 0; i < COUNT_OF(sorted); i++)
		assert_int_equal(order[i], i * 7 % COUNT_OF(sorted));
}

static void the_marker_file_says_type_1(void **state)
{
	(void)state;
	assert_true(bls_is_type1(text_of("type1\n")));
	assert_true(bls_is_type1(text_of("type1")));
	assert_true(bls_is_type1(text_of("type1\r\n")));
	assert_false(bls_is_type1(text_of("type2\n")));
	assert_false(bls_is_type1(text_of("")));
	assert_false(bls_is_type1((struct text){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read),
		cmocka_unit_test(the_last_line_of_a_key_holds),
		cmocka_unit_test(texts_that_are_none_are_refused_where_it_shows),
		cmocka_unit_test(entries_that_cannot_be_booted_have_a_reason),
		cmocka_unit_test(options_are_joined_by_blanks),
		cmocka_unit_test(an_image_is_named_by_its_os_release),
		cmocka_unit_test(names_have_parts),
		cmocka_unit_test(names_that_cannot_be_are_refused),
		cmocka_unit_test(an_id_is_the_name_without_its_counter),
		cmocka_unit_test(ids_match_patterns),
		cmocka_unit_test(entries_have_the_order_of_the_specification),
		cmocka_unit_test(the_marker_file_says_type_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
