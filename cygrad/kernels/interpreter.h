/* The interpreter of scalar code: each line of kernels.def made into an instruction for one number.
 *
 * Code is a row of 32-bit words. An instruction is the number of its kernel, the slot it writes, the
 * slots it reads, and, where the kernel has constants, the first slot of those; where it writes a second
 * slot, that is the last word. After the kernels come the instructions of instructions.def, and those of
 * CG_INSTRUCTIONS below. Slots are doubles. An element's bits do not depend on how it is computed
 * (loops.h), so code gives the kernels' own, with whatever instruction set these run.
 *
 * Each instruction jumps to the next one itself, where the compiler can take the address of a label: so
 * the processor learns what follows what. Elsewhere it is a switch. Included by kernels.c, once. */

#define CG_SLOT(k) slots[pc[k]]

#define CG_COUNT_NONE 0
#define CG_SCALARS_NONE
#define CG_SCALAR_AT(name, k) const double name = CG_SLOT(2 + k); (void)name;
#define CG_SCALARS_X CG_SCALAR_AT(x, 0)
#define CG_SCALARS_XC CG_SCALARS_X
#define CG_SCALARS_XCC CG_SCALARS_X
#define CG_SCALARS_XY CG_SCALARS_X CG_SCALAR_AT(y, 1)
#define CG_SCALARS_XYC CG_SCALARS_XY
#define CG_SCALARS_XYCC CG_SCALARS_XY
#define CG_SCALARS_XYZ CG_SCALARS_XY CG_SCALAR_AT(z, 2)
#define CG_SCALARS_XYZW CG_SCALARS_XYZ CG_SCALAR_AT(w, 3)
#define CG_SCALARS_XYZWC CG_SCALARS_XYZW
#define CG_SCALARS_XYZWV CG_SCALARS_XYZW CG_SCALAR_AT(v, 4)
#define CG_SCALARS_G CG_SCALAR_AT(g, 0)
#define CG_SCALARS_GX CG_SCALARS_G CG_SCALAR_AT(x, 1)
#define CG_SCALARS_GY CG_SCALARS_G CG_SCALAR_AT(y, 1)
#define CG_SCALARS_GR CG_SCALARS_G CG_SCALAR_AT(r, 1)
#define CG_SCALARS_GXY CG_SCALARS_GX CG_SCALAR_AT(y, 2)
#define CG_SCALARS_GXR CG_SCALARS_GX CG_SCALAR_AT(r, 2)
#define CG_SCALARS_GYR CG_SCALARS_GY CG_SCALAR_AT(r, 2)

/* What a line computes of single numbers is put into its slot by = or +=. */
#define CG_SCALAR_PLAIN(reads, put, expression) CG_SLOT(1) put (expression);
#define CG_SCALAR_OF(reads, function, put, expression)                                            \
    double t;                                                                                     \
    CG_##function(&CG_SLOT(3), &t, 1);                                                            \
    CG_SLOT(1) put (expression);
#define CG_SCALAR_INNER(reads, function, inner, put, expression)                                  \
    double t = (inner);                                                                           \
    CG_##function(&t, &t, 1);                                                                     \
    CG_SLOT(1) put (expression);
#define CG_SCALAR_INNER2(reads, function, first, second, put, expression)                         \
    const double t = CG_##function##_ONE(first, second);                                          \
    CG_SLOT(1) put (expression);
#define CG_SCALAR_BY(reads, kernel, put)                                                          \
    const double *rest[CG_COUNT_##reads];                                                         \
    double t;                                                                                     \
    for (int k = 1; k < CG_COUNT_##reads; k++)                                                    \
        rest[k - 1] = &CG_SLOT(2 + k);                                                            \
    CG_NAME(kernel)(rest, &t, 1, c);                                                              \
    CG_SLOT(1) put g * t;

/* The kernels' expressions, as functions of numbers. */
#define CG_NUMBERS_X double x
#define CG_NUMBERS_XY CG_NUMBERS_X, double y
#define CG_NUMBERS_XYZ CG_NUMBERS_XY, double z
#define CG_NUMBERS_XYZW CG_NUMBERS_XYZ, double w
#define CG_NUMBERS_XYZWV CG_NUMBERS_XYZW, double v
#define CG_NUMBERS_XC CG_NUMBERS_X, const double *c
#define CG_NUMBERS_XCC CG_NUMBERS_XC
#define CG_NUMBERS_XYC CG_NUMBERS_XY, const double *c
#define CG_NUMBERS_XYCC CG_NUMBERS_XYC
#define CG_NUMBERS_XYZWC CG_NUMBERS_XYZW, const double *c
#define ONE(kernel, ...) CG_ONE_##kernel(__VA_ARGS__)
#define FORWARD(name, reads, expression)                                                          \
    CG_INLINE double CG_ONE_##name(CG_NUMBERS_##reads) { return expression; }
#define FUNCTION(name)
#define FORWARD_AT(name, reads, function, inner, expression)
#define FORWARD_AT2(name, reads, function, first, second, expression)
#define FORWARD_IF(name, reads, condition, inner, expression, otherwise)
#define ADDING(name, reads, expression)
#include "kernels.def"

/* How many words an instruction has, and where its constants are. */
enum {
#define FORWARD(name, reads, expression)                                                          \
    CG_CONSTANT_##name = CG_CONSTANTS_##reads > 0,                                                \
    CG_WORDS_##name = 2 + CG_COUNT_##reads + CG_CONSTANT_##name,
#define GRADIENT(of, by, reads, expression)                                                       \
    CG_WORDS_G_##of##_##by = 2 + CG_COUNT_##reads + CG_CONSTANT_##of,
#include "kernels.def"
#define INSTRUCTION(name, reads, expression) CG_WORDS_##name = 2 + CG_COUNT_##reads,
#define PAIR(name, reads, function, argument) CG_WORDS_##name = 3 + CG_COUNT_##reads,
#include "instructions.def"
    CG_WORDS_OF_NONE = 0
};

/* END; GUARD slot, slot: ends the run where the two differ in a bit. */
#define CG_INSTRUCTIONS(INSTRUCTION) INSTRUCTION(END) INSTRUCTION(GUARD)

enum {
    K_LAST = -1,
    CG_BEFORE_INSTRUCTIONS = CG_KERNELS - 1,
#define INSTRUCTION(name, reads, expression) K_##name,
#include "instructions.def"
#define CG_NUMBER(name) K_##name,
    CG_INSTRUCTIONS(CG_NUMBER)
#undef CG_NUMBER
    CG_ALL_INSTRUCTIONS
};

#if defined(__GNUC__) || defined(__clang__)
#define CG_CASE(name) L_##name:
#define CG_NEXT goto *labels[*pc];
#else
#define CG_CASE(name) case K_##name:
#define CG_NEXT continue;
#endif

#define CG_INSTRUCTION(name, words, constants, reads, body)                                       \
    CG_CASE(name)                                                                                 \
    {                                                                                             \
        CG_SCALARS_##reads                                                                        \
        const double *c = (constants) ? &CG_SLOT(words - 1) : NULL;                               \
        (void)c;                                                                                  \
        body                                                                                      \
        last = CG_SLOT(1);                                                                        \
        pc += words;                                                                              \
    }                                                                                             \
    CG_NEXT

#define CG_FORWARD_INSTRUCTION(name, reads, body)                                                 \
    CG_INSTRUCTION(name, CG_WORDS_##name, CG_CONSTANT_##name, reads, body)

/* Run code up to its END, which gives NULL, or to a guard that does not hold, whose address it is. */
const uint32_t *cg_run(const uint32_t *pc, double *slots)
{
    double last = 0.0;
#if defined(__GNUC__) || defined(__clang__)
    static const void *const labels[] = {
#define FORWARD(name, reads, expression) &&L_##name,
#define GRADIENT(of, by, reads, expression) &&L_G_##of##_##by, &&L_G_##of##_##by##_ADD,
#include "kernels.def"
#define INSTRUCTION(name, reads, expression) &&L_##name,
#include "instructions.def"
#define CG_LABEL(name) &&L_##name,
        CG_INSTRUCTIONS(CG_LABEL)
#undef CG_LABEL
    };
    CG_NEXT
#else
    for (;;)
        switch (*pc) {
#endif

#define FORWARD(name, reads, expression)                                                          \
    CG_FORWARD_INSTRUCTION(name, reads, CG_SCALAR_PLAIN(reads, =, expression))
#define ADDING(name, reads, expression)                                                           \
    CG_FORWARD_INSTRUCTION(name, reads, CG_SCALAR_PLAIN(reads, +=, expression))
#define FUNCTION(name) CG_FORWARD_INSTRUCTION(name, X, CG_##name(&CG_SLOT(2), &CG_SLOT(1), 1);)
#define FORWARD_AT(name, reads, function, inner, expression)                                      \
    CG_FORWARD_INSTRUCTION(name, reads, CG_SCALAR_INNER(reads, function, inner, =, expression))
#define FORWARD_AT2(name, reads, function, first, second, expression)                             \
    CG_FORWARD_INSTRUCTION(name, reads,                                                           \
                           CG_SCALAR_INNER2(reads, function, first, second, =, expression))
#define FORWARD_IF(name, reads, condition, inner, expression, otherwise)                          \
    CG_FORWARD_INSTRUCTION(                                                                       \
        name, reads, if (condition) { CG_SCALAR_INNER(reads, EXP, inner, =, expression) } else {  \
            CG_SLOT(1) = (otherwise);                                                             \
        })
#define GRADIENT(of, by, reads, expression)                                                       \
    CG_INSTRUCTION(G_##of##_##by, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,                \
                   CG_SCALAR_PLAIN(reads, =, expression))                                         \
    CG_INSTRUCTION(G_##of##_##by##_ADD, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,          \
                   CG_SCALAR_PLAIN(reads, +=, expression))
#define GRADIENT_OF(of, by, reads, function, expression)                                          \
    CG_INSTRUCTION(G_##of##_##by, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,                \
                   CG_SCALAR_OF(reads, function, =, expression))                                  \
    CG_INSTRUCTION(G_##of##_##by##_ADD, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,          \
                   CG_SCALAR_OF(reads, function, +=, expression))
#define GRADIENT_AT(of, by, reads, function, inner, expression)                                   \
    CG_INSTRUCTION(G_##of##_##by, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,                \
                   CG_SCALAR_INNER(reads, function, inner, =, expression))                        \
    CG_INSTRUCTION(G_##of##_##by##_ADD, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,          \
                   CG_SCALAR_INNER(reads, function, inner, +=, expression))
#define GRADIENT_AT2(of, by, reads, function, first, second, expression)                          \
    CG_INSTRUCTION(G_##of##_##by, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,                \
                   CG_SCALAR_INNER2(reads, function, first, second, =, expression))               \
    CG_INSTRUCTION(G_##of##_##by##_ADD, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,          \
                   CG_SCALAR_INNER2(reads, function, first, second, +=, expression))
#define GRADIENT_BY(of, by, reads, kernel)                                                        \
    CG_INSTRUCTION(G_##of##_##by, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,                \
                   CG_SCALAR_BY(reads, kernel, =))                                                \
    CG_INSTRUCTION(G_##of##_##by##_ADD, CG_WORDS_G_##of##_##by, CG_CONSTANT_##of, reads,          \
                   CG_SCALAR_BY(reads, kernel, +=))
#include "kernels.def"

#define INSTRUCTION(name, reads, expression)                                                      \
    CG_INSTRUCTION(name, CG_WORDS_##name, 0, reads, CG_SCALAR_PLAIN(reads, =, expression))
#define PAIR(name, reads, function, argument)                                                     \
    CG_INSTRUCTION(name, CG_WORDS_##name, 0, reads,                                               \
                   CG_SLOT(1) = function(argument, &CG_SLOT(CG_WORDS_##name - 1));)
#include "instructions.def"

    CG_CASE(END)
        return NULL;

    CG_CASE(GUARD)
    {
        if (memcmp(&CG_SLOT(1), &CG_SLOT(2), sizeof(double)) != 0)
            return pc;
        pc += 3;
    }
    CG_NEXT

#if !defined(__GNUC__) && !defined(__clang__)
        }
#endif
}

#undef CG_CASE
#undef CG_NEXT
#undef ONE
