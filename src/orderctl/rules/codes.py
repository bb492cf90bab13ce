"""The stable codes of everything that can be wrong with a rules file or its tests, each with what it means."""

from __future__ import annotations

FILE = "E101"
SYNTAX = "E102"
NUMBER = "E103"
VERSION = "E104"
UNKNOWN_KEY = "E110"
UNKNOWN_FIELD = "E111"
UNKNOWN_ACTION = "E112"
UNKNOWN_LIST = "E113"
UNKNOWN_CHANNEL = "E114"
UNKNOWN_LOCATION = "E115"
UNKNOWN_SERVICE = "E116"
UNKNOWN_PACKAGE = "E117"
UNKNOWN_NOTIFY = "E118"
UNKNOWN_PLACEHOLDER = "E119"
WRONG_TYPE = "E120"
WRONG_CHOICE = "E121"
WRONG_UNIT = "E122"
UNKNOWN_COUNTRY = "E123"
EMPTY_RANGE = "E124"
UNKNOWN_CURRENCY = "E125"
UNKNOWN_TIMEZONE = "E126"
NO_THEN = "E130"
FIELD_STAGE = "E131"
ACTION_STAGE = "E132"
DUPLICATE_NAME = "E133"
NO_NAME = "E134"
TWICE = "E135"
TOO_MANY = "E136"
NOT_AVAILABLE = "E137"
ACTIONS_DISAGREE = "E138"
EMPTY = "E139"
BAD_ORDER = "E140"
NO_NOW = "E141"
CONTRADICTION = "E150"
UNREACHABLE = "W201"
REDUNDANT = "W202"
GAP = "W203"
ONLY_CATCH_ALL = "W204"
EQUAL_AMOUNT = "W205"
UNUSED_LIST = "W206"
CONFLICT = "W207"
CANNOT_SERVE = "W208"
CANNOT_SHIP = "W209"
UNKNOWN_SKU = "W210"
NO_EFFECT = "W211"
UNDECIDED = "W290"

#: Code -> what it means, for `help CODE` and the reference.
MEANING = {
    FILE: "The file cannot be read: it is not there, is larger than 1 MB, or is no UTF-8 text, such as one saved as "
    "UTF-16 or Latin-1. Save it as UTF-8.",
    SYNTAX: "The file is not valid TOML, for example because a key is given twice.",
    NUMBER: "A number that no field can mean (nan, inf, too long), or values nested too deeply.",
    VERSION: "`version` is missing or not 1.",
    UNKNOWN_KEY: "A key or table that a rules file does not have.",
    UNKNOWN_FIELD: "A condition on a field that does not exist.",
    UNKNOWN_ACTION: "An action that does not exist.",
    UNKNOWN_LIST: "`@name` without such a list under [lists], or a list inside a list.",
    UNKNOWN_CHANNEL: "A channel that channels.toml does not configure.",
    UNKNOWN_LOCATION: "A location that channels.toml does not configure.",
    UNKNOWN_SERVICE: "A carrier service that channels.toml does not configure.",
    UNKNOWN_PACKAGE: "A package that channels.toml does not configure.",
    UNKNOWN_NOTIFY: "A name without a [notify.NAME] in channels.toml.",
    UNKNOWN_PLACEHOLDER: "A text has a `{placeholder}` that nothing fills.",
    WRONG_TYPE: "A value of the wrong type for its field or action.",
    WRONG_CHOICE: "A value that is not one of the few its field or action has.",
    WRONG_UNIT: "A unit of another dimension, an unknown unit, or none where one is needed.",
    UNKNOWN_COUNTRY: "Not a country of ISO 3166, two letters.",
    EMPTY_RANGE: "A range that nothing lies in, or whose ends cannot be compared.",
    UNKNOWN_CURRENCY: "Not a currency of ISO 4217, or two currencies in one condition.",
    UNKNOWN_TIMEZONE: "Not a time zone of the IANA database.",
    NO_THEN: "A rule without `then`, or one whose `then` lacks what it is for.",
    FIELD_STAGE: "A field that this stage does not know yet, such as shipment.* before locations are chosen.",
    ACTION_STAGE: "An action that belongs to another stage.",
    DUPLICATE_NAME: "Two rules of one stage with the same name.",
    NO_NAME: "A rule without a name.",
    TWICE: "The same name twice where each may stand once, such as a location in ship_from and failover_to.",
    TOO_MANY: "More than 12 candidate locations in one rule.",
    NOT_AVAILABLE: "A field or action that this version does not have.",
    ACTIONS_DISAGREE: "Actions of one rule that exclude each other, or one that needs another.",
    EMPTY: "A list, block or table without content.",
    BAD_ORDER: "The order of a rule test could not be an order.",
    NO_NOW: "A rule test without a moment: neither it nor the head of its file says `now`.",
    CONTRADICTION: "A rule that can never apply: no order makes `when` true, or `unless` excludes each that does. That "
    "is proven, for every order of the rule's stage. Look for two conditions on the same field, and for a field that "
    "is always the same in this stage: past the hold stage every order is the merchant's to ship.",
    UNREACHABLE: "A rule of a first-match stage that never gets an order, because the rules above it, which are named, "
    "take all that it would. That is proven over all values of the fields, missing ones included. A rule with "
    '`if_short = "next_rule"` or `mode = "observe"` hides nothing. Move the rule up, or narrow the ones above.',
    REDUNDANT: "A rule without which nothing changes: the rules below would send the same orders the same way, or, in "
    "the hold and enhance stages, other rules do all it does wherever it applies. Proven; take it out, or mend it.",
    GAP: "An order that no location rule takes, so that it is held as `unrouted`, or a shipment that no service rule "
    "takes, so that it leaves without a service. The example was decided by the engine and really ends so. A last rule "
    "without conditions takes whatever is left.",
    ONLY_CATCH_ALL: "A channel of which no order is ever taken by a location rule but the one without conditions. "
    "Often a rule that was meant for it names another channel.",
    EQUAL_AMOUNT: "A condition that an amount of money be met to the cent, such as `total = 500`. Nearly always "
    '`">= 500"` is meant.',
    UNUSED_LIST: "A list under [lists] that no rule names as `@name`.",
    CONFLICT: "Two rules that both apply to some order, which is shown, and set differently what there can be only one "
    "of. The first in the file counts. Let an `unless` keep them apart.",
    CANNOT_SERVE: "A service rule names a carrier's service that can take none of the shipments that the rule gets, "
    "because of its countries, its heaviest weight or PO boxes. Proven.",
    CANNOT_SHIP: "A location rule names a location that can ship none of the lines that the rule gets, because of what "
    "`serves` and `accepts` say of it. Proven.",
    UNKNOWN_SKU: "A SKU or a pattern of SKUs that nothing in the file given with --skus is.",
    NO_EFFECT: "An action or a part of a rule that changes nothing: an action that needs another one to mean anything, "
    "one that other rules always settle, a block of `any` that is never true, an exception that never excludes.",
    UNDECIDED: "Something could not be decided, and nothing is claimed about it: it depends on the moment (age, "
    "ship_by, deliver_by, placed, now, stock, attempts), there are too many combinations, or no example could be made.",
}
