"""The tables of corrections: what a package was called before."""

from __future__ import annotations

CORRECTIONS = """
CREATE TABLE package_changes (                        -- what a label said before, each package's oldest first
    change_id       INTEGER PRIMARY KEY,
    package_id      INTEGER NOT NULL REFERENCES packages,
    tracking_number TEXT NOT NULL,
    carrier         TEXT NOT NULL,
    service         TEXT NOT NULL,
    shipped_at      TEXT NOT NULL,                    -- as the location stated it; '' = it did not
    changed_at      TEXT NOT NULL,
    actor           TEXT NOT NULL) STRICT;
CREATE INDEX package_changes_by_package ON package_changes (package_id);
CREATE INDEX package_changes_by_number ON package_changes (tracking_number);
CREATE INDEX effects_of_package ON effects (subject_id) WHERE kind = 'tracking';
"""
