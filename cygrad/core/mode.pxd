# The switches of a thread: is a graph recorded, is this a test.

cdef struct Mode:
    bint paused             # inside no_grad: no graph is recorded
    bint testing            # inside test_mode
    bint tracing            # inside tracing: no Variable silently becomes plain numbers
    int level               # of how many transforms, one in the other, this is inside a function

# This thread's switches; the pointer is good for as long as the thread runs.
cdef Mode* mode() noexcept nogil
