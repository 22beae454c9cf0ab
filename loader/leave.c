/* leave.c — the ways to leave the firmware. */
#include "boot.h"
#include "image.h"
#include "log.h"

enum err leave_firmware(struct boot *b, bool *gone, struct problem *p)
{
	step_set(b, "exit boot services", text_of(""));
	log_line("loader: its copy, the net, at %#llx, physical %#llx (gdb: add-symbol-file hobnail.elf -o %#llx)",
	         (unsigned long long)handoff.net_virt, (unsigned long long)handoff.net_phys,
	         (unsigned long long)handoff.net_virt);
	log_follow(NULL, NULL);
	enum err e = firmware_exit(&b->fw, last_map, b, gone, p);
	if (e && !*gone)
		report_follow_again(b);
	if (e)
		return e;
	arch_interrupts_off();
	image_copy(memory_at(handoff.net_phys), handoff.net_virt);
	arch_sync_code(handoff.net_phys, (uint64_t)(image_text_end - image_base));
	arch_switch(&handoff);
}
