/* file.h — file operations of the commands. Each prints an error with the file's name. */
#ifndef CLI_FILE_H
#define CLI_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arch.h"

bool file_exists(const char *path);

/* Is it the same file, under whatever names? */
bool file_same(const char *a, const char *b);

/* Make a file of so many zeros. 0 or a status. */
int file_zeros(const char *path, uint64_t bytes);

/* The name behind the last slash. */
const char *file_name(const char *path);

/* Read the whole file, at most `limit` bytes; NUL-terminated. NULL: complained. The caller frees. */
char *file_load(const char *path, size_t limit, size_t *bytes);

/* Make or replace a file. 0 or a status. */
int file_write(const char *path, const void *bytes, size_t count);

/* Writes all bytes, in as many calls as needed. false: errno has the reason. */
bool write_all(int fd, const char *bytes, size_t count);

bool all_zero(const char *bytes, size_t count);

/* Copy, leaving holes where the source has zeros. 0 or a status. */
int file_copy(const char *from, const char *to);

/* The architecture of an EFI application, or of an ELF kernel. ARCH_NONE: complained. */
enum arch file_loader_arch(const char *path);
enum arch file_kernel_arch(const char *path);

/* Is it a PE image, as EFI programs are? False, too, if it cannot be read. */
bool file_is_program(const char *path);

#endif
