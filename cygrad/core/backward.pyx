"""The backward pass.

Gradients flow from the root to the leaves. A Function holds what has flowed to its output so far
(`gy`); it waits in a heap until every Function that used its output, all of greater generation, has
been taken, and then passes on to each input the vector-Jacobian product. What flows to a leaf, a
variable without a creator, adds up in its `.grad`.

A gradient on its way may be shared by several holders or be a view; so it is added to in place only
where nobody else can see it (`is_private`), and it is given memory of its own where it lands in a
`.grad`, which hooks and users may write to.

A pass that fails leaves all gradients as they were before it: a leaf's is remembered (journal.pxd)
before it changes for the first time. A signal, such as Ctrl-C's, is looked for now and then between
two Functions (`visit_all`); what it raises ends the pass as any exception does.

The gradients of weights that many Functions share, as in a recurrent network, may be put off until
there are many (postponed.pyx); they have landed when the pass is over.

A transform (`gradients`) asks for the gradients with respect to some variables, the ends of the
pass, and no others. These have been made, by transforms/trace.pyx, with a generation greater than
that of any variable there was; so a variable of a smaller generation does not depend on them, and
no work is done for it.
"""

cimport cython

from cpython.exc cimport PyErr_CheckSignals
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF
from libc.limits cimport INT_MAX
from libc.string cimport memset

from cygrad.core.anomaly cimport called, inspect, inspect_gradient, is_finite
from cygrad.core.changes cimport (
    age_of, refuse_changes, refuse_changes_ahead, refuse_changes_since,
)
from cygrad.core.function cimport (
    Function, MADE_OF, input_of, kept_slope, name_of, output_at, outputs_of,
)
from cygrad.core.heap cimport heap_free, heap_pop, heap_push
from cygrad.core.journal cimport (
    LANDED, Open, aside, close, enter, entry_elsewhere, forget_dead, forget_last, is_elsewhere,
    leave, put_aside, remember, taken_aside,
)
from cygrad.core.layout cimport Layout, layout_of_shape, release, same_shape, shape_of
from cygrad.core.lifetime cimport track, track_behind
from cygrad.core.mode cimport Mode, is_watching, mode
from cygrad.core.operators cimport OPERATORS
from cygrad.core.passing cimport Entry, Pass
from cygrad.core.storage cimport writes
from cygrad.core.tape cimport Tape
from cygrad.core.variable cimport Variable, describe, filled, filled_like, is_private

cdef enum:
    KEPT = 32                   # a slope of fewer elements is as soon computed again
    MUCH_WORK = 1 << 16         # numbers, after which a signal is looked for: well below 10 ms
    A_NODE = 64                 # the work that a node is beside its numbers, in numbers


cdef int run_backward(Variable root, bint retain_grad, bint create_graph) except -1:
    cdef Pass p
    cdef Mode* switches = mode()
    cdef int paused = switches.paused
    cdef Variable before = root.grad_, seed = before
    cdef Open here
    memset(&p, 0, sizeof(Pass))
    p.retain_grad = retain_grad
    p.create_graph = create_graph
    if is_recording(switches):
        (<Tape>switches.tape).reads_grad(root)
    if seed is None:
        seed = filled_like(root, 1.0)
    if root.creator_ is None or not root.requires:
        root.grad_ = seed
        if is_recording(switches):
            (<Tape>switches.tape).set_grad(root)
        return 0
    if not same_shape(seed.layout, root.layout):
        raise RuntimeError(f"Variable.backward: {describe(root)} has a gradient of shape "
                           f"{shape_of(seed.layout)}; call cleargrad()")
    p.watching = is_watching(switches)
    p.recording = not create_graph and is_recording(switches)
    if p.watching or age_of(root, writes) != 0:
        refuse_changes(root, &p)
    p.watching = p.watching and is_finite(seed)
    if create_graph:
        track_behind(root)
    switches.paused = not create_graph
    switches.level += create_graph
    enter(&here, &p.journal)
    try:
        pass_on(root, seed, None, &p)
        visit_all(&p)
        land_aside(&p)
        root.grad_ = seed if retain_grad else None
        if is_recording(switches):
            (<Tape>switches.tape).set_grad(root)
    except BaseException:
        close(&p.journal, True)
        root.grad_ = before
        raise
    finally:
        switches.paused = paused
        switches.level -= create_graph
        close(&p.journal, False)
        leave(&here)
        abandon(&p)
    return 0


cdef long sessions = 0

cdef long new_session() noexcept:
    global sessions
    sessions += 1
    return sessions


cdef list gradients(list outputs, list seeds, list ends, bint create_graph, long session=0,
                    bint last=False):
    cdef Pass p
    cdef Mode* switches = mode()
    cdef int paused = switches.paused
    cdef Variable end, y
    cdef list kept = [], found = []
    cdef Py_ssize_t i
    for end in ends:
        if end.requires & ENDS:
            raise RuntimeError(f"{describe(end)} is in a backward pass already")
    memset(&p, 0, sizeof(Pass))
    p.create_graph = create_graph
    p.session = 0 if create_graph else session
    p.last = last
    p.watching = is_watching(switches)
    p.recording = not create_graph and is_recording(switches)
    p.floor = INT_MAX
    p.ends = <PyObject*>ends
    for i in range(len(ends)):
        end = <Variable>ends[i]
        kept.append(end.grad_)
        end.grad_ = None
        end.requires |= ENDS
        end.index = <unsigned int>i     # where is_end looks for it
        if end.generation_ < p.floor:
            p.floor = end.generation_
    switches.paused = not create_graph
    switches.level += create_graph
    try:
        for y in outputs:
            if p.watching or age_of(y, writes) != 0:
                refuse_changes(y, &p)
        for i in range(len(outputs)):
            p.watching = p.watching and is_finite(<Variable>seeds[i])
            y = <Variable>outputs[i]
            if wanted(y, &p):
                pass_on(y, <Variable>seeds[i], None, &p)
        visit_all(&p)
        for end in ends:
            found.append(end.grad_)
    finally:
        switches.paused = paused
        switches.level -= create_graph
        abandon(&p)
        for i in range(len(ends)):
            end = <Variable>ends[i]
            end.grad_ = <Variable>kept[i]
            end.requires &= ~ENDS
            end.index = 0
    return found


cdef int visit_all(Pass* p) except -1:
    while True:
        while p.heap.count > 0:
            if p.watching:
                visit_watching(p)
            elif p.held is NULL:
                visit(p)
            else:
                visit_held(p)
            if p.work > MUCH_WORK:
                p.work = 0
                PyErr_CheckSignals()
        if p.postponed is NULL:
            return 0
        p.catch_up(p)


cdef int visit(Pass* p) except -1:
    """Take the Function of the greatest generation, and pass its gradient on to its inputs."""
    cdef PyObject* taken = heap_pop(&p.heap)
    cdef Function f = <Function>taken
    cdef Variable gy, x, gx, total
    cdef int i, last
    Py_DECREF(f)                # the heap's reference; f is one of ours
    f.queued = False
    if f.op is NULL:
        return visit_python(f, p)
    if f.op.sweep is not NULL:
        return visit_at_once(f, p)
    gy = f.gy
    f.gy = None
    p.work += A_NODE + gy.layout.size
    if p.retain_grad and f.out is not NULL:
        land(<Variable>f.out, gy, p)
    last = last_input(f, p)
    for i in range(last + 1):
        x = input_of(f, i)
        if not wanted(x, p):
            continue
        p.work += x.layout.size
        if p.session != 0 and f.op.slope is not NULL and gy.layout.size >= KEPT:
            gx = through_slope(f, gy, i, p)
        elif p.create_graph or f.op.fused is NULL:
            gx = f.op.vjp(f, gy, i)
        else:
            total = None if p.watching else private_total(x, p)
            if p.recording:
                gx = recorded(f, gy, i, total)
            else:
                gx = f.op.fused(f, gy, i, total, i == last and total is None)
            if total is not None and gx is total:
                gx = None       # added in place already
            total = None
        if i == last:
            gy = None           # a reference kept here would make the gradient look shared,
        if gx is not None:
            pass_on(x, gx, f, p)
        gx = None               # and so would one here
    return 0


cdef Variable recorded(Function f, Variable gy, int i, Variable total):
    """What f's fused rule gives, or total with it added, recorded on the tape."""
    cdef Tape tape = <Tape>mode().tape
    cdef Variable gx
    tape.reached(f)
    if f.op.kernel < 0:
        gx = f.op.fused(f, gy, i, total, False)
        tape.passed(f, i, gy, gx, total)
        return gx
    gx = OPERATORS.gradient(f, gy, i)
    if total is None:
        return gx
    OPERATORS.add_into(total, gx)
    tape.added(total, gx)
    return total


cdef bint is_recording(const Mode* switches) noexcept:
    return switches.tape is not NULL and (<Tape>switches.tape).plain_too


cdef int visit_watching(Pass* p) except -1:
    """visit(), under detect_anomaly: an error of an operation in a rule tells whose rule it is."""
    cdef Function f = <Function>p.heap.items[0]
    try:
        return visit(p) if p.held is NULL else visit_held(p)
    except RuntimeError as error:
        message = str(error)
        if not message.startswith("detect_anomaly: ") or "the gradient of" in message:
            raise
        raise RuntimeError(f"{message}, in computing the gradient of {called(f)}") from None


cdef int visit_held(Pass* p) except -1:
    """visit(), after which the outputs that the pass has held for the Function may go.

    With them goes the Function; so its inputs are held in turn, and a graph that only the pass
    holds is let go piece by piece.
    """
    cdef Function f = <Function>p.heap.items[0]
    cdef int i
    forget_last(&p.journal)
    outputs = (<dict>p.held).pop(<size_t><PyObject*>f, None)
    visit(p)
    if outputs is None:
        return 0
    for i in range(f.n_inputs):
        hold(input_of(f, i), p)
    if not <dict>p.held:
        drop(&p.held)
    return 0


cdef int hold(Variable y, Pass* p) except -1:
    """Keep y until its creator, if a gradient has reached that, has read it."""
    if y.creator_ is None or not y.creator_.queued:
        return 0
    if p.held is NULL:
        everything = {}
        Py_INCREF(everything)
        p.held = <PyObject*>everything
    (<dict>p.held).setdefault(<size_t><PyObject*>y.creator_, []).append(y)
    return 0


cdef void drop(PyObject** counted) noexcept:
    """Give back what one of the Pass's own references leads to."""
    cdef PyObject* held = counted[0]
    counted[0] = NULL
    if held is not NULL:
        Py_DECREF(<object>held)


cdef Variable through_slope(Function f, Variable gy, int i, Pass* p):
    """What f's rule gives, by the slope that the passes of a session share."""
    cdef Variable slope = kept_slope(f, i, p.session, p.last)
    if slope is None:
        return f.op.vjp(f, gy, i)
    return OPERATORS.chain(gy, slope, input_of(f, i))


cdef inline int last_input(Function f, Pass* p) noexcept:
    """The last input that a gradient flows to; -1 if there is none."""
    cdef int i = f.n_inputs - 1
    while i >= 0 and not wanted(input_of(f, i), p):
        i -= 1
    return i


cdef int flow(Variable x, Variable gx, Function source, Pass* p) except -1:
    if p.caught is not NULL:
        (<list>p.caught).append((x, gx))
        return 0
    return pass_on(x, gx, source, p) if wanted(x, p) else 0


cdef int pass_on(Variable x, Variable gx, Function source, Pass* p) except -1:
    """flow(), for this file alone: so the compiler may inline it where a node costs nanoseconds.

    The caller has asked whether x is wanted.
    """
    cdef Function f = x.creator_
    cdef Variable total
    if not same_shape(gx.layout, x.layout):
        where = "a product" if source is None else name_of(source)
        raise RuntimeError(
            f"Variable.backward: {where} passes a gradient of shape "
            f"{shape_of(gx.layout)} to {describe(x)}; was its .data replaced by another shape "
            "after it was used?")
    if p.watching and source is not None:
        inspect_gradient(source, x, gx)
    if f is None or is_end(x, p):
        # With ends, a leaf that is none of them belongs to another transform.
        return land(x, gx, p) if p.ends is NULL or is_end(x, p) else 0
    total = outputs_of(f).gys[x.index] if f.several else f.gy
    if total is not None and not same_shape(total.layout, gx.layout):
        raise RuntimeError(f"Variable.backward: gradients of shapes {shape_of(total.layout)} and "
                           f"{shape_of(gx.layout)} flow to {name_of(f)}, by way of set_creator")
    if not f.queued:
        heap_push(&p.heap, <PyObject*>f, f.generation_)
        f.queued = True
    if f.several:
        outputs_of(f).gys[x.index] = gx if total is None else add(total, gx, p)
    else:
        f.gy = gx if total is None else add(total, gx, p)
    return 0


cdef int land(Variable x, Variable gx, Pass* p) except -1:
    """Add gx, which the caller holds by one reference, to x.grad."""
    if not same_shape(gx.layout, x.layout):
        raise RuntimeError(f"Variable.backward: a gradient of shape {shape_of(gx.layout)} flows to "
                           f"{describe(x)}")
    if p.ends is NULL:
        if not x.requires & LANDED:
            remember(&p.journal, x)
        elif is_elsewhere(&p.journal, x):
            return put_aside(&p.journal, x, plus(aside(&p.journal, x), gx))
    return add_to_grad(x, gx, p)


cdef inline int add_to_grad(Variable x, Variable gx, Pass* p) except -1:
    cdef Variable total, landed
    cdef bint private, taped = p.ends is NULL and is_recording(mode())
    if taped:
        (<Tape>mode().tape).reads_grad(x)
    # A copy is an operation of the graph, after which gradients of gradients may be added in
    # another order: on a tape, which holds the memory too, there is one where else there would be.
    if p.create_graph and is_recording(mode()):
        (<Tape>mode().tape).rest()
        private = x.grad_ is None and is_private(gx, 1, 2)
    else:
        private = x.grad_ is None and is_private(gx, 1)
    if private:
        x.grad_ = gx
    elif x.grad_ is not None and not same_shape(x.grad_.layout, x.layout):
        raise RuntimeError(f"Variable.backward: {describe(x)} has a gradient of shape "
                           f"{shape_of(x.grad_.layout)}; call cleargrad()")
    else:
        while True:
            total = x.grad_
            landed = OPERATORS.copy(gx) if total is None else add(total, gx, p)
            if x.grad_ is total:    # else another thread has added to it meanwhile
                break
        x.grad_ = landed
    if x.grad_.creator_ is not None and p.ends is NULL:
        track(x)
        track_behind(x.grad_)
    if taped:
        (<Tape>mode().tape).set_grad(x)
    return 0


cdef int land_aside(Pass* p) except -1:
    """Add what was put aside, also to what the other thread's pass would give back."""
    cdef Variable x, gx, total, landed, before, both
    cdef Entry* entry
    cdef list pairs = taken_aside(&p.journal)
    if pairs is None:
        return 0
    for pair in pairs:
        x, gx = pair
        while True:
            entry = entry_elsewhere(&p.journal, x)
            if entry is NULL:
                land(x, gx, p)
                break
            total, before = x.grad_, <Variable>entry.before
            landed = plus(total, gx)
            both = plus(before, gx)
            entry = entry_elsewhere(&p.journal, x)
            if entry is not NULL and entry.before == <PyObject*>before and x.grad_ is total:
                Py_INCREF(both)
                entry.before = <PyObject*>both
                x.grad_ = landed        # `total` and `before` are held here: nothing ends yet
                Py_DECREF(before)
                break
    return 0


cdef Variable plus(Variable total, Variable gx):
    """total + gx, as a new Variable; total may be None, or a gradient of other data."""
    if total is None:
        return OPERATORS.copy(gx)
    if not same_shape(total.layout, gx.layout):
        return total
    return OPERATORS.sum_gradients(total, gx)


cdef Variable add(Variable total, Variable gx, Pass* p):
    """total + gx, where a slot and the caller hold total: in place if nobody else can see it."""
    cdef Variable both
    if p.recording:
        (<Tape>mode().tape).rest()      # it may hold total still, which would look shared
    if p.watching:
        both = OPERATORS.sum_gradients(total, gx)
        inspect("the sum of two gradients", both, (total, gx))
        return both
    if (not p.create_graph and is_private(total, 2, 1 + p.recording)
            and total.creator_ is None):
        OPERATORS.add_into(total, gx)
        if p.recording:
            (<Tape>mode().tape).added(total, gx)
        return total
    return OPERATORS.sum_gradients(total, gx)


cdef Variable private_total(Variable x, Pass* p):
    """The gradient that has flowed to x so far, if it may be added to in place; else None."""
    cdef Function f = x.creator_
    if p.recording:
        (<Tape>mode().tape).rest()      # it may hold that still, which would look shared
    if f is None or is_end(x, p):
        if p.recording and p.ends is NULL:
            (<Tape>mode().tape).reads_grad(x)
        # What was there before the pass may have to be given back.
        if p.ends is NULL and x.requires & LANDED and is_elsewhere(&p.journal, x):
            return None
        if (x.grad_ is not None and (p.ends is not NULL or x.requires & LANDED)
                and is_private(x.grad_, 2, 1 + p.recording) and x.grad_.creator_ is None
                and same_shape(x.grad_.layout, x.layout)):
            return x.grad_
    elif not f.several:
        if (f.gy is not None and is_private(f.gy, 2, 1 + p.recording) and f.gy.creator_ is None
                and same_shape(f.gy.layout, x.layout)):
            return f.gy
    return None


cdef Variable zeros_of_shape(tuple shape):
    cdef Layout* layout = layout_of_shape(shape)
    cdef Variable zeros = filled(layout, 0.0)
    release(layout)
    return zeros


cdef int abandon(Pass* p) noexcept:
    """Give the heap back; after an error, forget the gradients on their way too."""
    cdef Function f
    cdef PyObject* taken
    while p.heap.count > 0:
        taken = heap_pop(&p.heap)
        f = <Function>taken
        Py_DECREF(f)
        f.queued = False
        forget_gradients(f)
    heap_free(&p.heap)
    drop(&p.postponed)
    drop(&p.held)
    return 0


cdef int forget_gradients(Function f) noexcept:
    f.gy = None
    if f.several:
        outputs_of(f).gys = [None] * outputs_of(f).count
    return 0


# ---- Functions that take the gradients of all outputs, and give those of all inputs, at once ---

cdef list take_gradients(Function f, Pass* p):
    """The gradients that have flowed to the outputs, zeros where none has; f forgets them."""
    cdef list gys = outputs_of(f).gys if f.several else [f.gy]
    cdef int i
    cdef bint partial = isinstance(f, Partial)
    forget_gradients(f)
    p.work += A_NODE
    for i in range(f.n_inputs):
        p.work += input_of(f, i).layout.size
    for i in range(<int>len(gys)):
        if gys[i] is None:
            if not partial:
                gys[i] = zeros_of_shape(outputs_of(f).shapes[i])
        elif p.retain_grad and output_at(f, i) is not NULL:
            land(<Variable>output_at(f, i), OPERATORS.copy(<Variable>gys[i]), p)
    return gys


cdef int visit_at_once(Function f, Pass* p) except -1:
    """visit() for an operation with a sweep_rule."""
    cdef list gys = take_gradients(f, p), gxs
    cdef Variable x, gx
    cdef int i
    if p.recording:
        return sweep_recorded(f, gys, p)
    if not p.create_graph:
        return f.op.sweep(f, gys, p)
    gxs = f.op.several(f, gys) if f.several else None
    for i in range(f.n_inputs):
        x = input_of(f, i)
        if wanted(x, p):
            gx = <Variable>gxs[i] if f.several else f.op.vjp(f, <Variable>gys[0], i)
            if gx is not None:
                pass_on(x, gx, f, p)
    return 0


cdef int sweep_recorded(Function f, list gys, Pass* p) except -1:
    cdef list caught = []
    (<Tape>mode().tape).reached(f)
    if f.op.instruction == MADE_OF:
        return f.op.sweep(f, gys, p)
    p.caught = <PyObject*>caught
    try:
        f.op.sweep(f, gys, p)
    finally:
        p.caught = NULL
    caught = [(x, gx) for x, gx in caught if wanted(<Variable>x, p)]
    (<Tape>mode().tape).swept(f, gys, caught)
    for x, gx in caught:
        pass_on(<Variable>x, <Variable>gx, f, p)
    return 0


@cython.no_gc_clear
cdef class Recompute(Function):

    cdef list pulled(self, list gys):
        return None


@cython.no_gc_clear
cdef class Partial(Function):
    """A Function that is told what is there and what is asked for.

    Its backward gets None for an output that nothing has flowed to, and may give None for an input
    that is not in `wanted`.
    """


cdef int visit_python(Function f, Pass* p) except -1:
    cdef Variable x
    cdef unsigned int before = writes
    cdef int i
    cdef list gys
    if isinstance(f, Recompute):
        if p.recording:
            (<Tape>mode().tape).refused(f"the gradient of {name_of(f)}, which is computed again")
        return flow_anew(<Recompute>f, p)
    if isinstance(f, Partial):
        (<Partial>f).wanted = tuple([bool(wanted(input_of(f, i), p)) for i in range(f.n_inputs)])
    gys = take_gradients(f, p)
    gxs = backward_recorded(f, gys, p) if p.recording else checked_gradients(f, f.backward(*gys))
    if writes != before:
        refuse_changes_ahead(f, p)
    for i in range(f.n_inputs):
        x = input_of(f, i)
        if gxs[i] is not None and wanted(x, p):
            pass_on(x, <Variable>gxs[i], f, p)
    return 0


cdef object backward_recorded(Function f, list gys, Pass* p):
    """What f.backward gives, which the tape is told as a whole."""
    cdef Mode* switches = mode()
    cdef void* tape = switches.tape
    cdef list pairs
    (<Tape>tape).reached(f)
    switches.tape = NULL
    try:
        gxs = checked_gradients(f, f.backward(*gys))
    finally:
        switches.tape = tape
    pairs = [(input_of(f, i), gxs[i]) for i in range(f.n_inputs)
             if gxs[i] is not None and wanted(input_of(f, i), p)]
    (<Tape>tape).swept(f, gys, pairs)
    return gxs


cdef int flow_anew(Recompute f, Pass* p) except -1:
    """Compute f's outputs again; what has flowed to the first ones flows on through the new.

    Nothing else holds the new ones, and rules read them.
    """
    cdef list gys = outputs_of(f).gys if f.several else [f.gy], again
    cdef int i
    forget_gradients(f)
    p.work = MUCH_WORK + 1      # the second run is not counted
    if not (p.create_graph or p.watching or p.retain_grad or p.recording):
        again = f.pulled(gys)
        if again is not None:
            for i in range(f.n_inputs):
                if again[i] is not None and wanted(input_of(f, i), p):
                    pass_on(input_of(f, i), <Variable>again[i], f, p)
            return 0
    forget_dead(&p.journal)
    again = f.again()
    refuse_changes_since(f.made, again, p)
    for i in range(<int>len(gys)):
        if gys[i] is not None:
            if p.retain_grad and output_at(f, i) is not NULL:
                land(<Variable>output_at(f, i), OPERATORS.copy(<Variable>gys[i]), p)
            flow(<Variable>again[i], <Variable>gys[i], f, p)
    for y in again:
        hold(<Variable>y, p)
    return 0


cdef list creators_again(Function f):
    if not isinstance(f, Recompute):
        return []
    return [(<Variable>y).creator_ for y in (<Recompute>f).again()
            if (<Variable>y).creator_ is not None]


cdef object checked_gradients(Function f, object gxs):
    """What a backward in Python returned: a sequence of a gradient or None for each input."""
    cdef Variable x
    cdef int i
    where = f"{name_of(f)}.backward"
    gxs = tuple(gxs) if isinstance(gxs, (tuple, list)) else (gxs,)
    if len(gxs) != f.n_inputs:
        raise ValueError(f"{where} returned {len(gxs)} gradients for {f.n_inputs} inputs")
    for i in range(f.n_inputs):
        x = input_of(f, i)
        gx = gxs[i]
        if gx is None:
            continue
        if not isinstance(gx, Variable):
            raise TypeError(f"{where} returned {type(gx).__name__} for input {i}; return a "
                            "Variable computed with cygrad's functions, or None for no gradient")
        if not same_shape((<Variable>gx).layout, x.layout):
            raise ValueError(f"{where} returned a gradient of shape "
                             f"{shape_of((<Variable>gx).layout)} for input {i}, {describe(x)}; "
                             "where the input was broadcast, F.sum_to(gx, x.shape) sums")
    return gxs
