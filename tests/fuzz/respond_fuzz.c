/* Responses of the Limine protocol: any requests, over any machine. All that a response points at lies in the block,
 * each thing for itself, but for what is elsewhere on purpose: files, firmware tables and the framebuffer. */
#include "fuzz.h"

#include "limine_respond.h"

#define DIRECT_MAP UINT64_C(0xffff800000000000)
#define KERNEL     UINT64_C(0xffffffff80000000)

enum { MOST_MODULES = 4, MOST_CPUS = 8, MOST_MEMORY = 8, MOST_TEXT = 24, REQUEST_WORDS = 9 };

static struct {
	uint64_t image[LIMINE_REQUESTS * REQUEST_WORDS];
	struct pages pages;
	struct attempt a;
	struct handoff handoff;
	struct handoff_cpu started[MOST_CPUS];
	struct table_cpu cpus[MOST_CPUS];
	struct limine l;
	struct limine_facts facts;
	struct limine_module modules[MOST_MODULES];
	struct limine_video_mode modes[LIMINE_MAX_MODES];
	struct hobnail_memory memory[MOST_MEMORY];
	uint8_t bytes[512], *taken; /* taken: a byte for each of the block's, 1 where something is */
} w;

static void *page_at(void *context, paddr at)
{
	(void)context;
	return (void *)(uintptr_t)at;
}

/* ---- The machine and the kernel, from the input --------------------------------------------------------------- */

static struct text some_text(struct input *in)
{
	static char texts[16][MOST_TEXT];
	static unsigned next;
	char *text = texts[next++ % 16];
	unsigned bytes = pick(in, MOST_TEXT);

	for (unsigned i = 0; i < bytes; i++)
		text[i] = (char)('!' + pick(in, 90));
	return (struct text){ text, bytes };
}

/* A request where one is to be; its own words are the input's. */
static void make_kernel(struct input *in)
{
	static const uint64_t ids[LIMINE_REQUESTS][2] = {
#define X(name, a, b, first, bytes, revision, text) { a, b },
		LIMINE_REQUESTS_LIST(X)
#undef X
	};
	uint32_t asked = (uint32_t)take(in, 4);

	for (unsigned id = 0; id < LIMINE_REQUESTS; id++) {
		uint64_t *r = w.image + id * REQUEST_WORDS;
		if (!(asked >> id & 1))
			continue;
		memcpy(r, (uint64_t[]){ 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, ids[id][0], ids[id][1],
		                        pick(in, 3) }, 5 * sizeof *r);
		r[6] = take(in, 1);
	}
	w.a.kernel.layout.segment_count = 1;
	w.a.kernel.layout.segments[0] = (struct elf_segment){
		.virt = KERNEL, .run = KERNEL, .place = (uintptr_t)w.image, .loaded = (uintptr_t)w.image,
		.file_bytes = sizeof w.image, .memory_bytes = sizeof w.image, .rights = ELF_READ | ELF_WRITE,
	};
	w.a.kernel_file = (struct span){ MIB(1), sizeof w.image };
}

static void make_machine(struct input *in)
{
	struct platform *m = &w.a.platform;
	unsigned flags = pick(in, 256);

	w.a.arch = flags & 1 ? HOBNAIL_ARCH_AARCH64 : HOBNAIL_ARCH_X86_64;
	m->has_framebuffer = flags & 2;
	m->framebuffer = (struct hobnail_framebuffer){
		.phys = take(in, 4), .bytes = take(in, 3) + 1, .bits_per_pixel = flags & 4 ? 32 : 24,
	};
	m->cpus = w.cpus;
	m->cpu_count = pick(in, MOST_CPUS + 1);
	for (unsigned i = 0; i < m->cpu_count; i++) {
		w.cpus[i] = (struct table_cpu){ .hardware_id = i * 2, .firmware_id = (uint32_t)take(in, 1) };
		if (i && take(in, 1) & 1) /* it is started; the first one runs already */
			w.started[w.handoff.cpu_count++].hardware_id = i * 2;
	}
	w.handoff.cpus_phys = (uintptr_t)w.started;
	m->table_count = pick(in, 4);
	for (unsigned i = 0; i < m->table_count; i++)
		m->tables[i] = (struct span){ take(in, 2) << PAGE_SHIFT, (1 + take(in, 1)) << PAGE_SHIFT };
}

static void make_facts(struct input *in)
{
	struct limine_facts *f = &w.facts;
	unsigned there = pick(in, 256);

	*f = (struct limine_facts){
		.loader = some_text(in), .version = some_text(in), .kernel_path = some_text(in),
		.cmdline = some_text(in), .modules = w.modules, .module_count = pick(in, MOST_MODULES + 1),
		.rsdp = there & 1 ? MIB(2) : 0, .smbios_32 = there & 2 ? MIB(3) : 0,
		.smbios_64 = there & 4 ? MIB(4) : 0, .system_table = MIB(5),
		.device_tree = there & 8 ? w.bytes : NULL, .device_tree_bytes = take(in, 1),
		.has_date = there & 16, .counter_hz = there & 32 ? take(in, 2) : 0, .started = take(in, 8),
		.edid = w.bytes, .edid_bytes = take(in, 1), .modes = w.modes,
		.mode_count = pick(in, LIMINE_MAX_MODES + 1),
		.font = { w.bytes, 8 + pick(in, 2), ' ', 31 }, .entropy = (const uint64_t *)(void *)w.image,
		.entropy_count = pick(in, 64), .tpm_log = w.bytes, .tpm_log_bytes = take(in, 1),
		.tpm_log_format = there & 64 ? 2 : 0, .efi_map_room = take(in, 1),
		.map_room = limine_map_room(MOST_MEMORY),
	};
	for (unsigned i = 0; i < f->module_count; i++)
		w.modules[i] = (struct limine_module){ some_text(in), some_text(in), { take(in, 4), take(in, 2) } };
}

static struct memmap make_map(struct input *in)
{
	struct memmap m = { w.memory, pick(in, MOST_MEMORY + 1), MOST_MEMORY };
	paddr at = 0;

	for (size_t i = 0; i < m.count; i++) {
		at += take(in, 1) << PAGE_SHIFT;
		w.memory[i] = (struct hobnail_memory){ .base = at, .bytes = (1 + take(in, 1)) << PAGE_SHIFT };
		w.memory[i].type = pick(in, 20);
		at += w.memory[i].bytes;
	}
	return m;
}

/* ---- What the kernel sees --------------------------------------------------------------------------------------- */

/* Something of the block, which nothing else overlaps. */
static const void *object(uint64_t virt, uint64_t bytes, unsigned alignment)
{
	uint64_t at = virt - DIRECT_MAP - w.a.record.base;

	require(virt % alignment == 0 && range_within(at, bytes, w.a.record.bytes));
	for (uint64_t i = at; i < at + bytes; i++)
		require(!w.taken[i]++);
	return (const void *)(uintptr_t)(virt - DIRECT_MAP);
}

static void string(uint64_t virt)
{
	uint64_t at = virt - DIRECT_MAP - w.a.record.base, end = at;

	require(at < w.a.record.bytes);
	while (end < w.a.record.bytes && *(const char *)(uintptr_t)(w.a.record.base + end))
		end++;
	require(end < w.a.record.bytes);
	object(virt, end + 1 - at, 1);
}

/* The string of the kernel's own file is the command line, which may be asked for, too. */
static void file(uint64_t virt, bool is_module)
{
	const struct limine_file *f = object(virt, sizeof *f, 8);

	string(f->path);
	require(*(const char *)(uintptr_t)(f->path - DIRECT_MAP) == '/');
	if (is_module)
		string(f->string);
}

static void framebuffer(uint64_t virt)
{
	const struct limine_framebuffer *f = object(virt, sizeof *f, 8);

	if (f->edid)
		object(f->edid, f->edid_bytes, 8);
	const uint64_t *modes = object(f->modes, f->mode_count * 8, 8);
	for (uint64_t i = 0; i < f->mode_count; i++)
		object(modes[i], sizeof(struct limine_video_mode), 8);
}

static void list(enum limine_id id, const struct limine_array *r)
{
	const uint64_t *at = object(r->list, r->count * 8, 8);

	for (uint64_t i = 0; i < r->count; i++)
		if (id == LIMINE_MODULES)
			file(at[i], true);
		else if (id == LIMINE_FRAMEBUFFER)
			framebuffer(at[i]);
		else if (id == LIMINE_MEMORY_MAP)
			object(at[i], sizeof(struct limine_memory), 8);
		else if (id == LIMINE_MP)
			object(at[i], w.a.arch == HOBNAIL_ARCH_X86_64 ? sizeof(struct limine_cpu_x86_64)
			                                              : sizeof(struct limine_cpu_aarch64), 8);
		else
			object(at[i], sizeof(struct limine_flanterm), 8);
}

/* The map ascends, and what is usable or reclaimable overlaps nothing. */
static void memory_map(const struct limine_array *r)
{
	const uint64_t *at = (const uint64_t *)(uintptr_t)(r->list - DIRECT_MAP);
	paddr end = 0;

	require(r->count <= limine_map_room(MOST_MEMORY));
	for (uint64_t i = 0; i < r->count; i++) {
		const struct limine_memory *e = (const struct limine_memory *)(uintptr_t)(at[i] - DIRECT_MAP);
		bool own = e->type == LIMINE_USABLE || e->type == LIMINE_BOOTLOADER_RECLAIMABLE;
		require(e->length != 0);
		require(!i || e->base >= ((const struct limine_memory *)(uintptr_t)(at[i - 1] - DIRECT_MAP))->base);
		require(!own || e->base >= end);
		end = max_u64(end, e->base + e->length);
	}
}

static const uint64_t *response(enum limine_id id, uint64_t bytes)
{
	uint64_t at = ((const struct limine_request *)pages_at(&w.pages, w.l.of[id].at))->response;

	return object(at, bytes, 8);
}

static void look_at(enum limine_id id)
{
	const uint64_t *r;

	switch (id) {
	case LIMINE_LOADER:
		r = response(id, sizeof(struct limine_loader_info));
		string(r[1]);
		string(r[2]);
		return;
	case LIMINE_CMDLINE:
		string(response(id, sizeof(struct limine_word))[1]);
		return;
	case LIMINE_FILE:
		file(response(id, sizeof(struct limine_word))[1], false);
		return;
	case LIMINE_FRAMEBUFFER: case LIMINE_MODULES: case LIMINE_MEMORY_MAP: case LIMINE_FLANTERM:
		r = response(id, sizeof(struct limine_array));
		list(id, (const struct limine_array *)(const void *)r);
		if (id == LIMINE_MEMORY_MAP)
			memory_map((const struct limine_array *)(const void *)r);
		return;
	case LIMINE_MP:
		r = response(id, w.a.arch == HOBNAIL_ARCH_X86_64 ? 32 : 40);
		list(id, (const struct limine_array *)(const void *)(r + (w.a.arch == HOBNAIL_ARCH_X86_64 ? 1 : 2)));
		return;
	case LIMINE_ENTROPY:
		r = response(id, sizeof(struct limine_array));
		if (r[1])
			object(r[2], r[1] * 8, 8);
		return;
	case LIMINE_TPM_LOG:
		r = response(id, sizeof(struct limine_tpm_log));
		if (r[2])
			object(r[3], r[2], 8);
		return;
	case LIMINE_DEVICE_TREE:
		object(response(id, sizeof(struct limine_word))[1], w.facts.device_tree_bytes, 8);
		return;
	case LIMINE_EFI_MAP:
		r = response(id, sizeof(struct limine_efi_map));
		object(r[1], r[2], 8);
		return;
	default:
		response(id, sizeof(struct limine_revision));
	}
}

/* Each processor that waits has its mailbox in its entry. */
static void look_at_mailboxes(void)
{
	for (unsigned i = 0; limine_asks(&w.l, LIMINE_MP) && i < w.handoff.cpu_count; i++) {
		const struct handoff_cpu *c = &w.started[i];
		require(c->mailbox - DIRECT_MAP > c->listed);
		require(range_within(c->mailbox - DIRECT_MAP - w.a.record.base, 8, w.a.record.bytes));
	}
}

static void judge(void)
{
	uint32_t answered = limine_answered(&w.a, &w.l);

	w.taken = calloc(w.a.record.bytes, 1);
	require(w.taken != NULL);
	for (unsigned id = 0; id < LIMINE_REQUESTS; id++)
		if (answered >> id & 1)
			look_at((enum limine_id)id);
	look_at_mailboxes();
	free(w.taken);
}

/* One processor does not answer: the others stay in the list. */
static void drop_one(struct input *in)
{
	struct limine_head *head = (struct limine_head *)(uintptr_t)w.a.record.base;

	if (!head->cpus || !w.handoff.cpu_count)
		return;
	uint64_t *count = (uint64_t *)(uintptr_t)head->cpus + 1;
	uint64_t before = *count;
	limine_drop_cpu(head, DIRECT_MAP, w.started[pick(in, w.handoff.cpu_count)].listed);
	require(*count == before - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct input in = { data, bytes };

	memset(&w, 0, sizeof w);
	w.pages.at = page_at;
	w.a.pages = &w.pages;
	w.a.handoff = &w.handoff;
	w.a.mode.paging_levels = 4 + (bytes & 1);
	w.a.space.plan.direct_map = DIRECT_MAP;
	make_kernel(&in);
	make_machine(&in);
	make_facts(&in);
	if (limine_scan(&w.a.kernel.layout, &w.pages, &w.l, NULL) || !w.l.found)
		return 0;
	w.l.revision = pick(&in, LIMINE_LAST_REVISION + 1);
	w.a.record.bytes = limine_block_bytes(&w.a, &w.l, &w.facts);
	void *block = aligned_alloc(PAGE_BYTES, w.a.record.bytes);
	require(block != NULL);
	memset(block, 0xa5, w.a.record.bytes);
	w.a.record.base = (uintptr_t)block;
	limine_respond(&w.a, &w.l, &w.facts);
	struct memmap m = make_map(&in);
	uint64_t room = w.facts.efi_map_room;
	struct uefi_map map = { w.bytes, room - room % 40, 40 };
	limine_complete(&w.a, w.l.revision, &m, &map, 1, take(&in, 8));
	judge();
	drop_one(&in);
	free(block);
	return 0;
}
