/* sections.h — the names of a kernel's sections, for people: ".text .init". */
#ifndef CLI_MAP_SECTIONS_H
#define CLI_MAP_SECTIONS_H

#include "kernel.h"

/* The names of the sections that lie in [virt, virt + bytes), as linked, in the order of the file, with blanks between
 * them; cut to `size`. "": the file names none. */
void sections_in(struct source *source, const struct elf_file *file, vaddr virt, uint64_t bytes, char *out,
                 size_t size);

#endif
