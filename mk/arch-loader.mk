LOADER_SRC_$(A) := $(LOADER) loader/sbat.S $(wildcard loader/arch/$(A)/*.[cS]) \
        $(filter-out core/walk_schemes.c,$(CORE)) $(LIB) \
                   $(O)/gen/font_small.c
LOADER_OBJ_$(A) := $(addprefix $(O)/$(A)/loader/,$(addsuffix .o,$(basename $(LOADER_SRC_$(A)))))

$(O)/$(A)/loader/core/%.o: core/%.c $(LOADER_FLAGS) mk/arch/$(A).mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(LOADER_CODE) -Iinclude -Icore -Ilib -c -o $@ $<
$(O)/$(A)/loader/lib/%.o: lib/%.c $(LOADER_FLAGS) mk/arch/$(A).mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(LOADER_CODE) -fno-builtin -Ilib -c -o $@ $<
$(O)/$(A)/loader/%.o: %.c $(LOADER_FLAGS) mk/arch/$(A).mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(LOADER_CODE) $(LOADER_INCLUDES) -c -o $@ $<
$(O)/$(A)/loader/%.o: %.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) -MMD -MP $(DEBUG) $(LOADER_INCLUDES) -c -o $@ $<

$(O)/$(A)/hobnail.elf: $(LOADER_OBJ_$(A)) loader/loader.ld $(LOADER_FLAGS)
	$(Q)$(LOADER_LINK) -Map=$(@:.elf=.map) -o $@ $(filter %.o,$^)
$(O)/$(A)/$(EFI_$(A)): $(O)/$(A)/hobnail.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
