/* malformed ARCH DIR — write the malformed kernels of malformed.h to DIR/<name>.elf, some of those of mutants.h for
 * each code that refuses them, kernels that only a machine can refuse, and the files of foreign.h; and for each a line
 * "name<TAB>ERR_CODE<TAB>words of its sentence" to standard output. The same bytes every time. Kernels whose sections
 * are wrong are left out: they boot, only without symbols. */
#include <stdio.h>

#include "foreign.h"
#include "malformed.h"
#include "multiboot2.h"
#include "mutants.h"

enum { MUTANTS_PER_CODE = 4 };

static uint16_t machine_of(const char *arch)
{
	static const struct {
		const char *name;
		uint16_t machine;
	} known[] = { { "x86_64", 62 }, { "aarch64", 183 }, { "riscv64", 243 } };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(arch, known[i].name) == 0)
			return known[i].machine;
	return 0;
}

static bool write_bytes(const char *dir, const char *name, const void *data, size_t bytes)
{
	char path[4096];

	if (snprintf(path, sizeof path, "%s/%s.elf", dir, name) >= (int)sizeof path) {
		fprintf(stderr, "malformed: the path of %s is too long\n", name);
		return false;
	}
	FILE *out = fopen(path, "wb");
	bool ok = out && fwrite(data, 1, bytes, out) == bytes;
	if (out && fclose(out) != 0)
		ok = false;
	if (!ok)
		perror(path);
	return ok;
}

static bool write_file(const char *dir, const char *name, const struct elf_image *f)
{
	return write_bytes(dir, name, f->data, f->bytes);
}

static bool stops_a_boot(enum err code)
{
	return code != ERR_ELF_SECTION_RANGE && code != ERR_ELF_SYMBOLS;
}

static bool write_table(const char *dir, uint16_t machine)
{
	static struct elf_image f;

	for (size_t i = 0; i < COUNT_OF(malformed); i++) {
		const struct malformed *m = &malformed[i];

		if (!stops_a_boot(m->code))
			continue;
		malformed_build(&f, m, machine);
		if (!write_file(dir, m->name, &f))
			return false;
		if (m->bytes)
			printf("%s\t%s\t%s\n", m->name, err_name(m->code), m->says);
		else /* the loader looks at the length first */
			printf("%s\t%s\t\n", m->name, err_name(ERR_FILE_EMPTY));
	}
	return true;
}

/* Sound as a file, but larger than the machine. */
static bool is_huge(const struct mutant_reading *r)
{
	for (unsigned i = 0; i < r->elf.layout.segment_count; i++)
		if (!r->elf.layout.segments[i].low && r->elf.layout.segments[i].memory_bytes >= GIB(1))
			return true;
	return false;
}

static bool write_mutant(const char *dir, const struct mutant *m, const struct elf_image *f, enum err code,
                         const struct problem *p)
{
	char name[128], sentence[512] = "";

	snprintf(name, sizeof name, "mutant-%s-%s", m->name, m->pie ? "pie" : "static");
	if (code != ERR_NO_MEMORY)
		err_sentence(p, sentence, sizeof sentence);
	printf("%s\t%s\t%s\n", name, err_name(code), sentence);
	return write_file(dir, name, f);
}

static bool write_mutants(const char *dir, uint16_t machine)
{
	static struct elf_image f;
	static struct mutant_reading r;
	unsigned written[ERR_COUNT] = { 0 };
	struct mutant m;

	for (unsigned index = 0; mutant_next(&index, machine, &m, &f);) {
		struct problem p = { 0 };
		enum err e = mutant_read(f.data, f.bytes, machine, &r, &p);
		if (!e && is_huge(&r))
			e = ERR_NO_MEMORY;
		if (e && f.bytes && written[e]++ < MUTANTS_PER_CODE && !write_mutant(dir, &m, &f, e, &p))
			return false;
	}
	return true;
}

/* Sound as files, and refused when their places are chosen: linked low where there is no memory (the local APIC, and
 * the serial port of QEMU's virt machine), and with a direct map that is wanted where the kernel is. */
static bool write_misplaced(const char *dir, uint16_t machine)
{
	static struct elf_image f;
	uint64_t device = machine == 62 ? 0xfee00000 : 0x09000000;

	elf_build(&f, machine, false);
	put64(&f, PH_TEXT + PH_VADDR, device);
	put64(&f, PH_TEXT + PH_PADDR, device);
	put64(&f, EH_ENTRY, device);
	printf("in-a-device\tERR_DESTINATION\t\n");
	if (!write_file(dir, "in-a-device", &f))
		return false;
	elf_build(&f, machine, false);
	put_note(&f, AT_NOTE, HOBNAIL_REQUEST_DIRECT_MAP, 0xffffff8000000000);
	printf("map-on-kernel\tERR_PLAN_BASE_TAKEN\t\n");
	return write_file(dir, "map-on-kernel", &f);
}

/* What is no kernel at all, or another protocol's. */
static bool write_foreign(const char *dir, uint16_t machine)
{
	static struct elf_image f;
	static uint8_t file[FOREIGN_MOST];
	bool ok = true;

	for (size_t i = 0; ok && i < COUNT_OF(foreign) + COUNT_OF(foreign_zeros); i++) {
		const struct foreign *is = i < COUNT_OF(foreign) ? &foreign[i] : &foreign_zeros[i - COUNT_OF(foreign)];

		if (foreign_is_efi(is))
			continue;
		printf("%s\t%s\t%s\n", is->name, err_name(is->code), is->says);
		ok = write_bytes(dir, is->name, file, foreign_build(is, file));
	}
	/* Limine's and Multiboot2's are refused only where the configuration asks for another protocol. */
	for (unsigned kind = FOREIGN_MULTIBOOT; ok && kind < FOREIGN_KERNELS; kind++) {
		if (kind == FOREIGN_MULTIBOOT2)
			continue;
		foreign_kernel_build(&f, machine, kind);
		printf("%s\t%s\t%s\n", foreign_kernels[kind].name, err_name(foreign_kernels[kind].code),
		       foreign_kernels[kind].says);
		ok = write_file(dir, foreign_kernels[kind].name, &f);
	}
	return ok;
}

/* Multiboot2 is a protocol for x86 alone. */
static bool write_multiboot2(const char *dir, uint16_t machine)
{
	uint8_t file[MULTIBOOT2_FILE_BYTES];
	bool ok = true, is_x86 = machine == 62;

	for (size_t i = 0; ok && i < COUNT_OF(multiboot2_files); i++) {
		const struct multiboot2_file *is = &multiboot2_files[i];
		if (is->code == OK && is_x86)
			continue;
		multiboot2_build(is, file);
		if (is_x86)
			printf("%s\t%s\t%s\n", is->name, err_name(is->code), is->says);
		else
			printf("%s\tERR_MB2_X86\tmade for Multiboot2\n", is->name);
		ok = write_bytes(dir, is->name, file, sizeof file);
		if (!is_x86)
			break;
	}
	return ok;
}

int main(int argc, char **argv)
{
	uint16_t machine = argc == 3 ? machine_of(argv[1]) : 0;

	if (!machine) {
		fprintf(stderr, "usage: malformed x86_64|aarch64|riscv64 DIRECTORY\n");
		return 2;
	}
	return write_table(argv[2], machine) && write_mutants(argv[2], machine) && write_misplaced(argv[2], machine) &&
	       write_foreign(argv[2], machine) && write_multiboot2(argv[2], machine) ? 0 : 1;
}
