"""Networks and their optimizers: made by a seed, saved and loaded again."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Generator

from segue.core.images import Pixels, to_float
from segue.models.autoencoder import ConvAutoencoder
from segue.training.methods import ACAI, AE, Batch
from segue.training.networks import Networks, get_critics, make_networks

Build = Callable[..., ConvAutoencoder]


def test_critics_depend_on_the_seed_alone(build: Build) -> None:
    state = torch.get_rng_state()
    one, same, other = (get_critics(make_networks(build(), ACAI(), seed))["critic"].state_dict() for seed in (1, 1, 2))
    torch.set_rng_state(state)
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not all(torch.equal(one[name], other[name]) for name in one)
    assert list(make_networks(build(), AE(), 0)) == ["model"]


def test_loading_goes_on_where_saving_stopped(discs: Pixels, build: Build) -> None:
    images, method = to_float(discs), ACAI()

    def step(networks: Networks, number: int) -> None:
        generator = Generator().manual_seed(number)
        networks.learn(method.terms(networks.model, Batch(images, images, generator), networks.critics), clip=1)

    through, first, second = (Networks(make_networks(build(), method, seed), 1e-3) for seed in (0, 0, 9))
    for number in range(4):
        step(through, number)
    for number in range(2):
        step(first, number)
    second.load(first.state())
    for number in range(2, 4):
        step(second, number)
    for (name, one), other in zip(through.state().items(), second.state().values(), strict=True):
        assert torch.equal(one, other), name


def test_all_networks_have_the_learning_rate(build: Build) -> None:
    networks = Networks(make_networks(build(), ACAI(), 0), 1e-3)
    networks.set_lr(0.5)
    assert [group["lr"] for o in networks.optimizers.values() for group in o.param_groups] == [0.5, 0.5]
