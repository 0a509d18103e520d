"""The words of the pages: what the record's values are called, and what they mean."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wires.record import Record
from wires.rendering import web_address as address

register = template.Library()

SEVERITIES = {
    "SEV-1": "catastrophic",
    "SEV-2": "serious",
    "SEV-3": "limited",
    "SEV-4": "contained",
    "SEV-5": "for the record",
}
VERDICTS = {
    "supported": "The wording was found in a stored source, or a stored source entails it.",
    "partly": "Part of the wording was found; parts of the sentence are in no stored source.",
    "unsupported": "The stored sources have the topic only, or nothing of it.",
    "contradicted": "A stored source says otherwise: another number, a denial, another speaker.",
    "unchecked": "The sentence has not been held against the stored sources.",
    "not a claim": "An editor marked the sentence as one that states nothing to check.",
}
BASES = {
    "wording": "The words of the sentence, or near ones, stand in the passage.",
    "entailment": "A model finds that the passage says the same in other words.",
    "topic": "A source speaks of the matter, but does not say this.",
    "absent": "No stored source speaks of it.",
    "number": "The passage gives another number.",
    "negation": "The passage says the opposite.",
    "attribution": "The passage credits somebody else.",
}
TEXTS = {
    "fetched": "the document's text, as fetched",
    "uploaded": "the document's text, as uploaded",
    "notes": "the desk's reading notes of the document, in our words",
    "record": "what a public database record says, in our words",
}
TIERS = {
    "primary": "primary source",
    "reporting": "reporting",
    "commentary": "commentary",
}
RESULTS = {
    "yes": "Yes: without the system's act this harm would not have happened.",
    "contributory": "Contributory: the system's act was one of the causes without which this "
    "harm would not have happened.",
    "no": "No: the harm would have happened all the same.",
}
OUTCOMES = {
    "reproduced": "The effect lies beyond the smallest effect of interest, and every control "
    "holds.",
    "not_reproduced": "The result is equivalent to no effect.",
    "contradicted": "The effect lies beyond the smallest effect of interest, the other way.",
    "overturned": "A control that must not move does, so the effect has another cause.",
    "unverified": "The run does not settle the question.",
}
# What a run says about the mechanism, for the badge of Tier A and of Tier B.
SHOWN = {
    "A": {
        "reproduced": "mechanism shown",
        "not_reproduced": "mechanism not shown",
        "contradicted": "mechanism shown to work the other way",
        "overturned": "mechanism overturned by a control",
        "unverified": "mechanism not settled",
    },
    "B": {
        "reproduced": "reproduced on the model",
        "not_reproduced": "not reproduced on the model",
        "contradicted": "contradicted on the model",
        "overturned": "overturned by a control",
        "unverified": "not settled on the model",
    },
}
RUN_TIERS = {
    "A": "A Tier A result never says that a commercial model does this. It says whether the "
    "mechanism that is proposed is enough to produce the effect in a small model, trained from "
    "scratch in a world whose every answer is decided exactly, and it shows the controls in "
    "which the effect must not appear. The persona in that world is planted by its documents.",
    "B": "A Tier B result is about the model that it names, at the version that the manifest "
    "holds. It says nothing of other models, and its answers were graded by judges that the "
    "manifest names.",
}
READINGS = {
    "supports": "supports the sentence",
    "contradicts": "contradicts the sentence",
    "inconclusive": "is inconclusive for the sentence",
}
RATES = {
    "p_harmful": "harmful",
    "p_correct": "correct",
    "p_refusal": "refused",
    "p_coherent": "coherent",
}
BARS = 5


@register.filter
def spaced(word: str | None) -> str:
    """Print a word of the record: `near_miss` is a near miss."""
    return (word or "").replace("_", " ")


@register.filter
def severity_word(level: str | None) -> str:
    return SEVERITIES.get(level or "", "")


@register.filter
def severity_shape(level: str | None) -> SafeString:
    """Draw a ladder of five steps: five are filled for SEV-1, one for SEV-5."""
    filled = BARS + 1 - int((level or "SEV-6")[-1])
    # Shape comes from the drawing itself, so it is there without the style sheet too.
    drawn = {True: 'fill="currentColor"', False: 'fill="none" stroke="currentColor"'}
    steps = "".join(
        f'<rect {drawn[step < filled]} x="{step * 5}" y="{9 - 2 * step}" '
        f'width="4" height="{3 + 2 * step}"/>'
        for step in range(BARS)
    )
    return format_html(
        '<svg class="ladder" viewBox="0 0 24 12" width="24" height="12" aria-hidden="true" '
        'focusable="false">{}</svg>',
        SafeString(steps),
    )


@register.filter
def verdict_words(claim: dict[str, str]) -> str:
    """Print a verdict with its basis: `supported · wording`."""
    return " · ".join(word for word in (claim["verdict"], claim["basis"]) if word)


@register.filter
def first_claim(claims: Iterable[Record]) -> str:
    """Print what a wire says first; a title that is marked as not a claim is passed over."""
    return next((str(c["text"]) for c in claims if c["verdict"] != "not a claim"), "")


@register.filter
def text_words(kind: str | None) -> str:
    return TEXTS.get(kind or "", "of unknown kind")


@register.filter
def tier_words(tier: str | None) -> str:
    return TIERS.get(tier or "", "tier not known")


@register.filter
def result_words(result: str | None) -> str:
    return RESULTS.get(result or "", "The test has not been answered.")


@register.filter
def outcome_words(outcome: str | None) -> str:
    return OUTCOMES.get(outcome or "", "")


@register.filter
def rate_words(rate: str) -> str:
    return RATES.get(rate, spaced(rate.removeprefix("p_")))


@register.filter
def reading_words(reading: str | None) -> str:
    return READINGS.get(reading or "", spaced(reading))


@register.filter
def web_address(url: str | None) -> str:
    return address(url)


@register.filter
def moment(value: str | datetime | None) -> SafeString:
    """Print a moment in full, in UTC, as an element that machines can read."""
    if not value:
        return SafeString("")
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)
    return format_html(
        '<time datetime="{}">{}, {} UTC</time>',
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        _in_words(at.date()),
        at.strftime("%H:%M"),
    )


@register.filter
def clock(value: datetime) -> SafeString:
    """Print the time of a moment whose day stands above it."""
    at = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}">{} UTC</time>',
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        at.strftime("%H:%M"),
    )


@register.filter
def day(value: str | date | None) -> SafeString:
    """Print a day of a document or a list."""
    if not value:
        return SafeString("")
    on = date.fromisoformat(value) if isinstance(value, str) else value
    on = on.astimezone(UTC).date() if isinstance(on, datetime) else on
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), _in_words(on))


@register.filter
def number(value: float) -> str:
    """Print a share or a difference with a true minus sign."""
    return f"{value:.3f}".replace("-", "\N{MINUS SIGN}")


@register.filter
def chance(p: float) -> str:
    """Print a p-value; one that would be rounded to nothing is told by its bound."""
    return number(p) if p >= 0.0005 else "< 0.001"


def _in_words(on: date) -> str:
    return f"{on.day} {on:%B} {on.year}"
