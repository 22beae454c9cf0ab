# What users want of a build, where distributions have it; the command finds its loaders beside itself
# (cli/image/volume_options.c).
PREFIX := /usr/local
INSTALL_AT = $(DESTDIR)$(PREFIX)
INSTALL_LOADERS := $(foreach a,$(ARCHES),$(O)/$(a)/$(EFI_$(a)) $(O)/$(a)/warm-$(a).efi)
INSTALL_DOCS := README.md LICENSE SECURITY.md $(wildcard docs/*)
# Where man and the shells look for what belongs to a command.
HELP_AT_1    := share/man/man1/hobnail.1
HELP_AT_bash := share/bash-completion/completions/hobnail
HELP_AT_zsh  := share/zsh/site-functions/_hobnail
HELP_AT_fish := share/fish/vendor_completions.d/hobnail.fish
HELP_AT      := $(HELP_AT_1) $(HELP_AT_bash) $(HELP_AT_zsh) $(HELP_AT_fish)
install: all ## install command, its help, loaders, header and documents (PREFIX=/usr/local, DESTDIR=)
	$(Q)for d in bin include/hobnail share/hobnail share/doc/hobnail/docs $(dir $(HELP_AT)); do \
	    [ -d $(INSTALL_AT)/$$d ] || install -d -m 755 $(INSTALL_AT)/$$d || exit 1; done
	$(Q)install -m 755 $(O)/host/hobnail $(INSTALL_AT)/bin/
	$(Q)install -m 644 $(INSTALL_LOADERS) $(INSTALL_AT)/share/hobnail/
	$(Q)for a in $(ARCHES); do install -m 644 $(O)/$$a/hobnail.elf $(INSTALL_AT)/share/hobnail/hobnail-$$a.elf || \
		exit 1; done
	$(Q)install -m 644 $(O)/host/help/hobnail.1 $(INSTALL_AT)/$(HELP_AT_1)
	$(Q)install -m 644 $(O)/host/help/hobnail.bash $(INSTALL_AT)/$(HELP_AT_bash)
	$(Q)install -m 644 $(O)/host/help/hobnail.zsh $(INSTALL_AT)/$(HELP_AT_zsh)
	$(Q)install -m 644 $(O)/host/help/hobnail.fish $(INSTALL_AT)/$(HELP_AT_fish)
	$(Q)install -m 644 include/hobnail/boot.h $(INSTALL_AT)/include/hobnail/
	$(Q)install -m 644 $(filter-out docs/%,$(INSTALL_DOCS)) $(INSTALL_AT)/share/doc/hobnail/
	$(Q)install -m 644 $(filter docs/%,$(INSTALL_DOCS)) $(INSTALL_AT)/share/doc/hobnail/docs/

uninstall: ## remove what `make install` with the same PREFIX and DESTDIR has installed
	$(Q)rm -f $(INSTALL_AT)/bin/hobnail $(HELP_AT:%=$(INSTALL_AT)/%) $(INSTALL_AT)/include/hobnail/boot.h
	$(Q)rm -rf $(INSTALL_AT)/share/hobnail $(INSTALL_AT)/share/doc/hobnail
	$(Q)rmdir $(INSTALL_AT)/include/hobnail 2>/dev/null || true
