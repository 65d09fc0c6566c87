"""Speed, as `python -m playground.bench [row prefix]`: one JSON line per row, both sides in the same run."""
