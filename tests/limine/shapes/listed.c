/* listed.c — base revision 0 as old kernels have it: no tag, and a section `.limine_reqs` that lists the requests. A
 * request that is not in the list is not one. */
#include "shape.h"

static volatile struct request info = { ID_BOOTLOADER_INFO, 0, 0, { { 0 } } };
static volatile struct request map = { ID_MEMORY_MAP, 0, 0, { { 0 } } };
static volatile struct request unlisted = { ID_HHDM, 0, 0, { { 0 } } };

__attribute__((used, section(".limine_reqs"))) static volatile struct request *const list[] = { &info, &map, NULL };

void kernel_entry(void)
{
	const struct answer_pair *a = (const void *)info.response;

	if (!a || !map.response)
		end(1);
	say("listed: loaded by ");
	say((const char *)a->first);
	say(unlisted.response ? ", and an unlisted request was answered\n" : "\n");
	end(unlisted.response ? 1 : 0);
}
