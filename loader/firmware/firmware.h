/* firmware.h — everything the loader asks of UEFI. The only part of the loader that calls firmware.
 *
 *   When       until firmware_exit() has been tried once; after that only functions that say so
 *   Status     EFI_STATUS never leaves: it is turned into an error here, where the sentence can name the file
 *   Memory     pages come from firmware_pages() and its kin and are listed in the ledger with their types: undo
 *              is one call, and the boot record can name them. Nothing else is kept. */
#ifndef LOADER_FIRMWARE_H
#define LOADER_FIRMWARE_H

#include "config.h"
#include "err.h"
#include "memmap.h"
#include "pages.h"
#include "tables.h"

/* A memory map as the firmware last gave it. `buffer` is a claim of its own. */
struct firmware_map {
	void *buffer;
	uint64_t capacity; /* bytes */
	uint64_t bytes;
	uint64_t descriptor_bytes;
	uint64_t key;
	uint32_t version;
};

/* A volume that files lie on. */
enum volume { VOLUME_OWN, VOLUME_XBOOTLDR, VOLUMES };

struct firmware {
	void *image;        /* our EFI_HANDLE                                     */
	void *system_table; /* EFI_SYSTEM_TABLE *                                 */
	void *boot;         /* EFI_BOOT_SERVICES *; NULL once they must not be used */
	void *loaded;       /* EFI_LOADED_IMAGE_PROTOCOL * of ourselves           */
	struct {
		void *device; /* EFI_HANDLE; NULL: there is no such volume      */
		void *root;   /* EFI_FILE_PROTOCOL *; NULL: not open             */
	} volumes[VOLUMES];
	void *keys;         /* EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *, or NULL       */
	bool console_is_serial; /* by the firmware's word: it is asked once       */
	struct ledger ledger;
	struct { void *before, *ours; } offers[2]; /* by enum firmware_offer; ours NULL: none is made */
	void *initrd_handle;
	bool initrd_has_file, initrd_has_path; /* protocols that are installed on it */
	struct firmware_map map;
};

/* ---- Opening and closing ------------------------------------------------------------------------------- */

/* Find our own image, ask where the console is, and switch the watchdog off. */
enum err firmware_open(struct firmware *fw, void *image, void *system_table, struct problem *p);

/* Firmware's watchdog, five minutes as a rule, would reset a machine that waits at a prompt. */
void firmware_stop_watchdog(const struct firmware *fw);

/* Give back all pages claimed since the ledger had `claims` entries, and close the volumes. Never fails. */
void firmware_undo(struct firmware *fw, unsigned claims);

/* The pages of this firmware, for core/. They lie at their physical addresses. */
struct pages firmware_as_pages(struct firmware *fw);

/* The load options as UTF-8, empty if there are none. *ignored: bytes that are there but are no text.
 *   ERR_OPTION_LONG   value[0] = most, value[1] = is entry= or config= in them? */
enum err firmware_load_options(const struct firmware *fw, char *out, size_t capacity, size_t *bytes, size_t *ignored,
                               struct problem *p);

/* The path of our own file on its volume as UTF-8; empty if the firmware does not say. */
enum err firmware_own_path(const struct firmware *fw, char *out, size_t capacity, size_t *bytes, struct problem *p);

/* ---- Memory -------------------------------------------------------------------------------------------- */

/* Pages anywhere.
 *   ERR_NO_MEMORY  value[0] = bytes wanted      ERR_FULL  the ledger */
enum err firmware_pages(struct firmware *fw, uint64_t bytes, uint32_t type, paddr *out, struct problem *p);

/* Pages as `wish` describes them.   Errors as above */
enum err firmware_take(struct firmware *fw, const struct page_wish *wish, paddr *out, struct problem *p);

/* Exactly these pages, which must be free.   ERR_NO_MEMORY */
enum err firmware_pages_at(struct firmware *fw, paddr at, uint64_t bytes, uint32_t type, struct problem *p);

/* Tell the firmware that it uses this page itself, until the exit. It is no claim. false: it knows, or lets nobody have
 * it. */
bool firmware_hold(struct firmware *fw, paddr page);

/* Give one claim back early. */
void firmware_release(struct firmware *fw, paddr at);

/* Forget one claim: the firmware keeps an address of it and does not let go. */
void firmware_leave_claim(struct firmware *fw, paddr at);

/* Allocate the buffer for the memory map, with room to grow. *descriptors: how many fit at most. After that, memory
 * that the map shall list can be allocated before the map is read: reading it is expensive. */
enum err firmware_map_room(struct firmware *fw, uint64_t *descriptors, struct problem *p);

/* Read the memory map into fw->map, which grows if it must. */
enum err firmware_read_map(struct firmware *fw, struct problem *p);

/* ---- Files (file.c), and the volumes they lie on (volume.c) -------------------------------------------- */

/* Look for the XBOOTLDR partition of our own volume's disk, which is a volume then. false: there is none that the
 * firmware has a file system for. */
bool firmware_find_xbootldr(struct firmware *fw);

/* The partition of a volume: its number from 1 (0: none), and the GPT's id of it (0: none). */
uint32_t firmware_partition(const struct firmware *fw, enum volume volume, uint8_t id[16]);

/* The signature in the MBR of a volume's disk; 0: none. */
uint32_t firmware_disk_signature(const struct firmware *fw, enum volume volume);

bool firmware_is_optical(const struct firmware *fw, enum volume volume);

struct file {
	void *handle;
	uint64_t bytes;
};

/* `path` is UTF-8 and absolute on the volume, which must be there; / and \ both separate. It need not be FAT: the
 * firmware decides which names it has.
 *   ERR_FILE_NOT_FOUND, ERR_FILE_NOT_FOUND_XBOOTLDR, ERR_FILE_DIRECTORY, ERR_NO_VOLUME, ERR_NO_VOLUME_XBOOTLDR,
 *   ERR_FIRMWARE (value[0] = status), ERR_PATH (value[0] = CONFIG_MAX_PATH) */
enum err file_open(struct firmware *fw, enum volume volume, struct text path, struct file *out, struct problem *p);

/* Read exactly [offset, offset + bytes) into `to`. The problem's offset is where it stopped.
 *   ERR_FILE_SHORT, ERR_FILE_READ (value[0] = status) */
enum err file_read(struct file *f, uint64_t offset, void *to, uint64_t bytes, struct problem *p);

void file_close(struct file *f);

/* Give a file another name in its directory. `path` as for file_open(); `name` is UTF-8.
 *   ERR_FILE_NOT_FOUND, ERR_FIRMWARE (value[0] = status), ERR_PATH */
enum err file_rename(struct firmware *fw, enum volume volume, struct text path, struct text name, struct problem *p);

/* Visit every plain file of a directory; names are UTF-8. A missing directory has none.   ERR_DIRECTORY_END */
typedef enum err file_visit(void *context, struct text name, struct problem *p);
enum err file_list(struct firmware *fw, enum volume volume, struct text directory, file_visit *visit, void *context,
                   struct problem *p);

/* ---- Facts --------------------------------------------------------------------------------------------- */

struct firmware_tables {
	paddr rsdp;        /* 0: none, here and below */
	paddr smbios;      /* the 64-bit one, else the 32-bit one */
	paddr smbios_32, smbios_64;
	paddr device_tree;
};

void firmware_tables(const struct firmware *fw, struct firmware_tables *out);

/* UEFI's own, which stay when boot services end: system table, runtime services, configuration table, vendor's name. */
enum { FIRMWARE_OWN_TABLES = 4 };
void firmware_own_tables(const struct firmware *fw, struct span out[FIRMWARE_OWN_TABLES]);
void firmware_vendor(const struct firmware *fw, char *out, size_t capacity);
uint32_t firmware_revision(const struct firmware *fw);

/* The framebuffer, after an attempt to set the wanted mode (0 x 0: leave it). false: none that can be drawn on. */
bool firmware_framebuffer(const struct firmware *fw, uint32_t width, uint32_t height, struct hobnail_framebuffer *out);

/* Another mode of that display, without an address: 1; 0: it cannot be drawn in; -1: there are no more. */
int firmware_mode(const struct firmware *fw, uint32_t number, struct hobnail_framebuffer *out);

/* The EDID of that display. Returns its bytes, 0 if there is none. */
uint64_t firmware_edid(const struct firmware *fw, uint8_t *out, uint64_t capacity);

/* The TPM's event log, in the firmware's memory, and its format (TPM_LOG_*). The firmware stops to log there when it
 * is left. false: there is no TPM, or no log. */
bool firmware_tpm_log(const struct firmware *fw, const void **log, uint64_t *bytes, unsigned *format);

bool firmware_random(const struct firmware *fw, uint8_t *out, size_t bytes);
bool firmware_time(const struct firmware *fw, uint64_t *seconds_since_1970);

/* HOBNAIL_SECURE_BOOT_*. Off: the firmware says so, or has no such variable. Unknown: it has one that cannot be
 * read, or that is not one byte of 0 or 1. */
uint32_t firmware_secure_boot(const struct firmware *fw);

/* The meaning of a status that ERR_FIRMWARE, ERR_FILE_READ or ERR_IMAGE_REFUSED carries; "" if unknown. */
const char *firmware_status(uint64_t status);

/* Print UTF-8 on the firmware's console. */
void firmware_print(const struct firmware *fw, const char *text, size_t bytes);

/* ---- The console as a screen (screen.c) ---- A console that cannot do a thing does without it. */

enum console_style { CONSOLE_PLAIN, CONSOLE_BRIGHT, CONSOLE_INVERSE, CONSOLE_FAINT, CONSOLE_ALERT, CONSOLE_STYLES };

/* Clear it, in the display mode that belongs to its text, and say its size: 80 x 25 if the firmware does not. */
void console_begin(const struct firmware *fw, unsigned *columns, unsigned *rows);

/* UTF-8 of the Basic Multilingual Plane, at most CONSOLE_ROW_UNITS characters, from this place on. */
enum { CONSOLE_ROW_UNITS = 600 };
void console_put(const struct firmware *fw, unsigned column, unsigned row, enum console_style style, const char *text,
                 size_t bytes);

/* A whole row where the cursor is, and its end: the first drawing is lines of text in the log of a serial line, too. */
void console_put_line(const struct firmware *fw, enum console_style style, const char *text, size_t bytes);

void console_cursor(const struct firmware *fw, bool visible, unsigned column, unsigned row);

/* Text goes on at the beginning of this row, plain, with a cursor. */
void console_end(const struct firmware *fw, unsigned row);

/* Does firmware_print() reach a serial port as well? firmware_find_console() asks the firmware, and
 * firmware_console_is_serial() has the answer. */
void firmware_find_console(struct firmware *fw);
bool firmware_console_is_serial(const struct firmware *fw);

/* ---- Variables (variable.c) ---------------------------------------------------------------------------- */

enum variable_vendor { VARIABLE_HOBNAIL, VARIABLE_LOADER, VARIABLE_VENDORS };

/* Read a variable: *bytes of it to `out`. false: there is none, it has more than `capacity` bytes, or the firmware
 * cannot read it. `name` is UTF-16. */
bool variable_get(const struct firmware *fw, enum variable_vendor vendor, const uint16_t *name, void *out,
                  size_t capacity, size_t *bytes);

/* Write it; the operating system sees it, too. `stays`: it survives a reset. false: the firmware has not taken it. */
bool variable_set(const struct firmware *fw, enum variable_vendor vendor, const uint16_t *name, bool stays,
                  const void *data, size_t bytes);

/* false: the firmware has it still. One that is not there is deleted. */
bool variable_delete(const struct firmware *fw, enum variable_vendor vendor, const uint16_t *name);

/* ---- Keys (keys.c) ------------------------------------------------------------------------------------- */

/* Look for the input protocol that reports control keys. Without this call and without such a protocol, keys come
 * from the simple one. */
void keys_open(struct firmware *fw);

/* Is there anything that keys can come from? */
bool keys_exist(const struct firmware *fw);

/* Take the next key, as core/key.h has it. false: no key is waiting. */
bool keys_get(const struct firmware *fw, uint32_t *key);

/* Wait for a key, so many milliseconds at most. false: there was none. */
bool keys_wait(const struct firmware *fw, unsigned milliseconds, uint32_t *key);

/* ---- EFI programs: image.c ------------------------------------------------------------------------------- */

/* Load an image from memory; `path` is its file on the volume. The firmware copies the bytes. *out: its handle.
 *   ERR_IMAGE_REFUSED  value[0] = status. Other errors: of pages, and ERR_FIRMWARE */
enum err firmware_load_image(struct firmware *fw, enum volume volume, struct text path, const void *bytes,
                             uint64_t count, void **out, struct problem *p);

/* Give a loaded image its load options, in a claim; none if the text is empty. */
enum err firmware_image_options(struct firmware *fw, void *image, struct text options, struct problem *p);

/* Start the image. Returns when it ends, or is not started; an image that leaves the firmware does not return. `said`:
 * the text that it ends with, as UTF-8, no more of it than LAST_WORDS_UNITS of UTF-16; empty if there is none.
 *   ERR_PROGRAM_ENDED  value[0] = status, text[0] its meaning */
enum { LAST_WORDS_UNITS = 256, LAST_WORDS_BYTES = 3 * LAST_WORDS_UNITS + 1 };
enum err firmware_start_image(struct firmware *fw, void *image, char said[LAST_WORDS_BYTES], struct problem *p);

/* Unload the image if it is still loaded. Never fails. */
void firmware_unload_image(struct firmware *fw, void *image);

/* ---- What programs find: offers.c ------------------------------------------------------------------------ */

/* An initial RAM disk, which a program reads through the firmware. */
struct firmware_initrd {
	uint64_t bytes;
	enum err (*read)(void *context, void *to);
	void *context;
};

/* Serve the initial RAM disk, which stays the caller's, to any program that asks for one, until it is withdrawn. One
 * at a time.
 *   ERR_INITRD_SERVED  somebody else serves one, and programs would get either. ERR_FIRMWARE */
enum err firmware_serve_initrd(struct firmware *fw, const struct firmware_initrd *initrd, struct problem *p);
void firmware_withdraw_initrd(struct firmware *fw);

enum firmware_offer { FIRMWARE_DEVICE_TREE, FIRMWARE_RANDOM_SEED, FIRMWARE_OFFERS };

/* Make a claim a table of the firmware's, in place of the one there is, until it is taken back. firmware_take_back()
 * is for offers that were not made, too.   ERR_FIRMWARE */
enum err firmware_offer(struct firmware *fw, enum firmware_offer which, paddr table, struct problem *p);
void firmware_take_back(struct firmware *fw, enum firmware_offer which);

/* The table that is offered by somebody; NULL: none. */
const void *firmware_offered(const struct firmware *fw, enum firmware_offer which);

/* Let the firmware correct a device tree for this machine, and reserve the memory that the tree reserves. `room`: of
 * the buffer. *wanted: bytes of a larger buffer, for another call; 0: done, or this firmware corrects nothing.
 *   ERR_FIRMWARE */
enum err firmware_correct_tree(struct firmware *fw, void *tree, uint64_t room, uint64_t *wanted, struct problem *p);

/* ---- Leaving ------------------------------------------------------------------------------------------- */

enum { FIRMWARE_EXIT_TRIES = 8 };

/* Read the last map, let `finish` use it (no firmware call inside), and exit with its key. With a stale key all of
 * that is repeated, up to FIRMWARE_EXIT_TRIES times. Once an exit has been tried, fw->boot is NULL in any case.
 *   ERR_EXIT_REFUSED     value[0] = tries, value[1] = status: the machine must stop, firmware must not be used
 *   errors of finish()   *tried is false: nothing has happened yet. Else as ERR_EXIT_REFUSED */
typedef enum err firmware_finish(void *context, const struct uefi_map *map, uint32_t version, struct problem *p);
enum err firmware_exit(struct firmware *fw, firmware_finish *finish, void *context, bool *tried, struct problem *p);

#endif
