"""Settings and fixtures that every test shares."""

import os

import matplotlib
from hypothesis import settings

matplotlib.use("agg")
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")
