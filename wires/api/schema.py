"""How each address is described in OpenAPI. What they answer stands in `shapes`."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

import orjson
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from wires.api import parameters, shapes
from wires.api.parameters import Parameter
from wires.api.shapes import Shape, ref

View = TypeVar("View", bound=Callable[..., Any])

ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 304],
    description="Names the state that was answered.",
)  # fmt: skip
HELD = OpenApiParameter(
    "If-None-Match", {"type": "string"}, OpenApiParameter.HEADER,
    description="The ETag of the state that you hold; while it stands, the answer is 304.",
)  # fmt: skip
NAME = OpenApiParameter(
    "public_id", {"type": "string", "pattern": shapes.NAME}, OpenApiParameter.PATH,
    description="The id of a wire, for example AIW-2025-0001, or an id of the same event in "
    "another database, for example AIID-57.",
)  # fmt: skip
LEADS_ON = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[301],
    description="Address of the wire's record.",
)  # fmt: skip


def described(
    name: str,
    answer: Shape,
    summary: str,
    description: str,
    *,
    query: Sequence[Parameter] = (),
    path: Sequence[OpenApiParameter] = (),
) -> Callable[[View], View]:
    """Describe a view's `get`; one with a path of its own may answer 404."""
    refusals = {400: "A query parameter is unknown, repeated or malformed."} | (
        {404: "No public wire has this name."} if path else {}
    )
    leads_on = {
        301: OpenApiResponse(description="An id of another database: the wire's record is at Location.")
    }  # fmt: skip
    queries = [
        OpenApiParameter(
            each.name, dict(each.schema), OpenApiParameter.QUERY, description=each.description
        )
        for each in query
    ]
    describe: Callable[[View], View] = extend_schema(
        operation_id=name,
        summary=summary,
        description=description,
        tags=["feed"],
        auth=[],
        parameters=[*path, *queries, HELD, ETAG, *([LEADS_ON] if path else [])],
        responses={
            200: OpenApiResponse(answer, description=summary),
            **(leads_on if path else {}),
            304: OpenApiResponse(description="You hold this state already."),
            **{code: OpenApiResponse(ref("Error"), why) for code, why in refusals.items()},
        },
    )
    return describe


wires = described(
    "list_wires", ref("WirePage"), "Public wires, whole records",
    "Newest publication first; withdrawn wires are among them as tombstones. Follow `next` until "
    "it is null. A wire published meanwhile stands before your place, so no page repeats or "
    "skips one; `/api/v1/changes/` tells what changed since.",
    query=(*parameters.FILTERS, parameters.LIMIT, parameters.CURSOR),
)  # fmt: skip
wire = described(
    "read_wire", ref("Record"), "One public wire",
    "Its ETag is the hash that the wire's latest change carries as `sha256`. A wire that was "
    "merged into another keeps its own record as a tombstone, whose `merged_into` names the other; "
    "its page leads to that of the other. An id of another database leads to the record of the "
    "wire that tells its event.", path=[NAME],
)  # fmt: skip
changes = described(
    "list_changes", ref("ChangePage"), "What changed since a `seq`",
    "To keep a copy in step: begin at 0, follow `next` until it is null, keep the last `seq`, and "
    "ask again from there. Whoever has seen a `seq` has seen everything before it.",
    query=(parameters.SINCE, parameters.LIMIT),
)  # fmt: skip
classifier = described(
    "read_classifier", ref("Classifier"), "The classifier and its agreement with editors",
    "Which version proposes codes now, and how what it ticked compares with what editors decided, "
    "over public wires that it had not learned from. `/classifier/` tells the same to people.",
)  # fmt: skip
itself = described(
    "read_schema", {"type": "object", "additionalProperties": True}, "This description",
    "OpenAPI 3.0, as JSON.",
)  # fmt: skip


@cache
def document() -> Shape:
    """Build the description of the feed, once for a process."""
    # Only who asks for the schema pays for the generator.
    from drf_spectacular.generators import SchemaGenerator
    from drf_spectacular.renderers import OpenApiJsonRenderer
    from drf_spectacular.settings import patched_settings

    ours = {"APPEND_COMPONENTS": {"schemas": shapes.COMPONENTS}, "POSTPROCESSING_HOOKS": []}
    with patched_settings(ours):
        generator: Any = SchemaGenerator
        described = generator().get_schema(public=True)
    plain: Shape = orjson.loads(OpenApiJsonRenderer().render(described))
    return plain
