"""What a partner is told about us before the first order, and what can be tried out without handing anything over."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from orderctl.core import times
from orderctl.core.adapters import Chapter, Probe
from orderctl.core.effects import CallBack, Document
from orderctl.core.errors import RemoteError
from orderctl.destinations import template_data
from orderctl.destinations.api_hearing import outcome, words
from orderctl.destinations.api_partner import Partner, one_by_one
from orderctl.destinations.api_requests import Made, Requests, read
from orderctl.destinations.api_walk import Asking, Walk

#: A reference that nobody has.
_NOBODY = "ORDERCTL-TEST-0"
_MOST_SKEW_S = 300
_SINCE = "2026-11-20T15:00:00Z"
_WORDS = {"since": _SINCE, "now": _SINCE, "reference": _NOBODY, "id": _NOBODY, "page": "1", "cursor": ""}


def probes(
    location: str, role: str, partner: Partner, requests: Requests, ask: Asking, skew_s: Callable[[], int]
) -> list[Probe]:
    """What came of asking something that changes nothing."""
    tried = _tried(role, partner)
    if not tried:
        hint = f"write `check` in [location.{location}.api], a request that changes nothing"
        return [Probe("ask", "warn", "nothing is configured that could be asked without changing something", hint)]
    try:
        found = _found(location, tried, partner, requests, ask)
    except RemoteError as error:
        return [Probe("ask", "fail", error.said, error.next or f"mend [location.{location}.api]")]
    return [found, *_clock(skew_s())]


def _tried(role: str, partner: Partner) -> str:
    """The request that shows most of what the role needs."""
    of_role = {"confirm": "poll", "stock_feed": "stock"}.get(role, "lookup")
    return next((name for name in ("check", of_role, "lookup") if name in partner.asks), "")


def _found(location: str, name: str, partner: Partner, requests: Requests, ask: Asking) -> Probe:
    if name == "stock" or (name == "poll" and not one_by_one(partner.poll)):
        said = {**_WORDS, "since": ""}
        page = next(iter(Walk(location, name, partner, requests, ask).pages(said)))
        return Probe(name, "ok", f"the first page of {name} has {len(page.items)} items")
    asked = getattr(partner, name)
    heard = ask(requests.made(name, _WORDS).request("read", "json", {}))
    nothing = dict.fromkeys(getattr(asked, "absent", (404, 410)) if name != "check" else (), "refused")
    meaning = outcome(asked, heard, nothing, "retry")
    if meaning in {"accepted", "refused"}:
        return Probe(name, "ok", f"{name} answers with status {heard.status}")
    return Probe(name, "fail", words(asked, heard), f"mend [location.{location}.api.{name}]")


def _clock(skew_s: int) -> Iterator[Probe]:
    if abs(skew_s) > _MOST_SKEW_S:
        ahead = "ahead of" if skew_s > 0 else "behind"
        found = f"the partner's clock is {times.duration_text(abs(skew_s))} {ahead} ours"
        yield Probe("clock", "warn", found, "set the clock of this machine by a time server")


def chapters(location: str, role: str, partner: Partner, requests: Requests) -> list[Chapter]:
    """What the partner has to know of the requests of one role."""
    if role == "confirm":
        return [_answers(partner, requests)]
    if role == "stock_feed":
        sample = _sample(requests.made("stock", _WORDS))
        text = "We ask for what lies in stock, sold or not, and take off ourselves what is promised to orders."
        return [Chapter("Stock", text, [sample])]
    return list(_work(location, partner, requests))


def _work(location: str, partner: Partner, requests: Requests) -> Iterator[Chapter]:
    batch = template_data.samples(location)[0]
    yield Chapter("Work", "One request per shipment:", [_sample(read(requests.sample(batch).content))])
    yield Chapter("Answers to it", "\n".join(f"- {line}" for line in _meanings(partner)))
    if partner.lookup.path:
        text = "After a lost answer, and when you say that you have a reference already, we ask for it:"
        yield Chapter("Asking for a reference", text, [_sample(requests.made("lookup", _WORDS))])
    wish = CallBack("key", location, batch.shipments[0].reference, "ID", "1042", "cancelled", _SINCE)
    stop = requests.cancel(wish)
    if stop is not None:
        text = "To stop a shipment that we handed over; say no when it is too late:"
        yield Chapter("Stopping a shipment", text, [_sample(read(stop.content))])


def _meanings(partner: Partner) -> Iterator[str]:
    create = partner.create
    yield "2xx: you have it." + (" Your own id has to stand in the answer." if create.id or create.id_header else "")
    for one in create.judge:
        said = [f"status {', '.join(map(str, one.status))}"] if one.status else []
        said += [" or ".join(f"`{path.text}`" for path in one.path)] if one.path else []
        said += [f"says {', '.join(one.equals)}"] if one.equals else []
        said += [f"has '{one.contains}' in it"] if one.contains else []
        yield f"{' and '.join(said) or 'any other answer'}: {one.outcome}."
    yield "400, 422: you will not do it; the order ships from elsewhere. 409: you have this reference already."
    yield "401, 403, 408, 425, 429 and every other 4xx: nothing was done, and we come again; `Retry-After` is obeyed."
    yield "5xx, a cut or missing answer: nobody knows; see the class above."
    life = times.duration_text(create.key_lifetime)
    if create.idempotency == "reference":
        yield f"The reference is the key for {life}: the same one is the same work."
    elif create.idempotency:
        yield f"`{create.idempotency}`: our key, remembered for {life}; the same key is the same work."


def _answers(partner: Partner, requests: Requests) -> Chapter:
    shown = partner.shipment
    lines = [f"- {kind}: {', '.join(f'`{word}`' for word in words)}" for kind, words in shown.words.items()]
    means = "States, and what they mean to us:\n\n" + "\n".join(lines) if lines else ""
    how = "for each shipment" if one_by_one(partner.poll) else "for all that changed"
    text = f"We ask {how}; the same answer twice does no harm.\n\n{means}"
    return Chapter("Answers", text, [_sample(requests.made("poll", _WORDS))])


def _laid_out(body: str) -> str:
    try:
        return msgspec.json.format(body, indent=2)
    except msgspec.DecodeError:
        return body  # a form, or XML


def _sample(made: Made) -> Document:
    """A request as it goes over the wire, without who we are."""
    query = "&".join(f"{name}={value}" for name, value in made.query)
    lines = [f"{made.method} {made.path}{f'?{query}' if query else ''}"]
    lines += [f"{name}: {value}" for name, value in made.headers.items()]
    if made.body:
        lines += ["", _laid_out(made.body)]
    name = f"{made.do}-{made.reference or 'page'}"
    return Document(name, ("\n".join(lines) + "\n").encode(), "text/plain")
