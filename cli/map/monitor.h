/* monitor.h — the monitor of a QEMU that someone else has started, through its QMP socket (QEMU, "QEMU Machine
 * Protocol": one JSON message in each line).
 *
 *   Time      every answer is waited for at most MONITOR_SECONDS
 *   Errors    are complained about by the function that meets them */
#ifndef CLI_MAP_MONITOR_H
#define CLI_MAP_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "json.h"

enum { MONITOR_SECONDS = 5, MONITOR_LINE = 1 << 20 };

struct monitor {
	const char *path;
	int fd;
	char *in; /* received, not taken yet */
	size_t in_bytes;
};

/* 0 or a status. monitor_close() is for both. */
int monitor_open(struct monitor *m, const char *path);
void monitor_close(struct monitor *m);

/* Execute a QMP command without arguments, or a command of the monitor for people, on a processor. The answer is the
 * value of "return", inside the message *whole, which the caller frees. NULL: complained. */
const struct json *monitor_ask(struct monitor *m, const char *command, struct json **whole);
const struct json *monitor_tell(struct monitor *m, unsigned cpu, const char *command_line, struct json **whole);

#endif
