"""The density stage without a browser: what travels, what the choices do, the endpoints' answers."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import numpy as np
import pytest

from playground import weights
from playground.errors import WeightsError
from playground.inference import density as room
from playground.ui.stages import density as stage


@pytest.fixture(autouse=True)
def shipped():
    try:
        weights.load(room.MODEL)
    except WeightsError as problem:
        pytest.skip(str(problem))


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_the_stage_does_not_import_torch():
    code = "import sys, playground.ui.stages.density; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_film_travels_whole():
    trace = room.sample_trace(2, n=2)
    sent = stage.film(trace, play=True)
    names = {"x": trace.x, "u": trace.uniforms, "weights": trace.weights, "means": trace.means, "nats": trace.log_p}
    for name, array in {**names, "sigmas": trace.sigmas}.items():
        assert np.array_equal(unpack(sent[name]), array), name
    assert sent["kind"] == "digits" and sent["play"] and not sent["given"]
    assert len(json.dumps(stage.start("digits", "sample", 0, None), allow_nan=False)) < 400_000


@pytest.mark.parametrize("data", room.PLANE)
def test_a_plane_travels_whole(data):
    sent = stage.start(data, "sample", 0, None)
    assert (sent["kind"], sent["data"]) == ("plane", data) and len(json.dumps(sent, allow_nan=False)) < 100_000
    assert np.array_equal(unpack(sent["second"]), room.plane(data, 0).second)


def test_choosing_and_judging():
    value, task, data = stage.judge("moons", "sample", 0, stage.EXAMPLE)
    assert (task, data, value["given"]) == ("score", "digits", True)
    value, task = stage.choose("spiral", "score", 0, None)
    assert (task, value["kind"]) == ("sample", "plane")
    assert "kind" not in stage.redrawn("digits", "sample", 0, stage.EXAMPLE)  # nothing to do


def test_without_weights_there_is_a_message(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    found = stage.start("digits", "sample", 0, None)
    weights._load.cache_clear()
    assert "python -m playground.training rnade" in found["message"]["en"] and found["message"]["ko"]


def test_the_endpoints_answer():
    found = stage.sample_density(1, 2)
    assert unpack(found["images"]).shape == (2, 14, 14) and len(found["log_density"]) == 2
    assert "density" in found["unit"]
    assert unpack(stage.density_plane("ring8")["first"]).shape == (3, 16)
