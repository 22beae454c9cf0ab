/* lies_devices_test.c with a kernel of the Limine protocol: displays, consoles, clocks and chance. */
#define LIES_KERNEL KERNEL_LIMINE
#include "lies_devices_test.c"
