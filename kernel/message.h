/* message.h — synchronous messages: a few words, and perhaps a page, from one process to another.
 *
 * The words and the page lie in the sender's `message` and `page`, and after the exchange in the receiver's. If the
 * exchange fails, the page is still in the sender's `page`, and the sender maps it again. */
#ifndef KERNEL_MESSAGE_H
#define KERNEL_MESSAGE_H

#include "process.h"

int64_t message_send(uint64_t to);      /* as PITH_SEND    */
int64_t message_receive(uint64_t from); /* as PITH_RECEIVE */

/* This process ends: the exchange fails for all processes that wait for it. Under process_lock. */
void message_end(struct process *self);

#endif
