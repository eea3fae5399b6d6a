"""Parts of a network that is looked into: its layers, and what it refuses."""
