"""Weights on disk: every model loads, and a file that is missing or broken says which one and how to make it again."""

from __future__ import annotations

import io
import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

import playground
from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError


@pytest.fixture
def folder(root, tmp_path, monkeypatch) -> Path:
    """A copy of the judge's weights that a test may break."""
    shutil.copytree(root / "pretrained" / "judge", tmp_path / "judge")
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    yield tmp_path / "judge"
    weights._load.cache_clear()


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def wrong_shape(path: Path) -> None:
    tensors = load_file(path)
    tensors["classes.weight"] = torch.zeros(9, 128)
    save_file(tensors, path)


def a_tensor_is_missing(path: Path) -> None:
    tensors = load_file(path)
    del tensors["classes.bias"]
    save_file(tensors, path)


def a_tensor_too_many(path: Path) -> None:
    save_file(load_file(path) | {"surprise": torch.zeros(1)}, path)


def header_of_another_length(path: Path) -> None:
    path.write_bytes(b"\xff" * 8 + path.read_bytes()[8:])


BROKEN = {
    "missing": Path.unlink,
    "empty": lambda path: path.write_bytes(b""),
    "truncated": truncate,
    "garbage": lambda path: path.write_bytes(b"not weights at all " * 100),
    "header": header_of_another_length,
    "wrong shape": wrong_shape,
    "a tensor is missing": a_tensor_is_missing,
    "a tensor too many": a_tensor_too_many,
    "a folder": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN.keys())
def test_broken_weights_name_the_file_and_the_command(damage, folder):
    damage(folder / "model.safetensors")
    with pytest.raises(WeightsError) as caught:
        weights.load("judge")
    for lang in ("en", "ko"):
        message = caught.value.message(lang)
        for part in ("model.safetensors", "python -m playground.training judge"):
            assert part in message, f"expected {part!r} in {message!r}"


@pytest.mark.parametrize(
    "text", ["{", "[1, 2]", '{"width": "wide"}', '{"surprise": 1}', '{"width": 8, "features": 128}']
)
def test_a_broken_config_is_a_weights_error_too(text, folder):
    (folder / "config.json").write_text(text)
    with pytest.raises(WeightsError, match="python -m playground.training judge"):
        weights.load("judge")


def test_a_broken_file_does_not_stop_the_others_and_heals_without_a_restart(folder, root):
    truncate(folder / "model.safetensors")
    with pytest.raises(WeightsError):
        weights.load("judge")
    shutil.copytree(root / "pretrained" / "bernoulli", folder.parent / "bernoulli")
    assert weights.load("bernoulli") is not None
    shutil.copy(root / "pretrained" / "judge" / "model.safetensors", folder)
    assert weights.load("judge") is not None


def test_a_pickle_in_the_place_of_weights_is_never_opened(folder):
    touched = folder / "touched"

    class Trap:
        def __reduce__(self):
            return Path.touch, (touched,)

    buffer = io.BytesIO()
    torch.save({"classes.weight": Trap()}, buffer)
    (folder / "model.safetensors").write_bytes(buffer.getvalue())
    (folder / "pytorch_model.bin").write_bytes(buffer.getvalue())
    with pytest.raises(WeightsError):
        weights.load("judge")
    (folder / "model.safetensors").unlink()
    with pytest.raises(WeightsError):
        weights.load("judge")
    assert not touched.exists(), "expected nothing to be unpickled"


def test_a_model_is_loaded_once(folder, monkeypatch):
    made = []
    original = weights.model_class
    monkeypatch.setattr(weights, "model_class", lambda id: made.append(id) or original(id))
    models = []
    threads = [threading.Thread(target=lambda: models.append(weights.load("judge"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["judge"] and len({id(model) for model in models}) == 1
    assert weights.load("judge", "cpu") is models[0] and weights.load("judge", "cpu", None) is models[0]


def test_weights_loaded_in_inference_mode_still_take_part_in_gradients():
    weights._load.cache_clear()
    with torch.inference_mode():
        model = weights.load("judge")
    x = torch.rand(1, 1, 28, 28, requires_grad=True)
    assert torch.autograd.grad(model(x).sum(), x)[0].abs().sum() > 0


def test_the_public_load_is_the_same_object():
    assert playground.load("judge") is playground.load("judge", device="cpu") is weights.load("judge", "cpu")


@pytest.mark.parametrize("id", [card.id for card in catalog.shipped()])
def test_every_model_loads_in_eval_mode_on_the_cpu(id):
    for variant in playground.variants(id) or [None]:
        model = playground.load(id, device="cpu", variant=variant)
        assert not model.training and not any(module.training for module in model.modules())
        tensors = model.state_dict()
        assert all(torch.isfinite(value).all() for value in tensors.values() if value.is_floating_point())
        assert {value.device.type for value in tensors.values()} <= {"cpu"}


@pytest.mark.parametrize("id", [card.id for card in catalog.shipped()])
def test_the_shipped_file_is_small(id):
    file = weights.directory(id) / "model.safetensors"
    assert file.stat().st_size < 10 * 2**20, f"expected less than 10 MB, got {file.stat().st_size / 2**20:.1f}"


@pytest.mark.parametrize("id", catalog.names())
def test_config_and_weights_survive_saving(id, tmp_path):
    model = weights.create(id)
    model.save_pretrained(tmp_path)
    stored = json.loads((tmp_path / "config.json").read_text("utf-8"))
    again = type(model).from_pretrained(tmp_path, strict=True)
    assert again.config == model.config, f"expected {model.config}, got {again.config} from {stored}"
    assert isinstance(again.config, type(model).Config)
    for name, value in model.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name


def test_loading_prints_nothing(capsys):
    """Stdout belongs to the bench's rows and the API's answers."""
    weights.model_class("judge").from_pretrained(weights.directory("judge"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("arguments", [("no_such",), (None,), (3,), ("judge", "cpu", "large"), ("../judge",)])
def test_unknown_models_and_variants_are_refused(arguments):
    with pytest.raises(InvalidInput):
        weights.load(*arguments)


def test_variants_have_their_own_configuration_and_place(monkeypatch):
    card = replace(
        catalog.card("judge"), variants={"narrow": {"width": 4}, "wide": {"width": 32}}, config={"features": 16}
    )
    monkeypatch.setitem(catalog._BY_ID, "judge", card)
    assert weights.directory("judge") == weights.directory("judge", "narrow") == weights.PRETRAINED / "judge"
    assert weights.directory("judge", "wide") == weights.PRETRAINED / "judge" / "wide"
    reference, wide = weights.create("judge"), weights.create("judge", "wide")
    assert (reference.config.width, wide.config.width) == (4, 32)
    assert reference.config.features == wide.config.features == 16
    assert playground.variants("judge") == ["narrow", "wide"]
    with pytest.raises(WeightsError, match="judge --variant wide"):
        weights.load("judge", "cpu", "wide")
