/* key.h — a key as one number: the character that it types, or one of the numbers above Unicode. Control and a letter
 * is a control character, as on every terminal. */
#ifndef CORE_KEY_H
#define CORE_KEY_H

#include "base.h"

enum {
	KEY_NONE = 0,
	KEY_BACKSPACE = 8,
	KEY_TAB = 9,
	KEY_RETURN = 13,
	KEY_RUBOUT = 0x7f, /* the backspace key of many terminals */
	KEY_UP = 0x110000, KEY_DOWN, KEY_RIGHT, KEY_LEFT, KEY_HOME, KEY_END, KEY_DELETE, KEY_PAGE_UP, KEY_PAGE_DOWN,
	KEY_ESCAPE,
	KEY_OTHER, /* a key without a meaning here: function keys and the like */
};

/* The letter's control character: KEY_CONTROL('A') is 1. */
#define KEY_CONTROL(letter) ((letter) & 0x1f)

/* UEFI's scan code and UTF-16 unit; `control`: a control key is held. Half of a surrogate pair is KEY_OTHER. */
uint32_t key_of(uint16_t scan_code, uint16_t unit, bool control);

#endif
