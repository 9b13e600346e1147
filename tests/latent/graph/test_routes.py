"""Shortest paths between codes that need not be nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise

import numpy as np
import numpy.typing as npt
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from segue.core.errors import InputError
from segue.latent.graph import (
    Graph,
    density_aware_length,
    knn_density,
    knn_graph,
    radius_graph,
    shortest_path,
    shortest_path_through,
)

Codes = npt.NDArray[np.float64]
WHOLE = st.integers(-2, 2).map(float)
SMALL = st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(
    lambda shape: st.tuples(*[arrays.arrays(np.float64, s, elements=WHOLE) for s in (shape, shape[1:], shape[1:])])
)


def all_costs(graph: Graph) -> Codes:
    """Floyd-Warshall."""
    cost = np.full((len(graph), len(graph)), np.inf)
    np.fill_diagonal(cost, 0)
    for (i, j), length in zip(graph.edges, graph.lengths, strict=True):
        cost[i, j] = cost[j, i] = length
    for via in range(len(graph)):
        cost = np.minimum(cost, cost[:, via, None] + cost[None, via])
    return cost


def every_path(graph: Graph, start: int, end: int, length: float = 0.0, seen: tuple[int, ...] = ()) -> Iterator[float]:
    if start == end:
        yield length
        return
    for (i, j), step in zip(graph.edges.tolist(), graph.lengths, strict=True):
        for here, there in ((i, j), (j, i)):
            if here == start and there not in seen:
                yield from every_path(graph, there, end, length + step, (*seen, here))


@pytest.mark.parametrize("limited", [False, True])
@pytest.mark.parametrize("weight", [False, True])
def test_the_costs_of_all_pairs(
    limited: bool, weight: bool, scattered: Callable[..., Codes], monkeypatch: pytest.MonkeyPatch
) -> None:
    if limited:
        monkeypatch.setattr("segue.latent.graph.routes.MANY_NODES", 0)
    codes = scattered(12, 2)
    length = density_aware_length(knn_density(codes, 3), codes) if weight else None
    graph = knn_graph(codes, 2, mst=True, **({"length": length} if length else {}))
    by_hand = all_costs(graph)
    for i, j in combinations(range(12), 2):
        route = shortest_path(graph, codes[i], codes[j])
        assert route.cost == pytest.approx(by_hand[i, j], rel=1e-9)
        assert route.nodes[0] == i and route.nodes[-1] == j
        assert np.array_equal(route.codes, codes[route.nodes])
        steps = [graph.matrix[a, b] for a, b in pairwise(route.nodes.tolist())]
        assert min(steps) > 0 and sum(steps) == pytest.approx(route.cost)


@given(SMALL, st.integers(1, 3))
@settings(max_examples=100)
def test_no_other_path_is_shorter(drawn: tuple[Codes, Codes, Codes], links: int) -> None:
    codes, a, b = drawn
    graph = knn_graph(codes)
    untouched = [array.copy() for array in (graph.codes, graph.edges, graph.lengths, graph.matrix.data)]
    route = shortest_path(graph, a, b, links=links)
    assert np.array_equal(route.codes[0], a) and np.array_equal(route.codes[-1], b)
    steps = np.linalg.norm(np.diff(route.codes, axis=0), axis=1)
    assert route.cost == pytest.approx(steps.sum(), abs=1e-9) and len(route.nodes) == len(route.codes) >= 2
    inside = [np.flatnonzero((codes == end).all(1)) for end in (a, b)]
    assert all((route.nodes[place] >= 0) == (len(at) > 0) for place, at in zip((0, -1), inside, strict=True))
    if all(map(len, inside)):
        assert all(route.cost <= cost + 1e-9 for cost in every_path(graph, int(inside[0][0]), int(inside[1][0])))
    else:
        # By any node that both ends may use.
        away = [np.linalg.norm(codes[graph.distinct] - end, axis=1) for end in (a, b)]
        near = [np.argsort(own, kind="stable")[:1] for own in away]  # of equals, the first in the set
        i, j = (int(graph.distinct[place[0]]) for place in near)
        outer = np.linalg.norm(codes[i] - a) + np.linalg.norm(codes[j] - b)
        assert all(route.cost <= cost + outer + 1e-9 for cost in every_path(graph, i, j))
    for now, then in zip((graph.codes, graph.edges, graph.lengths, graph.matrix.data), untouched, strict=True):
        assert np.array_equal(now, then)


def test_end_points_are_linked_for_the_query_only(apart: Codes) -> None:
    graph = radius_graph(apart[:6])
    route = shortest_path(graph, np.array([-1.0, 0.0]), np.array([5.0, 2.0]), links=1)
    assert route.nodes.tolist() == [-1, 0, 1, 2, 3, 4, 5, -1] and route.cost == pytest.approx(8)
    assert len(graph) == 6 and graph.matrix.shape == (6, 6)
    near = shortest_path(graph, np.array([0.4, 9.0]), np.array([0.6, 9.0]), links=1)
    assert near.nodes.tolist() == [-1, -1] and near.cost == pytest.approx(0.2)


def test_end_points_keep_every_bit() -> None:
    codes = torch.randn(30, 2, 3, generator=torch.Generator().manual_seed(0))
    a, b = torch.full((2, 3), 0.1), -codes[3]
    route = shortest_path(knn_graph(codes), a, b)
    assert torch.equal(torch.from_numpy(route.codes[0]).float().reshape(2, 3), a)
    assert torch.equal(torch.from_numpy(route.codes[-1]).float().reshape(2, 3), b)
    assert (route.codes[0] == a.double().numpy().ravel()).all() and route.nodes[0] == -1


def test_from_a_code_to_itself(apart: Codes) -> None:
    graph = knn_graph(apart, 1)
    for code, node in ((apart[2], 2), (np.array([0.5, 7.0]), -1)):
        route = shortest_path(graph, code, code)
        assert route.nodes.tolist() == [node] * 2 and route.cost == 0 and np.array_equal(route.codes, [code] * 2)


def test_copies_stand_for_each_other(scattered: Callable[..., Codes]) -> None:
    codes = scattered(20, 2)
    graph = knn_graph(np.concatenate([codes, codes[::-1]]))
    route = shortest_path(graph, codes[0], codes[9])
    assert set(route.nodes.tolist()) <= set(range(20))
    assert route.cost == pytest.approx(shortest_path(knn_graph(codes), codes[0], codes[9]).cost)


def test_a_way_between_components_says_so(apart: Codes) -> None:
    graph = knn_graph(apart, 2)
    with pytest.raises(InputError, match=r"components 0 \(6 codes\) and 1 \(6\) of 2.*larger k.*mst"):
        shortest_path(graph, apart[0], apart[7])
    with pytest.raises(InputError, match="in one component"):
        shortest_path_through(graph, [apart[0], apart[1], apart[7]])
    assert shortest_path(knn_graph(apart, 2, mst=True), apart[0], apart[7]).cost == pytest.approx(51)
    bridged = shortest_path(graph, apart[0], np.array([0.0, 25.0]), links=12)
    assert bridged.nodes.tolist() == [0, -1] and bridged.cost == pytest.approx(25)


def test_a_limit_changes_nothing(scattered: Callable[..., Codes], monkeypatch: pytest.MonkeyPatch) -> None:
    turn = np.linspace(0, 6, 400)
    snail = np.stack([turn * np.cos(turn), turn * np.sin(turn)], axis=1) + 0.001 * scattered(400, 2)
    graph = radius_graph(snail)
    ends = [(snail[5], snail[395]), (snail[0] + 0.1, snail[200] - 0.1), (snail[3], snail[3] + 1e-9)]
    free = [shortest_path(graph, a, b) for a, b in ends]
    monkeypatch.setattr("segue.latent.graph.routes.MANY_NODES", 0)
    for (a, b), before in zip(ends, free, strict=True):
        now = shortest_path(graph, a, b)
        assert now.cost == before.cost and np.array_equal(now.nodes, before.nodes)


def test_a_path_by_way_points_and_back(scattered: Callable[..., Codes]) -> None:
    codes = scattered(50, 3)
    graph = knn_graph(codes)
    stops = [codes[3], np.array([0.1, 0.2, 0.3]), codes[40], codes[7]]
    there, around = shortest_path_through(graph, stops), shortest_path_through(graph, stops, closed=True)
    assert np.array_equal(there.codes[there.stops], stops)
    assert np.array_equal(around.codes[around.stops], [*stops, stops[0]])
    assert there.nodes[there.stops].tolist() == [3, -1, 40, 7] and len(there.nodes) == len(there.codes)
    legs = [shortest_path(graph, a, b).cost for a, b in pairwise([*stops, stops[0]])]
    assert there.cost == pytest.approx(sum(legs[:3])) and around.cost == pytest.approx(sum(legs))
    assert np.array_equal(shortest_path_through(graph, stops[:2]).codes, shortest_path(graph, *stops[:2]).codes)


def test_queries_that_do_not_work(apart: Codes) -> None:
    graph = knn_graph(apart)
    with pytest.raises(InputError, match="an end point of 3 values; expected 2"):
        shortest_path(graph, np.zeros(3), apart[0])
    with pytest.raises(InputError, match="0 links"):
        shortest_path(graph, apart[1], apart[0], links=0)
    with pytest.raises(InputError, match="1 stops"):
        shortest_path_through(graph, [apart[0]])
    with pytest.raises(InputError, match="not finite"):
        shortest_path(graph, np.array([np.nan, 0]), apart[0])
