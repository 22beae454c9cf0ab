/* gdb_remote.c — GDB manual, "Remote Serial Protocol", "Target Descriptions"; QEMU, "GDB usage" (qemu.PhyMemMode). */
#include "gdb_remote.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "file.h"
#include "strlist.h"

enum { PHYSICAL_CHUNK = 1024, MAX_DESCRIPTION = 1 << 20 };

/* ---- Packets ------------------------------------------------------------------------------------------------- */

static unsigned digit(char c)
{
	return c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10) : 16;
}

/* Wait for more bytes. false: none come. */
static bool receive(struct gdb_remote *g)
{
	struct pollfd p = { .fd = g->fd, .events = POLLIN };
	int ready;

	do
		ready = poll(&p, 1, GDB_REMOTE_SECONDS * 1000);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0 || g->in_bytes == sizeof g->in)
		return false;
	ssize_t n = read(g->fd, g->in + g->in_bytes, sizeof g->in - g->in_bytes);
	if (n <= 0)
		return false;
	g->in_bytes += (size_t)n;
	return true;
}

/* Take "$...#xx" out of what was received, escapes and repetitions undone. false: it is not complete yet. */
static bool take(struct gdb_remote *g)
{
	char *start = memchr(g->in, '$', g->in_bytes);
	char *end = start ? memchr(start, '#', (size_t)(g->in + g->in_bytes - start)) : NULL;
	size_t used = 0;

	if (!end || g->in + g->in_bytes - end < 3)
		return false;
	for (const char *c = start + 1; c < end && used < GDB_REMOTE_PACKET; c++) {
		if (*c == '}' && c + 1 < end) {
			g->packet[used++] = *++c ^ 0x20;
		} else if (*c == '*' && used && c + 1 < end) {
			for (int n = *++c - 29; n > 0 && used < GDB_REMOTE_PACKET; n--, used++)
				g->packet[used] = g->packet[used - 1];
		} else {
			g->packet[used++] = *c;
		}
	}
	g->packet[used] = 0;
	g->in_bytes -= (size_t)(end + 3 - g->in);
	memmove(g->in, end + 3, g->in_bytes);
	return true;
}

/* Send a command, and wait for its answer, which is in g->packet. A report that the machine has stopped ("T05...") is
 * none, unless it was asked for. */
static bool ask(struct gdb_remote *g, const char *command)
{
	char text[128];
	unsigned sum = 0;

	for (const char *c = command; *c; c++)
		sum += (unsigned char)*c;
	int n = snprintf(text, sizeof text, "$%s#%02x", command, sum & 255);
	if (n < 0 || (size_t)n >= sizeof text || !write_all(g->fd, text, (size_t)n))
		return false;
	do
		while (!take(g))
			if (!receive(g))
				return false;
	while (*g->packet == 'T' && *command != '?');
	return write_all(g->fd, "+", 1);
}

/* ---- Which registers there are -------------------------------------------------------------------------------- */

/* A file of the target description. NULL: none. The caller frees it. */
static char *read_description(struct gdb_remote *g, const char *name)
{
	char command[96], *all = NULL;
	size_t used = 0;

	do {
		snprintf(command, sizeof command, "qXfer:features:read:%.40s:%zx,%x", name, used,
		         GDB_REMOTE_PACKET / 2);
		if (!ask(g, command) || (*g->packet != 'm' && *g->packet != 'l'))
			break;
		size_t more = strlen(g->packet + 1);
		char *grown = realloc(all, used + more + 1);
		if (!grown)
			break;
		all = grown;
		memcpy(all + used, g->packet + 1, more + 1);
		used += more;
	} while (*g->packet == 'm' && used < MAX_DESCRIPTION);
	return all;
}

/* The value of an attribute of the element that begins at `at`: name="...". false: it has none, or it is too long. */
static bool attribute(const char *at, const char *name, char *out, size_t size)
{
	const char *end = strchr(at, '>');

	for (const char *found = at; (found = strstr(found, name)) != NULL && end && found < end; found++) {
		const char *value = found + strlen(name);
		size_t length = strncmp(value, "=\"", 2) == 0 ? strcspn(value + 2, "\"") : size;
		if (found[-1] != ' ' || length >= size)
			continue;
		memcpy(out, value + 2, length);
		out[length] = 0;
		return true;
	}
	return false;
}

/* Registers are numbered one after the other, over all files, unless an element says its number. */
static void note_registers(struct gdb_remote *g, const char *xml, unsigned *next)
{
	struct registers scratch = { 0 };
	struct gdb_register reg;
	char number[12];

	for (const char *at = xml; (at = strstr(at, "<reg ")) != NULL; at += 5) {
		if (attribute(at, "regnum", number, sizeof number))
			*next = (unsigned)strtoul(number, NULL, 10);
		reg.number = (*next)++;
		if (g->register_count < GDB_REMOTE_REGISTERS && attribute(at, "name", reg.name, sizeof reg.name) &&
		    registers_set(&scratch, reg.name, 0))
			g->registers[g->register_count++] = reg;
	}
}

static bool learn_registers(struct gdb_remote *g)
{
	char *target = read_description(g, "target.xml"), name[41];
	unsigned next = 0, files = 0;

	if (!target)
		return false;
	note_registers(g, target, &next);
	for (const char *at = target; files < GDB_REMOTE_FILES && (at = strstr(at, "<xi:include ")) != NULL; at += 12) {
		char *xml = attribute(at, "href", name, sizeof name) ? read_description(g, name) : NULL;
		if (xml)
			note_registers(g, xml, &next);
		free(xml);
		files++;
	}
	free(target);
	return g->register_count;
}

/* ---- The port -------------------------------------------------------------------------------------------------- */

/* The monitor takes a quoted argument as one; in it, options end at a single comma (QEMU, monitor/hmp.c,
 * get_str(); util/qemu-option.c, get_opt_value()). */
char *gdb_port_command(const char *socket_path)
{
	char *path = memory_resize(NULL, 2 * strlen(socket_path) + 1), *to = path;

	for (const char *c = socket_path; *c; c++) {
		if (*c == '"' || *c == '\\' || *c == ',')
			*to++ = *c == ',' ? ',' : '\\';
		*to++ = *c;
	}
	*to = '\0';
	char *command = string_format("gdbserver \"unix:path=%s,server=on,wait=off\"", path);
	free(path);
	return command;
}

bool gdb_open(struct gdb_remote *g, const char *socket_path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	*g = (struct gdb_remote){ .fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	if (g->fd >= 0 && strlen(socket_path) < sizeof to.sun_path) {
		strcpy(to.sun_path, socket_path);
		if (connect(g->fd, (const struct sockaddr *)&to, sizeof to) == 0 &&
		    ask(g, "qSupported:xmlRegisters=i386,arm") && learn_registers(g))
			return true;
	}
	gdb_close(g);
	return false;
}

void gdb_close(struct gdb_remote *g)
{
	if (g->fd >= 0)
		close(g->fd);
	g->fd = -1;
}

/* Little-endian digits of g->packet. */
static bool number_of_packet(const char *text, uint64_t *out)
{
	size_t digits = strspn(text, "0123456789abcdef");
	uint64_t value = 0;

	if (text[digits] || digits < 2 || digits % 2)
		return false;
	for (size_t i = 0; i < digits && i < 16; i += 2)
		value |= (uint64_t)(digit(text[i]) << 4 | digit(text[i + 1])) << 4 * i;
	*out = value;
	return true;
}

bool gdb_registers(struct gdb_remote *g, unsigned cpu, struct registers *r)
{
	char command[32];
	uint64_t value;
	unsigned count = 0;

	snprintf(command, sizeof command, "Hg%x", cpu + 1);
	if (!ask(g, command) || strcmp(g->packet, "OK") != 0)
		return false;
	for (unsigned i = 0; i < g->register_count; i++) {
		snprintf(command, sizeof command, "p%x", g->registers[i].number);
		if (!ask(g, command))
			return false;
		if (number_of_packet(g->packet, &value))
			count += registers_set(r, g->registers[i].name, value);
	}
	return count;
}

bool gdb_read_memory(void *remote, paddr at, void *to, size_t bytes)
{
	struct gdb_remote *g = remote;
	uint8_t *out = to;
	char command[48];

	if (!ask(g, "Qqemu.PhyMemMode:1") || strcmp(g->packet, "OK") != 0)
		return false;
	while (bytes) {
		size_t part = bytes < PHYSICAL_CHUNK ? bytes : PHYSICAL_CHUNK;
		snprintf(command, sizeof command, "m%llx,%zx", (unsigned long long)at, part);
		if (!ask(g, command) || strspn(g->packet, "0123456789abcdef") != 2 * part)
			return false;
		for (size_t i = 0; i < part; i++)
			*out++ = (uint8_t)(digit(g->packet[2 * i]) << 4 | digit(g->packet[2 * i + 1]));
		at += part;
		bytes -= part;
	}
	return true;
}
