/* image.c — the kernel in memory (docs/limine.md, "The kernel in memory"). */
#include "judge.h"
#include "machine.h"

/* kernel.ld */
extern const char image_start[], text_end[], rodata_start[], rodata_end[], data_start[], image_end[];

#define LOWEST 0xffffffff80000000

static const struct part {
	const char *name, *start, *end;
	uint8_t rights;
} parts[] = {
	{ "text", image_start, text_end, RIGHT_EXECUTE },
	{ "read-only data", rodata_start, rodata_end, 0 },
	{ "data", data_start, image_end, RIGHT_WRITE },
};

static bool answer(struct answer_pair *a)
{
	return take(REQUEST_ADDRESS, a, sizeof *a);
}

static enum verdict check_entry(void)
{
	return boot_state.entered == ENTERED_BY_REQUEST ? HOLDS : broken("entered at the file header's address");
}

static enum verdict check_virtual(void)
{
	struct answer_pair a;

	if ((uint64_t)image_start < LOWEST)
		return broken("the image begins at 0x%lx", (uint64_t)image_start);
	return answer(&a) ? expect("virtual base", a.second, (uint64_t)image_start) : NOT_APPLICABLE;
}

static enum verdict check_physical(void)
{
	struct answer_pair a;
	uint64_t base, phys;

	if (!space_phys((uint64_t)image_start, &base))
		return broken("the image is not mapped at 0x%lx", (uint64_t)image_start);
	for (unsigned i = 0; i < COUNT_OF(parts); i++)
		for (const char *at = parts[i].start; at < parts[i].end; at += PAGE_BYTES)
			if (!space_phys((uint64_t)at, &phys) || phys - base != (uint64_t)(at - image_start))
				return broken("0x%lx has another distance to its physical address", (uint64_t)at);
	return answer(&a) ? expect("physical base", a.first, base) : NOT_APPLICABLE;
}

static enum verdict check_rights(void)
{
	for (unsigned i = 0; i < COUNT_OF(parts); i++)
		for (const char *at = parts[i].start; at < parts[i].end; at += PAGE_BYTES) {
			const struct mapping *m = space_find((uint64_t)at);
			if (!m || m->rights != parts[i].rights)
				return broken("%s at 0x%lx has rights 0x%x, not 0x%x", parts[i].name, (uint64_t)at,
				              m ? m->rights : 0, parts[i].rights);
		}
	return HOLDS;
}

/* Data that a loader has to copy, to zero and to relocate. */
#define WORD 0x1f2e3d4c5b6a7988ull
static volatile uint64_t data_word = WORD;
static volatile uint8_t zeros[3 * PAGE_BYTES + 123];
static const char *const volatile pointers[] = { image_start, "text", (const char *)&data_word };

static enum verdict check_contents(void)
{
	if (data_word != WORD)
		return expect("an initialized word", data_word, WORD);
	for (unsigned i = 0; i < sizeof zeros; i++)
		if (zeros[i])
			return broken("byte %u of memory that the file does not hold is 0x%x", i, (unsigned)zeros[i]);
	if (pointers[0] != image_start)
		return expect("a pointer to the image", (uint64_t)pointers[0], (uint64_t)image_start);
	if (pointers[2] != (const char *)&data_word)
		return expect("a pointer to data", (uint64_t)pointers[2], (uint64_t)&data_word);
	char text[5] = { 0 };
	return copy_safely(text, pointers[1], sizeof text) && texts_equal(text, "text")
	               ? HOLDS
	               : broken("a pointer to text leads to 0x%lx", (uint64_t)pointers[1]);
}

static enum verdict check_caching(void)
{
	if (!machine_memory_known(&boot_state))
		return NOT_APPLICABLE;
	for (const char *at = image_start; at < image_end; at += PAGE_BYTES) {
		const struct mapping *m = space_find((uint64_t)at);
		if (m && !machine_memory_is_write_back(&boot_state, m->memory))
			return broken("0x%lx has memory type %u", (uint64_t)at, (unsigned)m->memory);
	}
	return HOLDS;
}

static enum verdict check_type(void)
{
	uint64_t base, bytes = (uint64_t)(image_end - image_start);

	if (!space_phys((uint64_t)image_start, &base))
		return broken("the image is not mapped");
	if (!map_within(base, bytes, BIT(MAP_EXECUTABLE)))
		return broken("physical 0x%lx, 0x%lx bytes, has types 0x%lx", base, bytes, map_types(base, bytes));
	return HOLDS;
}

static const struct promise promises[] = {
	{ 10, "the entry point's request is honoured", 0, NEWEST, check_entry },
	{ 11, "the image is in the top 2 GiB, where its answer says", 0, NEWEST, check_virtual },
	{ 12, "the image is one piece of physical memory, where its answer says", 0, NEWEST, check_physical },
	{ 13, "segments have the rights of their program headers", 0, NEWEST, check_rights },
	{ 14, "data is copied, zeroed and relocated", 0, NEWEST, check_contents },
	{ 15, "segments are cached write-back", 0, NEWEST, check_caching },
	{ 16, "the image's memory has its type", 0, NEWEST, check_type },
};

const struct chapter image_chapter = { promises, COUNT_OF(promises) };
