"""What of the package is in the room with answers: no ready-made one.

`handed_out` reads what a notebook's set-up gives to answers, `references` what that
needs, `stripped` writes the package without the rest, and `importing` is the student's
end, which finds it in place of the files.
"""
