/* output.h — the file or disk that the user names for a command's output (-o, --log, --screenshot).
 *
 * A symbolic link is followed. A regular file is made, or replaced as a whole; a disk is written into; all else is
 * refused. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

struct output {
	char *path;            /* of a file: behind symbolic links */
	bool is_file;          /* regular, or missing: it is replaced as a whole */
	bool is_disk;          /* a block device */
	uint64_t bytes;        /* of the disk */
	unsigned sector_bytes; /* of the disk; 0: there is none */
	int fd;                /* -1: a file is not opened */
};

/* Opens the target of an image. A disk that holds data needs `force`. Disks in use, folders, pipes, sockets and
 * terminals are refused. 0 or a status. */
int output_open(const char *path, bool force, struct output *out);

/* Writes the first `head` bytes of the file `from`, and all bytes from `tail` on, to the same offsets of a disk, and
 * waits until they are on it. To a stream it writes all bytes, in order. 0 or a status. */
int output_write(const struct output *o, const char *from, uint64_t head, uint64_t tail);

void output_close(struct output *o);

/* May a log, or a picture, be written to this path? Not to a disk; a picture not to a pipe; nothing where this user may
 * not write, which is said before a run, and not behind it. 0 or a status. */
int output_check(const char *path, bool may_be_pipe);

#endif
