"""The update rules: SGD, Momentum, RMSprop, AdaGrad, Adam, AdamW.

A class holds the settings and makes a step's constants; the kernels, with the formulas beside them,
are in kernels/updates.def. Formulas and defaults are those of torch.optim, where it has them.
"""

import math
from collections.abc import Iterable

from cygrad.optimizers import step
from cygrad.optimizers.optimizer import Hook, Optimizer
from cygrad.optimizers.settings import Flag, Number

__all__ = ["SGD", "AdaGrad", "Adam", "AdamW", "Momentum", "RMSprop"]


class SGD(Optimizer):
    """Stochastic gradient descent.

    Parameters
    ----------
    lr : float, default 0.01
        The learning rate.
    hooks : iterable of callable, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or a hook is not callable.

    Notes
    -----
    p <- p - lr g, with g the gradient of p.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import SGD
    >>> x = cg.Variable([1.0, -2.0])
    >>> optimizer = SGD(lr=0.1)
    >>> for step in range(3):
    ...     x.cleargrad()
    ...     cg.functions.sum(x * x).backward()
    ...     optimizer.update(x)
    >>> x
    variable([ 0.512, -1.024])
    """

    def __init__(self, lr: float = 0.01, *, hooks: Iterable[Hook] = ()) -> None:
        super().__init__(lr, hooks)

    def _rule(self) -> int:
        return step.SGD

    def _constants(self, number: int) -> tuple[float, ...]:
        return (self.lr,)


class Momentum(Optimizer):
    """Gradient descent with momentum.

    Parameters
    ----------
    lr : float, default 0.01
        The learning rate.
    momentum : float, default 0.9
        What remains of the momentum in each step, in [0, 1).
    nesterov : bool, default False
        Look one step ahead.
    hooks : iterable of callable, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, nesterov no bool, or a hook is not callable.

    Notes
    -----
    s <- momentum s + g; p <- p - lr s; with nesterov, p <- p - lr (g + momentum s) (Sutskever et
    al., ICML 2013, as in torch.optim.SGD). The learning rate stands outside the momentum, so it
    acts on all of it when it is changed.

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import Momentum
    >>> x = cg.Variable(1.0)
    >>> optimizer = Momentum(lr=0.1, momentum=0.5).setup(x)
    >>> for step in range(2):
    ...     x.cleargrad()
    ...     (x * x).backward()
    ...     optimizer.update()
    >>> print(f"{x:.2f}")
    0.54
    """

    momentum = Number("float: what remains of the momentum in each step.", below=1.0)
    nesterov = Flag("bool: whether it looks one step ahead.")

    _arrays = ("buffer",)

    def __init__(
        self,
        lr: float = 0.01,
        momentum: float = 0.9,
        nesterov: bool = False,
        *,
        hooks: Iterable[Hook] = (),
    ) -> None:
        super().__init__(lr, hooks)
        self.momentum = momentum
        self.nesterov = nesterov

    def _rule(self) -> int:
        return step.NESTEROV if self.nesterov else step.MOMENTUM

    def _constants(self, number: int) -> tuple[float, ...]:
        return (self.lr, self.momentum)


class RMSprop(Optimizer):
    """Gradients divided by a running root mean square.

    Parameters
    ----------
    lr : float, default 0.01
        The learning rate.
    alpha : float, default 0.99
        What remains of the mean square in each step, in [0, 1).
    eps : float, default 1e-8
        Added to the root.
    hooks : iterable of callable, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or a hook is not callable.

    Notes
    -----
    v <- alpha v + (1 - alpha) g^2; p <- p - lr g / (sqrt(v) + eps) (Tieleman and Hinton, 2012, as
    in torch.optim.RMSprop).

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import RMSprop
    >>> x = cg.Variable(1.0)
    >>> (x * x).backward()
    >>> RMSprop(lr=0.01).update(x)
    >>> print(f"{x:.4f}")
    0.9000
    """

    alpha = Number("float: what remains of the mean square in each step.", below=1.0)
    eps = Number("float: what is added to the root.")

    _arrays = ("v",)

    def __init__(
        self,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        *,
        hooks: Iterable[Hook] = (),
    ) -> None:
        super().__init__(lr, hooks)
        self.alpha = alpha
        self.eps = eps

    def _rule(self) -> int:
        return step.RMSPROP

    def _constants(self, number: int) -> tuple[float, ...]:
        return (self.lr, self.alpha, 1.0 - self.alpha, self.eps)


class AdaGrad(Optimizer):
    """Gradients divided by the root of the sum of their squares so far.

    Parameters
    ----------
    lr : float, default 0.01
        The learning rate.
    eps : float, default 1e-10
        Added to the root.
    hooks : iterable of callable, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or a hook is not callable.

    Notes
    -----
    v <- v + g^2; p <- p - lr g / (sqrt(v) + eps) (Duchi, Hazan and Singer, JMLR 12, 2011, as in
    torch.optim.Adagrad).

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import AdaGrad
    >>> x = cg.Variable(1.0)
    >>> (x * x).backward()
    >>> AdaGrad(lr=0.1).update(x)
    >>> print(f"{x:.4f}")
    0.9000
    """

    eps = Number("float: what is added to the root.")

    _arrays = ("v",)

    def __init__(self, lr: float = 0.01, eps: float = 1e-10, *, hooks: Iterable[Hook] = ()) -> None:
        super().__init__(lr, hooks)
        self.eps = eps

    def _rule(self) -> int:
        return step.ADAGRAD

    def _constants(self, number: int) -> tuple[float, ...]:
        return (self.lr, self.eps)


class Adam(Optimizer):
    """Adam: adaptive moment estimation.

    Parameters
    ----------
    lr : float, default 0.001
        The learning rate.
    beta1, beta2 : float, default 0.9 and 0.999
        What remains of the mean and of the mean square in each step, in [0, 1).
    eps : float, default 1e-8
        Added to the root.
    hooks : iterable of callable, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or a hook is not callable.

    Notes
    -----
    In the parameter's step t, m <- beta1 m + (1 - beta1) g; v <- beta2 v + (1 - beta2) g^2; p <- p
    - lr / (1 - beta1^t) m / (sqrt(v) / sqrt(1 - beta2^t) + eps) (Kingma and Ba, ICLR 2015, as in
    torch.optim.Adam).

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import Adam
    >>> x = cg.Variable([1.0, -2.0])
    >>> optimizer = Adam(lr=0.1).setup([x])
    >>> for step in range(10):
    ...     x.cleargrad()
    ...     cg.functions.sum(x * x).backward()
    ...     optimizer.update()
    >>> print(f"{x[0]:.3f} {x[1]:.3f}")
    0.076 -1.025
    """

    beta1 = Number("float: what remains of the mean in each step.", below=1.0)
    beta2 = Number("float: what remains of the mean square in each step.", below=1.0)
    eps = Number("float: what is added to the root.")

    _arrays = ("m", "v")

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        *,
        hooks: Iterable[Hook] = (),
    ) -> None:
        super().__init__(lr, hooks)
        self.beta1 = beta1
        self.beta2 = beta2
        self.eps = eps

    def _rule(self) -> int:
        return step.ADAM

    def _constants(self, number: int) -> tuple[float, ...]:
        lr, beta1, beta2 = self.lr, self.beta1, self.beta2
        first = lr / (1.0 - step.power(beta1, number))
        second = 1.0 / math.sqrt(1.0 - step.power(beta2, number))
        return (first, beta1, 1.0 - beta1, beta2, 1.0 - beta2, second, self.eps, self._decay())

    def _decay(self) -> float:
        """What a parameter is multiplied by before the step."""
        return 1.0


class AdamW(Adam):
    """Adam with decoupled weight decay.

    Parameters
    ----------
    lr : float, default 0.001
        The learning rate.
    beta1, beta2 : float, default 0.9 and 0.999
        What remains of the mean and of the mean square in each step, in [0, 1).
    eps : float, default 1e-8
        Added to the root.
    weight_decay : float, default 0.01
        Before its step, a parameter is multiplied by 1 - lr weight_decay.
    hooks : iterable of callable, optional
        See `Optimizer`.

    Raises
    ------
    ValueError, TypeError
        If a setting is not a number in its range, or a hook is not callable.

    Notes
    -----
    Loshchilov and Hutter, ICLR 2019, as in torch.optim.AdamW. The decay does not pass through the
    means, as it would if it were added to the gradient (`cygrad.hooks.WeightDecay`).

    Examples
    --------
    >>> import cygrad as cg
    >>> from cygrad.optimizers import AdamW
    >>> x = cg.Variable(1.0)
    >>> (x * 0.0).backward()
    >>> AdamW(lr=0.1, weight_decay=0.5).update(x)
    >>> x
    variable(0.95)
    """

    weight_decay = Number("float: the decay of a parameter, in units of the learning rate.")

    def __init__(
        self,
        lr: float = 0.001,
        beta1: float = 0.9,
        beta2: float = 0.999,
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        *,
        hooks: Iterable[Hook] = (),
    ) -> None:
        super().__init__(lr, beta1, beta2, eps, hooks=hooks)
        self.weight_decay = weight_decay

    def _decay(self) -> float:
        return 1.0 - self.lr * self.weight_decay
