/* tpm_log.h — the event log of a TPM, as firmware hands it out: where it begins, and where its last event does. Pure.
 *
 *   Source  TCG PC Client Platform Firmware Profile Specification, "Event Logging" */
#ifndef CORE_TPM_LOG_H
#define CORE_TPM_LOG_H

#include "base.h"

enum { TPM_LOG_SHA1 = 1, TPM_LOG_CRYPTO_AGILE = 2 }; /* formats */
enum { TPM_LOG_MOST = 16 << 20, TPM_EVENT_MOST = 1 << 20 };

/* The bytes of a log whose last event begins `last` bytes into it. It is read up to that event's end; an event longer
 * than TPM_EVENT_MOST, or one of a hash that the log's header does not have, is none: 0. */
uint64_t tpm_log_bytes(unsigned format, const uint8_t *log, uint64_t last);

#endif
