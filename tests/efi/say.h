/* say.h — what the EFI programs of the tests print. */
#ifndef TESTS_EFI_SAY_H
#define TESTS_EFI_SAY_H

#include "system_table.h"

static inline void say(EFI_SYSTEM_TABLE *table, const char *text)
{
	CHAR16 line[2] = { 0 };

	for (; *text; text++) {
		line[0] = (CHAR16)(unsigned char)*text;
		table->ConOut->OutputString(table->ConOut, line);
	}
}

#endif
