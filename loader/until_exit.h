/* until_exit.h — included first in every file whose functions run only while the firmware is there. They are left out
 * of the net's copy of the image (loader/loader.ld). tests/until-exit-check finds calls into them from the copy. */
#pragma clang section text=".until_exit.text"
