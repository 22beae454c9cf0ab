/* tiny.c — a guest of tests: it says that it runs, and does what its command line says (tiny=WORD). Each way ends the
 * guest; a line of tiny's own behind it is a failure. */
#include "guest_call.h"
#include "tiny.h"

static void print(const char *text)
{
	for (; *text; text++)
		tiny_put(*text);
}

static bool begins(const char *text, const char *with)
{
	while (*with)
		if (*text++ != *with++)
			return false;
	return true;
}

/* The hypervisor's memory and the loader's, by address, as every guest can reach for it. */
static void touch(const char *how)
{
	uint64_t address = tiny_call(begins(how, "record") ? GUEST_CALL_RECORD : GUEST_CALL_OWN_MEMORY);

	if (begins(how, "write") || begins(how, "record"))
		*(volatile uint64_t *)address = 0;
	if (begins(how, "read"))
		(void)*(volatile uint64_t *)address;
	if (begins(how, "execute"))
		((void (*)(void))address)();
}

void tiny_main(const void *description)
{
	const char *how = tiny_cmdline(description);

	print("tiny: a guest of ");
	print(how);
	print("\n");
	if (!tiny_judges())
		print("tiny: FAILED: a rule of the guest's machine\n");
	touch(how);
	tiny_end(how);
	print("tiny: FAILED: it goes on\n");
	for (;;)
		;
}
