"""From one readable source per notebook to a graded class."""
