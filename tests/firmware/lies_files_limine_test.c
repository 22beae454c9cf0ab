/* lies_files_test.c with a kernel of the Limine protocol: firmware that lies about files. */
#define LIES_KERNEL KERNEL_LIMINE
#include "lies_files_test.c"
