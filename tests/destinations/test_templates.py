from __future__ import annotations

import pytest

from orderctl.destinations import template_data, templates
from orderctl.destinations.templates import Template, TemplateFault

SAMPLE = template_data.of(template_data.samples("east")[0])


def made(source: str, name: str = "slip.txt.j2", **data: object) -> str:
    return Template(name, source).render(SAMPLE | data)


def test_a_template_sees_the_batch():
    lines = "{% for l in s.lines %} {{ l.quantity }}x{{ l.sku }}{% endfor %}"
    source = "{% for s in shipments %}{{ s.reference }}:" + lines + ";{% endfor %}"

    assert "WEB-1042-1: 2xMUG 1xLAMP;WEB-1043-1: 2xMUG 1xLAMP;" == made(source)


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{{ shipmets }}", "slip.txt.j2: 'shipmets' is not a name here; did you mean 'shipments'?"),
        ("{% if false %}{{ nobody }}{% endif %}", "'nobody' is not a name here"),
        ("a\n{{ shipments[0].refrence }}", "slip.txt.j2 line 2: 'dict object' has no attribute 'refrence'"),
        ("a\n{% if %}", "line 2: Expected an expression"),
        ("{% include 'other' %}", "line 1: a template reads no other file"),
        ("{% import 'other' as x %}", "reads no other file"),
        ("{% extends 'other' %}", "reads no other file"),
        ("{% for a in [1] recursive %}{% endfor %}", "recursive loops are not available"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ shipments.append(1) }}", "unsafe"),
        ("{{ open('x') }}", "'open' is not a name here"),
        ("{{ 'a' * 100 }}", "for whole numbers"),
        ("{{ 9 ** 9 }}", "for whole numbers"),
        ("{{ 'a'.center(9999999999) }}", "unsafe"),
        ("{{ 'a'|center(9999999999) }}", "No filter named 'center'"),
        ("{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "1,000,000 turns"),
        (
            "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
            "1,000,000 turns",
        ),
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
    ],
)
def test_what_is_wrong_with_a_template_is_found_before_it_is_needed(source, complaint):
    with pytest.raises(TemplateFault) as caught:
        Template("slip.txt.j2", source).check(SAMPLE)

    assert complaint in str(caught.value)


def test_html_is_escaped_and_json_is_checked():
    assert "&lt;b&gt;" == made("{{ x }}", "slip.html.j2", x="<b>")
    assert "<b>" == made("{{ x }}", x="<b>")
    assert '{"a": "\\u003cb\\u003e\\""}' == made('{"a": {{ x|tojson }}}', "slip.json.j2", x='<b>"')
    with pytest.raises(TemplateFault, match="what it makes is not JSON"):
        made('{"a": "{{ x }}"}', "slip.json.j2", x='"')


def test_a_cell_of_csv_is_quoted_where_it_needs_it_and_harmless_for_people():
    assert 'a,"b,""c""",=1' == made("a,{{ x|cell }},{{ y|cell }}", "slip.csv.j2", x='b,"c"', y="=1")
    assert '"b;c"' == made("{{ x|cell(';') }}", "slip.csv.j2", x="b;c")
    assert "'=1,-5" == Template("a.csv.j2", "{{ x|cell }},{{ y|cell }}", for_people=True).render({"x": "=1", "y": -5})


def test_a_loop_still_knows_where_it_is():
    assert "1/3, 2/3, 3/3" == made(
        "{% for a in [7, 8, 9] %}{{ loop.index }}/{{ loop.length }}{{ ', ' if not loop.last }}{% endfor %}"
    )


def test_a_file_that_cannot_be_a_template_is_told(tmp_path):
    (tmp_path / "latin.txt.j2").write_bytes(b"\xe4")
    (tmp_path / "large.txt.j2").write_bytes(b"a" * (templates.LARGEST_TEMPLATE + 1))
    for name, complaint in (("none", "no such file"), ("latin", "byte 1 is not UTF-8"), ("large", "larger than")):
        with pytest.raises(TemplateFault, match=complaint):
            templates.read(tmp_path / f"{name}.txt.j2")


def test_hidden_prices_are_empty_and_costs_are_not():
    batch = template_data.samples("east")[0]
    line = template_data.of(batch, hide_prices=True)["shipments"][0]["lines"][0]

    assert ("", "", "7.00", "19.00") == (line["amount"], line["unit_price"], line["unit_cost"], line["value"])


def test_both_samples_have_the_same_names():
    """A template that works with one works with the other."""
    full, bare = (template_data.of(sample) for sample in template_data.samples("east"))

    assert full.keys() == bare.keys()
    assert full["shipments"][0].keys() == bare["shipments"][0].keys()
    assert full["shipments"][0]["ship_to"].keys() == bare["sender"]["address"].keys()
