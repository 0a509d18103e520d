"""Everything that the review page of one wire shows, each row loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.forms import Select

from evidence import engine
from evidence.models import Run
from wires import blind, gate
from wires.admin import but_for, filed, history, offers, requests, rule, similar, stops, text
from wires.admin.acts import ACTS, Act
from wires.admin.attempt import Refusal, auto_id
from wires.admin.choices import Choices, codes_by_kind, sentences
from wires.admin.filed import Labels
from wires.admin.suggestions import Suggestion, suggested
from wires.models import (
    BatchItem,
    Citation,
    Claim,
    Code,
    Coding,
    Exhibit,
    Fetch,
    MoveRequest,
    Notice,
    Proposal,
    ProposedCode,
    Rationale,
    Response,
    ReverseCoverage,
    TaxonomyVersion,
    User,
    Version,
    Wire,
)

HISTORY = 200
RUNS = 50
FORWARD = 3  # codes of a kind that are shown before the fold; ticked ones always are


class Sheet:
    """One wire as an editor reviews it. The text shown is the newest, waiting or not."""

    def __init__(self, wire: Wire, by: User, refusal: Refusal | None = None) -> None:
        self.wire = wire
        self.by = by
        self.refusal = refusal

    # Text and claims

    @cached_property
    def version(self) -> Version:
        return self.wire.versions.select_related("made_by").latest()

    @cached_property
    def is_waiting(self) -> bool:
        """Say whether the newest text is not yet the one that stands."""
        return self.version.pk != self.wire.current_id

    @cached_property
    def citations(self) -> list[Citation]:
        cited = self.version.citations.select_related("source").defer("source__text")
        return list(cited)

    @cached_property
    def claims(self) -> list[Claim]:
        signed = ("dismissed_by", "overridden_by", "citation")
        return list(self.version.claims.select_related(*signed))

    @cached_property
    def passages(self) -> list[text.Sentence]:
        sources = {citation.pk: citation for citation in self.citations}
        return [
            text.Sentence(claim, sources.get(claim.citation_id or 0), self._claim_acts(claim))
            for claim in self.claims
        ]

    @cached_property
    def body(self) -> list[text.Piece]:
        return text.pieces(self.version.body, self.claims)

    @cached_property
    def tally(self) -> text.Tally:
        return text.Tally.of(self.claims)

    @cached_property
    def omissions(self) -> list[text.Omission] | None:
        """What the sources dwell on and the text leaves out; None while nobody has looked."""
        found = ReverseCoverage.objects.filter(version=self.version).first()
        return text.omissions(found, self.citations) if found else None

    @cached_property
    def standing_text_claims(self) -> list[Claim]:
        """The sentences that codes, factors and exhibits rest on: of the text that stands."""
        if not self.is_waiting:
            return self.claims
        return list(self.wire.current.claims.all()) if self.wire.current else []

    @cached_property
    def filed(self) -> list[tuple[str, str]]:
        return filed.facts(self.wire)

    @cached_property
    def labels(self) -> list[Labels]:
        return filed.labels(self.wire)

    @cached_property
    def repairs(self) -> list[str]:
        return list(filed.repairs(self.version, self.citations))

    # What the worker still has to do

    @cached_property
    def proposals(self) -> list[Proposal]:
        """Return what classifiers said of the text, the newest first."""
        said = Proposal.objects.select_related("classifier", "batch")
        return list(said.filter(version=self.version))

    @cached_property
    def is_hidden(self) -> bool:
        """Say whether the proposal is of the blind sample, and nobody has decided yet."""
        newest = self.proposals[0] if self.proposals else None
        return newest is not None and newest.is_hidden(self.wire)

    @cached_property
    def proposal(self) -> Proposal | None:
        """Return the newest proposal; None while there is none that may be shown."""
        return None if self.is_hidden or not self.proposals else self.proposals[0]

    @property
    def why_hidden(self) -> str:
        return blind.WHY

    @cached_property
    def show_proposal(self) -> Act:
        return self.form("show_proposal")

    @cached_property
    def awaited(self) -> list[str]:
        found = []
        if any(claim.verdict == Claim.Verdict.UNCHECKED for claim in self.claims):
            found.append(
                "The claim checker has not run yet: reload this page in a moment."
                if self.citations
                else "There is no source to hold the sentences against: revise the text and "
                "add one."
            )
        if not self.proposals:
            found.append("The classifier has not proposed anything yet.")
        return found

    # Codes

    @cached_property
    def taxonomy(self) -> TaxonomyVersion | None:
        return TaxonomyVersion.objects.order_by("-dated").first()

    @cached_property
    def codes(self) -> list[Code]:
        return list(self.taxonomy.codes.all()) if self.taxonomy else []

    @cached_property
    def proposed(self) -> list[tuple[str, list[ProposedRow], list[ProposedRow]]]:
        """Return, for M and F, the rows to look at first and the rows below the fold."""
        if self.proposal is None:
            return []
        rows = list(self.proposal.codes.select_related("code", "decided_by"))
        found: list[tuple[str, list[ProposedRow], list[ProposedRow]]] = []
        for kind, word in (("M", "Mechanism"), ("F", "Field of failure")):
            ranked = [self._proposed_row(row) for row in rows if row.code.kind == kind]
            first = [
                r for n, r in enumerate(ranked) if n < FORWARD or r.row.ticked or r.is_decided
            ]
            found.append((word, first, [r for r in ranked if r not in first]))
        return found

    @cached_property
    def earlier(self) -> list[Earlier]:
        """Return the older proposals for this text, with what was decided on their codes."""
        if self.proposal is None:
            return []
        return [
            Earlier(proposal, [r for r in self._decided if r.proposal_id == proposal.pk])
            for proposal in self.proposals[1:]
        ]

    @cached_property
    def _decided(self) -> list[ProposedCode]:
        """Decisions on codes of older proposals, the latest first."""
        if len(self.proposals) < 2:
            return []
        rows = ProposedCode.objects.filter(proposal__in=self.proposals[1:])
        decided = rows.exclude(decision=ProposedCode.Decision.OPEN)
        return list(decided.select_related("code", "decided_by").order_by("-decided_at"))

    @cached_property
    def codings(self) -> list[tuple[Coding, Act]]:
        rows = self.wire.codings.select_related("code", "claim", "decided_by")
        return [(row, self.form("remove", code=row.code.code)) for row in rows]

    @cached_property
    def bulk(self) -> BatchItem | None:
        """Return the latest batch that put codes which no editor has reviewed."""
        if not any(row.origin == Coding.Origin.BULK for row, _ in self.codings):
            return None
        applied = self.wire.batch_items.filter(batch__kind="codes", progress="applied")
        return applied.select_related("batch").last()

    @cached_property
    def confirm_bulk(self) -> Act:
        return self.form("confirm_bulk")

    @cached_property
    def put(self) -> Act:
        form = self.form("put")
        _choose(form, "code", [("", "choose a code"), *codes_by_kind(self.codes)])
        return self._resting(form, "claim")

    # Class, severity and the but-for test

    @cached_property
    def is_classified(self) -> bool:
        return bool(self.wire.event_class or self.wire.factors)

    @cached_property
    def classify(self) -> Act:
        return self._classing("classify")

    @cached_property
    def ask_regrade(self) -> Act | None:
        """Return the form that asks for a graver severity; None where nobody has to be asked."""
        return self._classing("ask_regrade") if offers.may_regrade(self) else None

    def _classing(self, name: str) -> Act:
        form = self.form(name, **self._classification())
        for factor in self.taxonomy.rules["factors"] if self.taxonomy else ():
            levels = [
                (level["value"], f"{level['value']}: {level['words']}")
                for level in factor["levels"]
            ]
            _choose(form, factor["name"], [("", "not recorded"), *levels])
            self._resting(form, f"{factor['name']}_claim")
        return form

    @cached_property
    def ruled(self) -> str:
        """Return the verified level by the written rule; empty while it cannot say."""
        if self.taxonomy is None or self.wire.current is None:
            return ""
        return gate.verified_level(self._dossier)

    @cached_property
    def rule(self) -> list[rule.Row]:
        return rule.rows(self.taxonomy) if self.taxonomy else []

    @cached_property
    def rationale(self) -> Rationale | None:
        return Rationale.objects.select_related("decided_by").filter(wire=self.wire).first()

    @cached_property
    def draft(self) -> dict[str, Any]:
        return self.proposal.rationale if self.proposal else {}

    @cached_property
    def reason(self) -> Act:
        decided = self.rationale
        # What would have happened otherwise is the editor's own sentence: it begins as a form
        # that the gate refuses until somebody has finished it.
        drafted = {**self.draft, "counterfactual": self.draft.get("template")}
        initial = {
            slot: (getattr(decided, slot) if decided else "") or drafted.get(slot) or ""
            for slot in gate.SLOTS
        }
        return self.form("reason", result=decided.result if decided else "", **initial)

    @property
    def is_template(self) -> bool:
        """Say whether the form's counterfactual is the drafted template, not finished."""
        return but_for.is_template(self.reason)

    @cached_property
    def slots(self) -> list[but_for.Slot]:
        return but_for.slots(self.draft, self.claims)

    @cached_property
    def weaknesses(self) -> list[but_for.Weakness]:
        return but_for.weaknesses(self.draft, self.claims)

    @cached_property
    def precedents(self) -> list[but_for.Precedent]:
        return but_for.precedents(self.version, self.rationale)

    @cached_property
    def following(self) -> Wire | None:
        """Return the wire that waits next in the queue's order, from the start after the last."""
        later = Q(filed_at__gt=self.wire.filed_at) | Q(
            filed_at=self.wire.filed_at, pk__gt=self.wire.pk
        )
        waiting = Wire.objects.in_queue().exclude(pk=self.wire.pk).annotate(is_later=later)
        return waiting.order_by("-is_later", "filed_at", "pk").first()

    # The gate and the moves

    @cached_property
    def rules(self) -> list[gate.RuleState]:
        if self.taxonomy is None:
            return []
        return gate.states(self.wire, self.version)

    @cached_property
    def stops(self) -> list[stops.Row]:
        claims = {claim.n: claim for claim in self.claims}
        return [stops.row(state, claims) for state in self.rules]

    @cached_property
    def failing(self) -> int:
        return sum(not state.holds for state in self.rules)

    @cached_property
    def request(self) -> MoveRequest | None:
        asked = self.wire.requests.select_related("asked_by", "into__current")
        return asked.filter(decided_at__isnull=True).first()

    @cached_property
    def asked(self) -> list[tuple[str, str]]:
        """What the open request says besides its reason."""
        return requests.facts(self.request) if self.request else []

    @cached_property
    def moves(self) -> list[Act]:
        return [self.form(name, **initial) for name, initial in offers.moves(self)]

    @cached_property
    def answers(self) -> list[Act]:
        return [self.form(name, **initial) for name, initial in offers.answers(self)]

    @cached_property
    def may(self) -> offers.May:
        return offers.May.of(self)

    @cached_property
    def notices(self) -> list[Notice]:
        said = Notice.objects.filter(Q(wire=self.wire) | Q(related=self.wire))
        return list(said.select_related("made_by", "wire", "related"))

    @cached_property
    def history(self) -> list[history.Line]:
        events = self.wire.events.select_related("by").order_by("-pk")
        return [history.line(event) for event in events[:HISTORY]]

    @cached_property
    def remark(self) -> Act:
        return self.form("remark")

    # Similar wires

    @cached_property
    def similar(self) -> list[similar.Similar]:
        """Wires like this one are shown beside a hidden proposal too: they say nothing of codes."""
        return similar.shown(self.proposals[0] if self.proposals else None)

    @cached_property
    def merging(self) -> list[Act]:
        return [self.form(name, **initial) for name, initial in offers.merging(self)]

    @cached_property
    def merged(self) -> list[Wire]:
        """Wires that were merged into this one, whose names lead here."""
        return list(self.wire.merged.order_by("pk"))

    # What parties say

    @cached_property
    def responses(self) -> list[Response]:
        given = self.wire.responses.select_related("source", "made_by")
        return list(given.defer("source__text"))

    @cached_property
    def respond(self) -> Act:
        return self.form("respond")

    # Sources that are asked for, and forms that ask for one

    @cached_property
    def fetches(self) -> list[tuple[Fetch, Act | None]]:
        """What has not come yet or could not be had, with the form that tries again."""
        left = self.wire.fetches.exclude(progress=Fetch.State.STORED).select_related(
            "asked_by"
        )
        return [
            (
                row,
                self.form("retry_fetch", fetch=row.pk)
                if self.may.source and row.problem
                else None,
            )
            for row in left
        ]

    @cached_property
    def sourcing(self) -> list[Act]:
        names = ("fetch_source", "cite_source") if self.may.source else ()
        return [self.form(name) for name in names]

    # Runs and exhibits

    @cached_property
    def exhibits(self) -> list[Exhibit]:
        return list(self.wire.exhibits.select_related("run", "claim", "attached_by"))

    @cached_property
    def asked_runs(self) -> list[tuple[Run, Act]]:
        """Runs asked for from this page, newest first, with the form that cancels one."""
        asked = [line.event.detail["run"] for line in self.history if line.asks_for_a_run]
        runs = Run.objects.filter(pk__in=asked).order_by("-pk")
        return [(run, self.form("cancel_run", run=run.pk)) for run in runs]

    @cached_property
    def attach(self) -> Act | None:
        """Return the form that attaches a finished run; None while there is none."""
        shown = {exhibit.run_id for exhibit in self.exhibits}
        runs = [
            run for run in Run.objects.finished().order_by("-pk")[:RUNS] if run.pk not in shown
        ]
        if not runs:
            return None
        form = self.form("attach")
        _choose(
            form,
            "run",
            [
                (run.pk, f"{run.pk}: {run.recipe}, {run.get_outcome_display().lower()}")
                for run in runs
            ],
        )
        _choose(form, "claim", sentences(self.standing_text_claims, all_of_them=True))
        return form

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """Recipes that bear on the codes which editors put on the wire."""
        return suggested(row.code.code for row, _ in self.codings)

    @cached_property
    def ask_run(self) -> Act:
        """Return the form that asks for a run; what is suggested stands first."""
        form = self.form("ask_run")
        recipes = engine.recipes()
        first = {each.recipe: each for each in self.suggestions if each.recipe in recipes}
        _choose(
            form,
            "recipe",
            [
                (
                    name,
                    f"{recipes[name].title} (Tier {recipes[name].tier}){_for(first.get(name))}",
                )
                for name in dict.fromkeys([*first, *recipes])
            ],
        )
        return form

    @cached_property
    def note_exhibits(self) -> Act:
        return self.form("note_exhibits", note=self.wire.exhibit_note)

    # Forms

    def form(self, name: str, **initial: Any) -> Act:
        """Return the form of an act; the one that was refused comes back as it was typed."""
        act = ACTS[name]
        refused = self.refusal.act if self.refusal else None
        if refused is not None and refused.name == name:
            same = not act.target or str(refused[act.target].value()) == str(
                initial.get(act.target)
            )
            if same:
                return refused
        return act(initial=initial, auto_id=auto_id(act, initial), label_suffix="")

    @cached_property
    def _dossier(self) -> gate.Dossier:
        version = self.wire.current or self.version
        return gate.Dossier(self.wire, version)

    def _claim_acts(self, claim: Claim) -> list[Act]:
        names = offers.claim_acts(self, claim)
        return [self.form(name, claim=claim.pk) for name in names]

    def _proposed_row(self, row: ProposedCode) -> ProposedRow:
        acts = []
        if self.may.decide:
            accept = self.form("accept", proposed=row.pk)
            acts = [self._resting(accept, "claim"), self.form("reject", proposed=row.pk)]
        return ProposedRow(row, self._decision(row), acts)

    def _decision(self, row: ProposedCode) -> ProposedCode | None:
        """Return the row that was decided on: this one, or the same code proposed earlier."""
        if row.decision != ProposedCode.Decision.OPEN:
            return row
        return next((r for r in self._decided if r.code_id == row.code_id), None)

    def _resting(self, form: Act, field: str) -> Act:
        """Offer the sentences that stand, and the one that is chosen even if it does not."""
        chosen = form[field].value()
        _choose(
            form,
            field,
            [("", "no sentence"), *sentences(self.standing_text_claims, also=chosen)],
        )
        return form

    def _classification(self) -> dict[str, Any]:
        """Return what was decided; before that, what the proposal and the filing say."""
        wire, proposal = self.wire, self.proposal
        decided = self.is_classified
        factors = wire.factors if decided or proposal is None else proposal.factors
        guess = proposal.event_class if proposal else ""
        is_override = bool(wire.severity_note)
        return {
            "event_class": wire.event_class if decided else guess,
            "standard": wire.standard if decided else wire.filed.get("standard") or "",
            "reported": wire.severity_reported,
            "override": wire.severity_verified if is_override else "",
            "note": wire.severity_note,
            **{name: factor["value"] for name, factor in factors.items()},
            **{f"{name}_claim": factor.get("claim") for name, factor in factors.items()},
        }


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A proposed code with what was decided on it, here or earlier, and what may be done."""

    row: ProposedCode
    decision: ProposedCode | None
    acts: list[Act]

    @property
    def is_decided(self) -> bool:
        return self.decision is not None

    @property
    def anchor(self) -> str:
        return f"proposed-{self.row.pk}"


@dataclass(frozen=True, slots=True)
class Earlier:
    """A proposal that a newer one has replaced, with the codes that an editor decided on."""

    proposal: Proposal
    decided: list[ProposedCode]


def _for(suggestion: Suggestion | None) -> str:
    return f", suggested by {suggestion.code}" if suggestion else ""


def _choose(form: Act, field: str, choices: Choices) -> None:
    widget = form.fields[field].widget
    if isinstance(widget, Select):
        widget.choices = choices
