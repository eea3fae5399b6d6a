"""What instructors write: from a percent script to notebooks and their checks."""
