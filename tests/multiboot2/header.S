/* header.S — the header, with tags by the kernel's entry and by how it is to be loaded. Multiboot2 Specification 2.0,
 * "OS image format". */
	.section .multiboot2, "a"
	.balign	8
header:
	.long	0xe85250d6, 0, header_end - header, -(0xe85250d6 + (header_end - header))
	.short	1, 0				/* required: command line, modules, basic memory, memory map */
	.long	24, 1, 3, 4, 6
	.short	1, 1				/* optional: framebuffer, sections, and one that nobody has */
	.long	20, 8, 9, 1000
	.long	0
	.short	4, 1				/* console: EGA text would do, too */
	.long	12, 2, 0
	.short	5, 1				/* framebuffer */
	.long	20, 1024, 768, 32
	.long	0
	.short	6, 0				/* modules begin at pages */
	.long	8
	.short	50000, 1			/* nobody has this one */
	.long	8
#ifdef JUDGE_FLAT
	.short	2, 0
	.long	24, header, image_start, image_data_end, image_end
	.short	3, 0
	.long	12, start, 0
#endif
#ifdef JUDGE_WITHIN
	.short	7, 0
	.long	8
	.short	9, 0
	.long	12, start, 0
#endif
#ifdef JUDGE_RELOCATABLE
	.short	10, 0
	.long	24, 0x1000000, 0x7fffffff, 0x200000, JUDGE_RELOCATABLE
#endif
	.short	0, 0
	.long	8
header_end:
