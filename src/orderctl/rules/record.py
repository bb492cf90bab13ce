"""What is kept of a decision: its frozen facts and its plan, compressed with the words that every record shares."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

from orderctl.core.places import Places
from orderctl.core.plan_json import plan_from_json, plan_to_json
from orderctl.core.plans import Plan
from orderctl.rules.facts import Facts, facts_from_json, facts_to_json

#: Dictionaries by number; a record begins with the number of its own. One that was used is never changed.
_WORDS = {
    1: (
        b'"attributes":{"tags":["weight_g":,"discount":"0.00","tax":"gift_message":"po_number":"note":"risk":"low",'
        b'"priority":"ship_by":"deliver_by":"requested_service":"standard","source":"online","type":"b2c",'
        b'"prices_include_tax":true,"shipping_price":"4.90","bill_to":{"name":"line1":"city":"region":"postcode":'
        b'"country":"US"},"ship_to":{"name":"company":"","line1":" Street","line2":"city":"New York","region":"NY",'
        b'"postcode":"10001","country":"US","phone":"+1"},"payment":"paid","customer":{"name":"email":"@example.com",'
        b'"orders":0,"spent":"0.00"},"lines":[{"id":"1","sku":"quantity":1,"amount":"20.00","title":"},{"id":"2",'
        b'"facts":{"now":"2026-11-20T15:00:00Z","open_units":{"1":1},"order":{"channel":"web","channel_order_id":'
        b'"number":"placed_at":"2026-11-20T10:00:00Z","updated_at":"2026-11-20T10:00:00Z","currency":"USD","total":'
        b'"skus":{"stock":{"east":{"west":{"plan":{"rules":["hold/","location/","service/","enhance/'
        b'"shipments":[{"location":"east","lines":[{"line_id":"1","sku":"quantity":1}],"rules":["location/'
    )
}
_NEWEST = max(_WORDS)
_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def encode(facts: Facts, plan: Plan, document: str) -> bytes:
    """`facts` and `plan` as bytes. `document` is the facts' order as JSON text, written already."""
    row = facts_to_json(facts, with_order=False)
    body = f'{{"facts":{_written(row)},"order":{document},"plan":{_written(plan_to_json(plan))}}}'
    packer = zlib.compressobj(1, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, _WORDS[_NEWEST])
    return bytes((_NEWEST,)) + packer.compress(body.encode()) + packer.flush()


def decode(record: bytes) -> Mapping[str, Any]:
    """The JSON that `encode` packed: `facts`, `order`, `plan`."""
    unpacker = zlib.decompressobj(-15, zdict=_WORDS[record[0]])
    found: Mapping[str, Any] = json.loads(unpacker.decompress(record[1:]) + unpacker.flush())
    return found


def facts_of(record: bytes, places: Places) -> Facts:
    """The facts a record froze."""
    row = decode(record)
    return facts_from_json({**row["facts"], "order": row["order"]}, places)


def plan_of(record: bytes) -> Plan:
    """The plan a record froze."""
    return plan_from_json(decode(record)["plan"])
