# The loader: flags and lists. mk/arch-loader.mk has the rules.

# Compiled as a whole when it is linked (-flto), for size: it is read from a disk at every boot. Not so memcpy and its
# like, which the compiler calls by itself. What a boot does most often is made for speed.
LOADER_FAST  := lib/string.c lib/format.c core/paging.c core/walk.c core/memmap.c core/limine.c core/acpi.c
LOADER_CODE   = $(TARGET_$(A)) $(FREE) $(if $(filter $<,$(LOADER_FAST)),-O2) $(if $(filter lib/string.c,$<),,-flto) \
                -fPIE -fvisibility=hidden -include loader/hidden.h -fomit-frame-pointer
# Code that runs only while the firmware is there; it is not copied into the net.
AFTER_EXIT_CORE := fault% walk% err uart limine_fault memmap iommu acpi elf_sections paging
LOADER_UNTIL_EXIT := $(filter-out $(AFTER_EXIT_CORE:%=core/%.c),$(wildcard core/*.c)) \
        $(wildcard loader/steps/*.c loader/files/*.c loader/firmware/*.c loader/protocol/*_*.c) \
        loader/protocol/efi.c loader/main.c loader/leave.c
LOADER_CODE  += $(if $(filter $<,$(LOADER_UNTIL_EXIT)),-include loader/until_exit.h)
LOADER_CODE  += $(if $(filter core/menu%.c loader/steps/menu%.c,$<),-include loader/until_exit_data.h)
LOADER_INCLUDES = -Iinclude -Icore -Ilib -Iefi -Iloader -Iloader/arch/$(A) -Iarch/$(A)
LOADER_LINK  := $(LD) -pie --no-dynamic-linker --pack-dyn-relocs=relr -z text -z norelro -z noexecstack \
        --build-id=none \
                --gc-sections -T loader/loader.ld
LOADER       := $(wildcard loader/*.c $(LOADER_FOLDERS:%=loader/%/*.c))
# A change of flags changes every object: those of two optimizers do not link.
LOADER_FLAGS := mk/common.mk mk/free.mk mk/loader.mk mk/arch.mk mk/arch-loader.mk

# Rules for loaders out/ARCH/$(1)/NAME.efi, each with loader/sabotage.c replaced by a file of folder $(2), or of its
# folder for an architecture.
define SABOTAGED_ELF
$(O)/$(A)/$(1)/%.elf: $(O)/$(A)/loader/$(2)/%.o $(O)/$(A)/loader/loader/sabotage.o $(O)/$(A)/rest.o loader/loader.ld
	@mkdir -p $$(@D)
	$$(Q)$$(LOADER_LINK) -o $$@ $$(filter %.o,$$^)
endef
define SABOTAGED
$(call SABOTAGED_ELF,$(1),$(2))
$(call SABOTAGED_ELF,$(1),$(2)/$(A))
$(O)/$(A)/$(1)/%.efi: $(O)/$(A)/$(1)/%.elf $(O)/host/elf2efi
	$$(Q)$(O)/host/elf2efi -o $$@ $$<
endef
