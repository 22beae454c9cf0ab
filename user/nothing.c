/* nothing.c — the least that a program can do. */
#include "user.h"

int main(int count, const char *const *words)
{
	(void)count, (void)words;
	return 0;
}
