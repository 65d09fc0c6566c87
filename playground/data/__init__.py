"""Data for training and for measuring. The page works without any of it."""
