/* The elementwise kernels: their common signature, their numbers, and the table of the chosen
 * instruction set. What a kernel computes stands in kernels.def; the loops are made in loops.h.
 *
 * A kernel reads `in[0..k)` and writes `out`, all contiguous and n long; `out` may be one of the
 * inputs, never a part of one. `c` holds its constants (NULL where it has none). Strides and
 * broadcasting are the caller's business (elementwise.pyx). No kernel allocates, locks or fails,
 * so each can be recorded as (number, input buffers, output buffer, constants) and replayed. */
#ifndef CYGRAD_KERNELS_H
#define CYGRAD_KERNELS_H

#include <stddef.h>

typedef void (*cg_kernel)(const double *const *in, double *out, ptrdiff_t n, const double *c);

enum {
#define FORWARD(name, nin, expr) K_##name,
#define FUNCTION(name) K_##name,
#define GRADIENT(name, nin, expr) K_##name, K_##name##_ADD,
#define GRADIENT_OF(name, nin, function, argument, expr) K_##name, K_##name##_ADD,
#define GRADIENT_BY(name, nin, kernel) K_##name, K_##name##_ADD,
#define FORWARD_AT(name, nin, function, inner, expr) K_##name,
#define GRADIENT_AT(name, nin, function, inner, expr) K_##name, K_##name##_ADD,
#define FORWARD_AT2(name, nin, function, first, second, expr) K_##name,
#define GRADIENT_AT2(name, nin, function, first, second, expr) K_##name, K_##name##_ADD,
#define FORWARD_IF(name, nin, condition, inner, expr, otherwise) K_##name,
#include "kernels.def"
    CG_KERNELS
};

/* The cells of cells.h, which say what their arguments are: arrays to read, then arrays to write.
 * None of these overlap, but where cells.h says so. */
typedef void (*cg_cell)(double *const *args, ptrdiff_t n);

enum { CG_LSTM, CG_LSTM_STEP, CG_LSTM_GRADIENT, CG_CELLS };

/* An update rule (updates.def): one step of a parameter, in place. `arrays` are the parameter, its
 * gradient and its states, all contiguous and n long; `c` has room for CG_UPDATE_CONSTANTS. */
typedef struct {
    void (*step)(double *const *arrays, ptrdiff_t n, const double *c);
    int states;
} cg_update;

enum {
#define UPDATE(name, states, statements) U_##name,
#include "updates.def"
#undef UPDATE
    CG_UPDATES
};

enum { CG_UPDATE_CONSTANTS = 8, CG_UPDATE_ARRAYS = 4 };

/* Instruction sets in ascending order. BASELINE is what the compiler assumes of every CPU of the
 * architecture: SSE2 on x86-64, NEON on AArch64. */
enum { CG_BASELINE, CG_AVX2, CG_AVX512, CG_ISAS };

/* The best set that this CPU and this build have. */
int cg_best_isa(void);

/* The kernels, cells and update rules of a set that is at most cg_best_isa(). */
const cg_kernel *cg_kernels(int isa);
const cg_cell *cg_cells(int isa);
const cg_update *cg_updates(int isa);

#endif
