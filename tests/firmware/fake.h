/* fake.h — a UEFI firmware that runs on the host, and does what a test tells it: serve, refuse, or lie.
 *
 *   Memory     "physical" memory is ARENA_BYTES of real memory at ARENA, so that the loader's addresses are
 *              pointers. Pages that nobody has allocated are poisoned for the address sanitizer; allocated ones are
 *              filled with 0xCC, so that every run finds the same
 *   Calls      every call of the firmware has a number, from 1; a fault makes one of them fail
 *   State      `fake` is all of it; fake_reset() begins anew, then a test changes fake.options and files
 *   Processor  arch_fake.c stands for loader/arch/: it ends a run where the kernel would be entered */
#ifndef TESTS_FIRMWARE_FAKE_H
#define TESTS_FIRMWARE_FAKE_H

#include <setjmp.h>

#include "arch.h"
#include "boot.h"
#include "dt_fixup.h"
#include "file.h"
#include "graphics.h"
#include "loaded_image.h"
#include "rng.h"
#include "system_table.h"

#define ARENA 0x10000000ull
enum { ARENA_PAGES = 4096, ARENA_BYTES = ARENA_PAGES * PAGE_BYTES };

/* Parts of the arena that are not free. */
#define ARENA_ACPI   (ARENA + 0x100000) /* 16 pages: ACPI tables, reclaimable           */
#define ARENA_TREE   (ARENA + 0x110000) /* 16 pages: device tree, boot-services data    */
#define ARENA_SCREEN (ARENA + 0x120000) /* 16 pages: framebuffer, reserved              */
#define ARENA_DEVICE (ARENA + 0x130000) /* 1 page: device registers                     */
#define ARENA_BUSY   (ARENA + 0x800000) /* 64 pages: boot-services data: free after exit */
#define FAKE_LOW     0x9f000ull           /* 1 page, where fake_low_page() is called      */
#define ARENA_FREE   (ARENA + 0x400000) /* from here to ARENA_BUSY: free                */

#define FAKE_SERVICES(X) \
	X(ALLOCATE_PAGES, "AllocatePages") X(FREE_PAGES, "FreePages") X(GET_MAP, "GetMemoryMap") \
	X(ALLOCATE_POOL, "AllocatePool") X(FREE_POOL, "FreePool") X(HANDLE_PROTOCOL, "HandleProtocol") \
	X(LOCATE_PROTOCOL, "LocateProtocol") X(EXIT, "ExitBootServices") X(WATCHDOG, "SetWatchdogTimer") \
	X(OUTPUT, "OutputString") X(GET_TIME, "GetTime") X(GET_VARIABLE, "GetVariable") \
	X(SET_VARIABLE, "SetVariable") X(SET_INFO, "SetInfo") \
	X(OPEN_VOLUME, "OpenVolume") X(OPEN, "Open") X(CLOSE, "Close") X(READ, "Read") X(SET_POSITION, "SetPosition") \
	X(GET_INFO, "GetInfo") X(QUERY_MODE, "QueryMode") X(SET_MODE, "SetMode") X(RANDOM, "GetRNG") \
	X(INSTALL, "InstallProtocolInterface") X(UNINSTALL, "UninstallProtocolInterface") \
	X(LOCATE_PATH, "LocateDevicePath") X(INSTALL_TABLE, "InstallConfigurationTable") \
	X(LOAD_IMAGE, "LoadImage") X(START_IMAGE, "StartImage") X(UNLOAD_IMAGE, "UnloadImage") X(FIXUP, "Fixup") \
	X(LOCATE_HANDLES, "LocateHandleBuffer") X(READ_BLOCKS, "ReadBlocks") \
	X(READ_KEY, "ReadKeyStroke") X(READ_KEY_EX, "ReadKeyStrokeEx") X(CREATE_EVENT, "CreateEvent") \
	X(SET_TIMER, "SetTimer") X(WAIT, "WaitForEvent") X(CLOSE_EVENT, "CloseEvent") X(STALL, "Stall") \
	X(TEXT_MODE, "console's SetMode") X(TEXT_SIZE, "console's QueryMode") X(ATTRIBUTE, "SetAttribute") \
	X(CLEAR, "ClearScreen") X(CURSOR, "SetCursorPosition") X(SHOW_CURSOR, "EnableCursor")
enum service {
#define X(name, text) SERVICE_##name,
	FAKE_SERVICES(X)
#undef X
	SERVICES
};

#define EFI_TIMEOUT      (EFI_ERROR_BIT | EFI_TIMEOUT_NUMBER)
#define FAULT_SHORT      1ull /* success, but with less than was asked for: half the bytes, or nothing */

struct fake_fault {
	unsigned call; /* 0: none */
	EFI_STATUS status;
};

enum { FAKE_MAX_FILES = 80, FAKE_MAX_HANDLES = 24, FAKE_MAX_EVENTS = 512, FAKE_MAX_TRACE = 4096, FAKE_MAX_FAULTS = 4,
       FAKE_MAX_RANGES = 12, FAKE_MAX_DRIFTS = 4, FAKE_MAX_VARIABLES = 24, FAKE_COLUMNS = 80, FAKE_ROWS = 24,
       FAKE_PATH_BYTES = 1024 };

struct fake_file {
	char renamed[256]; /* the path after that; else empty */
	const char *path; /* "\\boot\\kernel.elf"; directories are implied */
	const uint8_t *data;
	uint64_t bytes;
	uint64_t said;      /* by GetInfo, at first                 */
	int64_t said_step;  /* and how much more with every GetInfo */
	uint8_t *seen;      /* how often each byte has been read    */
	unsigned opened;    /* how often                            */
	unsigned volume;    /* 0: the loader's own; 1: the second one */
};

/* Not of the global vendor. */
struct fake_variable {
	char name[40];
	uint32_t attributes;
	uint8_t data[1024];
	size_t bytes; /* 0: deleted */
};

/* Pages of the arena get another type when the map is asked for, unless the loader holds them: the firmware has
 * allocated or freed some for itself. */
struct fake_drift {
	unsigned at_map_call; /* 0: never */
	paddr base;
	unsigned pages;
	EFI_MEMORY_TYPE type;
};

/* A second partition with files, of type XBOOTLDR. */
struct fake_second {
	bool is_there;         /* the loader's own volume is a partition of that disk then */
	bool is_told;          /* the firmware has EFI_PARTITION_INFO_PROTOCOL ...         */
	uint32_t block_bytes;  /* ... or else the disk's blocks are read                   */
	bool is_optical;       /* and that disk is an optical one                          */
	bool is_data, is_on_other_disk, is_in_mbr, has_other_id, has_no_disk;
	bool disk_is_parent;   /* what has blocks is not the disk but what it hangs on     */
	bool own_too;          /* the loader's own volume is of that type, too             */
	bool has_third;        /* and so is another one behind both, without files         */
};

enum { FAKE_UNLISTED = 0xff }; /* a drift's type: the map says nothing of these pages */

enum machine { FAKE_X86_64, FAKE_AARCH64 };

struct fake_options {
	unsigned spurious; /* the vector of an interrupt that is none; 0: there is none */
	enum machine machine;
	struct arch_facts facts;
	uint64_t descriptor_bytes;
	unsigned stride_changes_at;     /* from this GetMemoryMap on (0: never) ... */
	uint64_t other_descriptor_bytes; /* ... it is this                           */
	unsigned map_growth;            /* more entries with every GetMemoryMap     */
	unsigned map_lies_at;           /* this GetMemoryMap (0: none) says more bytes than its buffer has */
	struct span special;            /* free memory here is set apart for special purposes */
	EFI_MEMORY_DESCRIPTOR ranges[FAKE_MAX_RANGES]; /* besides the arena           */
	unsigned range_count;
	struct fake_drift drifts[FAKE_MAX_DRIFTS];
	unsigned exit_refusals;         /* of ExitBootServices, with a changed key  */
	bool no_console_out, no_serial, no_gop, console_gop, no_rng, rng_fails, serial_console;
	int secure_boot;                /* 0, 1; -1: no such variable               */
	UINTN secure_boot_bytes;        /* of that variable: 1 at first             */
	EFI_STATUS secure_boot_status;  /* reading it gives this error (0: none)    */
	EFI_TIME time;
	const CHAR16 *vendor;           /* of the firmware; NULL: "fake"            */
	const void *load_options;
	uint32_t load_options_bytes;
	const void *file_path;
	EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE mode;
	EFI_GRAPHICS_OUTPUT_MODE_INFORMATION mode_info[3];
	bool second_gop;                /* of another display, with pixels          */
	EFI_EDID_ACTIVE_PROTOCOL edids[2]; /* of the displays; no bytes: there is none */
	uint64_t read_most;             /* bytes that one Read gives at most        */
	uint64_t read_limit;            /* larger Reads fail (0: none does) ...     */
	uint64_t read_excess;           /* Read says so many bytes more than it gives */
	uint64_t list_excess;           /* ... of a directory: more than the buffer has, which it fills with a name */
	const uint8_t *console_path;    /* FAKE_PATH_BYTES of ConOut (NULL: as serial_console says) ... */
	uint64_t console_path_bytes;    /* ... of which GetVariable says so many */
	EFI_STATUS console_status;      /* reading it gives this error (0: none) */
	bool read_nothing;              /* ... with success and nothing             */
	uint64_t bad_byte;              /* of every file, which cannot be read      */
	bool endless_directories;       /* behind the last file come all again      */
	paddr rsdp, smbios, smbios_32, device_tree;
	paddr low_end;                  /* where other processors begin: below      */
	uint32_t silent;                /* bit i: the i-th of them does not answer   */
	bool faults_at_start;           /* one of them reports a fault instead       */
	struct walker live;             /* the firmware's own tables; root 0: none that can be read */
	struct span own;                /* what the processor reads by itself       */
	uint64_t kernel_returns;        /* a kernel within the firmware returns this (0: it never returns) */
	unsigned budget;                /* calls before it counts as a hang         */
	bool tables_anywhere;           /* see below                                */
	/* EFI programs: the file that must be loaded, and how the program ends; it takes the machine over if it does
	 * not. */
	const void *program;
	uint64_t program_bytes;
	void (*program_runs)(void);     /* called as the program                    */
	bool program_ends;
	EFI_STATUS program_status;
	const void *last_words;         /* exit data; NULL: none                    */
	UINTN last_words_bytes;
	bool initrd_is_served;          /* by somebody else                         */
	bool no_device_path;            /* the firmware does not know the volume's  */
	struct fake_second second;
	bool has_fixup;                 /* of device trees ...                      */
	uint64_t fixup_wants;           /* ... in a buffer of so many bytes         */
	bool fixup_lies, fixup_breaks;  /* ... it wants more than it says; the tree is none any more */
	paddr seed;                     /* a seed that is there already             */
	/* The console's input: the key that is waiting, as core/key.h has it, or KEY_NONE. NULL: there is no input. */
	uint32_t (*next_key)(void);
	bool simple_keys;               /* ... and it has the simple protocol alone */
	EFI_STATUS broken[SERVICES];    /* every call of these fails (0: it does not)  */
};

enum outcome { FAKE_RETURNED, FAKE_ENTERED, FAKE_HALTED, FAKE_HANGS, FAKE_STARTED };

/* What the loader told the processor, in order. */
enum event_kind { EVENT_SYNC, EVENT_CLEAN, EVENT_SWITCH, EVENT_NET, EVENT_QUIET, EVENT_CPUS, EVENT_CPU_STOP,
                  EVENT_ENTER, EVENT_RELEASE };
struct event {
	enum event_kind kind;
	uint64_t base, bytes;
};

struct fake {
	struct fake_options options;
	struct fake_file files[FAKE_MAX_FILES];
	unsigned file_count;
	struct fake_fault faults[FAKE_MAX_FAULTS];
	struct fake_variable variables[FAKE_MAX_VARIABLES];
	unsigned variable_count;

	/* What happened. */
	enum outcome outcome;
	EFI_STATUS status; /* what efi_main returned */
	unsigned calls;
	struct { enum service service; const char *subject; } trace[FAKE_MAX_TRACE]; /* by call - 1 */
	unsigned exit_tries;
	bool exited;
	char forbidden[128]; /* the first call that must not have been made; empty: none */
	unsigned pages, excused_pages; /* held by the loader; FreePages was told to fail */
	unsigned pools, open_files;
	unsigned images, excused_images; /* that are loaded; UnloadImage was told to fail */
	struct { void *load_file, *path; bool excused; } served; /* protocols of the initial RAM disk */
	struct {
		bool source_is_whole, ended;
		unsigned runs;
		uint64_t bytes;
		char path[256], options[256];
		unsigned volume; /* of the path */
		uint32_t options_bytes;
		uint8_t initrd[32768];
		uint64_t initrd_bytes;
		EFI_STATUS initrd_status;
	} program;
	char console[32768], serial[32768]; /* everything that was written, in order */
	size_t console_used, serial_used;
	char screen[FAKE_ROWS][FAKE_COLUMNS + 1]; /* what is seen of it now */
	uint8_t colours[FAKE_ROWS];               /* attribute of the row's last text */
	unsigned column, row, attribute;          /* of the next text                 */
	bool cursor_is_shown;
	unsigned console_calls;                   /* of any kind that could draw      */
	uint64_t milliseconds;                    /* that the loader has let pass     */
	unsigned open_events, excused_events;     /* CloseEvent was told to fail      */
	struct event events[FAKE_MAX_EVENTS];
	unsigned event_count;
	bool watchdog_runs;
	bool prepared;             /* arch_cpus_prepare() was asked                */
	struct handoff_release released;  /* what arch_release() was given          */
	void (*waiting)(void);     /* called when a parked processor waits         */
	void (*parked)(void);      /* ... and when one has answered                */

	/* Its own. */
	uint8_t kind[ARENA_PAGES]; /* EFI_MEMORY_TYPE                             */
	bool held[ARENA_PAGES];    /* allocated by the loader, not yet given back */
	bool anywhere[ARENA_PAGES]; /* was last asked for without a limit: it might lie above 4 GiB */
	uint64_t key;
	unsigned map_calls;
	uint64_t counter;
	jmp_buf out;
};
extern struct fake fake;

/* Begin anew: default options for the machine, no files, no faults. */
void fake_reset(enum machine machine);

/* Add a file; `data` must stay. */
struct fake_file *fake_add(const char *path, const void *data, uint64_t bytes);

/* Leave only this many pages free, the highest ones of the arena and those at ARENA_FREE half and half. */
void fake_leave_free(unsigned pages);

/* Tables may be looked for in free memory: from now on reading it is no error. */
void fake_tables_anywhere(void);

/* There is a free page below 640 KiB, which only who asks for so low a place gets. */
void fake_low_page(void);

/* Run efi_main() to its end. Call once after each fake_reset(). */
enum outcome fake_run(void);

const char *fake_service_name(enum service service);

/* Did a fault hit a call of this service? */
bool fake_hit(enum service service);

/* ---- Between the parts of the fake --------------------------------------------------------------------- */

/* Count a call; what it must answer: EFI_SUCCESS, FAULT_SHORT or an error. `subject`: the file, or NULL. */
EFI_STATUS fake_call(enum service service, const char *subject);

/* The file that Open() finds under this path, on the loader's own volume or on another; NULL: none. */
struct fake_file *fake_find(const char *path);
struct fake_file *fake_find_on(unsigned volume, const char *path);

void fake_say(char *text, size_t size, size_t *used, char c);
void fake_event(enum event_kind kind, uint64_t base, uint64_t bytes);
void fake_end(enum outcome outcome) __attribute__((noreturn));
void fake_arch_reset(enum machine machine);
void fake_image_fill(void);
extern char image_own[]; /* in the image: here begins what is the architecture's own (image.c) */
void fake_files_reset(void);
void fake_devices_reset(void);
EFI_STATUS fake_pool(UINTN bytes, void **out);

extern EFI_SIMPLE_FILE_SYSTEM_PROTOCOL fake_file_systems[2]; /* by volume */
extern EFI_GRAPHICS_OUTPUT_PROTOCOL fake_gop;

/* Handles of displays, and the protocols of one; NULL: there is no such display, or it has no EDID. */
extern EFI_HANDLE const fake_displays[2];
EFI_GRAPHICS_OUTPUT_PROTOCOL *fake_display(EFI_HANDLE handle);
EFI_EDID_ACTIVE_PROTOCOL *fake_edid(EFI_HANDLE handle);
extern EFI_RNG_PROTOCOL fake_rng;
extern struct EFI_DT_FIXUP_PROTOCOL fake_fixup;
size_t fake_volume_path(unsigned volume, const uint8_t **out); /* its bytes, without its end */
void *fake_own_device(void);
void *fake_device_protocol(EFI_HANDLE handle, const EFI_GUID *guid); /* NULL: this device has it not */
EFI_STATUS fake_locate_disk(const EFI_DEVICE_PATH_PROTOCOL **path, EFI_HANDLE *device);
void fake_volumes_fill(EFI_BOOT_SERVICES *services);
void fake_images_fill(EFI_BOOT_SERVICES *services);
EFI_CONFIGURATION_TABLE *fake_tables(void);
UINTN *fake_table_count(void);
bool fake_holds(const void *at); /* is it in pages of the loader's? */
void *fake_own_image(void);
void *fake_child_image(EFI_HANDLE handle); /* the protocol of a loaded program; NULL: it is none */
extern EFI_RUNTIME_SERVICES fake_runtime;
extern EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL fake_console_out;
extern EFI_SIMPLE_TEXT_INPUT_PROTOCOL fake_console_in;
extern EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL fake_console_in_ex;
void fake_console_fill(EFI_BOOT_SERVICES *services);

#endif
