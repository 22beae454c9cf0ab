/* accelerator.h — chooses between KVM and QEMU's own interpreter (TCG) for a run.
 *
 * KVM is tried, not guessed: on some hosts it exists, and firmware dies under it. The trial boots the run's own machine
 * until its firmware prints something. Its result is kept beside the kept machines (warm_cache.h). */
#ifndef CLI_ACCELERATOR_H
#define CLI_ACCELERATOR_H

struct run;

enum accelerator_wish { ACCELERATOR_AUTO, ACCELERATOR_TCG, ACCELERATOR_KVM };

/* Fill in r->machine.kvm; the rest of the machine and its disk are there. 0, or a status: KVM is demanded, and does not
 * work. */
int accelerator_settle(struct run *r);

#endif
