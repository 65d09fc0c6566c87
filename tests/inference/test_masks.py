"""The masks room: the gradient of the real network against paths counted by hand, densities by enumeration."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import masks
from tests.oracles import made as oracle

LECTURE = ([2, 3, 1], [[2, 1, 2, 2], [1, 2, 2, 1]])
CASES = {
    "the lecture's": LECTURE,
    "one layer": ([2, 3, 1], [[2, 1, 2, 2]]),
    "raster": ([1, 2, 3, 4], [[1, 2, 3, 1, 2]]),
    "a gap: nobody has degree 1": ([4, 2, 1, 3], [[2, 3, 3], [3, 2, 3]]),
    "a cut: the second layer sees less": ([3, 1, 2], [[2, 2, 2], [1, 1]]),
    "3x3": ([5, 4, 1, 2, 3, 6, 9, 8, 7], [list(range(1, 9)), [8, 7, 6, 5, 4, 3, 2, 1]]),
}
EVERY = pytest.mark.parametrize(("order", "degrees"), CASES.values(), ids=CASES.keys())


def weights(n: int, degrees: list, seed: int = 0) -> np.ndarray:
    sizes = [n, *map(len, degrees), n]
    size = sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    return np.random.default_rng(seed).normal(size=size).astype(np.float32) * 2


def paths(order: list, degrees: list) -> np.ndarray:
    """How many ways lead from input j to output d, by multiplying the paper's masks."""
    m0 = [order.index(i + 1) + 1 for i in range(len(order))]
    product = np.eye(len(order), dtype=int)
    for mask in oracle.masks([m0, *degrees]):
        product = np.array(mask) @ product
    return product


@EVERY
def test_the_gradient_is_where_the_paths_are(order, degrees):
    n = len(order)
    found = masks.evidence(order, degrees, weights(n, degrees), [0] * n)
    expected = paths(order, degrees)
    assert found.seen.shape == (n, n)
    np.testing.assert_array_equal(found.seen != 0, expected != 0)
    in_turn = np.array(order) - 1
    assert not np.triu(found.seen[np.ix_(in_turn, in_turn)]).any(), "expected no output to see its own turn or a later"


@EVERY
def test_masked_it_is_a_distribution_and_unmasked_it_is_not(order, degrees):
    n = len(order)
    given = weights(n, degrees)
    made = masks.evidence(order, degrees, given, [1] * n)
    assert math.isclose(made.total, 1, abs_tol=1e-12), f"expected sum of p(x) = 1, got {made.total}"
    plain = masks.evidence(order, degrees, given, [1] * n, masked=False)
    assert (plain.seen > 0).all(), "expected every output of an autoencoder to see every input, itself included"
    assert abs(plain.total - 1) > 1e-6, f"expected no distribution, the sum is {plain.total}"


def test_the_lecture_s_example():
    """x2 first, then x3 from x2, then x1 from both (figure 1 of the paper)."""
    found = masks.evidence(*LECTURE, weights(3, LECTURE[1]), [1, 0, 1])
    assert (found.seen != 0).tolist() == [[False, True, True], [False, False, False], [False, True, False]]


def test_probabilities_are_those_of_the_weights():
    order, degrees = LECTURE
    given, x = weights(3, degrees), np.array([1.0, 0, 1])
    found = masks.evidence(order, degrees, given, x.tolist())
    h, rest = x, given.astype(float)
    for mask in oracle.masks([[3, 1, 2], *degrees]):
        rows, columns = np.shape(mask)
        W, c, rest = np.split(rest, [rows * columns, rows * (columns + 1)])
        a = (W.reshape(rows, columns) * mask) @ h + c
        h = 1 / (1 + np.exp(-a))
    np.testing.assert_allclose(found.p, h, rtol=1e-6)
    assert rest.size == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"order": [1, 2, 2]}, "permutation"),
        ({"order": [0, 1, 2]}, "integer_range"),
        ({"order": [1, 2, 3.5]}, "integer_range"),
        ({"order": [1]}, "shape"),
        ({"order": list(range(1, 11))}, "shape"),
        ({"order": "231"}, "shape"),
        ({"order": None}, "shape"),
        ({"degrees": [[1, 2, 3, 1]]}, "integer_range"),
        ({"degrees": [[0]]}, "integer_range"),
        ({"degrees": [["1"]]}, "not_number"),
        ({"degrees": []}, "shape"),
        ({"degrees": [[]]}, "shape"),
        ({"degrees": [[1], [1], [1]]}, "shape"),
        ({"degrees": [[1] * 13]}, "shape"),
        ({"weights": [0.0]}, "shape"),
        ({"weights": [math.nan] * 31}, "finite"),
        ({"weights": [1e30] * 31}, "number_range"),
        ({"weights": "many"}, "not_number"),
        ({"x": [0, 1]}, "shape"),
        ({"x": [0, 1, 0.5]}, "choice"),
        ({"masked": "no"}, "choice"),
    ],
)
def test_what_is_no_network_is_refused(change, kind):
    good = {"order": [2, 3, 1], "degrees": [[2, 1, 2, 2]], "weights": [1.0] * 31, "x": [0, 0, 0]}
    masks.evidence(**good)
    with pytest.raises(InvalidInput) as caught:
        masks.evidence(**{**good, **change})
    assert caught.value.kind == kind, caught.value
    assert caught.value.message("ko") != caught.value.message("en")
