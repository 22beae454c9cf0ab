/* waiting.h — a line on the terminal for what takes longer than a second. It is erased at the end; pipes and logs never
 * have it. */
#ifndef CLI_WAITING_H
#define CLI_WAITING_H

/* Something begins that may take long: "making the disk image". The text must stay. */
void waiting_begin(const char *what);

/* It still goes on: to be called a few times a second. */
void waiting_goes_on(void);

/* It is over, or something else is going to be printed. Without a beginning nothing happens. */
void waiting_end(void);

#endif
