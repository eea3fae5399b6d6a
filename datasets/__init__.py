"""The folder of the real datasets, and the command that fetches them."""
