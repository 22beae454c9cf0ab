# pith's programs, with all that a debugger wants to know and without, and the archive of those.
$(O)/$(A)/user/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CODE) -fno-builtin -c -o $@ $<
$(O)/$(A)/user/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_CODE) -c -o $@ $<
$(O)/$(A)/user/%.o: %.S
	@mkdir -p $(@D)
	$(Q)$(CC) $(USER_TARGET_$(A)) -MMD -MP $(DEBUG) -Iinclude -iquote user/tests/$(A) -c -o $@ $<
$(O)/$(A)/root/bin/%: $$(call user_objects,$(A),$$*) $(USER_LIB:%.c=$(O)/$(A)/user/%.o) user/user.ld
	@mkdir -p $(@D) $(O)/$(A)/programs
	$(Q)$(USER_LINK) -o $(O)/$(A)/programs/$*.elf $(filter %.o,$^)
	$(Q)$(USER_LINK) --strip-all -o $@ $(filter %.o,$^)
.SECONDARY: $(foreach p,$(USER_PROGRAMS),$(call user_objects,$(A),$(p))) $(USER_LIB:%.c=$(O)/$(A)/user/%.o)
$(O)/$(A)/root/etc/%: user/etc/%
	@mkdir -p $(@D)
	$(Q)cp $< $@
$(O)/$(A)/root/docs/%: docs/%
	@mkdir -p $(@D)
	$(Q)cp $< $@
# Copied first, for an archive that is the same whoever builds it, and when: owner, rights and time are not those of
# the build.
$(O)/$(A)/programs.cpio: $(USER_PROGRAMS:%=$(O)/$(A)/root/bin/%) $(USER_TEXTS:%=$(O)/$(A)/root/%)
	@rm -rf $(O)/$(A)/archive
	@cp -R $(O)/$(A)/root $(O)/$(A)/archive && chmod -R u=rwX,go=rX $(O)/$(A)/archive
	@find $(O)/$(A)/archive -exec touch -d @0 {} +
	$(Q)cd $(O)/$(A)/archive && printf '%s\n' $(^:$(O)/$(A)/root/%=%) | $(CPIO) \
		>../$(@F)
