#include "trespass.h"

#include "image.h"
#include "panic.h"
#include "process.h"
#include "vm.h"

enum { TEXT, RODATA, DATA };

/* Hides the pointer's origin from the compiler. */
static volatile uint8_t *address(uint64_t at)
{
	__asm__("" : "+r"(at));
	return (volatile uint8_t *)at;
}

/* Not in the first process, so that a scenario can choose the process. */
static bool in_process(void)
{
	return process_self()->pid > 1;
}

static void write_to(uint64_t at, const char *what)
{
	if (!in_process())
		return;
	*address(at) = *address(at);
	panic("the kernel could write to %s", what);
}

static void jump_to(uint64_t at, const char *what)
{
	if (!in_process())
		return;
	((void (*)(void))(uint64_t)address(at))();
	panic("the kernel could execute %s", what);
}

/* The direct map's address of the kernel's first instruction. */
static uint64_t text_alias(void)
{
	return (uint64_t)vm_page(vm_phys(image_segment(TEXT).virt));
}

/* Reads the process's arguments, which every process has. */
void trespass_peek(void)
{
	if (!in_process())
		return;
	uint8_t byte = *address(VM_USER_END - sizeof(struct pith_arguments));
	panic("the kernel could read %u in a process's memory", byte);
}

/* Jumps to a page of zeros; only the page fault matters, not the instructions. */
void trespass_enter(void)
{
	if (in_process())
		jump_to((uint64_t)vm_user_map(&process_self()->space, 0, PAGE_BYTES, PT_EXECUTE),
		        "a process's instructions");
}

void trespass_text(void)
{
	write_to(image_segment(TEXT).virt, "its instructions");
}

void trespass_alias(void)
{
	write_to(text_alias(), "its instructions through the direct map");
}

void trespass_rodata(void)
{
	write_to(image_segment(RODATA).virt, "its constants");
}

void trespass_data(void)
{
	jump_to(image_segment(DATA).virt, "its data");
}

void trespass_direct(void)
{
	jump_to(text_alias(), "the direct map");
}
