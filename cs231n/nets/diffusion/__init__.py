"""How much noise the steps of a diffusion hold, and a network trained to tell it."""
