# Fuzz targets: tests/fuzz/NAME_fuzz.c.

FUZZ := $(filter-out $(if $(FIRMWARE),,%/loader),$(patsubst \
        tests/fuzz/%_fuzz.c,$(O)/fuzz/%,$(wildcard tests/fuzz/*_fuzz.c)))
FUZZ_SEEDS := $(O)/fuzz/seeds/elf/made $(O)/fuzz/seeds/recognise/made $(O)/fuzz/seeds/font/9x18.pcf \
        $(O)/fuzz/seeds/program/made $(O)/fuzz/seeds/multiboot2/made

# Each program has what it uses of core/ and the parts named here.
FUZZ_FLAGS = $(TEST_FLAGS) -O2 -fsanitize=fuzzer-no-link
FUZZ_CORE := $(patsubst %.c,$(O)/fuzz/obj/%.o,$(CORE) $(CORE_LIB))

$(O)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(FUZZ_FLAGS) -c -o $@ $<

$(O)/fuzz/elf2efi: $(patsubst %.c,$(O)/fuzz/obj/%.o,$(filter-out %/main.c,$(ELF2EFI)))
$(O)/fuzz/font: $(O)/fuzz/obj/tools/font2c/pcf.o
$(O)/fuzz/json: $(O)/fuzz/obj/cli/json.o $(O)/fuzz/obj/cli/strlist.o
$(O)/fuzz/dump: $(O)/fuzz/obj/cli/dump.o $(O)/fuzz/obj/cli/arch.o
$(O)/fuzz/obj/cli/dump.o $(O)/fuzz/obj/tests/fuzz/dump_fuzz.o: TEST_FLAGS += -iquote cli
EXPLAIN_FUZZ := $(patsubst $(O)/test/%,$(O)/fuzz/obj/%,$(EXPLAIN_TEST)) \
                $(patsubst %,$(O)/fuzz/obj/cli/%.o,complain waiting)
$(EXPLAIN_FUZZ) $(O)/fuzz/obj/tests/fuzz/explain_fuzz.o: TEST_FLAGS += -iquote cli
$(O)/fuzz/explain: $(EXPLAIN_FUZZ)
KERNEL_FUZZ := archive program
$(addprefix $(O)/fuzz/,$(KERNEL_FUZZ)): $(O)/fuzz/%: $(O)/fuzz/obj/kernel/%.o
$(patsubst %,$(O)/fuzz/obj/kernel/%.o,$(KERNEL_FUZZ)) $(patsubst %,$(O)/fuzz/obj/tests/fuzz/%_fuzz.o,$(KERNEL_FUZZ)): \
        TEST_FLAGS += -iquote kernel
# The whole loader, where its tests can be built. What plays the machine is not what is explored.
FUZZ_LOADER := $(patsubst $(O)/test/%,$(O)/fuzz/obj/%,$(FIRMWARE_OBJ))
$(FUZZ_LOADER) $(O)/fuzz/obj/tests/fuzz/loader_fuzz.o: TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(O)/fuzz/obj/tests/firmware/%.o $(O)/fuzz/obj/tests/fuzz/loader_fuzz.o: FUZZ_FLAGS = $(TEST_FLAGS) -O2
$(O)/fuzz/loader: $(FUZZ_LOADER)
$(FUZZ): $(O)/fuzz/%: $(O)/fuzz/obj/tests/fuzz/%_fuzz.o $(FUZZ_CORE)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined -fuse-ld=lld -o $@ $(filter-out $(FUZZ_CORE),$^) \
	    -Wl,--start-lib $(FUZZ_CORE) -Wl,--end-lib

$(O)/fuzz/seeds/elf/made: $(MALFORMED)
	@mkdir -p $(@D)
	$(Q)for a in $(ARCHES); do for f in $(O)/test/malformed/$$a/*.elf; do \
		cp $$f $(@D)/$$a-$${f##*/} || exit 1; done; done
	$(Q)touch $@
# The same files as they are called by what they are.
$(O)/fuzz/seeds/recognise/made: $(O)/test/malformed/x86_64/made
	@mkdir -p $(@D)
	$(Q)cut -f1,2 $< | while read -r name code; do case $$code in \
		ERR_IS_*) cp $(O)/test/malformed/x86_64/$$name.elf $(@D) || exit 1; esac; done
	$(Q)touch $@
# Headers with a defect each, and kernels.
$(O)/fuzz/seeds/multiboot2/made: $(O)/test/malformed/x86_64/made $(MB2_KERNELS)
	@mkdir -p $(@D)
	$(Q)cp $(O)/test/malformed/x86_64/mb2-*.elf $(MB2_KERNELS) $(@D)
	$(Q)touch $@
# A byte that says which machine, and a program.
$(O)/fuzz/seeds/program/made: $(foreach a,$(ARCHES),$(O)/$(a)/programs.cpio)
	@mkdir -p $(@D)
	$(Q)for p in init crash; do for a in 1x86_64 0aarch64; do \
	    (printf "\\00$${a%%[xa]*}"; cat $(O)/$${a#?}/root/bin/$$p) >$(@D)/$${a#?}-$$p || exit 1; done; done
	$(Q)touch $@
$(O)/fuzz/seeds/font/9x18.pcf: $(wildcard $(FONT_console))
	@mkdir -p $(@D)
	$(Q)gzip -dc $(FONT_console) >$@

fuzz: $(FUZZ) $(FUZZ_SEEDS) ## run every fuzz target for SECONDS=60 seconds each, from what earlier runs have found
	@FUZZ_SECONDS=$(SECONDS) FUZZ_KEEP=$(O)/fuzz/corpus tests/fuzz-check
SECONDS ?= 60
