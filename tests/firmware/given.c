#include "given.h"

#include "limine.h"

/* ---- The record ------------------------------------------------------------------------------------------------- */

static struct given from_record(const struct hobnail_boot *r)
{
	struct given g = {
		.screens = r->framebuffers.count, .cpus = r->cpus.count,
		.acpi = r->valid & HOBNAIL_HAS_ACPI, .smbios = r->valid & HOBNAIL_HAS_SMBIOS,
		.device_tree = r->valid & HOBNAIL_HAS_DEVICE_TREE, .time = r->valid & HOBNAIL_HAS_BOOT_TIME,
		.random = r->valid & HOBNAIL_HAS_ENTROPY, .seconds = r->boot_time,
	};
	const struct hobnail_framebuffer *fb = g.screens ? hobnail_entry(r, &r->framebuffers, 0) : NULL;

	if (fb)
		g.screen = (struct given_screen){ fb->width, fb->height, fb->pitch, fb->bits_per_pixel, fb->red_mask,
		                                  fb->green_mask, fb->blue_mask };
	for (unsigned i = 0; i < sizeof r->entropy; i++)
		g.random |= r->entropy[i];
	return g;
}

/* ---- Answers of the Limine protocol ----------------------------------------------------------------------------- */

/* A mask as its number of bits and its lowest bit. */
static uint64_t mask(const uint8_t *of)
{
	return ((1ull << of[0]) - 1) << of[1];
}

static struct given_screen screen_of(const uint64_t *answer)
{
	const uint64_t *list = world_mapped(answer[2], 8);
	const struct limine_framebuffer *fb = list ? world_mapped(*list, sizeof *fb) : NULL;

	if (!fb)
		return (struct given_screen){ 0 };
	return (struct given_screen){ fb->width, fb->height, fb->pitch, fb->bpp, mask(fb->masks), mask(fb->masks + 2),
	                              mask(fb->masks + 4) };
}

static struct given from_answers(void)
{
	const uint64_t *screens = world_answer(ASK_FRAMEBUFFER, 3), *date = world_answer(ASK_DATE, 2);
	const uint64_t *random = world_answer(ASK_ENTROPY, 3), *mp = world_answer(ASK_MP, 5);
	struct given g = {
		.acpi = world_answer(ASK_RSDP, 2), .smbios = world_answer(ASK_SMBIOS, 3),
		.device_tree = world_answer(ASK_DEVICE_TREE, 2), .time = date, .random = random && random[1],
		.seconds = date ? date[1] : 0,
		.cpus = mp ? mp[fake.options.machine == FAKE_X86_64 ? 2 : 3] : 0,
	};

	if (screens) {
		g.screens = screens[1];
		g.screen = screen_of(screens);
	}
	return g;
}

struct given world_given(void)
{
	const struct hobnail_boot *r = world_record();

	return r ? from_record(r) : from_answers();
}
