/* image.c — docs/protocol.md, "The kernel in memory", with modules and symbols. */
#include "contract/entry.h"
#include "contract.h"
#include "image.h"
#include "main.h"
#include "memory.h"
#include "string.h"

static const struct hobnail_segment *recorded(const struct hobnail_boot *boot, uint32_t i)
{
	return hobnail_entry(boot, &boot->segments, i);
}

static enum verdict check_kernel_memory(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->segments.count; i++) {
		const struct hobnail_segment *s = recorded(boot, i);
		paddr base = align_down(s->phys, PAGE_BYTES);
		uint64_t bytes = align_up(s->phys + s->bytes, PAGE_BYTES) - base;
		if (!memory_is(boot, base, bytes, HOBNAIL_MEMORY_KERNEL))
			return broken(f, "segment %u, %#lx bytes at %#lx, is not", i, (unsigned long)bytes,
			              (unsigned long)base);
	}
	return HOLDS;
}

static enum verdict check_segments(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->segments.count != IMAGE_SEGMENTS)
		return expect(f, "segments", boot->segments.count, IMAGE_SEGMENTS);
	for (unsigned i = 0; i < IMAGE_SEGMENTS; i++) {
		const struct hobnail_segment *s = recorded(boot, i);
		struct image_segment own = image_segment(i);
		if (s->virt != own.virt || s->bytes != own.bytes || s->flags != own.flags)
			return broken(f, "%s: got %#lx %lu bytes flags %u, want %#lx %lu bytes flags %u", own.name,
			              (unsigned long)s->virt, (unsigned long)s->bytes, s->flags,
			              (unsigned long)own.virt, (unsigned long)own.bytes, own.flags);
	}
	return holds(f, "%u segments from %#lx", boot->segments.count, (unsigned long)recorded(boot, 0)->virt);
}

static enum verdict check_block(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t distance = recorded(boot, 0)->virt - recorded(boot, 0)->phys;

	for (uint32_t i = 1; i < boot->segments.count; i++)
		if (recorded(boot, i)->virt - recorded(boot, i)->phys != distance)
			return broken(f, "segment %u: got virt - phys = %#lx, want %#lx", i,
			              (unsigned long)(recorded(boot, i)->virt - recorded(boot, i)->phys),
			              (unsigned long)distance);
	if (!is_aligned(distance, PAGE_BYTES))
		return broken(f, "virt - phys = %#lx is not a multiple of a page", (unsigned long)distance);
	return holds(f, "virt - phys = %#lx%s", (unsigned long)distance,
	             is_aligned(distance, MIB(2)) ? ", 2 MiB alike" : "");
}

static enum verdict check_low(const struct hobnail_boot *boot, struct finding *f)
{
	const struct hobnail_segment *s = recorded(boot, 0);

	/* pith's low variants are linked with p_paddr = p_vaddr. */
	if (s->virt >= arch_range(0).bytes)
		return not_applicable(f, "pith is linked high");
	if (image_is_relocatable())
		return not_applicable(f, "pith is position-independent");
	return expect(f, "phys", s->phys, s->virt);
}

static uint64_t first_nonzero(const uint8_t *at, uint64_t bytes)
{
	uint64_t i = 0;

	while (i < bytes && ((uint64_t)(at + i) % 8 || bytes - i < 8) && at[i] == 0)
		i++;
	while (bytes - i >= 8 && (uint64_t)(at + i) % 8 == 0 && *(const volatile uint64_t *)(const void *)(at + i) == 0)
		i += 8;
	while (i < bytes && at[i] == 0)
		i++;
	return i;
}

static enum verdict check_zeroed(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t bytes;
	const uint8_t *bss = image_untouched(&bytes);
	struct image_segment data = image_segment(IMAGE_SEGMENTS - 1);
	const uint8_t *end = (const uint8_t *)data.virt + data.bytes;
	uint64_t rest = align_up((uint64_t)end, PAGE_BYTES) - (uint64_t)end;

	(void)boot;
	if (first_nonzero(bss, bytes) != bytes)
		return broken(f, "a byte of .bss at %#lx is not 0", (unsigned long)(bss + first_nonzero(bss, bytes)));
	if (first_nonzero(end, rest) != rest)
		return broken(f, "a byte after the data segment, at %#lx, is not 0",
		              (unsigned long)(end + first_nonzero(end, rest)));
	return HOLDS;
}

static enum verdict check_relocated(const struct hobnail_boot *boot, struct finding *f)
{
	(void)boot;
	for (unsigned i = 0; i < image_pointer_count(); i++) {
		uint64_t word, address;
		image_pointer(i, &word, &address);
		if (word != address)
			return broken(f, "pointer %u: got %#lx, want %#lx", i, (unsigned long)word,
			              (unsigned long)address);
	}
	return holds(f, "%s", image_is_relocatable() ? "position-independent" : "static");
}

static enum verdict check_entry(const struct hobnail_boot *boot, struct finding *f)
{
	return expect(f, "entry_virt", boot->entry_virt, arch_entry_point());
}

/* ---- Modules ------------------------------------------------------------------------------------------- */

static const struct hobnail_module *module(const struct hobnail_boot *boot, uint32_t i)
{
	return hobnail_entry(boot, &boot->modules, i);
}

static enum verdict check_modules(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < boot->modules.count; i++) {
		const struct hobnail_module *m = module(boot, i);
		uint64_t whole = align_up(m->bytes, PAGE_BYTES);
		if (!is_aligned(m->phys, PAGE_BYTES))
			return broken(f, "module %u begins at %#lx, inside a page", i, (unsigned long)m->phys);
		if (!memory_is(boot, m->phys, whole, HOBNAIL_MEMORY_MODULE))
			return broken(f, "module %u, %lu bytes at %#lx, is not in memory of type module", i,
			              (unsigned long)m->bytes, (unsigned long)m->phys);
		const uint8_t *at = memory_view(boot, m->phys, whole);
		if (whole && !at)
			return broken(f, "module %u is not in the direct map", i);
		if (whole && first_nonzero(at + m->bytes, whole - m->bytes) != whole - m->bytes)
			return broken(f, "module %u: its last page is not zero after its %lu bytes", i,
			              (unsigned long)m->bytes);
		total += m->bytes;
	}
	if (!boot->modules.count)
		return not_applicable(f, "no modules");
	return holds(f, "%u with %lu bytes", boot->modules.count, (unsigned long)total);
}

static enum verdict check_modules_apart(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->modules.count; i++)
		for (uint32_t j = 0; j < i; j++) {
			const struct hobnail_module *a = module(boot, i), *b = module(boot, j);
			if (ranges_overlap(a->phys, a->bytes, b->phys, b->bytes))
				return broken(f, "modules %u and %u overlap", j, i);
		}
	return boot->modules.count > 1 ? HOLDS : not_applicable(f, "fewer than two modules");
}

/* The test pattern: byte i is i * 131 + (i >> 12). Within one page the second term is constant, and eight bytes later
 * the first one has grown by 8 * 131 = 24 (mod 256). */
static uint8_t pattern_byte(uint64_t i)
{
	return (uint8_t)(i * 131 + (i >> PAGE_SHIFT));
}

#define EACH_BYTE 0x0101010101010101ull
#define LOW_BITS  0x7f7f7f7f7f7f7f7full

/* Adds eight pairs of bytes at once, without carries between them. */
static uint64_t add_bytes(uint64_t a, uint64_t b)
{
	return ((a & LOW_BITS) + (b & LOW_BITS)) ^ ((a ^ b) & ~LOW_BITS);
}

/* The offset of the first byte that differs from the pattern, in one page of the module; `bytes`: none. `offset`: of
 * the page in the module. */
static uint64_t page_difference(const uint8_t *page, uint64_t offset, uint64_t bytes)
{
	const uint64_t *words = (const uint64_t *)(const void *)page;
	uint64_t want = 0, i = 0;

	for (unsigned k = 0; k < 8; k++)
		want |= (uint64_t)pattern_byte(offset + k) << 8 * k;
	for (; i + 8 <= bytes && words[i / 8] == want; i += 8)
		want = add_bytes(want, EACH_BYTE * (8 * 131 % 256));
	while (i < bytes && page[i] == pattern_byte(offset + i))
		i++;
	return i;
}

static bool ends_with(const char *text, const char *end)
{
	size_t bytes = strlen(text), tail = strlen(end);

	return bytes >= tail && memcmp(text + bytes - tail, end, tail) == 0;
}

static enum verdict check_module_bytes(const struct hobnail_boot *boot, struct finding *f)
{
	uint64_t total = 0;
	unsigned found = 0;

	for (uint32_t i = 0; i < boot->modules.count; i++) {
		const struct hobnail_module *m = module(boot, i);
		const uint8_t *at = memory_view(boot, m->phys, m->bytes);

		if (!at || !ends_with(hobnail_text(boot, m->path), ".pat"))
			continue;
		for (uint64_t offset = 0; offset < m->bytes; offset += PAGE_BYTES) {
			uint64_t part = min_u64(PAGE_BYTES, m->bytes - offset);
			uint64_t same = page_difference(at + offset, offset, part);
			if (same != part)
				return broken(f, "module %u, byte %lu: got %#x, want %#x", i,
				              (unsigned long)(offset + same), at[offset + same],
				              pattern_byte(offset + same));
		}
		found++;
		total += m->bytes;
	}
	if (!found)
		return not_applicable(f, "no module is called *.pat, the pattern that pith knows");
	return holds(f, "%lu bytes", (unsigned long)total);
}

/* ---- Symbols ------------------------------------------------------------------------------------------- */

/* System V gABI, "Symbol Table" */
enum { SYMBOL_BYTES = 24, SYMBOL_VALUE = 8 };

/* The value of the symbol with this name; 0: there is none. Table and names were checked to lie in the block. */
static uint64_t symbol_value(const uint8_t *block, const struct hobnail_symbols *s, const char *name)
{
	size_t bytes = strlen(name) + 1;

	for (uint64_t at = 0; s->table_bytes - at >= SYMBOL_BYTES; at += SYMBOL_BYTES) {
		const uint8_t *symbol = block + s->table_offset + at;
		uint32_t offset = read_le32(symbol);
		if (range_within(offset, bytes, s->names_bytes) &&
		    memcmp(block + s->names_offset + offset, name, bytes) == 0)
			return read_le64(symbol + SYMBOL_VALUE);
	}
	return 0;
}

static bool symbols_apart(const struct hobnail_symbols *s, uint64_t block_bytes)
{
	return s->table_offset % 8 == 0 && s->table_offset >= sizeof *s && s->names_offset >= sizeof *s &&
	       range_within(s->table_offset, s->table_bytes, block_bytes) &&
	       range_within(s->names_offset, s->names_bytes, block_bytes) &&
	       !ranges_overlap(s->table_offset, s->table_bytes, s->names_offset, s->names_bytes);
}

/* The distance of two symbols must be the distance of the two functions. */
static enum verdict check_symbols(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t bytes = boot->symbols_bytes;
	const struct hobnail_symbols *s = memory_view(boot, boot->symbols_phys, bytes);

	if (!(boot->valid & HOBNAIL_HAS_SYMBOLS))
		return not_applicable(f, "pith's file has no symbols, or the loader no memory for them");
	if (!s || bytes < sizeof *s || !memory_is(boot, boot->symbols_phys, bytes, HOBNAIL_MEMORY_NET))
		return broken(f, "%lu bytes at %#lx are not in memory of type net", (unsigned long)bytes,
		              (unsigned long)boot->symbols_phys);
	if (!symbols_apart(s, bytes))
		return broken(f, "table and names are not in the block, or not apart");
	uint64_t here = symbol_value((const uint8_t *)s, s, "check_symbols");
	uint64_t there = symbol_value((const uint8_t *)s, s, "kernel_main");
	if (!here || !there)
		return broken(f, "pith's functions are not in it");
	return expect(f, "distance of two functions", here - there, (uint64_t)&check_symbols - (uint64_t)&kernel_main);
}

static const struct promise image_promises[] = {
	{ 27, "the kernel's segments lie in memory of type kernel", check_kernel_memory },
	{ 28, "the record lists the segments as linked", check_segments },
	{ 29, "all segments have one distance from virtual to physical", check_block },
	{ 30, "a low-linked kernel lies at its physical addresses", check_low },
	{ 31, "what the file does not hold is zero, to the end of the last page", check_zeroed },
	{ 32, "relocations are applied", check_relocated },
	{ 33, "entry_virt is where the kernel was entered", check_entry },
	{ 34, "modules begin a page, in memory of type module, zero after their end", check_modules },
	{ 35, "no two modules overlap", check_modules_apart },
	{ 36, "modules hold their files' bytes", check_module_bytes },
	{ 116, "the kernel file's symbols are in memory of type net", check_symbols },
};

const struct chapter image_chapter = { image_promises, COUNT_OF(image_promises) };
