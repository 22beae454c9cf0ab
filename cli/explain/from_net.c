/* from_net.c — the reports of loader/after/net_report.c. */
#include <stdio.h>
#include <string.h>

#include "recognisers.h"

/* "hobnail: CPU 0, in user mode: a write to 0x8, which is not mapped." */
static bool begin(struct from_net *n, const char *line)
{
	const char *who = strstr(line, "hobnail: CPU "), *colon = who ? strstr(who + 9, ": ") : NULL;

	if (!colon)
		return false;
	*n = (struct from_net){ .seen = true, .reading = true };
	n->f.kind = "a report of Hobnail's net";
	n->f.said_by_decoder = true;
	who += strlen("hobnail: ");
	snprintf(n->f.who, sizeof n->f.who, "%.*s", (int)strcspn(who, ",:"), who);
	snprintf(n->f.said, sizeof n->f.said, "%s", colon + 2);
	size_t length = strlen(n->f.said);
	if (length && n->f.said[length - 1] == '.')
		n->f.said[length - 1] = 0;
	return true;
}

/* "at 0xffffffff80000249  write_to+0x4, segment 0 (r-x) of the kernel" */
static void place(struct from_net *n, const char *line)
{
	const char *name = strstr(line, "  ");
	uint64_t pc;

	if (failure_number(line, "at 0x", 16, &pc))
		registers_set(&n->f.registers, "pc", pc);
	if (name)
		snprintf(n->f.symbol, sizeof n->f.symbol, "%s", name + 2);
}

/* "called from 0xffffffff80000157  fail+0x47, ...": the others are indented. */
static void frame(struct failure_parts *parts, const char *line)
{
	const char *name = strstr(strstr(line, "0x"), "  ");
	unsigned i = parts->frame_count;

	if (i == FAILURE_FRAMES || !failure_number(line, "0x", 16, &parts->frames[i].at))
		return;
	snprintf(parts->frames[i].text, FAILURE_TEXT, "%s", name ? name + 2 : "");
	parts->frame_count++;
}

/* "  > L3[2] at 0x5c36a010 = 0x6000005e602783: 4 KiB page ...", and what follows the last of them. */
static void walk_part(struct failure_parts *parts, const char *line)
{
	const char *text = line + 4;

	if (strncmp(text, "physical ", 9) == 0)
		snprintf(parts->physical, FAILURE_TEXT, "%s", text);
	else if (strstr(text, "] at 0x") && parts->walk_count < FAILURE_WALK) {
		parts->walk[parts->walk_count].guilty = line[2] == '>';
		snprintf(parts->walk[parts->walk_count++].text, FAILURE_TEXT, "%s", text);
	} else if (!*parts->walk_end)
		snprintf(parts->walk_end, FAILURE_TEXT, "%s", text);
}

/* The lines behind the registers. true: the line is one of them. */
static bool part(struct from_net *n, const char *line)
{
	struct failure_parts *parts = &n->f.parts;
	const char *colon = strchr(line, ':');

	if (strncmp(line, "called from 0x", 14) == 0 || strncmp(line, "            0x", 14) == 0)
		frame(parts, line);
	else if (strncmp(line, "address 0x", 10) == 0 && colon)
		snprintf(parts->address, FAILURE_TEXT, "%s", colon + 1 + strspn(colon + 1, " "));
	else if (*parts->address && (strncmp(line, "    ", 4) == 0 || strncmp(line, "  > ", 4) == 0))
		walk_part(parts, line);
	else
		return false;
	return true;
}

void from_net_line(struct from_net *n, const char *line)
{
	if (begin(n, line) || !n->reading)
		return;
	const char *text = strstr(line, "Try: ");
	if (strncmp(line, "at 0x", 5) == 0)
		place(n, line);
	else if (text)
		failure_note(&n->f, "%s", text);
	else if (strstr(line, "hobnail: stopped"))
		n->reading = false;
	else if (!part(n, line))
		registers_line(&n->f.registers, line);
}

bool from_net_found(const struct from_net *n, struct failure *out)
{
	if (!n->seen || !n->f.registers.arch)
		return false;
	*out = n->f;
	return true;
}
