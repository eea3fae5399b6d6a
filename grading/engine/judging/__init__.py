"""Judges at work: in processes of this machine, or on many machines."""
