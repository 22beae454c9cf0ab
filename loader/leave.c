/* leave.c — the ways to leave the firmware. */
#include "boot.h"
#include "format.h"
#include "image.h"
#include "log.h"

enum err leave_within(struct boot *b, bool *gone, struct problem *p)
{
	*gone = false;
	step_set(b, "start", b->entry.kernel);
	log_follow(NULL, NULL);
	uint64_t result = arch_call_within(b->attempt.kernel.entry, handoff.signature, handoff.argument);
	report_follow_again(b);
	return problem(p, ERR_MB2_RETURNED, result);
}

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

/* The program's last words, as the end of a sentence: one line. */
static void note_words(struct boot *b, char *said, struct problem *p)
{
	for (char *c = said; *c; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	b->program.said[0] = 0;
	if (*said)
		format(b->program.said, sizeof b->program.said, "; it says: %s", said);
	p->text[1] = b->program.said;
}

enum err leave_image(struct boot *b, bool *gone, struct problem *p)
{
	char said[LAST_WORDS_BYTES];

	*gone = false; /* a program that leaves the firmware does not return */
	step_set(b, "run", b->entry.kernel);
	enum err e = firmware_start_image(&b->fw, b->program.image, said, p);
	if (!e) {
		log_line("the program has ended");
		return OK;
	}
	note_words(b, said, p);
	if (b->program.problem.code) { /* the reason */
		step_set(b, "read the initial RAM disk", b->program.unread);
		*p = b->program.problem;
	}
	return p->code;
}
