/* crash.c — `crash KIND`: causes a fault. The kernel prints a line and ends the process, and nothing else happens. */
#include "user.h"

/* Hides the pointer's origin from the compiler. */
static volatile uint64_t *address(uint64_t at)
{
	__asm__("" : "+r"(at));
	return (volatile uint64_t *)at;
}

static void null(void)
{
	*address(0) = 1;
}

static void write_text(void)
{
	*address((uint64_t)&write_text) = 1;
}

static void execute_data(void)
{
	static uint64_t data = MACHINE_RETURN; /* would return if it were executable */

	((void (*)(void))(uint64_t)address((uint64_t)&data))();
}

static uint64_t overflow_stack(uint64_t depth) /* NOLINT: for ever */
{
	volatile uint64_t local[64];

	local[depth % 64] = depth;
	return *address((uint64_t)&depth) == ~0ull ? 0 : overflow_stack(depth + 1) + local[depth % 64];
}

static void stack(void)
{
	(void)overflow_stack(0);
}

static void kernel(void)
{
	(void)*address(0xffffffff80000000);
}

int main(int count, const char *const *words)
{
	static const struct {
		const char *name, *what;
		void (*run)(void);
	} kinds[] = {
		{ "null", "write to address 0", null },
		{ "text", "write to its own instructions", write_text },
		{ "data", "execute its data", execute_data },
		{ "stack", "use more stack than there is", stack },
		{ "kernel", "read the kernel's memory", kernel },
		{ "illegal", "execute an instruction that there is not", machine_illegal },
	};

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (count > 1 && strcmp(words[1], kinds[i].name) == 0) {
			kinds[i].run();
			print("crash: it could %s\n", kinds[i].what);
			return 1;
		}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		print("  crash %-8s %s\n", kinds[i].name, kinds[i].what);
	return 0;
}
