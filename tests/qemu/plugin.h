/* plugin.h — what our TCG plugins use of QEMU's interface for them.
 *
 * QEMU 7.2, include/qemu/qemu-plugin.h; Debian has no package with that header. Later versions declare these alike,
 * but load no plugin of version 1 (plugins/plugin.h, QEMU_PLUGIN_MIN_VERSION). */
#ifndef TESTS_QEMU_PLUGIN_H
#define TESTS_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct tb;
struct insn;
extern size_t qemu_plugin_tb_n_insns(const struct tb *tb);
extern uint64_t qemu_plugin_tb_vaddr(const struct tb *tb);
extern struct insn *qemu_plugin_tb_get_insn(const struct tb *tb, size_t i);
extern const void *qemu_plugin_insn_data(const struct insn *insn);
extern size_t qemu_plugin_insn_size(const struct insn *insn);
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*f)(plugin_id, struct tb *));
extern void qemu_plugin_register_vcpu_tb_exec_cb(struct tb *tb, void (*f)(unsigned cpu, void *context), int flags,
                                                 void *context);
extern void qemu_plugin_register_vcpu_insn_exec_inline(struct insn *insn, int operation, void *at, uint64_t add);
extern void qemu_plugin_register_atexit_cb(plugin_id id, void (*f)(plugin_id, void *), void *context);
enum { ADD_U64 = 0, NO_REGISTERS = 0 };

EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

#endif
