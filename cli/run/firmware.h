/* firmware.h — finds firmware for QEMU through QEMU's own firmware descriptors (QEMU, docs/interop/firmware.json). */
#ifndef CLI_FIRMWARE_H
#define CLI_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

enum firmware_kind {
	FIRMWARE_FLASH,  /* -drive if=pflash for the code, and a second one for the variables */
	FIRMWARE_BIOS,   /* -bios */
	FIRMWARE_KERNEL, /* -kernel; on riscv64 under QEMU's own machine-mode firmware */
};

struct qemu_firmware {
	enum firmware_kind kind;
	bool is_uboot;
	char *code;
	char *code_format; /* FIRMWARE_FLASH: "raw", "qcow2" */
	char *vars;        /* FIRMWARE_FLASH: the template of the variable store; NULL: none */
	char *vars_format;
	uint64_t empty_vars_bytes; /* if vars is NULL: size of a new store of zeros, as EDK II takes it; 0: no store */
	bool wants_device_tree; /* it needs a device tree from QEMU ... */
	char *device_tree;      /* ... and this file is one; NULL: none was found */
};

/* Find firmware for the machine (QEMU's name for it, options after a comma ignored). `wanted`:
 *   NULL or "edk2"  the first descriptor that fits and asks neither for SMM nor for Secure Boot
 *   "uboot"         U-Boot, from Debian's package u-boot-qemu
 *   a file          with the variable store that a descriptor has for this name; else with the store that lies beside
 *                   it and bears its name; else with the store that a descriptor has for another name of the same
 *                   file; else firmware_from_file()
 * A board has its own U-Boot instead of the first two.
 * 0 or a status. */
int firmware_find(enum arch arch, const char *machine, const char *wanted, struct qemu_firmware *out);

/* Makes the machine's own variable store, from the template or empty. 0 or a status. */
int firmware_make_vars(const struct qemu_firmware *f, const char *path);

/* The store's size; 0: none, or not known. */
uint64_t firmware_vars_bytes(const struct qemu_firmware *f);

/* A file without a descriptor. A flash image gets the store beside it, if that has the right size (OVMF_VARS.fd for
 * OVMF_CODE.fd), else an empty store. Other files are BIOS images. 0 or a status. */
int firmware_from_file(enum arch arch, const char *path, struct qemu_firmware *out);

/* Is there a store of the right size beside it with its full name (OVMF_VARS.x.fd for OVMF_CODE.x.fd)? */
bool firmware_has_own_store(enum arch arch, const char *path);

#endif
