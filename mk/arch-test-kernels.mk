TEST_KERNEL_OBJ_$(A) := $(addprefix $(O)/$(A)/kernel/,core/uart.o lib/string.o lib/format.o) \
        $(addprefix $(O)/$(A)/kernels/,voice.o fail.o)
$(foreach k,$(TEST_KERNELS_$(A)),$(eval TEST_KERNEL_SOURCE_$(A)_$(k) := \
        $(call test_kernel_source,$(A),$(firstword $(subst -, ,$(k))))))

$(O)/$(A)/kernels/%.o: tests/kernels/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_KERNEL_CODE) -c -o $@ $<
$(O)/$(A)/kernels/%.elf: $$(TEST_KERNEL_SOURCE_$(A)_$$*) $(TEST_KERNEL_OBJ_$(A)) \
        $(wildcard tests/kernels/*.h tests/kernels/*.ld tests/kernels/$(A)/*)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_KERNEL_CODE) $(TEST_KERNEL_FLAGS_$(A)_$*) -c -o $(@:.elf=.o) $<
	$(Q)$(LD) $(KERNEL_LINK) -static -e kernel_entry \
		$(or $(TEST_KERNEL_LINK_$(A)_$*),$(call test_kernel_at,0xffffffff80000000)) \
	    -o $@ $(@:.elf=.o) $(TEST_KERNEL_OBJ_$(A))
$(O)/$(A)/kernels/spoilt-%.elf: $(O)/$(A)/kernels/silent.elf tests/kernels/spoil
	$(Q)tests/kernels/spoil $* $< $@
.SECONDARY: $(TEST_KERNEL_OBJ_$(A))
