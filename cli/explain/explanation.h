/* explanation.h — a failure becomes a report. */
#ifndef CLI_EXPLAIN_EXPLANATION_H
#define CLI_EXPLAIN_EXPLANATION_H

#include "failure.h"
#include "report.h"

/* memory: NULL if there is none. f->registers gets its pc from f->symbol, if the symbols have that name. */
void explanation_make(struct failure *f, const struct memory *memory, const struct symbols *symbols,
                      struct report *out);

#endif
