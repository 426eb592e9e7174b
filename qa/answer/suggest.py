"""Questions worth asking next, each made from a sentence already found, so that the articles answer it.

A few forms of sentence are read by rule: a person introduced with what they are ("Maud Fairlorn, the line's chief
executive,"), a person who is quoted, a count of something ("About 6,200 homes had no supply"), a name that several
dated articles follow. A question is offered only when its sentence, with its title, holds the question's telling words
and something of the kind asked for; no model is asked and nothing is embedded. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile

from qa.answer.candidates import FUNCTION_WORDS
from qa.answer.names import names
from qa.answer.overview import read_overview
from qa.answer.planted import is_planted
from qa.answer.timeline import choose_events
from qa.search.rerank import coverage, rarities, stems
from qa.types import ScoredPassage, Vector

MOST = 3
_PASSAGES = 8
"""Passages read; those farther down are farther from what was asked."""
_NEAR = 0.6
"""Share of the question's words, of the best passage's share, from which a passage is on the same matter."""
_NAMES = 2
"""Names of the question whose story is looked for."""
_TELLING = 3
"""Least words after what is counted, so that a count can be understood by itself."""
_VAGUE = ("other", "more", "further", "of", "such", "percent", "per", "million", "hours", "minutes", "days", "years")
_POSSESSIVE = re.compile(r"['’]s?$")
_BOTH_SIDES = re.compile(r"['’] ")
_EVENTS = 3
"""Dated articles from which a story is worth a timeline."""
_ASKED = 0.75
"""Least share of a suggestion's telling words that its sentence with its title must hold."""
_SAME = 0.6
"""Jaccard similarity of stems from which two questions are the same."""
_LONGEST = 90
_LONGEST_SENTENCE = 400
_FRAME = stems("who what how many did say happened with is")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")

_PERSON = r"[A-Z][^\W\d_]+(?:[-'’][A-Z]?[^\W\d_]+)*(?: (?:de |van |von )?[A-Z][^\W\d_]+(?:[-'’][A-Z]?[^\W\d_]+)*){1,2}"
_ROLE = re.compile(
    rf"(?<![\w“\"])(?P<name>{_PERSON}), (?:(?:aged )?\d{{1,3}}, )?"
    rf"(?:the|a|an|its|her|his|their|who (?:runs|leads|heads|chairs))\b(?P<role>[^,.;:“”\"]{{6,60}})[,.]"
)
_QUOTED = re.compile(
    rf"[\"“][^\"“”]{{15,}}[\"”],? (?:(?P<one>{_PERSON})(?:,[^,\"“”]{{3,60}},)? (?:said|says|told)"
    rf"|(?:said|says) (?P<other>{_PERSON}))\b"
)
_COUNT = re.compile(
    r"^(?:(?:About|Around|Some|Nearly|Almost|At least|More than|Over|Only|Just|Up to) )?"
    r"(?P<number>\d[\d,]*|[A-Z][a-z]+(?:-[a-z]+)?) (?P<noun>[a-z]+(?: [a-z]+)?) "
    r"(?P<rest>(?:were|had|have|are|will|took|came|died|lost|went|voted|ran|applied|entered) [^,.;:“”\"—]+)"
)
_NUMERALS = frozenset(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_RELATIVE = re.compile(
    r"\s+(?:(?:on|by|until|since|last|this|next) )?(?:today|yesterday|tomorrow|tonight|overnight|now|so far|"
    r"(?:last|this|next) \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day(?: \w+)?)\b",
    re.IGNORECASE,
)
_NOT_PERSON = re.compile(
    r"\b(?:Street|Square|Bridge|Island|Point|Line|Bank|Party|Council|Company|Hospital|University|Airport|Club|League|"
    r"City|Town|County|Court|Group|Union|Agency|Ministry|Press|News|Park|School|Harbour|Station|Sea|Storm|River|Strait|Brothers|Sons|Sisters|Wanderers|Rovers|Pies)\b"
)


@dataclass(frozen=True, slots=True)
class _Offer:
    """A question, its kind, and the title and sentence (or sentences) that answer it."""

    question: str
    kind: str
    title: str
    text: str


def suggest(
    question: str, vector: Vector | None, passages: Sequence[ScoredPassage], before: Iterable[str] = (), said: str = ""
) -> tuple[str, ...]:
    """Give up to three questions that the passages found answer, one of each kind first.

    Args:
        question: the standalone question just answered.
        vector: the embedded question.
        passages: what was found for it, best first.
        before: earlier questions of the conversation, which are not offered again.
        said: the answer; what it says already is not worth asking.
    """
    offers = [*_stories(question, vector, passages), *_of_sentences(_near(question, passages))]
    asked = [stems(text) for text in (question, *before)]
    chosen: list[_Offer] = []
    for offer in _mixed(offers):
        words = stems(offer.question)
        if len(chosen) < MOST and _answered(offer) and offer.text not in said and not _known(words, asked):
            chosen.append(offer)
            asked.append(words)
    return tuple(offer.question for offer in chosen)


def _mixed(offers: Sequence[_Offer]) -> list[_Offer]:
    """Put the first of each kind before the second of any."""
    places: dict[str, int] = {}
    ranked = []
    for offer in offers:
        places[offer.kind] = places.get(offer.kind, -1) + 1
        ranked.append((places[offer.kind], offer))
    return [offer for _, offer in sorted(ranked, key=lambda pair: pair[0])]


def _known(words: set[str], asked: Sequence[set[str]]) -> bool:
    return any(len(words & other) >= _SAME * len(words | other) for other in asked)


def _answered(offer: _Offer) -> bool:
    """Tell whether the sentence, with its title, holds what the question asks about."""
    words = stems(offer.question) - _FRAME
    held = words & stems(f"{offer.title} {offer.text}")
    return bool(words) and len(held) >= _ASKED * len(words) and len(offer.question) <= _LONGEST


def _stories(question: str, vector: Vector | None, passages: Sequence[ScoredPassage]) -> Iterator[_Offer]:
    """Offer the timeline of a name that was asked about, where several dated articles follow it."""
    if vector is None or not passages or read_overview(question):
        return
    for name in list(dict.fromkeys(_asked_about(question, passages[0].article.text)))[:_NAMES]:
        events = choose_events(name, vector, passages)
        if len({each.article.id for each in events}) >= _EVENTS:
            texts = " ".join(each.text for each in events)
            yield _Offer(f"What happened with {_with_article(name, texts)}?", "story", name, texts)


def _asked_about(question: str, known: str) -> list[str]:
    """Give the names in a question, those on both sides of a plural's apostrophe as one: "Netmakers' Market"."""
    found, end = list[str](), 0
    for name in names(question, known):
        if found and _BOTH_SIDES.fullmatch(question[end : name.span[0]]):
            found[-1] += question[end : name.span[1]]
        else:
            found.append(name.text if name.span[0] else _without_opening(name.text))
        end = name.span[1]
    return [_POSSESSIVE.sub("", name) for name in found if name]


def _without_opening(name: str) -> str:
    """Leave out the words that only a question's beginning writes with a capital: "Grey Petrel" of "Is Grey Petrel"."""
    telling = dropwhile(lambda word: word.lower() in FUNCTION_WORDS, name.split())
    return " ".join(telling)


def _with_article(name: str, texts: str) -> str:
    """Write "the Grey Petrel" where the articles do."""
    return f"the {name}" if re.search(rf"\b[Tt]he {re.escape(name)}\b(?! [A-Z])", texts) else name


def _near(question: str, passages: Sequence[ScoredPassage]) -> list[ScoredPassage]:
    """Give the first passages that share enough of the question's telling words."""
    texts = [stems(f"{each.article.title}\n{each.passage.text}") for each in passages]
    rarity = rarities(stems(question), texts)
    shares = [coverage(rarity, text) for text in texts]
    least = _NEAR * max(shares, default=0.0)
    return [each for each, share in zip(passages, shares, strict=True) if share >= least][:_PASSAGES]


def _of_sentences(passages: Sequence[ScoredPassage]) -> Iterator[_Offer]:
    for scored in passages:
        for span in scored.passage.sentences:
            text = scored.article.text[slice(*span)]
            if len(text) <= _LONGEST_SENTENCE and not is_planted(text):
                yield from _of_sentence(text, scored.article.title)


def _of_sentence(text: str, title: str) -> Iterator[_Offer]:
    if (counted := _COUNT.match(text)) and _is_count(counted["number"]):
        rest = _RELATIVE.sub("", counted["rest"]).strip()
        if len(rest.split()) >= _TELLING and not counted["noun"].startswith(_VAGUE):
            yield _Offer(f"How many {counted['noun']} {rest}?", "count", title, text)
    if quoted := _QUOTED.search(text):
        yield _Offer(f"What did {quoted['one'] or quoted['other']} say?", "said", title, text)
    for role in _ROLE.finditer(text):
        if not _NOT_PERSON.search(role["name"]):
            yield _Offer(f"Who is {role['name']}?", "who", title, text)


def _is_count(number: str) -> bool:
    first = number.lower().split("-")[0]
    return first in _NUMERALS or (number[0].isdigit() and not _YEAR.fullmatch(number))
