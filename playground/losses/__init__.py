"""Losses in the symbols of their papers: likelihoods, divergences, adversarial pairs."""
