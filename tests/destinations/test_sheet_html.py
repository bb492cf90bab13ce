"""Sheets as an HTML page: columns as wide as on paper, and words that cannot leave their place."""

from __future__ import annotations

from dataclasses import replace

from orderctl.destinations import sheet_html, sheets
from tests.destinations.paper_batch import a_paper_batch


def test_columns_share_the_width_as_they_do_on_pdf():
    page = sheet_html.content(sheets.of("pick", a_paper_batch()), "a4").decode()
    shares = [column.share for column in sheets.of("pick", a_paper_batch())[0].columns]

    assert [f"{share * 100 // sum(shares)}%" for share in shares] == [
        part.partition('"')[0] for part in page.split('<col style="width: ')[1:]
    ]


def test_a_reference_cannot_end_the_style_sheet_it_stands_in():
    (sheet,) = sheets.of("pick", a_paper_batch())
    page = sheet_html.content([replace(sheet, reference='ö"; } </style><b>')], "a4").decode()

    assert 'content: "Pick list \\f6 \\22 \\3b  \\7d  \\3c /style\\3e \\3c b\\3e "' in page
    assert "<b>" not in page
