"""The basics room: exact counts against enumeration, best fits against their definition, the same uniforms for all."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import basics as room

NAN = float("nan")


@pytest.fixture(scope="module")
def shipped():
    try:
        return weights.load("ar_k")
    except WeightsError as problem:
        pytest.skip(str(problem))


def test_the_numbers_of_the_lecture():
    spent = room.count_parameters(784, "binary", k=28, hidden=500).spent
    assert spent["joint"] == spent["chain"] == 2**784 - 1
    assert str(spent["joint"])[:3] == "101" and len(str(spent["joint"])) == 237
    assert spent["independent"] == 784 and spent["markov"] == 2 * 784 - 1
    assert spent["fvsbn"] == 784 + 784 * 783 // 2 == 307_720
    pixel = room.count_parameters(1, "rgb")
    assert pixel.spent["joint"] == 256**3 - 1 == 16_777_215 != 255**3
    assert pixel.outcomes == 256**3 and pixel.spent["pixel_cnn"] is None


@pytest.mark.parametrize(("n", "levels", "k"), [(1, 2, 3), (4, 2, 1), (5, 2, 3), (3, 4, 1), (4, 3, 2), (3, 5, 9)])
def test_tables_count_one_number_less_than_outcomes_per_context(n, levels, k):
    """Against listing every context of every pixel."""

    def listed(reach: int) -> int:
        return sum((levels - 1) * len(set(itertools.product(range(levels), repeat=min(i, reach)))) for i in range(n))

    spent = room.count_parameters(n, "levels", levels, k).spent
    assert spent["chain"] == spent["joint"] == listed(n) == levels**n - 1
    assert spent["ar_table"] == listed(k)
    assert spent["markov"] == listed(1)
    assert spent["independent"] == listed(0)


def test_markov_is_ar_1_and_the_longest_window_is_the_joint():
    for kind in room.KINDS:
        assert (
            room.count_parameters(50, kind, 7, k=1).spent["ar_table"]
            == room.count_parameters(50, kind, 7).spent["markov"]
        )
        long = room.count_parameters(50, kind, 7, k=783).spent
        assert long["ar_table"] == long["joint"]
    binary = room.count_parameters(50, k=49).spent
    assert binary["ar_logistic"] == binary["fvsbn"]


def test_networks_count_what_the_models_hold():
    import torch

    spent = room.count_parameters(784, k=28, hidden=500).spent
    assert spent["nade"] == sum(p.numel() for p in weights.create("nade").parameters())
    fvsbn = weights.create("fvsbn").linear
    assert spent["fvsbn"] == int(fvsbn.mask.sum()) + fvsbn.bias.numel()
    window = weights.create("ar_k").at(28).windows["28"]
    beyond = 28 * 29 // 2  # weights of the first pixels that reach before the picture
    assert spent["ar_logistic"] == window.w.numel() + window.b.numel() - beyond
    cnn = weights.create("pixel_cnn")
    assert room.PIXEL_CNN == {"hidden": cnn.config.hidden, "blocks": cnn.config.blocks}
    masked = {name.removesuffix(".mask"): mask for name, mask in cnn.named_buffers() if name.endswith("mask")}
    seen = 0
    for name, parameter in cnn.named_parameters():
        owner, _, kind = name.rpartition(".")
        mask = masked[owner] if owner in masked and kind == "weight" else torch.ones(1)
        seen += int(mask.expand_as(parameter).sum())
    assert spent["pixel_cnn"] == seen


@pytest.mark.parametrize("shape", room.SHAPES)
@pytest.mark.parametrize("name", room.JOINTS)
def test_built_in_tables_are_distributions(name, shape):
    p = room.joint(name, shape)
    height, width = room.SHAPES[shape]
    assert p.shape == (2 ** (height * width),) and p.sum() == pytest.approx(1) and p.min() >= 0
    x = room.pictures(shape)
    rule = {
        "one": x.sum(1) == 1,
        "parity": x.sum(1) % 2 == 0,
        "columns": (x.reshape(-1, height, width) == x.reshape(-1, height, width)[:, :1]).all((1, 2)),
    }
    if name in rule:
        assert ((p > 0) == rule[name]).all()


def test_small_signs_look_as_they_are_written():
    p = room.joint("signs", "3x3")
    likeliest = room.pictures("3x3")[p.argmax()].reshape(3, 3)
    assert ["".join(map(str, row)) for row in likeliest] == room.SIGNS["3x3"][0].split("/")


@pytest.mark.parametrize("order", room.ORDERS)
@pytest.mark.parametrize("kind", room.FITS)
def test_a_fit_is_a_distribution_and_none_of_its_kind_is_nearer(kind, order):
    p = np.random.Generator(np.random.PCG64(5)).dirichlet(np.full(64, 0.3))
    found = room.fit(p, "2x3", kind, 2, order)
    assert found.q.sum() == pytest.approx(1) and found.q.min() >= 0
    assert found.kl == pytest.approx((p * np.log(p / found.q)).sum(), abs=1e-5)
    assert found.parameters == {
        "chain": 63, "independent": 6, "markov": 11, "ar_table": 19, "ar_logistic": 15, "fvsbn": 21
    }[kind]  # fmt: skip
    # any other table of the kind is fitted by itself, so its own fit to a moved p can not be nearer to p
    other = room.fit(np.roll(p, 1) * 0.05 + p * 0.95, "2x3", kind, 2, order).q
    assert (p * np.log(p / other)).sum() >= found.kl - 1e-6


def test_the_longer_past_is_never_worse():
    p = np.random.Generator(np.random.PCG64(6)).dirichlet(np.full(512, 0.2))
    kl = [room.fit(p, kind="ar_table", k=k).kl for k in range(1, 9)]
    assert all(a >= b - 1e-9 for a, b in itertools.pairwise(kl)) and kl[-1] < 1e-6
    assert room.fit(p, kind="markov").kl == pytest.approx(kl[0])
    assert room.fit(p, kind="independent").kl >= kl[0]


def test_columns_need_the_pixel_above():
    """The cliff of AR(k) in nine pixels: the pixel above is three back."""
    p = room.joint("columns")
    kl = [room.fit(p, kind="ar_table", k=k).kl for k in (1, 2, 3)]
    assert kl[0] == kl[1] == pytest.approx(6 * np.log(2)) and kl[2] == 0
    assert room.fit(p, kind="markov", order="columns").kl == 0
    assert room.fit(p, kind="ar_logistic", k=3).kl < 1e-3, "copying the pixel above is a logistic regression"


def test_parity_needs_the_whole_chain():
    p = room.joint("parity")
    for kind in ("independent", "markov", "ar_table", "ar_logistic", "fvsbn"):
        found = room.fit(p, kind=kind, k=7)
        assert found.kl == pytest.approx(np.log(2), abs=1e-6) and found.leak == pytest.approx(0.5, abs=1e-6), kind
    assert room.fit(p, kind="chain").kl == 0


def test_one_set_of_uniforms_gives_the_models_own_samples(shipped):
    import torch

    found = room.samples(seed=3, n=2)
    uniforms = torch.from_numpy(np.random.Generator(np.random.PCG64(3)).random((2, 784), dtype=np.float32))
    for id in ("bernoulli", "markov"):
        expected = weights.load(id).sample(2, uniforms=uniforms).view(2, 784).numpy()
        assert (getattr(found, id) == expected).all()
    assert tuple(found.windows) == catalog.autoregressive.AR_WINDOWS and found.ar.shape == (len(found.windows), 2, 784)
    for row, k in enumerate(found.windows.tolist()):
        if k in (1, 27, 57):
            expected = shipped.at(k).sample(2, uniforms=uniforms).view(2, 784).numpy()
            assert (found.ar[row] == expected).all(), k


def test_a_window_s_weights_give_the_model_s_logits(shipped):
    import torch

    w, b = room.window(28)
    x = np.random.Generator(np.random.PCG64(0)).random((1, 784)).round().astype(np.float32)
    padded = np.pad(x[0], (28, 0))
    expected = [b[i] + padded[i : i + 28] @ w[i] for i in range(784)]
    got = shipped.at(28).logits(torch.from_numpy(x).view(1, 1, 28, 28)).flatten().numpy()
    np.testing.assert_allclose(got, expected, atol=1e-4)


def test_numbers_and_map_come_from_metrics_and_catalogue(shipped):
    numbers = room.numbers()
    assert numbers["bernoulli"] > numbers["markov"] > numbers["values"][-1]
    assert tuple(numbers["windows"]) == catalog.autoregressive.AR_WINDOWS
    rows = {row["id"]: row for row in room.field()}
    staged = {card.id for card in catalog.CARDS if card.stage}
    assert set(rows) >= staged - set(room.APART), "expected every generative model of a stage on the map"
    assert not set(rows) & set(room.APART)
    for id, row in rows.items():
        assert row["density"] in ("exact", "bound", "none") and row["sampling"] in ("steps", "pass")
        if id in catalog.names():
            assert (row["name"], row["stage"]) == (catalog.card(id).name, catalog.card(id).stage)
            assert (row["density"] == "exact") == ("log_prob" in catalog.card(id).capabilities), id
        else:
            assert row["stage"] == "" and row["nll"] is None
    assert rows["markov"]["nll"] == numbers["markov"]


BAD = [
    (room.count_parameters, dict(n=0), "integer_range"),
    (room.count_parameters, dict(n=785), "integer_range"),
    (room.count_parameters, dict(n=1.5), "integer_range"),
    (room.count_parameters, dict(n="9"), "not_number"),
    (room.count_parameters, dict(kind="grey"), "choice"),
    (room.count_parameters, dict(levels=257), "integer_range"),
    (room.count_parameters, dict(k=0), "integer_range"),
    (room.count_parameters, dict(hidden=True), "not_number"),
    (room.joint, dict(name="circles"), "choice"),
    (room.joint, dict(shape="4x4"), "choice"),
    (room.fit, dict(p=[0.5, 0.5]), "shape"),
    (room.fit, dict(p=[0] * 512), "number_range"),
    (room.fit, dict(p=[-1] + [1] * 511), "number_range"),
    (room.fit, dict(p=[NAN] * 512), "finite"),
    (room.fit, dict(p=[1] * 512, kind="best"), "choice"),
    (room.fit, dict(p=[1] * 512, k=9), "integer_range"),
    (room.fit, dict(p=[1] * 512, order="spiral"), "choice"),
    (room.samples, dict(seed=-1), "integer_range"),
    (room.samples, dict(n=65), "integer_range"),
]


@pytest.mark.parametrize(("fn", "arguments", "kind"), BAD)
def test_bad_input_is_refused_in_words(fn, arguments, kind):
    with pytest.raises(InvalidInput) as refused:
        fn(**arguments)
    assert refused.value.kind == kind and refused.value.message("ko") != refused.value.message("en")


@pytest.mark.parametrize(("k", "kind"), [(58, "integer_range"), (5, "choice"), (None, "not_number")])
def test_a_window_that_was_not_fitted_is_refused(k, kind, shipped):
    with pytest.raises(InvalidInput) as refused:
        room.window(k)
    assert refused.value.kind == kind
