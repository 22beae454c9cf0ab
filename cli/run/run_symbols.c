#include "run_symbols.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "gdb.h"
#include "run.h"
#include "slide.h"

enum { MAX_FILE_BYTES = 512 << 20 };

/* Does one of these processors execute the file's code? Then *slide is known. */
static bool find_slide(const struct view *v, const struct registers *at, const char *bytes, size_t count,
                       uint64_t *slide)
{
	vaddr candidates[SLIDE_MAX_CANDIDATES];
	struct cpu_space space;

	for (unsigned i = 0; i <= v->cpu_count; i++) {
		const struct registers *r = i == 0 ? at : &v->cpus[i - 1];
		if (!r)
			continue;
		space_open(&space, r, view_memory(v), NULL);
		if (slide_find(bytes, count, &space, candidates, slide_candidates(&space, r, candidates), slide))
			return true;
	}
	return false;
}

/* A position-independent file whose code is nowhere to be seen tells nothing. */
static void add_file(struct symbols **list, const char *path, const struct view *v, const struct registers *at)
{
	size_t count = 0;
	char *bytes = file_load(path, MAX_FILE_BYTES, &count);
	uint64_t slide = 0;

	if (bytes && (!slide_is_needed(bytes, count) || find_slide(v, at, bytes, count, &slide)))
		symbols_add_file(list, path, slide);
	free(bytes);
}

/* FILE@SLIDE has been checked with the options. */
static void add_given(struct symbols **list, const char *given, const struct view *v, const struct registers *at)
{
	if (strchr(file_name(given), '@'))
		symbols_add(list, given);
	else
		add_file(list, given, v, at);
}

static void add_loader(struct symbols **list, const struct run *r, const struct view *v, const struct registers *at)
{
	char *loader = r->disk ? NULL : volume_loader(&r->volume, r->machine.arch);
	char *elf = loader ? gdb_loader_file(r->machine.arch, loader) : NULL;

	if (elf && r->progress.net_at) { /* its log has said where it is */
		symbols_add_file(list, elf, r->progress.net_at);
		symbols_add_file(list, elf, r->progress.image_at);
	} else if (elf) {
		add_file(list, elf, v, at);
	}
	free(elf);
	free(loader);
}

struct symbols *run_symbols(const struct run *r, const struct view *v, const struct registers *at)
{
	struct symbols *list = NULL;

	for (size_t i = 0; i < r->symbols.count; i++)
		add_given(&list, r->symbols.at[i], v, at);
	for (size_t i = 0; i < r->volume.kernels.count; i++) {
		const char *kernel = r->volume.kernels.at[i];
		bool runs = r->volume.kernels.count == 1 || file_kernel_arch(kernel) == r->machine.arch;
		if (runs && !file_is_program(kernel)) /* which has no symbols */
			add_file(&list, kernel, v, at);
	}
	add_loader(&list, r, v, at);
	return list;
}
