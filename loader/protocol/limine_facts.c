/* limine_facts.c — gathers, from the firmware, what the responses say. Only what was asked for costs calls. */
#include "limine_parts.h"

#include "font.h"
#include "log.h"

#include <string.h>

static bool asks(const struct boot *b, enum limine_id id)
{
	return limine_asks(&b->limine.found, id);
}

/* The times at which the firmware's clock answers: nobody's secret, but all that there is. */
static void gather_from_times(struct boot *b, uint64_t *values, uint64_t count)
{
	enum { SAMPLES = 64 };
	uint64_t seed[2 * SAMPLES] = { 0 };

	for (unsigned i = 0; i < SAMPLES; i++) {
		(void)firmware_time(&b->fw, &seed[2 * i]);
		seed[2 * i + 1] = arch_counter();
	}
	limine_stretch(seed, sizeof seed, values, count);
}

/* "Entropy Feature": the count may be cut, and weaker sources stand in where there is no stronger one. */
static void gather_entropy(struct boot *b, struct limine_facts *out)
{
	static IMAGE_UNTIL_EXIT uint64_t values[LIMINE_MAX_ENTROPY / 8];
	const char *source = "the firmware's";
	uint64_t done = 0;

	if (!asks(b, LIMINE_ENTROPY))
		return;
	const uint64_t *words = memory_at(b->limine.found.of[LIMINE_ENTROPY].at);
	out->entropy = values;
	out->entropy_count = min_u64(words[6], COUNT_OF(values));
	if (!out->entropy_count)
		return;
	if (!firmware_random(&b->fw, (uint8_t *)values, out->entropy_count * 8)) {
		source = "the processor's";
		while (done < out->entropy_count && arch_random(&values[done]))
			done++;
		if (done < out->entropy_count) {
			source = "made of times, and can be guessed: there is no generator";
			gather_from_times(b, values + done, out->entropy_count - done);
		}
	}
	log_line("random values are %s", source);
}

static void gather_counter(const struct boot *b, struct limine_facts *out)
{
	out->counter_hz = arch_counter_hz();
	out->started = b->stages[HOBNAIL_STAGE_START];
	if (out->counter_hz || (!asks(b, LIMINE_TSC) && !asks(b, LIMINE_PERFORMANCE)))
		return;
	out->counter_hz = arch_counter_measure(b);
	if (out->counter_hz)
		log_line("the counter has %llu Hz: measured", (unsigned long long)out->counter_hz);
	else
		log_line("the counter's rate is not known: there is no ACPI timer that counts");
}

static void gather_tpm_log(const struct boot *b, struct limine_facts *out)
{
	unsigned format;

	if (asks(b, LIMINE_TPM_LOG) && firmware_tpm_log(&b->fw, &out->tpm_log, &out->tpm_log_bytes, &format))
		out->tpm_log_format = format;
}

static void gather_edid(struct boot *b, struct limine_facts *out)
{
	static IMAGE_UNTIL_EXIT uint8_t edid[512];
	uint64_t bytes = firmware_edid(&b->fw, edid, sizeof edid);

	out->edid = edid;
	out->edid_bytes = limine_edid_bytes(edid, bytes);
	if (bytes && !out->edid_bytes)
		log_line("the display's EDID is damaged: not used");
}

/* The firmware may leave out the mode that is set, or list too many before it. */
static void gather_modes(struct boot *b, struct limine_facts *out)
{
	static IMAGE_UNTIL_EXIT struct limine_video_mode modes[LIMINE_MAX_MODES];
	struct limine_video_mode current;
	bool listed = false;

	limine_mode(&b->attempt.platform.framebuffer, &current);
	out->modes = modes;
	for (uint32_t i = 0; out->mode_count < LIMINE_MAX_MODES; i++) {
		struct hobnail_framebuffer fb;
		int there = firmware_mode(&b->fw, i, &fb);
		if (there < 0)
			break;
		if (!there)
			continue;
		limine_mode(&fb, &modes[out->mode_count]);
		listed = listed || memcmp(&modes[out->mode_count], &current, sizeof current) == 0;
		out->mode_count++;
	}
	if (listed)
		return;
	out->mode_count -= out->mode_count == LIMINE_MAX_MODES;
	modes[out->mode_count++] = current;
}

static void gather_display(struct boot *b, struct limine_facts *out)
{
	if (!asks(b, LIMINE_FRAMEBUFFER) || !b->attempt.platform.has_framebuffer)
		return;
	gather_edid(b, out);
	gather_modes(b, out);
}

static enum err gather_device_tree(struct boot *b, struct limine_facts *out, struct problem *p)
{
	paddr at;

	if (!asks(b, LIMINE_DEVICE_TREE) || !arch_has_device_tree || !b->facts.has_fdt)
		return OK;
	enum err e = pages_take(&b->pages, b->facts.fdt.bytes, HOBNAIL_MEMORY_USABLE, &at, p);
	if (e)
		return e;
	out->device_tree_bytes = fdt_without_memory(&b->facts.fdt, memory_at(at));
	out->device_tree = memory_at(at);
	return OK;
}

enum err limine_gather(struct boot *b, struct limine_facts *out, struct problem *p)
{
	const struct facts *f = &b->facts;

	*out = (struct limine_facts){
		.loader = text_of("Hobnail"), .version = text_of(LOADER_VERSION),
		.kernel_path = b->entry.kernel, .cmdline = b->entry.cmdline,
		.modules = b->limine.modules, .module_count = b->limine.module_count,
		.rsdp = f->has_acpi ? f->tables.rsdp : 0,
		.smbios_32 = f->tables.smbios_32, .smbios_64 = f->tables.smbios_64,
		.system_table = (uintptr_t)b->fw.system_table,
		.font = { font_small.rows, font_small.height, FONT_FIRST, FONT_GLYPHS - 1 },
		.map_room = limine_map_room(last_map_room(b)),
		.efi_map_room = b->last_map_descriptors * b->last_map_stride,
		.x2apic = b->attempt.mode.state & STATE_X2APIC && b->arch.x2apic,
	};
	out->partition = firmware_partition(&b->fw, VOLUME_OWN, out->partition_id);
	out->optical = firmware_is_optical(&b->fw, VOLUME_OWN);
	out->disk_signature = firmware_disk_signature(&b->fw, VOLUME_OWN);
	if (asks(b, LIMINE_DATE))
		out->has_date = firmware_time(&b->fw, &out->date);
	gather_counter(b, out);
	gather_entropy(b, out);
	gather_display(b, out);
	enum err e = gather_device_tree(b, out, p);
	gather_tpm_log(b, out); /* last: it has all measurements until now */
	return e;
}
