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

#: Code -> what it means, for `help CODE` and the reference.
MEANING = {
    FILE: "The file cannot be read: too large, or not UTF-8 text.",
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
}
