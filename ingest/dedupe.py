"""Tell whether two articles are one: by address, by identity, by text, and by near-identical text.

Near-duplicates are found by MinHash (Broder 1997) over runs of three words, 64 permutations in 16 bands of 4: a pair
at the default threshold of 0.85 shares a band with probability 0.99999. Each candidate is then compared in full, so the
bands only save work. At 0.85 about one word in forty may differ; a second condition does the real work: every number,
name, negation and number word must be the same and in the same order, for "12 dead" and "13 dead" are two stories
however alike the rest is. Scripts without capital letters have no visible names, so there only equal texts are merged.

This is the only module that imports datasketch.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote_to_bytes, urlencode, urlsplit, urlunsplit

from datasketch import MinHash

from ingest.entries import is_entry, whole_source
from qa.dateline import dateline
from qa.text import plain, words
from qa.types import Article

PERMUTATIONS = 64
BANDS = 16
SHINGLE = 3
"""Words in a run."""
LEAST_WORDS = 30
"""Texts with fewer words are only ever merged when they are equal: one word is too large a part of them."""

_TRACKING = re.compile(
    r"utm_.*|mc_[ce]id|.*clid|ns_.*|at_(?:medium|campaign|custom\d|link.*|ptr_name|format|bbc_team)|wt_.*|pk_.*|piwik_.*|"
    r"mtm_.*|hsa_.*|_hs.*|cmpid|icid|ncid|ito|xtor|smid|smtyp|sr_share|share|referrer|ref|ref_src|ref_url|refsrc|source|"
    r"src|ocid|campaign.*|feature|spm|igsh(?:id)?|si|guccounter|guce_.*|traffic_source|partner|rss|ftag|sh|taid|"
    r"__twitter_impression|amp|amp_.*|output(?:type)?|usqp|fb_.*|mkt_tok|trk.*|oly_.*|vero_.*|s_cid|cmp|wprov",
    re.IGNORECASE,
)
_AMP_CACHE = re.compile(r"https?://[^/]*\.cdn\.ampproject\.org/(?:[cvi]/)?(s/)?(.+)", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"https?://(?:www\.)?google\.[a-z.]+/amp/(s/)?(.+)", re.IGNORECASE)
_MOBILE_HOST = re.compile(r"^(?:m|mobile|amp|touch)\.(?=[^.]+\.[^.]+)|(?<=\.)m\.(?=[^.]+\.[^.]+$)")
_AMP_PATH = re.compile(r"/amp(?=/|$)|\.amp(?=\.html?$|$)|(?<=/)amp\.html$", re.IGNORECASE)
_WORLDWIDE = 16
"""Characters from which a provider's id is one that nobody else gives (a UUID, a URN, a tag)."""
_PATH_SAFE = ":@!$&'()*+,;=~-._"
_MOST_PARAMETERS = 200
_CAPITALIZED = re.compile(r"[^\W\d_]")
_NUMBER_WORDS = frozenset(
    word
    for line in (
        "no not never none nor without zero one two three four five six seven eight nine ten eleven twelve thirteen",
        "fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety",
        "hundred thousand million billion trillion half dozen dozens hundreds thousands first second third fourth",
        "fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth",
        "eighteenth nineteenth twentieth thirtieth fortieth fiftieth hundredth thousandth denied denies false",
    )
    for word in line.split()
)
_BYLINE = re.compile(r"\A\s*(?:By|BY) [^\n.]{3,60}\n+")
_AGENCY = re.compile(r"(?:[—–-]{1,2} ?[A-Z]{2,6}|\([A-Z][\w/ ]{1,20}\))\Z")
_LONGEST_MARK = 30
_TOKEN = re.compile(r"[^\W_]+(?:[.,:/'’\-][^\W_]+)*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n“\"(‘']\s*)$")


@dataclass(frozen=True, slots=True)
class Signature:
    """A text's MinHash: one hash a band (``BANDS`` of 63 bits) for finding candidates, and the values themselves."""

    bands: tuple[int, ...]
    sketch: bytes


def canonical_url(url: str) -> str:
    """Give an address without what does not name the article: tracking, fragments, AMP and mobile variants, ports.

    A fragment that scripts read a page from (``#!``) names it and stays. The result is an address that a person may
    open. An address that cannot be parsed is given back.
    """
    try:
        parts = urlsplit(_out_of_amp_cache(url.strip()))
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return url.strip()
    if not host:
        return url.strip()
    netloc = _MOBILE_HOST.sub("", host) + (f":{port}" if port not in (None, 80, 443) else "")
    fragment = parts.fragment if parts.fragment.startswith("!") else ""
    return urlunsplit((parts.scheme.lower(), netloc, _path(parts), _query(parts), fragment))


@lru_cache(maxsize=4096)
def same_address(url: str) -> str:
    """Give what two addresses of one article have in common: canonical, without scheme, ``www.`` and last slash."""
    host, path, rest = _address(canonical_url(url))
    return f"{host}{path}{rest}"


def address_variants(url: str) -> tuple[str, ...]:
    """Give the canonical addresses that have this one's ``same_address``."""
    host, path, rest = _address(canonical_url(url))
    if not host:
        return (canonical_url(url),)
    return tuple(
        f"{scheme}://{www}{host}{path}{slash}{rest}"
        for scheme in ("https", "http")
        for www in ("", "www.")
        for slash in ("", "/")
    )


def identity(article: Article) -> str:
    """Give what makes an article itself: its address, else the provider's id, else its path, else its text.

    A short id without a publisher is only told from others in the same file: every dump has its number 17.
    """
    if article.url:
        return f"url:{same_address(article.url)}"
    if article.provider_id:
        own = article.publisher or len(article.provider_id) >= _WORLDWIDE
        return f"id:{article.publisher or '' if own else whole_source(article.source)}:{article.provider_id}"
    if article.source and article.source != "-" and not is_entry(article.source):
        return f"path:{article.source}"
    return f"text:{article.title}\n{article.text}"


def article_id(article: Article) -> str:
    """Give the id of an article, the same whenever it is read again (16 hex digits)."""
    return hashlib.blake2b(identity(article).encode(errors="replace"), digest_size=8).hexdigest()


def signature(text: str) -> Signature | None:
    """Give the signature of a text; ``None`` for one too short to have near-duplicates."""
    tokens = words(text)
    if len(tokens) < LEAST_WORDS:
        return None
    sketch = _empty_sketch().copy()
    sketch.update_batch([" ".join(shingle).encode(errors="replace") for shingle in _shingles(tokens)])
    rows = PERMUTATIONS // BANDS
    values = sketch.hashvalues.astype("<u8")
    bands = tuple(_band(values[at : at + rows].tobytes()) for at in range(0, PERMUTATIONS, rows))
    return Signature(bands, values.tobytes())


def likeness(one: bytes, other: bytes) -> float:
    """Estimate the Jaccard similarity of two texts from their sketches, 0 to 1; standard error at most 0.0625."""
    if len(one) != len(other) or not one:
        return 0.0
    return sum(one[at : at + 8] == other[at : at + 8] for at in range(0, len(one), 8)) * 8 / len(one)


def is_same_story(one: str, other: str, threshold: float) -> bool:
    """Say whether two texts tell one story in nearly the same words, with every number and name alike.

    Args:
        threshold: least Jaccard similarity of the runs of three words, above 0 and at most 1.
    """
    if _normal(one) == _normal(other):
        return True
    (first, one), (second, other) = _without_frame(one), _without_frame(other)
    if first and second and first != second:
        return False
    if _has_caseless_script(one) or min(len(words(one)), len(words(other))) < LEAST_WORDS:
        return False
    return jaccard(one, other) >= threshold and telling_words(one, other) == telling_words(other, one)


def jaccard(one: str, other: str) -> float:
    """Give the Jaccard similarity of two texts' runs of three words, 0 to 1."""
    first, second = _shingles(words(one)), _shingles(words(other))
    return len(first & second) / len(first | second) if first and second else 0.0


def telling_words(text: str, other: str) -> list[str]:
    """Give the words of a text that tell it from a similar one, in order: numbers, names, negations.

    A capitalised word at the start of a sentence is a name unless either text also has it in small letters.
    """
    small = {word for word in _TOKEN.findall(f"{text}\n{other}") if word[0].islower()}
    return [word for token in _TOKEN.findall(plain(text)) if (word := _telling(token, small))]


def _without_frame(text: str) -> tuple[str, str]:
    """Give the place of a text's dateline, and the text without dateline, byline and agency's mark.

    Outlets add and drop these as they carry a wire story.
    """
    body = _BYLINE.sub("", text)
    body = body.strip()
    place, length = dateline(body)
    mark = _AGENCY.search(body, max(length, len(body) - _LONGEST_MARK))
    return place, body[length : mark.start() if mark else len(body)]


def _telling(token: str, small: set[str]) -> str | None:
    lowered = token.lower().removesuffix("'s")
    if any(char.isdigit() for char in token):
        return lowered.replace(",", "")
    if not _NUMBER_WORDS.isdisjoint(lowered.split("-")) or lowered.endswith("n't"):
        return lowered
    return lowered if token[0].isupper() and token.lower() not in small else None


def _normal(text: str) -> str:
    return " ".join(words(plain(text)))


def _has_caseless_script(text: str) -> bool:
    letters = [char for char in text[:2000] if _CAPITALIZED.match(char)]
    return sum(not (char.isupper() or char.islower()) for char in letters) * 2 > len(letters)


def _shingles(tokens: list[str]) -> set[tuple[str, ...]]:
    return {tuple(tokens[at : at + SHINGLE]) for at in range(max(1, len(tokens) - SHINGLE + 1))}


@lru_cache(maxsize=1)
def _empty_sketch() -> MinHash:
    return MinHash(num_perm=PERMUTATIONS, seed=1)


def _band(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> 1


def _out_of_amp_cache(url: str) -> str:
    match = _AMP_CACHE.match(url) or _AMP_VIEWER.match(url)
    return f"http{'s' if match[1] else ''}://{match[2]}" if match else url


def _address(url: str) -> tuple[str, str, str]:
    """Give the host without ``www.``, the path without last slash, and what follows."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url, ""
    rest = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/"), rest + fragment


def _path(parts: SplitResult) -> str:
    # Part by part and as bytes, so that an encoded slash stays one and what is no UTF-8 stays what it is.
    steps = (unquote_to_bytes(step.encode(errors="replace")) for step in parts.path.split("/"))
    path = "/".join(quote(step, safe=_PATH_SAFE) for step in steps)
    while (folded := _AMP_PATH.sub("", path)) != path and folded.strip("/"):  # "/story.amp.amp": until nothing changes
        path = folded
    return path or "/"


def _query(parts: SplitResult) -> str:
    try:
        pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=_MOST_PARAMETERS)
    except ValueError:  # more than that
        return parts.query
    return urlencode(sorted(pair for pair in pairs if not _TRACKING.fullmatch(pair[0])))
