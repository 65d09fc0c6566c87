"""Training: one loop over a model's phases, run by `python -m playground.training <id>`."""
