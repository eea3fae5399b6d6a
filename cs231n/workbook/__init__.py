"""A student's notebook as a file: its exercises, run and counted, hinted, handed in."""
