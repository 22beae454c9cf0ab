/* model_internal.h — between model.c and model_memory.c. */
#ifndef CLI_MODEL_INTERNAL_H
#define CLI_MODEL_INTERNAL_H

#include "model.h"

/* Fill RAM and memory map, and place the image, of which the shape is known. */
void model_describe_q35(struct model *m, uint64_t bytes);
void model_describe_virt(struct model *m, uint64_t bytes);

/* Those of a recorded machine. */
void model_describe_record(struct model *m, const struct machine_record *record);

/* The described memory, as pages that can be taken. False: no address space. */
bool model_open_memory(struct model *m);

#endif
