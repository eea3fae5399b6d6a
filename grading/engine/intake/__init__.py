"""What was handed in, by whom and when, from whatever collected it."""
