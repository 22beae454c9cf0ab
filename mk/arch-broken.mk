# Loaders with loader/sabotage.c replaced. Those of tests/broken/ break one promise each (tests/broken-check boots
# them); those of tests/hooks/ make the world harder, and must boot all the same.

# The rest of the loader, compiled.
$(O)/$(A)/rest.o: $(filter-out %/loader/sabotage.o,$(LOADER_OBJ_$(A)))
	$(Q)$(LD) -r -o $@ $^

BROKEN_$(A) := $(wildcard tests/broken/*.c tests/broken/$(A)/*.c)
HOOK_$(A)   := $(wildcard tests/hooks/*.c tests/hooks/$(A)/*.c)
BROKEN_EFI_$(A) := $(patsubst %.c,$(O)/$(A)/broken/%.efi,$(notdir $(BROKEN_$(A))))
HOOKS_$(A)      := $(patsubst %.c,$(O)/$(A)/hooks/%.efi,$(notdir $(HOOK_$(A))))

$(O)/$(A)/broken/%.elf: $(O)/$(A)/loader/tests/broken/%.o $(O)/$(A)/loader/loader/sabotage.o $(O)/$(A)/rest.o \
        loader/loader.ld
	@mkdir -p $(@D)
	$(Q)$(LOADER_LINK) -o $@ $(filter %.o,$^)
$(O)/$(A)/broken/%.elf: $(O)/$(A)/loader/tests/broken/$(A)/%.o $(O)/$(A)/loader/loader/sabotage.o $(O)/$(A)/rest.o \
        loader/loader.ld
	@mkdir -p $(@D)
	$(Q)$(LOADER_LINK) -o $@ $(filter %.o,$^)
$(O)/$(A)/broken/%.efi: $(O)/$(A)/broken/%.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
$(O)/$(A)/hooks/%.elf: $(O)/$(A)/loader/tests/hooks/%.o $(O)/$(A)/loader/loader/sabotage.o $(O)/$(A)/rest.o \
        loader/loader.ld
	@mkdir -p $(@D)
	$(Q)$(LOADER_LINK) -o $@ $(filter %.o,$^)
$(O)/$(A)/hooks/%.elf: $(O)/$(A)/loader/tests/hooks/$(A)/%.o $(O)/$(A)/loader/loader/sabotage.o $(O)/$(A)/rest.o \
        loader/loader.ld
	@mkdir -p $(@D)
	$(Q)$(LOADER_LINK) -o $@ $(filter %.o,$^)
$(O)/$(A)/hooks/%.efi: $(O)/$(A)/hooks/%.elf $(O)/host/elf2efi
	$(Q)$(O)/host/elf2efi -o $@ $<
.SECONDARY: $(patsubst %.c,$(O)/$(A)/loader/%.o,$(BROKEN_$(A)) $(HOOK_$(A))) \
        $(patsubst %.efi,%.elf,$(BROKEN_EFI_$(A)) $(HOOKS_$(A)))
