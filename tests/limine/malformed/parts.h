/* parts.h — for kernels with one defect each in what they ask for, named by it. Each file's first comment says what is
 * wrong. A kernel that is entered ends with status 7: that must not happen. All else is data, the same for every
 * architecture. */
	.macro start_marker
	.quad 0xf6b8f4b39de7d1ae, 0xfab91a6940fcb9cf, 0x785c6ed015d3e316, 0x181e920a7852b9d9
	.endm

	.macro end_marker
	.quad 0xadc0e0531bb10d03, 0x9572709f31764c62
	.endm

	.macro tag revision
	.quad 0xf9562b2d5c95a6c8, 0x6a7b384944536bdc, \revision
	.endm

/* Identifier, revision 0 unless said, response NULL. What a request has of its own follows. */
	.macro request first, second, revision=0
	.quad 0xc7b1dd30df4c8b88, 0x0a82e883a194f07b, \first, \second, \revision, 0
	.endm

#define MEMORY_MAP  0x67cf3d9d378a806f, 0xe304acdfc50c3c62
#define HHDM        0x48dcf1cb8ad2b852, 0x63984e959a98244b
#define ENTRY_POINT 0x13d86c035a1cd3e1, 0x2b0caa89d8f3026a
#define MODULES     0x3e7e279702be32af, 0xca1c4f3bd1280cee
#define PAGING_MODE 0x95c1a0edab0944cb, 0xa4e5cb3842f7488a
#define STACK_SIZE  0x224ef0460a8e8926, 0xe1cb0fc25f46ea3d

	.text
	.globl kernel_entry
kernel_entry:
	enter

	.data
	.balign 16
