/* kernel_limine.c — a kernel of the Limine protocol that reads the counter first. It asks for what most kernels ask,
 * and is as large as kernel.c. */
#include "guest.h"
#include "protocol.h"
#include "voice.h"

#if defined(__x86_64__)
__asm__(".section .text.entry,\"ax\"\n.globl kernel_entry\nkernel_entry:\n"
        "\trdtsc\n\tshl $32, %rdx\n\tor %rax, %rdx\n\tmov %rdx, %rdi\n\tjmp kernel_main\n");
#else
__asm__(".section .text.entry,\"ax\"\n.globl kernel_entry\nkernel_entry:\n\tmrs x0, cntvct_el0\n\tb kernel_main\n");
#endif

void kernel_main(uint64_t now);

BALLAST;
#define ASK(name, id) __attribute__((used)) static volatile struct request name = { id, 0, 0, { { 0 } } }
__attribute__((used)) static volatile uint64_t tag[3] = BASE_REVISION(3);
ASK(framebuffers, ID_FRAMEBUFFER);
ASK(hhdm, ID_HHDM);
ASK(map, ID_MEMORY_MAP);
ASK(modules, ID_MODULES);

void kernel_main(uint64_t now)
{
	const struct answer_list *list = (const void *)modules.response;

	voice_open();
	say("kernel", now);
	if (!list)
		say_module_and_stop(0, 0);
	const struct file *file = *(const struct file *const *)list->pointers;
	say_module_and_stop((const void *)file->address, file->bytes);
}
