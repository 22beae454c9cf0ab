/* mutants SEED COUNT KERNEL... — spoilt kernels, judged twice: by the whole loader over a fake firmware
 * (tests/firmware/), and by `hobnail check` over a model of the same machine. Prints what differs, and the number of
 * verdicts by code. Status 0: nothing differs. With --other-machine the model lacks memory, and verdicts must differ.
 * With --write DIR the kernels are written, as DIR/NUMBER.elf, and not judged. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "firmware/world.h"
#include "host.h"
#include "mutate.h"

/* Memory of the model behind that of the fake firmware, for the image, which lies elsewhere there. */
enum { IMAGE_AT = ARENA + ARENA_BYTES + 0x100000, IMAGE_ROOM = 0x40000 };

enum { MOST_KERNELS = 32, MOST_BYTES = 4 << 20, MOST_CODES = 128, MOST_ENTRIES = 256 };

static struct mutant_file kernels[MOST_KERNELS];
static enum machine machine_of[MOST_KERNELS];
static unsigned kernel_count;
static bool other_machine;
static const char *folder; /* to write to; NULL: judge */

static struct {
	char name[64];
	unsigned count;
} codes[MOST_CODES];

static void count_code(const char *name)
{
	unsigned i = 0;

	while (i < MOST_CODES - 1 && *codes[i].name && strcmp(codes[i].name, name) != 0)
		i++;
	snprintf(codes[i].name, sizeof codes[i].name, "%s", name);
	codes[i].count++;
}

static enum machine program_machine(const struct mutant_file *f)
{
	return mutant_get(f, mutant_get(f, 0x3c, 4) + 4, 2) == 0x8664 ? FAKE_X86_64 : FAKE_AARCH64;
}

static bool read_kernel(const char *path)
{
	FILE *in = fopen(path, "rb");
	struct mutant_file *f = &kernels[kernel_count];

	if (!in || kernel_count == MOST_KERNELS)
		return false;
	f->bytes = malloc(MOST_BYTES);
	f->count = f->bytes ? fread(f->bytes, 1, MOST_BYTES, in) : 0;
	fclose(in);
	machine_of[kernel_count++] = mutant_is_program(f) ? program_machine(f)
	                             : mutant_get(f, 18, 2) == 62 ? FAKE_X86_64 : FAKE_AARCH64;
	return f->count > 64 && f->count < MOST_BYTES;
}

/* ---- The two machines --------------------------------------------------------------------------------------- */

/* The memory map that the fake firmware has now, with one range more for the image; and with the first 640 KiB, whose
 * pages it gives out, too. */
static size_t describe_memory(struct hobnail_memory *out)
{
	size_t count = 0;

	if (!other_machine)
		out[count++] = (struct hobnail_memory){ .base = 0x1000, .bytes = 0x9f000,
		                                        .type = HOBNAIL_MEMORY_USABLE, .attributes = 8 };
	for (unsigned page = 0; page < ARENA_PAGES; page++) {
		uint32_t type = memmap_type_of(fake.kind[page], 8);
		if (!page || out[count - 1].type != type)
			out[count++] = (struct hobnail_memory){ .base = ARENA + page * PAGE_BYTES, .type = type,
			                                        .attributes = 8 };
		out[count - 1].bytes += PAGE_BYTES;
	}
	out[count++] = (struct hobnail_memory){ .base = IMAGE_AT, .bytes = IMAGE_ROOM, .type = HOBNAIL_MEMORY_USABLE,
	                                        .attributes = 8 };
	return count;
}

static bool ask_check(int fd, enum machine machine, struct host_verdict *out)
{
	struct hobnail_memory memory[MOST_ENTRIES];
	const struct host_machine m = {
		.arch = machine == FAKE_X86_64 ? HOBNAIL_ARCH_X86_64 : HOBNAIL_ARCH_AARCH64,
		.facts = fake.options.facts, .memory = memory, .memory_count = describe_memory(memory),
		.image = IMAGE_AT,
	};

	return host_check(fd, &m, out);
}

/* The code with which the loader has gone back, or "OK". */
static void loaders_code(char *out, size_t bytes)
{
	const char *end = strstr(fake.console, "; back to the firmware)"), *begin = end;

	if (fake.outcome == FAKE_ENTERED || fake.outcome == FAKE_STARTED) {
		snprintf(out, bytes, "OK");
		return;
	}
	while (begin && begin > fake.console && *begin != '(')
		begin--;
	snprintf(out, bytes, "%.*s", begin ? (int)(end - begin) - 1 : 4, begin ? begin + 1 : "none");
}

/* How much memory there is, and where, is not the same in both to the page: these refusals count as one. */
static bool is_of_memory(const char *code)
{
	return strncmp(code, "ERR_DESTINATION", 15) == 0 || strncmp(code, "ERR_NO_MEMORY", 13) == 0 ||
	       strcmp(code, "ERR_PT_NO_TABLES") == 0;
}

static bool agree(const char *loader, const struct host_verdict *check)
{
	if (is_of_memory(loader) && is_of_memory(check->code))
		return true;
	return strcmp(loader, check->code) == 0 && (strcmp(loader, "OK") == 0 || world_said(check->sentence));
}

/* ---- One after the other ------------------------------------------------------------------------------------ */

static int file_of(const struct mutant_file *f)
{
	int fd = memfd_create("mutant", 0);

	if (fd < 0 || write(fd, f->bytes, f->count) != (ssize_t)f->count) {
		perror("memfd");
		exit(2);
	}
	return fd;
}

static void write_mutant(unsigned index, const struct mutant_file *f)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%u.elf", folder, index);
	FILE *out = fopen(path, "wb");
	if (!out || fwrite(f->bytes, 1, f->count, out) != f->count || fclose(out) != 0) {
		perror(path);
		exit(2);
	}
}

/* False: the verdicts differ. */
static bool judge(unsigned index, const struct mutant_file *f, unsigned kernel)
{
	struct host_verdict check = { .code = "" };
	char loader[64];

	world_make(machine_of[kernel], mutant_is_program(&kernels[kernel]) ? KERNEL_EFI : KERNEL_UPPER);
	fake.options.program = NULL; /* the mutant is */
	int fd = file_of(f);
	bool known = ask_check(fd, machine_of[kernel], &check);
	close(fd);
	world_replace(world_file("\\boot\\kernel.elf"), f->bytes, f->count);
	fake_run();
	loaders_code(loader, sizeof loader);
	count_code(loader);
	if (known && agree(loader, &check))
		return true;
	printf("mutant %u of kernel %u: the loader says %s, check says %s: %s\n%s\n", index, kernel, loader,
	       check.code, check.sentence, fake.console);
	return false;
}

/* The mutant with this number, written or judged. False: the verdicts differ. */
static bool make(unsigned index, uint64_t seed)
{
	static uint8_t bytes[MOST_BYTES];
	struct chance chance = { seed * 1000003 + index };
	unsigned kernel = (unsigned)chance_below(&chance, kernel_count);
	struct mutant_file f = { bytes, kernels[kernel].count };

	memcpy(bytes, kernels[kernel].bytes, f.count);
	(mutant_is_program(&f) ? mutant_spoil_program : mutant_spoil)(&chance, &f);
	if (!folder)
		return judge(index, &f, kernel);
	write_mutant(index, &f);
	return true;
}

/* The arguments behind the options; NULL: they are wrong. */
static char **take_options(int argc, char **argv)
{
	char **rest = argv + 1;

	if (argc > 2 && strcmp(*rest, "--write") == 0) {
		folder = rest[1];
		rest += 2;
	} else if (argc > 1 && strcmp(*rest, "--other-machine") == 0) {
		other_machine = true;
		rest++;
	}
	if (argv + argc - rest < 3)
		return NULL;
	for (char **path = rest + 2; *path; path++)
		if (!read_kernel(*path)) {
			fprintf(stderr, "mutants: cannot read %s\n", *path);
			return NULL;
		}
	return rest;
}

int main(int argc, char **argv)
{
	char **rest = take_options(argc, argv);
	unsigned count = rest ? (unsigned)strtoul(rest[1], NULL, 0) : 0, differ = 0;

	if (!count) {
		fprintf(stderr, "usage: mutants [--other-machine | --write DIR] SEED COUNT KERNEL...\n");
		return 2;
	}
	for (unsigned i = 0; i < count; i++)
		differ += !make(i, strtoull(rest[0], NULL, 0));
	for (unsigned i = 0; i < MOST_CODES && *codes[i].name; i++)
		printf("%u %s\n", codes[i].count, codes[i].name);
	printf("%u of %u differ\n", differ, count);
	return differ ? 1 : 0;
}
