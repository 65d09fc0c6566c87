"""Blocks that several models share. Plain torch: nothing here knows of data, training or screens."""
