/* boot_facts.c — docs/protocol.md, "Facts": the parts of the record other than memory, tables and devices. */
#include "contract/entry.h"
#include "contract.h"
#include "image.h"
#include "memory.h"
#include "string.h"
#include "utf8.h"

/* A fact that is absent reads as zero. */
static enum verdict check_absent(const struct hobnail_boot *boot, struct finding *f)
{
	static const uint8_t no_entropy[sizeof boot->entropy];
	static const struct hobnail_console no_console;
	const struct {
		uint64_t bit;
		bool zero;
		const char *name;
	} facts[] = {
		{ HOBNAIL_HAS_ACPI, !boot->acpi_rsdp, "acpi_rsdp" },
		{ HOBNAIL_HAS_SMBIOS, !boot->smbios, "smbios" },
		{ HOBNAIL_HAS_DEVICE_TREE, !boot->device_tree && !boot->device_tree_bytes, "device_tree" },
		{ HOBNAIL_HAS_CONSOLE, memcmp(&boot->console, &no_console, sizeof no_console) == 0, "console" },
		{ HOBNAIL_HAS_BOOT_TIME, !boot->boot_time, "boot_time" },
		{ HOBNAIL_HAS_ENTROPY, memcmp(boot->entropy, no_entropy, sizeof no_entropy) == 0, "entropy" },
		{ HOBNAIL_HAS_DIRECT_MAP, !boot->direct_map, "direct_map" },
		{ HOBNAIL_HAS_DEVICE_MAP, !boot->device_map, "device_map" },
		{ HOBNAIL_HAS_NET, !boot->net_base && !boot->net_bytes && !boot->net_entry && !boot->net_index, "net" },
		{ HOBNAIL_HAS_SYMBOLS, !boot->symbols_phys && !boot->symbols_bytes, "symbols" },
		{ HOBNAIL_HAS_PAGE_TABLES, !boot->root && !boot->lower_root && !boot->paging_levels, "root" },
	};

	for (size_t i = 0; i < COUNT_OF(facts); i++)
		if (!(boot->valid & facts[i].bit) && !facts[i].zero)
			return broken(f, "%s is not zero although `valid` has no bit for it", facts[i].name);
	return holds(f, "valid = %#lx", (unsigned long)boot->valid);
}

static enum verdict check_reserved(const struct hobnail_boot *boot, struct finding *f)
{
	for (uint32_t i = 0; i < boot->memory_map.count; i++)
		if (memory_entry(boot, i)->reserved)
			return broken(f, "the reserved field of memory range %u", i);
	for (uint32_t i = 0; i < boot->segments.count; i++)
		if (((const struct hobnail_segment *)hobnail_entry(boot, &boot->segments, i))->reserved)
			return broken(f, "the reserved field of segment %u", i);
	for (uint32_t i = 0; i < boot->stages.count; i++)
		if (((const struct hobnail_stage *)hobnail_entry(boot, &boot->stages, i))->reserved)
			return broken(f, "the reserved field of stage %u", i);
	return HOLDS;
}

/* ---- Requests ------------------------------------------------------------------------------------------ */

static const struct hobnail_grant *find_grant(const struct hobnail_boot *boot, uint32_t request)
{
	for (uint32_t i = 0; i < boot->granted.count; i++) {
		const struct hobnail_grant *g = hobnail_entry(boot, &boot->granted, i);
		if (g->request == request)
			return g;
	}
	return NULL;
}

static const struct hobnail_note *find_note(uint32_t request)
{
	for (unsigned i = 0; i < image_note_count(); i++)
		if ((image_note(i)->type & ~HOBNAIL_REQUIRED) == request)
			return image_note(i);
	return NULL;
}

static bool value_grants(uint32_t request, uint64_t asked, uint64_t got)
{
	if (request == HOBNAIL_REQUEST_STACK)
		return got >= asked;
	return request == HOBNAIL_REQUEST_FRAMEBUFFER || got == asked;
}

static enum verdict check_granted(const struct hobnail_boot *boot, struct finding *f)
{
	for (unsigned i = 0; i < image_note_count(); i++) {
		const struct hobnail_note *n = image_note(i);
		uint32_t request = n->type & ~HOBNAIL_REQUIRED;
		uint64_t value = n->value_low | (uint64_t)n->value_high << 32;
		const struct hobnail_grant *g = find_grant(boot, request);

		if (!g && (n->type & HOBNAIL_REQUIRED))
			return broken(f, "request %u is required and not granted", request);
		if (g && g->flags != (n->type & HOBNAIL_REQUIRED))
			return broken(f, "request %u: got flags %#x, want %#x", request, g->flags,
			              n->type & HOBNAIL_REQUIRED);
		if (g && !value_grants(request, value, g->value))
			return broken(f, "request %u: got %#lx, asked for %#lx", request, (unsigned long)g->value,
			              (unsigned long)value);
	}
	for (uint32_t i = 0; i < boot->granted.count; i++) {
		const struct hobnail_grant *g = hobnail_entry(boot, &boot->granted, i);
		if (!find_note(g->request) || find_grant(boot, g->request) != g)
			return broken(f, "request %u is granted, but was not asked for, or is granted twice",
			              g->request);
	}
	return holds(f, "%u of %u", boot->granted.count, image_note_count());
}

/* ---- Time ---------------------------------------------------------------------------------------------- */

static enum verdict check_stages(const struct hobnail_boot *boot, struct finding *f)
{
	static const uint8_t order[] = {
		HOBNAIL_STAGE_START, HOBNAIL_STAGE_CONFIG, HOBNAIL_STAGE_KERNEL, HOBNAIL_STAGE_MODULES,
		HOBNAIL_STAGE_SPACE, HOBNAIL_STAGE_RECORD, HOBNAIL_STAGE_PREFLIGHT, HOBNAIL_STAGE_EXIT,
	};
	uint64_t last = 0;

	if (boot->stages.count != COUNT_OF(order))
		return broken(f, "got %u stages, want %lu", boot->stages.count, (unsigned long)COUNT_OF(order));
	for (uint32_t i = 0; i < boot->stages.count; i++) {
		const struct hobnail_stage *s = hobnail_entry(boot, &boot->stages, i);
		if (s->stage != order[i])
			return broken(f, "entry %u: got stage %u, want %u", i, s->stage, order[i]);
		if (s->counter < last)
			return broken(f, "stage %u: the counter ran backwards from %lu to %lu", s->stage,
			              (unsigned long)last, (unsigned long)s->counter);
		last = s->counter;
	}
	if (last == 0 || arch_counter() < last)
		return broken(f, "the last stage's counter, %lu, is not in the past", (unsigned long)last);
	return holds(f, "%u stages", boot->stages.count);
}

static enum verdict check_counter_hz(const struct hobnail_boot *boot, struct finding *f)
{
	return expect(f, "counter_hz", boot->counter_hz, arch_counter_hz());
}

static enum verdict check_boot_time(const struct hobnail_boot *boot, struct finding *f)
{
	const uint64_t year_2020 = 1577836800, year_2100 = 4102444800;

	if (!(boot->valid & HOBNAIL_HAS_BOOT_TIME))
		return not_applicable(f, "the firmware has no clock");
	if (boot->boot_time < year_2020 || boot->boot_time >= year_2100)
		return broken(f, "got %lu, want a second between 2020 and 2100", (unsigned long)boot->boot_time);
	return holds(f, "%lu", (unsigned long)boot->boot_time);
}

/* ---- Text, entropy, Secure Boot ------------------------------------------------------------------------ */

static enum verdict check_log(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->log_bytes == 0)
		return broken(f, "the log is empty");
	if (!memory_is(boot, boot->log_phys, boot->log_bytes, HOBNAIL_MEMORY_RECORD) &&
	    !memory_is(boot, boot->log_phys, boot->log_bytes, HOBNAIL_MEMORY_NET))
		return broken(f, "%lu bytes at %#lx are not in memory of type record or net",
		              (unsigned long)boot->log_bytes, (unsigned long)boot->log_phys);
	const char *text = memory_view(boot, boot->log_phys, boot->log_bytes);
	if (!text || !utf8_valid(text, boot->log_bytes))
		return broken(f, "the log is not UTF-8 without NUL");
	return holds(f, "%lu bytes", (unsigned long)boot->log_bytes);
}

static enum verdict check_loader_name(const struct hobnail_boot *boot, struct finding *f)
{
	const char *name = hobnail_text(boot, boot->loader);

	if (strncmp(name, "Hobnail ", 8) != 0)
		return broken(f, "got \"%.40s\"", name);
	return holds(f, "\"%.40s\"", name);
}

/* In 64 random bytes, practically always more than 16 differ from the byte before. */
static enum verdict check_entropy(const struct hobnail_boot *boot, struct finding *f)
{
	unsigned changes = 0;

	if (!(boot->valid & HOBNAIL_HAS_ENTROPY))
		return not_applicable(f, "the firmware has no random numbers");
	for (size_t i = 1; i < sizeof boot->entropy; i++)
		changes += boot->entropy[i] != boot->entropy[i - 1];
	if (changes < 16)
		return broken(f, "only %u of 63 bytes differ from the one before", changes);
	return HOLDS;
}

static enum verdict check_secure_boot(const struct hobnail_boot *boot, struct finding *f)
{
	if (boot->secure_boot > HOBNAIL_SECURE_BOOT_ON)
		return broken(f, "got %u", boot->secure_boot);
	return holds(f, "%s", boot->secure_boot == HOBNAIL_SECURE_BOOT_ON    ? "on"
	                      : boot->secure_boot == HOBNAIL_SECURE_BOOT_OFF ? "off"
	                                                                     : "unknown");
}

static const struct promise facts_promises[] = {
	{ 6, "what `valid` does not announce reads as zero", check_absent },
	{ 7, "reserved fields are zero", check_reserved },
	{ 8, "every required request is granted, and nothing that was not asked for", check_granted },
	{ 9, "the stages are complete and their counters ascend", check_stages },
	{ 10, "counter_hz is what the processor says, or 0", check_counter_hz },
	{ 11, "the boot time is a time", check_boot_time },
	{ 12, "the log is text, in memory of type record or net", check_log },
	{ 13, "the loader names itself", check_loader_name },
	{ 14, "the entropy is not constant", check_entropy },
	{ 15, "the Secure Boot state is a known one", check_secure_boot },
};

const struct chapter facts_chapter = { facts_promises, COUNT_OF(facts_promises) };
