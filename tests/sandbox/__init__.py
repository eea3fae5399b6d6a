"""Attacks from inside, on every level of isolation that this machine has."""
