/* run_symbols.h — the files whose symbols explain a run: the kernel, the loader, and those of --symbols. */
#ifndef CLI_RUN_SYMBOLS_H
#define CLI_RUN_SYMBOLS_H

#include "view.h"
#include "explain/symbols.h"

struct run;

/* `at`: registers of the exception, or NULL; code is also looked for where the processors stand. The caller frees. */
struct symbols *run_symbols(const struct run *r, const struct view *v, const struct registers *at);

#endif
