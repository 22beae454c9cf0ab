/* statics.h — included before all else in loader/arch/'s C for the host: what it keeps lies in the image of
 * tests/firmware/image.c, and so has a copy in the net. */
#pragma clang section data = "fake_image"
