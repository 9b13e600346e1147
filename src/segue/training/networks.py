"""The networks of a training run and their optimizers: the model, and the critics of its method."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from segue.models.autoencoder import TrainableAutoencoder, seeded
from segue.training.methods import Critics, Method


def make_networks(model: TrainableAutoencoder, method: Method, seed: int) -> nn.ModuleDict:
    """Make all networks of a training run.

    Args:
        model: the model, which is taken as it is.
        method: the training rule, which may add critics.
        seed: of the weights of the critics. Torch's global generator is left as it is.

    Returns:
        The model, under the name `model`, and the critics under theirs.
    """
    with seeded(seed):
        return nn.ModuleDict({"model": model, **method.critics(model)})


def get_critics(networks: nn.ModuleDict) -> Critics:
    """Get all networks but the model.

    Args:
        networks: as of `make_networks`.

    Returns:
        The critics by name; empty for most methods.
    """
    return {name: network for name, network in networks.items() if name != "model"}


class Networks:
    """Networks that are trained side by side, each by its own loss and Adam (Kingma and Ba 2015, arXiv 1412.6980).

    Args:
        networks: as of `make_networks`.
        lr: the learning rate of all.
        ema: decay of an exponential moving average of the weights of the model, which is kept beside it: after each
            step `average = ema * average + (1 - ema) * weights`. 0: no average.
    """

    def __init__(self, networks: nn.ModuleDict, lr: float, ema: float = 0.0) -> None:
        self.networks = networks
        # One fused pass over the weights each.
        self.optimizers = {n: torch.optim.Adam(net.parameters(), lr=lr, fused=True) for n, net in networks.items()}
        rule = get_ema_multi_avg_fn(ema)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.model, multi_avg_fn=rule) if ema else None

    @property
    def model(self) -> TrainableAutoencoder:
        """The model that is trained."""
        model = self.networks["model"]
        assert isinstance(model, TrainableAutoencoder)  # noqa: S101 - for the type checker; `make_networks` put it there
        return model

    @property
    def best(self) -> TrainableAutoencoder:
        """The model to score and to keep: the average where there is one."""
        model = self.model if self.average is None else self.average.module
        assert isinstance(model, TrainableAutoencoder)  # noqa: S101 - for the type checker
        return model

    @property
    def critics(self) -> Critics:
        """All networks but the model, by name."""
        return get_critics(self.networks)

    def set_lr(self, lr: float) -> None:
        """Set the learning rate of the next steps.

        Args:
            lr: the learning rate, for all networks.
        """
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = lr

    def learn(self, terms: dict[str, Tensor], clip: float) -> bool:
        """Make one training step: the model minimises `loss`, and a critic called `critic` minimises `critic_loss`.

        Each loss changes the weights of its own network alone, so that all networks move at once and none by the loss
        of another.

        Args:
            terms: as of `Method.terms`.
            clip: the norm to which the gradient of each network is clipped.

        Returns:
            Whether the step was made. Where a gradient is not finite, no network is changed.
        """
        *_, last = self.networks
        for name, network in self.networks.items():
            network.zero_grad(set_to_none=True)
            loss = terms["loss" if name == "model" else f"{name}_loss"]
            loss.backward(inputs=list(network.parameters()), retain_graph=name != last)  # type: ignore[no-untyped-call]
        norms = [nn.utils.clip_grad_norm_(network.parameters(), clip) for network in self.networks.values()]
        if not all(norm.isfinite() for norm in norms):
            return False
        for optimizer in self.optimizers.values():
            optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return True

    def state(self) -> dict[str, Tensor]:
        """Collect all that training goes on from: weights, moments of the optimizers, and the average.

        Returns:
            Tensors by name, not copied.
        """
        tensors = dict(self.networks.state_dict())
        for owner, optimizer in self.optimizers.items():
            for index, moments in optimizer.state_dict()["state"].items():
                tensors |= {f"adam.{owner}.{index}.{name}": tensor for name, tensor in moments.items()}
        if self.average is not None:
            tensors |= {f"average.{name}": tensor for name, tensor in self.average.state_dict().items()}
        return tensors

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Set weights, moments and average to those of a `state`.

        Args:
            tensors: as of `state`, of networks of the same shapes.
        """
        others = ("adam.", "average.")
        self.networks.load_state_dict({name: t for name, t in tensors.items() if not name.startswith(others)})
        if self.average is not None:
            self.average.load_state_dict(strip_prefix("average.", tensors))
        for owner, optimizer in self.optimizers.items():
            parameters = list(self.networks[owner].parameters())
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in strip_prefix(f"adam.{owner}.", tensors).items():
                index, key = name.split(".")
                # The optimizer reads weights and moments in one pass over the memory, so they need the same layout.
                like = parameters[int(index)] if tensor.dim() else tensor
                state.setdefault(int(index), {})[key] = torch.empty_like(like, requires_grad=False).copy_(tensor)
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def strip_prefix(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Select the tensors whose names begin with a prefix, and strip it.

    Args:
        prefix: how the names begin.
        tensors: tensors by name.

    Returns:
        The tensors selected, by the rest of their names.

    >>> strip_prefix("a.", {"a.b": torch.ones(1), "c": torch.ones(1)})
    {'b': tensor([1.])}
    """
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
