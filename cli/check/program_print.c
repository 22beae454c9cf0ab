#include "program_print.h"

#include <stdio.h>
#include <string.h>

enum { VERSION_BYTES = 200 };

/* ---- The file ----------------------------------------------------------------------------------------------- */

static const uint8_t *head_of(const struct check *c)
{
	return c->source.pieces[c->source.piece_count - 1].at; /* efi_load() has looked at it last */
}

static bool has_program(const struct check *c)
{
	return c->attempt.protocol == PROTOCOL_EFI && c->held >= HELD_REQUESTS;
}

/* Text of the file up to a NUL, a line's end or the room's. */
static bool take_text(const struct check *c, uint64_t at, uint64_t bytes, char out[VERSION_BYTES])
{
	uint64_t count = min_u64(bytes, VERSION_BYTES - 1);

	if (!count || !check_bytes((struct check *)(uintptr_t)c, at, out, count))
		return false;
	out[count] = 0;
	out[strcspn(out, "\r\n")] = 0;
	for (char *p = out; *p; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f)
			*p = '?';
	return *out;
}

static bool find_section(const struct check *c, const char *name, struct pe_section *out)
{
	for (unsigned i = 0; i < c->attempt.program.section_count; i++) {
		pe_section(head_of(c), &c->attempt.program, i, out);
		if (strcmp(out->name, name) == 0)
			return true;
	}
	return false;
}

/* The banner that every Linux has in its data, where that is not compressed. */
static bool find_banner(const struct check *c, char out[VERSION_BYTES])
{
	static const char banner[] = "Linux version ";
	uint64_t bytes = c->source.bytes;
	const char *all = pages_at(c->attempt.pages, c->attempt.kernel_file.base), *at = all;
	bool found = false;

	if (!c->attempt.kernel_file.bytes) /* refused before it was read */
		return false;
	while (!found && (at = memmem(at, (size_t)(all + bytes - at), banner, sizeof banner - 1))) {
		uint64_t from = (uint64_t)(at - all) + sizeof banner - 1;
		found = from < bytes && all[from] >= '0' && all[from] <= '9' && take_text(c, from, bytes - from, out);
		at++;
	}
	if (found)
		out[strcspn(out, " ")] = 0;
	return found;
}

/* Unified Kernel Image (UKI), "UKI Components": .uname; bzImage: its setup header; Image: its banner. */
static bool find_version(const struct check *c, char out[VERSION_BYTES])
{
	uint64_t count = min_u64(c->source.bytes, PE_HEAD_BYTES);
	uint32_t at = pe_linux_version(head_of(c), count);
	struct pe_section s;

	if (at)
		return take_text(c, at, count - at, out);
	if (find_section(c, ".uname", &s) && take_text(c, s.at, s.bytes, out))
		return true;
	return find_banner(c, out);
}

enum { KIND_BYTES = 64 };

/* Linux, drivers/firmware/efi/libstub/zboot-header.S: the name of the compression is a text at 24, up to the magic
 * number at 56. */
static const char *zboot_kind(const uint8_t *head, char room[KIND_BYTES])
{
	enum { NAME_AT = 24, NAME_BYTES = 32 };
	size_t bytes = strnlen((const char *)head + NAME_AT, NAME_BYTES);

	for (size_t i = 0; i < bytes; i++)
		if (head[NAME_AT + i] <= ' ' || head[NAME_AT + i] >= 0x7f)
			bytes = 0;
	snprintf(room, KIND_BYTES, "Linux, compressed%s%.*s (zboot)", bytes ? " by " : "", (int)bytes, head + NAME_AT);
	return room;
}

static const char *kind_of(const struct check *c, char room[KIND_BYTES])
{
	const uint8_t *head = head_of(c);
	uint64_t count = c->source.bytes;
	struct pe_section s;

	if (find_section(c, ".linux", &s))
		return "a unified kernel image";
	if (count >= 0x206 && memcmp(head + 0x202, "HdrS", 4) == 0)
		return "Linux (bzImage)";
	if (count >= 60 && (memcmp(head + 56, "ARM\x64", 4) == 0 || memcmp(head + 56, "RSC\x05", 4) == 0))
		return "Linux (Image)";
	return count >= 60 && memcmp(head, "MZ\0\0zimg", 8) == 0 ? zboot_kind(head, room) : "an EFI program";
}

/* ---- Output ------------------------------------------------------------------------------------------------- */

void program_print(const struct check *c)
{
	char version[VERSION_BYTES], room[KIND_BYTES];
	struct pe_section s;

	if (!has_program(c))
		return;
	printf("  %s for %s, %u bytes in memory\n", kind_of(c, room), pe_machine_name(c->attempt.program.machine),
	       c->attempt.program.image_bytes);
	if (find_version(c, version))
		printf("  version %s\n", version);
	for (unsigned i = 0; i < c->attempt.program.section_count; i++) {
		pe_section(head_of(c), &c->attempt.program, i, &s);
		printf("  section %-8s 0x%x, %u bytes\n", s.name, s.virt, s.virt_bytes);
	}
	if (!c->problem.code)
		printf("  the firmware loads and starts it, and may refuse it\n");
}

void program_put(struct json_out *o, const struct check *c)
{
	char version[VERSION_BYTES], room[KIND_BYTES];
	struct pe_section s;

	if (!has_program(c)) {
		json_out_null(o, "program");
		return;
	}
	json_out_begin(o, "program", '{');
	json_out_text(o, "kind", kind_of(c, room));
	json_out_text(o, "machine", pe_machine_name(c->attempt.program.machine));
	json_out_text(o, "version", find_version(c, version) ? version : NULL);
	json_out_number(o, "image_bytes", c->attempt.program.image_bytes);
	json_out_begin(o, "sections", '[');
	for (unsigned i = 0; i < c->attempt.program.section_count; i++) {
		pe_section(head_of(c), &c->attempt.program, i, &s);
		json_out_begin(o, NULL, '{');
		json_out_text(o, "name", s.name);
		json_out_hex(o, "virt", s.virt);
		json_out_number(o, "bytes", s.virt_bytes);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
	json_out_end(o, '}');
}
