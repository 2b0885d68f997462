"""By the class: names of other libraries, and what the error says after "has no attribute".

Several names may share a hint. {name} is the name that was asked for; F is cygrad.functions, L
cygrad.layers, cg cygrad, np NumPy. A class gets a `Name` for each, so this is read at the import.
"""

TABLE = {
    "Variable": {
        "abs arccos arcsin arctan cos cosh erf exp expm1 gelu leaky_relu log log1p log2 log10 "
        "log_softmax logsumexp neg norm reciprocal relu sigmoid sign silu sin sinh softmax softplus "
        "sqrt square tan tanh tril triu": "write F.{name}(x)",
        "acos": "write F.arccos(x)",
        "asin": "write F.arcsin(x)",
        "atan": "write F.arctan(x)",
        "absolute": "write F.abs(x)",
        "add sub mul div": "write x + y, x - y, x * y, x / y",
        "amax": "write x.max(axis)",
        "amin": "write x.min(axis)",
        "array numpy": "write x.data, an ndarray on the same memory",
        "bmm mm matmul": "write x @ y",
        "broadcast_to": "write F.broadcast_to(x, shape)",
        "byte bool cpu cuda double float half int long to to_cpu to_gpu type": "write x; its "
        "numbers are float64 on the CPU, and x.data.astype(dtype) has other ones",
        "chunk": "write F.array_split(x, n, axis)",
        "clamp": "write x.clip(low, high)",
        "clone": "write x.copy()",
        "contiguous": "write x.copy(), or leave it out: functions take any strides",
        "detach": "write x.data for the numbers, or cg.Variable(x.data, requires_grad=False)",
        "dim": "write x.ndim",
        "expand expand_as": "write F.broadcast_to(x, shape)",
        "add_ copy_ div_ fill_ mul_ normal_ sub_ uniform_": "write into x.data, as x.data += 1 does",
        "flip roll split stack unsqueeze": "write F.{name}(x, ...)",
        "gather": "write F.take_along_axis(x, index, axis)",
        "grad_fn": "write x.creator",
        "index_select": "write x.take(index, axis)",
        "is_leaf": "write x.creator is None",
        "masked_fill": "write F.mask_fill(x, mask, value)",
        "masked_select": "write x[mask]",
        "new_ones new_zeros": "write cg.ones(*shape) or cg.zeros(*shape)",
        "numel": "write x.size",
        "null_grad": "write x.cleargrad()",
        "permute": "write x.transpose(*axes)",
        "pow": "write x ** p",
        "register_hook": "compute with x.grad after the backward pass",
        "requires_grad_": "write x.requires_grad = True or False",
        "retain_grad": "write y.backward(retain_grad=True)",
        "t mT": "write x.T, or F.swapaxes(x, -1, -2) for stacks of matrices",
        "view view_as": "write F.reshape(x, shape)",
        "zero_": "write x.cleargrad() to forget the gradient of x, x.data[...] = 0 to zero numbers",
        "zero_grad": "write x.cleargrad()",
    },
    "Function": {
        "apply": "make an instance and call it: Square()(x)",
        "save_for_backward saved_tensors saved_variables": "write self.inputs in backward, and keep "
        "what else is needed on self",
        "needs_input_grad": "write self.inputs[i].requires_grad",
    },
    "Layer": {
        "add_module register_module": "assign the layer to an attribute",
        "add_param register_parameter": "assign a Variable to an attribute",
        "apply children modules named_children named_modules": "write layer.layers(), pairs of name "
        "and layer",
        "bias weight": "write layer.b and layer.w; layer.params() has all of them",
        "buffers named_buffers": "write layer.state_dict(), which has parameters and buffers",
        "cpu cuda double float half to to_cpu to_gpu": "leave it out: all is float64 on the CPU",
        "eval": "write `with cg.test_mode():` around what is to be evaluated",
        "named_parameters namedparams": "write layer.params(), pairs of name and Variable",
        "parameters": "write layer.params(), pairs of name and Variable; optimizer.setup(layer) and "
        "optimizer.update(layer) take the layer itself",
        "predict": "call it: layer(x), in `with cg.no_grad(), cg.test_mode():`",
        "requires_grad_": "write `for name, p in layer.params(): p.requires_grad = False`",
        "save_weights load_weights": "write layer.save(path) or layer.load(path)",
        "train": "leave it out: training is the rule, and `with cg.test_mode():` the exception",
        "zero_grad": "write layer.cleargrads()",
    },
    "Optimizer": {
        "add_param_group param_groups": "write optimizer.lr for the learning rate; groups with rates "
        "of their own need an optimizer each",
        "apply_gradients": "write optimizer.update(model)",
        "minimize": "write model.cleargrads(), loss.backward() and optimizer.update(model)",
        "step": "write optimizer.update(model), or optimizer.update() after optimizer.setup(model)",
        "zero_grad": "write model.cleargrads(), or x.cleargrad() of a Variable",
    },
    "Schedule": {
        "get_last_lr get_lr": "write schedule.optimizer.lr",
        "last_epoch": "write schedule.count",
    },
}
