"""What every long piece of work has: chance, and a bar that says how far it is."""
