KERNEL_SRC_$(A) := $(KERNEL) $(wildcard kernel/arch/$(A)/*.[cS] kernel/contract/$(A)/*.[cS]) $(KERNEL_CORE) $(LIB) \
        $(O)/gen/font_console.c
KERNEL_OBJ_$(A) := $(addprefix $(O)/$(A)/kernel/,$(addsuffix .o,$(basename $(KERNEL_SRC_$(A)))))

$(O)/$(A)/kernel/core/%.o: core/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_CODE) -Iinclude -Icore -Ilib -c -o $@ $<
$(O)/$(A)/kernel/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_CODE) -fno-builtin -Ilib -c -o $@ $<
$(O)/$(A)/kernel/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(KERNEL_CODE) $(KERNEL_INCLUDES) -c -o $@ $<
$(O)/$(A)/kernel/%.o: %.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) -MMD -MP $(DEBUG) $(KERNEL_INCLUDES) -c -o $@ $<

# pith, and its variants: the same objects, other requests (kernel/requests/), other places.
$(O)/$(A)/pith.elf: $(KERNEL_OBJ_$(A)) $(O)/$(A)/kernel/kernel/requests/pith.o kernel/arch/$(A)/kernel.ld \
        kernel/static.ld kernel/pie.ld
	$(Q)$(LD) $(KERNEL_LINK) $(KERNEL_STATIC) -T kernel/arch/$(A)/kernel.ld -o $@ $(filter %.o,$^)
$(O)/$(A)/pith-%.elf: $(KERNEL_OBJ_$(A)) $(O)/$(A)/kernel/kernel/requests/%.o kernel/arch/$(A)/kernel.ld \
        kernel/static.ld kernel/pie.ld
	$(Q)$(LD) $(KERNEL_LINK) $(or $(KERNEL_LINK_$(A)_$*),$(KERNEL_STATIC)) -T kernel/arch/$(A)/kernel.ld -o $@ \
		$(filter %.o,$^)
.SECONDARY: $(patsubst %,$(O)/$(A)/kernel/kernel/requests/%.o,$(KERNEL_VARIANTS_$(A)))
