"""What every run has: chance, a bar that says how far it is, and an end."""
