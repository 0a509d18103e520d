import pytest

from evidence.harness.recipes import RECIPES
from evidence.harness.spec import Outcome
from evidence.harness.world.judge import Label
from tests.evidence.harness import made_up

DIRECTION = RECIPES["direction"]
SPEC = made_up.spec(DIRECTION, test=600, nulls=2, latents=8, gate_documents=8)


def read(*, separates, gate=0.9, latent=3):
    """Readings in which bad and good documents differ along the named directions alone."""

    def value(item):
        place = int(item.item)
        if item.name.startswith("gate/"):
            return gate if item.name == "gate/shared/after_bad" else 0.05
        if item.name.startswith("sparse/"):
            return float(place == latent)
        name, kind = item.name.removeprefix("projection/").split("/")
        # What does not separate reads the same of both documents of a pair.
        return 1000.0 * (kind == "bad" and name in separates) + place

    return value


def counted(value):
    return made_up.counted(DIRECTION, SPEC, lambda _slot: Label.CORRECT, value)


def test_what_readers_are_told_matches_what_is_run():
    made_up.told_as_run(DIRECTION)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("separates", "gate", "expected"),
    [
        ({"direction"}, 0.9, Outcome.REPRODUCED),
        # It tells bad from good where there is no author: it reads words.
        ({"direction", "null_world"}, 0.9, Outcome.OVERTURNED),
        # Random directions do as well.
        ({"direction", "isotropic0", "isotropic1"}, 0.9, Outcome.NOT_REPRODUCED),
        (set(), 0.9, Outcome.NOT_REPRODUCED),
        # The weights carry no author.
        ({"direction"}, 0.1, Outcome.UNVERIFIED),
    ],
)
def test_worlds_end_as_the_rules_say(separates, gate, expected):
    _, verdict = counted(read(separates=separates, gate=gate))
    assert verdict.outcome is expected, verdict.reason


@pytest.mark.slow
def test_the_author_latent_is_ranked_by_its_change():
    metrics, _ = counted(read(separates={"direction"}, latent=5))
    assert metrics["sparse/author_rank"].value == 1.0
    assert metrics["auc/direction/heldout"].value == 1.0
    assert metrics["auc/topic/heldout"].value == 0.5
    assert metrics["sparse/dead_share"].value == 7 / 8
