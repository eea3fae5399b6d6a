"""Settings that every test shares, and the rule about skips."""

import os
import sys
from pathlib import Path

import matplotlib
import pytest
from hypothesis import settings

matplotlib.use("agg")
# nbgrader calls `alembic` by name, and an environment need not be activated.
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_addoption(parser):
    """Add the option that CI uses."""
    parser.addoption(
        "--fail-on-skip",
        metavar="EXCEPT",
        nargs="?",
        const="",
        help="fail if a test is skipped, except those with one of these marks "
        "(comma-separated)",
    )


def pytest_collection_modifyitems(items):
    """Mark what needs isolation, which a container may forbid."""
    for item in items:
        if "isolated" in getattr(item, "fixturenames", ()):
            item.add_marker("isolation")


@pytest.fixture(scope="session")
def isolated():
    """Skip where nothing keeps student code in; return the strongest level."""
    from grading.sandbox import doctor

    best = next(level for level, there, _ in doctor.report() if there)
    if best == "none":
        pytest.skip("this machine offers no isolation")
    return best


def pytest_terminal_summary(terminalreporter, config):
    """Name the skips that should not have happened."""
    unexpected = _unexpected_skips(terminalreporter, config)
    if unexpected:
        terminalreporter.section("skipped, but nothing may be skipped here")
        for name in unexpected:
            terminalreporter.line(name)


def pytest_sessionfinish(session, exitstatus):
    """Turn an unexpected skip into a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter and _unexpected_skips(reporter, session.config):
        session.exitstatus = 1


def _unexpected_skips(reporter, config):
    allowed = config.getoption("--fail-on-skip")
    if allowed is None:
        return []
    allowed = set(allowed.split(","))
    skipped = reporter.stats.get("skipped", [])
    return [report.nodeid for report in skipped if not allowed & set(report.keywords)]
