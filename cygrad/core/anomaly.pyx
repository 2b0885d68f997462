"""detect_anomaly: changes that cygrad cannot see, and the first nan or inf.

A Function that is recorded while a thread looks for anomalies gets a Watch: the line of the user's
program that called it, and a fingerprint of each input and output. A backward pass under
detect_anomaly compares them before any gradient flows. Watches are kept beside the graph, by the
Function's address, and go with it (lifetime.pyx).
"""

import linecache
import sys

from cpython.object cimport PyObject
from libc.stdint cimport uint64_t

from cygrad.core.function cimport (
    Function, READS_Y, WATCHED, input_of, name_of, output_at, outputs_of, reads_input,
)
from cygrad.core.variable cimport Variable, describe, own_contiguous

cdef dict watches = {}
cdef bint finite_constants = True


cdef class Watch:
    cdef list inputs            # fingerprints
    cdef list outputs
    cdef str file               # of the call, and its line
    cdef int line
    cdef bint finite_constants


cdef tuple fingerprint(Variable v):
    cdef Variable c = own_contiguous(v)
    cdef const uint64_t* words = <const uint64_t*>c.ptr
    cdef uint64_t a = 1, b = 2, prime = 0x9E3779B97F4A7C15
    cdef Py_ssize_t i, n = c.layout.size
    for i in range(0, n - 1, 2):
        a = (a ^ words[i]) * prime
        a ^= a >> 29
        b = (b ^ words[i + 1]) * prime
        b ^= b >> 31
    if n % 2:
        a = (a ^ words[n - 1]) * prime
    return n, a ^ (b * prime)


cdef bint is_finite(Variable v) except -1:
    cdef Variable c = own_contiguous(v)
    cdef Py_ssize_t i
    cdef double total = 0.0
    for i in range(c.layout.size):
        total += c.ptr[i] * 0.0
    return total == 0.0


cdef bint is_nan(Variable v) except -1:
    cdef Variable c = own_contiguous(v)
    cdef Py_ssize_t i
    for i in range(c.layout.size):
        if c.ptr[i] != c.ptr[i]:
            return True
    return False


cdef void constants_are_finite(bint finite) noexcept:
    global finite_constants
    finite_constants = finite


cdef tuple caller():
    """The file and line of the innermost call from outside of cygrad."""
    frame = sys._getframe()
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name != "cygrad" and not name.startswith("cygrad."):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return "an unknown place", 0


cdef str place(file, line):
    """With what is written there: the name that the user knows, if Square is part of a norm."""
    text = linecache.getline(file, line).strip()
    return f"{file}:{line}" + (f" ({text})" if text else "")


cdef list outputs_alive(Function f):
    """The outputs, None for one that is no more."""
    cdef int i, n = outputs_of(f).count if f.several else 1
    return [None if output_at(f, i) is NULL else <object>output_at(f, i) for i in range(n)]


cdef int watch(Function f) except -1:
    cdef Watch w = Watch.__new__(Watch)
    cdef int i
    inputs = tuple([input_of(f, i) for i in range(f.n_inputs)])
    outputs = outputs_alive(f)
    for y in outputs:
        if y is not None:
            inspect(name_of(f), <Variable>y, inputs)
    w.inputs = [fingerprint(<Variable>x) for x in inputs]
    w.outputs = [None if y is None else fingerprint(<Variable>y) for y in outputs]
    w.file, w.line = caller()
    w.finite_constants = finite_constants
    watches[<size_t><PyObject*>f] = w
    f.seen |= WATCHED
    return 0


cdef void forget(Function f) noexcept:
    f.seen &= ~WATCHED
    watches.pop(<size_t><PyObject*>f, None)


cdef Watch watch_of(Function f):
    return <Watch>watches.get(<size_t><PyObject*>f) if f.seen & WATCHED else None


cdef int inspect(str name, Variable y, tuple inputs) except -1:
    if not finite_constants or is_finite(y):
        return 0
    for x in inputs:
        if x is not None and not is_finite(<Variable>x):
            return 0
    made = "nan" if is_nan(y) else "inf"
    file, line = caller()
    of = ", ".join([describe(<Variable>x) for x in inputs if x is not None])
    raise RuntimeError(f"detect_anomaly: {name} made {made} out of finite numbers, of {of}; it was "
                       f"called at {place(file, line)}")


cdef int verify(Function f, int needs) except -1:
    cdef Watch w = watch_of(f)
    cdef Variable x
    cdef int i
    if w is None:
        return 0
    for i in range(f.n_inputs):
        x = input_of(f, i)
        if reads_input(needs, i) and fingerprint(x) != w.inputs[i]:
            refuse(f, f"its input {describe(x)}", w)
    if needs & READS_Y:
        for y, before in zip(outputs_alive(f), w.outputs):
            if y is not None and fingerprint(<Variable>y) != before:
                refuse(f, f"its result {describe(<Variable>y)}", w)
    return 0


cdef int refuse(Function f, str what, Watch w) except -1:
    where = place(w.file, w.line)
    raise RuntimeError(
        f"detect_anomaly: the gradient of {name_of(f)}, called at {where}, is computed from "
        f"{what}, whose numbers have changed since: something wrote to its memory, for example "
        "through x.data, or through an array that the Variable was made from. Write to it after "
        "backward, or compute from a copy, x.copy() or array.copy()")


cdef int inspect_gradient(Function f, Variable x, Variable gx) except -1:
    cdef Watch w = watch_of(f)
    cdef int i
    if is_finite(gx) or (w is not None and not w.finite_constants):
        return 0
    for i in range(f.n_inputs):
        if not is_finite(input_of(f, i)):
            return 0
    for y in outputs_alive(f):
        if y is not None and not is_finite(<Variable>y):
            return 0
    raise RuntimeError(f"detect_anomaly: the gradient of {called(f)} by {describe(x)} has "
                       f"{'nan' if is_nan(gx) else 'inf'}, and what it is computed from is finite")


cdef str called(Function f):
    cdef Watch w = watch_of(f)
    return name_of(f) if w is None else f"{name_of(f)}, called at {place(w.file, w.line)},"
