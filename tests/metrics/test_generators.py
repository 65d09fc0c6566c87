"""Frechet distances against closed forms and scipy's matrix root; pictures of any size as 28 x 28."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch

from playground.metrics import generators


def gaussian(seed: int, d: int = 12) -> generators.Gaussian:
    rng = np.random.Generator(np.random.PCG64(seed))
    root = rng.normal(size=(d, d))
    return rng.normal(size=d), root @ root.T


def oracle(a: generators.Gaussian, b: generators.Gaussian) -> float:
    """The textbook's way: a matrix root of the product, which is not symmetric."""
    cross = scipy.linalg.sqrtm(a[1] @ b[1])
    return float(((a[0] - b[0]) ** 2).sum() + np.trace(a[1] + b[1] - 2 * cross.real))


def test_a_set_is_not_away_from_itself():
    values = np.random.Generator(np.random.PCG64(0)).normal(size=(300, 12))
    found = generators.gaussian(values)
    assert generators.frechet_distance(found, found) == pytest.approx(0, abs=1e-9)


def test_gaussians_with_known_distances():
    eye = np.eye(3)
    zero = np.zeros(3)
    moved = generators.frechet_distance((zero, eye), (np.array([3.0, 4.0, 0.0]), eye))
    assert moved == pytest.approx(25)
    wider = generators.frechet_distance((zero, np.diag([1.0, 4.0, 9.0])), (zero, np.diag([4.0, 4.0, 1.0])))
    assert wider == pytest.approx((1 - 2) ** 2 + 0 + (3 - 1) ** 2)


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_distance_of_the_textbook_and_symmetric(seed):
    a, b = gaussian(seed), gaussian(seed + 100)
    found = generators.frechet_distance(a, b)
    assert found == pytest.approx(oracle(a, b), rel=1e-6)
    assert found == pytest.approx(generators.frechet_distance(b, a), rel=1e-9)


def test_dead_features_do_no_harm():
    """A feature that never fires makes the covariance singular; scipy's root then warns and wavers."""
    values = np.random.Generator(np.random.PCG64(1)).normal(size=(2, 400, 6))
    padded = [generators.gaussian(np.concatenate([v, np.zeros((400, 3))], 1)) for v in values]
    plain = [generators.gaussian(v) for v in values]
    assert generators.frechet_distance(*padded) == pytest.approx(generators.frechet_distance(*plain), rel=1e-6)


def test_mean_and_covariance_are_numpys():
    values = np.random.Generator(np.random.PCG64(2)).normal(size=(50, 4))
    mean, covariance = generators.gaussian(values)
    centred = values - values.mean(0)
    assert np.allclose(mean, values.sum(0) / 50) and np.allclose(covariance, centred.T @ centred / 49)


def test_digits_of_every_size_become_28():
    x = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    assert generators.as_digits(x) is x
    framed = torch.nn.functional.pad(x, (2, 2, 2, 2))
    assert torch.equal(generators.as_digits(framed), x)
    coarse = torch.rand(2, 1, 4, 4)
    grown = generators.as_digits(coarse)
    assert grown.shape == (2, 1, 28, 28)
    assert torch.equal(grown[..., 6:14, 6:14], coarse[..., 1:2, 1:2].expand(2, 1, 8, 8))
    fine = generators.as_digits(framed.repeat_interleave(2, -1).repeat_interleave(2, -2))
    torch.testing.assert_close(fine, x)


class Painter:
    """Draws what the seeds of its noises say: the picture of seed k has the grey k / 10 000."""

    z_dim = 3

    def generate(self, z: torch.Tensor) -> torch.Tensor:
        return z[:, :1, None, None].expand(-1, 1, 28, 28)


def test_pictures_are_those_of_consecutive_seeds():
    from playground.data.noise import noise

    x = generators.pictures(Painter(), 501)  # one more than is drawn at once
    assert x.shape == (501, 1, 28, 28)
    assert [x[k, 0, 0, 0].item() for k in (0, 499, 500)] == [float(noise(k, 3)[0]) for k in (0, 499, 500)]


def test_counting_leaves_out_what_is_no_digit(monkeypatch):
    """Nine digits of 11 % each, one of 1 %, and a grey cloud that the judge calls a 9."""
    digit = np.repeat(np.arange(10), [110] * 9 + [10])
    confidence = np.where(np.arange(1000) < 5, 0.0, np.where(np.arange(1000) < 105, 0.5, 0.95))
    monkeypatch.setattr(generators, "pictures", lambda model, n: torch.zeros(n, 1, 28, 28))
    monkeypatch.setattr(generators, "_read", lambda x: (confidence, digit))
    monkeypatch.setattr(generators, "_recognised_digits", lambda: 0.95)
    found = generators.digits(None)
    assert found["value"] == 9 and found["shares"][0] == 0.105 and found["shares"][9] == 0.01
    sure = generators.recognised(None)
    assert sure["value"] == 89.5 and sure["real"] == 95.0 and sure["unit"] == "%"
