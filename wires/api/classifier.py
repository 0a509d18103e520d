"""The classifier and its agreement with editors, as the page `/classifier/` tells them."""

import hashlib
from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from classifier.models import ClassifierVersion
from wires import agreement
from wires.agreement import Agreement, Share
from wires.api import parameters, schema
from wires.api.door import Door, unless_known
from wires.record import stamp


class Classifier(Door):
    @schema.classifier
    def get(self, request: Request) -> Response:
        parameters.read(request.GET, ())
        told = _told()
        tag = hashlib.sha256(orjson.dumps(told)).hexdigest()[:32]
        return unless_known(request, tag, lambda: told)


def _told() -> dict[str, Any]:
    standing = agreement.standing()
    if standing is None:
        return {"version": None, "learned_from": 0, "seen": None, "blind": None}
    return {
        "version": _version(standing.version),
        "learned_from": standing.learned_from,
        "seen": _agreement(standing.seen),
        "blind": _agreement(standing.blind),
    }


def _version(version: ClassifierVersion) -> dict[str, Any]:
    return {
        "digest": version.digest,
        "active": version.active,
        "made_at": stamp(version.made_at),
        "activated_at": stamp(version.activated_at),
        "encoder": version.encoder,
        "encoder_sha256": version.encoder_digest,
        "definitions_sha256": version.definitions_digest,
        "weights_sha256": version.weights or None,
        "checker": version.checker,
        "metrics": {
            f"{kind}/{name}": {key: measure[key] for key in ("value", "low", "high")}
            for kind, measures in version.metrics.items()
            for name, measure in measures.items()
        },
    }


def _agreement(found: Agreement) -> dict[str, Any]:
    low, high = found.kappa.interval or (None, None)
    return {
        "wires": found.wires,
        "kappa": {"value": found.kappa.value, "low": low, "high": high},
        "coverage": _share(found.coverage),
        "precision": _share(found.precision),
        "codes": [
            {
                "code": row.code,
                "ticked": row.ticked,
                "put": row.put,
                "both": row.both,
                "precision": _share(row.precision),
            }
            for row in found.codes
        ],
    }


def _share(share: Share) -> dict[str, Any]:
    low, high = share.interval or (None, None)
    return {
        "value": share.value,
        "low": low,
        "high": high,
        "part": share.part,
        "of": share.whole,
    }
