/* canvas.h — framebuffers for tests, of exactly the bytes that they claim, so that ASan sees every write past them;
 * the slack at the end of each line must stay as it was. Included after cmocka.h. */
#ifndef TESTS_CANVAS_H
#define TESTS_CANVAS_H

#include <hobnail/boot.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

enum { UNTOUCHED = 0xa5 };

struct canvas {
	struct surface surface;
	uint64_t bytes;
};

static const struct layout {
	uint32_t pixel_bytes, red, green, blue;
} layouts[] = {
	{ 4, 0xff0000, 0xff00, 0xff },
	{ 4, 0xff, 0xff00, 0xff0000 },
	{ 4, 0x3ff00000, 0xffc00, 0x3ff },
	{ 3, 0xff0000, 0xff00, 0xff },
	{ 2, 0xf800, 0x7e0, 0x1f },
};
enum { LAYOUTS = sizeof layouts / sizeof layouts[0] };

static inline struct canvas canvas_new(const struct layout *l, uint32_t width, uint32_t height, uint32_t slack)
{
	uint32_t pitch = width * l->pixel_bytes + slack;
	uint64_t bytes = (uint64_t)(height - 1) * pitch + width * l->pixel_bytes;
	struct canvas c = { { malloc(bytes), width, height, pitch, l->pixel_bytes, l->red, l->green, l->blue }, bytes };

	assert_non_null(c.surface.pixels);
	memset(c.surface.pixels, UNTOUCHED, bytes);
	return c;
}

/* What the boot record would say of it. */
static inline struct hobnail_framebuffer framebuffer_of(const struct canvas *c)
{
	const struct surface *s = &c->surface;

	return (struct hobnail_framebuffer){ (uintptr_t)s->pixels, 0, c->bytes, s->width, s->height, s->pitch,
	                                     8 * s->pixel_bytes, s->red_mask, s->green_mask, s->blue_mask, 0 };
}

/* Each spoilt in its own way: nobody may draw on it. */
enum { SPOILT = 8 };
static inline struct hobnail_framebuffer framebuffer_spoilt(const struct canvas *c, unsigned how)
{
	struct hobnail_framebuffer bad = framebuffer_of(c);

	switch (how) {
	case 0: bad.pitch = bad.width * bad.bits_per_pixel / 8 - 1; break;
	case 1: bad.bits_per_pixel = 8; break;
	case 2: bad.bytes--; break;
	case 3: bad.width = 0; break;
	case 4: bad.height = UINT32_MAX; break;
	case 5: bad.red_mask = 0xf0f; break;
	case 6: bad.width = UINT32_MAX; break;
	default: bad = (struct hobnail_framebuffer){ 0 }; break;
	}
	return bad;
}

static inline bool is_untouched(const struct canvas *c)
{
	for (uint64_t i = 0; i < c->bytes; i++)
		if (c->surface.pixels[i] != UNTOUCHED)
			return false;
	return true;
}

static inline void slack_is_untouched(const struct canvas *c)
{
	uint64_t line = (uint64_t)c->surface.width * c->surface.pixel_bytes;

	for (uint32_t y = 0; y + 1 < c->surface.height; y++)
		for (uint64_t i = line; i < c->surface.pitch; i++)
			assert_int_equal(c->surface.pixels[y * (uint64_t)c->surface.pitch + i], UNTOUCHED);
}

static inline void canvas_free(struct canvas *c)
{
	slack_is_untouched(c);
	free(c->surface.pixels);
}

#endif
