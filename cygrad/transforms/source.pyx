"""Source: a capture as C (programs/source.py): what its arguments and results are."""

import numpy as np

from cygrad.core.layout cimport shape_of
from cygrad.programs.calls cimport Forward, Gradient
from cygrad.programs.draft cimport CALL, CHECK, Draft
from cygrad.programs.program cimport Program
from cygrad.programs.saving cimport saved
from cygrad.transforms.capture cimport AS_IT_WAS, LAST_INPUT


cdef tuple source_of(Capture capture, str name, object function):
    cdef Program program = capture.program
    from cygrad.programs.source import written      # which few programs need

    refuse_calls(program)
    results = results_of(capture)
    refuse_looks(capture)
    state = saved(program.draft, program.shapes, program.outside_now())
    return written(name, state, inputs_of(capture, names_of(capture, function)),
                   results)


cdef list names_of(Capture capture, object function):
    """Of the arguments, where they are arrays and numbers themselves, and have names."""
    import inspect

    try:
        return [] if capture.places is not None else list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


cdef int refuse_calls(Program program) except -1:
    cdef Draft draft = program.draft
    cdef int k
    for k in range(draft.n_instructions):
        if draft.instructions[k].kind != CALL:
            continue
        call = draft.calls[draft.details_of(&draft.instructions[k]).index]
        if isinstance(call, (Forward, Gradient)):
            raise TypeError(f"to_c: {call.name} is computed by Python in a replay, not by a "
                            "program; write it with elementwise functions and sums")
        raise TypeError(f"to_c: the function does more than compute, which is no C: {call.name}. "
                        "Leave random numbers and updates to the caller, as arguments and results")
    return 0


cdef int refuse_looks(Capture capture) except -1:
    """What Python computes of arguments' own numbers is a constant, and holds for these alone."""
    cdef Draft draft = capture.program.draft
    cdef int k
    for k in range(draft.n_instructions):
        if draft.instructions[k].kind == CHECK and capture.ways.count(AS_IT_WAS) == len(
                capture.ways):
            raise TypeError("to_c: Python or NumPy computes with the numbers of arguments, so the "
                            "results are for these numbers alone; compile a transform, pass "
                            "Variables, or use cygrad's functions")
    return 0


cdef list inputs_of(Capture capture, list names):
    """Of each input what it is, and its shape."""
    cdef int k
    from cygrad.programs.source import Given

    found = []
    for k in range(capture.n_leaves):
        if capture.kinds[k] <= LAST_INPUT:
            shape = () if capture.shapes[k] is NULL else shape_of(capture.shapes[k])
            name = f", {names[k]}" if k < len(names) else ""
            found.append(Given(f"argument {k}{name}", shape))
    return found


cdef list results_of(Capture capture):
    """Of each leaf of the result what it is, and its number among the program's; or -1, and what
    it always is."""
    cdef int k
    from cygrad.programs.source import Given

    found = []
    for k in range(len(capture.ways)):
        if capture.ways[k] != AS_IT_WAS:
            shape = shape_of(capture.results[k].target)
            found.append((Given(f"result {k}", shape), capture.constants[k], ()))
            continue
        always = np.asarray(capture.constants[k])
        if always.dtype.kind not in "biuf":
            raise TypeError(f"to_c: a part of the result is no number: {capture.constants[k]!r}")
        found.append((Given(f"result {k}, always the same", always.shape), -1,
                      tuple(always.astype(np.float64).reshape(-1).tolist())))
    return found
