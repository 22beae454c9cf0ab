/* head.S — x86_64: a bzImage as Linux has it (Documentation/x86/boot.rst, "The Real-Mode Kernel Header"): two sectors
 * for real mode, which nobody executes, and behind them 512 bytes before the 64-bit entry point. */
	.section .text.head, "ax"
	.global tiny_head
tiny_head:
	.org 0x1f1
	.byte 1                      /* setup_sects */
	.org 0x1fe
	.word 0xaa55
	.byte 0xeb, 0x66             /* the header ends 66H behind this */
	.ascii "HdrS"
	.word 0x20c                  /* version */
	.org 0x211
	.byte 1                      /* loadflags: loaded high */
	.org 0x230
	.long 0x200000               /* kernel_alignment */
	.byte 1, 21                  /* relocatable, min_alignment */
	.word 1                      /* xloadflags: 64-bit entry point */
	.org 0x260
	.long tiny_bytes             /* init_size */
	.org 0x400 + 0x200
	mov %rsi, %rdi
	and $-16, %rsp
	call tiny_main
