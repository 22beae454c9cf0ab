/* main.h — the function that each architecture's entry code calls. */
#ifndef KERNEL_MAIN_H
#define KERNEL_MAIN_H

#include <hobnail/boot.h>

/* Runs on pith's own stack with the entry state saved. Returns only when the command line says `return`. */
void kernel_main(const struct hobnail_boot *boot);

#endif
