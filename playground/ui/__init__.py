"""The page: NumPy and plain values in, Gradio out. Nothing in here knows torch or a model."""
