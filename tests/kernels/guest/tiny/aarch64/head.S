/* head.S — aarch64: an Image as Linux has it (Documentation/arm64/booting.rst, "Call the kernel image"), anywhere in
 * memory, with a stack of its own behind it. */
	.section .text.head, "ax"
	.global tiny_head
tiny_head:
	b 1f
	.word 0
	.quad 0                      /* text_offset */
	.quad tiny_bytes             /* in memory */
	.quad 0xa                    /* little-endian, 4 KiB pages, anywhere */
	.quad 0, 0, 0
	.ascii "ARM\x64"
	.word 0
1:	adrp x1, tiny_stack
	add x1, x1, :lo12:tiny_stack
	mov sp, x1
	b tiny_main
