"""The source of answers: what will run, what it imports, what is unusual in it."""
