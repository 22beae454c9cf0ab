# The whole loader on the host with this architecture's own C in place of arch_fake.c: tests/arch/ARCH/NAME_test.c over
# tests/arch/ARCH/machine.c, which plays the instructions and the assembly, and ends the image: it is linked last.
ARCH_TEST_$(A) := $(if $(FIRMWARE),$(patsubst tests/arch/$(A)/%_test.c,$(O)/test/arch/$(A)/%,$(wildcard \
        tests/arch/$(A)/*_test.c)))
ARCH_TEST_OBJ_$(A) := $(patsubst %.c,$(O)/test/%.o,$(filter-out %/schemes.c,$(wildcard loader/arch/$(A)/*.c)) \
        $(ARCH_TEST_SHARED) \
                      tests/arch/$(A)/machine.c)
$(O)/test/loader/arch/$(A)/%.o $(O)/test/tests/arch/$(A)/%.o: TEST_FLAGS += -iquote loader -iquote efi -iquote \
        loader/arch/$(A) \
    -Itests/arch/$(A) -Iarch/$(A)
$(O)/test/loader/arch/$(A)/%.o: TEST_FLAGS += -fno-zero-initialized-in-bss -mllvm -asan-globals=0 -include \
        tests/arch/statics.h
$(ARCH_TEST_$(A)): $(O)/test/arch/$(A)/%: $(O)/test/tests/arch/$(A)/%_test.o \
        $(filter-out %/arch_fake.o,$(FIRMWARE_OBJ)) $(TEST_CORE) $(ARCH_TEST_OBJ_$(A))
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka
ARCH_TESTS += $(ARCH_TEST_$(A))
UNIT += $(ARCH_TEST_$(A))
