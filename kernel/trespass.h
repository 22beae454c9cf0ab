/* trespass.h — what the kernel itself must not do to memory, done on purpose: each ends in a fault's report, or, where nothing stops it,
 * in one that says what the kernel could do. In a system call or an interrupt of a process other than the first;
 * elsewhere they do nothing. */
#ifndef KERNEL_TRESPASS_H
#define KERNEL_TRESPASS_H

void trespass_peek(void);   /* read a process's memory, other than by arch_user_copy() */
void trespass_enter(void);  /* execute a process's instructions                        */
void trespass_text(void);   /* write to the kernel's instructions, where they run      */
void trespass_alias(void);  /* ... and through the direct map                          */
void trespass_rodata(void); /* write to its constants, where they are linked           */
void trespass_data(void);   /* execute its data                                        */
void trespass_direct(void); /* execute the direct map                                  */

#endif
