/* warm_cache.h — the folder of kept machines: $XDG_CACHE_HOME/hobnail, or ~/.cache/hobnail.
 *
 *   NAME.state        a machine whose firmware is ready
 *   NAME.cold         a machine that cannot be kept
 *   NAME.kvm          says whether a machine's firmware runs under KVM (accelerator.h)
 *   NAME.state.new    one that is being made; its maker holds a lock on it (flock)
 *   NAME.state.done   one that is written, before QEMU has said that it is whole
 *
 * A state appears complete, by its rename. Its time is that of its last use. */
#ifndef CLI_WARM_CACHE_H
#define CLI_WARM_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CACHE_MOST_FILES = 512 };
#define CACHE_MOST_BYTES ((uint64_t)1 << 30)

struct cache_file {
	char *name;
	uint64_t bytes;
	int64_t used_at; /* seconds */
};

/* Pure: puts the files in order, the least recently used first, and returns how many of them have to go so that the
 * rest stays within both limits. */
size_t cache_surplus(struct cache_file *files, size_t count, uint64_t most_bytes, size_t most_files);

/* NULL: the environment names no folder. It need not exist. The caller frees. */
char *cache_folder(void);

/* Makes the folder and those above it, if need be. Can files be made in it? */
bool cache_make(const char *folder);

/* Opens and locks NAME.state.new, for one maker at a time. -1: another one has it, or it cannot be made. */
int cache_lock(const char *path);

/* Removes the least recently used files above the limits. Files that cannot be removed stay. */
void cache_trim(const char *folder);

/* Removes all files of this cache, and says how many bytes they had. 0 or a status. */
int cache_forget(void);

#endif
