/* person.h — somebody at the menu of the fake machine: keys come from a script and from the clock, and the screen is
 * read. For one file of a program: what it holds is static. Include it behind cmocka.h. */
#ifndef TESTS_FIRMWARE_PERSON_H
#define TESTS_FIRMWARE_PERSON_H

#include <string.h>

#include "key.h"
#include "world.h"

#define TITLE " Hobnail " LOADER_VERSION
#define GOOD "[good]\nkernel = \\boot\\kernel.elf\ncmdline = hello world\nmodule = \\boot\\one.bin first\n" \
             "module = \\boot\\two.bin\n"
#define BROKEN "[broken]\nkernel = \\boot\\nowhere.elf\n"

struct press {
	uint32_t after; /* milliseconds after the last key */
	uint32_t key;
	void (*look)(void); /* just before it; NULL: nobody looks */
};

static const struct press *script; /* ends with a key of 0 */
static unsigned pressed;
static uint64_t pressed_at;
static uint32_t afterwards; /* is pressed every half a second when the script has ended; KEY_NONE: nothing is */

static inline uint32_t scripted_key(void)
{
	struct press press = script[pressed];
	bool is_over = !press.key;

	if (is_over)
		press = (struct press){ 500, afterwards, NULL };
	if (fake.milliseconds - pressed_at < press.after)
		return KEY_NONE;
	pressed_at = fake.milliseconds;
	pressed += !is_over;
	if (press.look)
		press.look();
	return press.key;
}

static const struct press nobody[] = { { 0 } };

/* A machine with this configuration, and keys as the script says. */
static inline void make(enum machine machine, enum world_kernel kernel, const char *config, const struct press *keys)
{
	world_make(machine, kernel);
	world_config(config);
	script = keys;
	pressed = 0;
	pressed_at = 0;
	afterwards = KEY_NONE;
	fake.options.next_key = scripted_key;
}

static inline bool on_screen(const char *text)
{
	for (unsigned i = 0; i < FAKE_ROWS; i++)
		if (strstr(fake.screen[i], text))
			return true;
	return false;
}

static inline bool menu_is_shown(void)
{
	return strncmp(fake.screen[0], TITLE, sizeof TITLE - 1) == 0;
}

/* The kernel is entered with a command line that begins so. */
static inline void enters(const char *command_line)
{
	fake_run();
	const char *why = world_judge_entered();
	if (why)
		fail_msg("%s", why);
	const struct hobnail_boot *r = world_record();
	const char *found = hobnail_text(r, r->cmdline);
	if (strncmp(found, command_line, strlen(command_line)) != 0)
		fail_msg("the command line is %s", found);
}

#endif
