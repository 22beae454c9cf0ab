/* ACPI's non-volatile memory reads as its tables */
#include "limine.h"

BROKEN_MAP(BROKEN_FIRST(3)[2] = 2)
