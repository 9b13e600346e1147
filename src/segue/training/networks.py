"""The networks of a training run and their optimizers: the model, and the rivals that its method brings."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from segue.models.autoencoder import TrainableAutoencoder, seeded
from segue.training.methods import Critics, Method


def make_networks(model: TrainableAutoencoder, method: Method, seed: int) -> nn.ModuleDict:
    """All networks: the model, under that name, and the method's rivals, their weights drawn by `seed`."""
    with seeded(seed):
        return nn.ModuleDict({"model": model, **method.critics(model)})


def critics_of(networks: nn.ModuleDict) -> Critics:
    """All networks but the model."""
    return {name: network for name, network in networks.items() if name != "model"}


class Networks:
    """Networks that learn side by side, each by its own loss and its own Adam (Kingma and Ba 2015, arXiv 1412.6980).

    With `ema` the exponential moving average of the model's weights is kept beside it, of that decay.
    """

    def __init__(self, networks: nn.ModuleDict, lr: float, ema: float = 0.0) -> None:
        self.networks = networks
        # One fused pass over the weights each.
        self.optimizers = {n: torch.optim.Adam(net.parameters(), lr=lr, fused=True) for n, net in networks.items()}
        rule = get_ema_multi_avg_fn(ema)  # type: ignore[no-untyped-call]
        self.average = AveragedModel(self.model, multi_avg_fn=rule) if ema else None

    @property
    def model(self) -> TrainableAutoencoder:
        """The model that learns."""
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
        return critics_of(self.networks)

    def set_lr(self, lr: float) -> None:
        """Let the next steps have this learning rate."""
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = lr

    def learn(self, terms: dict[str, Tensor], clip: float) -> bool:
        """One step of every player: the model by `loss`, a rival called `critic` by `critic_loss`, gradients clipped.

        Only a player's own weights take part in its gradient, so that none moves by another's loss. Where a gradient is
        not finite none moves, and the answer is False.
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
        """Weights, moments and average, by name."""
        tensors = dict(self.networks.state_dict())
        for player, optimizer in self.optimizers.items():
            for index, moments in optimizer.state_dict()["state"].items():
                tensors |= {f"adam.{player}.{index}.{name}": tensor for name, tensor in moments.items()}
        if self.average is not None:
            tensors |= {f"average.{name}": tensor for name, tensor in self.average.state_dict().items()}
        return tensors

    def load(self, tensors: dict[str, Tensor]) -> None:
        """The inverse of `state`."""
        beside = ("adam.", "average.")
        self.networks.load_state_dict({name: t for name, t in tensors.items() if not name.startswith(beside)})
        if self.average is not None:
            self.average.load_state_dict(within("average.", tensors))
        for player, optimizer in self.optimizers.items():
            parameters = list(self.networks[player].parameters())
            state: dict[int, dict[str, Tensor]] = {}
            for name, tensor in within(f"adam.{player}.", tensors).items():
                index, key = name.split(".")
                # The optimizer walks weights and moments in step through memory, so they need one layout.
                like = parameters[int(index)] if tensor.dim() else tensor
                state.setdefault(int(index), {})[key] = torch.empty_like(like, requires_grad=False).copy_(tensor)
            optimizer.load_state_dict({**optimizer.state_dict(), "state": state})


def within(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin so, by what follows.

    >>> within("a.", {"a.b": torch.ones(1), "c": torch.ones(1)})
    {'b': tensor([1.])}
    """
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
