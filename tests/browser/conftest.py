"""A window for every test."""

import pytest

from tests.chromium import window


@pytest.fixture
def page():
    """A browser window."""
    with window() as page:
        page.set_default_timeout(240_000)
        yield page
