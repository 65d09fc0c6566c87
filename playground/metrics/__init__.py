"""Numbers: likelihoods, coverage, and what a classifier of our own sees in generated pictures."""
