# Files for the boots of EFI programs: tests/efi/.

EFI_TESTS_$(A) := $(addprefix $(O)/$(A)/efi/,program.efi init.cpio) $(addprefix $(O)/test/efi/,initrd tree second.cpio)

$(O)/$(A)/efi/%.o: tests/efi/%.c $(LOADER_FLAGS)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) $(FREE) -fPIE -fvisibility=hidden -Iefi -Ilib -Iarch/$(A) -Itests/efi/$(A) -c -o $@ $<
$(O)/$(A)/efi/program.elf: $(O)/$(A)/efi/program.o $(O)/$(A)/loader/lib/string.o $(O)/$(A)/loader/loader/sbat.o \
        loader/loader.ld
	$(Q)$(LOADER_LINK) -e efi_main -o $@ $(filter %.o,$^)
$(O)/$(A)/efi/program.efi: $(O)/$(A)/efi/program.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
# Linux's first program, alone in an archive.
$(O)/$(A)/efi/root/init: $(O)/$(A)/efi/init.o
	@mkdir -p $(@D)
	$(Q)$(LD) -static -e _start -z noexecstack -o $@ $<
$(O)/$(A)/efi/init.cpio: $(O)/$(A)/efi/root/init
	$(Q)cd $(<D) && echo init | cpio --quiet --create --format=newc --reproducible --owner=0:0 >init.new
	$(Q)mv $(<D)/init.new $@
