/* finding_print.h — findings for people and as JSON, and all kinds of them as a document. */
#ifndef CLI_FINDING_PRINT_H
#define CLI_FINDING_PRINT_H

#include "finding.h"
#include "json_out.h"

/* On standard output, sorted as they are. */
void finding_print_all(const struct findings *f);

/* As the member "findings". */
void finding_put_all(struct json_out *o, const struct findings *f);

/* docs/checks.md, on standard output. */
void finding_print_document(void);

#endif
