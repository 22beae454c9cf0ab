/* layout.h — numbers that C and assembly share. */
#ifndef LOADER_X86_64_LAYOUT_H
#define LOADER_X86_64_LAYOUT_H

/* The net's GDT */
#define SELECTOR_CODE   0x08 /* 64-bit code       */
#define SELECTOR_DATA   0x10
#define SELECTOR_CODE32 0x18 /* for the change of paging levels */
#define SELECTOR_TSS    0x20 /* two entries       */
#define GDT_BYTES       0x30

#define EXCEPTION_STUB_BYTES 16

/* net.c: each stack of the net's TSS: holds one frame, the report has a stack of its own */
#define FAULT_STACK_BYTES 1024

#endif
