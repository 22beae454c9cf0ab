/* main.c — from the record to a running guest, in the order in which it happens. */
#include "guest.h"

#include "format.h"

#include <string.h>

/* UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()": attributes of memory */
#define ATTRIBUTE_WB 0x8

/* ---- The end of a guest ---- */

void guest_stopped(const char *text, ...)
{
	char line[200];
	va_list arguments;

	va_start(arguments, text);
	format_v(line, sizeof line, text, arguments);
	va_end(arguments);
	say("guest stopped: %s", line);
	wait_for_ever();
}

static const struct hobnail_memory *range_at(const struct hobnail_boot *boot, uint64_t phys)
{
	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *range = hobnail_entry(boot, &boot->memory_map, i);
		if (phys - range->base < range->bytes)
			return range;
	}
	return NULL;
}

static const char *owner_of(const struct hobnail_boot *boot, uint64_t phys)
{
	const struct hobnail_memory *range = range_at(boot, phys);

	switch (range ? range->type : 0) {
	case 0: return "no memory";
	case HOBNAIL_MEMORY_KERNEL: return "the hypervisor's memory";
	case HOBNAIL_MEMORY_MODULE: return "a module";
	case HOBNAIL_MEMORY_TABLES:
	case HOBNAIL_MEMORY_STACKS:
	case HOBNAIL_MEMORY_RECORD:
	case HOBNAIL_MEMORY_NET: return "the loader's memory";
	default: return "the firmware's memory";
	}
}

void guest_stopped_at(const struct guest *g, const char *access, uint64_t address, uint64_t syndrome, uint64_t pc)
{
	guest_stopped("%s guest address %#llx, %s (syndrome %#llx, PC %#llx)", access, (unsigned long long)address,
	              owner_of(g->boot, address), (unsigned long long)syndrome, (unsigned long long)pc);
}

/* ---- Files ---- */

static struct file file_of(const struct hobnail_boot *boot, const struct hobnail_module *module)
{
	return (struct file){ hobnail_virt(boot, module->phys), module->bytes, hobnail_text(boot, module->cmdline) };
}

/* Devicetree Specification, "Header": magic */
static bool is_tree(const struct file *file)
{
	return file->bytes >= 40 && memcmp(file->at, "\xd0\x0d\xfe\xed", 4) == 0;
}

/* The first module is the guest's kernel; its command line is the guest's. Behind it come an initrd and a device tree,
 * each told by its first bytes. */
static void files_find(struct guest *g, const struct hobnail_boot *boot)
{
	if (!boot->modules.count)
		give_up("there is no module: the first one is the guest's kernel");
	g->boot = boot;
	g->image = file_of(boot, hobnail_entry(boot, &boot->modules, 0));
	for (uint32_t i = 1; i < boot->modules.count; i++) {
		struct file file = file_of(boot, hobnail_entry(boot, &boot->modules, i));
		*(is_tree(&file) ? &g->tree : &g->initrd) = file;
	}
}

/* ---- Memory ---- */

/* Memory that the firmware calls reserved and that cannot be cached is registers: PCI's configuration space, on PCs. */
enum access access_of(const struct hobnail_memory *range)
{
	if (range->base + range->bytes > machine_limit())
		return ACCESS_NONE;
	switch (range->type) {
	case HOBNAIL_MEMORY_USABLE: return ACCESS_MEMORY;
	case HOBNAIL_MEMORY_MMIO: return ACCESS_DEVICE;
	case HOBNAIL_MEMORY_RESERVED: return range->attributes & ATTRIBUTE_WB ? ACCESS_NONE : ACCESS_DEVICE;
	default: return machine_shares(range->type) ? ACCESS_MEMORY : ACCESS_NONE;
	}
}

/* The largest range in which files can be is the room for them. */
static void room_choose(struct guest *g, const struct hobnail_memory *range)
{
	if (range->type == HOBNAIL_MEMORY_USABLE && range->base + range->bytes <= machine_room_end() &&
	    range->bytes > g->room.bytes)
		g->room = (struct span){ range->base, range->bytes };
}

/* Addresses that the map does not describe are devices', as in the protocol's device map. */
static void memory_give(struct guest *g)
{
	const struct hobnail_boot *boot = g->boot;
	uint64_t limit = machine_limit(), end = 0;

	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *range = hobnail_entry(boot, &boot->memory_map, i);
		if (range->base >= limit)
			break;
		stage_map(boot, end, range->base - end, ACCESS_DEVICE);
		stage_map(boot, range->base, range->bytes, access_of(range));
		room_choose(g, range);
		end = min_u64(range->base + range->bytes, limit);
	}
	stage_map(boot, end, limit - end, ACCESS_DEVICE);
}

void *room_take(struct guest *g, uint64_t bytes, uint64_t alignment, uint64_t *phys)
{
	uint64_t at = align_up(g->room.base, alignment);
	uint64_t end = g->room.base + g->room.bytes;

	if (at > end || bytes > end - at)
		give_up("the guest's memory is too small for its files");
	g->room = (struct span){ at + bytes, end - at - bytes };
	*phys = at;
	return memset(hobnail_virt(g->boot, at), 0, bytes);
}

uint64_t room_copy(struct guest *g, const struct file *file)
{
	uint64_t phys;

	memcpy(room_take(g, file->bytes, PAGE_BYTES, &phys), file->at, file->bytes);
	return phys;
}

/* ---- The order ---- */

void kernel_entry(const struct hobnail_boot *boot);
void kernel_entry(const struct hobnail_boot *boot)
{
	static struct guest guest;

	voice_open(boot);
	machine_check(boot);
	files_find(&guest, boot);
	memory_give(&guest);
	machine_load(&guest);
	machine_run(&guest);
}
