/* A kernel as somebody begins one with Limine: it fills the screen with the colour of its command line if its module is
 * there, and with red if not. Here protocol.h takes the place of Limine's own header. */
#include "protocol.h"

__attribute__((used, section(".limine_requests_start"))) static volatile uint64_t start[] = { START_MARKER };
__attribute__((used, section(".limine_requests_end"))) static volatile uint64_t end[] = { END_MARKER };
__attribute__((used, section(".limine_requests"))) static volatile uint64_t base_revision[3] = BASE_REVISION(3);
__attribute__((used, section(".limine_requests"))) static volatile struct request framebuffer_request = {
	.id = ID_FRAMEBUFFER,
};
__attribute__((used, section(".limine_requests"))) static volatile struct request module_request = {
	.id = ID_MODULES,
};
__attribute__((used, section(".limine_requests"))) static volatile struct request cmdline_request = {
	.id = ID_CMDLINE,
};

static int same(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

static int has_picture(void)
{
	const struct answer_list *modules = (const void *)module_request.response;

	if (!modules || modules->count != 1)
		return 0;
	const struct file *file = *(const struct file *const *)modules->pointers;
	return same((const char *)file->path, "/boot/picture.txt") && same((const char *)file->string, "the picture") &&
	       file->bytes == 10 && *(const char *)file->address == 'a';
}

/* RRGGBB behind "colour=". */
static uint32_t colour(void)
{
	const struct answer_pointer *line = (const void *)cmdline_request.response;
	uint32_t value = 0;

	for (const char *c = line ? (const char *)line->address + 7 : ""; *c; c++)
		value = value << 4 | (uint32_t)(*c <= '9' ? *c - '0' : *c - 'a' + 10);
	return value;
}

static void rest(void)
{
	for (;;)
#ifdef __x86_64__
		__asm__("hlt");
#else
		__asm__("wfi");
#endif
}

void kmain(void);
void kmain(void)
{
	const struct answer_list *screens = (const void *)framebuffer_request.response;

	if (base_revision[2] != 0 || !screens || screens->count == 0)
		rest();
	const struct framebuffer *f = *(const struct framebuffer *const *)screens->pointers;
	uint32_t fill = has_picture() ? colour() : 0xff0000;
	for (uint64_t y = 0; y < f->height; y++)
		for (uint64_t x = 0; x < f->width; x++)
			*(volatile uint32_t *)(f->address + y * f->pitch + x * 4) = fill;
	rest();
}
