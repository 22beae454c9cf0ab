#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config.h"
#include "same_text.h"

static const struct text anything;

static struct config_list list;
static struct config_entry entry;
static struct problem problem;

/* The text in memory of its own, so that ASan sees a read past its end. */
static enum err read_bytes(const char *text, size_t bytes, const char *arch, struct text wanted)
{
	static char *copy;

	free(copy);
	copy = malloc(bytes ? bytes : 1);
	assert_non_null(copy);
	memcpy(copy, text, bytes);
	return config_read(copy, bytes, arch, wanted, &list, &entry, &problem);
}

static enum err read_text(const char *text)
{
	return read_bytes(text, strlen(text), "x86_64", anything);
}

static void good(const char *text)
{
	enum err e = read_text(text);

	if (e)
		fail_msg("%s in line %u, column %u", err_name(e), (unsigned)problem.value[0],
		         (unsigned)problem.value[1]);
}

static void bad_for(const char *text, const char *arch, struct text wanted, enum err code, unsigned line,
                    unsigned column)
{
	enum err e = read_bytes(text, strlen(text), arch, wanted);

	if (e != code || problem.code != code || problem.value[0] != line || problem.value[1] != column)
		fail_msg("%s in line %u, column %u instead of %s in line %u, column %u, from:\n%s", err_name(e),
		         (unsigned)problem.value[0], (unsigned)problem.value[1], err_name(code), line, column, text);
}

static void bad(const char *text, enum err code, unsigned line, unsigned column)
{
	bad_for(text, "x86_64", anything, code, line, column);
}

static void config_reads_an_entry(void **state)
{
	(void)state;
	good("# a comment\n"
	     "default = pith\n"
	     "\n"
	     "[other]\n"
	     "kernel = other.elf\n"
	     "  [ pith ] \t\n"
	     "\tkernel =\t\\boot\\pith.elf  \n"
	     "cmdline = a = \"b\"#not a comment \n"
	     "  # a comment\n"
	     "module = /boot/a.bin\n"
	     "module = \"\\boot\\two words.bin\"\n"
	     "module=x.bin  some text, \"quoted\" \n"
	     "module = \"y\" z\n"
	     "verbose = yes\n"
	     "allow_wx = yes\n"
	     "protocol = hobnail");
	same(entry.name, "pith");
	same(entry.kernel, "\\boot\\pith.elf");
	same(entry.cmdline, "a = \"b\"#not a comment");
	assert_int_equal(entry.module_count, 4);
	same(entry.modules[0].path, "/boot/a.bin");
	same(entry.modules[0].cmdline, "");
	same(entry.modules[1].path, "\\boot\\two words.bin");
	same(entry.modules[1].cmdline, "");
	same(entry.modules[2].path, "x.bin");
	same(entry.modules[2].cmdline, "some text, \"quoted\"");
	same(entry.modules[3].path, "y");
	same(entry.modules[3].cmdline, "z");
	assert_true(entry.verbose);
	assert_true(entry.allow_write_execute);
	assert_int_equal(entry.line, 6);
}

static void config_has_modest_defaults(void **state)
{
	(void)state;
	good("[a]\nkernel=k\n");
	same(entry.cmdline, "");
	assert_int_equal(entry.module_count, 0);
	assert_false(entry.verbose);
	assert_false(entry.allow_write_execute);
}

static void config_lets_an_entry_overrule_the_general_verbose(void **state)
{
	static const char two[] = "[a]\nkernel = k\nverbose = yes\n[b]\nkernel = k\n";

	(void)state;
	good("verbose = yes\n[a]\nkernel = k\n");
	assert_true(entry.verbose);
	good("verbose = yes\n[a]\nkernel = k\nverbose = no\n");
	assert_false(entry.verbose);
	good(two);
	assert_true(entry.verbose);
	assert_int_equal(read_bytes(two, strlen(two), "x86_64", text_of("b")), OK);
	assert_false(entry.verbose);
}

static void config_takes_crlf_bom_and_no_final_newline(void **state)
{
	(void)state;
	good("\xef\xbb\xbf[a]\r\nkernel = k\r\n\r\ncmdline = x\r");
	same(entry.name, "a");
	same(entry.kernel, "k");
	same(entry.cmdline, "x");
	bad("\xef\xbb\xbf[a]x\r\n", ERR_CONFIG_SECTION, 1, 4);
	assert_int_equal(problem.offset, 6);
	bad("[a]\n\xef\xbb\xbfkernel = k\n", ERR_CONFIG_INVISIBLE, 2, 1);
}

static void config_chooses_wanted_then_default_then_first(void **state)
{
	static const char text[] = "default = b\n[a]\nkernel=ka\n[b]\nkernel=kb\n[c]\nkernel=kc\n";

	(void)state;
	good(text);
	same(entry.name, "b");
	assert_int_equal(read_bytes(text, strlen(text), "x86_64", text_of("c")), OK);
	same(entry.kernel, "kc");
	good(text + strlen("default = b\n"));
	same(entry.name, "a");
	bad_for(text, "x86_64", text_of("C"), ERR_CONFIG_NO_ENTRY, 0, 0);
	assert_int_equal(problem.value[2], 3);
}

static void config_lists_all_entries_with_the_keys_before_them(void **state)
{
	(void)state;
	good("[a]\nkernel=k\n");
	assert_int_equal(list.count, 1);
	assert_int_equal(list.timeout, CONFIG_TIMEOUT);
	assert_false(list.no_editor);
	assert_false(list.remember);
	same(list.preferred, "");
	good("timeout = 3600\neditor = no\nremember = yes\ndefault = two\n[one]\nkernel=k\n[two]\nkernel=k\n");
	assert_int_equal(list.count, 2);
	same(list.names[0], "one");
	same(list.names[1], "two");
	same(list.preferred, "two");
	assert_int_equal(list.timeout, 3600);
	assert_true(list.no_editor);
	assert_true(list.remember);
	good("timeout = 0\n[a]\nkernel=k\n");
	assert_int_equal(list.timeout, 0);
	good("timeout = no\neditor = yes\n[a]\nkernel=k\n");
	assert_int_equal(list.timeout, CONFIG_WAITS);
	assert_false(list.no_editor);
	good("timeout = 007\ntimeout.aarch64 = 9\ndefault.aarch64 = a\n[a]\nkernel=k\n");
	assert_int_equal(list.timeout, 7);
	same(list.preferred, "");
}

/* A menu shows the other entries; the one without a kernel says so when it is chosen. */
static void config_lists_entries_if_one_of_them_cannot_be_had(void **state)
{
	static const char text[] = "[a]\nkernel.aarch64 = k\n[b]\nkernel = k\n";

	(void)state;
	memset(&list, 0, sizeof list);
	bad(text, ERR_CONFIG_KERNEL_ARCH, 1, 2);
	assert_int_equal(list.count, 2);
	memset(&list, 0, sizeof list);
	bad_for(text, "x86_64", text_of("c"), ERR_CONFIG_NO_ENTRY, 0, 0);
	assert_int_equal(list.count, 2);
	memset(&list, 0, sizeof list);
	bad("[a]\nkernel = k\n[b]\n", ERR_CONFIG_NO_KERNEL, 3, 2);
	assert_int_equal(list.count, 0);
}

static void config_prefers_the_key_of_the_architecture(void **state)
{
	static const char *const orders[] = {
		"default = a\ndefault.aarch64 = b\n[a]\nkernel = k\n[b]\nkernel = plain\nkernel.aarch64 = arm\n"
		"cmdline = p\ncmdline.aarch64 =\n",
		"default.aarch64 = b\ndefault = a\n[a]\nkernel = k\n[b]\nkernel.aarch64 = arm\nkernel = plain\n"
		"cmdline.aarch64 =\ncmdline = p\n",
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(read_bytes(orders[i], strlen(orders[i]), "aarch64", anything), OK);
		same(entry.name, "b");
		same(entry.kernel, "arm");
		same(entry.cmdline, "");
		assert_int_equal(read_bytes(orders[i], strlen(orders[i]), "x86_64", anything), OK);
		same(entry.name, "a");
		assert_int_equal(read_bytes(orders[i], strlen(orders[i]), "riscv64", text_of("b")), OK);
		same(entry.kernel, "plain");
		same(entry.cmdline, "p");
		assert_int_equal(read_bytes(orders[i], strlen(orders[i]), "vax", text_of("b")), OK);
		same(entry.kernel, "plain");
	}
}

static void config_adds_modules_of_the_architecture(void **state)
{
	static const char text[] = "[a]\nkernel = k\nmodule = 1\nmodule.aarch64 = 2\nmodule.x86_64 = 3\nmodule = 4\n";

	(void)state;
	assert_int_equal(read_bytes(text, strlen(text), "aarch64", anything), OK);
	assert_int_equal(entry.module_count, 3);
	same(entry.modules[0].path, "1");
	same(entry.modules[1].path, "2");
	same(entry.modules[2].path, "4");
}

static void config_misses_a_kernel_of_the_architecture_only_where_chosen(void **state)
{
	static const char text[] = "[a]\nkernel.aarch64 = k\n\n [b]\nkernel = k\n";

	(void)state;
	bad(text, ERR_CONFIG_KERNEL_ARCH, 1, 2);
	assert_int_equal(read_bytes(text, strlen(text), "x86_64", text_of("b")), OK);
	assert_int_equal(read_bytes(text, strlen(text), "aarch64", anything), OK);
	bad_for(text, "riscv64", text_of("a"), ERR_CONFIG_KERNEL_ARCH, 1, 2);
}

static void config_names_line_and_column_of_every_refusal(void **state)
{
	static const struct { enum err code; unsigned line, column; const char *text; } cases[] = {
		{ ERR_CONFIG_TEXT, 1, 1, "\xff\xfe[\0a" },
		{ ERR_CONFIG_TEXT, 2, 3, "[a]\n# \xc3(\n" },
		{ ERR_CONFIG_TEXT, 2, 11, "[a]\nkernel = \xc3\xa4\xe2\x82" },
		{ ERR_CONFIG_CONTROL, 2, 4, "[a]\nker\rnel = k\n" },
		{ ERR_CONFIG_CONTROL, 1, 2, "[\x01]\n" },
		{ ERR_CONFIG_CONTROL, 1, 3, "# \x7f\n" },
		{ ERR_CONFIG_LINE, 2, 3, "[a]\n  kernel\n" },
		{ ERR_CONFIG_LINE, 2, 1, "[a]\n= k\n" },
		{ ERR_CONFIG_SECTION, 1, 3, "[a\nkernel = k\n" },
		{ ERR_CONFIG_SECTION, 1, 4, "[a] # no\nkernel = k\n" },
		{ ERR_CONFIG_SECTION, 1, 4, "[\xc3\xa4]]\nkernel = k\n" },
		{ ERR_CONFIG_NAME, 1, 2, "[]\nkernel = k\n" },
		{ ERR_CONFIG_NAME, 2, 5, "\n[  \t]\nkernel = k\n" },
		{ ERR_CONFIG_NAME_TWICE, 5, 3, "[a]\nkernel = k\n[b]\nkernel = k\n[ a]\nkernel = k\n" },
		{ ERR_CONFIG_KEY, 3, 2, "[a]\nkernel = k\n kernle = k\n" },
		{ ERR_CONFIG_KEY, 3, 1, "[a]\nkernel = k\nKERNEL = k\n" },
		{ ERR_CONFIG_KEY, 3, 1, "[a]\nkernel = k\n.x86_64 = k\n" },
		{ ERR_CONFIG_KEY, 3, 1, "[a]\nkernel = k\ncmd line = k\n" },
		{ ERR_CONFIG_KEY, 1, 1, "timeouts = 5\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TIMEOUT, 1, 11, "timeout = 5s\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TIMEOUT, 1, 11, "timeout = -1\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TIMEOUT, 1, 11, "timeout = yes\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TIMEOUT, 1, 11, "timeout = 3601\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TIMEOUT, 1, 11, "timeout = 4294967297\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_EMPTY, 1, 10, "timeout =\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_IN_ENTRY, 3, 1, "[a]\nkernel = k\ntimeout = 5\n" },
		{ ERR_CONFIG_IN_ENTRY, 3, 1, "[a]\nkernel = k\neditor = no\n" },
		{ ERR_CONFIG_IN_ENTRY, 3, 1, "[a]\nkernel = k\nremember = no\n" },
		{ ERR_CONFIG_YES_NO, 1, 10, "editor = on\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_YES_NO, 1, 12, "remember = 1\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_ARCH, 3, 8, "[a]\nkernel = k\nkernel.arm64 = k\n" },
		{ ERR_CONFIG_ARCH, 3, 8, "[a]\nkernel = k\nkernel. = k\n" },
		{ ERR_CONFIG_ARCH, 3, 8, "[a]\nkernel = k\nkernel.x86_64.aarch64 = k\n" },
		{ ERR_CONFIG_IN_ENTRY, 3, 1, "[a]\nkernel = k\ndefault = a\n" },
		{ ERR_CONFIG_OUTSIDE, 1, 1, "kernel = k\n" },
		{ ERR_CONFIG_OUTSIDE, 2, 1, "default = a\nallow_wx = yes\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TWICE, 3, 1, "[a]\nkernel = k\nkernel = k\n" },
		{ ERR_CONFIG_TWICE, 5, 1, "[a]\nkernel.aarch64 = k\nkernel = k\n\nkernel.aarch64 = k\n" },
		{ ERR_CONFIG_TWICE, 2, 1, "default = a\ndefault = a\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_TWICE, 4, 1, "[a]\nkernel = k\ncmdline =\ncmdline = x\n" },
		{ ERR_CONFIG_EMPTY, 2, 9, "[a]\nkernel =\n" },
		{ ERR_CONFIG_EMPTY, 2, 9, "[a]\nkernel =  \n" },
		{ ERR_CONFIG_EMPTY, 3, 11, "[a]\nkernel = k\nmodule = \"\" x\n" },
		{ ERR_CONFIG_EMPTY, 1, 9, "default=\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_YES_NO, 1, 11, "verbose = true\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_YES_NO, 3, 12, "[a]\nkernel = k\nallow_wx = Yes\n" },
		{ ERR_CONFIG_PROTOCOL, 3, 12, "[a]\nkernel = k\nprotocol = linux\n" },
		{ ERR_CONFIG_HHDM, 3, 8, "[a]\nkernel = k\nhhdm = yes\n" },
		{ ERR_CONFIG_QUOTE, 2, 10, "[a]\nkernel = \"k x\n" },
		{ ERR_CONFIG_QUOTE, 2, 10, "[a]\nkernel = \"\n" },
		{ ERR_CONFIG_QUOTE, 3, 10, "[a]\nkernel = k\nmodule = \"a b\"c\n" },
		{ ERR_CONFIG_KERNEL_TEXT, 2, 13, "[a]\nkernel = k  quiet\n" },
		{ ERR_CONFIG_KERNEL_TEXT, 2, 16, "[a]\nkernel = \"k x\" quiet\n" },
		{ ERR_CONFIG_PATH_TEXT, 3, 12, "[a]\nkernel = k\ninitrd = a b\n" },
		{ ERR_CONFIG_PATH_TEXT, 3, 16, "[a]\nkernel = k\ndevicetree = d x\n" },
		{ ERR_CONFIG_TWICE, 4, 1, "[a]\nkernel = k\ndevicetree = d\ndevicetree = e\n" },
		{ ERR_CONFIG_EMPTY, 3, 9, "[a]\nkernel = k\ninitrd =\n" },
		{ ERR_CONFIG_OUTSIDE, 1, 1, "initrd = a\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_PROTOCOL, 3, 12, "[a]\nkernel = k\nprotocol = efi2\n" },
		{ ERR_CONFIG_COMMENT, 2, 15, "[a]\nkernel = k.e  # the debug build\n" },
		{ ERR_CONFIG_COMMENT, 2, 10, "[a]\nkernel = # later\n" },
		{ ERR_CONFIG_COMMENT, 2, 16, "[a]\nkernel = \"k x\" # later\n" },
		{ ERR_CONFIG_COMMENT, 3, 17, "[a]\nkernel = k\ncmdline = quiet # no noise\n" },
		{ ERR_CONFIG_COMMENT, 3, 17, "[a]\nkernel = k\ncmdline = quiet\t#5\n" },
		{ ERR_CONFIG_COMMENT, 3, 11, "[a]\nkernel = k\ncmdline = #\n" },
		{ ERR_CONFIG_COMMENT, 3, 17, "[a]\nkernel = k\ncmdline = \"a\" b #\"c\"\n" },
		{ ERR_CONFIG_COMMENT, 3, 16, "[a]\nkernel = k\ncmdline = a \"b #c\n" },
		{ ERR_CONFIG_COMMENT, 3, 13, "[a]\nkernel = k\nverbose=yes # for now\n" },
		{ ERR_CONFIG_COMMENT, 3, 19, "[a]\nkernel = k\nallow_wx = maybe  # x\n" },
		{ ERR_CONFIG_COMMENT, 3, 20, "[a]\nkernel = k\nprotocol = hobnail #\n" },
		{ ERR_CONFIG_COMMENT, 1, 14, "default = a  # the usual one\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_COMMENT, 3, 16, "[a]\nkernel = k\nmodule = \"m n\" # initrd\n" },
		{ ERR_CONFIG_COMMENT, 3, 14, "[a]\nkernel = k\nmodule = m x #\n" },
		{ ERR_CONFIG_COMMENT, 3, 10, "[a]\nkernel = k\nmodule = #m\n" },
		{ ERR_CONFIG_CURLY, 2, 10, "[a]\nkernel = \xe2\x80\x9c" "k x\xe2\x80\x9d\n" },
		{ ERR_CONFIG_CURLY, 3, 10, "[a]\nkernel = k\nmodule = \xe2\x80\x9em n\xe2\x80\x9c\n" },
		{ ERR_CONFIG_CURLY, 3, 12, "[a]\nkernel = k\nmodule = m \xe2\x80\x98x\xe2\x80\x99\n" },
		{ ERR_CONFIG_CURLY, 3, 11, "[a]\nkernel = k\ncmdline = \xc2\xab" "a\xc2\xbb\n" },
		{ ERR_CONFIG_CURLY, 1, 11, "default = \xe2\x80\x9f" "a\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_INVISIBLE, 2, 7, "[a]\nkernel\xc2\xa0= k\n" },
		{ ERR_CONFIG_INVISIBLE, 2, 11, "[a]\nkernel = k\xe2\x80\x8b\n" },
		{ ERR_CONFIG_INVISIBLE, 3, 16, "[a]\nkernel = k\ncmdline = quiet\xe3\x80\x80noise\n" },
		{ ERR_CONFIG_INVISIBLE, 1, 3, "[a\xef\xbb\xbf]\nkernel = k\n" },
		{ ERR_CONFIG_INVISIBLE, 1, 1, "\xc2\xa0# x\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_INVISIBLE, 3, 16, "[a]\nkernel = k\ncmdline = \"a\" b\xc2\xad \"c\"\n" },
		{ ERR_CONFIG_INVISIBLE, 2, 1, "[a]\n\xc2\x85kernel = k\n" },
		{ ERR_CONFIG_EMPTY, 1, 12, "default = \"\"\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_NO_KERNEL, 2, 3, "# x\n [a]\ncmdline = x\n[b]\nkernel = k\n" },
		{ ERR_CONFIG_NO_KERNEL, 3, 2, "[a]\nkernel = k\n[b]\n" },
		{ ERR_CONFIG_DEFAULT, 1, 11, "default = b\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_DEFAULT, 2, 19, "default = a\ndefault.aarch64 = b\n[a]\nkernel = k\n" },
		{ ERR_CONFIG_NO_ENTRIES, 1, 1, "" },
		{ ERR_CONFIG_NO_ENTRIES, 3, 1, "# nothing\n\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char sentence[300], start[64];
		bad(cases[i].text, cases[i].code, cases[i].line, cases[i].column);
		err_sentence(&problem, sentence, sizeof sentence);
		snprintf(start, sizeof start, "line %u, column %u: ", cases[i].line, cases[i].column);
		if (strncmp(sentence, start, strlen(start)) != 0)
			fail_msg("%s: %s", err_name(cases[i].code), sentence);
	}
}

static void config_takes_a_text_in_quotation_marks_as_it_is(void **state)
{
	static const struct { const char *line, *cmdline; } cases[] = {
		{ "a#b ##", NULL }, { "a#b", "a#b" }, { "\"a #b\"", "a #b" }, { "\"# x\"", "# x" }, { "\"\"", "" },
		{ "\"", "\"" },
		{ "\" a \"", " a " }, { "\"a b\" c", "\"a b\" c" }, { "\"a\" \"b\"", "\"a\" \"b\"" },
		{ "x=\"a b\"", "x=\"a b\"" },
		{ "a b\"", "a b\"" },
		{ "x=\"a #b\" c", "x=\"a #b\" c" }, { "\"a\" \"#b\"", "\"a\" \"#b\"" },
		{ "\"a\"b\"", "\"a\"b\"" }, { "it\xe2\x80\x99s", "it\xe2\x80\x99s" },
		{ "\"\xe2\x80\x9c" "a\"", "\xe2\x80\x9c" "a" },
		{ "\"a\xc2\xa0" "b\"", "a\xc2\xa0" "b" }, { "a=\"\xe2\x80\x8b\"", "a=\"\xe2\x80\x8b\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[200];
		snprintf(text, sizeof text, "[a]\nkernel = k\ncmdline = %s\nmodule = m %s\n", cases[i].line,
		         cases[i].line);
		if (!cases[i].cmdline) {
			assert_int_equal(read_text(text), ERR_CONFIG_COMMENT);
			continue;
		}
		good(text);
		same(entry.cmdline, cases[i].cmdline);
		same(entry.modules[0].cmdline, cases[i].cmdline);
	}
}

static void config_takes_names_and_paths_in_quotation_marks(void **state)
{
	(void)state;
	good("default = \"a #1\"\n[b]\nkernel = k\n[a #1]\nkernel = \"\\x #y\xc2\xa0.elf\"\n"
	     "module = \"\xe2\x80\x9c\" z\n");
	same(entry.name, "a #1");
	same(entry.kernel, "\\x #y\xc2\xa0.elf");
	same(entry.modules[0].path, "\xe2\x80\x9c");
	same(entry.modules[0].cmdline, "z");
	good("# no\xc2\xa0" "break \xe2\x80\x8b\n  # \xef\xbb\xbf\n[a]\nkernel = a#b\n");
	same(entry.kernel, "a#b");
}

static void config_takes_entry_names_in_quotation_marks(void **state)
{
	(void)state;
	good("default = \"Test \xe2\x9d\xa4\xef\xb8\x8f\"\n[a]\nkernel = k\n[\"Test \xe2\x9d\xa4\xef\xb8\x8f\"]\n"
	     "kernel = l\n");
	same(entry.name, "Test \xe2\x9d\xa4\xef\xb8\x8f");
	same(entry.kernel, "l");
	good("default = two words\n[a]\nkernel = k\n[ \"two words\" ]\nkernel = l\n");
	same(entry.name, "two words");
	good("[say \"hi\"]\nkernel = k\n");
	same(entry.name, "say \"hi\"");
	good("[\"a\" \"b\"]\nkernel = k\n");
	same(entry.name, "\"a\" \"b\"");
	good("[C # 1]\nkernel = k\n");
	same(entry.name, "C # 1");
	bad("[a]\nkernel = k\n[\"a\"]\nkernel = l\n", ERR_CONFIG_NAME_TWICE, 3, 3);
	bad("[\"\"]\nkernel = k\n", ERR_CONFIG_NAME, 1, 4);
	bad("[Test \xe2\x9d\xa4\xef\xb8\x8f]\nkernel = k\n", ERR_CONFIG_INVISIBLE, 1, 8);
}

static void config_refuses_what_default_names_even_if_another_is_wanted(void **state)
{
	(void)state;
	bad_for("default = b\n[a]\nkernel = k\n", "x86_64", text_of("a"), ERR_CONFIG_DEFAULT, 1, 11);
}

static void config_names_the_first_of_two_lines(void **state)
{
	(void)state;
	bad("[a]\n\nkernel = k\n\nkernel = k\n", ERR_CONFIG_TWICE, 5, 1);
	assert_int_equal(problem.value[2], 3);
}

static void config_refuses_a_nul(void **state)
{
	static const char text[] = "[a]\nkernel = k\0x\n";

	(void)state;
	assert_int_equal(read_bytes(text, sizeof text - 1, "x86_64", anything), ERR_CONFIG_CONTROL);
	assert_int_equal(problem.value[0], 2);
	assert_int_equal(problem.value[1], 11);
	assert_int_equal(problem.offset, 14);
}

static void config_columns_count_characters_not_bytes(void **state)
{
	(void)state;
	/* a-umlaut (2 bytes), euro sign (3), a face (4) */
	bad("[a]\nkernel = \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 x\n", ERR_CONFIG_KERNEL_TEXT, 2, 14);
	assert_int_equal(problem.offset, 4 + 9 + 9 + 1);
	good("[\xc3\xa4]\nkernel = \xf0\x9f\x98\x80\n");
	same(entry.name, "\xc3\xa4");
}

/* prefix, `count` times `unit`, suffix */
static char *build(const char *prefix, const char *unit, size_t count, const char *suffix)
{
	static char text[CONFIG_MAX_BYTES + 4096];
	size_t at = (size_t)sprintf(text, "%s", prefix);

	for (size_t i = 0; i < count; i++)
		at += (size_t)sprintf(text + at, "%s", unit);
	sprintf(text + at, "%s", suffix);
	return text;
}

static void config_keeps_its_limits(void **state)
{
	(void)state;
	good(build("[a]\nkernel = k\n", "module = m\n", CONFIG_MAX_MODULES, ""));
	assert_int_equal(entry.module_count, CONFIG_MAX_MODULES);
	good(build("[a]\nkernel = k\n", "module.aarch64 = m\n", CONFIG_MAX_MODULES + 1, ""));
	bad(build("[a]\nkernel = k\n", "module = m\n", CONFIG_MAX_MODULES + 1, ""), ERR_CONFIG_MODULES,
	    CONFIG_MAX_MODULES + 3, 10);
	good(build("[a]\nkernel = k\n", "initrd = m\n", CONFIG_MAX_INITRDS, "initrd.aarch64 = m\n"));
	assert_int_equal(entry.initrd_count, CONFIG_MAX_INITRDS);
	bad(build("[a]\nkernel = k\n", "initrd = m\n", CONFIG_MAX_INITRDS + 1, ""), ERR_CONFIG_INITRDS,
	    CONFIG_MAX_INITRDS + 3, 10);

	good(build("[a]\nkernel = ", "k", CONFIG_MAX_PATH, "\n"));
	assert_int_equal(entry.kernel.bytes, CONFIG_MAX_PATH);
	bad(build("[a]\nkernel = ", "k", CONFIG_MAX_PATH + 1, "\n"), ERR_CONFIG_LONG, 2, 10);
	assert_int_equal(problem.value[2], CONFIG_MAX_PATH);
	bad(build("[a]\nkernel = k\nmodule = ", "k", CONFIG_MAX_PATH + 1, "\n"), ERR_CONFIG_LONG, 3, 10);

	good(build("[a]\nkernel = k\ncmdline = ", "k", CONFIG_MAX_CMDLINE, "\n"));
	bad(build("[a]\nkernel = k\ncmdline = ", "k", CONFIG_MAX_CMDLINE + 1, "\n"), ERR_CONFIG_LONG, 3, 11);
	assert_int_equal(problem.value[2], CONFIG_MAX_CMDLINE);
	bad(build("[a]\nkernel = k\nmodule = m ", "k", CONFIG_MAX_CMDLINE + 1, "\n"), ERR_CONFIG_LONG, 3, 12);

	good(build("[a]\nkernel = k\n", "#", CONFIG_MAX_BYTES - 15, ""));
	bad(build("[a]\nkernel = k\n", "#", CONFIG_MAX_BYTES - 14, ""), ERR_CONFIG_BIG, 0, 0);
	assert_int_equal(problem.value[2], CONFIG_MAX_BYTES + 1);
}

static void config_takes_as_many_entries_as_it_says(void **state)
{
	char text[8192];
	size_t at = 0;

	(void)state;
	for (unsigned i = 0; i < CONFIG_MAX_ENTRIES; i++)
		at += (size_t)sprintf(text + at, "[entry %u]\nkernel = k%u\n", i, i);
	assert_int_equal(read_bytes(text, at, "x86_64", text_of("entry 63")), OK);
	same(entry.kernel, "k63");
	sprintf(text + at, "[one more]\nkernel = k\n");
	bad(text, ERR_CONFIG_ENTRIES, 2 * CONFIG_MAX_ENTRIES + 1, 2);
}

static void config_writes_only_on_success(void **state)
{
	(void)state;
	memset(&entry, 0x5a, sizeof entry);
	bad("[a]\nkernel = k\n[b]\n", ERR_CONFIG_NO_KERNEL, 3, 2);
	for (size_t i = 0; i < sizeof entry; i++)
		assert_int_equal(((const unsigned char *)&entry)[i], 0x5a);
	assert_int_equal(config_read("[a]\n", 4, "x86_64", anything, NULL, &entry, NULL), ERR_CONFIG_NO_KERNEL);
	assert_int_equal(config_read(NULL, 0, "x86_64", anything, NULL, &entry, NULL), ERR_CONFIG_NO_ENTRIES);
}

/* Cut anywhere, or with any byte changed, the text must be read inside its bounds and answered. */
static void config_survives_every_cut_and_every_changed_byte(void **state)
{
	static const char text[] =
		"\xef\xbb\xbf"
		"default = \xc3\xa4\n[\xc3\xa4]\r\nkernel.x86_64 = \"k k\"\nmodule = m x\nverbose = no\n";
	static const char bytes[] = "\0\xff\xc3\"[]=#.\r\n \x80";
	char changed[sizeof text];

	(void)state;
	for (size_t n = 0; n < sizeof text; n++) {
		read_bytes(text, n, "x86_64", anything);
		for (size_t k = 0; n < sizeof text - 1 && k < sizeof bytes - 1; k++) {
			memcpy(changed, text, sizeof text);
			changed[n] = bytes[k];
			read_bytes(changed, sizeof text - 1, "x86_64", anything);
		}
	}
}

static void text_is_compares_whole_texts(void **state)
{
	(void)state;
	assert_true(text_is(text_of("abc"), "abc"));
	assert_true(text_is(text_of(""), ""));
	assert_false(text_is(text_of("abc"), "ab"));
	assert_false(text_is(text_of("ab"), "abc"));
	assert_false(text_is(text_of("abd"), "abc"));
}

static bool shows_boot_entries(const char *text)
{
	good(text);
	return list.boot_entries;
}

static void boot_entries_are_shown_beside_two(void **state)
{
	(void)state;
	assert_false(shows_boot_entries("[a]\nkernel = a\n"));
	assert_true(shows_boot_entries("[a]\nkernel = a\n[b]\nkernel = b\n"));
	assert_true(shows_boot_entries("boot_entries = yes\n[a]\nkernel = a\n"));
	assert_false(shows_boot_entries("boot_entries = no\n[a]\nkernel = a\n[b]\nkernel = b\n"));
	assert_true(shows_boot_entries("boot_entries.aarch64 = no\n[a]\nkernel = a\n[b]\nkernel = b\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(config_reads_an_entry),
		cmocka_unit_test(config_has_modest_defaults),
		cmocka_unit_test(config_lets_an_entry_overrule_the_general_verbose),
		cmocka_unit_test(config_takes_crlf_bom_and_no_final_newline),
		cmocka_unit_test(config_chooses_wanted_then_default_then_first),
		cmocka_unit_test(config_lists_all_entries_with_the_keys_before_them),
		cmocka_unit_test(config_lists_entries_if_one_of_them_cannot_be_had),
		cmocka_unit_test(config_prefers_the_key_of_the_architecture),
		cmocka_unit_test(config_adds_modules_of_the_architecture),
		cmocka_unit_test(config_misses_a_kernel_of_the_architecture_only_where_chosen),
		cmocka_unit_test(config_names_line_and_column_of_every_refusal),
		cmocka_unit_test(config_takes_a_text_in_quotation_marks_as_it_is),
		cmocka_unit_test(config_takes_names_and_paths_in_quotation_marks),
		cmocka_unit_test(config_takes_entry_names_in_quotation_marks),
		cmocka_unit_test(config_refuses_what_default_names_even_if_another_is_wanted),
		cmocka_unit_test(config_names_the_first_of_two_lines),
		cmocka_unit_test(config_refuses_a_nul),
		cmocka_unit_test(config_columns_count_characters_not_bytes),
		cmocka_unit_test(config_keeps_its_limits),
		cmocka_unit_test(config_takes_as_many_entries_as_it_says),
		cmocka_unit_test(config_writes_only_on_success),
		cmocka_unit_test(config_survives_every_cut_and_every_changed_byte),
		cmocka_unit_test(text_is_compares_whole_texts),
		cmocka_unit_test(boot_entries_are_shown_beside_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
