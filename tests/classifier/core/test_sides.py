import pytest

from classifier.core.claims import check
from classifier.core.types import SourceText

FALSE = [
    ("The hospital admitted the mistake and paid. Orbis Data denied that its score was wrong.",
     "Orbis Data admitted the mistake and paid."),
    ("Officers said the van had hit the fence. The courier was taken to a clinic.",
     "Officers said the courier had hit the fence."),
    ("The company withdrew 90 scooters. The police said nobody was hurt.",
     "The police withdrew 90 scooters."),
    ("Ana Ruiz, a nurse, was detained. Tom Lang, her lawyer, said the match was wrong.",
     "Tom Lang was detained."),
    ("The insurer suspended its pricing model in June. Its auditor had warned of the bias.",
     "The insurer suspended its auditor in June."),
]  # fmt: skip
TRUE = [
    ("The hospital admitted the mistake and paid. Orbis Data denied that its score was wrong.",
     "The hospital admitted the mistake and paid."),
    ("Orbis Data sold the scooters. The company withdrew 90 of them.",
     "Orbis Data withdrew 90 scooters."),
    ("Ana Ruiz, a nurse, was detained. Tom Lang, her lawyer, said the match was wrong.",
     "Ana Ruiz was detained."),
    ("Officers said the van had hit the fence. The courier was taken to a clinic.",
     "The van hit the fence, officers said."),
    ("The insurer suspended its pricing model in June. Its auditor had warned of the bias.",
     "The pricing model was suspended by the insurer in June."),
    ("The insurer suspended its pricing model in June. Its auditor had warned of the bias.",
     "The auditor warned of the bias."),
]  # fmt: skip


@pytest.mark.parametrize(("source", "claim"), FALSE)
def test_verb_of_one_sentence_is_not_given_to_the_party_of_another(encoder, source, claim):
    [finding] = check([claim], [SourceText("report", source)], encode=encoder.encode)
    assert finding.verdict != "supported", finding


@pytest.mark.parametrize(("source", "claim"), TRUE)
def test_verb_of_its_own_party_stays(encoder, source, claim):
    [finding] = check([claim], [SourceText("report", source)], encode=encoder.encode)
    assert finding.verdict == "supported", finding
