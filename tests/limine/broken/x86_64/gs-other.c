/* the base of GS is not zero */
#include "limine.h"
#include "machine.h"

DETOUR("mov $0xc0000101, %ecx; mov $4096, %eax; mov $0, %edx; wrmsr; mov $0, %ecx; mov $0, %eax")
