# The switches of a thread: is a graph recorded, is this a test.

cdef enum:
    ON = 2                      # by a switch of the user's

cdef struct Mode:
    int paused              # no graph is recorded: ON inside no_grad, 1 in what cygrad itself calls
    int testing             # inside test_mode
    int watching            # inside detect_anomaly
    int tracing             # inside tracing: no Variable silently becomes plain numbers
    int level               # of how many transforms, one in the other, this is inside a function
    int repeated            # in a call that is made twice: compiled functions are eager there
    void* tape              # that operations are recorded on (tape.pxd), or NULL; borrowed

# This thread's switches; the pointer is good for as long as the thread runs.
cdef Mode* mode() noexcept nogil

cdef int watching_everywhere    # by CYGRAD_ANOMALY

cdef inline bint is_watching(const Mode* switches) noexcept:
    """Whether the thread looks for anomalies."""
    return switches.watching or watching_everywhere

cdef inline bint is_observed(const Mode* switches) noexcept:
    """Whether operations are looked at when they are made, or recorded on a tape."""
    return switches.watching or switches.tape is not NULL or watching_everywhere
