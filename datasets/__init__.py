"""Real datasets: what they are, and the command that fetches them."""
