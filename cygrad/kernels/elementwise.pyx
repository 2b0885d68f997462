"""Elementwise kernels: the choice of the instruction set, and strided, broadcast memory.

The kernels themselves (kernels.def) know contiguous memory only. An operand that is not contiguous
along the innermost axis is gathered, a tile at a time, into a buffer in the first-level cache, so
that no kernel exists twice and an element's bits do not depend on the strides it came by.

The environment variable CYGRAD_ISA chooses the instruction set: ``baseline``, ``avx2`` or
``avx512``; without it, the best that the CPU has is used. All give the same bits.
"""

import os

from libc.string cimport strcmp

from cygrad.kernels.limits cimport MAX_NDIM

cdef extern from "kernels.h" nogil:
    enum:
        CG_BASELINE, CG_AVX2, CG_AVX512, CG_ISAS
    int cg_best_isa()
    const unsigned int* cg_run(const unsigned int* code, double* slots) noexcept
    const int cg_instruction_end, cg_instruction_guard, cg_last
    ctypedef struct cg_instruction:
        const char* name
        int number, inputs
    const cg_instruction* cg_instructions
    const int cg_instruction_count
    const cg_fusion* cg_fusions
    const int cg_fusion_count
    const cg_kernel* cg_kernels(int isa)
    const cg_cell* cg_cells(int isa)
    const cg_update* cg_updates(int isa)
    ctypedef struct cg_entry:
        const char* name
        int inputs, constants, adds, costly, of, by, reads
    ctypedef struct cg_pass:
        int of, by
    const cg_entry* cg_catalogue
    const int cg_kernel_count
    const cg_pass* cg_passes
    const int cg_pass_count

cdef extern from "fused.h" nogil:
    const cg_kernel* cg_fused(int isa)

cdef enum:
    TILE = 256

cdef const cg_kernel* fused
cdef int SINCOS

cdef int COPY = kernel_named("COPY")

RUN = cg_run
END = cg_instruction_end
GUARD = cg_instruction_guard
LAST = cg_last
FUSIONS = cg_fusions
FUSION_COUNT = cg_fusion_count

cdef struct Operand:
    char* data
    Py_ssize_t strides[MAX_NDIM]


# ---- The catalogue ------------------------------------------------------------------------------

cdef int kernel_named(str name) except -1:
    cdef bytes wanted = name.encode()
    cdef const char* given = wanted
    cdef int k
    for k in range(cg_kernel_count):
        if strcmp(cg_catalogue[k].name, given) == 0:
            return k
    raise LookupError(f"there is no kernel {name!r} in kernels.def")


cdef int instruction_named(str name) except -1:
    cdef int k
    for k in range(cg_instruction_count):
        if name_of_kernel(cg_instructions[k].number) == name:
            return cg_instructions[k].number
    raise LookupError(f"there is no instruction {name!r} in instructions.def")


cdef int all_instructions() noexcept:
    return cg_kernel_count + cg_instruction_count


cdef int inputs_of(int kernel) noexcept:
    if kernel >= cg_kernel_count:
        return cg_instructions[kernel - cg_kernel_count].inputs
    return cg_catalogue[kernel].inputs


cdef int constants_of(int kernel) noexcept:
    if kernel >= cg_kernel_count:
        return 0
    if cg_catalogue[kernel].of >= 0:
        kernel = cg_catalogue[kernel].of
    return cg_catalogue[kernel].constants


cdef bint has_rows(int kernel) noexcept:
    return kernel < cg_kernel_count or kernel == SINCOS or (
        fused[kernel - cg_kernel_count] is not NULL)


cdef void run_rows(const unsigned int* code, double* arena, Py_ssize_t n) noexcept nogil:
    cdef const double* operands[MAX_OPERANDS]
    cdef int kernel, count, j
    while code[0] != <unsigned int>END:
        kernel = <int>code[0]
        count = <int>code[1]
        for j in range(count):
            operands[j] = arena + code[4 + j]
        if kernel < cg_kernel_count:
            KERNELS[kernel](operands, arena + code[3], n, arena + code[2])
        elif kernel == SINCOS:
            operands[1] = arena + code[3]
            operands[2] = arena + code[2]
            CELLS[CG_SINCOS](<double**>operands, n)
        else:
            fused[kernel - cg_kernel_count](operands, arena + code[3], n, NULL)
        code += 4 + count


cdef bint adds(int kernel) noexcept:
    return kernel < cg_kernel_count and cg_catalogue[kernel].adds


cdef str name_of_kernel(int kernel):
    if kernel >= cg_kernel_count:
        return cg_instructions[kernel - cg_kernel_count].name.decode()
    return cg_catalogue[kernel].name.decode()


cdef Gradient gradient_of(int kernel, int by) noexcept:
    cdef Gradient found
    cdef const cg_entry* entry
    cdef int k
    found.kernel = found.adding = COMPOSED
    found.reads = 0
    found.costly = False
    for k in range(cg_pass_count):
        if cg_passes[k].of == kernel and cg_passes[k].by == by:
            found.kernel = found.adding = PASS
    for k in range(cg_kernel_count):
        entry = &cg_catalogue[k]
        if entry.of == kernel and entry.by == by:
            if entry.adds:
                found.adding = k
            else:
                found.kernel = k
            found.reads = entry.reads
            found.costly = entry.costly
    return found


def catalogue():
    """The elementwise kernels, as kernels.def has them.

    Returns
    -------
    dict of str to dict
        By name: the ``number``, how many ``inputs`` (arrays) and ``constants`` it takes, whether it
        ``adds`` to its output, and of a gradient the kernel ``of`` which and the input ``by`` which
        it is, else None.
    """
    cdef const cg_entry* entry
    cdef int k
    rows = {}
    for k in range(cg_kernel_count):
        entry = &cg_catalogue[k]
        rows[entry.name.decode()] = {
            "number": k, "inputs": entry.inputs, "constants": entry.constants,
            "adds": bool(entry.adds),
            "of": cg_catalogue[entry.of].name.decode() if entry.of >= 0 else None,
            "by": entry.by if entry.of >= 0 else None,
        }
    return rows


# ---- Strided, broadcast memory ------------------------------------------------------------------

cdef void map_strided(int kernel, int n_inputs, const double** operands,
                      const Py_ssize_t** strides, int ndim, const Py_ssize_t* shape,
                      const double* c) noexcept nogil:
    cdef Operand ops[MAX_OPERANDS]
    cdef Py_ssize_t lengths[MAX_NDIM]
    cdef Py_ssize_t counter[MAX_NDIM]
    cdef int n_ops = n_inputs + 1, axes = 0, d, k
    cdef bint merges
    # Drop axes of length 1 and merge axes that every operand runs through without a gap.
    for d in range(ndim):
        if shape[d] == 0:
            return
        if shape[d] == 1:
            continue
        merges = axes > 0
        for k in range(n_ops):
            merges = merges and ops[k].strides[axes - 1] == strides[k][d] * shape[d]
        if merges:
            axes -= 1
            lengths[axes] *= shape[d]
        else:
            lengths[axes] = shape[d]
        for k in range(n_ops):
            ops[k].strides[axes] = strides[k][d]
        axes += 1
    if axes == 0:
        lengths[0] = 1
        for k in range(n_ops):
            ops[k].strides[0] = sizeof(double)
        axes = 1
    for k in range(n_ops):
        ops[k].data = <char*>operands[k]
    for d in range(axes):
        counter[d] = 0
    while True:
        run_row(kernel, ops, n_inputs, axes - 1, lengths[axes - 1], c)
        d = axes - 2
        while d >= 0:
            counter[d] += 1
            for k in range(n_ops):
                ops[k].data += ops[k].strides[d]
            if counter[d] < lengths[d]:
                break
            for k in range(n_ops):
                ops[k].data -= ops[k].strides[d] * lengths[d]
            counter[d] = 0
            d -= 1
        if d < 0:
            return


cdef void run_row(int kernel, const Operand* ops, int n_inputs, int axis, Py_ssize_t n,
                  const double* c) noexcept nogil:
    """The kernel along one axis; operands with a stride other than 8 pass through tiles."""
    cdef double tiles[MAX_OPERANDS][TILE]
    cdef const double* inputs[MAX_OPERANDS]
    cdef const Operand* out = &ops[n_inputs]
    cdef Py_ssize_t start = 0, length, stride
    cdef char* target
    cdef bint direct = out.strides[axis] == sizeof(double)
    cdef bint whole = direct
    cdef int k
    for k in range(n_inputs):
        inputs[k] = <const double*>ops[k].data
        whole = whole and ops[k].strides[axis] == sizeof(double)
    if whole:
        KERNELS[kernel](inputs, <double*>out.data, n, c)
        return
    for k in range(n_inputs):
        if ops[k].strides[axis] == 0:
            gather(<char*>ops[k].data, 0, tiles[k], min(n, TILE))
    while start < n:
        length = min(n - start, TILE)
        for k in range(n_inputs):
            stride = ops[k].strides[axis]
            if stride == sizeof(double):
                inputs[k] = <const double*>(ops[k].data + start * stride)
            else:
                inputs[k] = tiles[k]
                if stride != 0:
                    gather(ops[k].data + start * stride, stride, tiles[k], length)
        target = out.data + start * out.strides[axis]
        if direct:
            KERNELS[kernel](inputs, <double*>target, length, c)
        else:
            if cg_catalogue[kernel].adds:
                gather(target, out.strides[axis], tiles[n_inputs], length)
            KERNELS[kernel](inputs, tiles[n_inputs], length, c)
            scatter(tiles[n_inputs], target, out.strides[axis], length)
        start += length


cdef inline void gather(const char* source, Py_ssize_t stride, double* tile,
                        Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        tile[i] = (<const double*>(source + i * stride))[0]


cdef inline void scatter(const double* tile, char* target, Py_ssize_t stride,
                         Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(n):
        (<double*>(target + i * stride))[0] = tile[i]


cdef void copy_strided(const double* source, const Py_ssize_t* source_strides, double* target,
                       const Py_ssize_t* target_strides, int ndim,
                       const Py_ssize_t* shape) noexcept nogil:
    cdef const double* operands[2]
    cdef const Py_ssize_t* strides[2]
    operands[0] = source
    operands[1] = target
    strides[0] = source_strides
    strides[1] = target_strides
    map_strided(COPY, 1, operands, strides, ndim, shape, NULL)


# ---- The instruction set ----------------------------------------------------------------------

cdef tuple ISAS = ("baseline", "avx2", "avx512")
cdef str chosen


def choose_isa(name=None):
    """Choose the instruction set of the elementwise kernels and of the optimizers.

    Parameters
    ----------
    name : str, optional
        ``"baseline"``, ``"avx2"`` or ``"avx512"``; the best that the CPU has if None or empty.

    Returns
    -------
    str
        The set chosen.

    Raises
    ------
    ValueError
        If there is no such set.
    RuntimeError
        If this CPU or this build does not have it.
    """
    global fused, KERNELS, CELLS, UPDATES, chosen
    cdef int isa = cg_best_isa()
    if name:
        if name not in ISAS:
            raise ValueError(f"CYGRAD_ISA: no instruction set {name!r}; choose one of "
                             f"{', '.join(ISAS)}")
        if ISAS.index(name) > isa:
            raise RuntimeError(f"CYGRAD_ISA: this CPU or build has no {name!r}; the best it has is "
                               f"{ISAS[isa]!r}")
        isa = ISAS.index(name)
    chosen = ISAS[isa]
    KERNELS = cg_kernels(isa)
    CELLS = cg_cells(isa)
    fused = cg_fused(isa)
    UPDATES = cg_updates(isa)
    return chosen


def isa():
    """The instruction set that the elementwise kernels use.

    The best that the CPU and the build have, unless the environment variable ``CYGRAD_ISA`` named
    another when cygrad was imported.

    Returns
    -------
    str
        ``"baseline"``, ``"avx2"`` or ``"avx512"``.

    Examples
    --------
    >>> import cygrad as cg
    >>> cg.isa() in ("baseline", "avx2", "avx512")
    True
    """
    return chosen


def best_isa():
    """The best instruction set that this CPU and this build have."""
    return ISAS[cg_best_isa()]


SINCOS = instruction_named("SINCOS")
choose_isa(os.environ.get("CYGRAD_ISA"))
