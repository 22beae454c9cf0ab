# Hobnail: `make help` says what there is to make.

ARCHES := x86_64 aarch64
ARCH   ?= x86_64
O      := out
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# `make V=1` shows every command.
Q := $(if $(V),,@)
CC := clang
LD := ld.lld

WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
        -Wimplicit-fallthrough -Wundef -Werror
# Where the tree lies is nobody's business: what is built is the same everywhere (tests/reproducible-check).
DEBUG  := -g $(if $(findstring clang,$(CC)),-fdebug-compilation-dir=.,-ffile-prefix-map=$(CURDIR)=.)
COMMON := -std=c17 $(DEBUG) -MMD -MP $(WARN)

# ---- Host: core/ for tools and tests, tools/, cli/ --------------------------------------------------------

# The usual hardening of distributions; gcc may have defaults of its own for these.
HARDEN     := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fPIE -Wformat -Wformat-security
HARDEN_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# gcc, which builds the host's programs as well, finds OUT_OF_LINE (core/base.h) odd, does not see that results are written
# whenever there is no error, and wants no constant of one enum compared with another's.
GCC_QUIET  := $(if $(findstring clang,$(CC)),,-Wno-attributes -Wno-maybe-uninitialized -Wno-enum-compare)
HOST_FLAGS := $(COMMON) $(GCC_QUIET) -O2 $(HARDEN) -D_GNU_SOURCE -Iinclude -Icore -iquote lib
SANITIZE   := -fsanitize=address,undefined
TEST_FLAGS := $(COMMON) -O1 -D_GNU_SOURCE -Iinclude -Icore -iquote lib -iquote tests \
              $(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer

# The texts of core/errors/ and core/say.def are packed by tools/pack.
CORE := $(wildcard core/*.c) $(O)/gen/texts.c
# What of lib/ core/ needs, where there is a libc for the rest.
CORE_LIB := lib/format.c
LIB  := $(wildcard lib/*.c)

$(O)/host/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_FLAGS) -c -o $@ $<

$(O)/test/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_FLAGS) -c -o $@ $<

$(O)/host/pack: $(patsubst %.c,$(O)/host/%.o,$(wildcard tools/pack/*.c) core/packed.c)
	$(Q)$(CC) -o $@ $^
$(O)/gen/texts.c: $(O)/host/pack
	@mkdir -p $(@D)
	$(Q)$< >$@

ELF2EFI := $(wildcard tools/elf2efi/*.c)

$(O)/host/elf2efi: $(patsubst %.c,$(O)/host/%.o,$(ELF2EFI))
	$(Q)$(CC) -o $@ $^

# The same as the loader says of itself (loader/protocol/hobnail.c).
VERSION := 0.1.0
$(O)/host/cli/main.o: HOST_FLAGS += -DHOBNAIL_RELEASE='"$(VERSION)"'
$(O)/host/cli/main.o: Makefile
$(O)/host/hobnail: $(patsubst %.c,$(O)/host/%.o,$(wildcard cli/*.c) $(CORE) $(CORE_LIB))
	$(Q)$(CC) $(HARDEN_LINK) -o $@ $^

$(O)/host/tests/kernels/malformed.o: HOST_FLAGS += -iquote tests
$(O)/host/malformed: $(patsubst %.c,$(O)/host/%.o,tests/kernels/malformed.c $(CORE) $(CORE_LIB))
	$(Q)$(CC) -o $@ $^

$(O)/host/font2c: $(patsubst %.c,$(O)/host/%.o,$(wildcard tools/font2c/*.c))
	$(Q)$(CC) -o $@ $^

# The fonts are X11's public-domain ones, from the system's package: pith's, and a smaller one for the loader.
FONT_console := /usr/share/fonts/X11/misc/9x18-ISO8859-1.pcf.gz
FONT_small   := /usr/share/fonts/X11/misc/8x13-ISO8859-1.pcf.gz
$(addprefix $(O)/gen/,font_console.c font_small.c): $(O)/gen/font_%.c: $(O)/host/font2c
	@mkdir -p $(@D)
	@[ -e $(FONT_$*) ] || { echo '$(FONT_$*) is missing: tools/deps build installs it' >&2; exit 1; }
	$(Q)gzip -dc $(FONT_$*) | $< font_$* >$@

# ---- Unit tests: tests/unit/NAME_test.c, each one program with all of core/ --------------------------------

UNIT := $(patsubst tests/unit/%_test.c,$(O)/test/unit/%,$(wildcard tests/unit/*_test.c))
$(O)/test/unit/elf2efi: $(patsubst %.c,$(O)/test/%.o,$(filter-out %/main.c,$(ELF2EFI)))
TEST_CORE := $(patsubst %.c,$(O)/test/%.o,$(CORE) $(CORE_LIB))

# The parts of cli/ that are pure.
CLI_TESTS := json console arch gpt keys progress
$(addprefix $(O)/test/unit/,$(CLI_TESTS)): $(O)/test/unit/%: $(O)/test/cli/%.o $(O)/test/cli/strlist.o

$(O)/test/unit/draw: $(O)/test/lib/draw.o $(O)/test/$(O)/gen/font_console.o
$(O)/test/unit/screen: $(O)/test/loader/screen.o $(O)/test/lib/draw.o $(O)/test/$(O)/gen/font_small.o
$(O)/test/tests/unit/screen_test.o: TEST_FLAGS += -iquote loader
$(O)/test/unit/font2c: $(O)/test/tools/font2c/pcf.o
$(O)/test/unit/packed: $(O)/test/tools/pack/pack.o

# What hostile tables cost: readers whose branches are counted (tests/unit/work.h).
$(O)/test/unit/work: $(addprefix $(O)/test/counted/,acpi.o fdt.o memmap.o)
$(O)/test/counted/%.o: core/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_FLAGS) -include tests/unit/work.h -fsanitize-coverage=trace-pc -c -o $@ $<

# The parts of kernel/ that are pure.
KERNEL_TESTS := archive memory pages pci program runqueue terminal
$(addprefix $(O)/test/unit/,$(KERNEL_TESTS)): $(O)/test/unit/%: $(O)/test/kernel/%.o
$(patsubst %,$(O)/test/kernel/%.o,$(KERNEL_TESTS)) $(patsubst %,$(O)/test/tests/unit/%_test.o,$(KERNEL_TESTS)): TEST_FLAGS += -iquote kernel
$(O)/test/unit/terminal: $(O)/test/lib/draw.o $(O)/test/$(O)/gen/font_console.o

# The judge, but for what reads the processor and its tables.
CONTRACT_TESTS := $(patsubst %,$(O)/test/kernel/%.o,memory $(addprefix contract/,contract record facts memory device cpu utf8))
$(O)/test/unit/contract: $(CONTRACT_TESTS)
$(CONTRACT_TESTS) $(O)/test/tests/unit/contract_test.o: TEST_FLAGS += -iquote kernel -iquote kernel/contract -iquote kernel/arch/x86_64 -Iarch/x86_64

# The loader's choice of a mode is pure code of each architecture.
$(O)/test/loader/arch/%/mode.o $(O)/test/tests/unit/mode_%_test.o: TEST_FLAGS += -iquote loader
$(foreach a,$(ARCHES),$(eval $(O)/test/unit/mode_$(a): $(O)/test/loader/arch/$(a)/mode.o))
# ... and so is what aarch64 knows of how to start processors.
$(O)/test/unit/ways_aarch64: $(O)/test/loader/arch/aarch64/ways.o
$(O)/test/tests/unit/ways_aarch64_test.o: TEST_FLAGS += -iquote loader

$(UNIT): $(O)/test/unit/%: $(O)/test/tests/unit/%_test.o $(TEST_CORE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka

# ---- The whole loader on the host: tests/firmware/NAME_test.c, over a fake firmware ---------------------------

# UEFI's calling convention there is Microsoft's, which clang knows on x86_64.
FIRMWARE := $(if $(filter x86_64,$(shell uname -m)),$(patsubst tests/firmware/%_test.c,$(O)/test/firmware/%,$(wildcard tests/firmware/*_test.c)))
FIRMWARE_OBJ := $(patsubst %.c,$(O)/test/%.o,$(wildcard loader/*.c loader/firmware/*.c loader/protocol/*.c lib/draw.c) \
                  $(filter-out %_test.c,$(wildcard tests/firmware/*.c))) $(O)/test/$(O)/gen/font_small.o
$(O)/test/tests/firmware/%.o: TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(filter $(O)/test/loader/%,$(FIRMWARE_OBJ)): TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(FIRMWARE): $(O)/test/firmware/%: $(O)/test/tests/firmware/%_test.o $(FIRMWARE_OBJ) $(TEST_CORE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka
UNIT += $(FIRMWARE)

# The same with an architecture's own C in place of arch_fake.c: tests/arch/ARCH/NAME_test.c over tests/arch/ARCH/machine.c, which
# plays the instructions and the assembly, and ends the image: it is linked last.
ARCH_TEST_SHARED := $(wildcard tests/arch/*.c)
$(patsubst %.c,$(O)/test/%.o,$(ARCH_TEST_SHARED)): TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
# $(1) = architecture
define arch_tests
ARCH_TEST_$(1) := $$(if $$(FIRMWARE),$$(patsubst tests/arch/$(1)/%_test.c,$(O)/test/arch/$(1)/%,$$(wildcard tests/arch/$(1)/*_test.c)))
ARCH_TEST_OBJ_$(1) := $$(patsubst %.c,$(O)/test/%.o,$$(filter-out %/schemes.c,$$(wildcard loader/arch/$(1)/*.c)) $$(ARCH_TEST_SHARED) \
                      tests/arch/$(1)/machine.c)
$(O)/test/loader/arch/$(1)/%.o $(O)/test/tests/arch/$(1)/%.o: TEST_FLAGS += -iquote loader -iquote efi -iquote loader/arch/$(1) \
    -Itests/arch/$(1) -Iarch/$(1)
$(O)/test/loader/arch/$(1)/%.o: TEST_FLAGS += -fno-zero-initialized-in-bss -mllvm -asan-globals=0 -include tests/arch/statics.h
$$(ARCH_TEST_$(1)): $(O)/test/arch/$(1)/%: $(O)/test/tests/arch/$(1)/%_test.o $$(filter-out %/arch_fake.o,$$(FIRMWARE_OBJ)) $$(TEST_CORE) $$(ARCH_TEST_OBJ_$(1))
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(SANITIZE) -o $$@ $$^ -lcmocka
ARCH_TESTS += $$(ARCH_TEST_$(1))
endef
$(foreach a,$(ARCHES),$(eval $(call arch_tests,$(a))))
UNIT += $(ARCH_TESTS)

# ---- Freestanding: loader and kernel, per architecture -----------------------------------------------------

# Small: the loader is read from a disk at every boot.
FREE = $(COMMON) -Oz -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables \
        -fno-omit-frame-pointer -ffunction-sections -fdata-sections -nostdinc \
        -isystem $(CC_RESOURCES)/include
# Asked for once, and only by a rule that compiles: the compiler may not be installed yet.
CC_RESOURCES = $(eval CC_RESOURCES := $(shell $(CC) -print-resource-dir))$(CC_RESOURCES)

TARGET_x86_64  := --target=x86_64-unknown-none-elf -mno-red-zone -mgeneral-regs-only
TARGET_aarch64 := --target=aarch64-unknown-none-elf -mgeneral-regs-only -mstrict-align
EFI_x86_64  := BOOTX64.EFI
EFI_aarch64 := BOOTAA64.EFI

# The loader is compiled as a whole when it is linked (-flto), for its size: all but memcpy and its like, which the compiler
# calls by itself, and which are made for speed; what of their loops is worth unrolling is unrolled by hand. All of it lies
# within a megabyte: aarch64 reaches that with one instruction (-mcmodel=tiny).
LOADER_CODE = $(TARGET_$(1)) $(FREE) $(LOADER_CODE_$(1)) $(if $(filter $<,$(FAST)),-O2 -fno-unroll-loops,-flto) -fPIE -fvisibility=hidden \
               -include loader/hidden.h -fomit-frame-pointer -fno-optimize-sibling-calls
LOADER_CODE_aarch64 := -mcmodel=tiny
FAST := lib/string.c

LOADER_INCLUDES = -Iinclude -Icore -Ilib -Iefi -Iloader -Iloader/arch/$(1) -Iarch/$(1)
KERNEL_INCLUDES = -Iinclude -Icore -Ilib -Ikernel -Ikernel/arch/$(1) -Iarch/$(1)

LOADER := $(wildcard loader/*.c loader/firmware/*.c loader/protocol/*.c)
KERNEL := $(wildcard kernel/*.c kernel/contract/*.c)

# pith's programs: user/NAME.c each, or what is in user/NAME/ and user/NAME/ARCH/. Floating point is theirs to use.
USER_TARGET_x86_64  := --target=x86_64-unknown-none-elf
USER_TARGET_aarch64 := --target=aarch64-unknown-none-elf
USER_CODE = $(USER_TARGET_$(1)) $(FREE) -O2 -Iinclude -Ilib -Iuser/lib -Iuser/lib/$(1) -iquote user/tests/$(1)
USER_LINK := $(LD) -static -z noexecstack -z max-page-size=4096 --build-id=none --gc-sections -T user/user.ld
USER_LIB := $(wildcard user/lib/*.c) lib/string.c lib/format.c
USER_PROGRAMS := $(patsubst user/%.c,%,$(wildcard user/*.c)) tests
user_objects = $(addprefix $(O)/$(1)/user/,$(addsuffix .o,$(basename $(wildcard user/$(2).c user/$(2)/*.c user/$(2)/$(1)/*.S))))
# What is in the archive with them, as it is called there.
USER_TEXTS := etc/motd docs/pith.md

# $(1) = architecture
define for_arch
LOADER_SRC_$(1) := $$(LOADER) loader/sbat.S $$(wildcard loader/arch/$(1)/*.[cS]) $$(filter-out core/walk_schemes.c,$$(CORE)) $$(LIB) $(O)/gen/font_small.c
KERNEL_SRC_$(1) := $$(KERNEL) $$(wildcard kernel/arch/$(1)/*.[cS] kernel/contract/$(1)/*.[cS]) $$(CORE) $$(LIB) $(O)/gen/font_console.c
LOADER_OBJ_$(1) := $$(addprefix $(O)/$(1)/loader/,$$(addsuffix .o,$$(basename $$(LOADER_SRC_$(1)))))
KERNEL_OBJ_$(1) := $$(addprefix $(O)/$(1)/kernel/,$$(addsuffix .o,$$(basename $$(KERNEL_SRC_$(1)))))

# A change of flags changes every object: those of two optimizers do not link.
$(O)/$(1)/loader/core/%.o: core/%.c Makefile
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(call LOADER_CODE,$(1)) -Iinclude -Icore -Ilib -c -o $$@ $$<
$(O)/$(1)/loader/lib/%.o: lib/%.c Makefile
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(call LOADER_CODE,$(1)) -fno-builtin -Ilib -c -o $$@ $$<
$(O)/$(1)/loader/%.o: %.c Makefile
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(call LOADER_CODE,$(1)) $$(call LOADER_INCLUDES,$(1)) -c -o $$@ $$<
$(O)/$(1)/loader/%.o: %.S
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) -MMD -MP $$(DEBUG) $$(call LOADER_INCLUDES,$(1)) -c -o $$@ $$<

$(O)/$(1)/hobnail.elf: $$(LOADER_OBJ_$(1)) loader/loader.ld
	$(Q)$$(LD) $$(call LOADER_LINK,$(1)) -T loader/loader.ld -o $$@ $$(LOADER_OBJ_$(1))
$(O)/$(1)/$$(EFI_$(1)): $(O)/$(1)/hobnail.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $$@ $$<

# All but loader/sabotage.c, compiled: for the loaders below, which define some of its functions themselves.
$(O)/$(1)/rest.o: $$(filter-out %/loader/sabotage.o,$$(LOADER_OBJ_$(1)))
	$(Q)$$(LD) -r -o $$@ $$^

# Loaders that break one promise each. tests/broken-check boots them.
BROKEN_$(1) := $$(wildcard tests/broken/*.c tests/broken/$(1)/*.c)
BROKEN_OBJ_$(1) := $$(patsubst %.c,$(O)/$(1)/loader/%.o,$$(BROKEN_$(1)))
BROKEN_EFI_$(1) := $$(patsubst %.c,$(O)/$(1)/broken/%.efi,$$(notdir $$(BROKEN_$(1))))
$(O)/$(1)/broken/%.elf: $(O)/$(1)/loader/tests/broken/%.o $(O)/$(1)/loader/loader/sabotage.o $(O)/$(1)/rest.o loader/loader.ld
	@mkdir -p $$(@D)
	$(Q)$$(LD) $$(call LOADER_LINK,$(1)) -T loader/loader.ld -o $$@ $$(filter %.o,$$^)
$(O)/$(1)/broken/%.elf: $(O)/$(1)/loader/tests/broken/$(1)/%.o $(O)/$(1)/loader/loader/sabotage.o $(O)/$(1)/rest.o loader/loader.ld
	@mkdir -p $$(@D)
	$(Q)$$(LD) $$(call LOADER_LINK,$(1)) -T loader/loader.ld -o $$@ $$(filter %.o,$$^)
$(O)/$(1)/broken/%.efi: $(O)/$(1)/broken/%.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $$@ $$<
.SECONDARY: $$(BROKEN_OBJ_$(1)) $$(BROKEN_EFI_$(1):.efi=.elf)

# Loaders that make the world harder, and must boot all the same: the same object replaced.
HOOK_$(1) := $$(wildcard tests/hooks/*.c tests/hooks/$(1)/*.c)
HOOKS_$(1) := $$(patsubst %.c,$(O)/$(1)/hooks/%.efi,$$(notdir $$(HOOK_$(1))))
$(O)/$(1)/hooks/%.elf: $(O)/$(1)/loader/tests/hooks/%.o $(O)/$(1)/loader/loader/sabotage.o $(O)/$(1)/rest.o loader/loader.ld
	@mkdir -p $$(@D)
	$(Q)$$(LD) $$(call LOADER_LINK,$(1)) -T loader/loader.ld -o $$@ $$(filter %.o,$$^)
$(O)/$(1)/hooks/%.elf: $(O)/$(1)/loader/tests/hooks/$(1)/%.o $(O)/$(1)/loader/loader/sabotage.o $(O)/$(1)/rest.o loader/loader.ld
	@mkdir -p $$(@D)
	$(Q)$$(LD) $$(call LOADER_LINK,$(1)) -T loader/loader.ld -o $$@ $$(filter %.o,$$^)
$(O)/$(1)/hooks/%.efi: $(O)/$(1)/hooks/%.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $$@ $$<
.SECONDARY: $$(patsubst %.c,$(O)/$(1)/loader/%.o,$$(HOOK_$(1))) $$(HOOKS_$(1):.efi=.elf)

$(O)/$(1)/kernel/core/%.o: core/%.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) $$(FREE) -O2 $$(KERNEL_MODEL_$(1)) -Iinclude -Icore -Ilib -c -o $$@ $$<
$(O)/$(1)/kernel/lib/%.o: lib/%.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) $$(FREE) -O2 $$(KERNEL_MODEL_$(1)) -fno-builtin -Ilib -c -o $$@ $$<
$(O)/$(1)/kernel/%.o: %.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) $$(FREE) -O2 $$(KERNEL_MODEL_$(1)) $$(call KERNEL_INCLUDES,$(1)) -c -o $$@ $$<
$(O)/$(1)/kernel/%.o: %.S
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) -MMD -MP $$(DEBUG) $$(call KERNEL_INCLUDES,$(1)) -c -o $$@ $$<

# pith, and its variants: the same objects, other requests (kernel/requests/), other places.
$(O)/$(1)/pith.elf: $$(KERNEL_OBJ_$(1)) $(O)/$(1)/kernel/kernel/requests/pith.o kernel/arch/$(1)/kernel.ld kernel/static.ld kernel/pie.ld
	$(Q)$$(LD) $$(KERNEL_LINK) $$(KERNEL_STATIC) -T kernel/arch/$(1)/kernel.ld -o $$@ $$(filter %.o,$$^)
$(O)/$(1)/pith-%.elf: $$(KERNEL_OBJ_$(1)) $(O)/$(1)/kernel/kernel/requests/%.o kernel/arch/$(1)/kernel.ld kernel/static.ld kernel/pie.ld
	$(Q)$$(LD) $$(KERNEL_LINK) $$(or $$(KERNEL_LINK_$(1)_$$*),$$(KERNEL_STATIC)) -T kernel/arch/$(1)/kernel.ld -o $$@ $$(filter %.o,$$^)
.SECONDARY: $$(patsubst %,$(O)/$(1)/kernel/kernel/requests/%.o,$$(KERNEL_VARIANTS_$(1))) $$(TEST_KERNEL_OBJ_$(1))

# The programs, with all that a debugger wants to know and without, and the archive of those.
$(O)/$(1)/user/lib/%.o: lib/%.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(call USER_CODE,$(1)) -fno-builtin -c -o $$@ $$<
$(O)/$(1)/user/%.o: %.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(call USER_CODE,$(1)) -c -o $$@ $$<
$(O)/$(1)/user/%.o: %.S
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(USER_TARGET_$(1)) -MMD -MP $$(DEBUG) -Iinclude -iquote user/tests/$(1) -c -o $$@ $$<
$(O)/$(1)/root/bin/%: $$$$(call user_objects,$(1),$$$$*) $$(USER_LIB:%.c=$(O)/$(1)/user/%.o) user/user.ld
	@mkdir -p $$(@D) $(O)/$(1)/programs
	$(Q)$$(USER_LINK) -o $(O)/$(1)/programs/$$*.elf $$(filter %.o,$$^)
	$(Q)$$(USER_LINK) --strip-all -o $$@ $$(filter %.o,$$^)
.SECONDARY: $$(foreach p,$$(USER_PROGRAMS),$$(call user_objects,$(1),$$p)) $$(USER_LIB:%.c=$(O)/$(1)/user/%.o)
$(O)/$(1)/root/etc/%: user/etc/%
	@mkdir -p $$(@D)
	$(Q)cp $$< $$@
$(O)/$(1)/root/docs/%: docs/%
	@mkdir -p $$(@D)
	$(Q)cp $$< $$@
# Copied first, for an archive that is the same whoever builds it, and when: owner, rights and time are not those of the build.
$(O)/$(1)/programs.cpio: $$(USER_PROGRAMS:%=$(O)/$(1)/root/bin/%) $$(USER_TEXTS:%=$(O)/$(1)/root/%)
	@rm -rf $(O)/$(1)/archive
	@cp -R $(O)/$(1)/root $(O)/$(1)/archive && chmod -R u=rwX,go=rX $(O)/$(1)/archive
	@find $(O)/$(1)/archive -exec touch -d @0 {} +
	$(Q)cd $(O)/$(1)/archive && printf '%s\n' $$(^:$(O)/$(1)/root/%=%) | cpio --quiet --create --format=newc --reproducible --owner=+0:+0 >../$$(@F)

# Kernels of other makes, tests/kernels/: each links a source with a voice; TEST_KERNEL_* below say what differs.
$(O)/$(1)/kernels/%.o: tests/kernels/%.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) $$(FREE) $$(KERNEL_MODEL_$(1)) $$(TEST_KERNEL_INCLUDES_$(1)) -c -o $$@ $$<
$(O)/$(1)/kernels/%.elf: $$$$(TEST_KERNEL_SOURCE_$(1)_$$$$*) $$(TEST_KERNEL_OBJ_$(1)) $$(wildcard tests/kernels/*.h tests/kernels/*.ld tests/kernels/$(1)/*)
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) $$(FREE) $$(KERNEL_MODEL_$(1)) $$(TEST_KERNEL_INCLUDES_$(1)) $$(TEST_KERNEL_FLAGS_$(1)_$$*) -c -o $$(@:.elf=.o) $$<
	$(Q)$$(LD) $$(KERNEL_LINK) -static -e kernel_entry $$(or $$(TEST_KERNEL_LINK_$(1)_$$*),$$(call test_kernel_at,0xffffffff80000000)) \
	    -o $$@ $$(@:.elf=.o) $$(TEST_KERNEL_OBJ_$(1))
$(O)/$(1)/kernels/spoilt-%.elf: $(O)/$(1)/kernels/silent.elf tests/kernels/spoil
	$(Q)tests/kernels/spoil $$* $$< $$@
endef

# Position-independent code serves static kernels and pith-pie alike.
KERNEL_MODEL_x86_64  := -fPIE -fvisibility=hidden
KERNEL_MODEL_aarch64 := -fPIE -fvisibility=hidden
# For size. A function with one caller goes into it when it is small: clang would have it at any size, and what efi_main is
# then is larger than its parts. What is moved out of a loop, or computed on one more path to be there on all, wants a
# register and is spilled. x86_64: callers know which registers a function of this image changes (aarch64 does not boot with
# that). aarch64: functions that save the same registers share the code for it; code in its source's order has more sequences
# that are alike; and these are looked for twice.
LOADER_LINK = -O2 --icf=all -pie --no-dynamic-linker --pack-dyn-relocs=relr -z text -z norelro -z noexecstack --build-id=none --gc-sections \
               $(addprefix -mllvm ,-inline-threshold=-13500 -disable-machine-licm -enable-pre=0 $(LOADER_LINK_$(1)))
LOADER_LINK_x86_64  := -enable-ipra
LOADER_LINK_aarch64 := -machine-outliner-reruns=1 -homogeneous-prolog-epilog -enable-misched=0 -enable-post-misched=0
KERNEL_LINK := -z noexecstack -z text -z norelro -z max-page-size=4096 --build-id=none --gc-sections
KERNEL_STATIC := -static -T kernel/static.ld
KERNEL_PIE := -pie --no-dynamic-linker -T kernel/pie.ld
KERNEL_LINK_x86_64_pie  := $(KERNEL_PIE) --defsym=KERNEL_BASE=0x1000
KERNEL_LINK_x86_64_low  := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x1000000
KERNEL_LINK_aarch64_pie := $(KERNEL_PIE) --defsym=KERNEL_BASE=0x1000
KERNEL_LINK_aarch64_low := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x48000000
KERNEL_LINK_aarch64_el2 := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x48000000
KERNEL_LINK_aarch64_mmuoff := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x40010000
KERNEL_LINK_aarch64_staged := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x47800000
KERNEL_VARIANTS_x86_64  := 5level debug devicemap fptrap identity low nonotes pie recursive
KERNEL_VARIANTS_aarch64 := debug devicemap el2 el2vhe fptrap identity low mmuoff nonotes pie staged

test_kernel_at = -T tests/kernels/kernel.ld --defsym=KERNEL_BASE=$(1)
SPOILT := $(addprefix spoilt-,entry-zero entry-outside entry-in-data text-no-exec truncated wrong-machine too-large)
TEST_KERNELS_x86_64  := silent silent-fptrap silent-low identity recursive hypervisor nmi interrupt undefined
TEST_KERNELS_aarch64 := silent silent-fptrap silent-low identity identity-mapped higher_half hypervisor hypervisor-vhe
TEST_KERNEL_FLAGS_x86_64_identity         := -DIDENTITY_MAP
TEST_KERNEL_FLAGS_x86_64_silent-fptrap    := -DTRAP_FP
TEST_KERNEL_FLAGS_aarch64_identity-mapped := -DIDENTITY_MAP
TEST_KERNEL_FLAGS_aarch64_silent-fptrap   := -DTRAP_FP
TEST_KERNEL_FLAGS_aarch64_hypervisor-vhe  := -DVHE
TEST_KERNEL_LINK_x86_64_silent-low        := $(call test_kernel_at,0x700000000000)
TEST_KERNEL_LINK_aarch64_silent-low       := $(call test_kernel_at,0x400000)
TEST_KERNEL_LINK_x86_64_identity          := $(call test_kernel_at,0x1000000)
TEST_KERNEL_LINK_x86_64_recursive         := $(call test_kernel_at,0xffffff0000000000)
TEST_KERNEL_LINK_x86_64_hypervisor        := -T tests/kernels/x86_64/hypervisor.ld
TEST_KERNEL_LINK_aarch64_identity         := $(call test_kernel_at,0x40010000)
TEST_KERNEL_LINK_aarch64_identity-mapped  := $(call test_kernel_at,0x40010000)
TEST_KERNEL_LINK_aarch64_higher_half      := $(call test_kernel_at,0xffff800000000000)
TEST_KERNEL_LINK_aarch64_hypervisor       := $(call test_kernel_at,0x48000000)
# A variant's source is the one of the name before its dash.
test_kernel_source = $(firstword $(wildcard tests/kernels/$(2).c tests/kernels/$(1)/$(2).c))
define test_kernels_of
TEST_KERNEL_INCLUDES_$(1) := -Iinclude -Icore -Ilib -Iarch/$(1) -iquote tests/kernels -iquote tests/kernels/$(1)
TEST_KERNEL_OBJ_$(1) := $$(addprefix $(O)/$(1)/kernel/,core/uart.o lib/string.o lib/format.o) $(O)/$(1)/kernels/voice.o
endef
$(foreach a,$(ARCHES),$(eval $(call test_kernels_of,$(a))) \
    $(foreach k,$(TEST_KERNELS_$(a)),$(eval TEST_KERNEL_SOURCE_$(a)_$(k) := $(call test_kernel_source,$(a),$(firstword $(subst -, ,$(k)))))))
.SECONDEXPANSION:
$(foreach a,$(ARCHES),$(eval $(call for_arch,$(a))))

all: $(O)/host/hobnail $(foreach a,$(ARCHES),$(O)/$(a)/$(EFI_$(a)) $(O)/$(a)/pith.elf $(O)/$(a)/programs.cpio) ## build loader, kernel, its programs and host tools for both architectures

# An archive of the kind that kernels begin with, for scenarios: newc, as cpio writes it.
$(O)/test/archive.cpio: README.md
	@mkdir -p $(@D)
	$(Q)echo $< | cpio --quiet --create --format=newc --reproducible >$@

kernels: $(O)/test/archive.cpio $(foreach a,$(ARCHES),$(O)/$(a)/pith.elf $(foreach v,$(KERNEL_VARIANTS_$(a)),$(O)/$(a)/pith-$(v).elf) $(foreach k,$(TEST_KERNELS_$(a)) $(SPOILT),$(O)/$(a)/kernels/$(k).elf)) ## build pith, its variants, and the kernels of tests/kernels/

broken: all kernels $(foreach a,$(ARCHES),$(BROKEN_EFI_$(a))) ## build loaders that break one promise each, for tests/broken-check

hooks: all kernels $(foreach a,$(ARCHES),$(HOOKS_$(a))) ## build loaders that make the world harder, for boot scenarios

unit: $(UNIT) ## build and run the unit tests alone
	@for t in $(UNIT); do $$t || exit 1; done

# ---- Tests, runs and fuzzing ---------------------------------------------------------------------------------

# One prove for all, what takes long first: tests/*-check, boot scenarios, those with most variants first, and the unit tests.
# A boot waits for a second or two of its time, so one job more than processors keeps these busy.
CHECKS := $(wildcard tests/*-check)
SCENARIOS_ALL = $(shell grep -c '^each:' $(wildcard tests/boot/*.scenario) | sort -t: -k2 -nr | cut -d: -f1)
SCENARIOS = $(shell grep -L '^only: *test-all' $(SCENARIOS_ALL))
MALFORMED := $(foreach a,$(ARCHES),$(O)/test/malformed/$(a)/made)
JOBS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))
PROVE = prove --jobs $(JOBS) --timer --failures --comments --exec tests/tap

$(MALFORMED): $(O)/test/malformed/%/made: $(O)/host/malformed
	@mkdir -p $(@D)
	$(Q)$< $* $(@D) >$@

# tools/deps may install the compiler: what depends on it runs in a second make.
define with_deps
	@if [ -x tools/deps ]; then tools/deps $(1); fi
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
endef

test: ## install what is missing, build, and run unit tests and boot scenarios
	$(call with_deps,test) run-tests

# One boot and more of each kind, on each architecture: firmware, EL2, several processors, user mode.
QUICK := x86_64-q35 x86_64-cpu-max x86_64-models-new x86_64-boot-text \
         aarch64-boot-text aarch64-from-el2 aarch64-models-new aarch64-uboot
test-quick: ## install what is missing, and run unit tests and a few boot scenarios: minutes
	$(call with_deps,test) run-quick

run-quick: all kernels $(UNIT)
	@$(PROVE) tests/image-check tests/run-check tests/scenario-check $(QUICK:%=tests/boot/%.scenario) $(UNIT)

test-all: export HOBNAIL_TEST_ALL := 1
test-all: ## the same, and what takes long: big machines, more disks, all pairs of failures, coverage, planted faults, a soak
	$(call with_deps,test-all) run-tests SCENARIOS='$$(SCENARIOS_ALL)'
	$(call with_deps,test) coverage
	$(call with_deps,test) msan
	$(call with_deps,test) run-mutants N=20 MUTANTS_LEAST=85
	$(call with_deps,test) run-soak

soak: ## boot pith SOAK=100 times in a row on each architecture
	$(call with_deps,test) run-soak
SOAK ?= 100

run-soak: all
	@tests/soak $(SOAK)

# Defined before the rule that needs them: prerequisites are expanded when they are read.
FUZZ := $(filter-out $(if $(FIRMWARE),,%/loader),$(patsubst tests/fuzz/%_fuzz.c,$(O)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c)))
FUZZ_SEEDS := $(O)/fuzz/seeds/elf/made $(O)/fuzz/seeds/recognise/made $(O)/fuzz/seeds/font/9x18.pcf $(O)/fuzz/seeds/program/made

# The firmware of a board, for its scenarios; without it they are skipped.
BOARD_FIRMWARE := $(O)/firmware/usr/lib/u-boot/rpi_3/u-boot.bin
$(BOARD_FIRMWARE):
	$(Q)tools/unpack $(O)/firmware u-boot-rpi:arm64
# Some of it wants a device tree, which comes with a kernel: 93 MB, for a QEMU that has use for it.
BOARD_TREES := $(O)/firmware/device-trees
$(BOARD_TREES): | $(BOARD_FIRMWARE)
	$(Q)! qemu-system-aarch64 -machine help | grep -q '^raspi4b' || tools/unpack $(O)/firmware linux-image-arm64:arm64+
	$(Q)! ls $(O)/firmware/usr/lib/linux-image-*/broadcom >/dev/null 2>&1 || touch $@

run-tests: all kernels broken hooks $(UNIT) $(MALFORMED) $(FUZZ) $(FUZZ_SEEDS) | $(BOARD_FIRMWARE) $(if $(HOBNAIL_TEST_ALL),$(BOARD_TREES))
	@$(PROVE) $(CHECKS) $(SCENARIOS) $(UNIT)

# Undefined reads in the host tests. The C library and cmocka are not instrumented: of what they write, the sanitizer's interceptors know.
MEMORY := -fsanitize=memory -fsanitize-memory-track-origins
msan: ## the host tests under MemorySanitizer (x86_64)
	@env -u HOBNAIL_TEST_ALL $(MAKE) --no-print-directory O=$(O)/msan SANITIZE='$(MEMORY)' run-msan
run-msan: $(UNIT)
	@$(PROVE) $(UNIT)

# Line coverage by the tests of a part: core/ by unit tests, loader/ by the fake firmware, with each architecture's C where there
# are tests of it, which the limit leaves out. Pairs of failures run no other lines than single ones.
COVERAGE := -fprofile-instr-generate -fcoverage-mapping
coverage: ## lines of core/ and loader/ that the host tests run, and of kernel/ in QEMU, per file; fewer than 95, 85, 80 % are an error
	@env -u HOBNAIL_TEST_ALL $(MAKE) --no-print-directory O=$(O)/coverage SANITIZE='$(COVERAGE)' run-coverage
	@env -u HOBNAIL_TEST_ALL $(MAKE) --no-print-directory run-kernel-coverage

# $(1) = programs, $(2) = folder, $(3) = the least that shall be run, in percent
define covered
	@rm -f $(O)/$(2).*.profraw
	@for t in $(1); do LLVM_PROFILE_FILE=$(O)/$(2).$$(echo $$t | tr / -).profraw $$t >$(O)/$(2).log 2>&1 || { cat $(O)/$(2).log; exit 1; }; done
	@llvm-profdata merge -o $(O)/$(2).profdata $(O)/$(2).*.profraw
	@llvm-cov report -instr-profile=$(O)/$(2).profdata -show-region-summary=false -show-branch-summary=false \
		$(firstword $(1)) $(patsubst %,-object %,$(wordlist 2,99,$(1))) \
		$(wildcard $(2)/*.c $(2)/firmware/*.c $(2)/protocol/*.c $(2)/arch/*/*.c) 2>$(O)/$(2).log | \
		awk '$$1 ~ /\.c$$|^TOTAL$$/ { printf "%-28s %7s  %s lines missed of %s\n", $$1 == "TOTAL" ? "$(2)" : $$1, $$7, $$6, $$5 } \
		     $$1 ~ /\.c$$/ && $$1 !~ /^arch\// { lines += $$5; missed += $$6 } \
		     END { few = 100 * (lines - missed) < $(3) * lines || !lines; if (few) print "$(2): less than $(3) %"; exit few }'
endef

# What runs of kernel/ in QEMU, counted by a plugin, of either version that QEMU knows.
$(O)/test/covered-%.so: tests/qemu/covered.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_FLAGS) -DVERSION=$* -shared -fPIC -fvisibility=hidden -o $@ $<

run-kernel-coverage: all $(O)/test/covered-1.so $(O)/test/covered-2.so
	@tests/kernel-coverage 80

run-coverage: $(UNIT)
	$(call covered,$(filter-out $(FIRMWARE) $(ARCH_TESTS),$(UNIT)),core,95)
	$(if $(FIRMWARE),$(call covered,$(FIRMWARE) $(ARCH_TESTS),loader,85))

# Reproducible from N and SEED, and from the sources.
mutants: ## plant N=200 single faults, one at a time, chosen by SEED=1 (in FILES= alone), and list those that no test notices
	$(call with_deps,test) run-mutants
N ?= 200
SEED ?= 1

run-mutants:
	@MUTANTS_LEAST=$(MUTANTS_LEAST) CC='$(CC)' tests/mutants $(N) $(SEED) $(FILES)

run: ## boot pith in QEMU (ARCH=aarch64: on that); Ctrl-C ends it
	$(call with_deps,run) run-pith

run-pith: $(O)/host/hobnail $(O)/$(ARCH)/$(EFI_$(ARCH)) $(O)/$(ARCH)/pith.elf $(O)/$(ARCH)/programs.cpio
	@$(O)/host/hobnail run $(O)/$(ARCH)/pith.elf --module $(O)/$(ARCH)/programs.cpio --cpus 4

# Each program has what it uses of core/ and the parts named here.
FUZZ_FLAGS = $(TEST_FLAGS) -O2 -fsanitize=fuzzer-no-link
FUZZ_CORE := $(patsubst %.c,$(O)/fuzz/obj/%.o,$(CORE) $(CORE_LIB))

$(O)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_FLAGS) -c -o $@ $<
# What reads our own texts is not explored, nor watched: every refusal would wait for it, a hundred times as long as for the rest.
$(O)/fuzz/obj/core/packed.o: FUZZ_FLAGS = $(HOST_FLAGS)

$(O)/fuzz/elf2efi: $(patsubst %.c,$(O)/fuzz/obj/%.o,$(filter-out %/main.c,$(ELF2EFI)))
$(O)/fuzz/font: $(O)/fuzz/obj/tools/font2c/pcf.o
$(O)/fuzz/json: $(O)/fuzz/obj/cli/json.o $(O)/fuzz/obj/cli/strlist.o
KERNEL_FUZZ := archive program
$(addprefix $(O)/fuzz/,$(KERNEL_FUZZ)): $(O)/fuzz/%: $(O)/fuzz/obj/kernel/%.o
$(patsubst %,$(O)/fuzz/obj/kernel/%.o,$(KERNEL_FUZZ)) $(patsubst %,$(O)/fuzz/obj/tests/fuzz/%_fuzz.o,$(KERNEL_FUZZ)): TEST_FLAGS += -iquote kernel
# The whole loader, where its tests can be built. What plays the machine is not what is explored.
FUZZ_LOADER := $(patsubst $(O)/test/%,$(O)/fuzz/obj/%,$(FIRMWARE_OBJ))
$(FUZZ_LOADER) $(O)/fuzz/obj/tests/fuzz/loader_fuzz.o: TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(O)/fuzz/obj/tests/firmware/%.o $(O)/fuzz/obj/tests/fuzz/loader_fuzz.o: FUZZ_FLAGS = $(TEST_FLAGS) -O2
$(O)/fuzz/loader: $(FUZZ_LOADER)
$(FUZZ): $(O)/fuzz/%: $(O)/fuzz/obj/tests/fuzz/%_fuzz.o $(FUZZ_CORE)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined -fuse-ld=lld -o $@ $(filter-out $(FUZZ_CORE),$^) \
	    -Wl,--start-lib $(FUZZ_CORE) -Wl,--end-lib

$(O)/fuzz/seeds/elf/made: $(MALFORMED)
	@mkdir -p $(@D)
	$(Q)for a in $(ARCHES); do for f in $(O)/test/malformed/$$a/*.elf; do cp $$f $(@D)/$$a-$${f##*/} || exit 1; done; done
	$(Q)touch $@
# The same files as they are called by what they are.
$(O)/fuzz/seeds/recognise/made: $(O)/test/malformed/x86_64/made
	@mkdir -p $(@D)
	$(Q)cut -f1,2 $< | while read -r name code; do case $$code in ERR_IS_*) cp $(O)/test/malformed/x86_64/$$name.elf $(@D) || exit 1; esac; done
	$(Q)touch $@
# A byte that says which machine, and a program.
$(O)/fuzz/seeds/program/made: $(foreach a,$(ARCHES),$(O)/$(a)/programs.cpio)
	@mkdir -p $(@D)
	$(Q)for p in init crash; do for a in 1x86_64 0aarch64; do \
	    (printf "\\00$${a%%[xa]*}"; cat $(O)/$${a#?}/root/bin/$$p) >$(@D)/$${a#?}-$$p || exit 1; done; done
	$(Q)touch $@
$(O)/fuzz/seeds/font/9x18.pcf: $(wildcard $(FONT_console))
	@mkdir -p $(@D)
	$(Q)gzip -dc $(FONT_console) >$@

fuzz: $(FUZZ) $(FUZZ_SEEDS) ## run every fuzz target for SECONDS=60 seconds each, from what earlier runs have found
	@FUZZ_SECONDS=$(SECONDS) FUZZ_KEEP=$(O)/fuzz/corpus tests/fuzz-check
SECONDS ?= 60

# ---- Measurements: bench/, docs/performance.md ---------------------------------------------------------------

BENCH_EFI := stamp floor kernel_efi
BENCH_PROGRAMS := $(foreach a,$(ARCHES),$(BENCH_EFI:%=$(O)/bench/$(a)/%.efi) $(O)/bench/$(a)/kernel) $(O)/bench/x86_64/kernel_mb2
BENCH_LINK := $(LD) -s -static -z max-page-size=4096 -z noexecstack --build-id=none -T bench/kernel.ld
BENCH_ENTRY = $(if $(filter %kernel_efi.elf,$@),kernel_entry,efi_main)

# $(1) = architecture
define bench_for_arch
$(O)/bench/$(1)/%.o: bench/%.c
	@mkdir -p $$(@D)
	$(Q)$$(CC) $$(TARGET_$(1)) $$(FREE) -O2 -fPIE -fvisibility=hidden -Iinclude -Ilib -Iefi -Iarch/$(1) -c -o $$@ $$<
$(O)/bench/$(1)/%.elf: $(O)/bench/$(1)/%.o $(O)/$(1)/loader/lib/string.o $(O)/$(1)/loader/loader/sbat.o loader/loader.ld
	$(Q)$$(LD) $$(call LOADER_LINK,$(1)) --no-gc-sections -e $$(BENCH_ENTRY) -T loader/loader.ld \
	    -o $$@ $$(filter %.o,$$^)
$(O)/bench/$(1)/%.efi: $(O)/bench/$(1)/%.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $$@ $$<
$(O)/bench/$(1)/kernel: $(O)/bench/$(1)/kernel.o bench/kernel.ld
	$(Q)$(BENCH_LINK) --defsym=KERNEL_BASE=0xffffffff80000000 -o $$@ $$<
endef
$(foreach a,$(ARCHES),$(eval $(call bench_for_arch,$(a))))
.SECONDARY: $(BENCH_PROGRAMS:%.efi=%.elf) $(foreach a,$(ARCHES),$(BENCH_EFI:%=$(O)/bench/$(a)/%.o) $(O)/bench/$(a)/kernel.o)

$(O)/bench/x86_64/kernel_mb2: bench/kernel_mb2.c bench/guest.h bench/kernel.ld
	@mkdir -p $(@D)
	$(Q)$(CC) --target=i386-unknown-none-elf -mgeneral-regs-only $(filter-out -MMD -MP,$(FREE)) -O2 -c -o $@.o $<
	$(Q)$(BENCH_LINK) -m elf_i386 --defsym=KERNEL_BASE=0x1000000 -o $@ $@.o

$(O)/bench/profile.so: bench/profile.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_FLAGS) -shared -fPIC -fvisibility=hidden -o $@ $<

# Fetched once; without them the others are measured.
$(O)/bench/peers:
	$(Q)tools/unpack $@ grub-common grub-efi-amd64-bin:amd64 grub-efi-arm64-bin:arm64 systemd-boot-efi:amd64 \
	    systemd-boot-efi:arm64 refind:amd64 refind:arm64

# Each may be a list with commas: LOADERS=hobnail,floor MODULES=0,16 BENCH_RAM=4G. ARCH counts only where somebody set it.
BENCH_RAM = 256M,4G,64G,1T
BENCH_LIMITS = $(if $(filter-out file,$(origin ARCH)),--arch $(ARCH)) $(if $(MODULES),--modules $(MODULES)) \
               $(if $(LOADERS),--loaders $(LOADERS)) --ram '$(BENCH_RAM)' $(if $(PROFILE),--profile) $(BENCH)

bench: ## count guest instructions of a boot, beside other loaders, and of system calls (ARCH=, MODULES=, LOADERS= limit it; PROFILE=1: where they go)
	$(call with_deps,bench) run-bench

run-bench: all $(BENCH_PROGRAMS) $(O)/bench/profile.so | $(O)/bench/peers
	@bench/run $(BENCH_LIMITS)
	@bench/calls $(if $(filter-out file,$(origin ARCH)),$(ARCH),$(ARCHES))

# What users want of a build, where distributions have it; the command finds its loaders beside itself (cli/volume_options.c).
PREFIX := /usr/local
INSTALL_AT = $(DESTDIR)$(PREFIX)
INSTALL_LOADERS := $(foreach a,$(ARCHES),$(O)/$(a)/$(EFI_$(a)))
INSTALL_DOCS := README.md LICENSE SECURITY.md $(wildcard docs/*)
install: all ## install command, loaders, header and documents (PREFIX=/usr/local, DESTDIR=)
	$(Q)for d in bin include/hobnail share/hobnail share/doc/hobnail/docs; do \
	    [ -d $(INSTALL_AT)/$$d ] || install -d -m 755 $(INSTALL_AT)/$$d || exit 1; done
	$(Q)install -m 755 $(O)/host/hobnail $(INSTALL_AT)/bin/
	$(Q)install -m 644 $(INSTALL_LOADERS) $(INSTALL_AT)/share/hobnail/
	$(Q)for a in $(ARCHES); do install -m 644 $(O)/$$a/hobnail.elf $(INSTALL_AT)/share/hobnail/hobnail-$$a.elf || exit 1; done
	$(Q)install -m 644 include/hobnail/boot.h $(INSTALL_AT)/include/hobnail/
	$(Q)install -m 644 $(filter-out docs/%,$(INSTALL_DOCS)) $(INSTALL_AT)/share/doc/hobnail/
	$(Q)install -m 644 $(filter docs/%,$(INSTALL_DOCS)) $(INSTALL_AT)/share/doc/hobnail/docs/

uninstall: ## remove what `make install` with the same PREFIX and DESTDIR has installed
	$(Q)rm -f $(INSTALL_AT)/bin/hobnail $(INSTALL_AT)/include/hobnail/boot.h
	$(Q)rm -rf $(INSTALL_AT)/share/hobnail $(INSTALL_AT)/share/doc/hobnail
	$(Q)rmdir $(INSTALL_AT)/include/hobnail 2>/dev/null || true

clean: ## remove everything that was built
	rm -rf $(O)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

.PHONY: install uninstall all kernels broken hooks unit test test-quick run-quick test-all run-tests soak run-soak coverage run-coverage msan run-msan mutants run-mutants run run-pith fuzz bench run-bench clean help
-include $(shell find $(O) -type f -name '*.d' 2>/dev/null)
