"""The README keeps its word: front matter of a Space, links, folder tree, and an example that runs."""

from __future__ import annotations

import re

import pytest
import yaml


@pytest.fixture(scope="module")
def readme(root):
    return (root / "README.md").read_text("utf-8")


def test_front_matter_makes_it_a_space(readme, root):
    import gradio

    matter = yaml.safe_load(readme.split("---")[1])
    assert matter["sdk"] == "gradio" and (root / matter["app_file"]).is_file()
    assert isinstance(matter["python_version"], str), "expected a quoted version: 3.10 unquoted is 3.1"
    assert matter["sdk_version"].split(".")[:2] == gradio.__version__.split(".")[:2] == ["6", "31"]
    assert len(matter["short_description"]) <= 60


def test_links_lead_somewhere(readme, root):
    for target in re.findall(r"\]\(([^)#]+)\)", readme):
        assert target.startswith("https://") or (root / target).is_file(), target


def test_the_tree_is_there(readme, root):
    tree = re.search(r"```\n(app\.py.*?)```", readme, re.DOTALL)[1]
    for line in tree.splitlines():
        indent, names = re.match(r"( *)((?:\S+  ?)*\S+)", line).groups()
        for name in names.split("  "):
            place = root / "playground" / name if indent else root / name
            assert "<" in name or place.exists(), name


def test_commands_exist(readme, root):
    for module in set(re.findall(r"python -m (playground[\w.]*)", readme)):
        path = root / module.replace(".", "/")
        assert path.with_suffix(".py").is_file() or (path / "__main__.py").is_file(), module


def test_the_pins_are_the_ones_of_the_page(root):
    lines = (root / "requirements.txt").read_text().split()
    assert "gradio>=6.31,<6.32" in lines and "torch>=2.11" in lines
    assert "-r requirements.txt" in (root / "requirements-dev.txt").read_text()


def test_the_example_runs(readme, root, monkeypatch, capsys):
    """The block between the markers, word for word, against a running page."""
    from playground.ui import app

    code = re.search(r"<!-- example:begin -->\n```python\n(.*?)```", readme, re.DOTALL)[1]
    monkeypatch.chdir(root)
    blocks = app.build()
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    try:
        assert "http://127.0.0.1:7860" in code
        exec(compile(code.replace("http://127.0.0.1:7860", url.rstrip("/")), "README.md", "exec"), {})
    finally:
        blocks.close(verbose=False)
    assert capsys.readouterr().out.strip(), "expected the example to print something"
