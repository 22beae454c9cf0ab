/* firmware.h — the firmware that QEMU shall run, found through QEMU's own firmware descriptors
 * (QEMU, docs/interop/firmware.json). */
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

struct firmware {
	enum firmware_kind kind;
	bool is_uboot;
	char *code;
	char *code_format; /* FIRMWARE_FLASH: "raw", "qcow2" */
	char *vars;        /* FIRMWARE_FLASH: the template of the variable store; NULL: none */
	char *vars_format;
	uint64_t empty_vars_bytes; /* vars is NULL: the size of a new store, all zeros, which EDK II takes for none; 0: it has none */
	bool wants_device_tree; /* of QEMU, which ... */
	char *device_tree;      /* ... can have this one; NULL: none was found */
};

/* Find firmware for the machine (QEMU's name for it, options after a comma ignored). `wanted`:
 *   NULL or "edk2"  the first descriptor that fits and asks neither for SMM nor for Secure Boot
 *   "uboot"         U-Boot, where Debian's u-boot-qemu puts it
 *   a file          with the variable store that a descriptor names beside this name of it; else with the store that
 *                   lies beside it and bears its name; else with the one that a descriptor names beside another name of
 *                   it; else firmware_from_file()
 * A board has its own U-Boot instead of the first two.
 * 0 or a status. */
int firmware_find(enum arch arch, const char *machine, const char *wanted, struct firmware *out);

/* A file by itself: flash, if it is made for that, with the store that lies beside it and has the right size
 * (OVMF_VARS.fd of OVMF_CODE.fd), else with an empty one; or a BIOS image. 0 or a status. */
int firmware_from_file(enum arch arch, const char *path, struct firmware *out);

/* Does a store of the right size lie beside it that bears all of its name (OVMF_VARS.x.fd of OVMF_CODE.x.fd)? */
bool firmware_has_own_store(enum arch arch, const char *path);

#endif
