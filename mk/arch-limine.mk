LIMINE_LD := $(wildcard tests/limine/*.ld tests/limine/shapes/*.ld)
LIMINE_OBJ_$(A) := $(patsubst tests/limine/%,$(O)/$(A)/limine/%.o,$(basename $(filter-out %/requests.c,$(wildcard \
        tests/limine/*.c tests/limine/$(A)/*.[cS]))))
LIMINE_ALL_$(A) := $(LIMINE_JUDGES) $(LIMINE_JUDGES_$(A))
LIMINE_KERNELS_$(A) := $(LIMINE_ALL_$(A):%=$(O)/$(A)/limine/judge-%.elf)

$(O)/$(A)/limine/%.o: tests/limine/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIMINE_CODE) -c -o $@ $<
$(O)/$(A)/limine/%.o: tests/limine/%.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) -MMD -MP $(DEBUG) -Itests/limine/$(A) -c -o $@ $<
$(O)/$(A)/limine/requests-%.o: tests/limine/requests.c mk/limine.mk
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIMINE_CODE) $(call limine_flags,$*) -c -o $@ $<
$(O)/$(A)/limine/judge-%.elf: $(O)/$(A)/limine/requests-%.o $(LIMINE_OBJ_$(A)) $(LIMINE_LD)
	$(Q)$(LIMINE_LINK) $(if $(findstring pie,$*),$(LIMINE_PIE),$(LIMINE_STATIC)) -T tests/limine/kernel.ld -o $@ \
		$(filter %.o,$^)
.SECONDARY: $(LIMINE_OBJ_$(A)) $(LIMINE_ALL_$(A):%=$(O)/$(A)/limine/requests-%.o)

# Kernels of other shapes. GNU's compiler and linker need not be there.
LIMINE_GNU_$(A) := $(if $(shell command -v $(A)-linux-gnu-gcc),$(LIMINE_SHAPES_GNU))
LIMINE_SHAPES_$(A) := $(LIMINE_SHAPES) $(LIMINE_GNU_$(A))
LIMINE_KERNELS_$(A) += $(LIMINE_SHAPES_$(A):%=$(O)/$(A)/limine/shape-%.elf)

$(O)/$(A)/limine-lto/%.o: tests/limine/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIMINE_SHAPE_CODE) -flto -c -o $@ $<
$(O)/$(A)/limine/shapes/%.o: tests/limine/shapes/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIMINE_SHAPE_CODE) -c -o $@ $<
$(O)/$(A)/limine/shape-%-lto.elf: $$(call limine_shape_obj,$$*,$(A),limine-lto) $(LIMINE_LD)
	@mkdir -p $(@D)
	$(Q)$(LD) $(LIMINE_SHAPE_LINK) $(LIMINE_LTO_$(A)) $(LIMINE_STATIC) -o $@ $(filter %.o,$^)
$(O)/$(A)/limine/shape-%-bfd.elf: $$(call limine_shape_obj,$$*,$(A),limine) $(LIMINE_LD)
	$(Q)$(A)-linux-gnu-ld.bfd $(LIMINE_SHAPE_LINK) $(LIMINE_STATIC) -o $@ $(filter %.o,$^)
$(O)/$(A)/limine/shape-%-gcc.elf: $$(call limine_shape_src,$$*,$(A)) $(LIMINE_LD) \
        tests/limine/shapes/shape.h tests/limine/protocol.h
	@mkdir -p $(@D)
	$(Q)$(A)-linux-gnu-gcc $(LIMINE_GCC) $(LIMINE_GCC_$(A)) -o $@ $(filter %.c,$^)
$(O)/$(A)/limine/shape-%.elf: $$(call limine_shape_obj,$$*,$(A),limine) $(LIMINE_LD)
	$(Q)$(LD) $(LIMINE_SHAPE_LINK) $(or $(LIMINE_LINK_$(lastword $(call words_of,$*))),$(LIMINE_STATIC)) -o $@ \
		$(filter %.o,$^)
.SECONDARY: $(foreach s,$(LIMINE_SHAPES),$(call limine_shape_obj,$(s),$(A),limine) $(call \
        limine_shape_obj,$(s),$(A),limine-lto))

LIMINE_KERNELS_$(A) += $(LIMINE_MALFORMED:%=$(O)/$(A)/limine/malformed/%.elf)
$(O)/$(A)/limine/malformed/%.elf: tests/limine/malformed/%.S $(LIMINE_LD)
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) -MMD -MP $(DEBUG) -Itests/limine/malformed -Itests/limine/malformed/$(A) -c \
		-o $(@:.elf=.o) $<
	$(Q)$(LD) $(LIMINE_SHAPE_LINK) $(LIMINE_STATIC) $(LIMINE_BASE_$*) -o $@ $(@:.elf=.o)

# Loaders that break a promise.
LIMINE_BROKEN_$(A) := $(wildcard tests/limine/broken/*.c tests/limine/broken/$(A)/*.c)
LIMINE_BROKEN_EFI_$(A) := $(patsubst %.c,$(O)/$(A)/limine-broken/%.efi,$(notdir $(LIMINE_BROKEN_$(A))))

$(O)/$(A)/loader/tests/limine/broken/$(A)/%.o: LOADER_INCLUDES += -iquote tests/limine/broken -iquote tests/broken/$(A)
$(eval $(call SABOTAGED,limine-broken,tests/limine/broken))
.SECONDARY: $(patsubst %.c,$(O)/$(A)/loader/%.o,$(LIMINE_BROKEN_$(A))) $(LIMINE_BROKEN_EFI_$(A):.efi=.elf)

LIMINE_KERNELS_$(A) += $(O)/$(A)/limine/project.elf
$(O)/$(A)/limine/project.elf: tests/limine/project/kernel.c tests/limine/project/linker.ld tests/limine/protocol.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(LIMINE_PROJECT_$(A)) -O2 -ffreestanding -fno-pic -Itests/limine -c -o $(@:.elf=.o) $<
	$(Q)$(LD) -nostdlib -static -z max-page-size=4096 -T tests/limine/project/linker.ld -o $@ $(@:.elf=.o)
