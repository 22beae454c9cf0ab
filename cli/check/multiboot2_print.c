/* multiboot2_print.c — the header of a Multiboot2 kernel, in words or as JSON. */
#include "multiboot2_print.h"

#include <stdio.h>

#define LL(n) ((unsigned long long)(n))

/* Information that is given by each entry, where the machine has it. */
#define ALWAYS (1u << MULTIBOOT2_COMMAND_LINE | 1u << MULTIBOOT2_LOADER_NAME | 1u << MULTIBOOT2_MODULE | \
                1u << MULTIBOOT2_FRAMEBUFFER | 1u << MULTIBOOT2_ELF_SECTIONS | 1u << MULTIBOOT2_EFI64_TABLE | \
                1u << MULTIBOOT2_SMBIOS | 1u << MULTIBOOT2_RSDP_OLD | 1u << MULTIBOOT2_RSDP_NEW | \
                1u << MULTIBOOT2_LOAD_BASE)
#define AFTER_EXIT (1u << MULTIBOOT2_BASIC_MEMORY | 1u << MULTIBOOT2_MEMORY_MAP | 1u << MULTIBOOT2_EFI_MAP)
#define WITHIN (1u << MULTIBOOT2_SERVICES_ALIVE | 1u << MULTIBOOT2_EFI64_HANDLE)

static bool is_served(const struct multiboot2 *m, unsigned kind)
{
	return (ALWAYS | (m->within ? WITHIN : AFTER_EXIT)) >> kind & 1;
}

static const char *reason(const struct multiboot2 *m, unsigned kind)
{
	if (AFTER_EXIT >> kind & 1)
		return "boot services stay, and the kernel asks them";
	if (WITHIN >> kind & 1)
		return "boot services have ended";
	return m->within ? "no machine with 64-bit UEFI has it" : "no machine with UEFI has it";
}

static const char *entry_taken(const struct multiboot2 *m)
{
	return m->within ? "EFI amd64" : "i386";
}

static bool is_optional(const struct multiboot2 *m, unsigned tag)
{
	return !(m->required >> tag & 1);
}

/* ---- For people ------------------------------------------------------------------------------------------- */

static void print_place(const struct multiboot2 *m)
{
	static const char *const preferences[] = { "anywhere", "as low as possible", "as high as possible" };

	if (multiboot2_has(m, MULTIBOOT2_TAG_RELOCATABLE))
		printf("  relocatable: from 0x%x to 0x%x, at a multiple of 0x%x, %s\n", m->relocatable.least,
		       m->relocatable.most, m->relocatable.alignment,
		       preferences[m->relocatable.preference]);
}

void multiboot2_print(const struct check *c)
{
	const struct multiboot2 *m = &c->multiboot2;

	printf("  Multiboot2 header at 0x%llx of the file; the %s entry is taken, %s\n", LL(m->at), entry_taken(m),
	       m->within ? "with boot services alive" : "in 32-bit mode after the exit");
	for (unsigned tag = 1; tag < MULTIBOOT2_TAGS; tag++)
		if (multiboot2_has(m, tag))
			printf("  header tag %u, %s%s\n", tag, multiboot2_tag_name(tag),
			       is_optional(m, tag) ? " (optional)" : "");
	for (unsigned i = 0; i < m->ignored_count && i < MULTIBOOT2_MAX_IGNORED; i++)
		printf("  header tag %u is unknown and optional: ignored\n", m->ignored[i]);
	print_place(m);
	for (unsigned kind = 1; kind < MULTIBOOT2_KINDS; kind++) {
		bool served = is_served(m, kind);
		if (m->asks >> kind & 1)
			printf("  requests %s%s%s\n", multiboot2_kind_name(kind), served ? "" : ": not given, ",
			       served ? "" : reason(m, kind));
	}
	for (unsigned i = 0; i < m->unknown_count && i < MULTIBOOT2_MAX_IGNORED; i++)
		printf("  information %u is unknown, and its request optional: ignored\n", m->unknown[i]);
}

/* ---- JSON ------------------------------------------------------------------------------------------------- */

static void put_kind(struct json_out *o, const struct multiboot2 *m, unsigned kind)
{
	json_out_begin(o, NULL, '{');
	json_out_text(o, "name", multiboot2_kind_name(kind));
	json_out_hex(o, "value", kind);
	json_out_bool(o, "required", !is_optional(m, MULTIBOOT2_TAG_REQUEST));
	json_out_bool(o, "granted", is_served(m, kind));
	json_out_end(o, '}');
}

static void put_tag(struct json_out *o, const struct multiboot2 *m, unsigned tag)
{
	json_out_begin(o, NULL, '{');
	json_out_text(o, "name", multiboot2_tag_name(tag));
	json_out_number(o, "type", tag);
	json_out_bool(o, "required", !is_optional(m, tag));
	json_out_end(o, '}');
}

static void put_numbers(struct json_out *o, const char *name, const uint32_t *list, unsigned count)
{
	json_out_begin(o, name, '[');
	for (unsigned i = 0; i < count && i < MULTIBOOT2_MAX_IGNORED; i++)
		json_out_number(o, NULL, list[i]);
	json_out_end(o, ']');
}

void multiboot2_put(struct json_out *o, const struct check *c)
{
	const struct multiboot2 *m = &c->multiboot2;

	json_out_begin(o, "requests", '[');
	for (unsigned kind = 1; kind < MULTIBOOT2_KINDS; kind++)
		if (m->asks >> kind & 1)
			put_kind(o, m, kind);
	json_out_end(o, ']');
	put_numbers(o, "unknown_requests", m->unknown, m->unknown_count);
	json_out_begin(o, "header_tags", '[');
	for (unsigned tag = 1; tag < MULTIBOOT2_TAGS; tag++)
		if (multiboot2_has(m, tag))
			put_tag(o, m, tag);
	json_out_end(o, ']');
	put_numbers(o, "ignored_tags", m->ignored, m->ignored_count);
	json_out_text(o, "entry_taken", entry_taken(m));
}
