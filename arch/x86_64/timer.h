/* timer.h — clocks of the PC whose speed is known: the ACPI power-management timer, and the 8254. */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include "../bit.h"

/* ACPI 6.5, "Power Management Timer": at least 24 bits count up, at the port that the FADT names */
#define PM_TIMER_HZ   3579545
#define PM_TIMER_MASK 0xffffff

/* Intel 8254 data sheet, "Programming the 8254", "Counter Latch Command": channel 2 is the speaker's. 16 bits count
 * down. */
#define PIT_HZ        1193182
#define PIT_MASK      0xffff
#define PIT_CHANNEL_2 0x42
#define PIT_COMMAND   0x43
#define PIT_START     0xb4 /* channel 2, both bytes, mode 2, binary: the count follows, 0 for 65536 */
#define PIT_LATCH     0x80 /* channel 2: both bytes of the count can be read                        */

/* IBM PC/AT Technical Reference, "System Control Port B" */
#define PORT_B         0x61
#define PORT_B_GATE    BIT(0) /* channel 2 counts        */
#define PORT_B_SPEAKER BIT(1) /* ... and can be heard    */

#endif
