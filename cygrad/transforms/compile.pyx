"""compile: a function that is captured once, and replayed.

The first call runs the function as ever, while a Recorder (programs/recorder.pyx) writes down what
is computed; later calls run the program. What a capture depends on beside its inputs, it watches:
shapes, other arguments, what the function closes over and the globals that it names, with what is
in these, switches, and the outcomes of what Python asked. Another outcome is another capture.

Before a replay is trusted, it is compared with the function once, to the bit, at other inputs. What
cannot be recorded is called as ever, with a warning that says why.
"""

import functools
import sys
import types
import warnings
import weakref

import numpy as np

cimport numpy as cnp
from cpython.object cimport PyObject
from cpython.float cimport PyFloat_AsDouble, PyFloat_Check, PyFloat_FromDouble
from libc.string cimport memcmp

from cygrad.core.arrays cimport array_of, constant
from cygrad.core.layout cimport MAX_NDIM
from cygrad.core.mode cimport Mode, is_watching, mode
from cygrad.core.repetition cimport Repetition
from cygrad.core.slots cimport Py_REFCNT
from cygrad.core.storage cimport writes
from cygrad.core.variable cimport Variable, describe, own_contiguous
from cygrad.functions.broadcasting cimport copied
from cygrad.programs.bases cimport BASES
from cygrad.programs.lives cimport Lives
from cygrad.programs.recorder cimport Recorder
from cygrad.transforms.capture cimport (
    ARRAY, AS_ARRAY, AS_IT_WAS, AS_NUMBER, AS_RESULT, AS_SCALAR, AS_SPENT, AS_VARIABLE, BYTES,
    Capture, EQUAL, FLOAT, MISSING, NUMBER, SAME, VARIABLE, WHOLE, is_exact, is_float64,
    is_number_too, key_of, requires, same_form, same_ways, spent, take_apart,
)
from cygrad.transforms.replayed cimport Run, beginnings, gradients_of, run_of, seed_like
from cygrad.transforms.source cimport source_of
from cygrad.transforms.trace cimport Transform
from cygrad.transforms.watches cimport (
    Watch, is_plain, watch_function, watch_inside, watching_states,
)

from cygrad.transforms.inputs import ArrayInput, NumberInput
from cygrad.transforms.structure import is_structure, leaves, rebuild, template
from cygrad.transforms.watches import WRAPPERS, TooMuch

cnp.import_array()

cdef enum:
    MOST = 64               # captures, after which a function stays eager
    EXPLAINED = 256         # so many of them
    FEW_LEAVES = 32         # arguments that are compared with each other

cdef str OTHER_NUMBERS = (
    "it gives other numbers than were recorded: it depends on something that no program sees, such "
    "as arrays that NumPy computes with, or random numbers")


# Functions whose results are arrays where they are given arrays, also while they are captured.
GIVES_ARRAYS = [Transform]


cdef class Compiled:
    """A function that is captured and replayed: what `compile` returns."""
    def __init__(self, function, fallback):
        if not callable(function):
            raise TypeError(f"compile: a function is needed, not {function!r}; write compile(f)(x)")
        self.function = function
        self.fallback = fallback
        self.held = []
        self.explanations = []
        functools.update_wrapper(self, function, updated=())
        self.__wrapped__ = function

    def __get__(self, owner, kind):
        return self if owner is None else types.MethodType(self, owner)

    def __reduce__(self):
        """As a function, by its name, where it stands under that; else by what it calls. Captures
        are made anew."""
        name = getattr(self, "__qualname__", "")
        found = sys.modules.get(self.__module__)
        for part in name.split("."):
            found = getattr(found, part, None)
        return name if found is self else (type(self), (self.function, bool(self.fallback)))

    def __repr__(self):
        return f"compile({self.function!r})"

    def __call__(self, *args, **kwargs):
        cdef Mode* switches = mode()
        cdef Capture capture
        cdef Py_ssize_t k
        cdef tuple found
        cdef bint differs = False
        cdef Run call
        if (self.stays_eager or switches.tape is not NULL or switches.level > 0
                or switches.repeated or is_watching(switches)):
            return self.function(*args, **kwargs)
        found = args
        places = everything = None
        if kwargs or has_structures(args):
            everything = [list(args), kwargs]
        elif len(args) > 1 and has_twins(args):
            return self.function(*args, **kwargs)
        held = self.held
        for k in range(len(held)):
            capture = <Capture>held[k]
            if everything is not None:
                apart = []
                if not take_apart(capture.places, everything, apart):
                    continue
                found = tuple(apart)
                if has_twins(found):
                    return self.function(*args, **kwargs)
            elif capture.places is not None:
                continue
            if not capture.fits(found):
                continue
            call = run_of(self.function, args, kwargs) if capture.ends is not None else None
            differs = False
            result = capture.replay(found, call, &differs)
            if result is MISSING:
                if capture.effects and (differs or not capture.proved):
                    return self.proof(capture, capture.places, found, args, kwargs)
                if capture.draws and differs:
                    result = self.compared_drawing(capture, found, call, args, kwargs)
                    if result is not MISSING:
                        return result
                continue
            if k > 0:               # a new list: another thread may be looking through this one
                self.held = [capture, *[c for c in self.held if c is not capture]]
            self.replays += 1
            capture.used = True
            if not differs:
                return result
            return self.compared(capture, found, result, call, args, kwargs)
        if everything is not None:
            places = template(everything)
            found = tuple(leaves(everything))
            if has_twins(found):
                return self.function(*args, **kwargs)
        return self.capture(places, found, args, kwargs)

    def explain(self):
        """Why each capture was made, and what stays eager: a text.

        Returns
        -------
        str

        Examples
        --------
        >>> import cygrad as cg
        >>> f = cg.compile(cg.grad(lambda x: x ** 3))
        >>> f(2.0), f(3.0)
        (12.0, 27.0)
        >>> print(f.explain())
        capture 1: the first call
        """
        return "\n".join(self.explanations)

    def program(self):
        """The program of the capture that was replayed last.

        Returns
        -------
        Program
            Its `instructions` are counted, and it may be called with arrays, and pickled; None
            before the first call.
        """
        return (<Capture>self.held[0]).program if self.held else None

    def to_c(self, name, *example, path="."):
        """Write the program as C source, for machines without Python.

        The files name.h and name.c need nothing but a compiler of C11 and libm. They compute what
        a replay computes, to the bit: what the function gives, such as a value and its gradient.
        `python -m cygrad guide controller` is about it.

        Parameters
        ----------
        name : str
            Of the C function, and of the files.
        *example : float, array or Variable
            Arguments of a call, which is made: its capture is the one that is written. Without
            them, that which was replayed last.
        path : str or Path
            The folder for the files.

        Returns
        -------
        tuple of Path
            The header and the source.

        Raises
        ------
        TypeError
            If the program has something that is no C: calls of Python, random numbers, updates,
            what BLAS and LAPACK compute, or routines without C source. No file is written.
        RuntimeError
            If there is no capture, or the function stays eager.
        ValueError
            If `name` is no name of C.

        Notes
        -----
        Variables and arrays that the function closes over have in C the numbers that they have
        now. Parts of the arguments that are no inputs, such as whole numbers, are as in the
        capture. Where Python asked for something, such as whether a number is positive, the C
        function returns 1 if the answer is another one.

        Examples
        --------
        >>> import tempfile
        >>> import cygrad.functions as F
        >>> import cygrad as cg
        >>> f = cg.compile(cg.value_and_grad(lambda x: F.sum(F.sin(x) * x)))
        >>> header, code = f.to_c("energy", [1.0, 2.0], path=tempfile.mkdtemp())
        >>> header.name, code.name
        ('energy.h', 'energy.c')
        >>> print(header.read_text()[:75])
        /* energy: the program of a compiled function, written as C by cygrad        """
        from cygrad.programs.source import check_name, put_both     # which few programs need

        check_name(name)
        if example:
            self(*example)
        return put_both(path, name, *source_of(self.captured(example), name, self.function))

    cdef Capture captured(self, tuple example):
        """The capture of a call with these arguments; without any, the last."""
        cdef Capture capture
        cdef list found
        for capture in self.held:
            found = list(example)
            if capture.places is not None and example:
                found = []
                if not take_apart(capture.places, [list(example), {}], found):
                    continue
            if not example or capture.fits(tuple(found)):
                return capture
        if self.stays_eager:
            why = self.explanations[len(self.explanations) - 1]
            raise RuntimeError(f"to_c: there is no program: {why}")
        raise RuntimeError("to_c: there is no capture yet; give the arguments of a call, as in "
                           "f.to_c(name, x), outside of transforms and of other captures. "
                           "Arguments that share memory are not captured: give copies")

    cdef object compared(self, Capture capture, tuple found, object result, Run call, tuple args,
                         dict kwargs):
        """The function's own result, with which a replay's must agree before it is trusted."""
        return self.agreed(capture, found, result, call,
                           called_eagerly(self.function, args, kwargs))

    cdef object compared_drawing(self, Capture capture, tuple found, Run call, tuple args,
                                 dict kwargs):
        """The same where random numbers are drawn, as the same ones in both."""
        cdef Repetition repetition = <Repetition>Repetition.__new__(Repetition)
        result = repetition.first(Replaying(capture, found, call), (), {})
        if result is MISSING:
            return result
        expected, _ = repetition.again(called_eagerly, (self.function, args, kwargs), {}, [])
        self.replays += 1
        return self.agreed(capture, found, result, call, expected)

    cdef object agreed(self, Capture capture, tuple found, object result, Run call,
                       object expected):
        if same_bits(expected, result) and (
                call is None or flows_back_alike(capture, found, leaves(expected), call)):
            capture.show(found)
            return expected
        self.held = []
        self.stay(OTHER_NUMBERS)
        return expected

    cdef int stay(self, str why) except -1:
        """Be eager from now on."""
        self.stays_eager = True
        message = f"compile: {self.function!r} stays eager: {why}"
        self.explanations.append(message)
        if not self.fallback:
            raise RuntimeError(message)
        warnings.warn(message, stacklevel=1)
        return 0

    cdef object capture(self, object places, tuple found, tuple args, dict kwargs):
        cdef Capture capture
        if self.wasted >= MOST:
            self.stay(f"{MOST} captures of it were never replayed, as an object that is an "
                      "argument, or that it reaches, was gone by the next call")
            return self.function(*args, **kwargs)
        if len(self.held) >= MOST:
            lines = sorted({f"{file}:{line}, {what}" for c in self.held
                            for what, (file, line) in (<Capture>c).where})
            self.stay(f"there are {MOST} captures of it already; what tells them apart is an "
                      "argument that is no array, no float of a transform, or what Python asked: "
                      + ("; ".join(lines[:3]) if lines else "integers in arrays that it looks at"))
            return self.function(*args, **kwargs)
        result, capture = self.recorded(places, found, args, kwargs)
        if capture is not None:
            self.add(capture, self.reason(places, found))
        return result

    cdef int add(self, Capture capture, str reason) except -1:
        self.captures += 1
        self.explanations.append(f"capture {self.captures}: {reason}")
        del self.explanations[:-EXPLAINED]
        if capture.lives.over:
            self.wasted += 1
            return 0
        self.held = [capture, *[c for c in self.held if not (<Capture>c).lives.over]]
        return 0

    cdef int end(self, Lives lives) except -1:
        """An object is gone by which a capture was known."""
        for c in self.held:
            if (<Capture>c).lives is lives:
                self.wasted = 0 if (<Capture>c).used else self.wasted + 1
                self.held = [other for other in self.held if other is not c]
                return 0
        return 0

    cdef object proof(self, Capture capture, object places, tuple found, tuple args, dict kwargs):
        """What has effects cannot be called twice: so a call is recorded again, and compared."""
        cdef Capture other
        result, other = self.recorded(places, found, args, kwargs)
        if other is None:
            return result
        table = {}
        checks, *meaning = capture.meaning(table)
        other_checks, *other_meaning = other.meaning(table)
        if checks != other_checks:
            self.add(other, self.reason(places, found))
        elif meaning == other_meaning and same_ways(capture, other):
            capture.show(found)
            capture.proved = True
        else:
            self.held = []
            self.stay(OTHER_NUMBERS)
        return result

    cdef tuple recorded(self, object places, tuple found, tuple args, dict kwargs):
        """Call the function; its result, and the Capture of the call, or None."""
        cdef Capture capture = <Capture>Capture.__new__(Capture)
        cdef Recorder recorder = Recorder()
        capture.lives = Lives(functools.partial(end, weakref.ref(self)))
        cdef Repetition repetition = <Repetition>Repetition.__new__(Repetition)
        cdef list kinds = [], given = [], flown = None
        cdef unsigned int before
        cdef object problem = None
        cdef bint whole
        recorder.stand_in = ArrayInput
        if not self.watched(capture, found):
            return self.function(*args, **kwargs), None
        new_args, new_kwargs = self.inputs_of(capture, recorder, kinds, places, found, args, kwargs)
        containers = [] if places is None else containers_of([args, kwargs], [new_args, new_kwargs])
        before = writes
        with recorder:
            try:
                given = self.called(capture, recorder, repetition, kinds, found, new_args,
                                    new_kwargs, containers)
            except (TypeError, BufferError) as error:
                if not has_stand_ins(kinds) or recorder.draws or recorder.acts or writes != before:
                    raise
                problem = error
            new_args = new_kwargs = None
            if problem is None and AS_RESULT in capture.ways and not recorder.reasons:
                flown = flow_back(capture, recorder, given, repetition.made())
        if problem is not None:         # of what stands for an argument, perhaps
            result = self.function(*args, **kwargs)
            self.stay(f"what stands for an argument in a capture is refused: {problem}")
            return result, None
        why = repetition.changed(recorder.draw_again, recorder.all_stores)
        if why is not None:
            recorder.refused(why)
        whole = len(recorder.reasons) > 0       # what was given still has its graph
        if not whole:
            for k in range(len(given)):
                given[k] = without_graph(given[k], capture.ways[k])
            capture.outside = recorder.settle()
        result = rebuild(capture.result, given)
        if recorder.reasons:
            why, (file, line) = recorder.reasons[0]
            self.stay(f"{why} ({file}, line {line})")
        elif capture.outside.count >= BASES - 1:
            self.stay(f"it reads {capture.outside.count} arrays beside its arguments")
        if self.stays_eager:
            if AS_RESULT in capture.ways and not whole:
                result = repetition.again(self.function, args, kwargs, [])[0]
            return result, None
        capture.complete(recorder, kinds, found)
        if flown is not None:
            result = self.with_graph(capture, repetition, found, args, kwargs, result, flown)
        return result, None if self.stays_eager else capture

    cdef bint watched(self, Capture capture, tuple found) except -1:
        """Note what a call depends on beside its inputs; False if that is too much."""
        cdef set met = set()
        capture.watches = []
        capture.drawn_at = []
        capture.paused = bool(mode().paused)
        capture.testing = bool(mode().testing)
        try:
            watch_function(capture.watches, met, self.function)
            for x in found:
                if not cnp.PyArray_Check(x):        # whose numbers are inputs, or part of the key
                    watch_inside(capture.watches, met, x, type(x).__name__)
        except TooMuch as error:
            self.stay(str(error))
            return False
        return True

    cdef list called(self, Capture capture, Recorder recorder, Repetition repetition, list kinds,
                     tuple found, tuple args, dict kwargs, list containers):
        """Call the function on the Recorder; the leaves of its result."""
        cdef unsigned int before = writes
        cdef list inputs = list(capture.keys), states, given
        cdef list numbers = [numbers_of(x) for x in found]
        try:
            result = repetition.first(self.function, args, kwargs)
        except BaseException:
            give_back(kinds, found, inputs, numbers)
            give_back_containers(containers)
            raise
        recorder.land()
        late = recorder.reads_late and not all([is_as(x, n) for x, n in zip(found, numbers)])
        if (writes - recorder.written != before or give_back(kinds, found, inputs, numbers)
                or not all([is_as(x, n) for x, n in zip(found, numbers)
                            if isinstance(x, Variable)])):
            recorder.refused("numbers are changed in place")
        if give_back_containers(containers):
            recorder.refused("a list or dict that is an argument is changed")
        if late:
            raise RuntimeError("compile: the function changes the memory of its own argument by an "
                               "update, and reads it afterwards; call it with a copy")
        states = repetition.states()
        recorder.keep_states(states, plain_state, spent_state)
        capture.watches = watching_states(capture.watches, states)
        given = self.outputs_of(capture, recorder, result)
        if AS_RESULT in capture.ways and recorder.keeps_graph:
            recorder.refused("a layer keeps the graph of its state, and so does the result: run "
                             "backward in the function, or call it in no_grad")
        return given

    cdef object with_graph(self, Capture capture, Repetition repetition, tuple found, tuple args,
                           dict kwargs, object result, list flown):
        """The call's result, by a replay, through which gradients flow back as through eager's.

        It is a trial as well: neither numbers nor gradients may differ. What it draws and changes
        has been drawn and changed, and is put back.
        """
        cdef Run call = run_of(self.function, args, kwargs)
        replayed, _ = repetition.again(Replaying(capture, found, call), (), {}, [])
        seeds = [seed_like(<Variable>y) for k, y in enumerate(leaves(result))
                 if capture.ways[<int>k] == AS_RESULT]
        if same_bits(result, replayed) and same_bits(flown, call.pulled(seeds)):
            return replayed
        self.stay(OTHER_NUMBERS)
        return repetition.again(self.function, args, kwargs, [])[0]

    cdef str reason(self, object places, tuple found):
        """In what the present call differs from all captures."""
        cdef Capture c
        cdef Watch w
        if not self.held:
            return "the first call"
        c = <Capture>self.held[0]
        if not same_form(c.places, places):
            return "arguments of another structure"
        differs = c.other_leaf(found)
        if differs is not None:
            return differs
        for w in c.watches:
            if not w.holds():
                return f"{w.name} is another"
        if not c.outside.fits():
            return c.outside.misfit()
        if c.where:
            what, (file, line) = c.where[len(c.where) - 1]
            return f"another outcome of what Python asked, such as {what} at {file}:{line}"
        return "other arguments"

    cdef tuple inputs_of(self, Capture capture, Recorder recorder, list kinds, object places,
                         tuple found, tuple args, dict kwargs):
        """The arguments for the capture: copies of arrays, which are known by their memory."""
        cdef Variable v
        ends = ends_of(self.function, args, kwargs)
        new = []
        capture.places = places
        capture.keys = []
        for k, x in enumerate(found):
            kind, key = leaf_of(x, k in ends)
            if kind == NUMBER:
                x = PyFloat_FromDouble(PyFloat_AsDouble(x))      # an object that nobody else has
                recorder.input_number(x)
            elif kind == ARRAY:
                x = np.array(x, dtype=np.float64, order="C")
                key = constant(x, "compile")
                recorder.input_array(key)
                if k not in ends:
                    x = ArrayInput(x, key, k)
            elif kind == VARIABLE:
                # Itself, so that what is done to it is done; but for one that the function knows by
                # another way, too, which is to be told from the argument.
                if (Py_REFCNT(<PyObject*>(<Variable>x).storage) > 1
                        or is_watched(capture.watches, x)):
                    x = copy_of(<Variable>x)
                key = x
                recorder.input_array(<Variable>x)
            elif kind == WHOLE:
                v = constant(np.array(x, dtype=np.float64, order="C"), "compile")
                key = (v, key_of(x), x.copy())
                recorder.input_array(v)
                x = ArrayInput(key[2], v, k)
            elif kind == FLOAT:
                v = constant(x, "compile")
                recorder.input_array(v)
                x = NumberInput(x, v, k)
            new.append(x)
            kinds.append(<int>kind)
            capture.keys.append(key)
        if places is None:
            return tuple(new), kwargs
        rebuilt = rebuild(places, new)
        return tuple(rebuilt[0]), rebuilt[1]

    cdef list outputs_of(self, Capture capture, Recorder recorder, object result):
        """Note how each leaf of the result is given; the leaves, without a graph."""
        cdef list found
        cdef Variable v
        found = leaves(result)
        capture.result = template(result)
        given = []
        capture.ways = []
        capture.constants = []
        transforms = isinstance(self.function, tuple(GIVES_ARRAYS))
        for x in found:
            if recorder.standing_for(x) is not None:
                recorder.locate(recorder.standing_for(x))
                if type(x) is ArrayInput and x.dtype != np.float64:
                    recorder.refused(f"its result has an array of {x.dtype}")
                capture.ways.append(<int>(way_of(x)))
                capture.constants.append(len(recorder.draft.results) - 1)
                given.append(np.array(x.value) if type(x) is ArrayInput else x.value)
                continue
            known = recorder.locate(x)
            if isinstance(x, Variable):
                v = <Variable>x
                if requires(v) and recorder.acts:
                    capture.ways.append(<int>AS_SPENT)
                    capture.constants.append(len(recorder.draft.results) - 1)
                    given.append(x)
                    continue
                if requires(v) and v.creator_ is None:
                    recorder.refused(f"its result, {describe(v)}, is no result but a variable that "
                                     "was there before")
                capture.ways.append(<int>(AS_RESULT if requires(v) else AS_VARIABLE))
                capture.constants.append(len(recorder.draft.results) - 1)
            elif known:
                capture.ways.append(<int>(AS_NUMBER if isinstance(x, float) else AS_ARRAY))
                capture.constants.append(len(recorder.draft.results) - 1)
                x = x.copy() if isinstance(x, np.ndarray) else x
            elif isinstance(x, (int, float, str, bytes, np.ndarray, np.generic)):
                capture.ways.append(<int>AS_IT_WAS)
                capture.constants.append(x.copy() if isinstance(x, np.ndarray) else x)
            else:
                recorder.refused(f"its result has a {type(x).__name__} in it")
                capture.ways.append(<int>AS_IT_WAS)
                capture.constants.append(x)
            given.append(x)
        if recorder.gave() and not transforms:
            recorder.refused("a transform inside gives plain numbers, with which Python may "
                             "compute; pass it Variables, or compile the transform")
        return given


WRAPPERS.append(Compiled)


def end(compiled, Lives lives not None):
    cdef Compiled of = compiled()
    if of is not None:
        of.end(lives)


cdef class Replaying:
    """A replay, as a function of nothing."""
    cdef Capture capture
    cdef tuple found
    cdef Run call

    def __init__(self, Capture capture not None, tuple found not None, Run call):
        self.capture = capture
        self.found = found
        self.call = call

    def __call__(self):
        cdef bint differs = True
        return self.capture.replay(self.found, self.call, &differs)


def called_eagerly(f, tuple args, dict kwargs):
    """What f gives, where no compiled function that it calls is replayed."""
    cdef Mode* switches = mode()
    cdef int repeated = switches.repeated
    switches.repeated = True
    try:
        return f(*args, **kwargs)
    finally:
        switches.repeated = repeated


def spent_state(Variable v not None):
    """A state whose graph is gone."""
    return spent(v)


def plain_state(Variable v not None):
    """A state without a graph."""
    return v


cdef int way_of(object x) except -1:
    """How what stands for an argument is given."""
    if type(x) is ArrayInput:
        return AS_ARRAY
    return AS_SCALAR if isinstance(x.value, np.generic) else AS_NUMBER


cdef object without_graph(object x, int way):
    """A leaf of the result, when the graph is let go."""
    if way == AS_SPENT:
        return spent(own_contiguous(<Variable>x))
    return constant(array_of(<Variable>x).copy(), "compile") if way == AS_RESULT else x


cdef list flow_back(Capture capture, Recorder recorder, list given, list made):
    """Record the backward pass from the results; what has flowed to the ends, as Variables.

    made: parameters that the call has made, and that stay.
    """
    cdef set lasting = {id(x) for x in made}
    cdef list results = [given[k] for k in range(len(given)) if capture.ways[k] == AS_RESULT]
    cdef dict places = {id(x): k for k, x in enumerate(capture.keys) if isinstance(x, Variable)}
    cdef list ends = beginnings(results, places), found
    cdef list seeds = [seed_like(<Variable>y) for y in results]
    capture.depth = min(max([(<Variable>y).generation_ for y in results]), recorder.functions)
    ends = [x for x in ends if id(x) not in recorder.born or id(x) in lasting]
    if not ends:
        recorder.refused("its result requires a gradient of variables that the call makes")
    recorder.pause(seeds)
    found = gradients_of(results, seeds, ends)
    capture.ends = [places.get(id(x), x) for x in ends]
    capture.drawn_at = recorder.give_draws()
    capture.pulls = []
    for g in found:
        if g is not None:
            recorder.locate(g)
        capture.pulls.append(len(recorder.draft.results) - 1 if g is not None else -1)
    return [None if g is None else constant(array_of(<Variable>g).copy(), "compile")
            for g in found]


cdef bint flows_back_alike(Capture capture, tuple found, list expected, Run call) except -1:
    """Whether the gradients of the results, for some seeds, are those of eager's results."""
    cdef int k
    results = [expected[k] for k in range(capture.n_results)
               if capture.results[k].way == AS_RESULT]
    seeds = [seed_like(<Variable>y) for y in results]
    ends = [x if isinstance(x, Variable) else found[x] for x in capture.ends]
    return same_bits(gradients_of(results, seeds, ends), call.pulled(seeds))


cdef cnp.ndarray numbers_of(object x):
    """A copy of an argument's numbers, in C order; None if it is no array."""
    if isinstance(x, Variable):
        return array_of(<Variable>x).copy(order="C")
    return x.copy(order="C") if cnp.PyArray_CheckExact(x) else None


cdef bint is_as(object x, cnp.ndarray numbers) except -1:
    """Whether an argument, or its copy, has these numbers still."""
    cdef cnp.ndarray now
    if numbers is None:
        return True
    now = np.ascontiguousarray(array_of(<Variable>x) if isinstance(x, Variable) else x)
    return (cnp.PyArray_NBYTES(now) == cnp.PyArray_NBYTES(numbers)
            and memcmp(cnp.PyArray_DATA(now), cnp.PyArray_DATA(numbers),
                       cnp.PyArray_NBYTES(now)) == 0)


cdef bint give_back(list kinds, tuple found, list inputs, list numbers) except -1:
    """Write what the call has written to the copies of its arrays to the caller's own.

    numbers: what the copies were at first. An update in the call may have changed the caller's.
    """
    cdef bint changed = False
    for kind, x, copy, before in zip(kinds, found, inputs, numbers):
        if kind == WHOLE:
            copy = copy[2]
        elif kind != ARRAY and (kind != VARIABLE or x is copy):
            continue
        if is_as(copy, before):
            continue
        data = array_of(<Variable>x) if isinstance(x, Variable) else x
        data[...] = array_of(<Variable>copy) if isinstance(copy, Variable) else copy
        changed = True
    return changed


cdef list containers_of(object own, object given):
    """Of the caller's lists and dicts: each, that which the function gets, and what is in that."""
    cdef list found = [], waiting = [(own, given)]
    while waiting:
        own, given = waiting.pop()
        if isinstance(own, dict) and isinstance(given, dict):
            found.append((own, given, list(given.items())))
            waiting += [(own[key], given[key]) for key in own if key in given]
        elif isinstance(own, (list, tuple)) and isinstance(given, (list, tuple)):
            if isinstance(own, list):
                found.append((own, given, list(given)))
            waiting += list(zip(own, given))
    return found


cdef bint give_back_containers(list containers) except -1:
    """Do to the caller's lists and dicts what was done to the others; whether that is anything."""
    cdef dict owns = {id(given): own for own, given, _ in containers}
    cdef bint changed = False
    for own, given, before in containers:
        if isinstance(own, dict):
            now = list(given.items())
            if [(id(key), id(x)) for key, x in now] != [(id(key), id(x)) for key, x in before]:
                changed = True
                own.clear()
                for key, x in now:
                    own[key] = owned(x, owns)
        elif [id(x) for x in given] != [id(x) for x in before]:
            changed = True
            own[:] = [owned(x, owns) for x in given]
    return changed


cdef object owned(object x, dict owns):
    """What the caller gets for something that the function had in a container."""
    if type(x) is ArrayInput or type(x) is NumberInput:
        return x.value
    return owns.get(id(x), x)


cdef Variable copy_of(Variable x):
    """What the function is called with in x's place; gradients flow from it to x."""
    cdef Variable copy
    if requires(x):
        copy = copied(x)
    else:
        copy = constant(array_of(x).copy(), "compile")
        copy.requires = x.requires
    copy.name_ = x.name_
    return copy


cdef bint is_watched(list watches, object x) except -1:
    for w in watches:
        if (<Watch>w).expected is x:
            return True
    return False


cdef bint has_stand_ins(list kinds) except -1:
    """Whether some arguments are no real arrays and floats in a capture (inputs.py)."""
    return ARRAY in kinds or WHOLE in kinds or FLOAT in kinds


cdef bint has_twins(tuple found) noexcept:
    """Whether two arguments are one array or Variable: a program takes them for two.

    BLAS multiplies a matrix by itself, transposed, in a way of its own, whose last bits differ.
    """
    cdef Py_ssize_t k, j
    for k in range(1, min(len(found), <Py_ssize_t>FEW_LEAVES)):
        for j in range(k):
            if found[j] is found[k] and (
                    isinstance(found[k], Variable) or cnp.PyArray_Check(found[k])):
                return True
    return False


cdef bint has_structures(tuple args) noexcept:
    """Whether the arguments are not their own leaves."""
    for x in args:
        if isinstance(x, (dict, list, tuple)) or x is None:
            return True
    return False


cdef set ends_of(object function, tuple args, dict kwargs):
    """Which leaves of the arguments a transform differentiates by."""
    cdef set ends = set()
    if not isinstance(function, Transform):
        return ends
    argnums = (<Transform>function).argnums
    if argnums is None:
        argnums = tuple(range(len(args)))
    chosen = {i + len(args) if i < 0 else i for i in
              (argnums if isinstance(argnums, tuple) else (argnums,))}
    k = 0
    for i, x in enumerate(args):
        for _ in leaves([x]):
            if i in chosen:
                ends.add(k)
            k += 1
    return ends


cdef tuple leaf_of(object x, bint end):
    """What the leaf is to a capture, and its key."""
    if isinstance(x, Variable):
        return VARIABLE, x
    if end and (PyFloat_Check(x) or is_number_too(x)):
        return NUMBER, None
    if cnp.PyArray_CheckExact(x):
        if is_float64(x):
            return ARRAY, None
        return (WHOLE, None) if is_exact(x) and x.ndim <= MAX_NDIM else (BYTES, key_of(x))
    if type(x) is float or type(x) is np.float64:
        return FLOAT, type(x)
    if is_plain(x):
        return EQUAL, x
    return SAME, x


cdef bint same_bits(object a, object b) except -1:
    cdef list x, y
    if (is_structure(a) or a is None) != (is_structure(b) or b is None):
        return False
    x, y = (leaves(a), leaves(b)) if is_structure(a) else ([a], [b])
    if is_structure(a) and not same_form(template(a), template(b)):
        return False
    for p, q in zip(x, y):
        if isinstance(p, Variable) != isinstance(q, Variable):
            return False
        if isinstance(p, Variable):
            p, q = p.data, q.data
        if isinstance(p, (float, np.ndarray)):
            p, q = np.array(p), np.array(q)
            if p.shape != q.shape or p.dtype != q.dtype:
                return False
            if p.dtype.kind == "f":
                p[np.isnan(p)] = q[np.isnan(q)] = np.nan
            if p.tobytes() != q.tobytes():
                return False
        elif p is not q and p != q:
            return False
    return True


def compile(f, fallback=True):
    """A function that is captured at its first call, and replayed at the next ones.

    Parameters
    ----------
    f : callable
        A function of numbers, arrays, Variables and anything else, or a transform of one, such as
        ``cg.value_and_grad(f)``.
    fallback : bool, default True
        Where f cannot be captured, call it as it is, with a warning; False raises instead.

    Returns
    -------
    callable
        Takes and returns what f does, with the same bits. `captures` and `replays` count, and
        ``explain()`` says why each capture was made.

    Raises
    ------
    RuntimeError
        By the new function, where f cannot be captured and there is no fallback.
    TypeError
        If f cannot be called.

    Notes
    -----
    A capture is a program of instructions, without a graph and without Python. Its inputs are
    floats, Variables, and arrays of any numbers. Part of its key are other arguments, what f closes
    over or names as globals (arrays by their numbers, containers and objects by what is in them, up
    to 1,000 places), and what Python asks (``if x > 0``): another one is another capture, beside
    the first, up to 64. Variables that f closes over are read anew each time. print, and what else
    f does to the world, happens at captures only; but random numbers are drawn anew, gradients land
    in variables as `backward` lets them, an update in place is made, and an optimizer's update,
    with its hooks, and a schedule's step are called anew at their place.
    Not captured yet, and so eager, with a UserWarning that says why: what NumPy computes with an
    array argument, and what Python asks after an optimizer's update. Gradients flow back through
    results that require them.

    The first replay with other numbers is compared with f, to the bit. What updates cannot be
    called twice: it is recorded twice, and the two programs are compared. What differs stays eager.

    The new function pickles as f does, without its captures, which are made anew elsewhere.

    Examples
    --------
    >>> import cygrad as cg
    >>> import numpy as np
    >>> def rosen(x):
    ...     return 100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
    >>> f = cg.compile(cg.value_and_grad(rosen))
    >>> f(np.array([0.5, 2.0]))
    (306.5, array([-351.,  350.]))
    >>> f(np.array([1.0, 2.0]))
    (100.0, array([-400.,  200.]))
    >>> f.captures, f.replays
    (1, 1)
    """
    return Compiled(f, bool(fallback))
