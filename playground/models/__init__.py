"""One paper, one file. `base` holds the contract; every other module is one model, readable from top to bottom."""
