/* malformed ARCH DIR — write the malformed kernels of malformed.h to DIR/<name>.elf, and for each a line
 * "name<TAB>ERR_CODE<TAB>words of its sentence" to standard output. The same bytes every time. Kernels whose sections
 * are wrong are left out: they boot, only without symbols. */
#include <stdio.h>

#include "malformed.h"

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

static bool write_file(const char *dir, const char *name, const struct elf_image *f)
{
	char path[4096];

	if (snprintf(path, sizeof path, "%s/%s.elf", dir, name) >= (int)sizeof path) {
		fprintf(stderr, "malformed: the path of %s is too long\n", name);
		return false;
	}
	FILE *out = fopen(path, "wb");
	bool ok = out && fwrite(f->data, 1, f->bytes, out) == f->bytes;
	if (out && fclose(out) != 0)
		ok = false;
	if (!ok)
		perror(path);
	return ok;
}

static bool stops_a_boot(enum err code)
{
	return code != ERR_ELF_SECTION_RANGE && code != ERR_ELF_SYMBOLS;
}

int main(int argc, char **argv)
{
	static struct elf_image f;
	uint16_t machine = argc == 3 ? machine_of(argv[1]) : 0;

	if (!machine) {
		fprintf(stderr, "usage: malformed x86_64|aarch64|riscv64 DIRECTORY\n");
		return 2;
	}
	for (size_t i = 0; i < COUNT_OF(malformed); i++) {
		const struct malformed *m = &malformed[i];

		if (!stops_a_boot(m->code))
			continue;
		malformed_build(&f, m, machine);
		if (!write_file(argv[2], m->name, &f))
			return 1;
		printf("%s\t%s\t%s\n", m->name, err_name(m->code), m->says);
	}
	return 0;
}
