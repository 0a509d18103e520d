import pytest
from tests import factories as f
pytestmark = pytest.mark.django_db

def test_it():
    w = f.make_published()
    print(w.record)
    x = f.make_withdrawn()
    print(x.state)
    assert w.state == "published"
