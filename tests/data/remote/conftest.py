import pytest
from fetching import CONTENT
from mirror import Mirror


@pytest.fixture
def mirror():
    server = Mirror()
    server.files["a.bin"] = CONTENT
    yield server
    server.close()
