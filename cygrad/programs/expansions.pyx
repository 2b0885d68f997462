"""Expansions: kernels of numbers made of simpler ones, to the bit.

A product by a constant is a product, and so is what flows back through it: with one name for each,
more is found to be equal, and few instructions are worth fusing (kernels/instructions.def).
"""

from libc.stdlib cimport calloc

from cygrad.kernels.elementwise cimport all_instructions, kernel_named

# In the order of computing: operands x0, x1, x2 (of a gradient: what flows in, then what its line
# in kernels.def reads), constants c0, numbers, and kernels, which take what stands before them.
EXPANSIONS = {
    "SQUARE": "x0 x0 MUL",
    "G_SQUARE_X": "x0 x1 2 MUL MUL",
    "CUBE": "x0 x0 MUL x0 MUL",
    "G_CUBE_X": "x0 x1 x1 MUL 3 MUL MUL",
    "RECIPROCAL": "1 x0 DIV",
    "G_RECIPROCAL_X": "x0 x2 x1 DIV MUL NEG",
    "G_NEG_X": "x0 NEG",
    "G_SUB_Y": "x0 NEG",
    "G_MUL_X": "x0 x1 MUL",
    "G_MUL_Y": "x0 x1 MUL",
    "G_DIV_X": "x0 x1 DIV",
    "G_DIV_Y": "x0 x2 x1 DIV MUL NEG",
    "ADD_C": "x0 c0 ADD",
    "SUB_C": "x0 c0 SUB",
    "MUL_C": "x0 c0 MUL",
    "DIV_C": "x0 c0 DIV",
    "RSUB_C": "c0 x0 SUB",
    "RDIV_C": "c0 x0 DIV",
    "G_MUL_C_X": "x0 c0 MUL",
    "G_DIV_C_X": "x0 c0 DIV",
    "G_RSUB_C_X": "x0 NEG",
    "G_RDIV_C_X": "x0 x2 x1 DIV MUL NEG",
    "SCALED_DIFFERENCE": "x0 x1 SUB c0 MUL",
    "G_EXP_X": "x0 x1 MUL",
    "G_SQRT_X": "x0 x1 2 MUL DIV",
    "G_TAN_X": "x0 x1 x1 MUL 1 ADD MUL",
    "G_SIN_X": "x0 x1 COS MUL",
    "G_COS_X": "x0 x1 SIN MUL NEG",
}

cdef Expansion* expansions = <Expansion*>calloc(all_instructions(), sizeof(Expansion))


cdef const Expansion* expansion_of(int kernel) noexcept:
    return &expansions[kernel]


cdef int read_expansions() except -1:
    cdef Expansion* e
    cdef Part* part
    for name, text in EXPANSIONS.items():
        e = &expansions[kernel_named(name)]
        for word in text.split():
            part = &e.parts[e.n]
            e.n += 1
            if word[0] in "xc":
                part.of = OPERAND if word[0] == "x" else CONSTANT_OF_IT
                part.which = int(word[1:])
            elif word.isdigit():
                part.of = LITERAL
                part.number = float(word)
            else:
                part.of = APPLIED
                part.which = kernel_named(word)
    return 0


if expansions is NULL:
    raise MemoryError()
read_expansions()
