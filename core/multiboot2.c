/* multiboot2.c — the header in a kernel's file. Multiboot2 Specification 2.0, "OS image format". */
#include "multiboot2.h"

#define HEADER_MAGIC 0xe85250d6u

enum { ARCHITECTURE_I386 = 0, TAG_OPTIONAL = 1, TAG_BYTES = 8 };

const char *multiboot2_tag_name(uint32_t tag)
{
	static const char *const names[MULTIBOOT2_TAGS] = {
		[MULTIBOOT2_TAG_END] = "end", [MULTIBOOT2_TAG_REQUEST] = "information request",
		[MULTIBOOT2_TAG_ADDRESS] = "address", [MULTIBOOT2_TAG_ENTRY] = "entry address",
		[MULTIBOOT2_TAG_CONSOLE] = "console", [MULTIBOOT2_TAG_FRAMEBUFFER] = "framebuffer",
		[MULTIBOOT2_TAG_ALIGN] = "module alignment", [MULTIBOOT2_TAG_SERVICES] = "EFI boot services",
		[MULTIBOOT2_TAG_EFI32] = "EFI i386 entry", [MULTIBOOT2_TAG_EFI64] = "EFI amd64 entry",
		[MULTIBOOT2_TAG_RELOCATABLE] = "relocatable",
	};

	return tag < MULTIBOOT2_TAGS ? names[tag] : NULL;
}

const char *multiboot2_kind_name(uint32_t kind)
{
	static const char *const names[MULTIBOOT2_KINDS] = {
		[MULTIBOOT2_END] = "end", [MULTIBOOT2_COMMAND_LINE] = "command line",
		[MULTIBOOT2_LOADER_NAME] = "loader name", [MULTIBOOT2_MODULE] = "modules",
		[MULTIBOOT2_BASIC_MEMORY] = "basic memory", [MULTIBOOT2_BIOS_DEVICE] = "BIOS boot device",
		[MULTIBOOT2_MEMORY_MAP] = "memory map", [MULTIBOOT2_VBE] = "VBE",
		[MULTIBOOT2_FRAMEBUFFER] = "framebuffer", [MULTIBOOT2_ELF_SECTIONS] = "ELF sections",
		[MULTIBOOT2_APM] = "APM",
		[MULTIBOOT2_EFI32_TABLE] = "EFI i386 system table", [MULTIBOOT2_EFI64_TABLE] = "EFI amd64 system table",
		[MULTIBOOT2_SMBIOS] = "SMBIOS", [MULTIBOOT2_RSDP_OLD] = "ACPI 1.0 RSDP",
		[MULTIBOOT2_RSDP_NEW] = "ACPI 2.0 RSDP", [MULTIBOOT2_NETWORK] = "network",
		[MULTIBOOT2_EFI_MAP] = "EFI memory map", [MULTIBOOT2_SERVICES_ALIVE] = "EFI boot services alive",
		[MULTIBOOT2_EFI32_HANDLE] = "EFI i386 image handle",
		[MULTIBOOT2_EFI64_HANDLE] = "EFI amd64 image handle",
		[MULTIBOOT2_LOAD_BASE] = "load base",
	};

	return kind < MULTIBOOT2_KINDS ? names[kind] : NULL;
}

/* ---- The header ---------------------------------------------------------------------------------------- */

/* The sum makes an accident unlikely. */
bool multiboot2_is_header(const uint8_t *h, uint64_t left, uint64_t at)
{
	return left >= MULTIBOOT2_HEADER_BYTES && is_aligned(at, 8) &&
	       range_within(at, MULTIBOOT2_HEADER_BYTES, MULTIBOOT2_WITHIN) && read_le32(h) == HEADER_MAGIC &&
	       read_le32(h) + read_le32(h + 4) + read_le32(h + 8) + read_le32(h + 12) == 0;
}

bool multiboot2_find(const void *bytes, uint64_t count, uint64_t *at)
{
	const uint8_t *b = bytes;

	uint64_t last = min_u64(count, MULTIBOOT2_WITHIN);

	for (uint64_t i = 0; i + MULTIBOOT2_HEADER_BYTES <= last; i += 8)
		if (read_le32(b + i) == HEADER_MAGIC && multiboot2_is_header(b + i, last - i, i)) {
			*at = i;
			return true;
		}
	return false;
}

/* ---- Tags ---------------------------------------------------------------------------------------------- */

/* The least size of each tag. */
static const uint8_t tag_bytes[MULTIBOOT2_TAGS] = {
	[MULTIBOOT2_TAG_END] = 8, [MULTIBOOT2_TAG_REQUEST] = 8, [MULTIBOOT2_TAG_ADDRESS] = 24,
	[MULTIBOOT2_TAG_ENTRY] = 12, [MULTIBOOT2_TAG_CONSOLE] = 12, [MULTIBOOT2_TAG_FRAMEBUFFER] = 20,
	[MULTIBOOT2_TAG_ALIGN] = 8, [MULTIBOOT2_TAG_SERVICES] = 8, [MULTIBOOT2_TAG_EFI32] = 12,
	[MULTIBOOT2_TAG_EFI64] = 12, [MULTIBOOT2_TAG_RELOCATABLE] = 24,
};

/* Keep the first ones, and count all. */
static void ignore(uint32_t number, uint32_t list[MULTIBOOT2_MAX_IGNORED], unsigned *count)
{
	if (*count < MULTIBOOT2_MAX_IGNORED)
		list[*count] = number;
	++*count;
}

/* "Multiboot2 information request": to understand a type is enough; the machine need not have the information. */
static enum err read_request(const uint8_t *t, uint32_t bytes, bool optional, uint64_t at, struct multiboot2 *m,
                             struct problem *p)
{
	for (uint32_t i = TAG_BYTES; i + 4 <= bytes; i += 4) {
		uint32_t kind = read_le32(t + i);
		if (kind < MULTIBOOT2_KINDS)
			m->asks |= 1u << kind;
		else if (!optional)
			return problem_at(p, ERR_MB2_KIND, at + i, kind);
		else
			ignore(kind, m->unknown, &m->unknown_count);
	}
	return OK;
}

/* "Relocatable header tag" */
static enum err read_relocatable(const uint8_t *t, uint64_t at, struct multiboot2 *m, struct problem *p)
{
	uint32_t least = read_le32(t + 8), most = read_le32(t + 12), alignment = read_le32(t + 16);

	if (!is_power_of_two(alignment) || least >= most)
		return problem_at(p, ERR_MB2_RELOCATABLE, at, least, most, alignment);
	m->relocatable.least = least;
	m->relocatable.most = most;
	m->relocatable.alignment = alignment;
	uint32_t preference = read_le32(t + 20);
	m->relocatable.preference = preference <= MULTIBOOT2_HIGHEST ? preference : MULTIBOOT2_ANYWHERE;
	return OK;
}

static enum err read_known(unsigned type, const uint8_t *t, uint32_t bytes, uint64_t at, struct multiboot2 *m,
                           struct problem *p)
{
	bool optional = read_le16(t + 2) & TAG_OPTIONAL;

	m->has |= 1u << type;
	m->required |= (uint32_t)!optional << type;
	switch (type) {
	case MULTIBOOT2_TAG_REQUEST:
		return read_request(t, bytes, optional, at, m, p);
	case MULTIBOOT2_TAG_ADDRESS:
		m->address.header = read_le32(t + 8);
		m->address.load = read_le32(t + 12);
		m->address.load_end = read_le32(t + 16);
		m->address.bss_end = read_le32(t + 20);
		return OK;
	case MULTIBOOT2_TAG_ENTRY:
		m->entry = read_le32(t + 8);
		return OK;
	case MULTIBOOT2_TAG_CONSOLE:
		m->console = read_le32(t + 8);
		return OK;
	case MULTIBOOT2_TAG_FRAMEBUFFER:
		m->width = read_le32(t + 8);
		m->height = read_le32(t + 12);
		m->depth = read_le32(t + 16);
		return OK;
	case MULTIBOOT2_TAG_EFI64:
		m->entry_efi64 = read_le32(t + 8);
		return OK;
	case MULTIBOOT2_TAG_RELOCATABLE:
		return read_relocatable(t, at, m, p);
	default:
		return OK; /* a flag, or for other machines */
	}
}

static enum err read_tag(const uint8_t *t, uint64_t at, struct multiboot2 *m, struct problem *p)
{
	uint32_t type = read_le16(t), bytes = read_le32(t + 4);

	if (type < MULTIBOOT2_TAGS)
		return bytes < tag_bytes[type] ? problem_at(p, ERR_MB2_TAG_SIZE, at, type, bytes)
		                               : read_known(type, t, bytes, at, m, p);
	if (!(read_le16(t + 2) & TAG_OPTIONAL))
		return problem_at(p, ERR_MB2_TAG, at, type);
	ignore(type, m->ignored, &m->ignored_count);
	return OK;
}

/* Each tag begins at a multiple of 8. `header` lies at m->at. */
static enum err read_tags(const uint8_t *header, struct multiboot2 *m, struct problem *p)
{
	for (uint64_t at = MULTIBOOT2_HEADER_BYTES; range_within(at, TAG_BYTES, m->bytes);) {
		const uint8_t *t = header + at;
		uint32_t type = read_le16(t), bytes = read_le32(t + 4);

		if (bytes < TAG_BYTES || !range_within(at, bytes, m->bytes))
			return problem_at(p, ERR_MB2_TAG_SIZE, m->at + at, type, bytes);
		if (type == MULTIBOOT2_TAG_END)
			return OK;
		enum err e = read_tag(t, m->at + at, m, p);
		if (e)
			return e;
		at += align_up(bytes, 8);
	}
	return problem_at(p, ERR_MB2_NO_END, m->at + m->bytes);
}

enum err multiboot2_read(const void *bytes, uint64_t count, struct multiboot2 *out, struct problem *p)
{
	struct multiboot2 m = { .found = true };

	if (!multiboot2_find(bytes, count, &m.at))
		return problem(p, ERR_MB2_NONE);
	const uint8_t *header = (const uint8_t *)bytes + m.at;
	uint64_t left = min_u64(count, MULTIBOOT2_WITHIN) - m.at;
	m.bytes = read_le32(header + 8);
	if (read_le32(header + 4) != ARCHITECTURE_I386)
		return problem_at(p, ERR_MB2_ARCHITECTURE, m.at, read_le32(header + 4));
	if (m.bytes < MULTIBOOT2_HEADER_BYTES || m.bytes > left)
		return problem_at(p, ERR_MB2_LENGTH, m.at, m.bytes, left);
	enum err e = read_tags(header, &m, p);
	/* "EFI amd64 entry address tag": it counts only together with the boot services tag. */
	m.within = multiboot2_has(&m, MULTIBOOT2_TAG_SERVICES) && multiboot2_has(&m, MULTIBOOT2_TAG_EFI64);
	if (!e)
		*out = m;
	return e;
}

/* ---- The machine --------------------------------------------------------------------------------------- */

/* "Console header tags": UEFI has no EGA text mode, so a console is a framebuffer, for a kernel that has that tag. */
enum err multiboot2_grant(const struct attempt *a, const struct multiboot2 *m, struct problem *p)
{
	bool has = a->platform.has_framebuffer && multiboot2_has(m, MULTIBOOT2_TAG_FRAMEBUFFER);
	bool wanted = m->required >> MULTIBOOT2_TAG_CONSOLE & 1 && m->console & MULTIBOOT2_CONSOLE_REQUIRED;

	return wanted && !has ? problem(p, ERR_MB2_CONSOLE) : OK;
}
