/* kernel.c — a kernel for Hobnail's protocol that reads the counter first, and then says what the record holds. */
#include <hobnail/boot.h>

#include "guest.h"

#if defined(__x86_64__)
__asm__(".section .text.entry,\"ax\"\n.globl kernel_entry\nkernel_entry:\n"
        "\trdtsc\n\tshl $32, %rdx\n\tor %rax, %rdx\n\tmov %rdx, %rsi\n\tjmp kernel_main\n");
#else
__asm__(".section .text.entry,\"ax\"\n.globl kernel_entry\nkernel_entry:\n\tmrs x1, cntvct_el0\n\tb kernel_main\n");
#endif

void kernel_main(const struct hobnail_boot *boot, uint64_t now);

HOBNAIL_REQUEST(protocol, HOBNAIL_REQUEST_PROTOCOL | HOBNAIL_REQUIRED, HOBNAIL_VERSION);
BALLAST;
__attribute__((used)) static volatile uint64_t data = 1; /* three segments, as most kernels have */

static uint64_t bytes_of_type(const struct hobnail_boot *boot, uint32_t type)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < boot->memory_map.count; i++) {
		const struct hobnail_memory *m = hobnail_entry(boot, &boot->memory_map, i);
		bytes += m->type == type ? m->bytes : 0;
	}
	return bytes;
}

/* What the firmware had given away when it was left: loader, scratch, files and all. UEFI 2.10,
 * "EFI_BOOT_SERVICES.GetMemoryMap()": type 1 is EfiLoaderCode, 2 is EfiLoaderData. */
static uint64_t bytes_allocated(const struct hobnail_boot *boot)
{
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < boot->uefi_map.count; i++) {
		const uint8_t *d = hobnail_entry(boot, &boot->uefi_map, i);
		uint32_t type = *(const uint32_t *)(const void *)d;
		bytes += type == 1 || type == 2 ? *(const uint64_t *)(const void *)(d + 24) * 4096 : 0;
	}
	return bytes;
}

static void say_stages(const struct hobnail_boot *boot)
{
	static const char *const names[] = {
		[HOBNAIL_STAGE_START] = "stage1_start",   [HOBNAIL_STAGE_CONFIG] = "stage2_config",
		[HOBNAIL_STAGE_KERNEL] = "stage3_kernel", [HOBNAIL_STAGE_MODULES] = "stage4_modules",
		[HOBNAIL_STAGE_SPACE] = "stage5_space",   [HOBNAIL_STAGE_RECORD] = "stage6_record",
		[HOBNAIL_STAGE_PREFLIGHT] = "stage8_preflight", [HOBNAIL_STAGE_EXIT] = "stage7_exit",
	};

	for (uint32_t i = 0; i < boot->stages.count; i++) {
		const struct hobnail_stage *s = hobnail_entry(boot, &boot->stages, i);
		if (s->stage <= HOBNAIL_STAGE_LAST && names[s->stage])
			say(names[s->stage], s->counter);
	}
}

void kernel_main(const struct hobnail_boot *boot, uint64_t now)
{
#if defined(__aarch64__)
	uart = (volatile uint32_t *)boot->console.virt;
#endif
	say("kernel", now);
	say_stages(boot);
	say("held_tables", bytes_of_type(boot, HOBNAIL_MEMORY_TABLES));
	say("held_stacks", bytes_of_type(boot, HOBNAIL_MEMORY_STACKS));
	say("held_record", bytes_of_type(boot, HOBNAIL_MEMORY_RECORD));
	say("held_net", bytes_of_type(boot, HOBNAIL_MEMORY_NET));
	say("held_files", bytes_of_type(boot, HOBNAIL_MEMORY_KERNEL) + bytes_of_type(boot, HOBNAIL_MEMORY_MODULE));
	say("held_all", bytes_allocated(boot));
	const struct hobnail_module *module = hobnail_entry(boot, &boot->modules, 0);
	if (!module)
		say_module_and_stop(0, 0);
	say_module_and_stop(hobnail_virt(boot, module->phys), module->bytes);
}
