/* The elementwise kernels: their common signature, the catalogue of them, and the table of the chosen
 * instruction set. What a kernel computes stands in kernels.def; the loops are made in loops.h.
 *
 * A kernel reads `in[0..k)` and writes `out`, all contiguous and n long; `out` may be one of the
 * inputs, never a part of one. `c` holds its constants (NULL where it has none). Strides and
 * broadcasting are the caller's business (elementwise.pyx). No kernel allocates, locks or fails,
 * so each can be recorded as (number, input buffers, output buffer, constants) and replayed. */
#ifndef CYGRAD_KERNELS_H
#define CYGRAD_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef void (*cg_kernel)(const double *const *in, double *out, ptrdiff_t n, const double *c);

/* Arrays that a gradient kernel reads beside g, in this order: inputs of the kernel whose gradient it
 * is, and its result. */
enum { CG_READS_X = 1, CG_READS_Y = 2, CG_READS_R = 4 };

/* A line of kernels.def. */
typedef struct {
    const char *name;
    int inputs;             /* arrays that it reads */
    int constants;          /* that it has of its own */
    int adds;               /* to what is in out, instead of writing it */
    int costly;             /* takes longer than to read its result from memory */
    int of;                 /* of a gradient: the kernel whose gradient it is; else -1 */
    int by;                 /* and the input by which */
    int reads;              /* and what it reads beside g */
} cg_entry;

/* A gradient that is g itself. */
typedef struct {
    int of, by;
} cg_pass;

extern const cg_entry cg_catalogue[];       /* by number */
extern const int cg_kernel_count;
extern const cg_pass cg_passes[];
extern const int cg_pass_count;

/* Run scalar code (interpreter.h) on its slots: NULL at its end, or the guard that does not hold. */
const uint32_t *cg_run(const uint32_t *code, double *slots);
extern const int cg_instruction_end, cg_instruction_guard;

/* A line of instructions.def: an instruction beside the kernels, or which two it fuses. */
typedef struct {
    const char *name;
    int number, inputs;
} cg_instruction;

typedef struct {
    int first, second, at, name;
} cg_fusion;

extern const cg_instruction cg_instructions[];
extern const int cg_instruction_count;
extern const cg_fusion cg_fusions[];
extern const int cg_fusion_count;
extern const int cg_last;       /* the first that is no computation */

/* The cells of cells.h, which say what their arguments are: arrays to read, then arrays to write.
 * None of these overlap, but where cells.h says so. */
typedef void (*cg_cell)(double *const *args, ptrdiff_t n);

enum { CG_LSTM, CG_LSTM_STEP, CG_LSTM_GRADIENT, CG_SINCOS, CG_CELLS };

/* An update rule (updates.def): one step of a parameter, in place. `arrays` are the parameter, its
 * gradient and its states, all contiguous and n long; `c` has room for CG_UPDATE_CONSTANTS. */
typedef struct {
    void (*step)(double *const *arrays, ptrdiff_t n, const double *c);
    int states;
} cg_update;

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
