# aarch64: flags, variants, and where the kernels of tests are linked.

TARGET_aarch64 := --target=aarch64-unknown-none-elf -mgeneral-regs-only -mstrict-align
EFI_aarch64    := BOOTAA64.EFI
DEBIAN_aarch64 := arm64

# Position-independent code serves static kernels and pith-pie alike.
KERNEL_MODEL_aarch64       := -fPIE -fvisibility=hidden
KERNEL_VARIANTS_aarch64    := debug devicemap el2 el2vhe fptrap identity low mmuoff nonotes pie staged
KERNEL_LINK_aarch64_pie    := $(KERNEL_PIE) --defsym=KERNEL_BASE=0x1000
KERNEL_LINK_aarch64_low    := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x48000000
KERNEL_LINK_aarch64_el2    := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x48000000
KERNEL_LINK_aarch64_mmuoff := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x40010000
KERNEL_LINK_aarch64_staged := $(KERNEL_STATIC) --defsym=KERNEL_BASE=0x47800000

# Floating point is for programs to use.
USER_TARGET_aarch64 := --target=aarch64-unknown-none-elf

TEST_KERNELS_aarch64 := fresh silent silent-fptrap silent-low identity identity-mapped higher_half hypervisor \
                        hypervisor-vhe outside
TEST_KERNEL_FLAGS_aarch64_identity-mapped := -DIDENTITY_MAP
TEST_KERNEL_FLAGS_aarch64_silent-fptrap   := -DTRAP_FP
TEST_KERNEL_FLAGS_aarch64_hypervisor-vhe  := -DVHE
TEST_KERNEL_LINK_aarch64_silent-low       := $(call test_kernel_at,0x400000)
TEST_KERNEL_LINK_aarch64_identity         := $(call test_kernel_at,0x40010000)
TEST_KERNEL_LINK_aarch64_identity-mapped  := $(call test_kernel_at,0x40010000)
TEST_KERNEL_LINK_aarch64_higher_half      := $(call test_kernel_at,0xffff800000000000)
TEST_KERNEL_LINK_aarch64_hypervisor       := $(call test_kernel_at,0x48000000)

GUESTS_aarch64 := guest guest-vhe
GUEST_FLAGS_aarch64_guest-vhe := -DVHE
