# pith: flags and lists. mk/arch-kernel.mk has the rules.

KERNEL_CODE     = $(TARGET_$(A)) $(FREE) $(FRAMES) -O2 $(KERNEL_MODEL_$(A))
KERNEL_INCLUDES = -Iinclude -Icore -Ilib -Ikernel -Ikernel/arch/$(A) -Iarch/$(A)
KERNEL         := $(wildcard kernel/*.c kernel/contract/*.c)
KERNEL_LINK    := -z noexecstack -z text -z norelro -z max-page-size=4096 --build-id=none --gc-sections
KERNEL_STATIC  := -static -T kernel/static.ld
KERNEL_PIE     := -pie --no-dynamic-linker -T kernel/pie.ld

# pith's programs: user/NAME.c each, or what is in user/NAME/ and user/NAME/ARCH/.
USER_CODE = $(USER_TARGET_$(A)) $(FREE) $(FRAMES) -O2 -Iinclude -Ilib -Iuser/lib -Iuser/lib/$(A) -iquote user/tests/$(A)
USER_LINK := $(LD) -static -z noexecstack -z max-page-size=4096 --build-id=none --gc-sections -T user/user.ld
USER_LIB := $(wildcard user/lib/*.c) lib/string.c lib/format.c
USER_PROGRAMS := $(patsubst user/%.c,%,$(wildcard user/*.c)) tests
user_objects = $(addprefix $(O)/$(1)/user/,$(addsuffix \
        .o,$(basename $(wildcard user/$(2).c user/$(2)/*.c user/$(2)/$(1)/*.S))))
# What is in the archive with them, as it is called there.
USER_TEXTS := etc/motd docs/pith.md

# Kernels of other makes, tests/kernels/: each links a source with a voice. A variant's source is the one of the name
# before its dash.
test_kernel_at = -T tests/kernels/kernel.ld --defsym=KERNEL_BASE=$(1)
test_kernel_source = $(firstword $(wildcard tests/kernels/$(2).c tests/kernels/$(1)/$(2).c))
TEST_KERNEL_CODE = $(TARGET_$(A)) $(FREE) $(FRAMES) $(KERNEL_MODEL_$(A)) -Iinclude -Icore -Ilib -Iarch/$(A) \
                   -iquote tests/kernels -iquote tests/kernels/$(A)
SPOILT := $(addprefix spoilt-,entry-zero entry-outside entry-in-data text-no-exec truncated wrong-machine too-large)
