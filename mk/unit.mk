# Unit tests: tests/unit/NAME_test.c, each one program with all of core/; and the whole loader on the host.

ARCH_TESTS :=
UNIT := $(patsubst tests/unit/%_test.c,$(O)/test/unit/%,$(wildcard tests/unit/*_test.c))
$(O)/test/unit/elf2efi: $(patsubst %.c,$(O)/test/%.o,$(filter-out %/main.c,$(ELF2EFI)))
TEST_CORE := $(patsubst %.c,$(O)/test/%.o,$(CORE) $(CORE_LIB))

# The parts of cli/ that are pure.
CLI_TESTS := json json_out arch dump run/console run/keys run/progress run/record image/gpt map/walked
$(foreach t,$(CLI_TESTS),$(eval $(O)/test/unit/$(notdir $(t)): $(O)/test/cli/$(t).o $(O)/test/cli/strlist.o))
$(O)/test/unit/dump: $(O)/test/cli/arch.o
$(O)/test/unit/record: $(O)/test/cli/run/console.o
$(O)/test/tests/unit/record_test.o: TEST_FLAGS += -iquote cli
$(O)/test/tests/unit/dump_test.o: TEST_FLAGS += -iquote cli

# A guest whose QEMU is the test.
GUEST_OBJ := $(patsubst %,$(O)/test/cli/%.o,arch colour file json process strlist waiting run/board \
               run/console run/guest run/qemu)
$(O)/test/unit/guest: $(GUEST_OBJ)
$(O)/test/tests/unit/guest_test.o: TEST_FLAGS += -iquote cli

# Verbs, and the text that explains them: all of cli/ but main().
CLI_TEST_OBJ := $(patsubst %.c,$(O)/test/%.o,$(filter-out cli/main.c,$(CLI)) $(CLI_GEN))
$(O)/test/unit/help: $(CLI_TEST_OBJ)
$(O)/test/unit/help: LIBRARIES := -lcapstone
$(CLI_TEST_OBJ) $(O)/test/tests/unit/help_test.o: TEST_FLAGS += -iquote cli -iquote cli/new $(SAYS_VERSION)

# Explanations: all of cli/explain/ but the command itself, whose part the test plays.
EXPLAIN_TEST := $(patsubst %.c,$(O)/test/%.o,$(filter-out %/explain.c,$(wildcard cli/explain/*.c)) \
                  $(patsubst %,cli/%.c,file arch strlist json_out colour))
$(EXPLAIN_TEST) $(O)/test/tests/unit/explain_test.o: TEST_FLAGS += -iquote cli
$(O)/test/unit/explain: $(EXPLAIN_TEST)
$(O)/test/unit/gdb_remote: $(EXPLAIN_TEST)
$(O)/test/tests/unit/gdb_remote_test.o: TEST_FLAGS += -iquote cli
$(O)/test/unit/exceptions: $(addprefix $(O)/test/cli/,explain/exceptions.o strlist.o)

$(O)/test/unit/draw: $(O)/test/lib/draw.o $(O)/test/$(O)/gen/font_console.o
$(O)/test/unit/screen: $(O)/test/loader/after/screen.o $(O)/test/lib/draw.o $(O)/test/$(O)/gen/font_small.o
$(O)/test/tests/unit/screen_test.o: TEST_FLAGS += -iquote loader
$(O)/test/unit/font2c: $(O)/test/tools/font2c/pcf.o

# Machines that `hobnail run` keeps.
WARM_TESTS := warm_key warm_cache warm_hear
$(foreach t,$(WARM_TESTS),$(eval $(O)/test/unit/$(t): $(O)/test/cli/run/$(t).o $(O)/test/cli/strlist.o))
$(O)/test/unit/warm_cache: $(O)/test/cli/run/warm_key.o
$(O)/test/unit/warm_hear: $(O)/test/cli/run/console.o
$(O)/test/cli/run/%.o $(O)/test/tests/unit/warm_hear_test.o: TEST_FLAGS += -iquote cli -iquote warm

# What hostile tables cost: readers whose branches are counted (tests/unit/work.h).
$(O)/test/unit/work: $(addprefix $(O)/test/counted/,acpi.o fdt.o fdt_machine.o memmap.o)
$(O)/test/counted/%.o: core/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_FLAGS) -include tests/unit/work.h -fsanitize-coverage=trace-pc -c -o $@ $<

# The parts of kernel/ that are pure.
KERNEL_TESTS := archive memory pages pci program runqueue terminal
$(addprefix $(O)/test/unit/,$(KERNEL_TESTS)): $(O)/test/unit/%: $(O)/test/kernel/%.o
$(patsubst %,$(O)/test/kernel/%.o,$(KERNEL_TESTS)) \
  $(patsubst %,$(O)/test/tests/unit/%_test.o,$(KERNEL_TESTS)): TEST_FLAGS += -iquote kernel
$(O)/test/unit/terminal: $(O)/test/lib/draw.o $(O)/test/$(O)/gen/font_console.o

# The judge, but for what reads the processor and its tables; tests/unit/contract_world.c stands for that.
CONTRACT_TESTS := $(patsubst tests/unit/%_test.c,%,$(wildcard tests/unit/contract*_test.c))
CONTRACT_OBJ := $(O)/test/kernel/memory.o $(O)/test/tests/unit/contract_world.o \
                $(patsubst %,$(O)/test/kernel/contract/%.o,contract record boot_facts memory device cpu utf8)
$(addprefix $(O)/test/unit/,$(CONTRACT_TESTS)): $(CONTRACT_OBJ)
$(CONTRACT_OBJ) $(patsubst %,$(O)/test/tests/unit/%_test.o,$(CONTRACT_TESTS)): \
  TEST_FLAGS += -iquote kernel -iquote kernel/contract -iquote kernel/arch/x86_64 -Iarch/x86_64

$(UNIT): $(O)/test/unit/%: $(O)/test/tests/unit/%_test.o $(TEST_CORE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(LIBRARIES)

# ---- The whole loader on the host: tests/firmware/NAME_test.c, over a fake firmware ---------------------------

# UEFI's calling convention there is Microsoft's, which clang knows on x86_64.
FIRMWARE := $(if $(filter x86_64,$(shell uname -m)), \
              $(patsubst tests/firmware/%_test.c,$(O)/test/firmware/%,$(wildcard tests/firmware/*_test.c)))
FIRMWARE_OBJ := $(patsubst %.c,$(O)/test/%.o,$(wildcard loader/*.c $(LOADER_FOLDERS:%=loader/%/*.c) lib/draw.c) \
                  $(filter-out %_test.c,$(wildcard tests/firmware/*.c))) $(O)/test/$(O)/gen/font_small.o
$(O)/test/tests/firmware/%.o: TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(filter $(O)/test/loader/%,$(FIRMWARE_OBJ)): TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(FIRMWARE): $(O)/test/firmware/%: $(O)/test/tests/firmware/%_test.o $(FIRMWARE_OBJ) $(TEST_CORE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcmocka
UNIT += $(FIRMWARE)

# Spoilt kernels, judged by the loader there and by `hobnail check`: tests/mutant-check, tests/session-check.
VERDICT := $(if $(FIRMWARE),$(O)/test/verdict/mutants)
VERDICT_CLI := $(patsubst %.c,$(O)/test/%.o,$(filter-out %/check.c %/check_print.c %/finding_print.c %/limine_print.c \
                 %/folder.c %/setup.c %/setup_boot.c %/setup_internal.c %/setup_lines.c %/setup_print.c \
                 %/program_print.c %/multiboot2_print.c, $(wildcard cli/check/*.c)) cli/arch.c cli/number.c)
$(O)/test/tests/verdict/mutants.o: TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
$(O)/test/tests/verdict/host.o: TEST_FLAGS += -iquote cli
$(VERDICT): $(patsubst %,$(O)/test/tests/verdict/%.o,mutants host) $(FIRMWARE_OBJ) $(VERDICT_CLI) $(TEST_CORE)
	@mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) -o $@ $^ -lcapstone

# What tests of all architectures share (mk/arch-tests.mk).
ARCH_TEST_SHARED := $(wildcard tests/arch/*.c)
$(patsubst %.c,$(O)/test/%.o,$(ARCH_TEST_SHARED)): TEST_FLAGS += -iquote loader -iquote efi -Iarch/x86_64
