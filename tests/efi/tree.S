/* tree.S — a device tree with one property. Devicetree Specification, "Flattened Devicetree (DTB) Format". Its numbers
 * are big-endian. */
	.macro	be32 n
	.byte	(\n) >> 24 & 255, (\n) >> 16 & 255, (\n) >> 8 & 255, (\n) & 255
	.endm

	be32	0xd00dfeed
	be32	116			/* totalsize         */
	be32	56			/* off_dt_struct     */
	be32	104			/* off_dt_strings    */
	be32	40			/* off_mem_rsvmap    */
	be32	17			/* version           */
	be32	16			/* last_comp_version */
	be32	0			/* boot_cpuid_phys   */
	be32	11			/* size_dt_strings   */
	be32	48			/* size_dt_struct    */
	.quad	0, 0			/* no reservations   */
	be32	1			/* FDT_BEGIN_NODE    */
	be32	0			/* the root          */
	be32	3			/* FDT_PROP          */
	be32	17
	be32	0
	.asciz	"hobnail,the-tree"
	.byte	0, 0, 0
	be32	2			/* FDT_END_NODE      */
	be32	9			/* FDT_END           */
	.asciz	"compatible"
	.byte	0
