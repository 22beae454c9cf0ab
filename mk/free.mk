# Freestanding code: what loader, kernel, user programs and the kernels of tests have in common.

FREE = $(COMMON) -Oz -ffreestanding -fno-stack-protector -fno-asynchronous-unwind-tables -fno-unwind-tables \
        -ffunction-sections -fdata-sections -nostdinc -isystem $(CC_RESOURCES)/include
# Back traces follow frame pointers (kernel/report.c, the loader's fault reports).
FRAMES := -fno-omit-frame-pointer
# Asked for once, and only by a rule that compiles: the compiler may not be installed yet.
CC_RESOURCES = $(eval CC_RESOURCES := $(shell $(CC) -print-resource-dir))$(CC_RESOURCES)
