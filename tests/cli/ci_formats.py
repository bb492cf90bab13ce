"""What SARIF and JUnit XML demand of the parts that orderctl writes, in our own words.

SARIF: OASIS standard "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", sections 3.13 (log), 3.14
(run), 3.18 and 3.19 (tool and its driver), 3.27 (result), 3.28 to 3.30 (location, region), 3.49 (rule), and 3.4 (URIs).
Besides, what GitHub's page "SARIF support for code scanning" asks of rules: three texts each.

JUnit XML has no standard. These are the elements and attributes of Apache Ant's `junitreport`, with the `file` and
`line` that pytest, GitLab and Jenkins added; a failure has a type and a message, and each suite counts its cases.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET


def closed(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """An object of these properties and no others."""
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


MESSAGE = closed({"text": {"type": "string", "minLength": 1}}, "text")
RULE = closed(
    {"id": {"type": "string"}, "shortDescription": MESSAGE, "fullDescription": MESSAGE, "help": MESSAGE},
    *("id", "shortDescription", "fullDescription", "help"),
)
DRIVER = closed(
    {
        "name": {"type": "string", "minLength": 1},
        "version": {"type": "string"},
        "rules": {"type": "array", "uniqueItems": True, "items": RULE},
    },
    "name",
)
PLACE = closed(
    {
        "artifactLocation": closed({"uri": {"type": "string", "format": "uri-reference"}}, "uri"),
        "region": closed({"startLine": {"type": "integer", "minimum": 1}}, "startLine"),
    },
    "artifactLocation",
)
RESULT = closed(
    {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["none", "note", "warning", "error"]},
        "message": MESSAGE,
        "locations": {"type": "array", "items": closed({"physicalLocation": PLACE})},
    },
    "message",
)
RUN = closed(
    {"tool": closed({"driver": DRIVER}, "driver"), "results": {"type": "array", "items": RESULT}},
    *("tool", "results"),
)
SARIF = closed(
    {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "items": RUN},
    },
    *("version", "runs"),
)

#: Element -> attributes it must have, attributes it may have, elements it may hold.
JUNIT = {
    "testsuites": ((), ("name", "tests", "failures", "errors", "time"), ("testsuite",)),
    "testsuite": (("name", "tests", "failures", "errors"), ("skipped", "time", "timestamp"), ("testcase",)),
    "testcase": (("name", "classname"), ("time", "file", "line"), ("failure", "error", "skipped")),
    "failure": (("type", "message"), (), ()),
    "error": (("type", "message"), (), ()),
    "skipped": ((), ("message",), ()),
}
NUMBERS = ("tests", "failures", "errors", "skipped", "line")


def junit_complaints(text: str) -> list[str]:
    """What is wrong with a report; ParseError when it is no XML."""
    root = ET.fromstring(text)  # noqa: S314 - our own output
    found = [] if root.tag == "testsuites" else [f"<{root.tag}> is no report"]
    for element in root.iter():
        must, may, inside = JUNIT.get(element.tag, ((), (), ()))
        given = set(element.attrib)
        found += [f"<{element.tag}> lacks {name}" for name in must if name not in given]
        found += [f"<{element.tag}> has {name}" for name in given - {*must, *may}]
        found += [f"<{element.tag}> holds <{one.tag}>" for one in element if one.tag not in inside]
        found += [f"{name} is {element.attrib[name]}" for name in NUMBERS if not element.get(name, "0").isdigit()]
        found += [f"<{element.tag}> has text" for _ in range(1) if inside and (element.text or "").strip()]
    return found + [one for suite in root for one in _counts(suite)]


def _counts(suite: ET.Element) -> list[str]:
    kinds = Counter(part.tag for case in suite for part in case)
    said = {"tests": len(suite), "failures": kinds["failure"], "errors": kinds["error"], "skipped": kinds["skipped"]}
    return [
        f"{name} is {suite.get(name)}, not {count}" for name, count in said.items() if suite.get(name) != str(count)
    ]
