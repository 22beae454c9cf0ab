# Linux for scenarios: an initrd of one program, tests/linux/, and Debian's kernel for virtual machines (15 to 30 MB,
# fetched by need; scenarios that want it are skipped without).
LINUX_INITRD_$(A) := $(O)/$(A)/linux/initrd.cpio
LINUX_KERNEL_$(A) := $(O)/$(A)/linux/vmlinuz

$(O)/$(A)/linux/root/init: tests/linux/init.c tests/linux/$(A)/call.h
	@mkdir -p $(@D)
	$(Q)$(CC) $(TARGET_$(A)) $(FREE) $(KERNEL_MODEL_$(A)) -iquote tests/linux/$(A) -c -o $(O)/$(A)/linux/init.o $<
	$(Q)$(LD) -static -z noexecstack -s -o $@ $(O)/$(A)/linux/init.o
$(O)/$(A)/linux/initrd.cpio: $(O)/$(A)/linux/root/init
	$(Q)cd $(O)/$(A)/linux/root && echo init | $(CPIO) >../initrd.cpio
$(O)/$(A)/linux/vmlinuz:
	$(Q)tools/unpack $(@D)/debian linux-image-cloud-$(DEBIAN_$(A)):$(DEBIAN_$(A))+
	$(Q)! ls $(@D)/debian/boot/vmlinuz-* >/dev/null 2>&1 || cp $(@D)/debian/boot/vmlinuz-* $@
