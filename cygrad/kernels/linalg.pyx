"""Matrix products of strided stacks, by the loop of NumPy's matmul, which calls its BLAS."""

from cygrad.kernels.elementwise cimport kernel_named, map_strided
from cygrad.kernels.limits cimport MAX_NDIM
from cygrad.kernels.numpy_loops cimport MATMUL, call

from cygrad.kernels.elementwise import best_isa

cdef enum:
    WIDE = 16                   # columns from which on an outer product is ours
    # Where OpenBLAS (0.3.31, on CPUs with AVX-512) reads the operands in place: up to so many
    # multiplications; of a transposed right operand, also only for so many numbers of the product.
    IN_PLACE = 1000000
    IN_PLACE_NUMBERS = 1200
    FEW_ROWS = 32               # and so many pieces: more of either are faster packed
    FEW_PIECES = 4

cdef int MUL = kernel_named("MUL")
cdef bint reads_in_place = best_isa() == "avx512"


cdef bint blas_ready(Py_ssize_t rows, Py_ssize_t columns, Py_ssize_t row_stride,
                     Py_ssize_t column_stride) noexcept nogil:
    cdef Py_ssize_t item = sizeof(double)
    return ((column_stride == item and row_stride >= columns * item)
            or (row_stride == item and column_stride >= rows * item))


cdef void matmul_strided(const double* a, const Py_ssize_t* a_strides,
                         const double* b, const Py_ssize_t* b_strides, double* y,
                         int batch_ndim, const Py_ssize_t* batch_shape,
                         Py_ssize_t m, Py_ssize_t n, Py_ssize_t p) noexcept nogil:
    cdef Py_ssize_t counter[MAX_NDIM]
    cdef Py_ssize_t dimensions[4]
    cdef Py_ssize_t steps[9]
    cdef char* args[3]
    cdef char* a_at = <char*>a
    cdef char* b_at = <char*>b
    cdef char* y_at = <char*>y
    cdef int d
    dimensions[0] = 1
    dimensions[1] = m
    dimensions[2] = n
    dimensions[3] = p
    steps[0] = steps[1] = steps[2] = 0
    steps[3] = a_strides[batch_ndim]
    steps[4] = a_strides[batch_ndim + 1]
    steps[5] = b_strides[batch_ndim]
    steps[6] = b_strides[batch_ndim + 1]
    steps[7] = p * <Py_ssize_t>sizeof(double)
    steps[8] = sizeof(double)
    for d in range(batch_ndim):
        if batch_shape[d] == 0:
            return
        counter[d] = 0
    while True:
        args[0] = a_at
        args[1] = b_at
        args[2] = y_at
        if n == 1 and (p == 1 or p >= WIDE):
            outer_product(args, steps, m, p)
        else:
            multiply(args, dimensions, steps)
        y_at += m * p * <Py_ssize_t>sizeof(double)
        d = batch_ndim - 1
        while d >= 0:
            counter[d] += 1
            a_at += a_strides[d]
            b_at += b_strides[d]
            if counter[d] < batch_shape[d]:
                break
            a_at -= a_strides[d] * batch_shape[d]
            b_at -= b_strides[d] * batch_shape[d]
            counter[d] = 0
            d -= 1
        if d < 0:
            return


cdef inline void multiply(char** args, Py_ssize_t* dimensions,
                          const Py_ssize_t* steps) noexcept nogil:
    """A product by BLAS; by a few pieces of its columns where it makes those without packing.

    Packing the weights is up to a third of the time of a product with few rows, such as a step of a
    recurrent network has. The pieces depend on nothing but shapes, strides and the CPU.
    """
    cdef Py_ssize_t p = dimensions[3], width = piece(dimensions, steps), done = 0
    if width == p:
        call(&MATMUL, args, dimensions, steps)
        return
    while done < p:
        dimensions[3] = min(width, p - done)
        call(&MATMUL, args, dimensions, steps)
        args[1] += width * steps[6]
        args[2] += width * steps[8]
        done += width
    dimensions[3] = p


cdef inline Py_ssize_t piece(const Py_ssize_t* dimensions, const Py_ssize_t* steps) noexcept nogil:
    """How many columns of the product to make at a time."""
    cdef Py_ssize_t item = sizeof(double), m = dimensions[1], n = dimensions[2], p = dimensions[3]
    cdef Py_ssize_t width
    if (not reads_in_place or m < 4 or m > FEW_ROWS or n < FEW_ROWS or n > IN_PLACE
            or p > IN_PLACE or m * n * p <= IN_PLACE or steps[4] != item):
        return p
    width = IN_PLACE // (m * n)
    if steps[6] != item:
        width = min(width, IN_PLACE_NUMBERS // m)
    width = width // 8 * 8
    return width if width > 0 and width * FEW_PIECES >= p else p


cdef inline void outer_product(char** args, const Py_ssize_t* steps, Py_ssize_t m,
                               Py_ssize_t p) noexcept nogil:
    """A column times a row, as a broadcast multiplication: NumPy does not pass it to BLAS."""
    cdef const double* operands[3]
    cdef const Py_ssize_t* strides[3]
    cdef Py_ssize_t shape[2]
    cdef Py_ssize_t down[2]
    cdef Py_ssize_t along[2]
    shape[0] = m
    shape[1] = p
    down[0] = steps[3]
    down[1] = along[0] = 0
    along[1] = steps[6]
    operands[0] = <const double*>args[0]
    operands[1] = <const double*>args[1]
    operands[2] = <const double*>args[2]
    strides[0] = down
    strides[1] = along
    strides[2] = steps + 7
    map_strided(MUL, 2, operands, strides, 2, shape, NULL)
