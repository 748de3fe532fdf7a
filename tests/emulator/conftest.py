import pytest

from .laboratory import Laboratory


@pytest.fixture
def make_lab():
    labs = []

    def make(**options):
        labs.append(Laboratory(**options))
        return labs[-1]

    yield make
    for lab in labs:
        lab.close()


@pytest.fixture
def lab(make_lab):
    return make_lab()
