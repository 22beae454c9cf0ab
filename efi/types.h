/* types.h — UEFI 2.10, "Data Types" (§2.3.1), status codes (Appendix D), memory types and descriptors (§7.2). */
#ifndef EFI_TYPES_H
#define EFI_TYPES_H

#include <efi_abi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t UINTN;
typedef uint16_t CHAR16;
typedef uint8_t BOOLEAN;
typedef UINTN EFI_STATUS;
typedef void *EFI_HANDLE;
typedef void *EFI_EVENT;
typedef uint64_t EFI_PHYSICAL_ADDRESS;
typedef uint64_t EFI_VIRTUAL_ADDRESS;

typedef struct {
	uint32_t a;
	uint16_t b, c;
	uint8_t d[8];
} EFI_GUID;

#define EFI_ERROR_BIT 0x8000000000000000ull
#define EFI_ERROR(status) (((status) & EFI_ERROR_BIT) != 0)

#define EFI_STATUS_CODES(X) \
	X(LOAD_ERROR,          1, "the image failed to load") \
	X(INVALID_PARAMETER,   2, "a parameter was wrong") \
	X(UNSUPPORTED,         3, "not supported") \
	X(BAD_BUFFER_SIZE,     4, "wrong buffer size") \
	X(BUFFER_TOO_SMALL,    5, "the buffer is too small") \
	X(NOT_READY,           6, "not ready") \
	X(DEVICE_ERROR,        7, "the device reported an error") \
	X(WRITE_PROTECTED,     8, "write protected") \
	X(OUT_OF_RESOURCES,    9, "out of resources") \
	X(VOLUME_CORRUPTED,   10, "the file system is damaged") \
	X(VOLUME_FULL,        11, "the file system is full") \
	X(NO_MEDIA,           12, "there is no medium") \
	X(MEDIA_CHANGED,      13, "the medium was changed") \
	X(NOT_FOUND,          14, "not found") \
	X(ACCESS_DENIED,      15, "access denied") \
	X(NO_RESPONSE,        16, "no response") \
	X(TIMEOUT,            18, "timed out") \
	X(NOT_STARTED,        19, "not started") \
	X(ABORTED,            21, "aborted") \
	X(SECURITY_VIOLATION, 26, "refused for security") \
	X(CRC_ERROR,          27, "wrong checksum")
#define X(name, number, text) EFI_##name##_NUMBER = number,
enum { EFI_STATUS_CODES(X) };
#undef X

#define EFI_SUCCESS            0ull
#define EFI_LOAD_ERROR         (EFI_ERROR_BIT | EFI_LOAD_ERROR_NUMBER)
#define EFI_INVALID_PARAMETER  (EFI_ERROR_BIT | EFI_INVALID_PARAMETER_NUMBER)
#define EFI_UNSUPPORTED        (EFI_ERROR_BIT | EFI_UNSUPPORTED_NUMBER)
#define EFI_BAD_BUFFER_SIZE    (EFI_ERROR_BIT | EFI_BAD_BUFFER_SIZE_NUMBER)
#define EFI_BUFFER_TOO_SMALL   (EFI_ERROR_BIT | EFI_BUFFER_TOO_SMALL_NUMBER)
#define EFI_NOT_READY          (EFI_ERROR_BIT | EFI_NOT_READY_NUMBER)
#define EFI_DEVICE_ERROR       (EFI_ERROR_BIT | EFI_DEVICE_ERROR_NUMBER)
#define EFI_OUT_OF_RESOURCES   (EFI_ERROR_BIT | EFI_OUT_OF_RESOURCES_NUMBER)
#define EFI_NOT_FOUND          (EFI_ERROR_BIT | EFI_NOT_FOUND_NUMBER)
#define EFI_SECURITY_VIOLATION (EFI_ERROR_BIT | EFI_SECURITY_VIOLATION_NUMBER)
#define EFI_ABORTED            (EFI_ERROR_BIT | EFI_ABORTED_NUMBER)

typedef enum {
	EfiReservedMemoryType,
	EfiLoaderCode,
	EfiLoaderData,
	EfiBootServicesCode,
	EfiBootServicesData,
	EfiRuntimeServicesCode,
	EfiRuntimeServicesData,
	EfiConventionalMemory,
	EfiUnusableMemory,
	EfiACPIReclaimMemory,
	EfiACPIMemoryNVS,
	EfiMemoryMappedIO,
	EfiMemoryMappedIOPortSpace,
	EfiPalCode,
	EfiPersistentMemory,
	EfiUnacceptedMemoryType,
} EFI_MEMORY_TYPE;

#define EFI_MEMORY_WB (1ull << 3)  /* write-back cacheable          */
#define EFI_MEMORY_SP (1ull << 18) /* set apart for special purposes */

typedef struct {
	uint32_t Type;
	uint32_t Pad;
	EFI_PHYSICAL_ADDRESS PhysicalStart;
	EFI_VIRTUAL_ADDRESS VirtualStart;
	uint64_t NumberOfPages; /* of 4 KiB */
	uint64_t Attribute;
} EFI_MEMORY_DESCRIPTOR;
_Static_assert(sizeof(EFI_MEMORY_DESCRIPTOR) == 40, "the stride in a map is the firmware's to say");

typedef struct {
	uint16_t Year; /* 1900 .. 9999 */
	uint8_t Month, Day, Hour, Minute, Second, Pad1;
	uint32_t Nanosecond;
	int16_t TimeZone; /* minutes; 2047: unspecified */
	uint8_t Daylight, Pad2;
} EFI_TIME;
_Static_assert(sizeof(EFI_TIME) == 16, "EFI_TIME");

#endif
