"""The mask explorer without a browser: its examples, what the browser may send, and the endpoint by gradio_client."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.inference import masks as room
from playground.ui import app, handlers
from playground.ui.components.base import pack
from playground.ui.components.mask_view import DATA
from playground.ui.links import parse
from playground.ui.stages import masks as stage


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def digits(words: str) -> list[int]:
    return [int(digit) for digit in words]


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


@pytest.mark.parametrize("example", stage.EXAMPLES.values(), ids=stage.EXAMPLES.keys())
@pytest.mark.parametrize("layers", [1, 2])
def test_every_example_is_a_whole_made(example, layers):
    """Each output sees all that its turn allows, so that a gap is always the visitor's own doing."""
    order, degrees = digits(example["order"]), [digits(example["m1"]), digits(example["m2"])][:layers]
    n = len(order)
    size = sum((a + 1) * b for a, b in zip([n, *map(len, degrees)], [*map(len, degrees), n], strict=True))
    found = room.evidence(order, degrees, np.random.default_rng(0).normal(size=size), [0] * n)
    in_turn = np.array(order) - 1
    np.testing.assert_array_equal(found.seen[np.ix_(in_turn, in_turn)] > 0, np.tri(n, k=-1, dtype=bool))


def test_the_patterns_fit_their_inputs():
    for n, patterns in DATA.items():
        assert len(set(patterns)) == len(patterns) >= 2
        assert all(len(pattern) == n and set(pattern) <= {"0", "1"} for pattern in patterns), n
    assert {len(example["order"]) for example in stage.EXAMPLES.values()} <= set(DATA)


def test_the_lecture_s_example_comes_first():
    values, _ = parse({}, stage.FIELDS)
    assert (values["order"], values["m1"], values["m2"]) == ("231", "2122", "1221")


def test_the_server_function_answers_and_refuses():
    served = handlers.served(stage.evidence)
    good = served([[2, 3, 1], [[2, 1, 2, 2]], pack(np.ones(31, np.float32)), [0, 1, 0], True])
    assert unpack(good["seen"]).shape == (3, 3) and math.isclose(good["total"], 1, abs_tol=1e-12)
    bad = [[2, 2, 1], [[1]], pack(np.ones(3, np.float32)), [0, 0, 0], True]
    assert served(bad)["error"]["kind"] == "permutation"
    assert served(["231", [[1]], None, [0], True])["error"]["kind"] == "shape"


def test_the_endpoint(client):
    weights = np.random.default_rng(1).normal(size=31).tolist()
    got = client.predict([2, 3, 1], [[2, 1, 2, 2]], weights, None, True, api_name="/mask_evidence")
    expected = room.evidence([2, 3, 1], [[2, 1, 2, 2]], weights, [0, 0, 0])
    np.testing.assert_array_equal(unpack(got["seen"]), expected.seen)
    np.testing.assert_allclose(unpack(got["p"]), expected.p)
    plain = client.predict([2, 3, 1], [[2, 1, 2, 2]], weights, [1, 0, 1], False, api_name="/mask_evidence")
    assert (unpack(plain["seen"]) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (([1, 1, 2], [[1]], [0.0] * 13), "every number from 1 to 3"),
        (([1, 2, 3], [[3]], [0.0] * 13), "integer from 1 to 2"),
        (([1, 2, 3], [[1]], [0.0] * 4), "(10,)"),
    ],
)
def test_the_endpoint_says_what_was_expected(client, arguments, expected):
    with pytest.raises(AppError) as problem:
        client.predict(*arguments, None, True, api_name="/mask_evidence")
    assert expected in str(problem.value), problem.value
