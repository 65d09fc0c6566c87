"""The README's table is what the command writes, number by number."""

from playground.metrics import table


def test_readme_holds_the_table_that_the_command_writes():
    text = table.README.read_text(encoding="utf-8")
    shown = text.split(table.BEGIN)[1].split(table.END)[0].strip()
    assert shown == table.table(), "run: python -m playground.metrics table"


def test_write_replaces_only_what_stands_between_the_marks(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"above\n{table.BEGIN}\nold\n{table.END}\nbelow\n", encoding="utf-8")
    table.write(readme)
    assert readme.read_text(encoding="utf-8") == f"above\n{table.BEGIN}\n{table.table()}\n{table.END}\nbelow\n"
