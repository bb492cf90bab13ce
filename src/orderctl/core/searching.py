"""What an order is found by: its words as they are indexed, and a search as the index is asked for it.

1. letters are small and without accents, apostrophes are nothing; names are words, everything else (numbers, SKUs,
   postcodes, e-mail addresses) is letters and digits alone: `A-1 042` and `a1042` are the same
2. of a phone number the last nine digits count, from behind: then it does not matter how much of its beginning is typed
3. a search finds what has all of its words; a word of three letters or more may be the beginning of one; words with
   digits in them may be one number typed with spaces
4. tags are indexed under a mark that no search can type: they are for filters
5. the index is kept in volumes, one after another: every word in it begins with the mark of its volume, so that a
   search can be asked of the newest orders alone (`store.search`)
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from orderctl.core.orders import Address, Order
from orderctl.core.search_question import Every, Node, Question, Some, Token

#: From so many characters on, a word may be the beginning of a longer one.
SHORTEST_BEGINNING = 3
_PHONE, _TAG = "\xa7", "\xa4"  # token characters for the index, nothing that `squeezed` leaves in a search
_APOSTROPHE = b"'"
_FEWEST_DIGITS, _DIGITS_KEPT = 6, 9
#: More words than this are more than anyone has to type, and each is looked up.
_MOST_WORDS = 12

_KEPT = (string.ascii_letters + string.digits).encode()
_WORDS = bytes(ord(chr(one).lower()) if one in _KEPT else ord(" ") for one in range(256))
_NO_CODE = bytes(set(range(256)) - set(_KEPT) - {ord("\n")})  # line ends stand between codes
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


def words_of(order: Order) -> list[str]:
    """Everything that `order` is found by: words of letters and digits."""
    customer, to, bill = order.customer, order.ship_to, order.bill_to
    names, codes, phones = customer.name, "\n".join([customer.email, *_numbers(order)]), [customer.phone]
    for place in (to,) if bill is to else (to, bill):
        if place is not None:
            if place.name != customer.name:
                names = f"{names}\n{place.name}"
            if place.company:
                names = f"{names}\n{place.company}"
            if place.phone not in phones:
                phones.append(place.phone)
            codes = f"{codes}\n{place.postcode}"
    for line in order.lines:
        codes = f"{codes}\n{line.sku}"
    if names.isascii() and codes.isascii():
        plain = names.encode().translate(_WORDS, _APOSTROPHE) + b" " + codes.encode().translate(_WORDS, _NO_CODE)
        words = plain.decode().split()
    else:
        words = [*_APART.sub(" ", folded(names)).split(), *filter(None, map(squeezed, codes.split("\n")))]
    words += [end for one in phones if (end := phone(one))]
    words += map(tag, order.tags)
    return words


def words_without_persons(order: Order) -> list[str]:
    """What an order is found by when its person was taken out: what its channel calls it, and its SKUs."""
    codes = (order.number, _id(order.channel_order_id), *(line.sku for line in order.lines))
    return list(filter(None, map(squeezed, codes)))


def phone(text: str) -> str:
    """How a phone number is indexed; nothing for one too short to be one."""
    digits = text.encode("ascii", "ignore").translate(None, _NO_DIGITS)
    return _PHONE + digits[: -_DIGITS_KEPT - 1 : -1].decode() if len(digits) >= _FEWEST_DIGITS else ""


@lru_cache(maxsize=1000)
def tag(text: str) -> str:
    """How a tag is indexed. Tags that differ in punctuation alone are indexed alike."""
    return _TAG + (text.lower() if text.isalnum() and text.isascii() else squeezed(text))


def marked(words: Iterable[str], mark: str) -> str:
    """`words` as they stand in the volume of `mark`."""
    return mark + f" {mark}".join(words)


def question(text: str) -> Question | None:
    """What the search `text` asks of an order; None when there is nothing in it to look for."""
    words = _words(text)
    groups = _groups(words)
    if len(groups) > 1:
        return Question(tuple(Some(tuple(_ways_of_group(group))) for group in groups), (_beginning(squeezed(text)),))
    if len(words) > 1:
        return Question(tuple(Some(tuple(_ways(word))) for word in words), tuple(_ways("".join(words))))
    if not words:
        return None
    parts = tuple(map(_beginning, _parts(words[0])))
    codes = tuple(_codes(words[0]))
    return Question(parts, codes) if len(parts) > 1 else Question((Some(codes),))


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


def _ways_of_group(group: Sequence[str]) -> list[Node]:
    if len(group) == 1:
        return _ways(group[0])
    return [Every(tuple(Some(tuple(_ways(word))) for word in group)), *_ways("".join(group))]


def _ways(word: str) -> list[Node]:
    """What one word may be: one code, the end of a phone number, or several words."""
    return [*_codes(word), *([Every(tuple(map(_beginning, parts)))] if len(parts := _parts(word)) > 1 else [])]


def _codes(word: str) -> list[Node]:
    whole = squeezed(word)
    end = phone(whole) if whole.isdigit() else ""
    return [_beginning(whole), *([Token(end, begins=True)] if end else [])]


def _parts(text: str) -> list[str]:
    return [part for part in _APART.split(folded(text)) if part]


def _beginning(chunk: str) -> Token:
    return Token(chunk, begins=len(chunk) >= SHORTEST_BEGINNING)
