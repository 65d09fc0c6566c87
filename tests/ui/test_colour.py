"""The colour stage without a browser: what travels, what the browser may send, the endpoint's answer."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import numpy as np
import pytest

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import colour as room
from playground.ui.components.base import pack
from playground.ui.stages import colour as stage


@pytest.fixture(autouse=True)
def shipped():
    try:
        weights.load(room.MODEL)
    except WeightsError as problem:
        pytest.skip(str(problem))


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_the_stage_does_not_import_torch():
    code = "import sys, playground.ui.stages.colour; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_film_travels_whole_and_small():
    trace = room.sample_trace(2)
    sent = stage.film(trace, play=True)
    assert np.array_equal(unpack(sent["x"]), trace.x) and np.array_equal(unpack(sent["nats"]), trace.log_p)
    np.testing.assert_allclose(unpack(sent["p"]) / 65535, trace.p, atol=1e-5)
    assert len(json.dumps(sent, allow_nan=False)) < 800_000


def test_the_browser_s_questions():
    x = pack(room.sample_trace(2, n=1).x[0])
    found = stage.force(x, 1000, 7, 2, 1.0, 0)
    assert found["forced"] == 1000 and unpack(found["x"])[0, 1000] == 7
    assert stage.resample(x, 900, 5, 1.0)["known"] == 900
    with pytest.raises(InvalidInput):
        stage.force(x, 1000, 9, 2, 1.0, 0)


def test_a_number_that_is_being_typed_leaves_the_film():
    assert "x" not in stage.again(None, 1.0) and stage.again(3, 1.0)["play"] is False


def test_the_endpoint_answers():
    found = stage.sample_colour(1, 1.0, 1)
    assert unpack(found["images"]).shape == (1, 28, 28, 3) and unpack(found["p"]).shape == (1, 2352, 8)
    assert found["unit"] == "nats"
