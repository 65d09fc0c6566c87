"""Where work runs: names are checked, small work stays, large work goes where it was measured to be faster."""

from __future__ import annotations

import pytest
import torch

from playground.errors import InvalidInput
from playground.inference import device


@pytest.fixture(autouse=True)
def no_override(monkeypatch):
    monkeypatch.delenv(device.OVERRIDE, raising=False)


def pretend(monkeypatch, **seconds):
    """A machine with these devices, each as fast as said."""
    monkeypatch.setattr(device, "available", lambda: tuple(seconds))
    monkeypatch.setattr(device, "measure", seconds.__getitem__)


def test_small_work_stays_on_the_cpu(monkeypatch):
    pretend(monkeypatch, cpu=1.0, cuda=0.01)
    assert device.resolve() == torch.device("cpu")


@pytest.mark.parametrize(("cuda", "chosen"), [(0.1, "cuda"), (0.9, "cpu"), (2.0, "cpu")])
def test_large_work_goes_where_it_is_faster(monkeypatch, cuda, chosen):
    pretend(monkeypatch, cpu=1.0, cuda=cuda)
    assert device.resolve("auto", "large") == torch.device(chosen)


def test_the_environment_overrides_auto_only(monkeypatch):
    pretend(monkeypatch, cpu=1.0, cuda=2.0)
    monkeypatch.setenv(device.OVERRIDE, "cuda")
    assert device.resolve("auto", "small") == torch.device("cuda")
    assert device.resolve("cpu", "large") == torch.device("cpu")


@pytest.mark.parametrize("name", ["gpu", "", "CUDA", "cuda:0", None, 3])
def test_an_unknown_name_says_which_there_are(name):
    with pytest.raises(InvalidInput, match="device: expected one of auto, cpu, cuda, mps, got"):
        device.resolve(name)


def test_an_override_is_checked_too(monkeypatch):
    monkeypatch.setenv(device.OVERRIDE, "tpu")
    with pytest.raises(InvalidInput, match="tpu"):
        device.resolve()


def test_a_missing_device_says_what_is_here(monkeypatch):
    pretend(monkeypatch, cpu=1.0)
    with pytest.raises(device.DeviceError, match="Device cuda is not available here. Use one of auto, cpu"):
        device.resolve("cuda")


def test_measuring_measures_once():
    first = device.measure("cpu")
    assert 0 < first < 30 and device.measure("cpu") == first


def test_numbers_without_all_their_digits_count_as_nothing_for_a_while():
    small, half = torch.tensor([1e-38]), torch.tensor([0.5])
    with device.flushed():
        inside = (small * half).item()
    assert inside == 0 and (small * half).item() > 0


def test_one_thread():
    device.one_thread()
    assert torch.get_num_threads() == 1


def test_the_main_process_of_a_zerogpu_space_has_no_gpu(monkeypatch):
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert "cuda" not in device.available()
    assert device.resolve("auto", "large").type != "cuda"
    monkeypatch.setattr(device, "_MAIN", -1)  # as in a worker
    assert "cuda" in device.available()


def test_gpu_leaves_functions_alone_off_zerogpu(monkeypatch):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)

    def train(steps):
        yield steps

    assert device.gpu(train) is train
    assert device.gpu(duration=30)(train) is train
