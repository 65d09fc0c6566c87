"""The reparameterization stage without a browser: what travels, bad input, the endpoint's answer."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import numpy as np
import pytest

from playground.inference import reparam as room
from playground.ui import handlers
from playground.ui.links import parse
from playground.ui.stages import reparam as stage


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_the_stage_does_not_import_torch():
    code = "import sys, playground.ui.stages.reparam; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("objective", room.OBJECTIVES)
def test_everything_travels_as_small_json(objective):
    curve = stage.curve(objective)
    assert len(json.dumps(curve, allow_nan=False)) < 60_000
    np.testing.assert_allclose(unpack(curve["f"]), room.curve(objective).f, rtol=1e-6, atol=1e-6)
    found = stage.gradients(objective, -0.5, 0.4, 3, 1, True)
    assert len(json.dumps(found, allow_nan=False)) < 30_000
    assert "error" not in found, "expected no name that the page reads as a refusal"
    path = unpack(stage.descent(objective, -0.5, 0.4, 3, 1, True, 1.0)["path"])
    assert path.shape == (2, room.RUNS, room.STEPS + 1)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        (["cubic", 0, 1, 1, 0, False], "objective"),
        (["wave", None, 1, 1, 0, False], "mu"),
        (["wave", 0, 99, 1, 0, False], "sigma"),
        (["wave", 0, 1, 1e9, 0, False], "draws"),
        (["wave", 0, 1, 1, -1, False], "seed"),
    ],
)
def test_server_functions_answer_bad_input_with_a_message(payload, field):
    error = handlers.served(stage.gradients)(payload)["error"]
    assert error["message"]["en"] and error["message"]["ko"] and error["params"]["field"] == field


def test_bad_links_fall_back_to_the_defaults():
    query = {"objective": "cubic", "mu": "9", "sigma": "0", "draws": "0", "rate": "x", "baseline": "2", "eps": "inf"}
    values, problems = parse(query, stage.FIELDS)
    assert values == {name: field.default for name, field in stage.FIELDS.items()}
    assert {problem.field for problem in problems} == set(query)


def test_the_endpoint_answers():
    found = stage.estimate("quadratic", -1.0, 0.5)
    assert found["mu"]["exact"] == pytest.approx(-4) and found["sigma"]["exact"] == pytest.approx(1)
    for name in room.PARAMETERS:
        for kind in room.ESTIMATORS:
            assert abs(found[name][kind]["mean"] - found[name]["exact"]) < 5 * found[name][kind]["stderr"]
    assert found["mu"]["ratio"] > 10
