/* The reader of the Limine protocol's requests, its memory map, and the hash of modules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "blake2b.h"
#include "limine_respond.h"

#define BASE 0xffffffff80000000ull

enum { WORDS = 256 };

static struct {
	_Alignas(4096) uint64_t words[WORDS];
	unsigned used;
	struct attempt a;
	struct pages pages;
	struct limine limine;
	struct problem problem;
} w;

static void *page_at(void *context, paddr at)
{
	(void)context;
	return (void *)(uintptr_t)at;
}

/* A kernel of one writable segment, and nothing in it. */
static int fresh(void **state)
{
	(void)state;
	memset(&w, 0, sizeof w);
	w.pages.at = page_at;
	w.a.pages = &w.pages;
	w.a.kernel.layout.segment_count = 1;
	w.a.kernel.layout.segments[0] = (struct elf_segment){
		.virt = BASE, .run = BASE, .place = (uintptr_t)w.words, .loaded = (uintptr_t)w.words,
		.file_bytes = sizeof w.words, .memory_bytes = sizeof w.words,
		.rights = ELF_READ | ELF_WRITE | ELF_EXECUTE,
	};
	return 0;
}

static unsigned put(uint64_t a, uint64_t b)
{
	unsigned at = w.used;

	w.words[w.used++] = a;
	w.words[w.used++] = b;
	return at;
}

static unsigned request(uint64_t a, uint64_t b, uint64_t revision, unsigned more)
{
	unsigned at = put(0xc7b1dd30df4c8b88, 0x0a82e883a194f07b);

	put(a, b);
	put(revision, 0);
	w.used += more;
	return at;
}

static unsigned memory_map(void)
{
	return request(0x67cf3d9d378a806f, 0xe304acdfc50c3c62, 0, 0);
}

static void tag(uint64_t revision)
{
	put(0xf9562b2d5c95a6c8, 0x6a7b384944536bdc);
	w.words[w.used++] = revision;
}

static void start(void)
{
	put(0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf);
	put(0x785c6ed015d3e316, 0x181e920a7852b9d9);
}

static void end(void)
{
	put(0xadc0e0531bb10d03, 0x9572709f31764c62);
}

static enum err scan(void)
{
	return limine_scan(&w.a.kernel.layout, &w.pages, &w.limine, &w.problem);
}

static void requests_and_revision_are_found(void **state)
{
	(void)state;
	tag(3);
	unsigned at = memory_map();
	request(1, 2, 0, 0);
	assert_int_equal(scan(), OK);
	assert_true(w.limine.found && w.limine.has_tag);
	assert_int_equal(w.limine.revision, 3);
	assert_int_equal(w.limine.of[LIMINE_MEMORY_MAP].virt, BASE + 8 * at);
	assert_int_equal(w.limine.count, 2);
	assert_int_equal(w.limine.unknown_count, 1);
	assert_int_equal(w.limine.unknown[0][1], 2);
}

static void without_a_tag_the_revision_is_0_and_a_higher_one_is_served_as_the_last(void **state)
{
	(void)state;
	memory_map();
	assert_int_equal(scan(), OK);
	assert_int_equal(w.limine.revision, 0);
	assert_false(w.limine.has_tag);
	tag(99);
	assert_int_equal(scan(), OK);
	assert_int_equal(w.limine.revision, LIMINE_LAST_REVISION);
	assert_int_equal(w.limine.asked_revision, 99);
}

static void a_kernel_without_anything_is_none(void **state)
{
	(void)state;
	assert_int_equal(scan(), OK);
	assert_false(w.limine.found);
	/* numbers in data that is only read are a loader's own, unless both markers are there */
	memory_map();
	w.a.kernel.layout.segments[0].rights = ELF_READ;
	assert_int_equal(scan(), OK);
	assert_false(w.limine.found);
}

static void only_what_lies_between_the_markers_counts(void **state)
{
	(void)state;
	tag(1);
	memory_map();
	start();
	tag(4);
	unsigned at = memory_map();
	end();
	tag(5);
	memory_map();
	assert_int_equal(scan(), OK);
	assert_true(w.limine.has_markers);
	assert_int_equal(w.limine.revision, 4);
	assert_int_equal(w.limine.of[LIMINE_MEMORY_MAP].virt, BASE + 8 * at);
	assert_int_equal(w.limine.outside, 2);
	assert_int_equal(w.limine.first_outside, BASE + 8 * 3);
}

static void a_marker_without_its_partner_is_refused_from_revision_2_on(void **state)
{
	(void)state;
	start();
	tag(2);
	assert_int_equal(scan(), ERR_LIMINE_MARKER_START);
	assert_int_equal(w.problem.value[0], BASE);
	w.words[w.used - 1] = 1;
	assert_int_equal(scan(), OK);
	fresh(NULL);
	tag(2);
	end();
	assert_int_equal(scan(), ERR_LIMINE_MARKER_END);
	fresh(NULL);
	end();
	tag(0);
	start();
	assert_int_equal(scan(), ERR_LIMINE_MARKER_ORDER);
}

static void what_is_there_twice_is_refused(void **state)
{
	(void)state;
	tag(3);
	tag(3);
	assert_int_equal(scan(), ERR_LIMINE_TAG_TWICE);
	assert_int_equal(w.problem.value[1], BASE + 24);
	fresh(NULL);
	tag(1);
	memory_map();
	memory_map();
	assert_int_equal(scan(), ERR_LIMINE_TWICE);
	assert_string_equal(w.problem.text[0], "memory map");
}

/* Base revision 0 has a list, perhaps. */
static void what_is_there_twice_may_be_listed_once(void **state)
{
	(void)state;
	unsigned first = memory_map(), second = memory_map();
	uint64_t one[] = { BASE + 8 * second, 0 }, both[] = { BASE + 8 * second, BASE + 8 * first, 0 };
	assert_int_equal(scan(), OK);
	assert_int_equal(limine_check_twice(&w.limine, &w.problem), ERR_LIMINE_TWICE);
	assert_int_equal(w.problem.value[0], BASE + 8 * first);
	assert_int_equal(w.problem.value[1], BASE + 8 * second);
	assert_string_equal(w.problem.text[0], "memory map");
	limine_keep_listed(&w.limine, both, 3, 0);
	assert_int_equal(limine_check_twice(&w.limine, &w.problem), ERR_LIMINE_TWICE);
	limine_keep_listed(&w.limine, one, 2, 0);
	assert_int_equal(limine_check_twice(&w.limine, &w.problem), OK);
	assert_int_equal(w.limine.of[LIMINE_MEMORY_MAP].virt, BASE + 8 * second);
	assert_true(limine_asks(&w.limine, LIMINE_MEMORY_MAP));
	assert_int_equal(w.limine.count, 1);
	assert_int_equal(w.limine.outside, 1);
	assert_int_equal(w.limine.first_outside, BASE + 8 * first);
	assert_int_equal(scan(), OK);
	one[0] = BASE + 8 * first;
	limine_keep_listed(&w.limine, one, 2, 0);
	assert_int_equal(limine_check_twice(&w.limine, &w.problem), OK);
	assert_int_equal(w.limine.of[LIMINE_MEMORY_MAP].virt, BASE + 8 * first);
	for (unsigned i = 0; i < LIMINE_MAX_AGAIN - 1; i++)
		memory_map();
	assert_int_equal(scan(), OK);
	memory_map();
	assert_int_equal(scan(), ERR_LIMINE_TWICE);
}

static void a_request_that_the_file_cuts_is_refused(void **state)
{
	(void)state;
	memory_map();
	w.a.kernel.layout.segments[0].file_bytes = 40;
	assert_int_equal(scan(), ERR_LIMINE_CUT);
	w.a.kernel.layout.segments[0].file_bytes = 48;
	assert_int_equal(scan(), OK);
	/* a later revision is longer */
	fresh(NULL);
	request(0x95c1a0edab0944cb, 0xa4e5cb3842f7488a, 1, 3);
	w.a.kernel.layout.segments[0].file_bytes = 64;
	assert_int_equal(scan(), ERR_LIMINE_CUT);
	w.words[4] = 0;
	assert_int_equal(scan(), OK);
}

static void too_many_requests_are_refused(void **state)
{
	(void)state;
	while (w.used < WORDS)
		put(0xc7b1dd30df4c8b88, 0x0a82e883a194f07b);
	assert_true(scan() != OK); /* cut, or twice */
	static uint64_t more[2 * (LIMINE_MAX_HITS + 1)];
	for (unsigned i = 0; i < COUNT_OF(more); i += 2) {
		more[i] = 0xc7b1dd30df4c8b88;
		more[i + 1] = 0x0a82e883a194f07b;
	}
	w.a.kernel.layout.segments[0].loaded = (uintptr_t)more;
	w.a.kernel.layout.segments[0].file_bytes = sizeof more;
	assert_int_equal(scan(), ERR_LIMINE_MANY);
}

static void a_list_leaves_only_what_it_names(void **state)
{
	(void)state;
	unsigned map = memory_map();
	request(0x48dcf1cb8ad2b852, 0x63984e959a98244b, 0, 0);
	assert_int_equal(scan(), OK);
	uint64_t list[] = { BASE + 8 * map, 0 };
	limine_keep_listed(&w.limine, list, 2, 0);
	assert_true(limine_asks(&w.limine, LIMINE_MEMORY_MAP));
	assert_false(limine_asks(&w.limine, LIMINE_HHDM));
}

/* Where the list leads: to a request, beside one, to what is none, out of the kernel. */
static void a_list_may_lead_to_no_request(void **state)
{
	(void)state;
	unsigned map = memory_map();
	assert_int_equal(scan(), OK);
	vaddr at = BASE + 8 * map;
	uint64_t good[] = { at, 0, BASE + 1 }, bad[] = { at, at + 4, at + 8, BASE - 8, 0 };
	limine_check_list(&w.a, &w.limine, good, 3);
	assert_int_equal(w.limine.odd, 0);
	limine_check_list(&w.a, &w.limine, bad, 5);
	assert_int_equal(w.limine.odd, 3);
	assert_int_equal(w.limine.first_odd, at + 4);
	w.limine.odd = 0;
	limine_check_list(&w.a, &w.limine, good, 1); /* nothing ends it */
	assert_int_equal(w.limine.odd, 1);
}

static void a_paging_mode_that_cannot_be_is_refused(void **state)
{
	static const struct limine_options options;
	struct wants wants;

	(void)state;
	unsigned at = request(0x95c1a0edab0944cb, 0xa4e5cb3842f7488a, 1, 3);
	w.words[at + 7] = 0; /* most  */
	w.words[at + 8] = 1; /* least */
	assert_int_equal(scan(), OK);
	assert_int_equal(limine_wants(&w.a, &w.limine, &options, &wants, &w.problem), ERR_LIMINE_PAGING);
	w.words[at + 6] = 1;
	w.words[at + 7] = 1;
	w.words[at + 8] = 0;
	assert_int_equal(limine_wants(&w.a, &w.limine, &options, &wants, &w.problem), OK);
	assert_int_equal(wants.paging_most, 5);
	assert_int_equal(wants.paging_least, 4);
	assert_true(wants.maps[WANT_IDENTITY_MAP].asked);
	assert_int_equal(wants.maps[WANT_IDENTITY_MAP].from, 4096);
}

static void ids_above_254_need_x2apic_mode(void **state)
{
	struct table_cpu cpus[] = { { .hardware_id = 0, .enabled = true }, { .hardware_id = 254, .enabled = true },
	                            { .hardware_id = 255, .enabled = true }, { .hardware_id = 300 } };

	(void)state;
	w.a.arch = HOBNAIL_ARCH_X86_64;
	w.a.platform.cpus = cpus;
	w.a.platform.cpu_count = 4;
	w.a.mode.state = STATE_X2APIC;
	assert_int_equal(limine_leave_out(&w.a), 0);
	assert_true(cpus[2].enabled);
	w.a.mode.state = STATE_XAPIC;
	assert_int_equal(limine_leave_out(&w.a), 1);
	assert_true(cpus[1].enabled);
	assert_false(cpus[2].enabled);
	w.a.arch = HOBNAIL_ARCH_AARCH64;
	cpus[2].enabled = true;
	assert_int_equal(limine_leave_out(&w.a), 0);
}

static void strings_must_end_in_the_kernel(void **state)
{
	struct text t;

	(void)state;
	memcpy(w.words, "hello", 6);
	assert_true(limine_string(&w.a, BASE, &t));
	assert_int_equal(t.bytes, 5);
	memset(w.words, 'x', sizeof w.words);
	assert_false(limine_string(&w.a, BASE, &t));
	assert_false(limine_string(&w.a, BASE - 8, &t));
}

/* RFC 7693, appendix A */
static const char hash_of_abc[] = "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                                  "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923";

/* That, and those of nothing and of whole blocks, as b2sum prints them. */
static void hashes_are_those_of_the_rfc(void **state)
{
	static const char none[] = "786a02f742015903c6c6fd852552d272912f4740e15847618a86e217f71f5419"
	                           "d25e1031afee585313896444934eb04b903a685b1448b755d56f701afe9be2ce";
	struct text hash = { hash_of_abc, 128 };

	(void)state;
	assert_int_equal(limine_check_hash("abc", 3, hash, &w.problem), OK);
	assert_int_equal(limine_check_hash("abd", 3, hash, &w.problem), ERR_LIMINE_HASH);
	assert_int_equal(limine_check_hash("", 0, (struct text){ none, 128 }, &w.problem), OK);
	hash.bytes = 127;
	assert_int_equal(limine_check_hash("abc", 3, hash, &w.problem), ERR_LIMINE_HASH_TEXT);
	char odd[128];
	memcpy(odd, hash_of_abc, 128);
	odd[5] = 'g';
	assert_int_equal(limine_check_hash("abc", 3, (struct text){ odd, 128 }, &w.problem), ERR_LIMINE_HASH_TEXT);
}

/* More than one hash gives, and all of them other ones with another seed. */
static void values_are_made_of_a_seed(void **state)
{
	uint64_t a[21], b[21], again[21];

	(void)state;
	limine_stretch("seed", 4, a, 20);
	limine_stretch("seeds", 5, b, 20);
	again[20] = 77;
	limine_stretch("seed", 4, again, 20);
	assert_memory_equal(a, again, 20 * sizeof *a);
	assert_int_equal(again[20], 77);
	for (unsigned i = 0; i < 20; i++)
		for (unsigned k = 0; k < 20; k++)
			assert_true(a[i] != b[k] && (i == k || a[i] != a[k]));
}

static void the_map_has_framebuffer_and_tables_in_place_of_what_is_there(void **state)
{
	static struct hobnail_memory entries[] = {
		{ 0x1000, 0x9000, HOBNAIL_MEMORY_USABLE, 0, 8 },
		{ 0xa000, 0x2000, HOBNAIL_MEMORY_NET, 0, 8 },
		{ 0xc000, 0x2000, HOBNAIL_MEMORY_TABLES, 0, 8 },
		{ 0x20000, 0x10000, HOBNAIL_MEMORY_RESERVED, 0, 8 },
	};
	const struct memmap m = { entries, COUNT_OF(entries), COUNT_OF(entries) };
	static struct platform platform = {
		.has_framebuffer = true, .framebuffer = { .phys = 0x24800, .bytes = 0x1000 },
		.tables = { { 0x22000, 0x1000 } }, .table_count = 1,
	};
	static const struct limine_memory expected[] = {
		{ 0x1000, 0x9000, LIMINE_USABLE }, { 0xa000, 0x4000, LIMINE_BOOTLOADER_RECLAIMABLE },
		{ 0x20000, 0x2000, LIMINE_RESERVED }, { 0x22000, 0x1000, LIMINE_RESERVED_MAPPED },
		{ 0x23000, 0x1000, LIMINE_RESERVED }, { 0x24000, 0x2000, LIMINE_FRAMEBUFFER_MEMORY },
		{ 0x26000, 0xa000, LIMINE_RESERVED },
	};
	struct limine_memory out[200];

	(void)state;
	assert_int_equal(limine_map(&m, &platform, 4, out), COUNT_OF(expected));
	assert_memory_equal(out, expected, sizeof expected);
	assert_int_equal(limine_map(&m, &platform, 3, out), COUNT_OF(expected) - 2);
	assert_int_equal(limine_memory_type(HOBNAIL_MEMORY_RUNTIME_DATA, 4), LIMINE_RESERVED);
	assert_int_equal(limine_memory_type(HOBNAIL_MEMORY_RUNTIME_DATA, 5), LIMINE_RESERVED_MAPPED);
}

/* ---- Internal modules -------------------------------------------------------------------------------------- */

/* The modules request in revision 1, with `count` modules of path and flags; all lie behind it in the segment. */
static void internal(unsigned count, const char *path, uint64_t flags)
{
	enum { LIST = 64, MODULE = 100, PATH = 120 };
	unsigned at = request(0x3e7e279702be32af, 0xca1c4f3bd1280cee, 1, 2);

	w.words[at + 6] = count;
	w.words[at + 7] = BASE + 8 * LIST;
	for (unsigned i = 0; i < count && LIST + i < MODULE; i++)
		w.words[LIST + i] = BASE + 8 * MODULE;
	w.words[MODULE] = BASE + 8 * PATH;
	w.words[MODULE + 2] = flags;
	memcpy(&w.words[PATH], path, strlen(path) + 1);
	assert_int_equal(limine_scan(&w.a.kernel.layout, &w.pages, &w.limine, &w.problem), OK);
}

static void internal_modules_are_read(void **state)
{
	struct limine_internal m;
	unsigned count = 0;

	(void)state;
	internal(2, "font.bin#12ab", LIMINE_MODULE_REQUIRED);
	assert_int_equal(limine_internal_count(&w.a, &w.limine, &count, &w.problem), OK);
	assert_int_equal(count, 2);
	assert_int_equal(limine_internal(&w.a, &w.limine, 1, &m, &w.problem), OK);
	assert_true(text_is(m.path, "font.bin") && text_is(m.hash, "12ab") && text_is(m.string, ""));
	assert_int_equal(m.flags, LIMINE_MODULE_REQUIRED);
	assert_int_equal(limine_internal_allowed(&m, &w.problem), ERR_LIMINE_HASH_TEXT);
	assert_int_equal(w.problem.value[0], 4);
	assert_int_equal(limine_internal_all(&w.a, &w.limine, &w.problem), ERR_LIMINE_HASH_TEXT);
}

static void internal_modules_that_cannot_be_served_are_refused(void **state)
{
	unsigned count;

	internal(1, "font.bin", LIMINE_MODULE_COMPRESSED);
	assert_int_equal(limine_internal_all(&w.a, &w.limine, &w.problem), ERR_LIMINE_COMPRESSED);
	fresh(state);
	internal(LIMINE_MAX_INTERNAL, "font.bin", 0);
	assert_int_equal(limine_internal_all(&w.a, &w.limine, &w.problem), OK);
	fresh(state);
	internal(LIMINE_MAX_INTERNAL + 1, "font.bin", 0);
	assert_int_equal(limine_internal_count(&w.a, &w.limine, &count, &w.problem), ERR_TOO_MANY_MODULES);
	fresh(state);
	internal(1, "font.bin", 0);
	w.words[7] = BASE + sizeof w.words - 4;
	assert_int_equal(limine_internal_all(&w.a, &w.limine, &w.problem), ERR_LIMINE_MODULE);
	assert_int_equal(w.problem.value[0], BASE + sizeof w.words - 4);
	fresh(state);
	internal(1, "font.bin", 0);
	w.words[100] = BASE - 1;
	assert_int_equal(limine_internal_all(&w.a, &w.limine, &w.problem), ERR_LIMINE_MODULE);
	fresh(state);
	internal(1, "font.bin", 0);
	w.words[64] = BASE + sizeof w.words - 16;
	assert_int_equal(limine_internal_all(&w.a, &w.limine, &w.problem), ERR_LIMINE_MODULE);
}

static void a_module_that_is_missing_is_passed_over_if_it_is_optional(void **state)
{
	static const enum err missing[] = { ERR_FILE_NOT_FOUND, ERR_FILE_NOT_FOUND_XBOOTLDR, ERR_PATH,
	                                    ERR_PATH_CHARACTER, ERR_PATH_END, ERR_PATH_NAME };
	struct limine_internal optional = { .flags = 0 }, required = { .flags = LIMINE_MODULE_REQUIRED };
	bool there;

	(void)state;
	for (unsigned i = 0; i < COUNT_OF(missing); i++) {
		there = true;
		assert_int_equal(limine_internal_judge(&optional, missing[i], NULL, 0, &there, &w.problem), OK);
		assert_false(there);
		there = true;
		enum err e = limine_internal_judge(&required, missing[i], NULL, 0, &there, &w.problem);
		assert_int_equal(e, missing[i]);
		assert_false(there);
	}
	assert_int_equal(limine_internal_judge(&optional, ERR_FILE_DIRECTORY, NULL, 0, &there, &w.problem),
	                 ERR_FILE_DIRECTORY);
	assert_int_equal(limine_internal_judge(&optional, OK, "x", 1, &there, &w.problem), OK);
	assert_true(there);
}

static void a_module_that_is_there_is_the_one_of_its_hash(void **state)
{
	struct limine_internal m = { .hash = text_of(hash_of_abc) };
	bool there = false;

	(void)state;
	assert_int_equal(limine_internal_judge(&m, OK, "abc", 3, &there, &w.problem), OK);
	assert_true(there);
	assert_int_equal(limine_internal_judge(&m, OK, "abd", 3, &there, &w.problem), ERR_LIMINE_HASH);
	assert_false(there);
}

/* Revision 0 of the request has no list: what stands behind it is something else. */
static void a_request_for_modules_of_revision_0_has_no_list(void **state)
{
	unsigned count = 9;

	(void)state;
	request(0x3e7e279702be32af, 0xca1c4f3bd1280cee, 0, 2);
	assert_int_equal(limine_scan(&w.a.kernel.layout, &w.pages, &w.limine, &w.problem), OK);
	w.words[6] = 77;
	assert_int_equal(limine_internal_count(&w.a, &w.limine, &count, &w.problem), OK);
	assert_int_equal(count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(requests_and_revision_are_found, fresh),
		cmocka_unit_test_setup(without_a_tag_the_revision_is_0_and_a_higher_one_is_served_as_the_last, fresh),
		cmocka_unit_test_setup(a_kernel_without_anything_is_none, fresh),
		cmocka_unit_test_setup(only_what_lies_between_the_markers_counts, fresh),
		cmocka_unit_test_setup(a_marker_without_its_partner_is_refused_from_revision_2_on, fresh),
		cmocka_unit_test_setup(what_is_there_twice_is_refused, fresh),
		cmocka_unit_test_setup(what_is_there_twice_may_be_listed_once, fresh),
		cmocka_unit_test_setup(a_request_that_the_file_cuts_is_refused, fresh),
		cmocka_unit_test_setup(too_many_requests_are_refused, fresh),
		cmocka_unit_test_setup(a_list_leaves_only_what_it_names, fresh),
		cmocka_unit_test_setup(a_list_may_lead_to_no_request, fresh),
		cmocka_unit_test_setup(a_paging_mode_that_cannot_be_is_refused, fresh),
		cmocka_unit_test_setup(ids_above_254_need_x2apic_mode, fresh),
		cmocka_unit_test_setup(strings_must_end_in_the_kernel, fresh),
		cmocka_unit_test_setup(internal_modules_are_read, fresh),
		cmocka_unit_test_setup(internal_modules_that_cannot_be_served_are_refused, fresh),
		cmocka_unit_test_setup(a_module_that_is_missing_is_passed_over_if_it_is_optional, fresh),
		cmocka_unit_test_setup(a_module_that_is_there_is_the_one_of_its_hash, fresh),
		cmocka_unit_test_setup(a_request_for_modules_of_revision_0_has_no_list, fresh),
		cmocka_unit_test_setup(hashes_are_those_of_the_rfc, fresh),
		cmocka_unit_test_setup(values_are_made_of_a_seed, fresh),
		cmocka_unit_test_setup(the_map_has_framebuffer_and_tables_in_place_of_what_is_there, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
