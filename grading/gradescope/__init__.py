"""Gradescope: an autograder zip, and what it runs there."""
