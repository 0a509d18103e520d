import pytest

from classifier.core.claims import check
from classifier.core.realised import is_unrealised
from classifier.core.types import SourceText

FALSE = [
    ("Magistrates are weighing whether to jail the vendor's director.",
     "Magistrates have jailed the vendor's director."),
    ("The union asked the port to suspend the crane software.",
     "The port has suspended the crane software."),
    ("Lumen intends to erase the voices of 900 callers.",
     "Lumen erased the voices of 900 callers."),
    ("Lumen runs the helpline. It hopes to reopen in March.", "Lumen reopened in March."),
    ("The ward called on the auditor to publish its file; the auditor has not said whether it will.",
     "The auditor published its file."),
    ("The school said it would remove the cameras.", "The school removed the cameras."),
    ("The parents called on the board to withdraw the grades.", "The board withdrew the grades."),
]  # fmt: skip
TRUE = [
    ("Lumen intends to erase the voices of 900 callers. It erased 40 in May.",
     "Lumen erased 40 voices in May."),
    ("Magistrates weighed whether to jail the director. In June they jailed her.",
     "Magistrates jailed the director in June."),
    ("The landlord used the score to rank tenants.", "The score ranked tenants."),
    ("Lumen intends to erase the voices of 900 callers.",
     "Lumen intends to erase the voices of 900 callers."),
    ("The robot managed to open the gate in Oslo.", "The robot opened the gate in Oslo."),
    ("The union asked the port to suspend the crane software.",
     "The port was asked to suspend the crane software."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "claim"), FALSE)
def test_what_is_planned_or_asked_for_is_not_told_as_done(encoder, source, claim):
    [finding] = check([claim], [SourceText("report", source)], encode=encoder.encode)
    assert (finding.verdict, finding.basis) == ("unsupported", "topic"), finding


@pytest.mark.parametrize(("source", "claim"), TRUE)
def test_what_was_done_or_is_told_as_planned_stays(encoder, source, claim):
    [finding] = check([claim], [SourceText("report", source)], encode=encoder.encode)
    assert finding.verdict in ("supported", "partly"), finding


def test_another_sentence_that_tells_it_as_done_counts():
    claim, passage = "The clinic deleted the scans.", "The clinic plans to delete the scans."
    assert is_unrealised(claim, passage, [])
    assert not is_unrealised(claim, passage, ["On Monday the scans were deleted."])
