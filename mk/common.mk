# What all parts have in common: tools, warnings, debug information.

CC := clang
LD := ld.lld

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
        -Wimplicit-fallthrough -Wundef -Werror
# An archive of files whose names come on standard input; the same on every machine.
CPIO := cpio --quiet --create --format=newc --reproducible --owner=+0:+0

# Where the tree lies is nobody's business: what is built is the same everywhere (tests/reproducible-check).
DEBUG  := -g $(if $(findstring clang,$(CC)),-fdebug-compilation-dir=.,-ffile-prefix-map=$(CURDIR)=.)
COMMON := -std=c17 $(DEBUG) -MMD -MP $(WARN)

# A kernel's name says how it is built: its words, which are joined by hyphens.
words_of = $(subst -, ,$(1))

CORE := $(wildcard core/*.c)
# What of it pith uses: to read tables of the firmware, to prove page tables, to explain faults.
KERNEL_CORE := $(filter $(addprefix core/,$(addsuffix .c,acpi% elf elf_sections err fault% fdt fdt_machine memmap \
        paging paging_formats spans uart walk%)),$(CORE))
LIB  := $(wildcard lib/*.c)
# What of lib/ core/ needs, where there is a libc for the rest.
CORE_LIB := lib/format.c

# The parts of the loader, but for those of an architecture.
LOADER_FOLDERS := steps after files firmware protocol
