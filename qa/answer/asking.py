"""What a question asks for: its question word, the noun it asks about, and so the type of its answer.

By rule and for English; a question in another language, or without a question word, asks for "anything". Nothing here
looks at an answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from qa.answer.candidates import MONTHS, WEEKDAYS
from qa.answer.nouns import names_persons
from qa.answer.verbs import BASE_FORMS
from qa.text import words

AnswerType: TypeAlias = Literal["person", "place", "number", "time", "thing", "truth", "prose"]
Measure: TypeAlias = Literal["money", "share", "duration", "length", "speed", "weight", "degrees", "score", ""]

_QUESTION_WORD = re.compile(
    r"\b(which|what|whose|whom|who|where|when|why|how (?:many|much|old|long|far|big|tall|often|high|large|fast|strong|"
    r"deep|wide|heavy|hot|cold|small)|how)\b"
)
_AUXILIARIES = frozenset(
    "is are was were be been being has have had do does did will would can could should may might must became "
    "becomes become made makes won wins said says".split()
)
_ENDS = frozenset(
    "who that which to from for with by in on at after before and or nor as during into over under about against "
    "through among between because while this these last next not if than per up down off out behind awaiting facing "
    "accused charged suspected responsible".split()
)
_VERBS = frozenset(
    "saw sees hit hits lit fell falls lost loses holds held wants got gets led leads took takes went goes came comes "
    "found gave gives left leaves bought sold told beat beats swept paid pays set sets put won began begins plays "
    "using quit cut ran drove wrote spoke flew broke stole threw chose drew swam sang rang rode built sent spent felt "
    "kept meant met shot shut taught wore has just now recently already officially finally also first ever you they "
    "he she it we died".split()
)
"""Words that end the noun a question asks about, verbs and adverbs that often follow it."""
_NOT_VERBS = frozenset("united red seed speed breed feed weed bed shed sled limited allied".split())
_EMPTY = frozenset("of these the those this kind type sort name a an following other new one".split())
_DETERMINERS = frozenset("of a an the this these those following".split())
_TIMES = frozenset("year month day date week century decade time season weekday".split())
_AMOUNTS = frozenset(
    "percentage percent number magnitude score scoreline age amount price cost share rate figure total size length "
    "profit loss fee fare turnout attendance offer budget salary wage worth capacity temperature speed toll sum "
    "dividend rise raise increase height width depth distance weight duration altitude".split()
)
_PLACES = frozenset("venue location site whereabouts".split())
_DOING = (["did"], ["does"], ["do"])
_PAYING = re.compile(
    r"\b(?:pay|paid|paying|charge|charged|cost|costs|costing|earn|earned|spend|spent|worth|per (?:share|head|hour))\b"
)
_MONEY = frozenset(
    "price cost fee fare profit loss budget salary wage dividend revenue sum money fund grant fine worth "
    "credit loan deal debt damage".split()
)
_SHARES = frozenset("percentage percent share rate turnout".split())
_SCORES = frozenset("score scoreline".split())
_COUNTED = frozenset(
    "deaths killed dead fatalities casualties injured wounded missing attendance spectators arrests arrested layoffs "
    "redundancies evacuated".split()
)
"""What a question that is no sentence counts when it ends with it: "ferry crash injured"."""
_CHANGES = frozenset("rise raise increase".split())
"""Told as a share of the whole or as an amount."""
_DIMENSIONS: Mapping[str, Measure] = {
    "how far": "length", "how tall": "length", "how high": "length", "how deep": "length", "how wide": "length",
    "how fast": "speed", "how strong": "speed", "how heavy": "weight", "how hot": "degrees", "how cold": "degrees",
    "how long": "duration",
}  # fmt: skip
_DIMENSION_NOUNS: Mapping[Measure, frozenset[str]] = {
    "length": frozenset("height depth width distance altitude".split()),
    "speed": frozenset({"speed"}),
    "weight": frozenset({"weight"}),
    "degrees": frozenset({"temperature"}),
    "duration": frozenset({"duration"}),
}
_LONG_THINGS = re.compile(
    r"^ (?:is|are|will|would) (?:be )?.*\b(?:tunnel|bridge|road|route|river|wall|line|pier|track|cable|canal|runway|"
    r"motorway|railway|fence|border|trail|path|pipeline)s?\b(?: be)?[?.! ]*$"
)
"""Things whose length is no time: "how long is the tunnel"."""
_SIZES = frozenset({"how large", "how big"})
_LATELY = re.compile(
    r"\b(?:now|currently|current|latest|newest|so far|still|to date|at present|end(?:ed)? up|in the end)\b|"
    r"\bwho (?:is|are|runs|leads|heads|chairs|owns|coaches|holds)\b|\b(?:is|are) (?:\w+ ){1,4}?(?!going)\w+ing\b"
)
ASKING = r"(?:which|what|whose|whom|who|where|when|why|how)\b"
"""A word that asks, as a pattern."""
_MORE = re.compile(rf"\band (?:(?:for|by|in|on|at|to|from) )?{ASKING}", re.I)
_NUMBER_OF = re.compile(
    r"\bnumber of (?!the |an? |his |her |its )((?:[\w'-]+ ){0,2}?(?:[\w'-]+s|people|children|men|women))\b"
)
"""What makes "how many" of "what is the number of", "what do they say about the number of"."""
_NAME_OF = re.compile(r"(?:the )?names? of (?:the |an? )?")
_NAME_ASKED = re.compile(
    r"^(?:the )?names? of\b|\bwhat(?:'s| (?:is|was|are|were)) (?:the|its|his|her|their) (?:\w+ )?names?\b|"
    r"\b(?:which|what) (?:\w+ )?names?\b"
)
_COMMON_NAMES = re.compile(
    r"\bnames? (?:for|of (?:\w+ ){0,3}(?:disease|illness|condition|disorder|syndrome|virus|drug|medicine|species|"
    r"animal|bird|fish|insect|breed|plant|flower|fruit|dish|drink|food|metal|mineral|chemical|substance|sport|dance|phenomenon)s?\b)"
)
"""Names that may be written small."""
_TRUTH = re.compile(r"^(?:so |and )?(?:true or false\b|(?:(?:is|isn't) it )?true(?: that|\b(?= ?\?)))|^is it true\b")
_OPENED = r"^(?:(?:so|and|but|ok|well),? )?"
_PRESENT, _PAST = "is|are|has|have|does|do", "was|were|had|did|could|should|would"
_YES_NO = re.compile(
    rf"{_OPENED}(?:(?:any|{_PRESENT}|{_PAST}|can)\b|"
    r"will (?:the|an?|it|he|she|they|there|this|these|that|his|her|its|their|we|you|i|all|any)\b|will\b.*\?$|"
    rf"(?:{_PRESENT}|{_PAST}|ca|wo)n't\b)"
)
_AS_IT_STANDS = re.compile(rf"{_OPENED}(?:any|{_PRESENT}|can|will|(?:{_PRESENT}|ca|wo)n't)\b")
"""Such a question asks how things stand now."""
_TAGGED = re.compile(r",? (?:right|correct|yes|no|isn't (?:it|he|she)|didn't (?:it|he|she|they)|or not)\?+$")
"""What makes a question of a statement: "she resigned, right?"."""
_INDIRECT = re.compile(
    r"^(?:can|could|do|did|does|would|will|is|has|have) (?:you|we|i|anyone|anybody|it|they|there|the \w+) "
    r"(?:\w+ )?(?:tell|know|known|say|said|find|show|explain|remember|clear|give|list|name|any)\b"
)
"""What asks for what comes behind it: "can you tell me who won"."""
_JOBS_LOST = re.compile(r"\bjob(?:s)? (?:cuts?|loss(?:es)?|lost)\b")
_HEAD_WORDS, _TERSE_WORDS = 4, 8


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question asks for.

    Args:
        word: the question word (``"which"``, ``"how many"``), or ``""``.
        noun: the words that say what kind of thing is asked for (``("renewable", "energy")``), lower-cased.
        type: the type of its answer.
        content: the question's telling words, lower-cased, in order.
        measure: what a number is to be counted in, where the question tells: money, a share of the whole, a duration …
        lately: how things stand now is asked for, and not how they once stood.
        named: what something is called is asked for: "what is the name of the ward".
    """

    word: str
    noun: tuple[str, ...]
    type: AnswerType
    content: tuple[str, ...]
    measure: Measure = ""
    lately: bool = False
    named: bool = False

    @property
    def wants_span(self) -> bool:
        """Whether a span of a sentence can be the answer; a reason, or a yes or no, is none."""
        return self.type not in {"prose", "truth"}


def read_question(question: str) -> Asking:
    """Say what a question asks for."""
    lowered = question.lower().replace("’", "'")
    lately, named = bool(_LATELY.search(lowered)), bool(_NAME_ASKED.search(lowered))
    named = named and not _COMMON_NAMES.search(lowered)
    asking = _read(question, lowered, tuple(words(question)))
    lately = lately or (asking.type == "truth" and bool(_AS_IT_STANDS.match(lowered.strip())))
    return replace(asking, lately=lately, named=named)


def _read(question: str, lowered: str, content: tuple[str, ...]) -> Asking:
    found = list(_QUESTION_WORD.finditer(lowered))
    if _is_truth(" ".join(lowered.split()), found):
        return Asking("", (), "truth", content)
    if not found or _NAME_OF.match(lowered):
        return _terse(lowered, content)
    match = _telling(found, lowered)
    word, rest = match.group(1), lowered[match.end() :]
    counted = _NUMBER_OF.search(rest) if word == "what" else None
    word, rest = ("how many", rest[counted.start(1) :]) if counted else (word, rest)
    noun = _noun(word, rest)
    return _typed(word, noun, rest, content)


def _is_truth(lowered: str, found: Sequence[re.Match[str]]) -> bool:
    """Say whether a yes or a no is asked for; a "who" inside such a question begins a clause of it."""
    if _TRUTH.match(lowered) or (_TAGGED.search(lowered) and not found):
        return True
    if re.search(r"[.!?] ", lowered) or asks_more(lowered):
        return not found and bool(_YES_NO.match(lowered))
    return bool(_YES_NO.match(lowered)) and not (found and _INDIRECT.match(lowered))


def _typed(word: str, noun: tuple[str, ...], rest: str, content: tuple[str, ...]) -> Asking:
    if word in {"what", "which"} and _counts_heads(noun):
        return Asking("how many", noun[-1:] if noun[-1] != "toll" else ("deaths",), "number", content)
    asked = _type(word, noun, rest)
    return Asking(word, noun, asked, content, _measure(word, noun, rest) if asked == "number" else "")


def _terse(lowered: str, content: tuple[str, ...]) -> Asking:
    """Read a question that is none in form, "turnout general election 2025", as if "what is the" stood before it."""
    counted = _NUMBER_OF.match(lowered)
    if counted:
        noun = _noun("how many", lowered[counted.start(1) :])
        return Asking("how many", noun, "number", content)
    named = _NAME_OF.match(lowered)
    if not named and content and content[-1] in _COUNTED:
        return Asking("how many", content[-1:], "number", content)
    lost = _JOBS_LOST.search(lowered)
    if lost and not named:
        return Asking("how many", ("jobs",), "number", content)
    nouns = _noun("what", lowered[named.end() if named else 0 :], most=_TERSE_WORDS)
    for at in range(len(nouns)):
        asking = _typed("what", nouns[: at + 1], "", content)
        if asking.type != "thing":
            return asking
    return Asking("what" if named else "", nouns[:_HEAD_WORDS] if named else (), "thing", content)


def _counts_heads(noun: tuple[str, ...]) -> bool:
    return noun[-1:] == ("attendance",) or noun[-2:] == ("death", "toll")


def asks_more(question: str) -> bool:
    """Say whether a question asks for two things: "how much did it cost, and who paid for it"."""
    return bool(_MORE.search(question))


def _telling(found: list[re.Match[str]], lowered: str) -> re.Match[str]:
    """Prefer the last sentence's first question word: what comes before it tells the story.

    A "which" or "who" behind a comma, and a "when" or "where" inside the sentence beside a "which", begin a clause.
    """
    last = max(lowered.rstrip("?!. ").rfind(mark) for mark in ".!?")
    asking = [match for match in found if match.start() > last] or found[-1:]
    main = [match for match in asking if not _begins_clause(match, asking, lowered[: match.start()])]
    return (main or asking)[0]


def _begins_clause(match: re.Match[str], asking: list[re.Match[str]], before: str) -> bool:
    if match.group(1) in {"which", "who", "whose", "whom"}:
        return before.endswith(", ")
    others = {other.group(1) for other in asking} & {"which", "what"}
    return match.group(1) in {"when", "where"} and bool(others) and bool(re.search(r"\w\s*$", before))


def _noun(word: str, rest: str, most: int = _HEAD_WORDS) -> tuple[str, ...]:
    tokens = re.findall(r"(?<!')\b[\w'&\-]+", rest)[:8]
    if word in {"who", "whom", "when", "where", "why", "how"} or (word == "what" and tokens[:1] in _DOING):
        return ()
    tokens = _behind_owner(tokens)
    noun: list[str] = []
    for token in tokens:
        if token in _AUXILIARIES and not noun and word in {"what", "which"}:
            continue
        if (noun and token in _DETERMINERS) or len(noun) == most:
            break
        if token in _EMPTY:
            continue
        if _ends_noun(token):
            break
        noun.append(token)
    return tuple(noun)


def _behind_owner(tokens: list[str]) -> list[str]:
    """Give the words behind an owner, where one stands before any verb: "interest rate" of "the bank of Oxby's …"."""
    for at, token in enumerate(tokens[:-1]):
        if token.endswith(("'s", "s'")) and at > 0:
            return tokens[at + 1 :] if tokens[at - 1] in _AUXILIARIES or not _ends_noun(tokens[at + 1]) else tokens
        if _ends_noun(token) and not (at == 0 and token in _AUXILIARIES):
            break
    return tokens


def _ends_noun(token: str) -> bool:
    spoken = token in _ENDS or token in _VERBS or token in _AUXILIARIES or token in BASE_FORMS
    return spoken or (token.endswith("ed") and token not in _NOT_VERBS)


def _type(word: str, noun: tuple[str, ...], rest: str) -> AnswerType:
    head = _in_both_numbers(noun[-1:])
    if word.startswith("how "):
        return "number"
    if word in {"why", "how"}:
        return "prose"
    if word == "when" or head & _TIMES:
        return "time"
    if word == "which" and "figure" in head:
        return "person"  # "which figure" asks for somebody, "what figure" for an amount
    if head & _AMOUNTS or (word == "what" and _PAYING.search(rest) and rest.split()[0] in _AUXILIARIES):
        return "number"
    if word in {"who", "whom", "whose"} or names_persons(noun[-1:]):
        return "person"
    return "place" if word == "where" or head & _PLACES else "thing"


def _in_both_numbers(nouns: Sequence[str]) -> set[str]:
    return {form for noun in nouns for form in (noun.rstrip("s"), noun) if form}


def _measure(word: str, noun: tuple[str, ...], rest: str) -> Measure:
    if word == "how long" and _LONG_THINGS.search(rest):
        return "length"
    if word in _DIMENSIONS:
        return _DIMENSIONS[word]
    heads = _in_both_numbers(re.findall(r"\w+", rest)[:4] if word in _SIZES else noun[-1:])
    for dimension, nouns in _DIMENSION_NOUNS.items():
        if heads & nouns:
            return dimension
    if heads & _SCORES:
        return "score"
    if heads & _SHARES:
        return "share"
    if heads & _CHANGES:
        return ""
    if heads & _MONEY:
        return "money"
    # "How much did it cost", "what did she earn", "how much is it worth"; "how much water did …" tells its own measure.
    said = rest.split()
    bare = word == "what" or (word == "how much" and said[:1] != [] and said[0] in _AUXILIARIES)
    return "money" if bare and _PAYING.search(rest) else ""


def is_time(text: str) -> bool:
    """Say whether a text is a date, a month, a weekday, a year or a time of day."""
    return bool(_TIME_TEXT.fullmatch(text.strip())) and not _BARE.fullmatch(text.strip())


_BARE = re.compile(r"\d{1,2}")
_TIME_TEXT = re.compile(
    r"(?:(?:on|in|since|early|late|mid)?[\s-]*\b(?:{names}|\d{{1,2}}(?:st|nd|rd|th)?|(?:1[5-9]|20)\d\d|last|next|this|"
    r"today|yesterday|tomorrow|week|month|year|night|morning|evening)\b[,.]?\s*)+".format(
        names="|".join([*MONTHS, *WEEKDAYS, *(month[:3] for month in MONTHS)])
    ),
    re.IGNORECASE,
)
