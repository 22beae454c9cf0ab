/* recognise.h — the name of a file that is no kernel for this loader: another boot protocol's, compressed, an
 * image. Pure.
 *
 * Asked only where a file is refused anyway, or where a kernel makes no requests: a kernel that has notes of ours
 * is ours, whatever else it carries.
 *
 *   Result    the refusal that names it, with *p filled; OK: the format is not known here
 *   Offsets   in the file */
#ifndef CORE_RECOGNISE_H
#define CORE_RECOGNISE_H

#include "err.h"

/* Bytes that recognise_file() wants of a file, if it is as long: an ISO 9660 image has its mark at 32 KiB. */
enum { RECOGNISE_BYTES = 36 * 1024 };

/* A file that elf_open() has refused, by its first `count` bytes: its format, or Multiboot's headers in a file of any
 * format. */
enum err recognise_file(const void *bytes, size_t count, struct problem *p);

/* Multiboot's headers in a piece of a file that lies at `offset`: only those that begin where the protocols allow. */
enum err recognise_multiboot(const void *bytes, uint64_t count, uint64_t offset, struct problem *p);

/* Limine's requests in the bytes of a writable segment, which lie at `offset` in the file, and in memory at a
 * multiple of 8. */
enum err recognise_limine(const void *bytes, uint64_t count, uint64_t offset, struct problem *p);

/* Notes of another boot protocol in a PT_NOTE: Xen's, with the entry point of PVH. */
enum err recognise_notes(const void *bytes, uint64_t count, uint64_t offset, struct problem *p);

#endif
