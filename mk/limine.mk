# Kernels of the Limine protocol, tests/limine/: flags and lists. mk/arch-limine.mk has the rules.

# The conformance kernel: a build for each base revision, and variants of some. A variant's words say what its requests
# are (tests/limine/requests.c); `pie` links it as a position-independent kernel.
LIMINE_CODE   = $(TARGET_$(A)) $(FREE) $(FRAMES) $(KERNEL_MODEL_$(A)) -fno-builtin -Itests/limine -Itests/limine/$(A)
LIMINE_LINK  := $(LD) -z noexecstack -z text -z norelro -z max-page-size=4096 --build-id=none
LIMINE_FLAG_5level   := -DLIMINE_PAGING=1 -DLIMINE_LEAST=1
LIMINE_FLAG_5or4     := -DLIMINE_PAGING=1 -DLIMINE_LEAST=0
LIMINE_FLAG_newer    := -DLIMINE_TAG=7
LIMINE_FLAG_internal := -DLIMINE_INTERNAL
LIMINE_FLAG_keep     := -DLIMINE_KEEP_IOMMU
LIMINE_FLAG_x2apic   := -DLIMINE_X2APIC
LIMINE_STATIC := -static -T tests/limine/static.ld --defsym=KERNEL_BASE=0xffffffff80000000
LIMINE_PIE    := -T tests/limine/pie.ld -pie --no-dynamic-linker --pack-dyn-relocs=relr --defsym=KERNEL_BASE=0
limine_flags   = -DLIMINE_REVISION=$(firstword $(words_of)) $(foreach w,$(words_of),$(LIMINE_FLAG_$(w)))
LIMINE_JUDGES := 0 1 2 3 4 5 6 0-5level 2-5level 4-5level 6-5level 6-5or4 0-internal 6-internal 0-pie 6-pie 6-newer \
                 6-keep
LIMINE_JUDGES_x86_64 := 6-x2apic

# Kernels in the shape of those that exist, tests/limine/shapes/: a source each, and for some another way to link it.
# rela, relr: position-independent, with relocations of that kind. lto: by lld; gcc: by gcc and GNU ld, where they are
# installed. bfd: clang's objects by GNU ld.
LIMINE_SHAPES := template listed smp missing wrong low large dump table-rela table-relr template-lto
LIMINE_SHAPES_GNU := template-gcc template-bfd
LIMINE_SHAPE_CODE = $(TARGET_$(A)) $(FREE) $(FRAMES) $(KERNEL_MODEL_$(A)) -fno-builtin -Itests/limine \
                    -Itests/limine/shapes -Itests/limine/shapes/$(A)
LIMINE_SHAPE_LINK := -z noexecstack -z max-page-size=4096 --build-id=none -T tests/limine/shapes/shape.ld
LIMINE_LINK_rela := -T tests/limine/pie.ld -pie --no-dynamic-linker -z text -z norelro --defsym=KERNEL_BASE=0
LIMINE_LINK_relr := $(LIMINE_LINK_rela) --pack-dyn-relocs=relr
limine_shape_src = tests/limine/shapes/$(firstword $(call words_of,$(1))).c tests/limine/shapes/voice.c \
                   tests/limine/shapes/$(2)/machine.c
# Of a kernel, an architecture and a folder in out/ARCH/.
limine_shape_obj = $(patsubst tests/limine/%.c,$(O)/$(2)/$(3)/%.o,$(call limine_shape_src,$(1),$(2)))
# The flags that gcc has under other names, and those of its own.
LIMINE_GCC = -std=c17 -Os -g -ffreestanding -fno-builtin -fno-pic -fno-pie -no-pie -fno-stack-protector \
             -fno-asynchronous-unwind-tables -nostdlib -static -flto -Wl,--build-id=none \
             -Itests/limine -Itests/limine/shapes -Itests/limine/shapes/$(A) \
             -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,--defsym=KERNEL_BASE=0xffffffff80000000 \
             -T tests/limine/static.ld -T tests/limine/shapes/shape.ld
# Compiled when it is linked, code is static: the linker must know that it is a kernel's.
LIMINE_LTO_x86_64 := -mllvm --code-model=kernel
LIMINE_GCC_x86_64  := -mno-red-zone -mgeneral-regs-only -mcmodel=kernel
LIMINE_GCC_aarch64 := -mgeneral-regs-only -mstrict-align

# Kernels with one defect each, tests/limine/malformed/NAME.S.
LIMINE_MALFORMED := $(patsubst tests/limine/malformed/%.S,%,$(wildcard tests/limine/malformed/*.S))
# Where there is RAM: the address is refused for the protocol's sake.
LIMINE_LOW_x86_64      := 0x100000
LIMINE_LOW_aarch64     := 0x50000000
LIMINE_BASE_lower-half  = --defsym=KERNEL_BASE=$(LIMINE_LOW_$(A))

# A project with its own way to build.
LIMINE_PROJECT_x86_64  := --target=x86_64-unknown-none-elf -mno-red-zone -mgeneral-regs-only -mcmodel=kernel
LIMINE_PROJECT_aarch64 := --target=aarch64-unknown-none-elf -mgeneral-regs-only
