/* the request for the boot hart of riscv64 is answered, by the date */
#include "limine.h"

void sabotage_checked(struct boot *b)
{
	broken_request(b, WORD_RISCV_HART)[WORD_RESPONSE] = broken_request(b, WORD_DATE)[WORD_RESPONSE];
}
