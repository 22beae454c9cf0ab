# Files for the boots of EFI programs: tests/efi/.

EFI_TESTS_$(A) := $(O)/$(A)/efi/program.efi $(LINUX_INITRD_$(A)) $(addprefix $(O)/test/efi/,initrd tree second.cpio)

$(O)/$(A)/efi/%.o: tests/efi/%.c $(LOADER_FLAGS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) $(FREE) -fPIE -fvisibility=hidden -Iefi -Ilib -Iarch/$(A) -c -o $@ $<
$(O)/$(A)/efi/program.elf: $(O)/$(A)/efi/program.o $(O)/$(A)/loader/lib/string.o $(O)/$(A)/loader/loader/sbat.o \
        loader/loader.ld
	$(Q)$(LOADER_LINK) -e efi_main -o $@ $(filter %.o,$^)
$(O)/$(A)/efi/program.efi: $(O)/$(A)/efi/program.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
