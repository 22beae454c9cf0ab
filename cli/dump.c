#include "dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* ELF-64 Object File Format, "ELF Header", "Program Header": offsets of the fields. */
enum {
	E_TYPE = 16, E_MACHINE = 18, E_PHOFF = 32, E_SHOFF = 40, E_PHENTSIZE = 54, E_PHNUM = 56, HEADER_BYTES = 64,
	P_TYPE = 0, P_OFFSET = 8, P_PADDR = 24, P_FILESZ = 32, PROGRAM_HEADER_BYTES = 56,
	SH_INFO = 44, SECTION_HEADER_BYTES = 64,
	ET_CORE = 4, PT_LOAD = 1, PT_NOTE = 4,
	PN_XNUM = 0xffff, /* e_phnum has no room: section header 0 has the number in sh_info */
};

/* ---- Program headers --------------------------------------------------------------------------------------- */

/* A program header's bytes in the file, as many as there are. */
struct part {
	uint32_t type;
	paddr at;
	uint64_t offset;
	uint64_t bytes;
	uint64_t missing;
};

static struct part part_at(const struct dump *d, uint32_t index)
{
	const uint8_t *h = d->bytes + d->headers + (uint64_t)index * PROGRAM_HEADER_BYTES;
	struct part p = { .type = read_le32(h + P_TYPE), .at = read_le64(h + P_PADDR),
	                  .offset = read_le64(h + P_OFFSET) };
	uint64_t wanted = min_u64(read_le64(h + P_FILESZ), UINT64_MAX - p.at);

	p.bytes = p.offset < d->count ? min_u64(wanted, d->count - p.offset) : 0;
	p.missing = wanted - p.bytes;
	return p;
}

/* Raw bytes are one part. */
static uint32_t part_count(const struct dump *d)
{
	return d->arch == ARCH_NONE ? 1 : d->header_count;
}

static struct part memory_part(const struct dump *d, uint32_t index)
{
	if (d->arch == ARCH_NONE)
		return (struct part){ .type = PT_LOAD, .at = d->base,
		                      .bytes = min_u64(d->count, UINT64_MAX - d->base) };
	return part_at(d, index);
}

/* ---- Memory ------------------------------------------------------------------------------------------------ */

/* Where the byte at a physical address lies, and how many follow it; NULL: nowhere. Where parts overlap, the first one
 * counts. */
static const uint8_t *find(const struct dump *d, paddr at, uint64_t *follow)
{
	uint64_t before_earlier = UINT64_MAX;

	for (uint32_t i = 0; i < part_count(d); i++) {
		struct part p = memory_part(d, i);
		if (p.type != PT_LOAD || !p.bytes)
			continue;
		if (p.at > at)
			before_earlier = min_u64(before_earlier, p.at - at);
		if (at < p.at || at - p.at >= p.bytes)
			continue;
		*follow = min_u64(p.bytes - (at - p.at), before_earlier);
		return d->bytes + p.offset + (at - p.at);
	}
	return NULL;
}

static bool read_dump(void *context, paddr at, void *to, size_t bytes)
{
	const struct dump *d = context;
	uint8_t *out = to;
	uint64_t follow;

	while (bytes) {
		const uint8_t *from = find(d, at, &follow);
		if (!from)
			return false;
		size_t part = (size_t)min_u64(follow, bytes);
		memcpy(out, from, part);
		out += part;
		at += part;
		bytes -= part;
	}
	return true;
}

void dump_bounds(const struct dump *d, paddr *lowest, paddr *end)
{
	*lowest = UINT64_MAX;
	*end = 0;
	for (uint32_t i = 0; i < part_count(d); i++) {
		struct part p = memory_part(d, i);
		if (p.type != PT_LOAD || !p.bytes)
			continue;
		*lowest = min_u64(*lowest, p.at);
		*end = max_u64(*end, p.at + p.bytes);
	}
	if (!*end)
		*lowest = 0;
}

/* ---- The file ---------------------------------------------------------------------------------------------- */

static bool is_core(const uint8_t *bytes, uint64_t count)
{
	return count >= HEADER_BYTES && memcmp(bytes, "\177ELF\2\1", 6) == 0 && read_le16(bytes + E_TYPE) == ET_CORE;
}

static const char *read_core(struct dump *d)
{
	const uint8_t *b = d->bytes;
	uint64_t sections = read_le64(b + E_SHOFF);
	uint32_t count = read_le16(b + E_PHNUM);

	d->arch = arch_of_elf(b, HEADER_BYTES);
	if (d->arch == ARCH_NONE)
		return "it is an ELF core of a processor that is not known here";
	if (read_le16(b + E_PHENTSIZE) != PROGRAM_HEADER_BYTES)
		return "its program headers have a wrong size";
	if (count == PN_XNUM) {
		if (!range_within(sections, SECTION_HEADER_BYTES, d->count))
			return "its section header 0, which counts the program headers, is missing";
		count = read_le32(b + sections + SH_INFO);
	}
	if (count > DUMP_MAX_HEADERS)
		return "it has more than 4096 program headers";
	d->headers = read_le64(b + E_PHOFF);
	d->header_count = count;
	if (!range_within(d->headers, (uint64_t)count * PROGRAM_HEADER_BYTES, d->count))
		return "it is cut off in its program headers";
	for (uint32_t i = 0; i < count; i++) {
		struct part p = part_at(d, i);
		if (p.type == PT_LOAD)
			d->missing = sum_fits(d->missing, p.missing) ? d->missing + p.missing : UINT64_MAX;
	}
	return NULL;
}

const char *dump_read_file(struct dump *d, const void *bytes, uint64_t count, bool has_base, paddr base)
{
	struct dump new = { .bytes = bytes, .count = count, .base = base };
	const char *why = NULL;

	if (!has_base && is_core(bytes, count))
		why = read_core(&new);
	else if (!has_base && count >= 8 && memcmp(bytes, "KDUMP   ", 8) == 0)
		why = "it is a compressed dump: make it with dump-guest-memory without -z, -l, -s and -w";
	else if (!has_base && count >= 4 && memcmp(bytes, "\177ELF", 4) == 0)
		why = "it is an ELF file and no 64-bit core; FILE@0 takes any file for bytes of memory";
	if (why)
		return why;
	*d = new;
	d->memory = (struct memory){ read_dump, d };
	return NULL;
}

/* "FILE@BASE", unless there is a file of that whole name. *base stays as it is without one. */
static bool split_base(char *path, bool *has_base, paddr *base)
{
	char *at = strrchr(path, '@'), *end;

	if (!at || access(path, F_OK) == 0)
		return true;
	errno = 0;
	*base = strtoull(at + 1, &end, 0);
	*has_base = at[1] >= '0' && at[1] <= '9' && !*end && !errno;
	*at = 0;
	return *has_base;
}

static int map_file(struct dump *d, const char *path, bool has_base, paddr base)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), status = 0;
	struct stat s;
	void *at = MAP_FAILED;

	if (fd < 0 || fstat(fd, &s) != 0)
		status = complain(STATUS_TROUBLE, "cannot open %s: %s", path, strerror(errno));
	else if (!S_ISREG(s.st_mode))
		status = complain(STATUS_TROUBLE, "%s is no regular file", path);
	else if (s.st_size == 0)
		status = complain(STATUS_TROUBLE, "%s is empty", path);
	else if ((at = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0)) == MAP_FAILED)
		status = complain(STATUS_TROUBLE, "cannot map %s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (status)
		return status;
	const char *why = dump_read_file(d, at, (uint64_t)s.st_size, has_base, base);
	if (!why)
		return 0;
	munmap(at, (size_t)s.st_size);
	return complain(STATUS_TROUBLE, "%s is no dump of memory: %s", path, why);
}

int dump_open(struct dump *d, const char *argument)
{
	char *path = strdup(argument);
	bool has_base = false;
	paddr base = 0;
	int status;

	if (!path)
		return complain(STATUS_TROUBLE, "no memory");
	if (split_base(path, &has_base, &base))
		status = map_file(d, path, has_base, base);
	else
		status = complain(STATUS_TROUBLE, "%s: say FILE, or FILE@0x40000000 for raw bytes from there on",
		                  argument);
	free(path);
	return status;
}

void dump_close(struct dump *d)
{
	if (d->bytes)
		munmap((void *)d->bytes, (size_t)d->count);
	d->bytes = NULL;
}

/* ---- Registers --------------------------------------------------------------------------------------------- */

/* ELF-64 Object File Format, "Note Section"; QEMU, target/i386/arch_dump.c, struct QEMUCPUState (its note is named
 * "QEMU", type 0), and target/arm/arch_dump.c, struct aarch64_elf_prstatus ("CORE", NT_PRSTATUS). */
struct note {
	const uint8_t *name, *desc;
	uint32_t name_bytes, desc_bytes, type;
};

enum { NOTE_HEADER_BYTES = 12, NT_PRSTATUS = 1 };

/* The note at *at of a part, and *at behind it. false: there is none, or it is cut off. */
static bool next_note(const struct dump *d, const struct part *p, uint64_t *at, struct note *out)
{
	if (!range_within(*at, NOTE_HEADER_BYTES, p->bytes))
		return false;
	const uint8_t *from = d->bytes + p->offset + *at;
	*out = (struct note){ .name_bytes = read_le32(from), .desc_bytes = read_le32(from + 4),
	                      .type = read_le32(from + 8) };
	uint64_t name = align_up(out->name_bytes, 4), desc = align_up(out->desc_bytes, 4);
	if (!range_within(*at + NOTE_HEADER_BYTES, name + desc, p->bytes))
		return false;
	out->name = from + NOTE_HEADER_BYTES;
	out->desc = out->name + name;
	*at += NOTE_HEADER_BYTES + name + desc;
	return true;
}

static bool is_note(const struct note *n, const char name[5], uint32_t type, uint32_t bytes)
{
	return n->type == type && n->name_bytes == 5 && memcmp(n->name, name, 5) == 0 && n->desc_bytes >= bytes;
}

/* Offsets in struct QEMUCPUState; its segments are 24 bytes each: cs, ds, es, fs, gs, ss, ldt, tr, gdt, idt. */
enum { Q_GENERAL = 8, Q_RIP = 136, Q_RFLAGS = 144, Q_CS = 152, Q_SS = 272, Q_CR = 392, Q_BYTES = 432 };

static bool read_x86_64(const struct note *n, struct fault *out)
{
	static const uint8_t from[] = { 0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15 }; /* 6 is rsp */
	const uint8_t *d = n->desc;

	if (!is_note(n, "QEMU", 0, Q_BYTES))
		return false;
	*out = (struct fault){ .arch = HOBNAIL_ARCH_X86_64, .pc = read_le64(d + Q_RIP),
	                       .flags = read_le64(d + Q_RFLAGS), .sp = read_le64(d + Q_GENERAL + 8 * 6),
	                       .address = read_le64(d + Q_CR + 8 * 2) };
	for (unsigned i = 0; i < COUNT_OF(from); i++)
		out->general[i] = read_le64(d + Q_GENERAL + 8 * from[i]);
	out->control[0] = read_le64(d + Q_CR);
	out->control[1] = read_le64(d + Q_CR + 8 * 3);
	out->control[2] = read_le64(d + Q_CR + 8 * 4);
	out->control[4] = read_le32(d + Q_CS);
	out->control[5] = read_le32(d + Q_SS);
	return true;
}

/* Offsets in struct aarch64_elf_prstatus: x0 to x30, then sp, pc, pstate. */
enum { A_X0 = 112, A_SP = 360, A_PC = 368, A_PSTATE = 376, A_BYTES = 384 };

static bool read_aarch64(const struct note *n, struct fault *out)
{
	if (!is_note(n, "CORE", NT_PRSTATUS, A_BYTES))
		return false;
	*out = (struct fault){ .arch = HOBNAIL_ARCH_AARCH64, .sp = read_le64(n->desc + A_SP),
	                       .pc = read_le64(n->desc + A_PC), .flags = read_le64(n->desc + A_PSTATE) };
	for (unsigned i = 0; i < 31; i++)
		out->general[i] = read_le64(n->desc + A_X0 + 8 * i);
	return true;
}

bool dump_registers(const struct dump *d, unsigned index, struct fault *out)
{
	bool (*read)(const struct note *, struct fault *) = d->arch == ARCH_X86_64    ? read_x86_64
	                                                    : d->arch == ARCH_AARCH64 ? read_aarch64
	                                                                              : NULL;
	struct fault found;
	struct note n;

	for (uint32_t i = 0; read && i < d->header_count; i++) {
		struct part p = part_at(d, i);
		for (uint64_t at = 0; p.type == PT_NOTE && next_note(d, &p, &at, &n);) {
			if (!read(&n, &found) || index--)
				continue;
			found.hardware_id = 0;
			*out = found;
			return true;
		}
	}
	return false;
}
