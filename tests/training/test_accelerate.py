"""Training as people start it: the command line, and several processes through `accelerate launch`."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from playground import weights
from playground.training import loop
from playground.training.__main__ import main

SCRIPT = Path(__file__).with_name("gradient_of_processes.py")


def launch(processes: int, *arguments: str, cwd: Path, root: Path) -> None:
    """`accelerate launch` on the CPU. Its --cpu starts one process only (more need MPI); this is the other launcher."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    several = ["--multi_gpu", "--main_process_port", port] if processes > 1 else ["--cpu"]
    command = [sys.executable, "-m", "accelerate.commands.launch", *several, "--num_processes", str(processes)]
    command += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"expected {' '.join(arguments)} to run, got\n{done.stderr[-3000:]}"


@pytest.mark.slow
def test_two_processes_give_the_gradient_of_the_joined_batch(root, tmp_path):
    for n in (1, 2):
        launch(n, str(SCRIPT), str(tmp_path / f"{n}.safetensors"), str(n), cwd=tmp_path, root=root)
    one, two = (load_file(tmp_path / f"{n}.safetensors") for n in (1, 2))
    assert one.keys() == two.keys()
    for name, value in one.items():
        assert value.dtype == torch.float64
        largest = (value - two[name]).abs().max().item()
        assert largest < 1e-12, f"expected {name} of two processes to be that of one, got a difference of {largest}"


@pytest.mark.slow
def test_the_command_line_trains_in_two_processes(root, data_root, tmp_path):
    arguments = [
        "nade",
        "--device",
        "cpu",
        "--epochs",
        "0.005",
        "--data-root",
        str(data_root),
        "--out",
        str(tmp_path / "out"),
    ]
    launch(2, "-m", "playground.training", *arguments, cwd=tmp_path, root=root)
    model = weights.model_class("nade").from_pretrained(tmp_path / "out")
    x = torch.zeros(2, 1, 28, 28)
    assert torch.isfinite(model.log_prob(x)).all()
    assert (tmp_path / "runs/nade/reference/seed0.safetensors").is_file()


def test_the_counted_baseline_is_trained_from_the_command_line(data_root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYGROUND_DATA", str(data_root))
    main(["bernoulli", "--out", str(tmp_path / "out"), "--device", "cpu", "--data-root", str(data_root)])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["config.json", "model.safetensors"]
    assert str(tmp_path / "out") in capsys.readouterr().out
    shipped, made = weights.load("bernoulli"), weights.model_class("bernoulli").from_pretrained(tmp_path / "out")
    for name, value in shipped.state_dict().items():
        assert torch.allclose(value, made.state_dict()[name], atol=1e-6), f"expected the shipped {name}"


def test_the_command_line_resumes(data_root, tmp_path, monkeypatch):
    """Half a run and the rest of it give the weights of a whole run; the recipe's own length is overridden."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PLAYGROUND_DATA", str(data_root))
    common = ["nade", "--device", "cpu", "--epochs", "0.01", "--threads", "1"]  # 12 steps
    main([*common, "--out", str(tmp_path / "whole")])
    whole, started = load_file(tmp_path / "whole" / "model.safetensors"), []

    class Stop(Exception):
        pass

    def stopping(self, step, total, batch):
        if step == 7:
            raise Stop
        return original(self, step, total, batch)

    original = loop.Run.step
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr(loop.Run, "step", stopping)
    (tmp_path / "runs/nade/reference/seed0.safetensors").unlink()
    with pytest.raises(Stop):
        main([*common, "--out", str(tmp_path / "never")])
    monkeypatch.setattr(loop.Run, "step", lambda *a: started.append(a[1]) or original(*a))
    main([*common, "--resume", "--out", str(tmp_path / "resumed")])
    assert started[0] == 7 and not (tmp_path / "never").exists()
    resumed = load_file(tmp_path / "resumed" / "model.safetensors")
    assert all(torch.equal(whole[name], resumed[name]) for name in whole), "expected bit-identical weights"


@pytest.mark.parametrize(
    "arguments", [["no_such_model"], ["nade", "--device", "abacus"], ["nade", "--epochs", "many"], []]
)
def test_a_wrong_command_line_is_refused_with_a_usage(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2 and "usage" in capsys.readouterr().err


def test_a_device_that_is_not_there_is_named(monkeypatch, tmp_path):
    missing = "mps" if not torch.backends.mps.is_available() else "cuda"
    with pytest.raises(SystemExit, match=f"expected device {missing}"):
        main(["bernoulli", "--device", missing, "--out", str(tmp_path)])
