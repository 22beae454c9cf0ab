/* wrong.c — does what the first word of its command line says, which is wrong under this protocol. Other loaders let
 * some of it pass, or reset. */
#include "shape.h"

/* Of x86_64's segments. */
enum wrong_gdt {
	OWN_GDT,    /* the kernel's own, which ends behind the loader's code segment */
	SHORT_GDT,  /* ..., which has no segment where the loader's has code         */
	SPOILT_GDT, /* the loader's, whose last segment is overwritten               */
};

#include "wrong.h"

REVISION_AND_MARKERS(6);
ASK(cmdline, ID_CMDLINE);
ASK(address, ID_ADDRESS);
ASK(hhdm, ID_HHDM);
IN_REQUESTS static volatile struct request paging = { ID_PAGING_MODE, 1, 0, { { 1 }, { 1 }, { 0 } } }; /* 5, or 4 */

static const volatile uint64_t constant = 1;

/* Code in a segment without PF_X: where PXN is not set it runs. */
__asm__(".section .data.code, \"aw\"; .balign 16; code_in_data: " RETURN "; .text");
extern const char code_in_data[];

/* Called through the direct map, where it has another address. */
static void nothing(void)
{
	__asm__ volatile("");
}

static bool told(const char *name)
{
	const struct answer_pointer *a = (const void *)cmdline.response;
	const char *at = (const char *)a->address;

	while (*name && *at == *name)
		at++, name++;
	return *name == 0;
}

static uint64_t through_direct_map(uint64_t at)
{
	const struct answer_pair *a = (const void *)address.response;

	return at - a->second + a->first + ((const struct answer_number *)hhdm.response)->value;
}

void kernel_entry(void)
{
	if (!cmdline.response || !address.response || !hhdm.response)
		end(1);
	say("wrong: begins\n");
	if (told("readonly"))
		*(volatile uint64_t *)&constant = 2;
	if (told("data"))
		((void (*)(void))code_in_data)();
	if (told("direct"))
		((void (*)(void))through_direct_map((uint64_t)nothing))();
	if (told("own-gdt"))
		wrong_segments(OWN_GDT);
	if (told("short-gdt"))
		wrong_segments(SHORT_GDT);
	if (told("spoilt-gdt"))
		wrong_segments(SPOILT_GDT);
	if (told("gdt"))
		wrong_tables(((const struct answer_number *)hhdm.response)->value, address.response);
	say("wrong: nobody stopped it\n");
	end(1);
}
