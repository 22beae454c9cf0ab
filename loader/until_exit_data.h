/* until_exit_data.h — included first in files whose constants, too, are needed only while the firmware is there, by
 * nobody else either. Literals without a name stay in the copy: the linker merges them. */
#pragma clang section rodata=".until_exit.rodata"
