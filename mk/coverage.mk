# Lines that tests run, and reads of undefined memory.

# Undefined reads in the host tests. The C library and cmocka are not instrumented: of what they write, the
# sanitizer's interceptors know.
MEMORY := -fsanitize=memory -fsanitize-memory-track-origins
msan: ## the host tests under MemorySanitizer (x86_64)
	@env -u HOBNAIL_TEST_ALL $(MAKE) --no-print-directory O=$(O)/msan SANITIZE='$(MEMORY)' run-msan
run-msan: $(UNIT)
	@$(PROVE) $(UNIT)

# Line coverage by the tests of a part: core/ by all host tests, since its steps run in the loader's; loader/ by the
# fake firmware, with each architecture's C where there are tests of it, which the limit leaves out. Pairs of failures
# run no other lines than single ones.
COVERAGE := -fprofile-instr-generate -fcoverage-mapping
coverage: ## lines of core/ and loader/ that host tests run, of kernel/ in QEMU; least: 95, 85, 83 %
	@env -u HOBNAIL_TEST_ALL $(MAKE) --no-print-directory O=$(O)/coverage SANITIZE='$(COVERAGE)' run-coverage
	@env -u HOBNAIL_TEST_ALL $(MAKE) --no-print-directory run-kernel-coverage

# $(1) = programs, $(2) = folder, $(3) = the least that shall be run, in percent
define covered
	@rm -f $(O)/$(2).*.profraw
	@for t in $(1); do LLVM_PROFILE_FILE=$(O)/$(2).$$(echo $$t | tr / -).profraw $$t >$(O)/$(2).log 2>&1 || \
		{ cat $(O)/$(2).log; exit 1; }; done
	@llvm-profdata merge -o $(O)/$(2).profdata $(O)/$(2).*.profraw
	@llvm-cov report -instr-profile=$(O)/$(2).profdata -show-region-summary=false -show-branch-summary=false \
		$(firstword $(1)) $(patsubst %,-object %,$(wordlist 2,99,$(1))) \
		$(wildcard $(2)/*.c $(LOADER_FOLDERS:%=$(2)/%/*.c) $(2)/arch/*/*.c) 2>$(O)/$(2).log | \
		awk '$$1 ~ /\.c$$|^TOTAL$$/ { printf "%-28s %7s  %s lines missed of %s\n", \
		     $$1 == "TOTAL" ? "$(2)" : $$1, $$7, $$6, $$5 } \
		     $$1 ~ /\.c$$/ && $$1 !~ /^arch\// { lines += $$5; missed += $$6 } \
		     END { few = 100 * (lines - missed) < $(3) * lines || !lines; \
		           if (few) print "$(2): less than $(3) %"; exit few }'
endef

# What runs of kernel/ in QEMU, counted by a plugin, of either version that QEMU knows.
$(O)/test/covered-%.so: tests/qemu/covered.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(HOST_FLAGS) -DVERSION=$* -shared -fPIC -fvisibility=hidden -o $@ $<

run-kernel-coverage: all $(O)/test/covered-1.so $(O)/test/covered-2.so
	@tests/kernel-coverage 83

run-coverage: $(UNIT)
	$(call covered,$(UNIT),core,95)
	$(if $(FIRMWARE),$(call covered,$(FIRMWARE) $(ARCH_TESTS),loader,85))
