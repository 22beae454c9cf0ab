/* A plain kernel that looks whether anybody writes to memory that is free. */
#include "pages.h"
#include "pith.c"

const bool pages_poisoned = true;
