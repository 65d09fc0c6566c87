"""What the stages compute: plain values in, frozen dataclasses of NumPy arrays out. One room per stage."""
