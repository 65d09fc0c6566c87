"""Another process: one user at a time, failures reach who asked, it ends when nobody wants it or its owner is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from playground.inference import apart


@pytest.fixture
def other():
    made = apart.Other()
    assert made.claim()
    yield made
    made.end()


def test_it_is_another_process_of_one_user_at_a_time(other, monkeypatch):
    import torch

    monkeypatch.setattr(apart, "IDLE", 600.0)
    assert other.busy() == 0
    pid = other.call(os.getpid)
    assert pid != os.getpid() and other.call(torch.get_num_threads) == 1
    assert not other.claim(), "expected it to be taken"
    other.release()
    assert other.claim() and other.call(os.getpid) == pid, "expected it to stay for the next one"
    assert other.busy() > 0


def test_what_fails_there_fails_here(other):
    with pytest.raises(ValueError, match="invalid literal"):
        other.call(int, "seven")
    pid = other.call(os.getpid)
    with pytest.raises(BrokenProcessPool):
        other.call(os._exit, 3)
    other.end()
    assert other.call(os.getpid) != pid, "expected another one after that"


def test_nobody_wants_it_so_it_ends(other, monkeypatch):
    monkeypatch.setattr(apart, "IDLE", 0.0)
    pid = other.call(os.getpid)
    other.release()
    assert gone(pid)
    assert other.claim()


def test_it_ends_with_a_process_that_is_killed():
    code = (
        "import os; from playground.inference.apart import Other; print(Other().call(os.getpid), flush=True); input()"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        pid = int(owner.stdout.readline())
        assert there(pid)
        owner.kill()
    assert gone(pid)


def there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    if not Path("/proc").exists():
        return True
    try:  # it may have ended and nobody has asked how
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pid: int, seconds: float = 30.0) -> bool:
    end = time.monotonic() + seconds
    while there(pid) and time.monotonic() < end:
        time.sleep(0.05)
    return not there(pid)
