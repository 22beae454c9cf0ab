/* warm.h — starts the guest: resumed where its firmware was ready, if an earlier run has kept such a machine, else from
 * the beginning.
 *
 * A machine that can be kept is started with the waiting program (warm/) in the loader's place. When that waits, the
 * machine's state goes to the cache (warm_cache.h), and the boot goes on. The next run with the same machine resumes
 * the state and has only the loader and the kernel to run. */
#ifndef CLI_WARM_H
#define CLI_WARM_H

struct run;

/* Fills in r->guest. If that is possible, the guest has been resumed. 0 or a status. */
int warm_start(struct run *r);

#endif
