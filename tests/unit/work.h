/* work.h — what hostile tables cost, counted: the readers of core/ once more, with their names changed, each of
 * their branches counted by the compiler (-fsanitize-coverage=trace-pc) and each byte that they have libc look at
 * by the functions below. This is included before everything else, by the readers and by work_test.c. */
#ifndef TESTS_UNIT_WORK_H
#define TESTS_UNIT_WORK_H

#define acpi_console work_acpi_console
#define acpi_cpus work_acpi_cpus
#define acpi_gic work_acpi_gic
#define acpi_ioapics work_acpi_ioapics
#define acpi_local_apic work_acpi_local_apic
#define acpi_nmis work_acpi_nmis
#define acpi_open work_acpi_open
#define acpi_pm_timer work_acpi_pm_timer
#define acpi_psci work_acpi_psci
#define acpi_ranges work_acpi_ranges
#define acpi_table work_acpi_table
#define fdt_console work_fdt_console
#define fdt_cell work_fdt_cell
#define fdt_child_of_root work_fdt_child_of_root
#define fdt_find_compatible work_fdt_find_compatible
#define fdt_find_stdout work_fdt_find_stdout
#define fdt_find_way work_fdt_find_way
#define fdt_is_compatible work_fdt_is_compatible
#define fdt_is_okay work_fdt_is_okay
#define fdt_lists work_fdt_lists
#define fdt_next_child work_fdt_next_child
#define fdt_node_name work_fdt_node_name
#define fdt_number work_fdt_number
#define fdt_physical_span work_fdt_physical_span
#define fdt_property work_fdt_property
#define fdt_reach work_fdt_reach
#define fdt_read_token work_fdt_read_token
#define fdt_pci work_fdt_pci
#define fdt_ecam work_fdt_ecam
#define fdt_bridges work_fdt_bridges
#define fdt_cpus work_fdt_cpus
#define fdt_gic work_fdt_gic
#define fdt_open work_fdt_open
#define fdt_psci work_fdt_psci
#define fdt_total_bytes work_fdt_total_bytes
#define memmap_all work_memmap_all
#define memmap_check work_memmap_check
#define memmap_find work_memmap_find
#define memmap_find_from work_memmap_find_from
#define memmap_from_uefi work_memmap_from_uefi
#define memmap_in_direct_map work_memmap_in_direct_map
#define memmap_is_free work_memmap_is_free
#define memmap_is_ours work_memmap_is_ours
#define memmap_bound work_memmap_bound
#define memmap_set work_memmap_set
#define memmap_set_free work_memmap_set_free
#define memmap_type_name work_memmap_type_name
#define memmap_type_of work_memmap_type_of
#define smbios_open work_smbios_open

#define memchr work_memchr
#define memcmp work_memcmp
#define memcpy work_memmove
#define memmove work_memmove
#define strlen work_strlen
#define strncmp work_strncmp

#endif
