/* What instructions.def fuses, of arrays: for lanes (programs/lanes.pyx). */
#ifndef CYGRAD_FUSED_H
#define CYGRAD_FUSED_H

#include "kernels.h"

/* By the number of a line of instructions.def: its kernel, of a set that is at most cg_best_isa(); NULL
 * for one that is of numbers alone. */
const cg_kernel *cg_fused(int isa);

#endif
