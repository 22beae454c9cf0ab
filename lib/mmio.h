/* mmio.h — a memory-mapped register of 1, 2 or 4 bytes. `at` is mapped as device memory, aligned to `bytes`. */
#ifndef LIB_MMIO_H
#define LIB_MMIO_H

#include <stdint.h>

static inline uint32_t mmio_read(uintptr_t at, unsigned bytes)
{
	return bytes == 1 ? *(volatile uint8_t *)at : bytes == 2 ? *(volatile uint16_t *)at : *(volatile uint32_t *)at;
}

static inline void mmio_write(uintptr_t at, unsigned bytes, uint32_t value)
{
	if (bytes == 1)
		*(volatile uint8_t *)at = (uint8_t)value;
	else if (bytes == 2)
		*(volatile uint16_t *)at = (uint16_t)value;
	else
		*(volatile uint32_t *)at = value;
}

#endif
