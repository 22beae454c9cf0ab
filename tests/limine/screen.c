/* screen.c — framebuffers, their modes and displays (docs/limine.md, "Framebuffers"). VESA E-EDID 1.4, "Header" and
 * "Checksum". */
#include "judge.h"

enum { SCREENS_MOST = 8, MODES_MOST = 256, RGB = 1 };

static struct answer_list answer, terminals;
static bool has_screens, has_terminals;
static unsigned count;
static struct framebuffer screens[SCREENS_MOST];

void screen_gather(void)
{
	uint64_t at;
	/* without the last two members, which a loader of revision 0 does not have */
	size_t bytes = offsetof(struct framebuffer, mode_count);

	has_screens = take(REQUEST_FRAMEBUFFER, &answer, sizeof answer);
	has_terminals = take(REQUEST_FLANTERM, &terminals, sizeof terminals);
	if (!has_screens)
		return;
	take_object("the framebuffers' pointers", answer.pointers, NULL, answer.count * sizeof at);
	for (; count < answer.count && count < SCREENS_MOST; count++)
		if (!copy_from(&at, answer.pointers + count * sizeof at, sizeof at) ||
		    !take_object("a framebuffer", at, &screens[count],
		                 answer.revision >= 1 ? sizeof screens[count] : bytes))
			break;
}

/* ---- Promises --------------------------------------------------------------------------------------------------- */

static uint64_t mask_of(unsigned size, unsigned shift)
{
	return shift < 64 && size < 64 ? (BIT(size) - 1) << shift : 0;
}

static bool colours_fit(unsigned bits, const uint8_t sizes_and_shifts[6])
{
	const uint8_t *s = sizes_and_shifts;
	uint64_t r = mask_of(s[0], s[1]), g = mask_of(s[2], s[3]), b = mask_of(s[4], s[5]);

	return r && g && b && !(r & g) && !(r & b) && !(g & b) && ((r | g | b) >> bits) == 0;
}

static enum verdict check_format(const char *what, uint64_t width, uint64_t height, uint64_t pitch, unsigned bits,
                                 unsigned model, const uint8_t *colours)
{
	if (width == 0 || height == 0 || bits == 0 || bits > 32 || pitch < width * ((bits + 7) / 8))
		return broken("%s has %lu x %lu pixels of %u bits, and lines of %lu bytes", what, width, height, bits,
		              pitch);
	if (model != RGB)
		return broken("%s has the memory model %u", what, model);
	return colours_fit(bits, colours) ? HOLDS
	                                  : broken("%s has colours of %u, %u and %u bits at %u, %u and %u", what,
	                                           colours[0], colours[2], colours[4], colours[1], colours[3],
	                                           colours[5]);
}

static enum verdict check_fields(void)
{
	if (!has_screens)
		return told("screen") ? broken("there is no answer") : NOT_APPLICABLE;
	if (count == 0 || count != answer.count)
		return broken("%u of %lu framebuffers can be read", count, answer.count);
	for (unsigned i = 0; i < count; i++) {
		const struct framebuffer *f = &screens[i];
		if (check_format("the framebuffer", f->width, f->height, f->pitch, f->bits, f->model,
		                 &f->red_size) == BROKEN)
			return BROKEN;
	}
	return HOLDS;
}

/* One byte is written and read back, at each end. */
static bool holds_bytes(uint64_t at)
{
	uint8_t before, after, other;

	if (!copy_from(&before, at, 1))
		return false;
	other = (uint8_t)~before;
	bool good = copy_safely((void *)at, &other, 1) && copy_from(&after, at, 1) && after == other;
	copy_safely((void *)at, &before, 1);
	return good;
}

static enum verdict check_memory(void)
{
	for (unsigned i = 0; i < count; i++) {
		const struct framebuffer *f = &screens[i];
		uint64_t bytes = f->pitch * f->height, phys;

		if (!space_phys(f->address, &phys) || phys != f->address - hhdm)
			return broken("the framebuffer at 0x%lx is not in the direct map", f->address);
		if (!map_within(phys, bytes, BIT(MAP_FRAMEBUFFER)))
			return broken("the framebuffer at physical 0x%lx is in types 0x%lx", phys,
			              map_types(phys, bytes));
		if (!holds_bytes(f->address) || !holds_bytes(f->address + bytes - 1))
			return broken("the framebuffer at 0x%lx keeps nothing", f->address);
	}
	return count ? HOLDS : NOT_APPLICABLE;
}

static enum verdict check_edid(void)
{
	enum { BLOCK = 128 };
	static const uint8_t begins[8] = { 0, 255, 255, 255, 255, 255, 255, 0 };
	uint8_t edid[BLOCK], sum = 0;
	bool any = false;

	for (unsigned i = 0; i < count; i++) {
		const struct framebuffer *f = &screens[i];
		if (!f->edid)
			continue;
		any = true;
		if (f->edid_bytes < BLOCK || !take_object("an EDID", f->edid, edid, BLOCK))
			return broken("the EDID has 0x%lx bytes", f->edid_bytes);
		for (unsigned k = 0; k < BLOCK; k++)
			sum = (uint8_t)(sum + edid[k]);
		if (!bytes_equal(edid, begins, sizeof begins) || sum)
			return broken("the EDID at 0x%lx has the sum 0x%x", f->edid, sum);
	}
	return any ? HOLDS : told("edid") ? broken("there is none") : NOT_APPLICABLE;
}

static enum verdict check_modes_of(const struct framebuffer *f)
{
	bool current = false;
	struct video_mode m;
	uint64_t at;

	take_object("the modes' pointers", f->modes, NULL, f->mode_count * sizeof at);
	for (uint64_t i = 0; i < f->mode_count && i < MODES_MOST; i++) {
		if (!copy_from(&at, f->modes + i * sizeof at, sizeof at) ||
		    !take_object("a mode", at, &m, offsetof(struct video_mode, unused)))
			return broken("mode %lu cannot be read", i);
		if (check_format("a mode", m.width, m.height, m.pitch, m.bits, m.model, &m.red_size) == BROKEN)
			return BROKEN;
		current = current || (m.width == f->width && m.height == f->height && m.pitch == f->pitch);
	}
	return current ? HOLDS : broken("none of %lu modes is the current one", f->mode_count);
}

static enum verdict check_modes(void)
{
	if (!has_screens || answer.revision < 1)
		return NOT_APPLICABLE;
	for (unsigned i = 0; i < count; i++)
		if (check_modes_of(&screens[i]) == BROKEN)
			return BROKEN;
	return HOLDS;
}

static enum verdict check_terminal(const struct framebuffer *f, const struct terminal *t)
{
	enum { GLYPHS = 256, WIDTH = 8, LAST_ROTATION = 3 };
	static const struct terminal none;

	if (f->bits != 32)
		return bytes_equal(t, &none, sizeof none) ? HOLDS : broken("an entry without terminal is not zero");
	if (t->font_width != WIDTH || t->font_height == 0 || t->rotation > LAST_ROTATION)
		return broken("a font of %lu x %lu, rotation %lu", t->font_width, t->font_height, t->rotation);
	if (t->scale_x == 0 || t->scale_y == 0)
		return broken("the font's scale is %lu x %lu", t->scale_x, t->scale_y);
	if (!t->font || !take_object("a font", t->font, NULL, t->font_width * t->font_height * GLYPHS / 8))
		return broken("there is no font");
	if ((t->canvas == 0) != (t->canvas_bytes == 0))
		return broken("the canvas has 0x%lx bytes at 0x%lx", t->canvas_bytes, t->canvas);
	if (t->canvas)
		take_object("a canvas", t->canvas, NULL, t->canvas_bytes);
	return HOLDS;
}

static enum verdict check_terminals(void)
{
	struct terminal t;
	uint64_t at;

	if (!has_terminals)
		return told("flanterm") ? broken("there is no answer") : NOT_APPLICABLE;
	if (terminals.count != answer.count || !has_screens)
		return expect("the number of terminals", terminals.count, has_screens ? answer.count : 0);
	take_object("the terminals' pointers", terminals.pointers, NULL, terminals.count * sizeof at);
	for (unsigned i = 0; i < count; i++) {
		if (!copy_from(&at, terminals.pointers + i * sizeof at, sizeof at) ||
		    !take_object("a terminal", at, &t, sizeof t))
			return broken("terminal %u cannot be read", i);
		if (check_terminal(&screens[i], &t) == BROKEN)
			return BROKEN;
	}
	return HOLDS;
}

static const struct promise promises[] = {
	{ 120, "a framebuffer's format is possible", 0, NEWEST, check_fields },
	{ 121, "a framebuffer's memory has its type, and keeps what is written", 0, NEWEST, check_memory },
	{ 122, "an EDID is whole", 0, NEWEST, check_edid },
	{ 123, "modes are possible, and the current one is among them", 0, NEWEST, check_modes },
	{ 124, "a terminal is described for each framebuffer", 0, NEWEST, check_terminals },
};

const struct chapter screen_chapter = { promises, COUNT_OF(promises) };
