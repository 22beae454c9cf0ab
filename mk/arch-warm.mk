# The waiting program of `hobnail run`, linked like the loader.
WARM_CODE_$(A) = $(TARGET_$(A)) $(FREE) -fPIE -fvisibility=hidden -include loader/hidden.h
$(O)/$(A)/warm/%.o: warm/%.c mk/common.mk mk/free.mk mk/arch-warm.mk mk/arch/$(A).mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARM_CODE_$(A)) -DWARM_BOOT_FILE='u"$(EFI_$(A))"' -Iwarm -Ilib -Iefi -Iarch/$(A) -c -o $@ $<
$(O)/$(A)/warm/string.o: lib/string.c mk/common.mk mk/free.mk mk/arch-warm.mk mk/arch/$(A).mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(WARM_CODE_$(A)) -fno-builtin -Ilib -c -o $@ $<
$(O)/$(A)/warm.elf: $(patsubst warm/%.c,$(O)/$(A)/warm/%.o,$(wildcard warm/*.c)) $(O)/$(A)/warm/string.o \
        $(O)/$(A)/loader/loader/sbat.o loader/loader.ld $(LOADER_FLAGS)
	$(Q)$(LOADER_LINK) -o $@ $(filter %.o,$^)
$(O)/$(A)/warm-$(A).efi: $(O)/$(A)/warm.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
