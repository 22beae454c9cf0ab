/* view.c — QEMU, "QEMU Monitor": info registers, info mtree, gdbserver. */
#include "view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "strlist.h"

enum { LINE_BYTES = 512 };

/* Copies the next line of a text. Returns what is behind it, or NULL at the end. */
static const char *next_line(const char *text, char line[LINE_BYTES])
{
	size_t bytes = strcspn(text, "\r\n");

	if (!*text)
		return NULL;
	snprintf(line, LINE_BYTES, "%.*s", (int)(bytes < LINE_BYTES ? bytes : LINE_BYTES - 1), text);
	text += bytes;
	return text + strspn(text, "\r") + (text[strspn(text, "\r")] == '\n');
}

/* ---- Registers ------------------------------------------------------------------------------------------------ */

static void take_registers(struct view *v, const char *text)
{
	char line[LINE_BYTES];
	unsigned cpu;

	while ((text = next_line(text, line))) {
		if (sscanf(line, "CPU#%u", &cpu) == 1) {
			if (v->cpu_count == VIEW_MAX_CPUS)
				return;
			v->cpus = memory_resize(v->cpus, (v->cpu_count + 1) * sizeof(*v->cpus));
			v->cpus[v->cpu_count++] = (struct registers){ .arch = 0 };
		} else if (v->cpu_count) {
			registers_line(&v->cpus[v->cpu_count - 1], line);
		}
	}
}

void view_registers(struct view *v)
{
	char *text = guest_ask_monitor(v->guest, "info registers -a", VIEW_MILLISECONDS, v->ears);

	v->cpu_count = 0;
	if (text)
		take_registers(v, text);
	free(text);
	for (unsigned i = 0; v->port && v->guest->arch == ARCH_AARCH64 && i < v->cpu_count; i++)
		gdb_registers(v->port, i, &v->cpus[i]);
}

/* ---- What lies where ------------------------------------------------------------------------------------------ */

/* "  0000000000000000-00000000000bffff (prio 0, ram): pc.ram @0000000000100000" */
static bool take_region(const char *line, bool is_port, struct region *out)
{
	unsigned long long first, last;
	char kind[16], name[sizeof(out->name)];

	if (sscanf(line, " %llx-%llx (prio %*d, %15[^)]): %47[^\n]", &first, &last, kind, name) != 4)
		return false;
	name[strcspn(name, " ")] = '\0';
	bool is_memory = strncmp(kind, "ram", 3) == 0 || strncmp(kind, "rom", 3) == 0;
	*out = (struct region){ .first = first, .last = last, .is_port = is_port, .is_memory = is_memory };
	snprintf(out->name, sizeof(out->name), "%s", name);
	return !is_port || strcmp(name, "io") != 0; /* QEMU's name for all ports that no device has */
}

/* `info mtree -f` has a part for each set of address spaces that are alike. */
static void take_regions(struct view *v, const char *text)
{
	char line[LINE_BYTES];
	bool is_memory = false, is_port = false;
	struct region found;

	while ((text = next_line(text, line))) {
		if (strncmp(line, "FlatView", 8) == 0)
			is_memory = is_port = false;
		is_memory |= strncmp(line, " AS \"memory\"", 12) == 0;
		is_port |= strncmp(line, " AS \"I/O\"", 9) == 0;
		if ((is_memory || is_port) && take_region(line, is_port, &found)) {
			v->regions = memory_resize(v->regions, (v->region_count + 1) * sizeof(*v->regions));
			v->regions[v->region_count++] = found;
		}
	}
}

const struct region *view_region(const struct view *v, paddr at, bool is_port)
{
	for (size_t i = 0; i < v->region_count; i++)
		if (v->regions[i].is_port == is_port && at >= v->regions[i].first && at <= v->regions[i].last)
			return &v->regions[i];
	return NULL;
}

/* ---- Memory --------------------------------------------------------------------------------------------------- */

/* Devices are left alone: reading can change them. */
static bool read_memory(void *context, paddr at, void *to, size_t bytes)
{
	struct view *v = context;

	for (size_t done = 0; done < bytes;) {
		const struct region *r = view_region(v, at + done, false);
		if (!r || !r->is_memory)
			return false;
		size_t rest = bytes - done, here = (size_t)min_u64(rest, r->last - (at + done) + 1);
		if (!gdb_read_memory(v->port, at + done, (char *)to + done, here))
			return false;
		done += here;
	}
	return true;
}

const struct memory *view_memory(const struct view *v)
{
	return v->port ? &v->memory : NULL;
}

static void open_port(struct view *v)
{
	char *path = temporary_socket("gdb");
	char *command = path ? gdb_port_command(path) : NULL;
	char *answer = command ? guest_ask_monitor(v->guest, command, VIEW_MILLISECONDS, v->ears) : NULL;

	v->port = memory_resize(NULL, sizeof(*v->port));
	if (!answer || !gdb_open(v->port, path)) {
		free(v->port);
		v->port = NULL;
	}
	free(answer);
	free(command);
	free(path);
}

/* ---- The view ------------------------------------------------------------------------------------------------- */

void view_open(struct view *v, struct guest *g, const struct guest_ears *ears, bool may_debug)
{
	*v = (struct view){ .guest = g, .ears = ears, .memory = { read_memory, v } };
	char *text = guest_ask_monitor(g, "info mtree -f", VIEW_MILLISECONDS, ears);

	if (text)
		take_regions(v, text);
	free(text);
	if (may_debug && v->region_count)
		open_port(v);
	view_registers(v);
}

void view_close(struct view *v)
{
	char *answer = NULL;

	if (v->port) {
		gdb_close(v->port);
		answer = guest_ask_monitor(v->guest, "gdbserver none", VIEW_MILLISECONDS, v->ears);
	}
	free(answer);
	free(v->port);
	free(v->cpus);
	free(v->regions);
}

bool view_run(struct view *v, int milliseconds)
{
	json_free(guest_ask(v->guest, "cont", NULL, VIEW_MILLISECONDS, v->ears));
	for (long long end = milliseconds_now() + milliseconds, now; (now = milliseconds_now()) < end;)
		guest_wait(v->guest, (int)(end - now), -1, -1, v->ears);
	json_free(guest_ask(v->guest, "stop", NULL, VIEW_MILLISECONDS, v->ears));
	return v->guest->end == GUEST_RUNS && v->guest->control >= 0;
}
