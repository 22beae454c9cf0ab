/* missing.c — uses an answer without looking whether there is one: RISC-V's, which this machine has not. */
#include "shape.h"

REVISION_AND_MARKERS(6);
ASK(hart, ID_RISCV_HART);

void kernel_entry(void)
{
	const volatile struct answer_number *a = (const volatile void *)hart.response;

	say("missing: asks\n");
	named("hart", a->value);
	say("\nmissing: nobody stopped it\n");
	end(1);
}
