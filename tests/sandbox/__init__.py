"""Attacks from inside, on every rung of isolation that this machine has."""
