"""What only the student's copy has: first cell, titles, points, rules for AI."""
