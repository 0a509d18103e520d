"""What the feed answers, as JSON Schema (OpenAPI 3.0): every key of every answer."""

from collections.abc import Iterable
from typing import Any

from evidence.models import Run
from wires.models import Change, Claim, Coding, Exhibit, Notice, Source, Wire
from wires.models.coding import Rationale

Shape = dict[str, Any]

HASH = r"^[0-9a-f]{64}$"
PUBLIC_ID = r"^AIW-[0-9]{4}-[0-9]{4,}$"
NAME = r"^[A-Za-z0-9][^/]{0,79}$"
FACTOR = {"type": "integer", "minimum": 0, "maximum": 3}
KINDS = (
    "`merged`: withdrawn because another wire tells the same event; `merged_into` of its record "
    "names that one, to which its ids lead from now on. `linked`: its aliases or its notices grew "
    "by what another wire shares with it, as those of a wire grow that another is merged into. "
    "`responded`: a party's response was added. `recoded`: codes, class, severity, rationale or "
    "what is known of a source changed, and the text did not. `exhibited`: an exhibit was added, or "
    "the line that says why there is none was written anew."
)


def ref(name: str) -> Shape:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(description: str = "", **rules: Any) -> Shape:
    return {"type": "string", **({"description": description} if description else {}), **rules}


def _one_of(values: Iterable[str], description: str = "") -> Shape:
    return _text(description, enum=[str(value) for value in values])


def _or_null(shape: Shape) -> Shape:
    if "$ref" in shape:
        return {"allOf": [shape], "nullable": True}
    values = {"enum": [*shape["enum"], None]} if "enum" in shape else {}
    return {**shape, **values, "nullable": True}


def _list(item: Shape, description: str = "") -> Shape:
    return {
        "type": "array", "items": item, **({"description": description} if description else {}),
    }  # fmt: skip


def _object(
    description: str, properties: dict[str, Shape], optional: Iterable[str] = ()
) -> Shape:
    required = [name for name in properties if name not in set(optional)]
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _page(description: str, item: str) -> Shape:
    following = _text("Address of the next page; null where there is none yet.", format="uri")
    return _object(description, {"results": _list(ref(item)), "next": _or_null(following)})


_MOMENT = _text("In UTC.", format="date-time")
_COUNT = {"type": "integer", "minimum": 0}
_NUMBER = _or_null({"type": "number"})
_LEVEL = _or_null(_one_of(Wire.Severity))

COMPONENTS: dict[str, Shape] = {
    "WirePage": _page("Wires, the newest publication first.", "Record"),
    "ChangePage": _page("Changes in their order. At the head `next` is null.", "Change"),
    "Record": _object(
        "A wire as it stands. A withdrawn wire is a tombstone: it keeps its id, headline, codes, "
        "severity and notices, and has no text, sources, claims, rationale or exhibits.",
        {
            "id": _text("Never reused, never deleted.", pattern=PUBLIC_ID),
            "url": _text("Address of its page for people.", format="uri"),
            "state": _one_of(Wire.PUBLIC),
            "version": {"type": "integer", "minimum": 1, "description": "Of its text."},
            "headline": _text(),
            "body": _text("Markdown; `[^key]` cites a source at a sentence's end."),
            "occurred_on": _or_null(
                _text("Day of the event; null where it is not known.", format="date")
            ),
            "event_class": _one_of(Wire.EventClass),
            "severity": ref("Severity"),
            "standard": _one_of(Wire.Standard, "How the wire is established."),
            "codes": _list(ref("Code")),
            "providers": _list(_text(), "Developers or deployers that it names."),
            "sources": _list(ref("Source")),
            "claims": _list(ref("Claim"), "The sentences of the body, in their order."),
            "rationale": _or_null(ref("Rationale")),
            "exhibits": _list(ref("Exhibit")),
            "exhibit_note": _text("Why no run of the harness bears on it."),
            "notices": _list(
                ref("Notice"), "On this wire, and on others that name it; oldest first."
            ),
            "responses": _list(ref("Response"), "Of parties that it names, in their words."),
            "aliases": _list(
                _text(),
                "Ids of the same event in other databases, and of wires merged into this one.",
            ),
            "merged_into": _or_null(
                _text(
                    "Id of the wire that tells the same event, where this one was merged away. "
                    "That one may have been merged further.",
                    pattern=PUBLIC_ID,
                )
            ),
            "first_published_at": _MOMENT,
            "modified_at": {
                **_MOMENT,
                "description": "When this record last changed, in UTC.",
            },
        },
        optional=("occurred_on", "exhibit_note", "responses", "merged_into"),
    ),
    "Severity": _object(
        "SEV-1 is the worst, SEV-5 the least.",
        {
            "reported": _LEVEL,
            "verified": _LEVEL,
            "factors": _object(
                "How grave, how wide and how lasting the harm is, each 0 to 3.",
                {"scale": FACTOR, "scope": FACTOR, "irremediability": FACTOR},
                optional=("scale", "scope", "irremediability"),
            ),
            "note": _text("Why the verified level departs from the written rule."),
        },
        optional=("note",),
    ),
    "Code": _object(
        "A code that an editor put on the wire.",
        {
            "code": _text(pattern="^[MF][0-9]+$"),
            "rank": _one_of(("primary", "secondary")),
            "source": _one_of(Coding.Origin, "Where it came from."),
        },
    ),
    "Source": _object(
        "A stored document. Its text is kept for checking and not republished.",
        {
            "id": _text("The key that the body cites it by."),
            "url": _or_null(_text()),
            "publisher": _or_null(_text()),
            "date": _or_null(_text(format="date")),
            "tier": _or_null(_one_of(Source.Tier)),
            "text": _one_of(Source.Text, "What the stored text is."),
            "sha256": _text("Of the stored text in UTF-8.", pattern=HASH),
            "group": _or_null(_text("Sources that retell one paper share a group.")),
            "reports": _or_null(
                {"type": "integer", "description": "How many reports a public record lists."}
            ),
        },
    ),
    "Claim": _object(
        "One checkable sentence, held against the stored sources.",
        {
            "n": {"type": "integer", "minimum": 1, "description": "Its place in the body."},
            "text": _text(),
            "verdict": _one_of(
                (*Claim.Verdict, "not a claim"),
                "An editor's `not a claim` takes it off the count.",
            ),
            "basis": _or_null(_one_of(Claim.Basis, "Why it has this verdict.")),
            "source": _or_null(_text("Id of the source that the passage stands in.")),
            "passage": _or_null(_text(maxLength=300)),
            "override": _text("Why an editor lets it stand all the same."),
            "dismissal": _text("Why an editor marked it as not a claim."),
        },
        optional=("override", "dismissal"),
    ),
    "Rationale": _object(
        "But for the system, would it have happened?",
        {
            "system": _text(),
            "act": _text(),
            "harm": _text(),
            "counterfactual": _text(),
            "result": _or_null(_one_of(Rationale.Result)),
        },
    ),
    "Exhibit": _object(
        "A run of the evidence harness that bears on a claim.",
        {
            "run": {"type": "integer", "minimum": 1},
            "recipe": _text(),
            "tier": _one_of(("A", "B")),
            "claim": _or_null(
                {
                    "type": "integer",
                    "minimum": 1,
                    "description": "`n` of the claim; null where an amendment took the sentence "
                    "out.",
                }
            ),
            "reading": _one_of(Exhibit.Reading),
            "outcome": _one_of(Run.Outcome),
            "metrics": {"type": "object", "additionalProperties": ref("Metric")},
            "manifest_sha256": _text(pattern=HASH),
        },
    ),
    "Metric": _object(
        "A number with its interval and the rollouts or pairs behind it.",
        {
            "value": {"type": "number"},
            "low": {"type": "number"},
            "high": {"type": "number"},
            "n": {"type": "integer", "minimum": 0},
            "method": _text("How the interval was made."),
        },
        optional=("method",),
    ),
    "Notice": _object(
        "A public correction, dispute or withdrawal.",
        {
            "kind": _one_of(Notice.Kind),
            "text": _text(),
            "at": _MOMENT,
            "wire": _text("Id of the wire that it is about.", pattern=PUBLIC_ID),
            "related": _or_null(
                _text("Id of another wire that it speaks of.", pattern=PUBLIC_ID)
            ),
        },
        optional=("wire", "related"),
    ),
    "Response": _object(
        "What a party that the wire names says of it, in that party's words.",
        {
            "party": _text(),
            "date": _text("When it was said.", format="date"),
            "text": _text(),
            "source": ref("Document"),
        },
    ),
    "Document": _object(
        "The stored document that a response stands in.",
        {
            "url": _or_null(_text()),
            "publisher": _or_null(_text()),
            "date": _or_null(_text(format="date")),
            "tier": _or_null(_one_of(Source.Tier)),
            "text": _one_of(Source.Text, "What the stored text is."),
            "sha256": _text("Of the stored text in UTF-8.", pattern=HASH),
        },
    ),
    "Change": _object(
        "An entry of the append-only change log. `seq` has no gaps, follows the order in which "
        "changes became public, and never changes.",
        {
            "seq": {"type": "integer", "format": "int64", "minimum": 1},
            "wire": _text("Id of the wire.", pattern=PUBLIC_ID),
            "kind": _one_of(Change.Kind, KINDS),
            "at": _MOMENT,
            "version": {"type": "integer", "minimum": 1},
            "sha256": _text(
                "Of the record as it stood after this change: take `url` out, sort the keys at "
                "every level, write JSON in UTF-8 without spaces and escapes that it does not "
                "need, and hash it with SHA-256. While no later change of the wire exists, this "
                "is also the ETag of its record.",
                pattern=HASH,
            ),
            "url": _text("Address of the wire's record, as it stands now.", format="uri"),
        },
    ),
    "Classifier": _object(
        "The version that proposes codes now, and its agreement with editors over public wires.",
        {
            "version": _or_null(ref("ClassifierVersion")),
            "learned_from": {
                "type": "integer",
                "minimum": 0,
                "description": "Public wires that are left out because the version learned from them.",
            },
            "seen": _or_null(ref("Agreement")),
            "blind": _or_null(ref("Agreement")),
        },
    ),
    "ClassifierVersion": _object(
        "An encoder, definitions, a checker, and what was learned from editors' decisions.",
        {
            "digest": _text("Of all that it was made from.", pattern=HASH),
            "active": {
                "type": "boolean",
                "description": "A senior editor activated it. If not, none was, and codes are ranked "
                "by their definitions alone.",
            },
            "made_at": _MOMENT,
            "activated_at": _or_null(_MOMENT),
            "encoder": _text(),
            "encoder_sha256": _text("Of its weights."),
            "definitions_sha256": _text("Of the codes' definitions."),
            "weights_sha256": _or_null(
                _text("Of what it learned; null where that is nothing.")
            ),
            "checker": _text(),
            "metrics": {
                "type": "object",
                "additionalProperties": ref("Interval"),
                "description": "Kind of code and measure, on texts that it had not learned from.",
            },
        },
    ),
    "Agreement": _object(
        "What was ticked against what editors decided. `seen`: the proposal was shown; `blind`: it "
        "was hidden until the decision.",
        {
            "wires": _COUNT,
            "kappa": ref("Interval"),
            "coverage": ref("Share"),
            "precision": ref("Share"),
            "codes": _list(ref("CodeAgreement")),
        },
    ),
    "CodeAgreement": _object(
        "On how many wires a code was ticked, put by an editor, and both.",
        {
            "code": _text(pattern="^[MF][0-9]+$"),
            "ticked": _COUNT,
            "put": _COUNT,
            "both": _COUNT,
            "precision": ref("Share"),
        },
    ),
    "Interval": _object(
        "A number with its interval of 95 per cent; null where there is too little for it.",
        {"value": _NUMBER, "low": _NUMBER, "high": _NUMBER},
    ),
    "Share": _object(
        "So many of so many, with Wilson's interval of 95 per cent.",
        {"value": _NUMBER, "low": _NUMBER, "high": _NUMBER, "part": _COUNT, "of": _COUNT},
    ),
    "Error": _object("What is wrong, and what to do about it.", {"error": _text()}),
}
