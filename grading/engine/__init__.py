"""The engine that grades a class: in parallel, isolated, resumable, nothing lost.

Arrows go one way: intake and normalise know nothing of the judge, the judge's workers
nothing of the course, and only `run` knows everybody.
"""
