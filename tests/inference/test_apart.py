"""Another process: one user at a time, failures reach who asked, it ends when nobody wants it or its owner is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
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
    with pytest.raises(apart.Failed, match="ValueError: invalid literal .* 'seven'"):
        other.call(int, "seven")
    assert other.call(int, "7") == 7, "expected it to go on"
    pid = other.call(os.getpid)
    with pytest.raises(apart.Gone):
        other.call(os._exit, 3)
    assert other.call(os.getpid) != pid, "expected another one after that"


def test_where_none_can_be_started_a_caller_is_told(other, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(apart.Gone, match="could be started"):
        other.call(os.getpid)
    other.release()
    other.prepare()
    assert other.claim(), "expected nobody to be disturbed"


def test_what_is_printed_there_is_no_report(other):
    assert other.call(print, "words") is None and other.call(int, "7") == 7


def test_it_is_prepared_while_nobody_waits(tmp_path, monkeypatch):
    (tmp_path / "heavy.py").write_text("import sys\ndef loaded(): return 'heavy' in sys.modules\n")
    monkeypatch.syspath_prepend(tmp_path)
    other = apart.Other("heavy")
    other.prepare()
    assert other.claim(), "expected it to be free"
    assert there(other._process.pid) and other.call(import_module("heavy").loaded)
    other.end()


def test_the_program_that_it_belongs_to_is_not_run_again(tmp_path):
    """Also where that is not guarded by `if __name__ == "__main__"`."""
    script = tmp_path / "page.py"
    script.write_text(
        "from playground.inference.apart import Other\n"
        "other = Other()\n"
        "print('opened', other.call(len, 'four'))\n"
        "other.end()\n"
    )
    root = Path(apart.__file__).parents[2]
    made = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(root)}
    )
    assert made.stdout == "opened 4\n" and made.stderr == ""


def test_nobody_wants_it_so_it_ends(other, monkeypatch):
    monkeypatch.setattr(apart, "IDLE", 0.0)
    pid = other.call(os.getpid)
    other.release()
    until(lambda: not there(pid))
    until(other.claim)


def test_it_ends_with_a_process_that_is_killed():
    code = "import os; from playground.inference.apart import OTHER; print(OTHER.call(os.getpid), flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        pid = int(owner.stdout.readline())
        assert there(pid)
        owner.kill()
    until(lambda: not there(pid))


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


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, true
        time.sleep(0.01)
