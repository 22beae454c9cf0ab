/* lies_map_test.c with a kernel of the Limine protocol: firmware that lies about memory. */
#define LIES_KERNEL KERNEL_LIMINE
#include "lies_map_test.c"
