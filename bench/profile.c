/* profile.c — a TCG plugin for QEMU: guest instructions by translation block, from the first one of [base, base +
 * bytes) on. Arguments: base=HEX,bytes=HEX,out=FILE. Writes lines "address own others": instructions of the block, and
 * those that the firmware executed from there on until the next block of [base, base + bytes), in a call or an
 * interrupt. For x86 also "repeated count": iterations of rep movs and rep stos, which QEMU counts as an instruction
 * each. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/qemu/plugin.h"

int qemu_plugin_version = 1;

enum { SLOTS = 1 << 20, LENGTHS = 1 << 12 }; /* a block has at most 512 instructions */
static struct slot {
	uint64_t at, own, others;
} slots[SLOTS], *caller;
static uint64_t base, bytes, repeated;
static char out[1024];
static int begun, is_x86;

/* Is this F2/F3, prefixes, A4/A5/AA/AB? Intel SDM vol. 2, "REP". */
static int is_repeated(const uint8_t *code, size_t length)
{
	int rep = 0;

	for (; length > 1; code++, length--) {
		if (*code == 0xf2 || *code == 0xf3)
			rep = 1;
		else if (*code != 0x66 && *code != 0x67 && (*code & 0xf0) != 0x40)
			return 0;
	}
	return rep && length == 1 && ((*code & 0xfe) == 0xa4 || (*code & 0xfe) == 0xaa);
}

static struct slot *slot_of(uint64_t at)
{
	uint64_t i = at * 0x9e3779b97f4a7c15u >> 44;

	while (slots[i].at && slots[i].at != at)
		i = (i + 1) % SLOTS;
	slots[i].at = at;
	return &slots[i];
}

static int is_measured(uint64_t at)
{
	return at - base < bytes;
}

/* `context` is the slot's number and, below it, the block's length. */
static void on_execution(unsigned cpu, void *context)
{
	struct slot *slot = &slots[(uintptr_t)context / LENGTHS];
	uint64_t length = (uintptr_t)context % LENGTHS;

	(void)cpu;
	if (!begun)
		return;
	slot->own += length;
	if (is_measured(slot->at))
		caller = slot;
	else if (!(slot->at >> 63)) /* the kernel's half is no firmware */
		caller->others += length;
}

static void on_translation(plugin_id id, struct tb *tb)
{
	size_t count = qemu_plugin_tb_n_insns(tb);
	struct slot *slot = slot_of(qemu_plugin_tb_vaddr(tb));

	(void)id;
	if (!begun && is_measured(slot->at)) {
		begun = 1;
		caller = slot;
		repeated = 0;
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_execution, NO_REGISTERS,
	                                     (void *)((size_t)(slot - slots) * LENGTHS + count));
	for (size_t i = 0; is_x86 && i < count; i++) {
		struct insn *insn = qemu_plugin_tb_get_insn(tb, i);
		if (is_repeated(qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn)))
			qemu_plugin_register_vcpu_insn_exec_inline(insn, ADD_U64, &repeated, 1);
	}
}

static void on_exit_of_qemu(plugin_id id, void *context)
{
	FILE *f = fopen(out, "w");

	(void)id, (void)context;
	if (!f)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		if (slots[i].own)
			fprintf(f, "%llx %llu %llu\n", (unsigned long long)slots[i].at,
			        (unsigned long long)slots[i].own, (unsigned long long)slots[i].others);
	fprintf(f, "repeated %llu\n", (unsigned long long)repeated);
	fclose(f);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	is_x86 = strcmp(*(const char *const *)info, "x86_64") == 0; /* the first member: the target's name */
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "base=", 5) == 0)
			base = strtoull(argv[i] + 5, NULL, 16);
		if (strncmp(argv[i], "bytes=", 6) == 0)
			bytes = strtoull(argv[i] + 6, NULL, 16);
		if (strncmp(argv[i], "out=", 4) == 0)
			snprintf(out, sizeof out, "%s", argv[i] + 4);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
