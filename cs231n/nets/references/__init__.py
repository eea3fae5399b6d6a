"""What answers are held against: what networks with given weights compute."""
