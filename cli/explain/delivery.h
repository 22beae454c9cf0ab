/* delivery.h — why a processor could not enter an exception's handler, so that one exception became two, and two a
 * reset or an endless loop.
 *
 *   Texts    clauses without a full stop; their subject is the table or the stack that is wrong */
#ifndef CLI_EXPLAIN_DELIVERY_H
#define CLI_EXPLAIN_DELIVERY_H

#include "space.h"

/* "#PF"; "exception 9" for one without a short name. */
struct vector_name { char text[16]; };
struct vector_name delivery_name(unsigned vector);

/* x86_64: examine IDT, GDT, TSS and stack as the processor does for this vector. false: nothing that is known is
 * wrong; then *out is as it was. */
bool delivery_x86_64(const struct cpu_space *s, const struct registers *r, unsigned vector, char *out, size_t size);

/* x86_64: advice, if the GDT is the reason; false: it is not, or nothing is known. */
bool delivery_advice(const struct cpu_space *s, const struct registers *r, unsigned vector, char *out, size_t size);

/* x86_64: why, from the exception `second` that the delivery of `first` raised: CR2 and, if the registers have it,
 * its error code say enough where no memory is at hand. */
bool delivery_by_second(const struct registers *r, unsigned first, unsigned second, char *out, size_t size);

/* aarch64: can the vector at VBAR be executed? `offset` is that of the vector in its table. */
bool delivery_aarch64(const struct cpu_space *s, const struct registers *r, unsigned offset, char *out, size_t size);

#endif
