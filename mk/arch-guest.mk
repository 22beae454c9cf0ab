# tests/kernels/guest/: a hypervisor, and tiny/, the guest of its tests. The kernels differ in their requests alone.
GUEST_OBJ_$(A) := $(patsubst tests/kernels/%,$(O)/$(A)/kernels/%.o,$(basename $(filter-out %/request.c,$(wildcard \
        tests/kernels/guest/*.c tests/kernels/guest/$(A)/*.[cS]))))
TINY_OBJ_$(A) := $(O)/$(A)/kernels/guest/tiny/$(A)/head.o $(O)/$(A)/kernels/guest/tiny/tiny.o
GUEST_BUILT_$(A) := $(GUESTS_$(A):%=$(O)/$(A)/kernels/%.elf) $(if $(GUESTS_$(A)),$(O)/$(A)/kernels/tiny.image)

$(O)/$(A)/kernels/guest/%: TEST_KERNEL_CODE += -iquote tests/kernels/guest -iquote tests/kernels/guest/$(A) \
        -iquote tests/kernels/guest/tiny/$(A)
$(O)/$(A)/kernels/guest/%.o: tests/kernels/guest/%.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_KERNEL_CODE) -c -o $@ $<
$(O)/$(A)/kernels/guest/request-%.o: tests/kernels/guest/$(A)/request.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_KERNEL_CODE) $(GUEST_FLAGS_$(A)_$*) -c -o $@ $<
$(GUESTS_$(A):%=$(O)/$(A)/kernels/%.elf): $(O)/$(A)/kernels/%.elf: $(O)/$(A)/kernels/guest/request-%.o \
        $(GUEST_OBJ_$(A)) $(TEST_KERNEL_OBJ_$(A)) tests/kernels/guest/guest.ld
	$(Q)$(LD) $(KERNEL_LINK) -pie --no-dynamic-linker -T tests/kernels/guest/guest.ld -o $@ $(filter %.o,$^)
$(O)/$(A)/kernels/tiny.image: $(TINY_OBJ_$(A)) tests/kernels/guest/tiny/tiny.ld
	$(Q)$(LD) -z noexecstack --oformat binary -T tests/kernels/guest/tiny/tiny.ld -o $@ $(filter %.o,$^)
