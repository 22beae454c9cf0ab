# The conformance kernels of Multiboot2, tests/multiboot2/: a 32-bit one for the i386 entry and a 64-bit one for the EFI
# amd64 entry, and variants by words of the name. `staged` lies where OVMF has memory of its own; `flat` is no ELF file.

MB2_CODE = $(FREE) -fno-builtin -fvisibility=hidden
MB2_TARGET_i386   := --target=i686-unknown-none-elf -mgeneral-regs-only -fPIE
MB2_TARGET_x86_64 := --target=x86_64-unknown-none-elf -mno-red-zone -mgeneral-regs-only -fPIE
MB2_FLAG_within   := -DJUDGE_WITHIN
MB2_FLAG_low      := -DJUDGE_RELOCATABLE=1
MB2_FLAG_high     := -DJUDGE_RELOCATABLE=2
MB2_FLAG_flat     := -DJUDGE_FLAT
MB2_BASE_1m       := 0x100000
MB2_BASE_staged   := 0xa00000
MB2_BASE_high     := 0xa00000
MB2_JUDGES  := i386 i386-1m i386-staged i386-low i386-high within within-1m within-low within-high
MB2_KERNELS := $(MB2_JUDGES:%=$(O)/x86_64/multiboot2/%.elf) $(O)/x86_64/multiboot2/i386-flat.bin

mb2_arch  = $(if $(findstring within,$(1)),x86_64,i386)
mb2_flags = $(MB2_TARGET_$(call mb2_arch,$(1))) $(foreach w,$(call words_of,$(1)),$(MB2_FLAG_$(w)))

# All but the name of what is linked, of a kernel's name.
mb2_link = $(LD) -static -z noexecstack -z max-page-size=4096 --build-id=none -T tests/multiboot2/kernel.ld \
           --defsym=KERNEL_BASE=$(or $(MB2_BASE_$(lastword $(call words_of,$(1)))),0x200000) \
           $(O)/x86_64/multiboot2/$(1)-header.o $(O)/x86_64/multiboot2/$(1)-entry.o $(O)/x86_64/multiboot2/$(1).o

$(O)/x86_64/multiboot2/%.o: tests/multiboot2/judge.c tests/multiboot2/header.S \
        $(wildcard tests/multiboot2/*/entry.S) mk/multiboot2.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(call mb2_flags,$*) -c -o $(@:.o=-header.o) tests/multiboot2/header.S
	$(Q)$(CC) $(call mb2_flags,$*) -c -o $(@:.o=-entry.o) tests/multiboot2/$(call mb2_arch,$*)/entry.S
	$(Q)$(CC) $(MB2_CODE) $(call mb2_flags,$*) -c -o $@ tests/multiboot2/judge.c
$(O)/x86_64/multiboot2/%.elf: $(O)/x86_64/multiboot2/%.o tests/multiboot2/kernel.ld
	$(Q)$(call mb2_link,$*) -o $@
$(O)/x86_64/multiboot2/%.bin: $(O)/x86_64/multiboot2/%.o tests/multiboot2/kernel.ld
	$(Q)$(call mb2_link,$*) --oformat binary -o $@
.SECONDARY: $(MB2_JUDGES:%=$(O)/x86_64/multiboot2/%.o) $(O)/x86_64/multiboot2/i386-flat.o

# Xen, a kernel of this protocol; without it its scenario is skipped.
XEN := $(O)/firmware/xen
$(XEN):
	$(Q)tools/unpack $(O)/firmware/xen-package xen-system-amd64:amd64+
	$(Q)! ls $(O)/firmware/xen-package/boot/xen-*.gz >/dev/null 2>&1 || \
		gzip -dc $(O)/firmware/xen-package/boot/xen-*-amd64.gz >$@
