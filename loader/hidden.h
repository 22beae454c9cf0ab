/* hidden.h — seen first by every file that is compiled for the loader: what is declared is in this image, so its address
 * is computed and not looked up in a table. -fvisibility=hidden says that of definitions only. */
#pragma GCC visibility push(hidden)
