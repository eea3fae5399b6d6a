"""The judge: runs the tests of a notebook on a student's answers, and nothing else.

A pure function of the notebook, the answers and the limits; it reads no database and no
course folder. `exam` has the nouns everybody shares.
"""
