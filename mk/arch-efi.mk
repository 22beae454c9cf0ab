# Files for the boots of EFI programs: tests/efi/.

EFI_TESTS_$(A) := $(addprefix $(O)/$(A)/efi/,program.efi boots.efi image.efi) $(LINUX_INITRD_$(A)) \
        $(addprefix $(O)/test/efi/,initrd tree second.cpio)

$(O)/$(A)/efi/%.o: tests/efi/%.c $(LOADER_FLAGS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) $(FREE) -fPIE -fvisibility=hidden -Iefi -Ilib -Iarch/$(A) -c -o $@ $<
$(addprefix $(O)/$(A)/efi/,program.elf boots.elf): $(O)/$(A)/efi/%.elf: $(O)/$(A)/efi/%.o \
        $(O)/$(A)/loader/lib/string.o $(O)/$(A)/loader/loader/sbat.o loader/loader.ld
	$(Q)$(LOADER_LINK) -e efi_main -o $@ $(filter %.o,$^)
$(addprefix $(O)/$(A)/efi/,program.efi boots.efi): %.efi: %.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
# A unified kernel image: the program with a section.
$(O)/$(A)/efi/image.efi: $(O)/$(A)/efi/boots.efi tests/efi/image.osrel tests/efi/add-section
	$(Q)tests/efi/add-section $< .osrel tests/efi/image.osrel $@
