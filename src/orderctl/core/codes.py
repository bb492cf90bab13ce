"""Every code that a person may meet while orders travel: what it means, and what can be answered.

Answers are commands with `{subject}`, `{order}` and `{id}` filled in, ready to paste. Codes of findings in files
stand beside the code that finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from shlex import quote

from orderctl.core import tracking_codes
from orderctl.core.code import Code

_ANY_SKU = {"{channel}": "CHANNEL", "{channel_sku}": "CHANNEL_SKU"}
_DISMISS = ("orderctl exceptions resolve {id} --reason 'seen'", "it is dealt with elsewhere")

EXCEPTIONS: Mapping[str, Code] = {
    "quarantine": Code(
        "A record from a channel or location could not be understood. It is kept whole, and the rest went on.",
        (("orderctl run", "after the record was corrected at its source"), _DISMISS),
    ),
    "input_refused": Code(
        "An input file was refused as a whole, before anything of it was taken: its header, encoding or quoting is "
        "wrong. It closes itself once the file is mended or gone.",
        (("orderctl run", "after the file was mended"),),
    ),
    "unknown_sku": Code(
        "The order has a SKU that no list, stock or feed has ever named, and that is mapped to none of yours. Nothing "
        "of the order is reserved.",
        (
            ("orderctl skus map {channel} {channel_sku} SKU", "the channel calls one of your SKUs so"),
            ("orderctl stock adjust {channel_sku} LOCATION +N --reason received", "it is a new one and lies there"),
            ("orderctl skus import FILE", "a list of your SKUs names it"),
            ("orderctl orders cancel {order} --reason 'no such article'", "it cannot be delivered"),
        ),
    ),
    "partial_kit": Code(
        "A location ships parts that make no whole kit or pack. They are not written down, nor is the channel told.",
        (
            ("orderctl shipments show {subject}", "to see what was asked"),
            (
                "orderctl shipments confirm {subject} --line LINE=N --tracking NUMBER",
                "once N whole ones are known to have left; LINE and N as the order has them",
            ),
            _DISMISS,
        ),
    ),
    "unrouted": Code(
        "No location rule takes the order, so it is held and nothing of it is reserved.",
        (
            ("orderctl explain {order}", "to see why each rule did not take it"),
            ("orderctl orders route {order} --from LOCATION --reason 'by hand'", "this one order"),
        ),
    ),
    "missing_customs": Code(
        "The order would cross a customs border, and the HS code, the origin or the value of something in it is not "
        "known. It is held and nothing of it is reserved; it goes on by itself once the data is there.",
        (
            ("orderctl skus import FILE", "FILE has the columns hs_code and origin, and cost for what is given away"),
            ("orderctl orders release {order} --hold missing_customs --reason TEXT", "it needs no such papers"),
        ),
    ),
    "short_stock": Code(
        "No location has enough, and the rule asks to tell a person. The order is backordered meanwhile.",
        (
            ("orderctl orders route {order} --from LOCATION --reason 'found some'", "somewhere has it after all"),
            ("orderctl orders cancel {order} --reason 'out of stock'", "the customer does not wait"),
        ),
    ),
    "given_short": Code(
        "The location that a person chose does not have enough; those units wait for the rules.",
        (("orderctl stock show", "to see who has some"), _DISMISS),
    ),
    "given_location": Code("The location that a person chose is no longer configured.", (_DISMISS,)),
    "no_service": Code(
        "No carrier service that the rules allow can take the shipment; it goes out without one.",
        (("orderctl explain {order}", "to see which services were looked at"), _DISMISS),
    ),
    "late_delivery": Code(
        "No service that the rules allow arrives by the promised day; the fastest one was taken.",
        (("orderctl explain {order}", "to see which services were looked at"), _DISMISS),
    ),
    "rejected": Code(
        "A rule rejects the order, and its channel takes no cancellations from orderctl.",
        (("orderctl exceptions resolve {id} --reason 'cancelled on the channel'", "after doing so by hand"),),
    ),
    "cancel_not_pushed": Code(
        "Units were cancelled here, and the channel takes no cancellations from orderctl.",
        (("orderctl exceptions resolve {id} --reason 'cancelled on the channel'", "after doing so by hand"),),
    ),
    "backorder_expired": Code(
        "A backorder has waited as long as its rule allows.",
        (
            ("orderctl orders route {order} --from LOCATION --reason 'found some'", "somewhere has it after all"),
            ("orderctl orders cancel {order} --reason 'out of stock'", "the customer does not wait"),
        ),
    ),
    "refused_by_store": Code(
        "The store refused to save the decision about this order; nothing of it was changed, the others went on.",
        (
            ("orderctl db check", "to see whether the store is sound"),
            ("orderctl orders reroute {order}", "to try again"),
        ),
    ),
    "uncertain": Code(
        "A batch may or may not have reached its location; nobody can know from here. It is never sent again by "
        "itself.",
        (
            ("orderctl shipments resolve {reference} --sent", "the location has it"),
            ("orderctl shipments resolve {reference} --not-sent", "the location surely does not have it"),
        ),
    ),
    "no_way_to_send": Code(
        "Shipments are planned for a location that channels.toml gives no way to send to.",
        (
            ("orderctl config check", "after adding `send` to the location"),
            ("orderctl orders reroute ORDER", "to plan an order anew elsewhere"),
        ),
    ),
    "not_taken": Code(
        "What a location is handed work by does not take it, and will not until something is changed: a mail server "
        "refuses the mail or who it is for. Nothing was handed over, its shipments stay planned, and each pass tries "
        "again. It closes itself once they are taken.",
        (
            ("orderctl locations test {subject}", "to see what is refused"),
            ("orderctl dispatch {subject}", "after mending it"),
            ("orderctl locations pause {subject} --reason TEXT", "to plan nothing more there meanwhile"),
        ),
    ),
    "to_upload": Code(
        "A file waits for a person to upload it to a location's portal. It closes itself once the location has "
        "answered about every shipment in it.",
        (
            ("orderctl exceptions resolve {id} --reason 'uploaded'", "after doing so"),
            ("orderctl batches list", "to see the file and what is in it"),
        ),
    ),
    "not_sendable": Code(
        "A location cannot be handed a shipment as it is; it stays planned, and the others left without it. It closes "
        "itself once it can leave.",
        (
            ("orderctl orders show {order}", "to see what is missing"),
            ("orderctl orders edit {order}", "to mend the order"),
            ("orderctl orders reroute {order}", "to plan it anew"),
        ),
    ),
    "not_acknowledged": Code(
        "A location has not said within `acknowledge_within` that it has a shipment. It closes itself once it does.",
        (
            ("orderctl shipments confirm {subject} --acknowledged", "it was asked and has it"),
            ("orderctl shipments confirm {subject} --rejected", "it will not ship; the order is routed again"),
            ("orderctl shipments show {subject}", "to see when and how it was handed over"),
        ),
    ),
    **tracking_codes.EXCEPTIONS,
    "put_back": Code(
        "The store was put back in time, and units of the order that are not planned now may have left meanwhile. It "
        "is held until somebody has asked.",
        (
            ("orderctl orders release {order} --hold put_back --reason TEXT", "nothing of it has left"),
            ("orderctl orders cancel {order} --reason 'sent before the store was put back'", "it has left"),
        ),
    ),
    "push_refused": Code("A channel refused what it was told.", (("orderctl push", "to try again"), _DISMISS)),
    "push_uncertain": Code(
        "A channel may or may not have been told.",
        (
            ("orderctl channels resolve {push} --told", "somebody has looked there, and it was"),
            ("orderctl channels resolve {push} --not-told", "it was not; it leaves with the next push"),
            _DISMISS,
        ),
    ),
    "unmatched_answer": Code(
        "A location answered about a shipment that is not known, not its own, or not handed over. The answer is kept "
        "and applied as soon as it fits.",
        (("orderctl shipments list", "to look for the right reference"), _DISMISS),
    ),
    "unknown_line": Code(
        "A location answered about an article that the shipment does not have, perhaps a substitute.",
        (("orderctl shipments show {subject}", "to see what was asked"), _DISMISS),
    ),
    "short_shipment": Code(
        "A location ships less than it was asked. The missing units are routed again, elsewhere.",
        (("orderctl orders show {order}", "to see where they ship from now"), _DISMISS),
    ),
    "overshipped": Code("A location ships more than it was asked; the customer gets too much.", (_DISMISS,)),
    "package_changed": Code(
        "A package was reported again with other contents, or is to take the place of another one that has contents of "
        "its own; the first report stands.",
        (("orderctl shipments show {subject}", "to see all parcels"), _DISMISS),
    ),
    "label_voided": Code(
        "A location withdrew the label of a package and has named no other yet. The channel still shows the old one; "
        "units and stock stay as they are. It closes itself once the package has another number.",
        (
            ("orderctl shipments confirm {subject} --tracking NUMBER --replaces OLD", "the parcel has another label"),
            ("orderctl shipments show {subject}", "to see all parcels, and which location to call"),
            ("orderctl exceptions resolve {id} --reason 'left with the old label'", "it has left all the same"),
        ),
    ),
    "extra_package": Code(
        "A location names one more parcel after all units were packed in others. Its number is kept with the shipment; "
        "the channel was told of the others.",
        (
            ("orderctl shipments show {subject}", "to see all parcels"),
            ("orderctl shipments confirm {subject} --tracking NUMBER --replaces OLD", "it is the new number of one"),
            _DISMISS,
        ),
    ),
    "contradiction": Code(
        "A location's answer contradicts what it said before; the first answer stands.",
        (("orderctl shipments show {subject}", "to see the whole story"), _DISMISS),
    ),
    "shipped_after_cancel": Code(
        "A location shipped what was to be cancelled. The goods are on their way and off the stock.", (_DISMISS,)
    ),
    "shipped_after_rejection": Code(
        "A location shipped what it had rejected; the order may be shipped twice.",
        (("orderctl orders show {order}", "to see where else it ships from"), _DISMISS),
    ),
    "cancel_after_dispatch": Code(
        "The customer cancelled units that a location already has in hand.",
        (
            ("orderctl orders show {order}", "to see which location to call"),
            ("orderctl shipments confirm REFERENCE --cancelled", "once the location has stopped it"),
        ),
    ),
    "fulfilled_there": Code(
        "The channel says that units were fulfilled there, by hand or by another program, while a location has them in "
        "hand. They may leave twice, so the location is asked to stop them; of lines that nobody has in hand nothing "
        "is sent any more.",
        (
            ("orderctl orders show {order}", "to see which location to call"),
            ("orderctl shipments confirm REFERENCE --cancelled", "once the location has stopped it"),
            ("orderctl shipments confirm REFERENCE --tracking NUMBER", "if it was that location that sent it"),
        ),
    ),
    "money_unread": Code(
        "A channel states fees or refunds in a way that is not understood. The order itself goes on, its account is "
        "not complete. It closes itself once they can be read.",
        (("orderctl orders money {order}", "to see what is known"), _DISMISS),
    ),
    "gone_there": Code(
        "The order is still to be sent here, and its channel says that it has none of that id any more: it was deleted "
        "there, or is older than what the channel tells. It closes itself once the channel has it again.",
        (
            ("orderctl orders cancel {order} --reason 'deleted there'", "it is not to be sent"),
            ("orderctl orders show {order}", "to see where it is"),
            _DISMISS,
        ),
    ),
    "address_changed": Code(
        "The address changed after the hand-over.",
        (("orderctl orders show {order}", "to see which location to call"), _DISMISS),
    ),
    "edit_conflict": Code(
        "The channel changed a field that a person had changed here; the person's value stays.",
        (("orderctl orders show {order}", "to see both"), _DISMISS),
    ),
    "oversold": Code(
        "More units are promised at a location than a count found there: no new order is planned from them. Or a "
        "channel sold units, between two pushes of stock, that are not there: the order waits for more.",
        (
            ("orderctl stock show {subject_sku}", "to see the numbers"),
            ("orderctl orders reroute ORDER", "to plan an order anew elsewhere"),
        ),
    ),
    "feed_put_aside": Code(
        "A stock feed would change more of a location's stock than `[safety]` allows at once, or counts far fewer SKUs "
        "than the one before it. Nothing of it was taken. It closes itself once another feed takes its place.",
        (
            ("orderctl exceptions confirm {id}", "its numbers are right; they are taken at the next pass"),
            ("orderctl collect {location}", "after a right feed took its place"),
        ),
        confirmable=True,
    ),
    "stock_drop": Code(
        "A push would cut the units that a channel is told by more than `[safety] max_stock_drop`, what was sold left "
        "aside. The channel keeps the numbers it has. It closes itself once the numbers are as they were.",
        (
            ("orderctl exceptions confirm {id}", "the numbers are right; they are told at the next pass"),
            ("orderctl channels show {subject}", "to see whose stock counts"),
        ),
        confirmable=True,
    ),
    "stock_refused": Code(
        "A channel refused the stock numbers it was told; it keeps those it had. Each pass tells it anew. It closes "
        "itself once the channel takes them.",
        (("orderctl push {subject}", "to try again"), _DISMISS),
    ),
    "sla_at_risk": Code(
        "The order has to leave by a moment that its location can no longer make, or has not made. It closes itself "
        "when the order has left, is cancelled or has more time.",
        (
            ("orderctl orders show {order}", "to see where it stands"),
            ("orderctl orders route {order} --from LOCATION --reason 'in time'", "another location can still make it"),
        ),
    ),
    "unmapped_location": Code(
        "An order names a shop of the channel that `location_map` does not map, so its stock was not changed.",
        (
            ("orderctl stock adjust SKU LOCATION -N --reason correction", "to take the goods off by hand"),
            ("orderctl config check", "after adding it to `location_map` in channels.toml"),
        ),
    ),
    "unmatched_cancellation": Code("A cancellation names units that no order has.", (_DISMISS,)),
}

EXITS: Mapping[str, str] = {
    "0": "Everything asked was done.",
    "1": "An unexpected error; the store is unchanged or rolled back. One line says what, a private file the rest.",
    "2": "Bad arguments, configuration or rules; nothing was touched. Mend the file that is named.",
    "3": "The pass finished and put something new before a person: `orderctl exceptions list`. Count it as success.",
    "4": "Another orderctl process holds the store; nothing was touched. Run again, or add --wait SECONDS.",
    "5": "A channel or location could not be completed; everything else was. Safe to run again.",
    "6": "The store is missing, full, corrupt, read-only, of another version, or older than its journal. Nothing was "
    "sent.",
    "7": "A check found a difference.",
    "130": "Stopped by Ctrl-C: what was open is rolled back, the rest is left for the next pass.",
    "143": "Stopped by SIGTERM: what was open is rolled back, the rest is left for the next pass.",
}


CHECKS: Mapping[str, str] = {
    "no_such_order": "The channel that was asked for one order says that it has none of that id. Nothing was changed.",
    "orders_differ": "What a channel says of its orders is not what the store says: one of them has an order that the "
    "other has not, or another total, payment or state. Nothing was changed. `orderctl pull --since` reads them again.",
    "log_kept": "Persons were taken out of the store, but another process reads it, so that its write-ahead log still "
    "holds what it held. `orderctl privacy purge` empties it once nobody reads.",
    "probe_failed": "Something of a channel that `orderctl channels test` tried out does not work: the credentials, "
    "what they allow, its clock, its version. Nothing was changed; the line says what to do.",
    "not_reconciled": "After the store was put back, a channel could not be read, so that nobody can tell what of its "
    "orders was handed over. Nothing is sent until `orderctl reconcile` has read it.",
    "refused": "A location or channel refuses what it was handed, for good. A shipment is routed again elsewhere; what "
    "a channel refuses waits for a person.",
    "retry": "A location or channel surely did not process what it was handed, so it stays due: the next pass tries "
    "again.",
    "row_left_out": "A row of an imported table says nothing that can be used. The others were taken; mend the row and "
    "import the file again, which changes nothing else.",
    "stock_difference": "What a location was counted to have on a day is further from what its ledger expected than "
    "the threshold of `orderctl stock reconcile` allows. Nothing was changed.",
    "shipments_differ": "What a location says of the shipments it was handed is not what the store says. Nothing was "
    "changed. `orderctl shipments show` tells the story of one; `orderctl shipments confirm` writes down what is true.",
    "target_missed": "A location in shadow has not reached what `[targets]` asks of it, so that it is no-go. Nothing "
    "was changed; `orderctl locations compare` says what is missing.",
    "store_difference": "A sum that must hold in the store does not. Nothing was changed. Make a copy with "
    "`orderctl db backup`, and send the output of `orderctl db check --json` to orderctl's maintainers.",
}


def answers(
    code: str, *, exception_id: int, subject: str, order: str, channel: str = "", skus: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """The answers to one exception, ready to paste: (command, when to give it).

    What is about a SKU that `channel` names and nobody knows stands there once for each of `skus`.
    """
    told = _told(
        code,
        {
            "{id}": str(exception_id),
            "{subject}": quote(subject),
            "{order}": quote(order) if order else "ORDER",
            "{reference}": quote(subject),
            "{subject_sku}": quote(subject.partition(" ")[2]),
            "{push}": " ".join(quote(part) for part in subject.split(" ", 1)),
            "{location}": quote(subject.rpartition(" ")[0] or subject),
        },
    )
    named = [{"{channel}": quote(channel), "{channel_sku}": quote(sku)} for sku in skus] or [_ANY_SKU]
    return list(dict.fromkeys((_filled(command, values), when) for command, when in told for values in named))


def placeholders(code: str) -> list[tuple[str, str]]:
    """The answers to any exception of `code`, with capitals where one says what it is about; none of other codes."""
    if code not in EXCEPTIONS:
        return []
    names = {"{id}": "N", "{subject}": "REFERENCE", "{order}": "ORDER", "{reference}": "NAME", "{subject_sku}": "SKU"}
    names |= {"{location}": "LOCATION", "{push}": "CHANNEL DOCUMENT"}
    return _told(code, names | _ANY_SKU)


def _told(code: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    known = EXCEPTIONS.get(code, Code("", (_DISMISS,)))
    return [(_filled(command, values), when) for command, when in known.answers]


def _filled(command: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        command = command.replace(mark, value)
    return command
