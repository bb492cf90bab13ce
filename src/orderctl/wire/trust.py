"""Whom a connection trusts: the public certificate authorities, and one of the partner's own where it has one."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx


def trusting(ca_file: Path | None = None) -> ssl.SSLContext:
    """Certificates are always checked, TLS 1.2 or newer; a private authority is trusted beside the public ones."""
    context = httpx.create_ssl_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file is not None:
        context.load_verify_locations(cafile=ca_file)
    return context
