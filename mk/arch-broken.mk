# Loaders with loader/sabotage.c replaced (SABOTAGED of mk/loader.mk). Those of tests/broken/ break one promise each
# (tests/broken-check boots them), those of tests/multiboot2/broken/ one of Multiboot2; those of tests/hooks/ make the
# world harder, and must boot all the same.

# The rest of the loader, compiled.
$(O)/$(A)/rest.o: $(filter-out %/loader/sabotage.o,$(LOADER_OBJ_$(A)))
	$(Q)$(LD) -r -o $@ $^

BROKEN_$(A) := $(wildcard tests/broken/*.c tests/broken/$(A)/*.c)
HOOK_$(A)   := $(wildcard tests/hooks/*.c tests/hooks/$(A)/*.c)
BROKEN_EFI_$(A) := $(patsubst %.c,$(O)/$(A)/broken/%.efi,$(notdir $(BROKEN_$(A))))
HOOKS_$(A)      := $(patsubst %.c,$(O)/$(A)/hooks/%.efi,$(notdir $(HOOK_$(A))))

$(eval $(call SABOTAGED,broken,tests/broken))
$(eval $(call SABOTAGED,hooks,tests/hooks))
$(eval $(call SABOTAGED,multiboot2-broken,tests/multiboot2/broken))
.SECONDARY: $(patsubst %.c,$(O)/$(A)/loader/%.o,$(BROKEN_$(A)) $(HOOK_$(A))) \
        $(patsubst %.efi,%.elf,$(BROKEN_EFI_$(A)) $(HOOKS_$(A)))
