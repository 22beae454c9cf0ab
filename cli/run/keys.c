#include "keys.h"

#include <string.h>

enum { CTRL_A = 'A' - '@', CTRL_H = 'H' - '@', DELETE = 0x7f };

const char keys_help[] =
	"Ctrl-A H  this help\n"
	"Ctrl-A X  end the guest\n"
	"Ctrl-A C  QEMU's monitor, and back to the guest\n"
	"Ctrl-A Ctrl-A  send Ctrl-A\n"
	"Ctrl-C    end the guest\n";

enum keys_action keys_take(struct keys *k, char byte)
{
	if (!k->after_prefix) {
		k->after_prefix = byte == CTRL_A;
		return k->after_prefix ? KEYS_NONE : KEYS_BYTE;
	}
	k->after_prefix = false;
	switch (byte) {
	case CTRL_A:
		return KEYS_BYTE;
	case 'x':
	case 'X':
		return KEYS_QUIT;
	case 'c':
	case 'C':
		return KEYS_MONITOR;
	default:
		return KEYS_HELP;
	}
}

bool monitor_line_take(struct monitor_line *l, char byte, char *echo)
{
	echo[0] = '\0';
	if (byte == '\r' || byte == '\n') {
		strcpy(echo, "\n");
		return true;
	}
	if ((byte == CTRL_H || byte == DELETE) && l->bytes) {
		l->text[--l->bytes] = '\0';
		strcpy(echo, "\b \b");
	} else if (byte >= ' ' && byte < DELETE && l->bytes < MONITOR_LINE_BYTES - 1) {
		l->text[l->bytes++] = echo[0] = byte;
		l->text[l->bytes] = echo[1] = '\0';
	}
	return false;
}
