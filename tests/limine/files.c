/* files.c — the kernel's file and modules (docs/limine.md, "Files"). Pattern files, NAME.pat: byte i is i * 131 + (i >>
 * 12), modulo 256. */
#include "acpi.h"
#include "machine.h"

enum { FILES_MOST = 128, TEXT_BYTES = 160, INTERNAL_MOST = 8 };

struct known_file {
	struct file f;
	bool readable;
	char path[TEXT_BYTES], string[TEXT_BYTES];
};

static struct known_file kernel, modules[FILES_MOST];
static bool has_kernel, has_modules;
static struct answer_list answer;
static unsigned count;

extern const char image_start[];

static void gather_file(struct known_file *k, const char *what, uint64_t at)
{
	k->readable = take_object(what, at, &k->f, sizeof k->f) &&
	              take_text("a file's path", k->f.path, k->path, sizeof k->path) &&
	              take_text("a file's string", k->f.string, k->string, sizeof k->string);
}

void files_gather(void)
{
	struct answer_pointer a;
	uint64_t at;

	has_kernel = take(REQUEST_EXECUTABLE_FILE, &a, sizeof a);
	if (has_kernel)
		gather_file(&kernel, "the kernel's file", a.address);
	has_modules = take(REQUEST_MODULES, &answer, sizeof answer);
	if (!has_modules)
		return;
	take_object("the modules' pointers", answer.pointers, NULL, answer.count * sizeof at);
	for (; count < answer.count && count < FILES_MOST; count++) {
		if (!copy_from(&at, answer.pointers + count * sizeof at, sizeof at))
			break;
		gather_file(&modules[count], "a module", at);
		say("limine: module %s (%s), %lu bytes", modules[count].path, modules[count].string,
		    modules[count].f.bytes);
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = 0, m = 0;

	while (text[n])
		n++;
	while (end[m])
		m++;
	return n >= m && texts_equal(text + n - m, end);
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

/* The file's first segment, which nothing changes, is what runs. */
static enum verdict compare_text(const uint8_t *header, uint64_t file)
{
	enum { PHOFF = 32, OFFSET = 8, FILE_BYTES = 32, PHDR_BYTES = 56 };
	static uint8_t one[PAGE_BYTES];
	uint8_t phdr[PHDR_BYTES];

	if (!copy_from(phdr, file + acpi_u64(header + PHOFF), sizeof phdr))
		return broken("the program headers cannot be read");
	uint64_t offset = acpi_u64(phdr + OFFSET), bytes = acpi_u64(phdr + FILE_BYTES);
	if (offset + bytes > kernel.f.bytes)
		return broken("the file has 0x%lx bytes, and its first segment ends at 0x%lx", kernel.f.bytes,
		              offset + bytes);
	for (uint64_t at = 0; at < bytes; at += sizeof one) {
		uint64_t now = bytes - at < sizeof one ? bytes - at : sizeof one;
		if (!copy_from(one, file + offset + at, now))
			return broken("the file cannot be read at 0x%lx", offset + at);
		if (!bytes_equal(one, image_start + at, now))
			return broken("the file is not what runs, at 0x%lx", offset + at);
	}
	return HOLDS;
}

static enum verdict check_kernel(void)
{
	uint8_t header[64];

	if (!has_kernel)
		return NOT_APPLICABLE;
	if (!kernel.readable || !copy_from(header, kernel.f.address, sizeof header))
		return broken("the file at 0x%lx cannot be read", kernel.f.address);
	if (!bytes_equal(header, "\177ELF\2\1\1", 7) || acpi_u16(header + 18) != machine_elf)
		return broken("the file at 0x%lx is not this kernel", kernel.f.address);
	return compare_text(header, kernel.f.address);
}

static bool is_zero(const struct uuid *u)
{
	static const struct uuid zero;

	return bytes_equal(u, &zero, sizeof zero);
}

static bool is_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static enum verdict check_description(const struct known_file *k)
{
	enum { OPTICAL = 1, TFTP = 2 };
	bool with_server = k->f.server[0] | k->f.server[1] | k->f.server[2] | k->f.server[3];

	if (!k->readable)
		return broken("a file's texts cannot be read");
	if (k->f.address % PAGE_BYTES)
		return broken("%s is at 0x%lx", k->path, k->f.address);
	if (k->path[0] != '/' || !is_ascii(k->path) || !is_ascii(k->string))
		return broken("a file's path is '%s', its string '%s'", k->path, k->string);
	if (k->f.media > TFTP || with_server != (k->f.media == TFTP))
		return broken("%s has medium %u", k->path, k->f.media);
	if (!is_zero(&k->f.disk) && (k->f.partition == 0 || is_zero(&k->f.partition_id)))
		return broken("%s is in partition %u of a GPT disk", k->path, k->f.partition);
	if (k->f.mbr_id && !is_zero(&k->f.partition_id))
		return broken("%s is on an MBR's disk, 0x%x, and in a GPT", k->path, k->f.mbr_id);
	if (k->f.partition != kernel.f.partition || k->f.mbr_id != kernel.f.mbr_id ||
	    !bytes_equal(&k->f.disk, &kernel.f.disk, sizeof k->f.disk) ||
	    !bytes_equal(&k->f.partition_id, &kernel.f.partition_id, sizeof k->f.disk))
		return told("volumes") ? HOLDS : broken("%s is said to be on another volume than the kernel", k->path);
	if (told("gpt") && (k->f.partition == 0 || is_zero(&k->f.partition_id)))
		return broken("%s is in partition %u of a GPT disk, and has no UUID", k->path, k->f.partition);
	return HOLDS;
}

static enum verdict check_descriptions(void)
{
	if (has_kernel && check_description(&kernel) == BROKEN)
		return BROKEN;
	for (unsigned i = 0; has_kernel && i < count; i++)
		if (check_description(&modules[i]) == BROKEN)
			return BROKEN;
	return has_kernel ? HOLDS : NOT_APPLICABLE;
}

static uint64_t pages_of(const struct known_file *k)
{
	return (k->f.bytes + PAGE_BYTES - 1) & ~(uint64_t)(PAGE_BYTES - 1);
}

static enum verdict check_module_pages(void)
{
	for (unsigned i = 0; i < count; i++) {
		const struct known_file *a = &modules[i];
		uint64_t phys = a->f.address - hhdm, mapped;

		if (a->f.bytes == 0)
			continue;
		if (!space_phys(a->f.address, &mapped) || mapped != phys)
			return broken("%s at 0x%lx is not in the direct map", a->path, a->f.address);
		if (!map_within(phys, pages_of(a), BIT(MAP_EXECUTABLE)))
			return broken("%s at physical 0x%lx is in types 0x%lx", a->path, phys,
			              map_types(phys, pages_of(a)));
		for (unsigned k = i + 1; k < count; k++)
			if (a->f.address < modules[k].f.address + pages_of(&modules[k]) &&
			    modules[k].f.address < a->f.address + pages_of(a))
				return broken("%s and %s share a page", a->path, modules[k].path);
	}
	return count ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_pattern(const struct known_file *k)
{
	static uint8_t one[PAGE_BYTES];

	for (uint64_t at = 0; at < k->f.bytes; at += sizeof one) {
		uint64_t now = k->f.bytes - at < sizeof one ? k->f.bytes - at : sizeof one;
		if (!copy_from(one, k->f.address + at, now))
			return broken("%s cannot be read at 0x%lx", k->path, at);
		for (uint64_t i = 0; i < now; i++)
			if (one[i] != (uint8_t)((at + i) * 131 + ((at + i) >> 12)))
				return broken("byte 0x%lx of %s is 0x%x", at + i, k->path, one[i]);
	}
	return HOLDS;
}

static enum verdict check_contents(void)
{
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		if (!ends_with(modules[i].path, ".pat"))
			continue;
		any = true;
		if (check_pattern(&modules[i]) == BROKEN)
			return BROKEN;
	}
	return any ? HOLDS : NOT_APPLICABLE;
}

/* A list without modules is none: then there is no answer. */
static enum verdict check_count(void)
{
	uint64_t internal = request_made(REQUEST_MODULES) && requests[REQUEST_MODULES].own[OWN_MODULE_COUNT].number ? 2
	                                                                                                          : 0;

	if (has_modules && answer.count == 0)
		return broken("the answer has no modules");
	if (!told("modules"))
		return internal || has_modules ? HOLDS : NOT_APPLICABLE;
	return expect("the number of modules", has_modules ? answer.count : 0, told_number("modules", 0) + internal);
}

static enum verdict is_internal(unsigned i, const char *name, const char *string, const char *contents)
{
	char text[16] = { 0 };
	size_t bytes = 0;

	while (contents[bytes])
		bytes++;
	if (i >= count || !ends_with(modules[i].path, name) || !texts_equal(modules[i].string, string))
		return broken("module %u is not %s with the string '%s'", i, name, string);
	if (modules[i].f.bytes != bytes || !copy_from(text, modules[i].f.address, bytes) ||
	    !texts_equal(text, contents))
		return broken("module %u, %s, is '%s'", i, name, text);
	return HOLDS;
}

/* requests.c asks for internal.txt, absent.txt and hashed.txt. */
static enum verdict check_internal(void)
{
	if (!requests[REQUEST_MODULES].own[OWN_MODULE_COUNT].number)
		return NOT_APPLICABLE;
	if (is_internal(0, "/internal.txt", "asked for inside", "inside\n") == BROKEN)
		return BROKEN;
	return is_internal(1, "/hashed.txt", "", "checked\n");
}

static enum verdict check_absent(void)
{
	if (!requests[REQUEST_MODULES].own[OWN_MODULE_COUNT].number)
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < count; i++)
		if (ends_with(modules[i].path, "absent.txt"))
			return broken("module %u is a file that does not exist", i);
	return HOLDS;
}

static const struct promise promises[] = {
	{ 100, "the kernel's file is what runs", 0, NEWEST, check_kernel },
	{ 101, "files have a path, a string and their volume", 0, NEWEST, check_descriptions },
	{ 102, "modules have pages of their own, of their type", 0, NEWEST, check_module_pages },
	{ 103, "modules have their files' contents", 0, NEWEST, check_contents },
	{ 104, "all modules are listed, and an empty list is none", 0, NEWEST, check_count },
	{ 105, "modules that the kernel asks for come first, with their strings", 0, NEWEST, check_internal },
	{ 106, "a missing module that is not required is left out", 0, NEWEST, check_absent },
};

const struct chapter file_chapter = { promises, COUNT_OF(promises) };
