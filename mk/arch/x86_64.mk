# x86_64: flags, variants, and where the kernels of tests are linked.

TARGET_x86_64 := --target=x86_64-unknown-none-elf -mno-red-zone -mgeneral-regs-only
EFI_x86_64    := BOOTX64.EFI
DEBIAN_x86_64 := amd64

# Position-independent code serves static kernels and pith-pie alike.
KERNEL_MODEL_x86_64    := -fPIE -fvisibility=hidden
KERNEL_VARIANTS_x86_64 := 1m 5level debug devicemap fptrap identity low nonotes pie recursive
KERNEL_LINK_x86_64_pie := $(KERNEL_PIE) --defsym=KERNEL_BASE=0x1000
KERNEL_LINK_x86_64_1m  := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x100000
KERNEL_LINK_x86_64_low := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x1000000

# Floating point is for programs to use.
USER_TARGET_x86_64 := --target=x86_64-unknown-none-elf

TEST_KERNELS_x86_64 := fresh silent silent-fptrap silent-low identity recursive hypervisor nmi interrupt undefined \
                       outside multiboot2
TEST_KERNEL_FLAGS_x86_64_identity      := -DIDENTITY_MAP
TEST_KERNEL_FLAGS_x86_64_silent-fptrap := -DTRAP_FP
TEST_KERNEL_LINK_x86_64_silent-low     := $(call test_kernel_at,0x700000000000)
TEST_KERNEL_LINK_x86_64_identity       := $(call test_kernel_at,0x1000000)
TEST_KERNEL_LINK_x86_64_multiboot2     := $(call test_kernel_at,0x1000000)
TEST_KERNEL_LINK_x86_64_recursive      := $(call test_kernel_at,0xffffff0000000000)
TEST_KERNEL_LINK_x86_64_hypervisor     := -T tests/kernels/x86_64/hypervisor.ld

GUESTS_x86_64 := guest
