"""The shipped image generators: what the judge says of them, what was written down, and what was promised."""

from __future__ import annotations

import json

import pytest

from playground import catalog, weights
from playground.metrics import generators

SHIPPED = [("progan", None), *(("dcgan", variant) for variant in catalog.variants("dcgan"))]
ALL = pytest.mark.parametrize(("id", "variant"), SHIPPED, ids=[variant or id for id, variant in SHIPPED])


def rows(id: str, variant: str | None) -> dict[str, dict]:
    written = (weights.directory(id, variant) / "metrics.json").read_text("utf-8")
    return {row["metric"]: row for row in json.loads(written)}


@ALL
def test_the_judge_reads_the_same_digits_as_when_it_was_measured(id, variant):
    model, written = weights.load(id, variant=variant), rows(id, variant)
    counted, clear = generators.digits(model), generators.recognised(model)
    assert counted["value"] == written["digits"]["value"]
    assert counted["shares"] == pytest.approx(written["digits"]["shares"], abs=0.004)
    assert clear["value"] == pytest.approx(written["recognised"]["value"], abs=0.4)


@ALL
def test_all_ten_digits_are_drawn(id, variant):
    """Each in at least 4 % of 1,000 pictures."""
    assert rows(id, variant)["digits"]["value"] == 10


def test_the_best_loss_is_near_real_digits():
    found = [rows("dcgan", variant)["frechet"] for variant in catalog.variants("dcgan")]
    best = min(found, key=lambda row: row["value"])
    for row in (best, rows("progan", None)["frechet"]):
        assert row["value"] <= 10 * row["real_vs_real"], f"expected ten times {row['real_vs_real']}, got {row['value']}"


@pytest.mark.slow
@ALL
def test_the_frechet_distance_is_the_one_that_was_written_down(id, variant):
    written = rows(id, variant)["frechet"]
    found = generators.frechet(weights.load(id, variant=variant))
    assert found["value"] == pytest.approx(written["value"], rel=0.02)
    assert found["real_vs_real"] == pytest.approx(written["real_vs_real"], rel=0.02)
