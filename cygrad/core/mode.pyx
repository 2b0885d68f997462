"""no_grad, test_mode, detect_anomaly and tracing: how a thread records and checks operations.

Each is a context manager and a decorator, nests, and belongs to the thread that enters it. What
they switch is a C struct in thread-local memory, so that an operation asks at the cost of a load.
"""

cimport cython

import functools
import os
from _thread import get_ident

watching_everywhere = os.environ.get("CYGRAD_ANOMALY", "0") not in ("", "0")

cdef enum:
    RUNS_LATER = 0x20 | 0x80 | 0x200    # CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR

cdef extern from *:
    """
    #if defined(_MSC_VER)
    #define CG_THREAD_LOCAL static __declspec(thread)
    #else
    #define CG_THREAD_LOCAL static __thread
    #endif
    CG_THREAD_LOCAL struct {
        int paused; int testing; int watching; int tracing; int level; int repeated;
        void *tape;
    } cg_mode;
    """
    Mode cg_mode


cdef Mode* mode() noexcept nogil:
    return <Mode*>&cg_mode


cdef class _Switch:
    # The first line, up to the --, is what inspect.signature reads (__text_signature__).
    """_Switch()\n--\n
    A switch that is on inside a `with` block or a decorated function."""
    cdef dict before            # for each thread what to restore, innermost last

    def __init__(self, *arguments):
        if arguments:
            name = type(self).__name__
            raise TypeError(f"{name} takes no arguments; to decorate a function, write @{name}()")
        self.before = {}

    cdef int* flag(self) noexcept:
        return NULL

    cdef int level(self) noexcept:
        return ON

    @cython.binding(False)      # of a cyfunction, self may be anything
    def __enter__(self):
        self.before.setdefault(get_ident(), []).append(self.flag()[0])
        self.flag()[0] = self.level()
        return self

    @cython.binding(False)
    def __exit__(self, kind, value, traceback):
        before = self.before.get(get_ident())
        if not before:
            raise RuntimeError(f"{type(self).__name__}: left by a thread that has not entered it")
        self.flag()[0] = before.pop()
        if not before:
            del self.before[get_ident()]

    def __call__(self, function):
        """Decorate `function` so that it runs with the switch on."""
        if not callable(function):
            raise TypeError(f"{type(self).__name__} decorates a function, not {function!r}; "
                            f"write @cg.{type(self).__name__}()")
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & RUNS_LATER:
            raise TypeError(f"{type(self).__name__} cannot decorate a generator or a coroutine, "
                            "whose body runs after the call; use a with block inside it")
        switch = type(self)

        @functools.wraps(function)
        def switched(*args, **kwargs):
            with switch():
                return function(*args, **kwargs)
        return switched


cdef class no_grad(_Switch):
    """no_grad()\n--\n
    Context manager and decorator: operations inside record no graph.

    Their results are constants: `requires_grad` is False and `creator` is None. It nests, ends
    with its block also by an exception, and holds for the thread that enters it.

    The operators ``+= -= *= /= **=`` change a leaf that requires gradients in place, as an update
    of a parameter is written: its memory, its gradient and its name stay. Elsewhere, and of any
    other Variable, such as what a transform differentiates by, they make a new one. An update
    belongs after the backward pass: the graph keeps no copy of the numbers before it.

    Raises
    ------
    TypeError
        If what it decorates is no function, or a generator or a coroutine, whose body runs later;
        if the parentheses are forgotten, ``@no_grad``.
    ValueError
        If an update in place would change a leaf's shape, or its memory is read-only; nothing has
        changed then.

    Examples
    --------
    >>> import cygrad as cg
    >>> x = cg.Variable(2.0)
    >>> with cg.no_grad():
    ...     y = x * x
    >>> y.creator is None
    True
    >>> @cg.no_grad()
    ... def square(x):
    ...     return x * x
    >>> square(x).requires_grad
    False
    >>> w = cg.Variable([1.0, 2.0], name="w")
    >>> (w * w).backward()
    >>> with cg.no_grad():
    ...     w -= 0.1 * w.grad           # w itself: the optimizers do the same, faster
    >>> w, w.grad
    (w([0.8, 1.6]), variable([2., 4.]))
    """
    cdef int* flag(self) noexcept:
        return &mode().paused


cdef class unrecorded(_Switch):
    # The first line, up to the --, is what inspect.signature reads (__text_signature__).
    """unrecorded()\n--\n
    `no_grad` for what cygrad itself calls without a graph, and with one at another time.

    Operators in place make a new Variable here too, so that a function of the user's, such as what
    `cygrad.optimize.least_squares` evaluates, does the same both times.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.core.mode import unrecorded
    >>> x = cg.Variable(2.0)
    >>> with unrecorded():
    ...     y = x
    ...     y *= 3.0
    >>> x, y, y.creator
    (variable(2.0), variable(6.0), None)
    """
    cdef int* flag(self) noexcept:
        return &mode().paused

    cdef int level(self) noexcept:
        return 1


cdef class recorded(_Switch):
    # The first line, up to the --, is what inspect.signature reads (__text_signature__).
    """recorded()\n--\n
    A graph inside `no_grad`, for what cygrad itself differentiates to compute numbers.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.core.mode import recorded
    >>> x = cg.Variable(2.0)
    >>> with cg.no_grad():
    ...     with recorded():
    ...         (x * x).backward()
    >>> x.grad
    variable(4.0)
    """
    cdef int* flag(self) noexcept:
        return &mode().paused

    cdef int level(self) noexcept:
        return 0


cdef class test_mode(_Switch):
    """test_mode()\n--\n
    Context manager and decorator: functions that differ in training and testing (dropout) test.

    It nests, ends with its block also by an exception, and holds for the thread that enters it.

    Raises
    ------
    TypeError
        If what it decorates is no function, or a generator or a coroutine, whose body runs later;
        if the parentheses are forgotten, ``@test_mode``.

    Examples
    --------
    >>> import cygrad as cg
    >>> with cg.test_mode():
    ...     cg.is_test_mode()
    True
    >>> cg.is_test_mode()
    False
    """
    cdef int* flag(self) noexcept:
        return &mode().testing


cdef class detect_anomaly(_Switch):
    """detect_anomaly()\n--\n
    Context manager and decorator: find what makes gradients wrong, and the first nan or inf.

    Operations recorded inside keep a fingerprint of what their derivatives are computed from, and
    a backward pass inside, before any gradient flows, compares it with the numbers of then: so
    memory that was written to meanwhile by way of ``x.data[...]``, or of an array that a Variable
    was made from, or that stood beside one in an operation, is found. The first operation that
    makes a nan or an inf out of finite numbers, forward or backward, raises too, the -inf of a
    log-density outside its support among them. An operation with an infinite or nan number in it,
    as ``x * inf``, makes none out of finite ones.

    It holds for the thread that enters it, and for what is computed and differentiated inside: of a
    graph made outside no fingerprints are kept, and a pass outside compares none. Arrays that a
    Function of your own keeps for itself are not looked at. It costs a pass over the numbers of
    every operation, and memory for each node; the environment variable ``CYGRAD_ANOMALY=1``
    switches it on for all threads of a program.

    Raises
    ------
    RuntimeError
        From an operation inside that makes a nan or inf, or from a backward pass inside; it names
        the operation, and the file and line that called it.
    TypeError
        If what it decorates is no function, or a generator or a coroutine, whose body runs later;
        if the parentheses are forgotten, ``@detect_anomaly``.

    Examples
    --------
    >>> import numpy as np
    >>> import cygrad as cg
    >>> w, batch = cg.Variable([1.0, 2.0]), np.ones(2)
    >>> with cg.detect_anomaly():
    ...     loss = cg.functions.sum(w * w * batch)
    ...     w.data[0] = 3.0
    ...     loss.backward()     # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: detect_anomaly: the gradient of Mul, called at ...
    """
    cdef int* flag(self) noexcept:
        return &mode().watching


cdef class tracing(_Switch):
    """tracing()\n--\n
    Context manager and decorator: a Variable that requires a gradient stays one.

    Inside, what would silently make plain numbers of it, without a gradient, is refused: float(x),
    np.array([x, y]), np.asarray(x), array[i] = x. So it is inside every function that a transform
    runs, too. It nests, ends with its block also by an exception, and holds for the thread that
    enters it.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.core.mode import tracing
    >>> with tracing():
    ...     float(cg.Variable(2.0))
    Traceback (most recent call last):
    ...
    TypeError: float(x): variable of shape () would lose its gradient here. Compute with NumPy's \
or cygrad's functions, join Variables by np.stack([...]), and take .data or .item() where no \
gradient is wanted
    """
    cdef int* flag(self) noexcept:
        return &mode().tracing


def is_grad_enabled():
    """Whether this thread records graphs now: False inside `no_grad`.

    Returns
    -------
    bool

    Examples
    --------
    >>> import cygrad as cg
    >>> with cg.no_grad():
    ...     cg.is_grad_enabled()
    False
    >>> cg.is_grad_enabled()
    True
    """
    return not mode().paused


def is_test_mode():
    """Whether this thread is inside `test_mode`.

    Returns
    -------
    bool

    Examples
    --------
    >>> import cygrad as cg
    >>> with cg.test_mode():
    ...     cg.is_test_mode()
    True
    >>> cg.is_test_mode()
    False
    """
    return bool(mode().testing)
