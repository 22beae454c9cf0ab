# The tests as a whole, soak and planted faults.

# One prove for all, what takes long first: tests/*-check, boot scenarios, those with most variants first, and the
# unit tests. A boot waits for a second or two of its time, so one job more than processors keeps these busy.
CHECKS := $(wildcard tests/*-check)
SCENARIOS_ALL = $(shell grep -c '^each:' $(wildcard tests/boot/*.scenario) | sort -t: -k2 -nr | cut -d: -f1)
SCENARIOS = $(shell grep -L '^only: *test-all' $(SCENARIOS_ALL))
JOBS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))
PROVE = prove --jobs $(JOBS) --timer --failures --comments --exec tests/tap

# tools/deps may install the compiler: what depends on it runs in a second make.
define with_deps
	@if [ -x tools/deps ]; then tools/deps $(1); fi
	@$(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))
endef

test: ## install what is missing, build, and run unit tests and boot scenarios
	$(call with_deps,test) run-tests

# One boot and more of each kind, on each architecture: firmware, EL2, several processors, user mode.
QUICK := x86_64-q35 x86_64-cpu-max x86_64-models-new x86_64-boot-text \
         aarch64-boot-text aarch64-from-el2 aarch64-models-new aarch64-uboot
test-quick: ## install what is missing, and run unit tests and a few boot scenarios: minutes
	$(call with_deps,test) run-quick

run-quick: all kernels $(UNIT)
	@$(PROVE) tests/image-check tests/run-check tests/scenario-check $(QUICK:%=tests/boot/%.scenario) $(UNIT)

test-all: export HOBNAIL_TEST_ALL := 1
test-all: ## make test and the long tests: big machines, more disks, coverage, planted faults, a soak
	$(call with_deps,test-all) run-tests SCENARIOS='$$(SCENARIOS_ALL)'
	$(call with_deps,test) coverage
	$(call with_deps,test) msan
	$(call with_deps,test) run-mutants N=20 MUTANTS_LEAST=85
	$(call with_deps,test) run-soak

soak: ## boot pith SOAK=100 times in a row on each architecture
	$(call with_deps,test) run-soak
SOAK ?= 100

run-soak: all
	@tests/soak $(SOAK)

# The firmware of a board, for its scenarios; without it they are skipped.
BOARD_FIRMWARE := $(O)/firmware/usr/lib/u-boot/rpi_3/u-boot.bin
$(BOARD_FIRMWARE):
	$(Q)tools/unpack $(O)/firmware u-boot-rpi:arm64
# Some of it wants a device tree, which comes with a kernel: 93 MB, for a QEMU that has use for it.
BOARD_TREES := $(O)/firmware/device-trees
$(BOARD_TREES): | $(BOARD_FIRMWARE)
	$(Q)! qemu-system-aarch64 -machine help | grep -q '^raspi4b' || tools/unpack $(O)/firmware \
		linux-image-arm64:arm64+
	$(Q)! ls $(O)/firmware/usr/lib/linux-image-*/broadcom >/dev/null 2>&1 || touch $@

# The device tree of a machine without ACPI, for a hypervisor's guest (tests/kernels/guest/).
GUEST_TREE := $(O)/test/guest/virt.dtb
$(GUEST_TREE):
	@mkdir -p $(@D)
	$(Q)qemu-system-aarch64 -machine virt,virtualization=on,gic-version=3,acpi=off,dumpdtb=$@ -cpu max -m 512M \
		-display none 2>/dev/null

# Debian's Linux, 15 and 30 MB; without it its scenarios are skipped.
LINUX := $(foreach a,$(ARCHES),$(LINUX_KERNEL_$(a)))

# EFI programs of others, and a unified kernel image made of them; x86_64 alone has an objcopy that can.
PROGRAMS := $(O)/programs/linux.efi
$(PROGRAMS): | $(LINUX) $(LINUX_INITRD_x86_64)
	$(Q)tools/unpack $(@D) systemd-boot-efi:amd64 systemd-boot-efi:arm64 memtest86+:amd64 efi-shell-x64 \
		efi-shell-aa64
	$(Q)stub=$(@D)/usr/lib/systemd/boot/efi/linuxx64.efi.stub && { [ ! -e $$stub ] || objcopy \
		--add-section .linux=$(O)/x86_64/linux/vmlinuz --change-section-vma .linux=0x2000000 \
		--add-section .initrd=$(O)/x86_64/linux/initrd.cpio --change-section-vma .initrd=0x4000000 $$stub $@; }

# systemd's bootctl, and an initrd in which Linux runs it.
BOOTCTL := $(O)/bootctl/initrd.cpio
$(BOOTCTL): tests/linux/bootctl-initrd tests/linux/bootctl-init | $(LINUX)
	$(Q)[ -e $(@D)/usr/bin/bootctl ] || tools/unpack $(@D) systemd-boot:amd64 libsystemd-shared:amd64 \
		systemd:amd64 busybox-static:amd64
	$(Q)tests/linux/bootctl-initrd $(@D) $(O)/x86_64/linux $@

# systemd itself, and an initrd in which it is PID 1.
SYSTEMD := $(O)/systemd/initrd.cpio
$(SYSTEMD): tests/linux/systemd-initrd $(wildcard tests/linux/systemd/*) | $(LINUX)
	$(Q)[ -e $(@D)/lib/systemd/systemd ] || tools/unpack $(@D) systemd:amd64 libsystemd-shared:amd64 dbus:amd64 \
		dbus-daemon:amd64 dbus-system-bus-common:amd64 busybox-static:amd64
	$(Q)tests/linux/systemd-initrd $(@D) $(O)/x86_64/linux $@

run-tests: all kernels limine broken hooks efi $(UNIT) $(MALFORMED) $(VERDICT) $(FUZZ) $(FUZZ_SEEDS) | \
        $(BOARD_FIRMWARE) $(GUEST_TREE) $(LINUX) \
        $(if $(HOBNAIL_TEST_ALL),$(BOARD_TREES) $(PROGRAMS) $(BOOTCTL) $(SYSTEMD) $(XEN))
	@$(PROVE) $(CHECKS) $(SCENARIOS) $(UNIT)

# Reproducible from N and SEED, and from the sources.
mutants: ## plant N=200 faults, one at a time (SEED=1 selects them, FILES= limits them); list the unnoticed
	$(call with_deps,test) run-mutants
N ?= 200
SEED ?= 1

run-mutants:
	@MUTANTS_LEAST=$(MUTANTS_LEAST) CC='$(CC)' tests/mutants $(N) $(SEED) $(FILES)

# ---- EFI programs ------------------------------------------------------------------------------------------------

# The same bytes for all architectures: data that is assembled.
$(addprefix $(O)/test/efi/,initrd tree): $(O)/test/efi/%: tests/efi/%.S
	@mkdir -p $(@D)
	$(Q)$(CC) --target=x86_64-unknown-none-elf -c -o $@.o $<
	$(Q)$(LD) --oformat=binary -Ttext=0 -o $@ $@.o
$(O)/test/efi/second.cpio:
	@mkdir -p $(@D)/second
	$(Q)echo 'these are the bytes of it' >$(@D)/second/second
	$(Q)cd $(@D)/second && echo second | $(CPIO) >../second.cpio
