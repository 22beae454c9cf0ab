/* template.c — the kernel that most begin with: a tag, both markers, three requests; it draws a line and rests. */
#include "shape.h"

REVISION_AND_MARKERS(3);
ASK(framebuffer_request, ID_FRAMEBUFFER);
ASK(map_request, ID_MEMORY_MAP);
ASK(hhdm_request, ID_HHDM);

static bool draw(void)
{
	const struct answer_list *a = (const void *)framebuffer_request.response;

	if (!a || a->count == 0)
		return false;
	const struct framebuffer *f = **(const struct framebuffer ***)&a->pointers;
	for (uint64_t i = 0; i < 100 && i < f->height && i < f->width; i++)
		*(volatile uint32_t *)(f->address + i * f->pitch + i * 4) = 0xffffff;
	named("width", f->width);
	named("height", f->height);
	return true;
}

static uint64_t usable_bytes(void)
{
	const struct answer_list *a = (const void *)map_request.response;
	uint64_t sum = 0;

	for (uint64_t i = 0; a && i < a->count; i++) {
		const struct map_entry *e = ((const struct map_entry **)a->pointers)[i];
		sum += e->type == MAP_USABLE ? e->bytes : 0;
	}
	return sum;
}

void kernel_entry(void)
{
	if (tag[2] != 0)
		end(1);
	say("template:");
	if (!draw())
		say(" no framebuffer");
	named("usable", usable_bytes());
	say(hhdm_request.response ? " HHDM\n" : "\n");
	end(usable_bytes() > 0 && hhdm_request.response ? 0 : 1);
}
