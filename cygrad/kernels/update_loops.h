/* The update loops of one instruction set: each line of updates.def made into a function, and the
 * table of them all. Included by kernels.c as loops.h is, and as plain: an element's bits depend on
 * nothing but its own numbers. */

#define CG_STATES_0(x)
#define CG_STATES_1(x) x(s, 2)
#define CG_STATES_2(x) x(s, 2) x(r, 3)

#define CG_ARRAY(a, k) double *const a##_ = arrays[k];
#define CG_READ(a, k) double a = a##_[i];
#define CG_WRITE(a, k) a##_[i] = a;

/* The constants are copied, as the compiler cannot know that no store changes them. */
#define UPDATE(name, states, statements)                                                          \
    static void CG_NAME(name)(double *const *arrays, ptrdiff_t n, const double *constants)        \
    {                                                                                             \
        double c[CG_UPDATE_CONSTANTS];                                                            \
        double *const p_ = arrays[0];                                                             \
        const double *const g_ = arrays[1];                                                       \
        CG_STATES_##states(CG_ARRAY)                                                              \
        memcpy(c, constants, sizeof c);                                                           \
        CG_IVDEP                                                                                  \
        for (ptrdiff_t i = 0; i < n; i++) {                                                       \
            const double g = g_[i];                                                               \
            double p = p_[i];                                                                     \
            CG_STATES_##states(CG_READ)                                                           \
            statements;                                                                           \
            CG_STATES_##states(CG_WRITE)                                                          \
            p_[i] = p;                                                                            \
        }                                                                                         \
    }
#include "updates.def"
#undef UPDATE

static const cg_update CG_NAME(updates)[CG_UPDATES] = {
#define UPDATE(name, states, statements) {CG_NAME(name), states},
#include "updates.def"
#undef UPDATE
};

#undef CG_STATES_0
#undef CG_STATES_1
#undef CG_STATES_2
#undef CG_ARRAY
#undef CG_READ
#undef CG_WRITE
