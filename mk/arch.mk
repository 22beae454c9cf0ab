# Everything that is built for an architecture. Included once for each of mk/arches, with A as its name;
# mk/arch/NAME.mk says what differs. In recipes A is the architecture of the target.
$(O)/$(A)/% $(O)/bench/$(A)/% $(O)/test/arch/$(A)/% $(O)/test/loader/arch/$(A)/% $(O)/test/tests/arch/$(A)/%: A := $(A)

include mk/arch/$(A).mk
include mk/arch-loader.mk
include mk/arch-warm.mk
include mk/arch-broken.mk
include mk/arch-kernel.mk
include mk/arch-user.mk
include mk/arch-test-kernels.mk
include mk/arch-guest.mk
include mk/arch-limine.mk
include mk/arch-linux.mk
include mk/arch-tests.mk
include mk/arch-efi.mk
include mk/arch-bench.mk
