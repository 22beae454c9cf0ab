/* Any exception of either architecture, with any registers and any bytes where the instruction should be: it has a sentence that fits,
 * numbers within what its sentence may say, and no byte is read that was not there; and any address has a place in words. */
#include "fault.h"
#include "fault_place.h"
#include "fuzz.h"
#include "say.h"

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

static void check_decode(const struct fault *f, const uint8_t *instruction, unsigned bytes)
{
	struct fault_view v;
	char text[TEXT], advice[TEXT];

	uint8_t *code = copy_of(instruction, bytes);
	memset(&v, 0xff, sizeof v);
	fault_decode(f, code, bytes, &v);
	require(v.what.code >= ERR_FAULT_RETURNED && v.what.code <= ERR_FAULT_CLASS);
	require((v.what.code == ERR_FAULT_RETURNED) == (f->vector == FAULT_RETURNED));
	require((unsigned)v.access < WALK_ACCESSES);
	require(err_sentence(&v.what, text, sizeof text) == strlen(text) && *text && strlen(text) < sizeof text - 1);
	require(!strpbrk(text, "{}"));
	err_advice(v.what.code, advice, sizeof advice);
	if (v.by_tables)
		require(v.has_address || f->arch == HOBNAIL_ARCH_AARCH64);
	free(code);
}

/* Sorted, without overlap, as plan and memory map are. */
static void check_place(struct input *in, const struct fault *f)
{
	struct plan_range ranges[RANGES];
	struct hobnail_memory memory[MEMORIES];
	static const struct span modules[] = { { 0x100000, 0x1234 } };
	struct fault_places p = { .ranges = ranges, .memory = { memory, pick(in, MEMORIES + 1), MEMORIES }, .modules = modules, .module_count = 1,
	                          .range_count = pick(in, RANGES + 1), .direct_map = take(in, 8), .device_map = take(in, 8),
	                          .has_device_map = pick(in, 2), .framebuffer = { take(in, 5), 0x10000 }, .console = { take(in, 5), 0x1000 },
	                          .devices = { { { take(in, 5), 0x1000 }, SAY_D_HPET } }, .device_count = 1 };
	vaddr at = 0, phys = 0;
	char text[TEXT];

	for (unsigned i = 0; i < p.range_count; i++) {
		at += take(in, 7) / RANGES * 32 + PAGE_BYTES;
		ranges[i] = (struct plan_range){ align_down(at, PAGE_BYTES), take(in, 5) << PAGE_SHIFT, PAGE_BYTES, 0, 0, (uint8_t)pick(in, PLAN_KINDS),
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

	fill(&in, &f, instruction, &count);
	check_decode(&f, instruction, count);
	check_place(&in, &f);
	return 0;
}
