/* words.h — what the waiting program and `hobnail run` say to each other over the machine's serial line.
 *
 *   1. the program prints WARM_READY: from here on the machine's state may be kept
 *   2. hobnail sends the byte WARM_START
 *   3. the program prints WARM_STARTS; all that follows is the boot loader's output
 *
 * If there is no boot loader, or it comes back, the program starts the firmware's shell, as the firmware does, and
 * prints the line WARM_SHELL. If there is no shell either, or it has ended, the program prints WARM_NOTHING.
 *
 * The first two texts begin with SOH, which no firmware prints. */
#ifndef WARM_WORDS_H
#define WARM_WORDS_H

#define WARM_READY  "\001hobnail: the firmware is ready\r\n"
#define WARM_STARTS "\001hobnail: the boot loader is started\r\n"
#define WARM_START  's'

#define WARM_SHELL   "hobnail: the firmware's shell is started"
#define WARM_NOTHING "hobnail: the firmware has nothing else to start"

#endif
