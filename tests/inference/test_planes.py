"""The planes room: sprites are decodes, maps are the metrics, units are linked, and what the page says is so."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import latent, planes
from playground.metrics import regularity
from playground.nn.priors import prior

NAN, INF = float("nan"), float("inf")
TRIO = ("autoencoder", "kl_only", "vae-beta1")


@pytest.fixture(scope="module", params=[*TRIO, "aae-circle"])
def name(request) -> str:
    return request.param


def network(name: str):
    id, variant = planes.PLANES[name]
    return weights.load(id, "cpu", variant)


def test_importing_the_room_does_not_load_torch(root):
    code = "import sys, playground.inference.planes; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0, "expected no torch at import"


def test_the_vae_of_twenty_numbers_has_no_plane():
    assert len(planes.PLANES) == 13 and ("vae", "d20") not in planes.PLANES.values()
    assert planes.PLANES["vae-beta0.1"] == ("vae", "beta0.1") and planes.PLANES["aae-circle"] == ("aae", "circle")


def test_every_tile_is_the_decode_of_its_place(name):
    plane, model = planes.plane(name), network(name)
    n = planes.TILES
    assert plane.sprite.shape == (n, n, 28, 28) and plane.sprite.dtype == np.uint8
    for i, j in ((0, 0), (3, 20), (n - 1, 0), (n - 1, n - 1)):
        z = plane.centre + plane.unit * np.array([plane.axis[j], plane.axis[i]])
        with torch.inference_mode():
            exact = model.decode(torch.tensor(z, dtype=torch.float32)[None])[0, 0].numpy()
        np.testing.assert_allclose(plane.sprite[i, j] / 255, exact, atol=0.5 / 255 + 1e-5)


def test_an_exact_decode_is_at_the_same_place_as_the_tile(name):
    plane = planes.plane(name)
    point = planes.decode(name, [float(plane.axis[20]), float(plane.axis[9])])
    np.testing.assert_allclose(point.x * 255, plane.sprite[9, 20], atol=0.51)
    confidence, digit = regularity.recognised(torch.tensor(point.x)[None, None])
    assert (point.digit, point.confidence) == (digit.item(), pytest.approx(confidence.item(), abs=1e-6))


def test_where_there_is_a_prior_places_are_codes():
    for name in planes.PLANES:
        id, variant = planes.PLANES[name]
        if id == "autoencoder" or not (weights.directory(id, variant) / "codes.safetensors").is_file():
            continue
        plane = planes.plane(name)
        assert plane.unit == 1 and (plane.centre == 0).all() and not plane.fitted, name
        wanted = getattr(network(name), "prior", None) or prior("normal", 2)
        np.testing.assert_allclose(plane.nodes, wanted.nodes.numpy(), atol=1e-6)
        np.testing.assert_allclose(plane.scale, wanted.std * np.eye(2), atol=1e-6)


def test_the_autoencoder_is_in_units_of_its_own_codes(data_root):
    plane, model = planes.plane("autoencoder"), network("autoencoder")
    source = regularity.sampling(model)
    assert plane.fitted and plane.unit == pytest.approx(source.unit, rel=1e-4) and plane.length == 1
    np.testing.assert_allclose(plane.centre, source.centre, atol=1e-3)
    np.testing.assert_allclose(plane.unit * plane.scale, source.scale, rtol=1e-3, atol=1e-3)
    z = (regularity.codes(model)[0].numpy() - plane.centre) / plane.unit
    assert np.sqrt(z.var(0).mean()) == pytest.approx(1, abs=1e-3), "expected codes one unit wide"


def test_a_unit_of_continuity_is_the_metrics(name, data_root):
    plane = planes.plane(name)
    assert plane.length * plane.unit == pytest.approx(regularity.sampling(network(name)).unit, rel=1e-4)


def test_the_codes_are_draws_of_q_of_the_test_digits(name, data_root):
    plane = planes.plane(name)
    z, labels = regularity.codes(network(name))
    np.testing.assert_allclose(
        plane.centre + plane.unit * plane.codes, z[:2000].numpy(), atol=0.03, rtol=2e-3
    )  # halves
    assert (plane.labels == labels[:2000].numpy()).all()


def test_the_map_of_holes_is_what_the_judge_recognises(name):
    plane, found = planes.plane(name), planes.verdicts(name)
    assert found.confidence.shape == found.digit.shape == (planes.TILES, planes.TILES)
    assert found.confidence.min() >= 0 and found.confidence.max() <= 1
    for i, j in ((2, 2), (13, 14), (20, 7)):
        point = planes.decode(name, [float(plane.axis[j]), float(plane.axis[i])])
        assert found.confidence[i, j] == pytest.approx(point.confidence, abs=1e-4)
        assert found.confidence[i, j] == 0 or found.digit[i, j] == point.digit


def test_the_maps_of_continuity_are_the_metrics():
    name = "vae-beta1"
    plane, found, model = planes.plane(name), planes.speeds(name), network(name)
    for i, j in ((5, 9), (14, 14)):
        z = torch.tensor([[plane.axis[j], plane.axis[i]]])
        both = [regularity.speed(model, z, axis[None] * plane.length) for axis in torch.eye(2)]
        picture, label = (sum(parts).item() / 2 for parts in zip(*both, strict=True))
        assert found.picture[i, j] == pytest.approx(picture, rel=1e-3, abs=1e-4)
        assert found.label[i, j] == pytest.approx(label, rel=1e-2, abs=1e-3)


def test_planes_and_maps_are_computed_once_and_cannot_be_written():
    assert planes.plane("vae-beta1") is planes.plane("vae-beta1")
    assert planes.verdicts("vae-beta1") is planes.verdicts("vae-beta1")
    with pytest.raises(ValueError, match="read-only"):
        planes.plane("vae-beta1").sprite[0] = 0


def test_an_image_is_put_where_the_encoder_puts_it(name):
    ink = latent.binary_image(planes.examples()[0][8])
    found, plane, model = planes.encode(name, ink), planes.plane(name), network(name)
    x = torch.tensor(ink, dtype=torch.float32)[None, None]
    with torch.inference_mode():
        mu, logvar = model.encode(x)
        p = model.decode(mu)
    np.testing.assert_allclose(plane.centre + plane.unit * found.u, mu[0], atol=1e-4)
    np.testing.assert_allclose(found.spread, 0 if logvar is None else (0.5 * logvar[0]).exp(), atol=1e-5)
    expected = torch.nn.functional.binary_cross_entropy(p, x, reduction="sum").item()
    assert found.nats == pytest.approx(expected, rel=1e-4)
    np.testing.assert_allclose(found.x_hat, p[0, 0], atol=1e-5)


@pytest.mark.parametrize(
    ("u", "kind"),
    [
        ([NAN, 0], "finite"),
        ([0, INF], "finite"),
        ([1e9, 0], "number_range"),
        ([0, -3.6], "number_range"),
        ([0], "shape"),
        ([[0, 0]], "shape"),
        ("here", "not_number"),
        (None, "not_number"),
        (["0", "1"], "not_number"),
    ],
)
def test_bad_places_are_refused(u, kind):
    with pytest.raises(InvalidInput) as problem:
        planes.decode("vae-beta1", u)
    assert problem.value.kind == kind


@pytest.mark.parametrize("name", ["vae", "vae-d20", "pixel_cnn", "", None, 3, ["vae-beta1"]])
def test_unknown_planes_are_refused(name):
    for call in (planes.plane, planes.verdicts, planes.speeds, planes.numbers):
        with pytest.raises(InvalidInput, match="model: expected one of"):
            call(name)


def test_a_missing_file_names_the_command_that_writes_it(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    with pytest.raises(WeightsError, match="python -m playground.metrics vae --variant beta4"):
        planes.numbers("vae-beta4")
    with pytest.raises(WeightsError, match="python -m playground.metrics kl_only"):
        latent.codes("kl_only")


def test_numbers_are_those_of_the_metrics_file(root):
    stored = json.loads((root / "pretrained" / "kl_only" / "metrics.json").read_text("utf-8"))
    assert planes.numbers("kl_only") == {row["metric"]: row for row in stored if row["metric"] in planes.ROWS}


# -- what the page says ------------------------------------------------------------------------------------------------


def test_both_terms_together_draw_every_digit():
    """exp(entropy) of the digits among recognised draws: ten where all come up equally often."""
    rows = {name: planes.numbers(name)["completeness"] for name in TRIO}
    even = {name: effective(row["digits"]) for name, row in rows.items()}
    assert even["vae-beta1"] > 9 > even["autoencoder"] + 1 and even["kl_only"] == 0, even
    assert effective(rows["autoencoder"]["fitted_digits"]) < 8 < even["vae-beta1"], rows
    assert rows["vae-beta1"]["value"] > rows["autoencoder"]["value"] + 5, rows
    assert rows["vae-beta1"]["value"] > 50 > 1 > rows["kl_only"]["value"], rows
    sure = {name: (planes.verdicts(name).confidence >= regularity.SURE).mean() for name in TRIO}
    assert sure["vae-beta1"] > sure["kl_only"] == 0, sure


def effective(counts: list[int]) -> float:
    share = np.array([count for count in counts if count]) / max(1, sum(counts))
    return float(np.exp(-(share * np.log(share)).sum())) if len(share) else 0.0


def test_codes_of_the_vae_lie_where_they_are_drawn_and_the_autoencoders_do_not():
    """Sliced Wasserstein distance to the prior, in distances between two sets of its samples."""
    times = {name: planes.numbers(name)["prior_distance"]["times"] for name in TRIO}
    assert times["autoencoder"] > 10 * times["vae-beta1"], times
    row = planes.numbers("autoencoder")["completeness"]
    assert row["value"] < row["fitted"], row


def test_kl_only_fills_the_plane_and_tells_nothing_apart():
    found = planes.numbers("kl_only")
    assert found["information"]["value"] < 0.05 and found["information"]["upper_bound"] < 0.05
    assert found["prior_distance"]["times"] < 2


def test_per_unit_the_autoencoder_is_no_rougher_than_the_vae():
    found = {name: planes.numbers(name)["continuity"]["value"] for name in TRIO}
    assert found["autoencoder"] <= found["vae-beta1"] and found["kl_only"] < 0.01, found
