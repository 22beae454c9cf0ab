/* font2c.h — from an X11 bitmap font to the cells of lib/font.h. */
#ifndef FONT2C_H
#define FONT2C_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CELL_SIDE_MOST = 32, /* pixels, in either direction */
	FIRST_CHARACTER = 0x20,
	LAST_CHARACTER = 0x7e,
	CHARACTERS = LAST_CHARACTER - FIRST_CHARACTER + 1,
};

/* A font whose cells are all alike. Row bits: the leftmost pixel is bit 31. */
struct cells {
	unsigned width, height;
	uint32_t rows[CHARACTERS][CELL_SIDE_MOST];
};

/* Read the printable ASCII characters of a PCF font, which may be anything. False: *why says what is wrong with it, and
 * *out is not written. */
bool pcf_read(const uint8_t *file, size_t bytes, struct cells *out, const char **why);

#endif
