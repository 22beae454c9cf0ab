#include "screen.h"

#include "draw.h"
#include "format.h"
#include "string.h"
#include "summary.h"

enum {
	NIGHT = 0x181825,  /* background                      */
	LINE = 0x313244,   /* rules, and the rest of a bar    */
	FAINT = 0x7f849c,  /* labels                          */
	BRIGHT = 0xcdd6f4, /* text                            */
	BLUE = 0x89b4fa,
	GREEN = 0xa6e3a1,
	RED = 0xf38ba8,
	LABEL_CHARACTERS = 14,
};

/* The page that is being written. All lengths grow with the display: `unit` is 1 up to about 1600 x 1200. */
struct page {
	struct surface surface;
	struct screen text;
	uint32_t unit, margin, values; /* values: where the column of values begins */
};

static bool page_open(struct page *p, const struct hobnail_framebuffer *fb)
{
	p->surface = (struct surface){
		.pixels = (uint8_t *)(uintptr_t)(fb->virt ? fb->virt : fb->phys),
		.width = fb->width,
		.height = fb->height,
		.pitch = fb->pitch,
		.pixel_bytes = fb->bits_per_pixel / 8,
		.red_mask = fb->red_mask,
		.green_mask = fb->green_mask,
		.blue_mask = fb->blue_mask,
	};
	if (fb->width < 320 || fb->height < 200 || !draw_possible(&p->surface, fb->bytes))
		return false;

	uint32_t across = fb->width / 800, down = fb->height / 600;
	p->unit = across < down ? across : down;
	p->unit += p->unit == 0;
	p->margin = fb->width / 20;
	p->values = p->margin + LABEL_CHARACTERS * font_console.width * p->unit;
	p->text = (struct screen){
		.surface = &p->surface,
		.font = &font_console,
		.left = p->margin,
		.right = fb->width - p->margin,
		.bottom = fb->height - p->margin / 4,
		.x = p->margin,
		.y = p->margin * 3 / 4,
		.scale = p->unit,
		.ink = BRIGHT,
		.paper = NIGHT,
	};
	draw_fill(&p->surface, 0, 0, fb->width, fb->height, NIGHT);
	return true;
}

static void write_in(struct page *p, uint32_t ink, const char *text)
{
	p->text.ink = ink;
	draw_text(&p->text, text, strlen(text));
}

static void gap(struct page *p, uint32_t units)
{
	p->text.y += units * p->unit;
}

/* A label; what is written next stands in the column of values, all lines of it. */
static void row_begin(struct page *p, uint32_t ink, const char *label)
{
	p->text.left = p->text.x = p->margin;
	write_in(p, ink, label);
	p->text.left = p->text.x = p->values;
	p->text.ink = BRIGHT;
}

static void row_end(struct page *p)
{
	p->text.left = p->margin;
	draw_newline(&p->text);
	gap(p, 4);
}

static void draw_rule(struct page *p)
{
	gap(p, 10);
	draw_fill(&p->surface, p->margin, p->text.y, p->surface.width - 2 * p->margin, p->unit, LINE);
	gap(p, 14);
}

static void draw_title(struct page *p, const struct hobnail_boot *boot)
{
	p->text.scale = 2 * p->unit;
	write_in(p, BLUE, "Hobnail");
	write_in(p, FAINT, " > ");
	write_in(p, BRIGHT, "pith");
	draw_newline(&p->text);
	p->text.scale = p->unit;
	p->text.ink = FAINT;
	draw_print(&p->text, "%.40s, boot protocol %u\n", hobnail_text(boot, boot->loader), boot->version);
	gap(p, 24);
}

/* As large as the line allows, at most five times the text. */
static void draw_verdict(struct page *p, const struct score *score)
{
	unsigned broken_count = score->applicable - score->held;
	uint32_t ink = broken_count ? RED : GREEN;
	char count[24];
	uint32_t characters = 9 + (uint32_t)format(count, sizeof count, "%u/%u", score->held, score->applicable);
	uint32_t fits = (p->text.right - p->margin) / (characters * font_console.width);

	draw_fill(&p->surface, 0, 0, p->surface.width, 6 * p->unit, ink);
	p->text.scale = fits < 5 * p->unit ? fits + (fits == 0) : 5 * p->unit;
	write_in(p, BRIGHT, "contract ");
	write_in(p, ink, count);
	draw_newline(&p->text);
	p->text.scale = p->unit;
	gap(p, 4);
	p->text.ink = ink;
	if (broken_count)
		draw_print(&p->text, "%u promise%s broken\n", broken_count, broken_count == 1 ? " is" : "s are");
	else
		draw_print(&p->text, "every promise that can be checked from inside holds\n");
}

static void draw_breaches(struct page *p, const struct score *score)
{
	char label[16];

	for (unsigned i = 0; i < score->breach_count; i++) {
		const struct breach *b = &score->breaches[i];
		format(label, sizeof label, "P%u", b->promise->number);
		row_begin(p, RED, label);
		draw_print(&p->text, "%s: ", b->promise->says);
		p->text.ink = FAINT;
		draw_print(&p->text, "%s", b->finding.text);
		row_end(p);
	}
	if (score->breach_count)
		draw_rule(p);
}

static void draw_machine(struct page *p, const struct hobnail_boot *boot)
{
	static const char *const arches[] = { "", "x86_64", "aarch64", "riscv64" };
	static const char *const levels[] = { "", ", EL1", ", EL2", ", EL2 with VHE" };
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);
	struct memory_sum memory = summary_memory(boot);

	row_begin(p, FAINT, "firmware");
	draw_print(&p->text, "%.80s, UEFI %u.%u", hobnail_text(boot, boot->firmware), boot->uefi_revision >> 16,
	           (boot->uefi_revision & 0xffff) / 10);
	row_end(p);
	row_begin(p, FAINT, "processors");
	draw_print(&p->text, "%u x %s%s", boot->cpus.count, boot->arch < COUNT_OF(arches) ? arches[boot->arch] : "?",
	           boot->exception_level < COUNT_OF(levels) ? levels[boot->exception_level] : "");
	row_end(p);
	row_begin(p, FAINT, "memory");
	draw_print(&p->text, "%lu MiB, %lu MiB of it free now", (unsigned long)(memory.all >> 20),
	           (unsigned long)(memory.free >> 20));
	row_end(p);
	row_begin(p, FAINT, "display");
	draw_print(&p->text, "%u x %u, %u bits", fb->width, fb->height, fb->bits_per_pixel);
	row_end(p);
}

static void draw_kernel(struct page *p, const struct hobnail_boot *boot)
{
	row_begin(p, FAINT, "kernel");
	draw_print(&p->text, "%.200s at %#lx", hobnail_text(boot, boot->kernel_path), (unsigned long)boot->entry_virt);
	row_end(p);
	if (boot->cmdline.bytes) {
		row_begin(p, FAINT, "command line");
		draw_print(&p->text, "%.240s", hobnail_text(boot, boot->cmdline));
		row_end(p);
	}
	row_begin(p, FAINT, "page tables");
	if (boot->paging_levels)
		draw_print(&p->text, "%u levels, direct map at %#lx", boot->paging_levels, (unsigned long)boot->direct_map);
	else
		draw_print(&p->text, "none: translation is off");
	row_end(p);
	for (uint32_t i = 0; i < boot->modules.count && i < 4; i++) {
		const struct hobnail_module *m = hobnail_entry(boot, &boot->modules, i);
		row_begin(p, FAINT, i == 0 ? "modules" : "");
		draw_print(&p->text, "%.120s, %lu bytes", hobnail_text(boot, m->path), (unsigned long)m->bytes);
		if (i == 3 && boot->modules.count > 4)
			draw_print(&p->text, ", and %u more", boot->modules.count - 4);
		row_end(p);
	}
}

static uint64_t stage_counter(const struct hobnail_boot *boot, uint32_t i)
{
	const struct hobnail_stage *s = hobnail_entry(boot, &boot->stages, i);

	return s->counter;
}

/* What a stage took, as a number and as its share of the boot in a bar that begins where the one before ended. */
static void draw_stage(struct page *p, const struct hobnail_boot *boot, uint32_t i)
{
	const struct hobnail_stage *s = hobnail_entry(boot, &boot->stages, i);
	uint64_t start = stage_counter(boot, 0), end = stage_counter(boot, boot->stages.count - 1);
	uint64_t from = stage_counter(boot, i - 1), ticks = s->counter - from, per_us = boot->counter_hz / 1000000;
	uint32_t font_width = font_console.width * p->unit, font_height = font_console.height * p->unit;
	char time[32];

	row_begin(p, FAINT, i == 1 ? "boot" : "");
	if (per_us)
		format(time, sizeof time, "%lu.%lu ms", (unsigned long)(ticks / per_us / 1000),
		       (unsigned long)(ticks / per_us / 100 % 10));
	else
		format(time, sizeof time, "%lu ticks", (unsigned long)ticks);
	draw_print(&p->text, "%-10s%14s  ", summary_stage_name(s->stage), time);

	uint32_t x = p->values + 26 * font_width;
	if (!p->text.full && x + 20 * font_width <= p->text.right && start <= from && from <= s->counter && s->counter <= end &&
	    start < end && end - start < UINT64_MAX / 8192) {
		uint64_t all = p->text.right - x;
		uint32_t first = (uint32_t)((from - start) * all / (end - start)), width = (uint32_t)(ticks * all / (end - start));
		draw_fill(&p->surface, x, p->text.y + font_height / 4, (uint32_t)all, font_height / 2, LINE);
		draw_fill(&p->surface, x + first, p->text.y + font_height / 4, width + (width == 0), font_height / 2, BLUE);
	}
	p->text.left = p->margin;
	draw_newline(&p->text);
}

void screen_draw(const struct hobnail_boot *boot, const struct score *score)
{
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);
	struct page p;

	if (!fb || !page_open(&p, fb))
		return;
	draw_title(&p, boot);
	draw_verdict(&p, score);
	draw_rule(&p);
	draw_breaches(&p, score);
	draw_machine(&p, boot);
	draw_kernel(&p, boot);
	for (uint32_t i = 1; i < boot->stages.count; i++)
		draw_stage(&p, boot, i);
}
