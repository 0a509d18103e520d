"""Small archives in their publishers' formats, in our own words."""

import csv
import json

COLUMNS = (
    "_id", "incident_id", "date", "reports", "Alleged deployer of AI system",
    "Alleged developer of AI system", "Alleged harmed or nearly harmed parties", "description",
    "title",
)  # fmt: skip
INCIDENT = {
    "_id": "ObjectId(1)", "incident_id": "7", "date": "2024-05-03", "reports": "[1,2,3]",
    "Alleged deployer of AI system": '["acme-air"]',
    "Alleged developer of AI system": '["openai","maker-of-bots"]',
    "Alleged harmed or nearly harmed parties": '["passengers"]',
    "description": "A chatbot of ACME Air promised a refund of 812 dollars. No rule gave one.",
    "title": "Chatbot promises a refund",
}  # fmt: skip


def incident(number, **values):
    named = {"incident_id": str(number), "description": f"A chatbot erred in case {number}."}
    return {**INCIDENT, **named, **values}


def table(path, rows, columns=None, *, head="", end="\n"):
    """Write rows, given as mappings, as a table in CSV."""
    names = columns or list(rows[0])
    with path.open("w", newline="", encoding="utf-8") as handle:
        handle.write(head)
        writer = csv.DictWriter(handle, names, lineterminator=end, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def snapshot(folder, rows):
    folder.mkdir(exist_ok=True)
    table(folder / "incidents.csv", rows, COLUMNS)
    return folder


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def report(number="AVID-2024-R0001", **values):
    given = {
        "data_type": "AVID",
        "data_version": "0.2",
        "metadata": {"report_id": number},
        "affects": {
            "developer": ["Maker"],
            "deployer": ["Maker", "Shop"],
            "artifacts": [{"type": "Model", "name": "talker-1"}],
        },
        "problemtype": {
            "classof": "LLM Evaluation",
            "type": "Detection",
            "description": {"lang": "eng", "value": "Bias found in talker-1"},
        },
        "metrics": [{"name": "HONEST", "results": {"rows": [{"passed": 4, "score": 0.5}]}}],
        "references": [{"type": "source", "label": "A paper", "url": "https://example.org/p"}],
        "description": {
            "lang": "eng",
            "value": f"The model of {number} was biased in 4 of 10 tests. Its maker was told.",
        },
        "impact": {
            "avid": {
                "risk_domain": ["Ethics"],
                "sep_view": ["E0101: Group fairness"],
                "lifecycle_view": ["L05: Evaluation"],
            },
            "cvss": {"version": "3.1", "baseSeverity": "HIGH", "baseScore": 7.5},
            "cwe": [{"cweId": "CWE-22", "description": "CWE-22 Path Traversal"}],
        },
        "credit": [{"lang": "eng", "value": "A Tester"}],
        "reported_date": "2024-03-01",
    }
    return {**given, **values}


def case(number="AML.CS0101", **values):
    given = {
        "id": number,
        "name": f"Detector fooled ({number})",
        "object-type": "case-study",
        "summary": "Testers fooled a detector of Acme with a\nsticker. It let 3 of 4 cars pass.",
        "incident-date": "2023-04-01",
        "incident-date-granularity": "MONTH",
        "procedure": [
            {
                "tactic": "AML.TA0001",
                "technique": "AML.T0047",
                "description": "They bought [the detector](/techniques/AML.T0047).",
            }
        ],
        "target": "Microsoft detector",
        "actor": "Testers",
        "case-study-type": "exercise",
        "references": [{"title": "AIID", "url": "https://incidentdatabase.ai/cite/7/"}],
    }
    return {**given, **values}


def whole(*cases):
    """Return the content of an ATLAS.yaml."""
    return {
        "id": "ATLAS",
        "version": "5.6.0",
        "matrices": [
            {
                "id": "ATLAS",
                "tactics": [{"id": "AML.TA0001", "name": "Staging"}],
                "techniques": [{"id": "AML.T0047", "name": "Product or service"}],
            }
        ],
        "case-studies": list(cases),
    }
