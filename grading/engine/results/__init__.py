"""Verdicts, written down for good, and in nbgrader's gradebook."""
