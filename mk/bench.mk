# Measurements: bench/, docs/performance.md.

BENCH_EFI := stamp floor kernel_efi
BENCH_PROGRAMS := $(foreach a,$(ARCHES),$(BENCH_EFI:%=$(O)/bench/$(a)/%.efi) $(O)/bench/$(a)/kernel \
        $(O)/bench/$(a)/kernel_limine) \
        $(O)/bench/x86_64/kernel_mb2 $(O)/bench/x86_64/kernel_mb2_efi
BENCH_LINK := $(LD) -s -static -z max-page-size=4096 -z noexecstack --build-id=none -T bench/kernel.ld
BENCH_ENTRY = $(if $(filter %kernel_efi.elf,$@),kernel_entry,efi_main)

$(O)/bench/x86_64/kernel_mb2: bench/kernel_mb2.c bench/guest.h bench/kernel.ld
	@mkdir -p $(@D)
	$(Q)$(CC) --target=i386-unknown-none-elf -mgeneral-regs-only $(filter-out -MMD -MP,$(FREE)) $(FRAMES) -O2 -c \
		-o $@.o $<
	$(Q)$(BENCH_LINK) -m elf_i386 --defsym=KERNEL_BASE=0x1000000 -o $@ $@.o

# Where OVMF has nothing: the kernel is there while boot services are.
$(O)/bench/x86_64/kernel_mb2_efi: bench/kernel_mb2.c bench/guest.h bench/kernel.ld mk/bench.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_x86_64) $(filter-out -MMD -MP,$(FREE)) $(FRAMES) -O2 -c -o $@.o $<
	$(Q)$(BENCH_LINK) --defsym=KERNEL_BASE=0x2000000 -o $@ $@.o

$(O)/bench/profile.so: bench/profile.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_FLAGS) -shared -fPIC -fvisibility=hidden -o $@ $<

# Fetched once; without them the others are measured.
$(O)/bench/peers:
	$(Q)tools/unpack $@ grub-common grub-efi-amd64-bin:amd64 grub-efi-arm64-bin:arm64 systemd-boot-efi:amd64 \
	    systemd-boot-efi:arm64 refind:amd64 refind:arm64

# Each may be a list with commas: LOADERS=hobnail,floor MODULES=0,16 BENCH_RAM=4G. ARCH counts only where somebody set
# it.
BENCH_RAM = 256M,4G,64G,1T
BENCH_LIMITS = $(if $(filter-out file,$(origin ARCH)),--arch $(ARCH)) $(if $(MODULES),--modules $(MODULES)) \
               $(if $(LOADERS),--loaders $(LOADERS)) --ram '$(BENCH_RAM)' $(if $(PROFILE),--profile) $(BENCH)

bench: ## count guest instructions of boots, beside other loaders, and of system calls (bench/run --help)
	$(call with_deps,bench) run-bench

run-bench: all $(BENCH_PROGRAMS) $(O)/bench/profile.so | $(O)/bench/peers
	@bench/run $(BENCH_LIMITS)
	@bench/calls $(if $(filter-out file,$(origin ARCH)),$(ARCH),$(ARCHES))
