/* Boot entries of the Boot Loader Specification, and variables of the Boot Loader Interface. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "key.h"
#include "log.h"
#include "sabotage.h"
#include "unit/pe_builder.h"
#include "world.h"

bool sabotage_again(struct boot *b)
{
	(void)b;
	return false;
}

static void add_text(const char *path, const char *text)
{
	fake_add(path, text, strlen(text));
}

static void variable(const char *name, const char *value)
{
	struct fake_variable *v = &fake.variables[fake.variable_count++];

	snprintf(v->name, sizeof v->name, "%s", name);
	for (v->bytes = 0; *value; v->bytes += 2)
		v->data[v->bytes] = (uint8_t)*value++;
	v->bytes += 2;
}

/* The text of a variable; NULL: there is none. Its zeros are '|'. */
static const char *said(const char *name)
{
	static char text[600];

	for (unsigned i = 0; i < fake.variable_count; i++) {
		const struct fake_variable *v = &fake.variables[i];
		if (strcmp(v->name, name) != 0 || !v->bytes)
			continue;
		for (size_t k = 0; k < v->bytes / 2 && k < sizeof text - 1; k++)
			text[k] = v->data[2 * k] ? (char)v->data[2 * k] : '|', text[k + 1] = 0;
		return text;
	}
	return NULL;
}

static void expect_said(const char *name, const char *value)
{
	const char *found = said(name);

	if (!found || strcmp(found, value) != 0)
		fail_msg("%s is %s, not %s", name, found ? found : "not there", value);
}

static void logged(const char *text)
{
	if (!strstr(loader_log.text, text))
		fail_msg("not in the log: %s\n%s", text, loader_log.text);
}

/* Three entries in front of one that is bad, and some that are hidden; no configuration. */
static void make(void)
{
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_file("\\hobnail.conf")->path = "\\other.conf";
	add_text("\\loader\\entries\\b-1.conf", "title B1\nlinux /boot/kernel.elf\noptions one\n");
	add_text("\\loader\\entries\\b-2+3-01.conf", "title B2\nlinux boot/kernel.elf\noptions two\n"
	         "initrd /boot/one.bin\noptions more\nid x\n");
	add_text("\\loader\\entries\\z+0.conf", "linux /boot/kernel.elf\n");
	add_text("\\loader\\entries\\arm.conf", "linux /boot/kernel.elf\narchitecture aa64\n");
	add_text("\\loader\\entries\\lost.conf", "linux /boot/none.elf\n");
	add_text("\\loader\\entries\\b-1+2.conf", "linux /boot/kernel.elf\n");
	add_text("\\loader\\entries\\notes.txt", "linux /boot/kernel.elf\n");
}

static void starts(const char *entry)
{
	fake_run();
	if (fake.outcome != FAKE_STARTED)
		fail_msg("not started: %s", fake.console);
	expect_said("LoaderEntrySelected", entry);
}

/* The only entry: nothing is said to anybody. */
static void starts_alone(void)
{
	fake_run();
	if (fake.outcome != FAKE_STARTED)
		fail_msg("not started: %s", fake.console);
	for (unsigned i = 0; i < fake.variable_count; i++)
		assert_null(strstr(fake.variables[i].name, "Loader"));
}

static void add_second(const char *path, const void *data, uint64_t bytes)
{
	fake_add(path, data, bytes)->volume = 1;
}

static void add_second_text(const char *path, const char *text)
{
	add_second(path, text, strlen(text));
}

/* Entries on both partitions; those on the second one come first. */
static void make_two(void)
{
	make();
	fake.options.second = (struct fake_second){ .is_there = true, .block_bytes = 512 };
	add_second_text("\\loader\\entries\\x-1+3.conf", "linux /x/linux\ninitrd /x/initrd\noptions x\n"
	                "devicetree /x/tree\n");
	add_second_text("\\loader\\entries\\lost.conf", "linux /boot/kernel.elf\n");
	add_second("\\x\\linux", world_elf.data, world_elf.bytes);
	add_second_text("\\x\\initrd", "second");
	const struct fake_file *tree = fake_find("\\boot\\board.dtb");
	add_second("\\x\\tree", tree->data, tree->bytes);
}

static void the_first_in_order_is_booted_and_its_try_counted(void **state)
{
	(void)state;
	make();
	starts("b-2.conf|");
	logged("boot entry arm.conf is hidden: line 2: this boot entry is for another architecture");
	logged("boot entry: /boot/none.elf cannot be opened");
	logged("boot entry b-1+2.conf is hidden: there is an entry of this id already");
	logged("boot entry b-2+3-01.conf: 1 lines with other keys (id) are passed over");
	logged("boot entry b-2+2-02.conf: 2 tries left, 2 done\n");
	assert_null(strstr(loader_log.text, "notes.txt"));
	expect_said("LoaderEntries", "b-2.conf|b-1.conf|z.conf|");
	expect_said("LoaderBootCountPath", "\\loader\\entries\\b-2+2-02.conf|");
	assert_non_null(fake_find("\\loader\\entries\\b-2+2-02.conf"));
	assert_null(fake_find("\\loader\\entries\\b-2+3-01.conf"));
	expect_said("LoaderFirmwareType", "UEFI 2.100|");
	assert_int_equal(fake.program.options_bytes, 2 * sizeof "two more");
	assert_true(fake.program.initrd_bytes != 0);
}

static void a_variable_chooses_once(void **state)
{
	(void)state;
	make();
	variable("LoaderEntryOneShot", "B-1.conf");
	variable("LoaderEntryDefault", "z*");
	starts("b-1.conf|");
	assert_null(said("LoaderEntryOneShot"));
	expect_said("LoaderEntryDefault", "z*|");
	assert_null(said("LoaderBootCountPath"));
	make();
	variable("LoaderEntryDefault", "z*");
	starts("z.conf|");
	assert_non_null(fake_find("\\loader\\entries\\z+0.conf"));
	make();
	variable("LoaderEntryOneShot", "none.conf");
	starts("b-2.conf|");
	logged("LoaderEntryOneShot: none.conf, and there is none");
}

static void choose_between(const char *preferred, const char *preset, const char *once, const char *started)
{
	make();
	variable("LoaderEntryPreferred", preferred);
	variable("LoaderEntryDefault", preset);
	if (once)
		variable("LoaderEntryOneShot", once);
	starts(started);
}

/* systemd, "The Boot Loader Interface": for once, preferred and not failed, default. */
static void what_is_preferred_must_have_tries_left(void **state)
{
	(void)state;
	choose_between("b-1.conf", "z.conf", NULL, "b-1.conf|");
	choose_between("b-1.conf", "z.conf", "b-2.conf", "b-2.conf|");
	choose_between("z.conf", "z.conf", NULL, "z.conf|");
	logged("LoaderEntryPreferred: z.conf, and there is none that has tries left");
	choose_between("z.conf", "b-1.conf", NULL, "b-1.conf|");
	choose_between("*", "z.conf", NULL, "b-2.conf|");
	choose_between("z.conf", "none.conf", NULL, "b-2.conf|");
}

static void a_choice_for_once_ends_where_another_is_given(void **state)
{
	(void)state;
	make();
	fake.options.load_options = u"entry=b-1.conf";
	fake.options.load_options_bytes = sizeof u"entry=b-1.conf";
	variable("LoaderEntryOneShot", "z.conf");
	variable("LoaderEntryDefault", "z.conf");
	starts("b-1.conf|");
	assert_null(said("LoaderEntryOneShot"));
	expect_said("LoaderEntryDefault", "z.conf|");
	logged("LoaderEntryOneShot: z.conf, but the load options name an entry");
}

static void times_are_numbers_or_words(void **state)
{
	static const char *const good[] = { "0", "5", "99999999999", "menu-force", "menu-hidden", "menu-disabled" },
	                         *const bad[] = { "-1", "5 s", "menu", "0x5" };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(good) + COUNT_OF(bad); i++) {
		make();
		variable("LoaderConfigTimeout", "7");
		variable("LoaderConfigTimeoutOneShot", i < COUNT_OF(good) ? good[i] : bad[i - COUNT_OF(good)]);
		starts("b-2.conf|"); /* without keys there is no menu */
		assert_null(said("LoaderConfigTimeoutOneShot"));
		expect_said("LoaderConfigTimeout", "7|");
		logged("LoaderConfigTimeout: 7\n");
		if ((strstr(loader_log.text, "which is no time") != NULL) != (i >= COUNT_OF(good)))
			fail_msg("%u: %s", i, loader_log.text);
	}
}

/* ---- The menu ---------------------------------------------------------------------------------------------------- */

static const char one[] = "boot_entries = yes\n[k]\nkernel = \\boot\\kernel.elf\n",
                  two[] = "[k]\nkernel = \\boot\\kernel.elf\n[l]\nkernel = \\boot\\kernel.elf\n",
                  broken[] = "[k]\nkernel = \\boot\\nowhere.elf\n[l]\nkernel = \\boot\\kernel.elf\n";
static bool menu_seen;
static uint32_t pressed;  /* from this time on, in milliseconds, there is always this key */
static uint64_t pressed_at;

static uint32_t next_key(void)
{
	menu_seen |= strncmp(fake.screen[0], " Hobnail ", 9) == 0;
	return fake.milliseconds >= pressed_at ? pressed : KEY_NONE;
}

static void make_menu(const char *config, uint64_t at, uint32_t key)
{
	world_make(FAKE_X86_64, KERNEL_EFI);
	world_config(config);
	fake.options.next_key = next_key;
	menu_seen = false;
	pressed = key;
	pressed_at = at;
}

/* How long it took until k was started, in seconds; -1: there was no menu. */
static int waited(void)
{
	starts("k|");
	return menu_seen ? (int)(fake.milliseconds / 1000) : -1;
}

enum { LONG = 100 }; /* longer than any time here */

static void a_menu_is_shown_where_a_variable_asks_for_it(void **state)
{
	static const struct { const char *config, *name, *value; int waits; } cases[] = {
		{ one, NULL, NULL, -1 },
		{ two, NULL, NULL, 5 },
		{ one, "LoaderConfigTimeout", "9", -1 }, /* there is nothing to choose */
		{ two, "LoaderConfigTimeout", "9", 9 },
		{ two, "LoaderConfigTimeout", "0", -1 },
		{ two, "LoaderConfigTimeout", "menu-hidden", -1 },
		{ one, "LoaderConfigTimeout", "menu-force", LONG },
		{ one, "LoaderConfigTimeoutOneShot", "9", 9 },
		{ one, "LoaderConfigTimeoutOneShot", "0", LONG },
		{ two, "LoaderConfigTimeoutOneShot", "0", LONG },
		{ two, "LoaderConfigTimeoutOneShot", "menu-hidden", -1 },
		{ two, "LoaderConfigTimeoutOneShot", "menu-disabled", -1 },
	};

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		make_menu(cases[i].config, LONG * 1000, KEY_RETURN);
		if (cases[i].name)
			variable(cases[i].name, cases[i].value);
		int is = waited();
		if (is != cases[i].waits)
			fail_msg("case %u: %d seconds, not %d", i, is, cases[i].waits);
	}
}

static void for_once_counts_more(void **state)
{
	(void)state;
	make_menu(two, LONG * 1000, KEY_RETURN);
	variable("LoaderConfigTimeout", "menu-disabled");
	variable("LoaderConfigTimeoutOneShot", "9");
	assert_int_equal(waited(), 9);
	make_menu(two, LONG * 1000, KEY_RETURN);
	variable("LoaderConfigTimeout", "menu-force");
	variable("LoaderConfigTimeoutOneShot", "menu-hidden");
	assert_int_equal(waited(), -1);
	/* even where the load options name an entry */
	make_menu(two, LONG * 1000, KEY_RETURN);
	fake.options.load_options = u"entry=k";
	fake.options.load_options_bytes = sizeof u"entry=k";
	variable("LoaderConfigTimeoutOneShot", "9");
	assert_int_equal(waited(), 9);
}

static void a_menu_that_is_disabled_is_never_shown(void **state)
{
	(void)state;
	make_menu(two, 0, ' ');
	variable("LoaderConfigTimeout", "menu-hidden");
	fake_run();
	assert_true(menu_seen); /* by a held key */
	make_menu(two, 0, ' ');
	variable("LoaderConfigTimeout", "menu-disabled");
	assert_int_equal(waited(), -1);
	make_menu(broken, 0, ' ');
	variable("LoaderConfigTimeout", "menu-disabled");
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_false(menu_seen);
	assert_non_null(strstr(fake.console, "(ERR_FILE_NOT_FOUND; back to the firmware)"));
}

static void entries_of_another_type_are_not_read(void **state)
{
	(void)state;
	make_two();
	add_text("\\loader\\entries.srel", "type1\n");
	add_second_text("\\loader\\entries.srel", "mine\n");
	starts("b-2.conf|");
	expect_said("LoaderEntries", "b-2.conf|b-1.conf|z.conf|");
	logged("\\loader\\entries (XBOOTLDR) is not read: entries.srel says that its entries are not of type 1");
	make_two();
	add_text("\\loader\\entries.srel", "");
	add_second_text("\\loader\\entries.srel", "type1");
	starts("x-1.conf|");
	expect_said("LoaderEntries", "x-1.conf|");
}

static void a_choice_for_once_that_cannot_be_deleted_is_not_followed(void **state)
{
	unsigned calls;

	(void)state;
	make();
	variable("LoaderEntryOneShot", "b-1.conf");
	starts("b-1.conf|");
	for (calls = 1; fake.trace[calls - 1].service != SERVICE_SET_VARIABLE; calls++)
		;
	make();
	variable("LoaderEntryOneShot", "b-1.conf");
	fake.faults[0] = (struct fake_fault){ calls, EFI_DEVICE_ERROR };
	starts("b-2.conf|");
	logged("it is not followed");
}

static void a_configuration_says_whether_they_are_shown(void **state)
{
	static const char *const alone = "[k]\nkernel = \\boot\\kernel.elf\n";

	(void)state;
	make();
	world_file("\\other.conf")->path = "\\hobnail.conf";
	world_config(alone);
	starts_alone();
	make();
	world_file("\\other.conf")->path = "\\hobnail.conf";
	world_config("boot_entries = yes\n[k]\nkernel = \\boot\\kernel.elf\n");
	starts("k|");
	expect_said("LoaderEntries", "k|b-2.conf|b-1.conf|z.conf|");
	assert_non_null(fake_find("\\loader\\entries\\b-2+3-01.conf"));
	make();
	world_file("\\other.conf")->path = "\\hobnail.conf";
	world_config(alone);
	fake.options.load_options = u"entry=b-1.conf";
	fake.options.load_options_bytes = sizeof u"entry=b-1.conf";
	starts("b-1.conf|");
}

static void remembers(const char *id)
{
	struct fake_variable *v;

	make();
	world_file("\\other.conf")->path = "\\hobnail.conf";
	world_config("timeout = 0\nremember = yes\nboot_entries = yes\n[k]\nkernel = \\boot\\kernel.elf\n");
	v = &fake.variables[fake.variable_count++];
	snprintf(v->name, sizeof v->name, "LastEntry");
	v->bytes = strlen(id);
	memcpy(v->data, id, v->bytes);
}

/* A choice that was remembered does not stand against the counter: the machine would never fall back. */
static void what_is_remembered_must_have_tries_left(void **state)
{
	(void)state;
	remembers("b-2.conf");
	starts("b-2.conf|");
	remembers("z.conf");
	starts("k|");
}

static void images_are_entries_by_their_os_release(void **state)
{
	static const char osrel[] = "PRETTY_NAME=\"Image OS\"\nID=image\nVERSION_ID=7\n";
	static uint8_t image[PE_BUILT_BYTES];

	(void)state;
	make();
	pe_build(image, 0x8664);
	pe_put_section(image, 1, ".osrel", 0x2000, 0x400, sizeof osrel);
	memcpy(image + 0x400, osrel, sizeof osrel);
	fake_add("\\EFI\\Linux\\image+1.efi", image, sizeof image);
	fake_add("\\EFI\\Linux\\plain.efi", world_elf.data, world_elf.bytes);
	fake.options.program = image;
	starts("image.efi|");
	expect_said("LoaderBootCountPath", "\\EFI\\Linux\\image+0-1.efi|");
	assert_string_equal(fake.program.path, "\\EFI\\Linux\\image+0-1.efi"); /* the name that its file has now */
	logged("boot entry plain.efi is hidden: this EFI program in \\EFI\\Linux is no unified kernel image");
}

static void hidden_entries_keep_no_memory(void **state)
{
	static char paths[20][40];
	unsigned pages[2];

	(void)state;
	for (unsigned many = 0; many < 2; many++) {
		make();
		for (unsigned i = 0; i < many * COUNT_OF(paths); i++) {
			snprintf(paths[i], sizeof paths[i], "\\loader\\entries\\arm-%02u.conf", i);
			add_text(paths[i], "linux /boot/kernel.elf\narchitecture aa64\n");
		}
		starts("b-2.conf|");
		pages[many] = fake.pages;
	}
	logged("boot entry arm-19.conf is hidden");
	assert_int_equal(pages[0], pages[1]);
}

static void expect_failed(const char *code)
{
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_true(world_said(code));
	assert_non_null(fake_find("\\loader\\entries\\b-2+2-02.conf"));
	assert_null(said("LoaderBootCountPath"));
}

/* An update that was cut off leaves such files: the machine must fall back to an entry before them. */
static void an_entry_that_cannot_be_started_has_used_a_try(void **state)
{
	unsigned call = 1;

	(void)state;
	make();
	starts("b-2.conf|");
	while (fake.trace[call - 1].service != SERVICE_LOAD_IMAGE)
		call++;
	make();
	fake.faults[0] = (struct fake_fault){ call, EFI_LOAD_ERROR };
	expect_failed("(ERR_IMAGE_REFUSED;");
	make();
	world_replace(world_file("\\boot\\kernel.elf"), "", 0);
	expect_failed("(ERR_FILE_EMPTY;");
	make();
	world_replace(world_file("\\boot\\one.bin"), "", 0);
	expect_failed("(ERR_FILE_EMPTY;");
}

static void there_are_many(void **state)
{
	static char paths[60][40];
	char sentence[200];

	(void)state;
	make();
	for (unsigned i = 0; i < 48; i++) {
		snprintf(paths[i], sizeof paths[i], "\\loader\\entries\\n-%u.conf", i);
		add_text(paths[i], "linux /boot/kernel.elf\n");
	}
	starts("n-44.conf|");
	err_sentence(&(struct problem){ .code = ERR_BLS_MANY, .value = { 48 } }, sentence, sizeof sentence);
	logged(sentence);
}

/* Paths and the command line of what is booted have the room of the loader's texts to themselves. */
static void long_titles_leave_room_for_a_command_line(void **state)
{
	static char texts[2][16000];

	(void)state;
	make();
	for (unsigned i = 0; i < 2; i++)
		snprintf(texts[i], sizeof texts[i], "title %0*u\nversion %u\nlinux /boot/kernel.elf\noptions %0*u\n",
		         9990, 0, i, 4000, 0);
	add_text("\\loader\\entries\\0.conf", texts[0]);
	add_text("\\loader\\entries\\1.conf", texts[1]);
	variable("LoaderEntryOneShot", "1.conf");
	starts("1.conf|");
	assert_int_equal(fake.program.options_bytes, 2 * 4001);
}

/* The next system must not find the counter of this one, and mark it good. */
static void a_program_that_ends_leaves_no_counter(void **state)
{
	(void)state;
	make();
	fake.options.program_ends = true;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_non_null(fake_find("\\loader\\entries\\b-2+2-02.conf"));
	expect_said("LoaderEntrySelected", "b-2.conf|");
	assert_null(said("LoaderBootCountPath"));
}

static uint64_t features(void)
{
	for (unsigned i = 0; i < fake.variable_count; i++)
		if (strcmp(fake.variables[i].name, "LoaderFeatures") == 0)
			return read_le64(fake.variables[i].data);
	return 0;
}

static void a_seed_is_announced_where_there_is_one(void **state)
{
	(void)state;
	make();
	starts("b-2.conf|");
	assert_int_equal(features() & 64, 64);
	make();
	fake.options.no_rng = true;
	starts("b-2.conf|");
	assert_int_equal(features() & 64, 0);
	make();
	fake.options.rng_fails = true;
	starts("b-2.conf|");
	assert_int_equal(features() & 64, 0);
	make();
	starts("b-2.conf|");
	unsigned call = fake.calls;
	while (fake.trace[call - 1].service != SERVICE_INSTALL_TABLE)
		call--;
	make();
	fake.faults[0] = (struct fake_fault){ call, EFI_OUT_OF_RESOURCES };
	starts("b-2.conf|");
	assert_int_equal(features() & 64, 0);
}

/* systemd, "The Boot Loader Interface": bits 0 to 3 are the timeouts, the default and the choice for once. */
static void features_are_announced_where_variables_are_read(void **state)
{
	(void)state;
	make();
	starts("b-2.conf|");
	assert_int_equal(features() & 0xf, 0xf);
	assert_int_equal(features() & (1 << 5 | 1 << 13 | 1 << 19), 1 << 5 | 1 << 13 | 1 << 19);
	make();
	world_file("\\other.conf")->path = "\\hobnail.conf";
	world_config("[k]\nkernel = \\boot\\kernel.elf\n");
	starts_alone();
}

/* ---- XBOOTLDR ---------------------------------------------------------------------------------------------------- */

static void expect_second(void)
{
	starts("x-1.conf|");
	assert_int_equal(fake.program.volume, 1);
	assert_string_equal(fake.program.path, "\\x\\linux");
	assert_int_equal(fake.program.initrd_bytes, 6);
	assert_true(fake.program.source_is_whole);
	expect_said("LoaderEntries", "x-1.conf|b-2.conf|b-1.conf|z.conf|");
	expect_said("LoaderBootCountPath", "\\loader\\entries\\x-1+2-1.conf|");
	assert_non_null(fake_find_on(1, "\\loader\\entries\\x-1+2-1.conf"));
	logged("boot entry x-1.conf (XBOOTLDR)");
	logged("device tree /x/tree at ");
	logged("boot entry lost.conf (XBOOTLDR) is hidden: there is no such file on the XBOOTLDR partition, which has "
	       "the boot entry");
}

static void entries_on_the_xbootldr_partition_have_their_files_there(void **state)
{
	static const uint32_t blocks[] = { 512, 4096, 65536 };

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(blocks); i++) {
		make_two();
		fake.options.second.block_bytes = blocks[i];
		expect_second();
	}
	unsigned pages = fake.pages;
	make_two();
	fake.options.second.is_told = true;
	fake.options.second.has_no_disk = true;
	expect_second();
	assert_int_equal(fake.pages, pages); /* what was read of the disk is not kept */
	make_two();
	fake.options.second.own_too = fake.options.second.has_third = true;
	expect_second();
	make_two();
	variable("LoaderEntryOneShot", "b-1.conf");
	starts("b-1.conf|");
	assert_int_equal(fake.program.volume, 0);
	expect_said("LoaderEntries", "x-1.conf|b-2.conf|b-1.conf|z.conf|");
}

/* Return; when the first program has ended, the entry below; when that one has ended, back to the firmware. */
static uint32_t chooses_below(void)
{
	static bool is_below;

	if (fake.program.runs != 1) {
		is_below = false;
		return fake.program.runs ? KEY_ESCAPE : KEY_RETURN;
	}
	is_below = !is_below;
	return is_below ? KEY_DOWN : KEY_RETURN;
}

static void the_next_attempt_is_of_its_own_volume(void **state)
{
	(void)state;
	make_two();
	fake.options.program_ends = true;
	fake.options.next_key = chooses_below;
	fake_run();
	assert_int_equal(fake.outcome, FAKE_RETURNED);
	assert_int_equal(fake.program.runs, 2);
	expect_said("LoaderEntrySelected", "b-2.conf|");
	assert_int_equal(fake.program.volume, 0);
	assert_string_equal(fake.program.path, "\\boot\\kernel.elf");
	assert_int_equal(fake.open_files, 0);
}

/* FAT knows no capitals, but each partition has its own names. */
static void capitals_tell_two_ids_apart(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		make_two();
		add_second_text("\\loader\\entries\\B-1.conf", "linux /x/linux\n");
		variable(i ? "LoaderEntryPreferred" : "LoaderEntryOneShot", "B-1.conf");
		starts("B-1.conf|");
		assert_int_equal(fake.program.volume, 1);
		make_two();
		add_second_text("\\loader\\entries\\B-1.conf", "linux /x/linux\n");
		variable(i ? "LoaderEntryPreferred" : "LoaderEntryOneShot", "b-1.conf");
		starts("b-1.conf|");
		assert_int_equal(fake.program.volume, 0);
	}
}

static unsigned calls_of(enum service service)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fake.calls; i++)
		count += fake.trace[i].service == service;
	return count;
}

static void other_partitions_are_not_read(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		struct fake_second *second = &fake.options.second;
		make_two();
		second->is_told = i % 2;
		second->is_data = i / 2 == 0;
		second->is_on_other_disk = i / 2 == 1;
		second->is_in_mbr = i / 2 == 2;
		second->has_other_id = i / 2 == 3;
		second->has_no_disk = i / 2 == 4 && !second->is_told;
		second->disk_is_parent = i / 2 == 7;
		second->block_bytes = i / 2 == 5 ? 131072 : i / 2 == 6 ? 256 : 512;
		fake_run();
		if (i >= 8 && second->is_told) { /* the disk is not asked */
			expect_said("LoaderEntrySelected", "x-1.conf|");
			continue;
		}
		expect_said("LoaderEntrySelected", "b-2.conf|");
		assert_int_equal(fake.program.volume, 0);
		assert_int_equal(fake.pools, 0);
		assert_null(strstr(loader_log.text, "XBOOTLDR"));
	}
	make();
	starts("b-2.conf|"); /* from no partition at all */
	assert_int_equal(calls_of(SERVICE_LOCATE_HANDLES), 0);
}

static void a_file_system_that_cannot_be_opened_hides_its_entries(void **state)
{
	unsigned call, opened = 0;

	(void)state;
	make_two();
	expect_second();
	for (call = 0; opened < 2; call++)
		opened += fake.trace[call].service == SERVICE_OPEN_VOLUME;
	make_two();
	fake.faults[0] = (struct fake_fault){ call, EFI_DEVICE_ERROR };
	fake.faults[1] = (struct fake_fault){ call + 2, EFI_DEVICE_ERROR };
	starts("b-2.conf|");
	logged("boot entry \\loader\\entries (XBOOTLDR) is hidden: the firmware cannot open the file system of the "
	       "XBOOTLDR partition (status 0x8000000000000007)");
}

/* ---- Failures ---------------------------------------------------------------------------------------------------- */

/* With one partition, and with two whose types are told or read. */
static void make_for_failure(unsigned way)
{
	if (!way)
		make();
	else
		make_two();
	fake.options.second.is_told = way == 2;
	variable("LoaderEntryOneShot", way ? "x-1.conf" : "b-1.conf");
	variable("LoaderConfigTimeoutOneShot", "menu-force");
}

static bool is_clean(void)
{
	return (fake.outcome == FAKE_STARTED && !fake.pools) ||
	       (fake.outcome == FAKE_RETURNED && !fake.open_files && !fake.pools &&
	        fake.pages == fake.excused_pages && strstr(fake.console, "ERR_"));
}

/* Entries are hidden, a try is not counted, a variable is not written; or the boot ends with an error, and nothing is
 * left behind. */
static void any_call_may_fail(void **state)
{
	static const EFI_STATUS ways[] = { EFI_NOT_FOUND, EFI_DEVICE_ERROR, EFI_OUT_OF_RESOURCES, FAULT_SHORT };

	(void)state;
	for (unsigned way = 0; way < 3; way++) {
		make_for_failure(way);
		fake_run();
		for (unsigned n = 1, calls = fake.calls; n <= calls; n++)
			for (unsigned k = 0; k < COUNT_OF(ways); k++) {
				make_for_failure(way);
				fake.faults[0] = (struct fake_fault){ n, ways[k] };
				fake_run();
				if (!is_clean() || fake.forbidden[0])
					fail_msg("%u: call %u, way %u: outcome %u, %u files, %u pages: %s", way, n, k,
					         fake.outcome, fake.open_files, fake.pages, fake.console);
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_in_order_is_booted_and_its_try_counted),
		cmocka_unit_test(a_variable_chooses_once),
		cmocka_unit_test(what_is_preferred_must_have_tries_left),
		cmocka_unit_test(a_choice_for_once_ends_where_another_is_given),
		cmocka_unit_test(times_are_numbers_or_words),
		cmocka_unit_test(a_menu_is_shown_where_a_variable_asks_for_it),
		cmocka_unit_test(for_once_counts_more),
		cmocka_unit_test(a_menu_that_is_disabled_is_never_shown),
		cmocka_unit_test(entries_of_another_type_are_not_read),
		cmocka_unit_test(a_seed_is_announced_where_there_is_one),
		cmocka_unit_test(a_choice_for_once_that_cannot_be_deleted_is_not_followed),
		cmocka_unit_test(a_configuration_says_whether_they_are_shown),
		cmocka_unit_test(what_is_remembered_must_have_tries_left),
		cmocka_unit_test(images_are_entries_by_their_os_release),
		cmocka_unit_test(hidden_entries_keep_no_memory),
		cmocka_unit_test(an_entry_that_cannot_be_started_has_used_a_try),
		cmocka_unit_test(there_are_many),
		cmocka_unit_test(long_titles_leave_room_for_a_command_line),
		cmocka_unit_test(a_program_that_ends_leaves_no_counter),
		cmocka_unit_test(features_are_announced_where_variables_are_read),
		cmocka_unit_test(entries_on_the_xbootldr_partition_have_their_files_there),
		cmocka_unit_test(the_next_attempt_is_of_its_own_volume),
		cmocka_unit_test(capitals_tell_two_ids_apart),
		cmocka_unit_test(other_partitions_are_not_read),
		cmocka_unit_test(a_file_system_that_cannot_be_opened_hides_its_entries),
		cmocka_unit_test(any_call_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
