#include "gdb.h"

#include <stdlib.h>

#include "base.h"
#include "elf.h"
#include "file.h"
#include "plan.h"
#include "strlist.h"

/* How the loader maps kernels that ask for nothing special (loader/arch/ARCH/mode.c). */
static const struct plan_layout *const usual_layouts[ARCH_COUNT] = {
	[ARCH_X86_64] = &plan_x86_64_4, [ARCH_AARCH64] = &plan_aarch64, [ARCH_RISCV64] = &plan_riscv_sv39,
};

struct run_at {
	uint64_t slide; /* what the loader adds to the addresses of the file */
	uint64_t entry; /* where it runs; 0: the loader will refuse the file, and say why */
};

static struct run_at run_at(enum arch arch, const char *bytes, size_t count)
{
	const struct elf_rules rules = { arch_info[arch].elf_machine, true };
	struct plan_segment segments[ELF_MAX_SEGMENTS];
	struct elf_file file;
	struct elf_layout layout;
	uint64_t slide;

	if (elf_open(bytes, count, count, &rules, &file, NULL) != OK ||
	    elf_segments(&file, bytes + file.program_headers, &rules, &layout, NULL) != OK ||
	    plan_segments(usual_layouts[arch], &file, &layout, false, segments, &slide, NULL) != OK)
		return (struct run_at){ 0, 0 };
	return (struct run_at){ slide, file.entry + slide };
}

char *gdb_commands(enum arch arch, const char *kernel)
{
	size_t count = 0;
	char *bytes = kernel ? file_read(kernel, MIB(512), &count) : NULL;
	struct run_at at = bytes ? run_at(arch, bytes, count) : (struct run_at){ 0, 0 };
	char *move = at.slide ? string_format(" -o %#llx", (unsigned long long)at.slide) : string_copy("");
	char *commands = at.entry ? string_format("symbol-file%s %s\ntarget remote :1234\nhbreak *%#llx\ncontinue\n", move, kernel,
	                                          (unsigned long long)at.entry) : string_copy("target remote :1234\n");

	free(move);
	free(bytes);
	return commands;
}

char *gdb_loader_command(enum arch arch, const char *loader, uint64_t at)
{
	int folder = (int)(file_name(loader) - loader);
	char *names[] = { string_format("%.*shobnail.elf", folder, loader),
	                  string_format("%.*shobnail-%s.elf", folder, loader, arch_info[arch].name) };
	char *command = NULL;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		if (!command && file_exists(names[i]))
			command = string_format("add-symbol-file %s -o %#llx", names[i], (unsigned long long)at);
		free(names[i]);
	}
	return command;
}
