/* trespass.h — accesses to memory that the kernel's page tables must refuse, made on purpose.
 *
 * Each ends in a fault report. If the access succeeds, it ends in a panic that names the access. Called in a system
 * call or interrupt of a process other than the first; elsewhere they do nothing. */
#ifndef KERNEL_TRESPASS_H
#define KERNEL_TRESPASS_H

void trespass_peek(void);   /* read a process's memory, other than by arch_user_copy() */
void trespass_enter(void);  /* execute a process's instructions                        */
void trespass_text(void);   /* write to the kernel's instructions, at their own address */
void trespass_alias(void);  /* ... and through the direct map                          */
void trespass_rodata(void); /* write to its constants, at their own address            */
void trespass_data(void);   /* execute its data                                        */
void trespass_direct(void); /* execute the direct map                                  */

#endif
