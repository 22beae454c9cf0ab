/* judge_limine.c — what must hold when a kernel of the Limine protocol is entered: its requests' answers, as the kernel
 * finds them through its own page tables. */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "limine.h"
#include "walk.h"

static char said[512];
#define WRONG(...) (snprintf(said, sizeof said, __VA_ARGS__), said)
#define LL(n) ((unsigned long long)(n))

/* Requests of world_make()'s kernel, in their order. */
static const struct {
	uint64_t id[2];
	unsigned words; /* of the request; its own ones are 0, but for the number of random values */
} asked[WORLD_LIMINE_REQUESTS] = {
	[ASK_MAP] = { { 0x67cf3d9d378a806f, 0xe304acdfc50c3c62 }, 6 },
	[ASK_HHDM] = { { 0x48dcf1cb8ad2b852, 0x63984e959a98244b }, 6 },
	[ASK_FRAMEBUFFER] = { { 0x9d5827dcd881dd75, 0xa3148604f6fab11b }, 6 },
	[ASK_MODULES] = { { 0x3e7e279702be32af, 0xca1c4f3bd1280cee }, 6 },
	[ASK_MP] = { { 0x95a67b819a1b857e, 0xa0b61b723b6a73e0 }, 7 },
	[ASK_RSDP] = { { 0xc5e77b6b397e7b43, 0x27637845accdcf3c }, 6 },
	[ASK_EFI_MAP] = { { 0x7df62a431d6872d5, 0xa4fcdfb3e57306c8 }, 6 },
	[ASK_ENTROPY] = { { 0x65ea80255d5682c5, 0x9117240723f493eb }, 7 },
	[ASK_FILE] = { { 0xad97e90e83f1ed67, 0x31eb5d1c5ff23b69 }, 6 },
	[ASK_PAGING] = { { 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a }, 9 },
	[ASK_DATE] = { { 0x502746e184c088aa, 0xfbc5ec83e6327893 }, 6 },
	[ASK_SMBIOS] = { { 0x9e9046f11e095391, 0xaa4a520fefbde5ee }, 6 },
	[ASK_DEVICE_TREE] = { { 0xb40ddb48fb54bac7, 0x545081493f81ffb7 }, 6 },
};

enum { TAG_BYTES = 24, REVISION = 6, RANDOM_VALUES = 4, DATA_BYTES = 0x300 };

static uint64_t offset_of(enum world_ask_limine ask)
{
	uint64_t at = TAG_BYTES;

	for (unsigned i = 0; i < (unsigned)ask; i++)
		at += asked[i].words * 8;
	return at;
}

void world_put_limine(void)
{
	put32(&world_elf, PH_NOTE, 0);
	put32(&world_elf, SH_NOTE + SH_KIND, 0);
	_Static_assert(AT_DATA + DATA_BYTES <= AT_SYMBOLS, "requests reach into symbols");
	memset(world_elf.data + AT_DATA, 0, DATA_BYTES);
	put64(&world_elf, PH_DATA + PH_FILESZ, DATA_BYTES);
	put64(&world_elf, AT_DATA, 0xf9562b2d5c95a6c8);
	put64(&world_elf, AT_DATA + 8, 0x6a7b384944536bdc);
	put64(&world_elf, AT_DATA + 16, REVISION);
	for (unsigned i = 0; i < WORLD_LIMINE_REQUESTS; i++) {
		uint64_t at = AT_DATA + offset_of((enum world_ask_limine)i);
		put64(&world_elf, at, 0xc7b1dd30df4c8b88);
		put64(&world_elf, at + 8, 0x0a82e883a194f07b);
		put64(&world_elf, at + 16, asked[i].id[0]);
		put64(&world_elf, at + 24, asked[i].id[1]);
	}
	put64(&world_elf, AT_DATA + offset_of(ASK_ENTROPY) + 48, RANDOM_VALUES);
	put64(&world_elf, AT_DATA + offset_of(ASK_PAGING) + 32, 1); /* revision */
	put64(&world_elf, AT_DATA + offset_of(ASK_PAGING) + 48, 1); /* the mode */
	put64(&world_elf, AT_DATA + offset_of(ASK_PAGING) + 56, 1); /* the most; the least is 0 */
}

void world_limine_needs_five(void)
{
	put64(&world_elf, AT_DATA + offset_of(ASK_PAGING) + 64, 1);
}

/* ---- Through the kernel's tables -------------------------------------------------------------------------------- */

static struct walker walker;

const void *world_mapped(vaddr va, uint64_t bytes)
{
	struct walk first, found;

	walk(&walker, va, &first);
	for (uint64_t done = 0; first.mapped && done < bytes; done += PAGE_BYTES - (va + done) % PAGE_BYTES) {
		walk(&walker, va + done, &found);
		if (!found.mapped || found.phys != first.phys + done)
			return NULL;
	}
	return first.mapped && first.phys >= ARENA && range_within(first.phys - ARENA, bytes, ARENA_BYTES)
	       ? (const void *)(uintptr_t)first.phys : NULL;
}

const uint64_t *world_answer(enum world_ask_limine ask, unsigned words)
{
	const uint64_t *request = world_mapped(BUILT_DATA + offset_of(ask), 48);

	return request && request[5] ? world_mapped(request[5], words * 8ull) : NULL;
}

/* ---- The memory map --------------------------------------------------------------------------------------------- */

static const struct limine_memory *entry(const uint64_t *map, uint64_t i)
{
	const uint64_t *list = world_mapped(map[2], map[1] * 8);

	return list ? world_mapped(list[i], sizeof(struct limine_memory)) : NULL;
}

static bool is_type(const uint64_t *map, paddr from, uint64_t bytes, uint64_t type)
{
	for (uint64_t i = 0; i < map[1]; i++) {
		const struct limine_memory *e = entry(map, i);
		if (e->type == type && from >= e->base && range_within(from - e->base, bytes, e->length))
			return true;
	}
	return false;
}

/* Usable memory is nobody's: the loader has taken none of it. */
static bool is_free(const struct limine_memory *e)
{
	for (paddr page = e->base; page < e->base + e->length; page += PAGE_BYTES)
		if (page - ARENA < ARENA_BYTES && fake.kind[(page - ARENA) / PAGE_BYTES] != EfiConventionalMemory)
			return false;
	return true;
}

static const char *judge_map(const uint64_t *map)
{
	const void *block = world_answer(ASK_MAP, 3);
	paddr end = 0;

	if (!map || !map[1])
		return WRONG("there is no memory map");
	for (uint64_t i = 0; i < map[1]; i++) {
		const struct limine_memory *e = entry(map, i);
		if (!e || !e->length)
			return WRONG("entry %llu of the memory map is missing or empty", LL(i));
		if (e->type == LIMINE_USABLE && (e->base < end || !is_free(e)))
			return WRONG("usable memory at %#llx is in use", LL(e->base));
		end = max_u64(end, e->base + e->length);
	}
	if (!is_type(map, handoff.root, PAGE_BYTES, LIMINE_BOOTLOADER_RECLAIMABLE) ||
	    !is_type(map, (uintptr_t)block, 8, LIMINE_BOOTLOADER_RECLAIMABLE) ||
	    !is_type(map, handoff.net_phys, PAGE_BYTES, LIMINE_BOOTLOADER_RECLAIMABLE))
		return WRONG("tables, answers or net are not reclaimable");
	return NULL;
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* The file with this path, as the loader asks for it: one backslash for any number of separators. */
static const struct fake_file *named(const char *path)
{
	char name[1024];
	size_t used = 0;

	for (; *path && used < sizeof name - 1; path++) {
		char c = *path == '/' ? '\\' : *path;
		if (c != '\\' || !used || name[used - 1] != '\\')
			name[used++] = c;
	}
	name[used] = 0;
	return fake_find(name);
}

/* The device path of the loader's volume names a partition of a GPT or of an MBR, or none. */
static bool is_of_volume(const struct limine_file *f)
{
	static const uint8_t none[16];
	bool in_gpt = fake.options.second.is_there && !fake.options.second.is_in_mbr;

	return f->media == fake.options.second.is_optical && f->partition_index == fake.options.second.is_there &&
	       in_gpt == (memcmp(f->gpt_partition, none, 16) != 0) &&
	       (f->mbr_disk_id != 0) == (fake.options.second.is_there && fake.options.second.is_in_mbr);
}

static const char *judge_file(const struct limine_file *f, const uint64_t *map, bool is_module)
{
	const char *path = f ? world_mapped(f->path, 1) : NULL;
	const struct fake_file *from = path && *path == '/' ? named(path) : NULL;
	const void *bytes = f ? world_mapped(f->address, f->size) : NULL;

	if (!from)
		return WRONG("a file has the path %s", path ? path : "(none)");
	if (f->size > from->bytes || (f->size && (!bytes || memcmp(bytes, from->data, f->size) != 0)))
		return WRONG("%s is not what the file has", path);
	if (!is_of_volume(f))
		return WRONG("%s is not of its volume", path);
	if (is_module && f->size && !is_type(map, (uintptr_t)bytes, f->size, LIMINE_EXECUTABLE_AND_MODULES))
		return WRONG("%s is not in memory of the type of modules", path);
	return NULL;
}

static const char *judge_files(const uint64_t *map)
{
	const uint64_t *modules = world_answer(ASK_MODULES, 3), *own = world_answer(ASK_FILE, 2);
	const uint64_t *list = modules ? world_mapped(modules[2], modules[1] * 8) : NULL;
	const struct fake_file *one = fake_find("\\boot\\one.bin");

	if (modules ? !list || !modules[1] : one && one->opened)
		return WRONG("there is no list of modules");
	const char *why = own ? judge_file(world_mapped(own[1], sizeof(struct limine_file)), map, false)
	                      : "there is no answer about the kernel's file";
	for (uint64_t i = 0; !why && modules && i < modules[1]; i++)
		why = judge_file(world_mapped(list[i], sizeof(struct limine_file)), map, true);
	return why;
}

/* ---- Displays ---------------------------------------------------------------------------------------------------- */

static bool is_mode_of(const struct limine_framebuffer *fb, const struct limine_video_mode *m)
{
	return m && m->width == fb->width && m->height == fb->height && m->pitch == fb->pitch && m->bpp == fb->bpp &&
	       m->model == fb->model && memcmp(m->masks, fb->masks, sizeof m->masks) == 0;
}

static bool is_edid(const uint8_t *edid, uint64_t bytes)
{
	uint8_t sum = 0;

	for (unsigned i = 0; edid && bytes >= 128 && i < 128; i++)
		sum = (uint8_t)(sum + edid[i]);
	return edid && bytes >= 128 && memcmp(edid, "\0\377\377\377\377\377\377", 8) == 0 && sum == 0;
}

static const char *judge_screen(void)
{
	const uint64_t *answer = world_answer(ASK_FRAMEBUFFER, 3), *list = answer ? world_mapped(answer[2], 8) : NULL;
	const struct limine_framebuffer *fb = list ? world_mapped(*list, sizeof *fb) : NULL;
	const uint64_t *modes = fb ? world_mapped(fb->modes, fb->mode_count * 8) : NULL;
	bool current = false;

	if (!answer)
		return NULL;
	for (uint64_t i = 0; modes && i < fb->mode_count; i++)
		current = current || is_mode_of(fb, world_mapped(modes[i], sizeof(struct limine_video_mode)));
	if (!current)
		return WRONG("the display's mode is not in the list of modes");
	if (fb->edid && !is_edid(world_mapped(fb->edid, fb->edid_bytes), fb->edid_bytes))
		return WRONG("%llu bytes are no EDID", LL(fb->edid_bytes));
	return NULL;
}

/* ---- The rest ---------------------------------------------------------------------------------------------------- */

static const char *judge_cpus(void)
{
	bool x86 = fake.options.machine == FAKE_X86_64;
	const uint64_t *mp = world_answer(ASK_MP, 5), *list;
	/* The boot processor may be another one than those that are listed, or tables may list others. */
	uint64_t most = fake.options.tables_anywhere ? UINT64_MAX : WORLD_CPUS + !!fake.options.facts.boot_cpu;

	mp += mp && x86 ? 1 : mp ? 2 : 0; /* the word before the number */
	list = mp ? world_mapped(mp[2], mp[1] * 8) : NULL;
	if (!list || mp[1] < 1 || mp[1] > most)
		return WRONG("there is no list of processors");
	for (uint64_t i = 0; i < mp[1]; i++) {
		const uint64_t *cpu = world_mapped(list[i], 40);
		if (!cpu || cpu[x86 ? 2 : 3])
			return WRONG("processor %llu is not there, or has begun", LL(i));
	}
	return NULL;
}

static const char *judge_words(void)
{
	const uint64_t *hhdm = world_answer(ASK_HHDM, 2), *efi = world_answer(ASK_EFI_MAP, 5);
	const uint64_t *tag = world_mapped(BUILT_DATA, TAG_BYTES), *random = world_answer(ASK_ENTROPY, 3);
	const uint64_t *paging = world_answer(ASK_PAGING, 2);

	if (!tag || tag[1] != REVISION || tag[2])
		return WRONG("the base revision is not answered");
	if (!hhdm || hhdm[1] != handoff.direct_map)
		return WRONG("the direct map is not where it is said to be");
	if (!paging || paging[1] + 4 != handoff.mode.paging_levels)
		return WRONG("the paging mode is not the one that it is said to be");
	if (!efi || !efi[2] || efi[2] % efi[3] || !world_mapped(efi[1], efi[2]))
		return WRONG("the firmware's map is not there");
	if (!random || random[1] != RANDOM_VALUES || !world_mapped(random[2], random[1] * 8))
		return WRONG("random values are not as they must be");
	return NULL;
}

const char *world_judge_limine(void)
{
	walker = world_walker(handoff.lower_root ? handoff.lower_root : handoff.root, handoff.root);
	const uint64_t *map = world_answer(ASK_MAP, 3);
	const char *why = judge_map(map);
	if (!why) why = judge_words();
	if (!why) why = judge_files(map);
	if (!why) why = judge_cpus();
	if (!why) why = judge_screen();
	return why;
}
