"""Arguments of other libraries, of constructors and functions, and what the error says.

Read when a call fails for the first time.
"""

# By the class: arguments of constructors, and what the error says. The row * is for too many
# without a name; {kind} is the class that was called.
ARGUMENTS = {
    "Optimizer": {
        "*": "optimizers are made without parameters: write {kind}(lr=0.001).setup(model)",
        "amsgrad capturable centered dampening differentiable foreach fused maximize": "leave it "
        "out: there is no such variant",
        "alpha": "write lr=",
        "betas": "write beta1=0.9, beta2=0.999",
        "learning_rate": "write lr=",
        "model parameters params": "write {kind}(lr=0.001).setup(model)",
        "momentum nesterov": "write Momentum(lr=0.01, momentum=0.9, nesterov=False)",
        "weight_decay": "write AdamW(weight_decay=0.01); or Adam(hooks=[WeightDecay(0.01)]), with "
        "cygrad.hooks.WeightDecay, to add it to the gradients",
    },
    "Schedule": {
        "T_max": "write total_steps=",
        "eta_min": "write min_lr=",
        "last_epoch verbose": "leave it out; schedule.count is the number of steps",
        "total_iters": "write steps=",
    },
    "Linear": {
        "in_features": "write in_size=, or leave it out: the first x tells",
        "nobias": "write bias=False",
        "out_features": "write out_size=",
    },
    "Conv2d": {
        "*": "the channels that come out are first, and those of x are in_channels=, or told by the "
        "first x: write L.Conv2d(8, 5, stride=1)",
        "groups padding_mode": "leave it out: there is none",
        "ksize": "write kernel_size=",
        "pad": "write padding=",
    },
    "Recurrent": {
        "batch_first": "leave it out: a call takes one step, of shape (batch, in_size)",
        "bidirectional": "leave it out: there is none",
        "input_size": "write in_size=, or leave it out: the first x tells",
        "num_layers": "write L.Sequential(L.LSTM(8), L.LSTM(8))",
    },
    "BatchNorm": {"num_features": "write size=, or leave it out: the first x tells"},
    "LayerNorm": {"normalized_shape": "write shape="},
    "Dropout": {"dropout_ratio ratio rate drop_prob": "write p="},
    "Embedding": {
        "embedding_dim out_size": "write size=",
        "num_embeddings in_size": "write num=",
        "padding_idx max_norm sparse": "leave it out: there is none",
    },
    "_Pool2d": {"ksize": "write kernel_size=", "pad": "write padding="},
    "CheckedLayer": {"device dtype": "leave it out: all is float64 on the CPU"},
}

# Keywords of functions: what it is called where the function has one of these arguments.
KEYWORDS = {
    "axis": "dim dims axes",
    "axes": "dims dim axis",
    "keepdims": "keepdim keep_dims",
    "ddof": "correction",
    "p": "dropout_ratio ratio rate drop_prob",
    "padding": "pad",
    "kernel_size": "ksize",
    "slope": "alpha negative_slope",
    "w": "weight W",
    "b": "bias",
    "t": "target targets label labels",
    "ignore_index": "ignore_label",
    "low": "min a_min min_value",
    "high": "max a_max max_value",
    "gamma": "weight",
    "beta": "bias",
    "k": "diagonal",
    "sizes": "split_size_or_sections indices_or_sections",
    "x": "input",
    "a": "input",
    "shift": "shifts",
    "reps": "repeats",
}

# And what else it says: by the function, or, in the row *, of any.
OTHER_KEYWORDS = {
    "binary_cross_entropy cross_entropy mean_squared_error softmax_cross_entropy": {
        "reduction reduce size_average": "leave it out: the loss is the mean; F.mean(loss) of the sum, "
        "or the loss times the number that it is the mean of, is the sum",
        "weight pos_weight label_smoothing class_weight": "leave it out: there is none; write the "
        "weighted mean with F.log_softmax",
    },
    "variance std var": {
        "unbiased": "write ddof=1 for unbiased=True, the default there; 0 is ours"
    },
    "add sub": {"alpha": "write x + alpha * y"},
    "*": {
        "device": "leave it out: all is on the CPU",
        "dim dims axis": "leave it out: the function has no axis",
        "dtype": "leave it out: all is float64",
        "inplace": "leave it out: the result is a new Variable",
        "keepdim keepdims": "leave it out: the function reduces no axis, or drops none",
        "out": "leave it out: no result is written to an array",
        "reduction": "leave it out: write F.mean or F.sum of the result",
        "train training": "leave it out, and write `with cg.test_mode():` around what is to be "
        "evaluated",
    },
}
