/* lies_start_test.c with a kernel of the Limine protocol: firmware that is strange at the start. */
#define LIES_KERNEL KERNEL_LIMINE
#include "lies_start_test.c"
