#!/bin/sh
# ci.sh — builds @NAME@ and boots it. Status 0: everything was printed that should be, and nothing that should not.
# Any continuous integration can run this. It needs make, clang, lld and hobnail, and QEMU with UEFI firmware: hobnail
# names the packages that are missing.
set -eu
cd "$(dirname "$0")"
hobnail=${HOBNAIL:-hobnail}

for arch in @ARCHES@; do
	make ARCH=$arch
	"$hobnail" run build/$arch/@NAME@.elf --expect 'Hello from @NAME@' --forbid panic: --timeout 120
	"$hobnail" run build/$arch/@NAME@.elf --expect 'panic: the command line asks for it' --cmdline panic \
		--timeout 120
done
