/* lies_tables_test.c with a kernel of the Limine protocol: broken ACPI tables, device trees and SMBIOS. */
#define LIES_KERNEL KERNEL_LIMINE
#include "lies_tables_test.c"
