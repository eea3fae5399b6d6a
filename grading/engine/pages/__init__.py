"""What people look at: feedback for students, the report for instructors."""
