/* recognisers.h — texts that tell of an exception. How they are used is in failure.h; each structure is zero at first.
 * A text that tells of several failures is explained by its last one. */
#ifndef CLI_EXPLAIN_RECOGNISERS_H
#define CLI_EXPLAIN_RECOGNISERS_H

#include "failure.h"

/* A report of Hobnail's own net. */
struct from_net {
	bool seen, reading;
	struct failure f;
};
void from_net_line(struct from_net *n, const char *line);
bool from_net_found(const struct from_net *n, struct failure *out);

/* An oops or a panic of Linux, x86_64 and arm64. */
struct from_linux {
	bool seen, reading, booted_again, has_address, has_code;
	uint64_t address;
	struct failure f;
};
void from_linux_line(struct from_linux *l, const char *line);
bool from_linux_found(const struct from_linux *l, struct failure *out);

/* EDK2's exception dump, X64 and AArch64. */
struct from_edk2 {
	bool seen, reading;
	struct failure f;
};
void from_edk2_line(struct from_edk2 *e, const char *line);
bool from_edk2_found(const struct from_edk2 *e, struct failure *out);

/* U-Boot's exception dump, arm64 and x86. */
struct from_uboot {
	bool seen, reading;
	struct failure f;
};
void from_uboot_line(struct from_uboot *u, const char *line);
bool from_uboot_found(const struct from_uboot *u, struct failure *out);

/* Registers that somebody has typed or copied, in any order: ESR and what else there is, or an error code and CR2, or
 * the name or number of an exception. Without an exception, QEMU's `info registers` says where a processor stands. */
struct from_text {
	bool vector_known;
	bool is_reset;      /* the registers are those that QEMU logs at a reset */
	char who[16];       /* "CPU#0" */
	unsigned processors;
	uint32_t vector;
	unsigned registers;
	struct registers r;
};
void from_text_line(struct from_text *t, const char *line);
bool from_text_found(const struct from_text *t, struct failure *out);

#endif
