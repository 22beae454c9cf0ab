$(O)/bench/$(A)/%.o: bench/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) $(FREE) $(FRAMES) -O2 -fPIE -fvisibility=hidden -Iinclude -Ilib -Iefi -Iarch/$(A) -c \
		-o $@ $<
$(O)/bench/$(A)/%.elf: $(O)/bench/$(A)/%.o $(O)/$(A)/loader/lib/string.o $(O)/$(A)/loader/loader/sbat.o loader/loader.ld
	$(Q)$(LOADER_LINK) --no-gc-sections -e $(BENCH_ENTRY) -o $@ $(filter %.o,$^)
$(O)/bench/$(A)/%.efi: $(O)/bench/$(A)/%.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
$(O)/bench/$(A)/kernel: $(O)/bench/$(A)/kernel.o bench/kernel.ld
	$(Q)$(BENCH_LINK) --defsym=KERNEL_BASE=0xffffffff80000000 -o $@ $<
.SECONDARY: $(BENCH_EFI:%=$(O)/bench/$(A)/%.elf) $(BENCH_EFI:%=$(O)/bench/$(A)/%.o) $(O)/bench/$(A)/kernel.o
# The console's page is mapped as by the kernels of tests/limine/shapes/.
$(O)/bench/$(A)/kernel_limine.o: bench/kernel_limine.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIMINE_SHAPE_CODE) -Ibench -c -o $@ $<
$(O)/bench/$(A)/kernel_limine: $(O)/bench/$(A)/kernel_limine.o $(O)/$(A)/limine/shapes/$(A)/machine.o bench/kernel.ld
	$(Q)$(BENCH_LINK) --defsym=KERNEL_BASE=0xffffffff80000000 -o $@ $(filter %.o,$^)
