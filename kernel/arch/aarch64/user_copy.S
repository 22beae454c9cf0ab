/* user_copy.S — bool arch_user_copy(to, from, bytes).
 *
 * LDTR and STTR access the user's side with user mode's rights (Arm ARM DDI 0487, "Load/Store unprivileged"). Neither
 * side need be aligned: all of it is normal memory. */

	/* The unprivileged instructions have no form that increments the pointer. */
	.macro	copy take8, put8, take1, put1
	subs	x2, x2, #8
	b.lo	2f
1:	\take8	x3, [x1]
	add	x1, x1, #8
	\put8	x3, [x0]
	add	x0, x0, #8
	subs	x2, x2, #8
	b.hs	1b
2:	adds	x2, x2, #8
	b.eq	4f
3:	\take1	w3, [x1]
	add	x1, x1, #1
	\put1	w3, [x0]
	add	x0, x0, #1
	subs	x2, x2, #1
	b.ne	3b
4:	mov	w0, #1
	ret
	.endm

	.text
	.globl arch_user_copy
	.type arch_user_copy, @function
arch_user_copy:
	tbz	x0, #63, to_user
	copy	ldtr, str, ldtrb, strb
to_user:
	copy	ldr, sttr, ldrb, sttrb

/* After a fault at a user address traps.c continues here. */
	.globl user_copy_failed
user_copy_failed:
	mov	w0, #0
	ret
	.size arch_user_copy, . - arch_user_copy
	.section .note.GNU-stack, "", @progbits
