/* crash.h — failures of the kernel on purpose, to see them reported. */
#ifndef KERNEL_CRASH_H
#define KERNEL_CRASH_H

/* Does the command line ask for one (`crash=stack`, `crash=double`, `crash=null`, `crash=assert`)? Does not return then. */
void crash_if_asked(const char *words);

#endif
