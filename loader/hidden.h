/* hidden.h — included first in every file of the loader. Every declared symbol is in this image, so its address is
 * computed and not looked up in a table. -fvisibility=hidden says that of definitions alone, and the compiler does
 * not see definitions in assembly. */
#pragma GCC visibility push(hidden)
