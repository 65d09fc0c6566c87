"""The plan of the house, held: arrows, imports without side effects, no pickle, sizes, style."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

LONGEST = 400
UNTOUCHED = """
import os, random, socket, sys
sys.argv = ["pytest", "--no-such-option"]
def refuse(*args, **kwargs):
    raise AssertionError(f"network or seeding at import: {{args}}")
socket.getaddrinfo = random.seed = refuse
environment, folder = dict(os.environ), os.getcwd()
import {modules}
heavy = sorted(set(sys.modules) & {{{heavy}}})
assert heavy == [], f"expected nothing heavy at import, got {{heavy}}"
assert dict(os.environ) == environment and os.getcwd() == folder, "expected the environment as it was"
assert sys.argv == ["pytest", "--no-such-option"]
"""


@pytest.fixture(scope="module")
def modules(root):
    """Syntax trees of all modules of the package, by path."""
    paths = sorted((root / "playground").rglob("*.py"))
    return {str(path.relative_to(root)): ast.parse(path.read_text("utf-8")) for path in paths}


def tracked(root):
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]


def test_arrows_point_down(root):
    """In a process of its own: the linter switches off the loggers that other tests read."""
    code = "from importlinter.cli import lint_imports as l; exit(l(config_filename='pyproject.toml', no_cache=True))"
    done = run(root, code)
    assert done.returncode == 0, done.stdout + done.stderr


def run(root, code):
    return subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("names", "heavy"),
    [
        ("playground, playground.catalog, playground.errors, playground.locale", "torch gradio numpy"),
        ("app, playground.ui.app, playground.ui.stages", "torch torchvision accelerate playground.models"),
        ("playground.inference, playground.inference.device", "torch gradio"),
    ],
)
def test_importing_touches_nothing(root, names, heavy):
    code = UNTOUCHED.format(modules=names, heavy=", ".join(repr(name) for name in heavy.split()))
    done = run(root, code)
    assert done.returncode == 0, done.stderr


def test_building_the_page_loads_no_torch(root):
    code = "import sys; from playground.ui.app import build; build(); assert 'torch' not in sys.modules"
    done = run(root, code)
    assert done.returncode == 0, done.stderr


def test_rooms_import_no_torch(root):
    for path in sorted((root / "playground" / "inference").glob("[a-z]*.py")):
        done = run(root, f"import sys, playground.inference.{path.stem}; assert 'torch' not in sys.modules")
        assert done.returncode == 0, f"{path.name}: {done.stderr}"


def test_nothing_pickled_is_ever_read(modules):
    for path, tree in modules.items():
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {"pickle", "dill", "joblib", "shelve", "marshal"} & set(names), f"{path}: {names}"
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                assert call not in ("torch.load", "np.load", "numpy.load", "eval", "exec"), (
                    f"{path}:{node.lineno}: {call}"
                )


def test_only_drawn_randomness(modules):
    """Nothing seeds globally: a torch.Generator or given uniforms come in."""
    for path, tree in modules.items():
        if path.endswith("__main__.py"):
            continue  # a command may settle its own process
        calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        seeding = {"torch.manual_seed", "np.random.seed", "numpy.random.seed", "random.seed", "torch.cuda.manual_seed"}
        assert not seeding & set(calls), f"{path}: {seeding & set(calls)}"


def test_files_are_read_in_one_sitting(root):
    for path in [*(root / "playground").rglob("*.py"), *(root / "tests").rglob("*.py"), root / "app.py"]:
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= LONGEST, f"{path.relative_to(root)}: expected at most {LONGEST} lines, got {lines}"


def test_functions_are_short(modules):
    lengths = sorted(
        node.end_lineno - node.lineno + 1
        for tree in modules.values()
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    median, long = lengths[len(lengths) // 2], [n for n in lengths if n > 60]
    assert median <= 16, f"expected a median of about a dozen lines, got {median}"
    assert len(long) <= len(lengths) // 50, f"expected hardly any function over sixty lines, got {long}"


def test_nothing_is_left_open(modules):
    for path, tree in modules.items():
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        assert "NotImplementedError" not in names, path


def test_no_machine_and_no_registry_is_named(root):
    machine = re.compile(r"(?<![\w.~-])/(?:work|root|tmp|home/\w+|Users/\w+)/[\w.-]+")
    # In halves, so that this file names no registry itself.
    hosts = "|".join(
        map("".join, [("py", "pi"), ("python", "hosted"), ("arti", "factory"), ("nex", "us"), ("dev", "pi")])
    )
    registry = re.compile(rf"https?://[\w.-]*(?:{hosts})[\w.-]*|--(?:extra-)?index-" + "url")
    for path in tracked(root):
        if path.suffix in (".py", ".md", ".toml", ".txt", ".json", ".js", ".css", ".sh", ".yml", ""):
            words = path.read_text("utf-8", errors="ignore")
            for pattern in (machine, registry):
                hit = pattern.search(words)
                assert hit is None, f"{path.relative_to(root)}: {hit and hit[0]}"


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=["lint", "format"])
def test_style(root, command):
    done = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
