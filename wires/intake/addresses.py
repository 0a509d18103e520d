"""Ids that public databases give to a case, read from the addresses of their pages."""

import re

FORMS = (
    (re.compile(r"incidentdatabase\.ai/cite/(\d+)", re.IGNORECASE), "AIID-{}"),
    (re.compile(r"incidentdatabase\.ai/\S*[?&]incident_id=(\d+)", re.IGNORECASE), "AIID-{}"),
    (re.compile(r"atlas\.mitre\.org/studies/(AML\.CS\d+)", re.IGNORECASE), "{}"),
    (re.compile(r"avidml\.org/database/(AVID-\d{4}-[RV]\d+)", re.IGNORECASE), "{}"),
    (re.compile(r"oecd\.ai/(?:\w+/)?incidents/(\d{4}-\d\d-\d\d-[0-9a-f]+)", re.IGNORECASE), "OECD-{}"),
)  # fmt: skip


def record_of(address: str) -> str:
    """Return the id of the record that an address shows, or nothing if it shows none."""
    for form, name in FORMS:
        if found := form.search(address):
            part = found[1].lower() if name.startswith("OECD") else found[1].upper()
            return name.format(part)
    return ""
