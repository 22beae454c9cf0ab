/* covered.c — a TCG plugin for QEMU: which guest addresses of [base, base + bytes) were executed. Arguments: base=HEX,
 * bytes=HEX, out=FILE. Appends lines "address bytes", one for each translation block that has run. VERSION: see
 * plugin.h. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

int qemu_plugin_version = VERSION;

static uint64_t base, bytes;
static uint16_t *longest; /* block that has run from base + i on, bytes; 0: none */
static char out[1024];

/* `context`: where the block begins, and behind that its length. */
static void on_execution(unsigned cpu, void *context)
{
	uint16_t *at = &longest[(uintptr_t)context >> 16], length = (uint16_t)(uintptr_t)context;

	(void)cpu;
	/* two processors may both be here: then one of two lengths that ran is noted, and soon the other */
	if (length > *at)
		*at = length;
}

static void on_translation(plugin_id id, struct tb *tb)
{
	uint64_t at = qemu_plugin_tb_vaddr(tb) - base, length = 0;

	(void)id;
	if (at >= bytes)
		return;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++)
		length += qemu_plugin_insn_size(qemu_plugin_tb_get_insn(tb, i));
	qemu_plugin_register_vcpu_tb_exec_cb(tb, on_execution, NO_REGISTERS, (void *)(uintptr_t)(at << 16 | length));
}

static void on_exit_of_qemu(plugin_id id, void *context)
{
	FILE *f = fopen(out, "a");

	(void)id, (void)context;
	if (!f)
		return;
	for (uint64_t i = 0; i < bytes; i++)
		if (longest[i])
			fprintf(f, "%llx %u\n", (unsigned long long)(base + i), longest[i]);
	fclose(f);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "base=", 5) == 0)
			base = strtoull(argv[i] + 5, NULL, 16);
		if (strncmp(argv[i], "bytes=", 6) == 0)
			bytes = strtoull(argv[i] + 6, NULL, 16);
		if (strncmp(argv[i], "out=", 4) == 0)
			snprintf(out, sizeof out, "%s", argv[i] + 4);
	}
	longest = calloc(bytes, sizeof *longest);
	if (!longest)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
	qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
	return 0;
}
