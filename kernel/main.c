/* main.c — pith: the table of contents of a kernel.
 *
 * pith is the reference for the Hobnail boot protocol. It checks every promise of docs/protocol.md that can be checked
 * from inside and prints the result. Then it runs processes, if a module is an archive of programs. Command line:
 *
 *     promises      print a line for each promise, not only for broken ones
 *     exit          pass the result to the emulator: enum power_status
 *     crash=stack, crash=double, crash=null, crash=assert, crash=edge   fail in the running kernel
 *     crash=assert@start   fail in another processor, before it has started
 *     crash=null@tick+300, crash=null@write+300, ...   fail 300 milliseconds later, in a timer interrupt or in
 *                                                      PITH_WRITE
 *     crash=peek@write+300, ...   the kernel makes an access that its page tables must refuse: trespass.h
 *     crash=end@write+300   all processors end the machine at once
 *     return        return from the entry point instead (the loader must report that)
 *     roots         release the other processors with a root table of pith's own
 *     fault-other   let them execute an undefined instruction first (the loader must report one)
 *     fault         execute an undefined instruction before pith has vectors (the loader must report that)
 *     fault-jump    likewise, but call NULL + 8
 *     fault-tables  likewise, but on pith's own tables, which map only the kernel and the net
 *     fault-report  likewise, so that the report itself faults
 *
 * All words are also arguments of the first program. */
#include "contract/entry.h"
#include "console.h"
#include "contract/contract.h"
#include "contract/cpus.h"
#include "contract/fault.h"
#include "main.h"
#include "power.h"
#include "start.h"
#include "summary.h"
#include "terminal.h"
#include "words.h"

/* The argument may not be a record at all: it is not trusted yet. */
static bool record_readable(const struct hobnail_boot *boot)
{
	return boot && ((uint64_t)boot & 7) == 0 && boot->magic == HOBNAIL_MAGIC && boot->header_bytes >= sizeof *boot;
}

static void console_start(const struct hobnail_boot *boot)
{
	struct hobnail_console last_resort = arch_last_resort_console();

	if (record_readable(boot) && (boot->valid & HOBNAIL_HAS_CONSOLE))
		console_open(&boot->console);
	else
		console_open(&last_resort);
}

static const char *command_line(const struct hobnail_boot *boot)
{
	bool inside = record_readable(boot) &&
	              range_within(boot->cmdline.offset, (uint64_t)boot->cmdline.bytes + 1, boot->bytes);

	if (!inside || hobnail_text(boot, boot->cmdline)[boot->cmdline.bytes] != 0)
		return "";
	return hobnail_text(boot, boot->cmdline);
}

static void display_open(const struct hobnail_boot *boot)
{
	const struct hobnail_framebuffer *fb = hobnail_entry(boot, &boot->framebuffers, 0);

	if (fb)
		terminal_open(fb, (void *)(uintptr_t)(fb->virt ? fb->virt : fb->phys));
}

/* Processes have the lower half, so the kernel must have been linked for the upper one. */
static bool can_start(const struct hobnail_boot *boot)
{
	return boot->valid & HOBNAIL_HAS_DIRECT_MAP && arch_range(1).bytes && boot->entry_virt >= arch_range(1).base;
}

void kernel_main(const struct hobnail_boot *boot)
{
	const char *words = command_line(boot);

	power_choose(boot, words_have(words, "exit"));
	console_start(boot);
	arch_state_read();           /* before the vectors change: they are part of the state */
	fault_if_asked(boot, words); /* while the loader's net handles faults */
	arch_vectors_install();
	if (words_have(words, "return"))
		return;

	cpus_choose((words_have(words, "roots") ? CPUS_ROOTS : 0u) |
	            (words_have(words, "fault-other") ? CPUS_FAULT : 0u));
	if (record_readable(boot))
		entered = (struct entered){ (uint64_t)boot, boot->stack_virt, boot->stack_bytes, boot->root };
	bool promises = words_have(words, "promises");
	struct score score = contract_check(boot, !promises);
	if (score.trusted)
		display_open(boot);
	summary_print(boot, &score, promises);
	if (score.held != score.applicable)
		power_end(POWER_BROKEN_PROMISE);
	if (!can_start(boot)) {
		console_print("pith: no processes, which need translation and the lower half: done\n");
		power_end(POWER_GOOD);
	}
	start_programs(boot, words);
}
