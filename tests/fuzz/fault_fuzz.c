/* Any exception of either architecture, with any registers and any bytes where the instruction should be: it has a
 * sentence that fits, numbers within what its sentence may say, and no byte is read that was not there; any address
 * has a place in words; and any bytes as page tables are walked for it, to an entry to blame wherever the access is
 * not granted. */
#include "fault.h"
#include "fault_place.h"
#include "fuzz.h"
#include "walk_text.h"

enum { RANGES = 8, MEMORIES = 8, TEXT = 256 };

/* What decides first, comes first: short inputs say something. */
static void fill(struct input *in, struct fault *f, uint8_t instruction[15], unsigned *bytes)
{
	unsigned kind = pick(in, 256), arch = kind & 1 ? HOBNAIL_ARCH_X86_64 : HOBNAIL_ARCH_AARCH64;
	uint32_t vector = (uint32_t)take(in, 1);

	if (arch == HOBNAIL_ARCH_AARCH64 || kind & 2)
		vector %= kind & 1 ? 32 : 16;
	*f = (struct fault){ .arch = arch, .vector = kind == 255 ? FAULT_RETURNED : vector, .syndrome = take(in, 4) };
	*bytes = pick(in, 16);
	for (unsigned i = 0; i < *bytes; i++)
		instruction[i] = (uint8_t)take(in, 1);
	f->address = take(in, 8);
	f->sp = take(in, 8);
	f->pc = take(in, 8);
	f->flags = take(in, 4);
	for (unsigned i = 0; i < FAULT_MAX_GENERAL; i++)
		f->general[i] = i % 4 ? f->address + i : take(in, 8);
	for (unsigned i = 0; i < FAULT_MAX_CONTROL; i++)
		f->control[i] = take(in, 4);
	for (unsigned i = 0; i < FAULT_MAX_ID; i++)
		f->id[i] = take(in, 8);
}

/* Tables that are the rest of the input, repeated over all of physical memory but for a page in seven. */
static bool read_bytes(void *context, paddr at, uint64_t *out)
{
	const struct input *tables = context;
	size_t entries = tables->left / 8;

	require(is_aligned(at, 8));
	if (entries == 0 || (at >> 12) % 7 == 6)
		return false;
	memcpy(out, tables->at + 8 * ((at / 8 + (at >> 12)) % entries), 8);
	return true;
}

/* As the net's report does: the fault's address and access, in the tables that were live. */
static void check_tables(struct input *in, const struct fault *f, const struct fault_view *v)
{
	static const enum walk_mode modes[2][4] = {
		{ WALK_AARCH64, WALK_AARCH64_EL2, WALK_AARCH64_LPA2, WALK_AARCH64_EL2_LPA2 },
		{ WALK_X86_64_4, WALK_X86_64_5, WALK_X86_64_4, WALK_X86_64_5 },
	};
	struct walker walker = { .mode = modes[f->arch == HOBNAIL_ARCH_X86_64][pick(in, 4)], .read = read_bytes,
	                         .context = in };
	char text[TEXT];
	unsigned step;
	struct walk w;

	walker.root = take(in, 6);
	walker.upper_root = take(in, 6);
	walker.pat_or_mair = take(in, 8);
	walker.flags = (uint16_t)take(in, 2);
	walker.phys_bits = (uint8_t)(32 + pick(in, 21));
	walk(&walker, f->address, &w);
	require(w.steps <= COUNT_OF(w.step) && (w.mapped || w.blame[WALK_READ].cause));
	require(!w.mapped ||
	        (w.phys & (w.page_bytes - 1)) == (walk_untagged(&walker, f->address) & (w.page_bytes - 1)));
	require(!w.mapped || w.phys >> walker.phys_bits == 0);
	size_t size = pick(in, 128) + 1;
	for (unsigned i = 0; i < w.steps; i++)
		require(walk_line(&walker, &w, i, text, size) == strlen(text) && strlen(text) < size);
	if (walk_guilty(&walker, &w, v->access, &step, text, sizeof text))
		require(*text && step <= w.steps);
	else
		require(w.mapped && !w.blame[v->access].cause);
}

static void check_decode(const struct fault *f, const uint8_t *instruction, unsigned bytes, struct fault_view *out)
{
	struct fault_view v;
	char text[TEXT];

	uint8_t *code = copy_of(instruction, bytes);
	memset(&v, 0xff, sizeof v);
	fault_decode(f, code, bytes, &v);
	require(v.what.code >= ERR_FAULT_RETURNED && v.what.code <= ERR_FAULT_CLASS);
	require((v.what.code == ERR_FAULT_RETURNED) == (f->vector == FAULT_RETURNED));
	require((unsigned)v.access < WALK_ACCESSES);
	require(err_sentence(&v.what, text, sizeof text) == strlen(text) && *text && strlen(text) < sizeof text - 1);
	require(!strpbrk(text, "{}"));
	require(err_advice(v.what.code) != NULL);
	if (v.by_tables)
		require(v.has_address || f->arch == HOBNAIL_ARCH_AARCH64);
	free(code);
	*out = v;
}

/* Sorted, without overlap, as plan and memory map are. */
static void check_place(struct input *in, const struct fault *f)
{
	struct plan_range ranges[RANGES];
	struct hobnail_memory memory[MEMORIES];
	static const struct span modules[] = { { 0x100000, 0x1234 } };
	struct fault_places p = { .ranges = ranges, .memory = { memory, pick(in, MEMORIES + 1), MEMORIES },
	                          .modules = modules, .module_count = 1,
	                          .range_count = pick(in, RANGES + 1), .direct_map = take(in, 8),
	                          .device_map = take(in, 8),
	                          .has_device_map = pick(in, 2), .framebuffer = { take(in, 5), 0x10000 },
	                          .console = { take(in, 5), 0x1000 },
	                          .devices = { { { take(in, 5), 0x1000 }, FAULT_HPET } }, .device_count = 1 };
	vaddr at = 0, phys = 0;
	char text[TEXT];

	for (unsigned i = 0; i < p.range_count; i++) {
		at += take(in, 7) / RANGES * 32 + PAGE_BYTES;
		ranges[i] = (struct plan_range){ align_down(at, PAGE_BYTES), take(in, 5) << PAGE_SHIFT, PAGE_BYTES, 0,
		                                 0, (uint8_t)pick(in, PLAN_KINDS),
		                                 (uint16_t)pick(in, 4) };
		at += PAGE_BYTES;
	}
	for (unsigned i = 0; i < p.memory.count; i++) {
		phys += (take(in, 3) + 1) << PAGE_SHIFT;
		memory[i] = (struct hobnail_memory){ phys, PAGE_BYTES, (uint32_t)pick(in, 20), 0, 8 };
		phys += PAGE_BYTES;
	}
	p.segment_count = 1 + pick(in, 2);
	for (unsigned i = 0; i < p.segment_count; i++)
		p.segments[i] = (struct fault_segment){ take(in, 8), take(in, 5), 0x2345, 0, (uint32_t)pick(in, 8), i };
	size_t size = pick(in, 128) + 1;
	for (unsigned i = 0; i <= p.range_count; i++) {
		vaddr where = i < p.range_count ? ranges[i].va + take(in, 2) - 0x4000 : f->address;
		size_t used = fault_place(&p, where, pick(in, 2), f->sp, text, size);
		require(used < size && used == strlen(text));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };
	struct fault f;

	uint8_t instruction[15];
	unsigned count;
	struct fault_view v;

	fill(&in, &f, instruction, &count);
	check_decode(&f, instruction, count, &v);
	check_place(&in, &f);
	check_tables(&in, &f, &v);
	return 0;
}
