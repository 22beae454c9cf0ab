/* DS is another selector */
#include "limine.h"
#include "machine.h"

DETOUR("mov $0x20, %eax; mov %eax, %ds; mov $0, %eax")
