"""Agreement with editors: counted right, over public wires alone, the blind sample apart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.wires.admin.desk import make_classifier, make_proposal, make_trained
from wires import agreement, coding, learning, lifecycle, taxonomy
from wires.agreement import Share
from wires.models import Code, Proposal, ProposedCode
from wires.models.user import Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def codes():
    taxonomy.load()


def ticking(wire, *codes, **values):
    proposal = make_proposal(wire, **values)
    for code in codes:
        ProposedCode.objects.create(
            proposal=proposal, code=Code.objects.get(code=code), score=0.6, ticked=True
        )
    return wire


def activated(**values):
    return in_use(make_classifier(**values))


def in_use(version):
    learning.activate(version.pk, by=factories.make_user(Role.SENIOR), reason="Better.")
    return version


@pytest.fixture
def data(tmp_path, settings):
    """A data folder of the test's own, where a version's weights may lie."""
    settings.DATA_DIR = tmp_path


def test_wilson_interval_of_a_share():
    """Reference: Newcombe (1998), table I, method 3: 81 of 263, and 0 of 20."""
    low, high = Share(81, 263).interval
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    low, high = Share(0, 20).interval
    assert (round(low, 4), round(high, 4)) == (0.0, 0.1611)
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, None)


@pytest.mark.slow
def test_figures_are_counted_by_hand():
    """Three wires, M2 and F6 put on each; ticked: both, one right and one wrong, none."""
    activated()
    ticking(factories.make_published(), "M2", "F6")
    ticking(factories.make_published(), "M2", "F7")
    ticking(factories.make_published())
    found = agreement.standing().seen
    assert found.wires == 3
    assert (found.coverage.part, found.coverage.whole) == (2, 3)
    assert (found.precision.part, found.precision.whole) == (3, 4)
    told = {row.code: (row.ticked, row.put, row.both) for row in found.codes}
    assert told == {"M2": (2, 3, 2), "F6": (1, 3, 1), "F7": (1, 0, 0)}
    cells = 3 * Code.objects.filter(number__gt=0).count()
    agreed, chance = (cells - 4) / cells, (4 * 6 + (cells - 4) * (cells - 6)) / cells**2
    assert found.kappa.value == pytest.approx((agreed - chance) / (1 - chance))
    low, high = found.kappa.interval
    assert low < found.kappa.value < high


@pytest.mark.slow
def test_perfect_agreement_has_a_kappa_of_one():
    activated()
    for _ in range(3):
        ticking(factories.make_published(), "M2", "F6")
    assert agreement.standing().seen.kappa.value == pytest.approx(1)


@pytest.mark.slow
def test_embargoed_and_waiting_wires_are_not_counted():
    activated()
    editor = factories.make_editor()
    ticking(factories.make_reviewed(editor), "M2")
    scheduled = ticking(factories.make_reviewed(editor), "M2")
    lifecycle.schedule(scheduled.pk, by=editor, at=timezone.now() + timedelta(days=1))
    ticking(factories.make_withdrawn(), "M2")
    found = agreement.standing()
    assert (found.seen.wires, found.blind.wires, found.seen.codes) == (0, 0, ())
    assert found.seen.precision.value is None
    assert found.seen.kappa.value is None


@pytest.mark.slow
@pytest.mark.usefixtures("data")
def test_wires_that_the_version_learned_from_are_left_out():
    learned, fresh = factories.make_published(), factories.make_published()
    waiting = factories.make_reviewed()
    training = [{"wire": wire.public_id} for wire in (learned, waiting)]
    in_use(make_trained(training=training))
    for wire in (learned, fresh, waiting):
        ticking(wire, "M2", "F6")
    found = agreement.standing()
    assert (found.seen.wires, found.learned_from) == (1, 1)


def test_blind_sample_is_apart_and_counts_what_was_decided_unseen():
    activated()
    editor = factories.make_editor()
    wire = ticking(
        factories.make_published(editor), "M2", "F7", is_blind=True, unseen=["F6", "M2"]
    )
    coding.put(wire.pk, "F7", by=editor, claim=1)  # having seen it
    found = agreement.standing()
    assert (found.seen.wires, found.blind.wires) == (0, 1)
    assert (found.blind.precision.part, found.blind.precision.whole) == (1, 2)


@pytest.mark.usefixtures("data")
def test_active_version_that_is_of_no_use_is_not_said_to_be_at_work():
    active = in_use(make_trained())
    assert agreement.standing().version == active  # nothing says otherwise yet
    alone = make_classifier("b")
    ticking(factories.make_published(), "M2", "F6", classifier=alone)
    found = agreement.standing()
    assert (found.version, found.unused, found.seen.wires) == (alone, active, 1)


def test_version_that_was_activated_since_the_newest_proposal_is_at_work():
    make_classifier("c")  # newer, and never asked
    ticking(factories.make_published(), "M2", classifier=make_classifier("b"))
    assert agreement.standing().version == make_classifier("b")
    active = activated()
    found = agreement.standing()
    assert (found.version, found.unused) == (active, None)


def test_bulk_codes_are_not_agreement():
    activated()
    editor = factories.make_editor()
    wire = ticking(factories.make_published(editor), "M2", "F7")
    coding.put_in_bulk(wire.pk, by=editor, batch="b")
    assert wire.codings.filter(code__code="F7").exists()
    assert agreement.standing().seen.precision.part == 1


def test_only_proposals_of_the_version_at_work_count():
    wire = ticking(factories.make_published(), "M2", classifier=make_classifier("b"))
    activated()
    assert agreement.standing().seen.wires == 0
    ticking(wire, "M2", "F6")
    assert agreement.standing().seen.wires == 1


def test_without_an_active_version_the_untrained_one_is_told():
    assert agreement.standing() is None
    ticking(factories.make_published(), "M2")
    make_classifier("c", weights="d" * 64)  # trained, and never activated
    found = agreement.standing()
    assert (found.version, found.seen.wires) == (Proposal.objects.get().classifier, 1)


@pytest.mark.slow
def test_queries_do_not_grow_with_the_archive(django_assert_num_queries):
    activated()
    for count in (1, 3):
        for _ in range(count):
            ticking(factories.make_published(), "M2")
        with django_assert_num_queries(7):
            agreement.standing()
