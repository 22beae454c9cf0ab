/* message.h — a few words, and perhaps a page, from one process to another: both are there when it happens. What is sent lies in
 * the sender's `message` and `page`, and then in the receiver's; who finds a page there that was not sent puts it back. */
#ifndef KERNEL_MESSAGE_H
#define KERNEL_MESSAGE_H

#include "process.h"

int64_t message_send(uint64_t to);      /* as PITH_SEND    */
int64_t message_receive(uint64_t from); /* as PITH_RECEIVE */

/* This process ends: nobody waits for it any more. Under process_lock. */
void message_end(struct process *self);

#endif
