# The host: core/, tools/ and cli/, compiled for the machine that builds.

# The usual hardening of distributions; gcc may have defaults of its own for these.
HARDEN     := -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fPIE -Wformat -Wformat-security
HARDEN_LINK := -pie -Wl,-z,relro,-z,now,-z,noexecstack
# gcc builds the host's programs, too. It does not see that results are written whenever there is no error, and wants no
# constant of one enum compared with another's, and no text cut to its room.
GCC_QUIET  := $(if $(findstring clang,$(CC)),,-Wno-maybe-uninitialized -Wno-enum-compare -Wno-format-truncation)
HOST_FLAGS := $(COMMON) $(GCC_QUIET) -O2 $(HARDEN) -D_GNU_SOURCE -Iinclude -Icore -iquote lib
SANITIZE   := -fsanitize=address,undefined
TEST_FLAGS := $(COMMON) -O1 -D_GNU_SOURCE -Iinclude -Icore -iquote lib -iquote tests \
              $(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer

$(O)/host/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_FLAGS) -c -o $@ $<

$(O)/test/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(TEST_FLAGS) -c -o $@ $<

ELF2EFI := $(wildcard tools/elf2efi/*.c)

$(O)/host/elf2efi: $(patsubst %.c,$(O)/host/%.o,$(ELF2EFI))
	$(Q)$(CC) -o $@ $^

# The same as the loader says of itself (loader/protocol/hobnail_record.c).
VERSION  := 0.1.0
RELEASED := 2026-11-28
SAYS_VERSION := -DHOBNAIL_RELEASE='"$(VERSION)"' -DHOBNAIL_RELEASED='"$(RELEASED)"'
# cli/ has a folder for each verb of the command; what several share is in cli/ itself.
CLI := $(wildcard cli/*.c cli/*/*.c)
CLI_GEN := $(O)/gen/embedded.c $(O)/gen/embedded_limine.c
$(patsubst %.c,$(O)/host/%.o,$(CLI) $(CLI_GEN)): HOST_FLAGS += -iquote cli -iquote cli/new $(SAYS_VERSION)
$(O)/host/cli/verbs.o $(O)/host/cli/help/man.o: mk/host.mk
$(O)/host/cli/run/%.o: HOST_FLAGS += -iquote warm
# `hobnail check` reads code with Capstone (tools/deps has it).
$(O)/host/hobnail: $(patsubst %.c,$(O)/host/%.o,$(CLI) $(CLI_GEN) $(CORE) $(CORE_LIB))
	$(Q)$(CC) $(HARDEN_LINK) -o $@ $^ -lcapstone

# `hobnail new`: the template's files, and the header that they need. The kernel's font is X11's.
FONT_words := /usr/share/fonts/X11/misc/6x10-ISO8859-1.pcf.gz
TEMPLATE   := kernel.ld Makefile README.md ci.sh
$(O)/gen/template/kernel.c: cli/new/template/kernel.c $(O)/host/font2c
	@mkdir -p $(@D)
	@[ -e $(FONT_words) ] || { echo '$(FONT_words) is missing: tools/deps build installs it' >&2; exit 1; }
	$(Q)gzip -dc $(FONT_words) | $(O)/host/font2c --words >$(@D)/font
	$(Q)sed -e '/^@FONT@$$/{r $(@D)/font' -e 'd}' $< >$@
$(O)/gen/embedded.c: $(O)/gen/template/kernel.c $(TEMPLATE:%=cli/new/template/%) include/hobnail/boot.h tools/embed
	$(Q)tools/embed embedded_files kernel.c=$< $(foreach f,$(TEMPLATE),$f=cli/new/template/$f) \
		hobnail/boot.h=include/hobnail/boot.h >$@

TEMPLATE_LIMINE := kernel.c limine.h kernel.ld hobnail.conf limine.conf README.md
TEMPLATE_BOTH   := Makefile ci.sh
$(O)/gen/embedded_limine.c: $(TEMPLATE_LIMINE:%=cli/new/limine/%) $(TEMPLATE_BOTH:%=cli/new/template/%) tools/embed
	@mkdir -p $(@D)
	$(Q)tools/embed embedded_limine_files $(foreach f,$(TEMPLATE_LIMINE),$f=cli/new/limine/$f) \
		$(foreach f,$(TEMPLATE_BOTH),$f=cli/new/template/$f) >$@

# Manual page and completions, from the text of --help.
HELP := $(addprefix $(O)/host/help/,hobnail.1 hobnail.bash hobnail.zsh hobnail.fish)
$(O)/host/help/hobnail.1: $(O)/host/hobnail
	@mkdir -p $(@D)
	$(Q)$< --man >$@
$(filter-out %.1,$(HELP)): $(O)/host/help/hobnail.%: $(O)/host/hobnail
	@mkdir -p $(@D)
	$(Q)$< --completion $* >$@

$(O)/host/tests/kernels/malformed.o: HOST_FLAGS += -iquote tests
$(O)/host/malformed: $(patsubst %.c,$(O)/host/%.o,tests/kernels/malformed.c $(CORE) $(CORE_LIB))
	$(Q)$(CC) -o $@ $^
MALFORMED := $(foreach a,$(ARCHES),$(O)/test/malformed/$(a)/made)
$(MALFORMED): $(O)/test/malformed/%/made: $(O)/host/malformed
	@mkdir -p $(@D)
	$(Q)$< $* $(@D) >$@

$(O)/host/font2c: $(patsubst %.c,$(O)/host/%.o,$(wildcard tools/font2c/*.c))
	$(Q)$(CC) -o $@ $^

# The fonts are X11's public-domain ones, from the system's package: pith's, and a smaller one for the loader.
FONT_console := /usr/share/fonts/X11/misc/9x18-ISO8859-1.pcf.gz
FONT_small   := /usr/share/fonts/X11/misc/8x13-ISO8859-1.pcf.gz
$(addprefix $(O)/gen/,font_console.c font_small.c): $(O)/gen/font_%.c: $(O)/host/font2c
	@mkdir -p $(@D)
	@[ -e $(FONT_$*) ] || { echo '$(FONT_$*) is missing: tools/deps build installs it' >&2; exit 1; }
	$(Q)gzip -dc $(FONT_$*) | $< font_$* >$@
