"""Students' notebooks read, and their answers put into the template."""
