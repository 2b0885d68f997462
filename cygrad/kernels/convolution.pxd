# Windows that slide over the last two axes of an (n, c, h, w) array, and arrays by window.

cdef struct Windows:
    Py_ssize_t n, c, h, w       # the array
    Py_ssize_t kh, kw           # of a window, in taps
    Py_ssize_t sh, sw           # from a window to the next
    Py_ssize_t ph, pw           # of the border around the array, on each side
    Py_ssize_t dh, dw           # from a tap to the next
    Py_ssize_t oh, ow           # how many windows there are

# All arrays are contiguous. The caller guarantees that the numbers of a Windows are not negative,
# strides and dilations positive, that the windows lie inside the border, and that no product of
# lengths overflows. x: (n, c, h, w); columns: (c, kh, kw, n, oh, ow); y, g: (n, c, oh, ow).

# columns = what each tap of each window sees, 0 in the border: those of the channels from `first`
# to `stop`, for which the columns begin.
cdef void unfold_windows(const double* x, const Windows* at, Py_ssize_t first, Py_ssize_t stop,
                         double* columns) noexcept nogil
# x += the sum of what the columns hold for each of its elements: the transpose of unfold_windows.
cdef void fold_windows(const double* columns, const Windows* at, Py_ssize_t first, Py_ssize_t stop,
                       double* x) noexcept nogil

# Pooling: the dilation is 1; for max_windows every window has an element inside the array.
# y = the greatest of each window, the first of equals, nan if there is one; positions: where in x.
cdef void max_windows(const double* x, const Windows* at, double* y,
                      Py_ssize_t* positions) noexcept nogil
# y = the mean of each window, with zeros in the border; and its transpose.
cdef void mean_windows(const double* x, const Windows* at, double* y) noexcept nogil
cdef void spread_windows(const double* g, const Windows* at, double* x) noexcept nogil
