/* output.h — the file or disk that the user names for a command's output (-o, --log, --screenshot).
 *
 * A symbolic link is followed. A regular file is made, or replaced as a whole; a disk is written into; all else is refused. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

struct output {
	char *path;            /* of a file: behind symbolic links */
	bool is_file;          /* regular, or not there yet: to be replaced as a whole */
	bool is_disk;          /* a block device */
	uint64_t bytes;        /* of the disk */
	unsigned sector_bytes; /* of the disk; 0: there is none */
	int fd;                /* -1: a file is not opened */
};

/* Open what an image is written to. A disk that holds something asks for `force`. Disks in use, folders, pipes, sockets and
 * terminals are refused. 0 or a status. */
int output_open(const char *path, bool force, struct output *out);

/* Write the first `head` bytes of the file `from`, and all from `tail` on, to the same places of something that is no file (no
 * disk: all bytes, in order), and wait until they are there. 0 or a status. */
int output_write(const struct output *o, const char *from, uint64_t head, uint64_t tail);

void output_close(struct output *o);

/* May a log, or a picture, be written there by its name? Not over a disk; a picture not into a pipe. 0 or a status. */
int output_check(const char *path, bool may_be_pipe);

#endif
