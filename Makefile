# Hobnail: `make help` says what there is to make. The rules of each part stand in mk/.

ARCHES := $(shell cat mk/arches)
ARCH   ?= x86_64
O      := out
MAKEFLAGS += --no-builtin-rules
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

# `make V=1` shows every command.
Q := $(if $(V),,@)

# ---- Parts -------------------------------------------------------------------------------------------------------

include mk/common.mk
include mk/host.mk
include mk/unit.mk

# What is built for an architecture: loader, broken loaders, pith, its programs, kernels of tests, tests, benchmarks.
include mk/free.mk
include mk/loader.mk
include mk/kernel.mk
include mk/limine.mk
include mk/multiboot2.mk
include mk/bench.mk
.SECONDEXPANSION:
$(foreach A,$(ARCHES),$(eval include mk/arch.mk))

include mk/fuzz.mk
include mk/tests.mk
include mk/coverage.mk
include mk/install.mk

# ---- What there is to make ---------------------------------------------------------------------------------------

WARM_BUILT := $(foreach a,$(ARCHES),$(O)/$(a)/warm-$(a).efi)
LOADERS_BUILT := $(foreach a,$(ARCHES),$(O)/$(a)/$(EFI_$(a)))

all: ## build loader, kernel, its programs and host tools for both architectures
all: $(O)/host/hobnail $(HELP) $(LOADERS_BUILT) $(WARM_BUILT) \
        $(foreach a,$(ARCHES),$(O)/$(a)/pith.elf $(O)/$(a)/programs.cpio)

# An archive of the kind that kernels begin with, for scenarios: newc, as cpio writes it.
$(O)/test/archive.cpio: README.md
	@mkdir -p $(@D)
	$(Q)echo $< | $(CPIO) >$@

kernels: ## build pith, its variants, and the kernels of tests/kernels/
kernels: $(O)/test/archive.cpio $(foreach a,$(ARCHES),$(O)/$(a)/pith.elf \
        $(KERNEL_VARIANTS_$(a):%=$(O)/$(a)/pith-%.elf) \
        $(patsubst %,$(O)/$(a)/kernels/%.elf,$(TEST_KERNELS_$(a)) $(SPOILT)) $(GUEST_BUILT_$(a)))

limine: ## build the kernels of other protocols: tests/limine/, tests/multiboot2/
limine: $(foreach a,$(ARCHES),$(LIMINE_KERNELS_$(a))) $(MB2_KERNELS)

broken: ## build loaders that break one promise each, for tests/broken-check
broken: all kernels $(foreach a,$(ARCHES),$(BROKEN_EFI_$(a)))

efi: $(foreach a,$(ARCHES),$(EFI_TESTS_$(a))) ## build what the boots of EFI programs need, tests/efi/

hooks: all kernels $(foreach a,$(ARCHES),$(HOOKS_$(a))) ## build loaders that make the world harder, for boot scenarios

unit: $(UNIT) ## build and run the unit tests alone
	@for t in $(UNIT); do $$t || exit 1; done

size: ## bytes of the loader per folder, from the link map; fails above mk/size.budget
size: $(foreach a,$(ARCHES),$(O)/$(a)/hobnail.elf)
	@O=$(O) tools/size $(ARCHES)

run: ## boot pith in QEMU (ARCH=aarch64: on that); Ctrl-C ends it
	$(call with_deps,run) run-pith

run-pith: $(O)/host/hobnail $(O)/$(ARCH)/$(EFI_$(ARCH)) $(O)/$(ARCH)/pith.elf $(O)/$(ARCH)/programs.cpio
	@$(O)/host/hobnail run $(O)/$(ARCH)/pith.elf --module $(O)/$(ARCH)/programs.cpio --cpus 4

clean: ## remove everything that was built
	rm -rf $(O)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile mk/*.mk | expand -t 20

.PHONY: install uninstall all kernels limine broken efi hooks unit test test-quick run-quick test-all run-tests soak \
        run-soak coverage run-coverage msan run-msan mutants run-mutants run run-pith fuzz bench run-bench size \
        clean help
-include $(shell find $(O) -type f -name '*.d' 2>/dev/null)
