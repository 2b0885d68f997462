# Trace: one call of a function, with fresh Variables in place of the arguments to differentiate.

from cygrad.core.variable cimport Variable

cdef class Trace:
    cdef str where              # the name of the transform, for error messages
    cdef object f
    cdef tuple args             # the arguments, with the fresh Variables in their places
    cdef dict kwargs            # or None
    cdef bint has_aux
    cdef object aux
    cdef list ends              # the fresh Variables, where the gradients stop
    cdef list numbers           # for each: whether a number was given, and its gradient is one
    cdef object places          # the structure of what is differentiated; None: one array
    cdef object output_places   # the structure of what f returned; None: one array
    cdef bint variables         # Variables are given back, not arrays and numbers
    cdef bint differentiable    # and can be differentiated further
    cdef bint recording         # the transform was called outside no_grad
    cdef bint searched          # for more than the arguments that f depends on, see `depend`
    cdef bint partly            # it was found: some of what is given back depends on it
    cdef int floor              # the generation of the ends, at least

# A function with what a transform needs to know about it; it is called in place of the function.
cdef class Transform:
    cdef readonly str transform         # the name of the transform
    cdef readonly object function
    cdef readonly object argnums        # None: all
    cdef readonly bint has_aux
    cdef dict __dict__

cdef object checked_argnums(str where, object argnums)

# Replace the arguments; run f on them, and take aux apart; let go of what only the pass needs.
cdef Trace begin(str where, object f, object argnums, tuple args, dict kwargs, bint has_aux,
                 bint keep)
cdef object run(Trace t)
cdef void close(Trace t) noexcept

cdef Variable one_number(Trace t, object result)
cdef Variable one_output(Trace t, object result, str what)
cdef list all_outputs(Trace t, object result)

# Whether what is given back as Variables depends on more than the arguments.
cdef bint depend(Trace t, list outputs) except -1

# What is given back: gradients, None for zeros, in the structure of the arguments; and values.
cdef object give(Trace t, list found, bint variables)
cdef object give_value(Trace t, Variable y)
cdef object give_outputs(Trace t, list outputs)
cdef Variable pruned(Trace t, Variable g)
cdef object give_aux(Trace t)
cdef object plain_of(Variable v, bint as_number)

# Seeds from a user, in the structure of `places`, each of the shape of the variable it goes with.
cdef list seeds_of(Trace t, object places, object tree, list targets, str what,
                   bint* variables, bint* differentiable)
