/* warm_hear.h — listens for the waiting program (warm/words.h) in the guest's output, and passes on the rest. */
#ifndef CLI_WARM_HEAR_H
#define CLI_WARM_HEAR_H

#include <stddef.h>

#include "console.h"
#include "guest.h"

enum warm_stage {
	WARM_BOOTS,      /* the firmware prints, which is passed on           */
	WARM_READY_SAID, /* the program waits; nothing is passed on           */
	WARM_STARTED,    /* the boot loader prints, which is passed on        */
	WARM_NEVER,      /* the firmware has started a boot option of its own */
};

struct warm_hearing {
	struct guest_ears to; /* that hear what is passed on */
	enum warm_stage stage;
	struct buffer held;   /* may be the beginning of the program's next words */
};

struct guest_ears warm_ears(struct warm_hearing *h);

/* Passes on what is held, when the waiting program will say no more. */
void warm_hear_end(struct warm_hearing *h);

#endif
