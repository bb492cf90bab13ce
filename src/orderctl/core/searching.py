"""What an order is found by: its words as they are indexed, and a search as the index is asked for it.

1. letters are small and without accents, apostrophes are nothing; names are words, everything else (numbers, SKUs,
   postcodes, e-mail addresses) is letters and digits alone: `A-1 042` and `a1042` are the same
2. of a phone number the last nine digits count, from behind: then it does not matter how much of its beginning is typed
3. a search finds what has all of its words; a word of three letters or more may be the beginning of one; words with
   digits in them may be one number typed with spaces
4. tags are indexed under a mark that no search can type: they are for filters
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterator, Sequence

from orderctl.core.orders import Address, Order

#: From so many characters on, a word may be the beginning of a longer one.
SHORTEST_BEGINNING = 3
_PHONE, _TAG = "\xa7", "\xa4"  # token characters for the index, nothing that `squeezed` leaves in a search
_APOSTROPHE = "'"
_FEWEST_DIGITS, _DIGITS_KEPT = 6, 9
#: More words than this are more than anyone has to type, and each is looked up.
_MOST_WORDS = 12

_PUNCTUATION = string.punctuation.encode() + b" \t\r\v\f"  # line ends stand between codes
_NO_DIGITS = bytes(set(range(256)) - set(string.digits.encode()))
_APART = re.compile(r"[\W_]+")
_PLAIN = str.maketrans(
    {  # letters that are no letter with an accent
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "ð": "d",
        "\u0131": "i",
    }
)
_APOSTROPHES = str.maketrans("", "", "'\u2018\u2019\u02bc")


def folded(text: str) -> str:
    """`text` in small letters without accents and apostrophes."""
    if text.isascii():
        return text.lower().replace("'", "")
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join([one for one in apart if not unicodedata.combining(one)]).translate(_APOSTROPHES)


def squeezed(text: str) -> str:
    """The letters and digits of `text`, small and without accents."""
    return _APART.sub("", folded(text))


def text_of(order: Order) -> str:
    """Everything that `order` is found by, as the index takes it: letters, digits and what stands between words."""
    customer, to, bill = order.customer, order.ship_to, order.bill_to
    names, phones = [customer.name], {customer.phone}
    codes = [customer.email, *_numbers(order)]
    for place in (to,) if bill is to else (to, bill):
        if place is not None:
            names += (place.name, place.company)
            codes.append(place.postcode)
            phones.add(place.phone)
    codes += [line.sku for line in order.lines]
    name, code = "\n".join(names), "\n".join(codes)
    if name.isascii() and code.isascii():
        text = f"{name.replace(_APOSTROPHE, '')}\n{code.encode().translate(None, _PUNCTUATION).decode()}".lower()
    else:
        text = "\n".join([_APART.sub(" ", folded(name)), *map(squeezed, codes)])
    marked = [*map(phone, phones), *map(tag, order.tags)]
    return f"{text}\n{' '.join(marked)}"


def text_without_persons(order: Order) -> str:
    """What an order is found by when its person was taken out: what its channel calls it, and its SKUs."""
    codes = (order.number, _id(order.channel_order_id), *(line.sku for line in order.lines))
    return " ".join(map(squeezed, codes))


def phone(text: str) -> str:
    """How a phone number is indexed; nothing for one too short to be one."""
    digits = text.encode(errors="replace").translate(None, _NO_DIGITS).decode()
    return _PHONE + digits[: -_DIGITS_KEPT - 1 : -1] if len(digits) >= _FEWEST_DIGITS else ""


def tag(text: str) -> str:
    """How a tag is indexed. Tags that differ in punctuation alone are indexed alike."""
    return _TAG + (text.lower() if text.isalnum() and text.isascii() else squeezed(text))


def expression(text: str) -> str:
    """The search `text` as the index is asked for it; empty when there is nothing in it to look for."""
    words = _words(text)
    if not words:
        return ""
    groups = _groups(words)
    asked = " AND ".join(_either(_ways_of_group(group)) for group in groups)
    return f"({asked}) OR {_beginning(squeezed(text))}" if len(groups) > 1 else asked


def exactly(token: str) -> str:
    """The whole word `token`, as the index is asked for it."""
    return f'"{token}"'


def found_by(order: Order, text: str) -> list[str]:
    """What of `order` the search `text` matches: names of fields, the first that a person would look at first."""
    words = _words(text)
    wanted = {squeezed(text), *(squeezed(word) for word in words), *(part for word in words for part in _parts(word))}
    wanted |= {"".join(map(squeezed, group)) for group in _groups(words)}
    wanted |= {phone(one) for one in wanted if one.isdigit()}
    wanted.discard("")
    return [name for name, tokens in _tokens(order) if any(_meets(token, one) for token in tokens for one in wanted)]


def _meets(token: str, wanted: str) -> bool:
    return token == wanted or (len(wanted) >= SHORTEST_BEGINNING and token.startswith(wanted))


def _tokens(order: Order) -> Iterator[tuple[str, list[str]]]:
    yield "name", _parts("\n".join(_names(order)))
    yield "email", [squeezed(order.customer.email)]
    yield "phone", list(map(phone, _phones(order)))
    yield "postcode", list(map(squeezed, _postcodes(order)))
    yield "sku", [squeezed(line.sku) for line in order.lines]
    yield "number", list(map(squeezed, _numbers(order)))


def _places(order: Order) -> list[Address]:
    """Where it is delivered and billed, the same place once."""
    to, bill = order.ship_to, order.bill_to
    return [place for place in ((to,) if bill is to else (to, bill)) if place is not None]


def _names(order: Order) -> list[str]:
    """Names of persons and companies."""
    found = [order.customer.name]
    for place in _places(order):
        found += (place.name, place.company)
    return found


def _numbers(order: Order) -> list[str]:
    """What it is called: its number, its channel's id where that is another, the customer's purchase order."""
    number, name, purchase = order.number, order.channel_order_id, order.po_number
    found = [number] if name == number else [number, _id(name)]
    return [*found, purchase] if purchase else found


def _postcodes(order: Order) -> list[str]:
    return [place.postcode for place in _places(order)]


def _phones(order: Order) -> list[str]:
    return [order.customer.phone, *[place.phone for place in _places(order)]]


def _id(text: str) -> str:
    """What tells an id apart: of `gid://shop/Order/12` the last part."""
    return text.rpartition("/")[2] if "://" in text else text


def _words(text: str) -> list[str]:
    """The words of a search that have something to look for, folded."""
    words = [_id(word) for word in folded(text).split()]
    return [word for word in words if _APART.sub("", word)][:_MOST_WORDS]


def _groups(words: Sequence[str]) -> list[list[str]]:
    """The words, those with digits that follow each other together."""
    groups: list[list[str]] = []
    together = False
    for word in words:
        numeric = any(map(str.isdigit, word))
        if numeric and together:
            groups[-1].append(word)
        else:
            groups.append([word])
        together = numeric
    return groups


def _ways_of_group(group: Sequence[str]) -> list[str]:
    if len(group) == 1:
        return _ways(group[0])
    apart = " AND ".join(_either(_ways(word)) for word in group)
    return [f"({apart})", *_ways("".join(group))]


def _ways(word: str) -> list[str]:
    """What one word may be: one code, the end of a phone number, or several words."""
    whole = squeezed(word)
    ways = [_beginning(whole)]
    if whole.isdigit() and (end := phone(whole)):
        ways.append(f'"{end}" *')
    parts = _parts(word)
    if len(parts) > 1:
        ways.append(f"({' AND '.join(map(_beginning, parts))})")
    return ways


def _parts(text: str) -> list[str]:
    return [part for part in _APART.split(folded(text)) if part]


def _beginning(chunk: str) -> str:
    return f'"{chunk}" *' if len(chunk) >= SHORTEST_BEGINNING else f'"{chunk}"'


def _either(ways: Sequence[str]) -> str:
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"
