/* SPDX-License-Identifier: 0BSD
 *
 * hobnail/boot.h — the contract between the Hobnail boot loader and a kernel, protocol version 1.
 * docs/protocol.md is the normative text; this header is all that a kernel needs to include.
 *
 *   Units       bytes, unless a name says otherwise (_pages, _levels, _hz)
 *   Ranges      half-open [base, base + bytes)
 *   Addresses   `phys` is physical; `virt` is valid in the address space at entry
 *   Order       little-endian; every structure is naturally aligned and has no hidden padding
 *   Ownership   the record lies in memory of type HOBNAIL_MEMORY_RECORD; it is the kernel's from entry on
 *   Growth      later versions append; use `entry_bytes` as the stride of an array, not sizeof
 */
#ifndef HOBNAIL_BOOT_H
#define HOBNAIL_BOOT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A C99 compile-time assertion. */
#define HOBNAIL_ASSERT(name, condition) typedef char hobnail_assert_##name[(condition) ? 1 : -1]

#define HOBNAIL_MAGIC   0x314c49414e424f48ull /* "HOBNAIL1" in memory */
#define HOBNAIL_VERSION 1u

enum {
	HOBNAIL_ARCH_X86_64 = 1,
	HOBNAIL_ARCH_AARCH64 = 2,
	HOBNAIL_ARCH_RISCV64 = 3
};

/* ---- Requests of the kernel, in ELF notes -------------------------------------------------------------- */

/* One note per request: name "Hobnail", type = request number (| HOBNAIL_REQUIRED), descriptor = one 64-bit
 * little-endian value. A required request that is unknown or cannot be granted stops the boot; an optional one
 * is logged. `granted` in the record lists the granted requests. */
#define HOBNAIL_REQUIRED 0x80000000u

enum {
	HOBNAIL_REQUEST_PROTOCOL = 1,     /* protocol version that the kernel was built for                      */
	HOBNAIL_REQUEST_STACK = 2,        /* bytes of each CPU's boot stack: 4 KiB .. 16 MiB; default 64 KiB     */
	HOBNAIL_REQUEST_DIRECT_MAP = 3,   /* virtual base of the direct map; aligned to a top-level entry        */
	HOBNAIL_REQUEST_IDENTITY_MAP = 4, /* 1: also map RAM one to one in the lower half                        */
	HOBNAIL_REQUEST_DEVICE_MAP = 5,   /* virtual base where physical ranges that are not RAM appear          */
	HOBNAIL_REQUEST_RECURSIVE = 6,    /* x86_64: top-level index 256 .. 511 that maps the tables themselves  */
	HOBNAIL_REQUEST_PAGING = 7,       /* x86_64: 4 (default) or 5 levels                                     */
	HOBNAIL_REQUEST_LEVEL = 8,        /* aarch64: HOBNAIL_LEVEL_*                                            */
	HOBNAIL_REQUEST_MMU_OFF = 9,      /* aarch64: 1: enter at the physical address, translation off          */
	HOBNAIL_REQUEST_FP = 10,          /* HOBNAIL_FP_*                                                        */
	HOBNAIL_REQUEST_PROCESSORS = 11,  /* 1: start and park the other processors                              */
	HOBNAIL_REQUEST_FRAMEBUFFER = 12  /* preferred mode: width | height << 32, in pixels                     */
};

enum {
	HOBNAIL_LEVEL_EL1 = 1,    /* default                                                    */
	HOBNAIL_LEVEL_EL2 = 2,    /* E2H = 0: one range of low addresses, low-linked kernels    */
	HOBNAIL_LEVEL_EL2_VHE = 3 /* E2H = TGE = 1                                              */
};

enum {
	HOBNAIL_FP_USABLE = 0, /* default */
	HOBNAIL_FP_TRAP = 1
};

/* The words of one note, as they stand in the ELF file. */
struct hobnail_note {
	uint32_t name_bytes;       /* 8 */
	uint32_t descriptor_bytes; /* 8 */
	uint32_t type;
	char     name[8];          /* "Hobnail" and its NUL */
	uint32_t value_low;
	uint32_t value_high;
};

/* Emit one request from C or C++ at file scope: HOBNAIL_REQUEST(my_stack, HOBNAIL_REQUEST_STACK, 32768);
 * The linker script must keep .note.hobnail and give it a PT_NOTE program header. */
#define HOBNAIL_REQUEST(ident, request, value) \
	__attribute__((used, section(".note.hobnail"), aligned(4))) static const struct hobnail_note ident = { \
		8u, 8u, (uint32_t)(request), { 'H', 'o', 'b', 'n', 'a', 'i', 'l', 0 }, \
		(uint32_t)((uint64_t)(value)), (uint32_t)((uint64_t)(value) >> 32) \
	}

/* ---- Building blocks ----------------------------------------------------------------------------------- */

/* Inside the record: `offset` counts from the record's first byte. */
struct hobnail_array {
	uint32_t offset;
	uint32_t count;
	uint32_t entry_bytes;
	uint32_t reserved;
};

/* UTF-8 inside the record, followed by a NUL that `bytes` does not count. */
struct hobnail_string {
	uint32_t offset;
	uint32_t bytes;
};

/* ---- Memory -------------------------------------------------------------------------------------------- */

/* The type of a physical range, with the moment from which the kernel may use it as ordinary memory. */
enum {
	HOBNAIL_MEMORY_USABLE = 1,         /* now                                                                 */
	HOBNAIL_MEMORY_FIRMWARE_BOOT = 2,  /* after devices were stopped (section 5); not with SetVirtualAddressMap */
	HOBNAIL_MEMORY_TABLES = 3,         /* after every CPU has left the loader's page tables                   */
	HOBNAIL_MEMORY_STACKS = 4,         /* after every CPU has left its boot stack                             */
	HOBNAIL_MEMORY_RECORD = 5,         /* when it has been read or copied and every CPU has left its mailbox  */
	HOBNAIL_MEMORY_NET = 6,            /* after every CPU has its own vectors, GDT and TSS; holds the log, too */
	HOBNAIL_MEMORY_KERNEL = 7,         /* never: the kernel's segments                                        */
	HOBNAIL_MEMORY_MODULE = 8,         /* when the kernel no longer needs the module                          */
	HOBNAIL_MEMORY_ACPI_RECLAIM = 9,   /* after the firmware tables (ACPI, device tree) in it have been read  */
	HOBNAIL_MEMORY_ACPI_NVS = 10,      /* never                                                               */
	HOBNAIL_MEMORY_RUNTIME_CODE = 11,  /* never, while runtime services are used                              */
	HOBNAIL_MEMORY_RUNTIME_DATA = 12,  /* never, while runtime services are used                              */
	HOBNAIL_MEMORY_MMIO = 13,          /* never: device registers                                             */
	HOBNAIL_MEMORY_RESERVED = 14,      /* never                                                               */
	HOBNAIL_MEMORY_BAD = 15,           /* never                                                               */
	HOBNAIL_MEMORY_PERSISTENT = 16,    /* non-volatile memory: as a device, not as RAM                        */
	HOBNAIL_MEMORY_UNACCEPTED = 17,    /* after the kernel has accepted it (TDX, SEV-SNP)                     */
	HOBNAIL_MEMORY_SPECIAL = 18        /* special-purpose RAM, by policy                                      */
};

/* `memory_map`: ascending by base, never overlapping, base and bytes multiples of 4096, bytes > 0; touching
 * neighbours differ in type or attributes; physical page 0 is never USABLE. */
struct hobnail_memory {
	uint64_t base;
	uint64_t bytes;
	uint32_t type;       /* HOBNAIL_MEMORY_*                                                  */
	uint32_t reserved;
	uint64_t attributes; /* EFI_MEMORY_* of UEFI 2.10, "EFI_BOOT_SERVICES.GetMemoryMap()"     */
};
HOBNAIL_ASSERT(memory, sizeof(struct hobnail_memory) == 32);

/* ---- Kernel and modules -------------------------------------------------------------------------------- */

enum { HOBNAIL_EXECUTE = 1, HOBNAIL_WRITE = 2, HOBNAIL_READ = 4 }; /* as p_flags of the ELF specification */

/* `segments`: one per PT_LOAD that occupies memory, in file order; not rounded to pages. */
struct hobnail_segment {
	uint64_t virt;  /* equals phys with the MMU off */
	uint64_t phys;
	uint64_t bytes; /* in memory */
	uint32_t flags; /* HOBNAIL_EXECUTE | HOBNAIL_WRITE | HOBNAIL_READ */
	uint32_t reserved;
};
HOBNAIL_ASSERT(segment, sizeof(struct hobnail_segment) == 32);

/* At `symbols_phys`: the kernel file's symbol table and its names, as System V gABI, "Symbol Table" has them. Offsets
 * count from this structure's first byte; values are as linked. */
struct hobnail_symbols {
	uint64_t table_offset; /* a multiple of 8 */
	uint64_t table_bytes;  /* entries of 24 bytes */
	uint64_t names_offset;
	uint64_t names_bytes;
};
HOBNAIL_ASSERT(symbols, sizeof(struct hobnail_symbols) == 32);

/* `modules`: in the order of the configuration. */
struct hobnail_module {
	uint64_t phys; /* page-aligned; the rest of the last page is zero */
	uint64_t bytes;
	struct hobnail_string path;
	struct hobnail_string cmdline;
};
HOBNAIL_ASSERT(module, sizeof(struct hobnail_module) == 32);

/* ---- Devices ------------------------------------------------------------------------------------------- */

struct hobnail_framebuffer {
	uint64_t phys;
	uint64_t virt;   /* write-combining, in the net region; 0 with the MMU off */
	uint64_t bytes;
	uint32_t width;  /* pixels */
	uint32_t height; /* pixels */
	uint32_t pitch;  /* bytes from one line to the next */
	uint32_t bits_per_pixel;
	uint32_t red_mask;   /* within one pixel read as a little-endian number */
	uint32_t green_mask;
	uint32_t blue_mask;
	uint32_t reserved;
};
HOBNAIL_ASSERT(framebuffer, sizeof(struct hobnail_framebuffer) == 56);

enum {
	HOBNAIL_CONSOLE_NONE = 0,
	HOBNAIL_CONSOLE_16550_PORT = 1, /* x86 I/O ports                                        */
	HOBNAIL_CONSOLE_16550_MMIO = 2,
	HOBNAIL_CONSOLE_PL011 = 3,      /* also Arm SBSA Generic UART                           */
	HOBNAIL_CONSOLE_BCM2835 = 4     /* BCM2835 auxiliary "mini" UART: 16550-like, shift 2   */
};

enum { /* the source of the debug console's description */
	HOBNAIL_CONSOLE_BY_SPCR = 1,
	HOBNAIL_CONSOLE_BY_DBG2 = 2,
	HOBNAIL_CONSOLE_BY_DEVICE_TREE = 3,
	HOBNAIL_CONSOLE_BY_CONVENTION = 4
};

struct hobnail_console {
	uint64_t phys;           /* or the first I/O port                                 */
	uint64_t virt;           /* device memory in the net region; 0: port or MMU off   */
	uint32_t kind;           /* HOBNAIL_CONSOLE_*                                     */
	uint32_t source;         /* HOBNAIL_CONSOLE_BY_*                                  */
	uint32_t access_bytes;   /* width of one register access: 1, 2 or 4               */
	uint32_t register_shift; /* register n lies at n << register_shift                */
};
HOBNAIL_ASSERT(console, sizeof(struct hobnail_console) == 32);

/* ---- Processors ---------------------------------------------------------------------------------------- */

enum {
	HOBNAIL_CPU_BOOT = 1u << 0,    /* the one that runs the kernel's entry point                 */
	HOBNAIL_CPU_ENABLED = 1u << 1, /* firmware says it can be used                               */
	HOBNAIL_CPU_PARKED = 1u << 2,  /* waits on its mailbox (only with HOBNAIL_REQUEST_PROCESSORS) */
	HOBNAIL_CPU_SILENT = 1u << 3   /* did not answer in time; it will never run (likewise)       */
};

enum { /* mailbox.state */
	HOBNAIL_MAILBOX_NONE = 0,    /* no CPU polls it                                            */
	HOBNAIL_MAILBOX_WAITING = 1, /* its CPU waits for an entry                                 */
	HOBNAIL_MAILBOX_TAKEN = 2    /* its CPU has read it and is on its way, or has arrived      */
};

/* Own cache line each; see docs/protocol.md, "Processors". */
struct hobnail_mailbox {
	uint64_t entry;    /* written last, by a release store: the CPU leaves when it is not 0     */
	uint64_t argument; /* first argument of the entry                                           */
	uint64_t root;     /* phys of the top-level table to use instead of the record's `root`, or 0 */
	uint64_t state;    /* HOBNAIL_MAILBOX_*: written by the loader and the CPU only               */
	uint64_t reserved[4];
};

struct hobnail_cpu {
	uint64_t hardware_id; /* x86_64: APIC id; aarch64: MPIDR affinity; riscv64: hart id  */
	uint64_t stack_virt;  /* lowest address of its boot stack; 0: none                   */
	uint64_t stack_bytes;
	uint32_t firmware_id; /* ACPI processor UID; device tree: index of the cpu node      */
	uint32_t flags;       /* HOBNAIL_CPU_*                                               */
	uint64_t release;     /* aarch64 spin-table release address, else 0                  */
	uint64_t reserved[3];
	struct hobnail_mailbox mailbox;
};
HOBNAIL_ASSERT(mailbox, sizeof(struct hobnail_mailbox) == 64);
HOBNAIL_ASSERT(cpu, sizeof(struct hobnail_cpu) == 128);

enum { HOBNAIL_PSCI_NONE = 0, HOBNAIL_PSCI_SMC = 1, HOBNAIL_PSCI_HVC = 2 };

/* ---- The rest ------------------------------------------------------------------------------------------ */

struct hobnail_grant {
	uint32_t request; /* HOBNAIL_REQUEST_*                       */
	uint32_t flags;   /* HOBNAIL_REQUIRED or 0, as asked         */
	uint64_t value;   /* as granted; may differ from the request (framebuffer mode, rounded stack) */
};
HOBNAIL_ASSERT(grant, sizeof(struct hobnail_grant) == 16);

enum { /* numbers are never reused; `stages` has them in the order in which they happen */
	HOBNAIL_STAGE_START = 1,   /* the loader's first instruction          */
	HOBNAIL_STAGE_CONFIG = 2,  /* configuration read, entry chosen        */
	HOBNAIL_STAGE_KERNEL = 3,  /* kernel in place                         */
	HOBNAIL_STAGE_MODULES = 4, /* modules in place                        */
	HOBNAIL_STAGE_SPACE = 5,   /* page tables built                       */
	HOBNAIL_STAGE_RECORD = 6,  /* record built, except the last map       */
	HOBNAIL_STAGE_EXIT = 7,    /* boot services left                      */
	HOBNAIL_STAGE_PREFLIGHT = 8, /* all tables judged: between RECORD and EXIT */
	HOBNAIL_STAGE_LAST = 8
};

struct hobnail_stage {
	uint32_t stage; /* HOBNAIL_STAGE_* */
	uint32_t reserved;
	uint64_t counter; /* x86_64: TSC; aarch64: CNTPCT_EL0 (CNTVCT_EL0 at EL1) */
};
HOBNAIL_ASSERT(stage, sizeof(struct hobnail_stage) == 16);

enum { HOBNAIL_SECURE_BOOT_UNKNOWN = 0, HOBNAIL_SECURE_BOOT_OFF = 1, HOBNAIL_SECURE_BOOT_ON = 2 };

/* Bits of `valid`: the optional facts that this boot has. A fact whose bit is clear reads as zero. */
#define HOBNAIL_HAS_ACPI          (1ull << 0)
#define HOBNAIL_HAS_SMBIOS        (1ull << 1)
#define HOBNAIL_HAS_DEVICE_TREE   (1ull << 2)
#define HOBNAIL_HAS_CONSOLE       (1ull << 3)
#define HOBNAIL_HAS_BOOT_TIME     (1ull << 4)
#define HOBNAIL_HAS_ENTROPY       (1ull << 5)
#define HOBNAIL_HAS_DIRECT_MAP    (1ull << 6) /* clear with the MMU off */
#define HOBNAIL_HAS_DEVICE_MAP    (1ull << 7)
#define HOBNAIL_HAS_NET           (1ull << 8) /* clear with the MMU off */
#define HOBNAIL_HAS_PAGE_TABLES   (1ull << 9) /* clear with the MMU off */
#define HOBNAIL_HAS_SYMBOLS       (1ull << 10)

/* The boot record: one contiguous block of `bytes` bytes, page-aligned, that may be copied as a whole. */
struct hobnail_boot {
	uint64_t magic;   /* HOBNAIL_MAGIC                                            */
	uint32_t version; /* HOBNAIL_VERSION                                          */
	uint32_t bytes;   /* of the whole record, everything it refers to by offset   */
	uint64_t phys;    /* of the record itself                                     */
	uint64_t valid;   /* HOBNAIL_HAS_*                                            */
	uint32_t arch;    /* HOBNAIL_ARCH_*                                           */
	uint32_t header_bytes; /* sizeof(struct hobnail_boot) in the loader           */

	/* Arrays and strings in the record. */
	struct hobnail_array  memory_map;   /* struct hobnail_memory                                    */
	struct hobnail_array  uefi_map;     /* EFI_MEMORY_DESCRIPTOR; entry_bytes is the firmware's     */
	struct hobnail_array  segments;     /* struct hobnail_segment                                   */
	struct hobnail_array  modules;      /* struct hobnail_module                                    */
	struct hobnail_array  framebuffers; /* struct hobnail_framebuffer; the first is the best        */
	struct hobnail_array  cpus;         /* struct hobnail_cpu, mailboxes 64-byte aligned            */
	struct hobnail_array  granted;      /* struct hobnail_grant                                     */
	struct hobnail_array  stages;       /* struct hobnail_stage                                     */
	struct hobnail_string kernel_path;
	struct hobnail_string cmdline;      /* of the kernel                                            */
	struct hobnail_string loader;       /* "Hobnail 0.1.0"                                          */
	struct hobnail_string firmware;     /* vendor, as the firmware says                             */

	/* The address space at entry. */
	uint64_t direct_map;         /* virtual base: virt = phys + direct_map; 0 with the MMU off           */
	uint64_t device_map;         /* virtual base: virt = phys + device_map                               */
	uint64_t net_base;           /* the net region                                                       */
	uint64_t net_bytes;
	uint64_t net_entry;          /* the top-level table entry that maps it (and the stack window)        */
	uint32_t net_index;          /* ... and its index in the top-level table                             */
	uint32_t paging_levels;      /* 4 or 5; 0 with the MMU off                                           */
	uint64_t root;               /* phys of the top-level table: CR3, TTBR1_ELx; low: TTBR0_EL2           */
	uint64_t lower_root;         /* aarch64: phys of the top-level table in TTBR0_ELx                    */
	uint64_t stack_virt;         /* the boot CPU's stack: lowest address                                 */
	uint64_t stack_bytes;
	uint64_t entry_virt;         /* the entry point                                                      */
	uint64_t symbols_phys;       /* HOBNAIL_HAS_SYMBOLS: struct hobnail_symbols and what it describes     */
	uint64_t symbols_bytes;      /* of all of it                                                         */

	/* Processors. */
	uint32_t exception_level;    /* aarch64: HOBNAIL_LEVEL_*; else 0                                     */
	uint32_t firmware_level;     /* aarch64: exception level of the firmware, 1 or 2; else 0             */
	uint32_t psci;               /* HOBNAIL_PSCI_*                                                       */
	uint32_t secure_boot;        /* HOBNAIL_SECURE_BOOT_*                                                */

	/* Firmware tables, physical addresses. */
	uint64_t acpi_rsdp;          /* HOBNAIL_HAS_ACPI                                                     */
	uint64_t smbios;             /* HOBNAIL_HAS_SMBIOS: 64-bit entry point where there is one            */
	uint64_t device_tree;        /* HOBNAIL_HAS_DEVICE_TREE                                              */
	uint64_t device_tree_bytes;
	uint64_t uefi_system_table;
	uint32_t uefi_revision;      /* major << 16 | minor, of the system table's header                    */
	uint32_t uefi_map_version;   /* of the descriptors in uefi_map                                       */

	/* Console, time, entropy. */
	struct hobnail_console console; /* HOBNAIL_HAS_CONSOLE                                               */
	uint64_t log_phys;           /* the loader's log: UTF-8 text                                         */
	uint64_t log_bytes;
	uint64_t boot_time;          /* HOBNAIL_HAS_BOOT_TIME: s since 1970-01-01, firmware's clock read as UTC */
	uint64_t counter_hz;         /* of the counter in `stages`; 0: unknown                               */
	uint8_t  entropy[64];        /* HOBNAIL_HAS_ENTROPY: from EFI_RNG_PROTOCOL                           */
};
HOBNAIL_ASSERT(boot_memory_map, __builtin_offsetof(struct hobnail_boot, memory_map) == 40);
HOBNAIL_ASSERT(boot_kernel_path, __builtin_offsetof(struct hobnail_boot, kernel_path) == 168);
HOBNAIL_ASSERT(boot_direct_map, __builtin_offsetof(struct hobnail_boot, direct_map) == 200);
HOBNAIL_ASSERT(boot_console, __builtin_offsetof(struct hobnail_boot, console) == 368);
HOBNAIL_ASSERT(boot, sizeof(struct hobnail_boot) == 496);

/* ---- Reading the record -------------------------------------------------------------------------------- */

/* Entry i of an array of the record, or NULL past its end. Cast to the array's type. */
static inline const void *hobnail_entry(const struct hobnail_boot *boot, const struct hobnail_array *array, uint32_t i)
{
	if (i >= array->count)
		return 0;
	return (const uint8_t *)boot + array->offset + (uint64_t)i * array->entry_bytes;
}

/* A string of the record; never NULL, ends with a NUL. */
static inline const char *hobnail_text(const struct hobnail_boot *boot, struct hobnail_string string)
{
	return (const char *)boot + string.offset;
}

/* The pointer to a physical address at entry: in the direct map, or the address itself with the MMU off. Only for
 * memory that the direct map covers (docs/protocol.md, "Direct map"). */
static inline void *hobnail_virt(const struct hobnail_boot *boot, uint64_t phys)
{
	return (void *)(uintptr_t)(phys + boot->direct_map);
}

#ifdef __cplusplus
}
#endif

#endif
