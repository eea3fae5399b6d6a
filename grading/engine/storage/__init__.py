"""Files that survive a crash at any byte."""
