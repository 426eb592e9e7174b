"""What a question wants told of a whole matter: how it went, oldest first, or how it stands, newest first.

"What happened with the ferry" and "summarise the news about it" ask for a timeline; "what's the latest on the ferry"
asks for its newest news, and "what's in the news today" for those of all matters. By rule and for English; nothing here
looks at an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.search.rerank import stems
from qa.types import Understood

_T = r"(?P<topic>.+?)"
_PLEASE = r"(?:(?:please|can you|could you|would you|will you|hey|hi|hello|ok|so|and|just)\b[,\s]*)*"
_TELL = (
    r"(?:(?:give|show|tell|get|make|write)(?: me)? |what(?:'?s| is| are| was)? |i(?:'d like| want| need) |"
    r"(?:is there|are there|have you(?: got)?|do you have|got) )?"
)
_THE = r"(?:(?:the|an?|any|some|all) )*"
_ABOUT = r"(?:on|about|with|of|for|from|in|regarding|concerning|around)"
_HAPPENED = r"what(?: has| have|'?s| is| was| all| exactly)? (?:been )?(?:happened|happening|become|became|going on)"
_NEWEST = r"(?:(?:very )?latest|newest|most recent|recent|current|fresh|new)"
_TOP = rf"(?:{_NEWEST}|today's|yesterday's|top|main|biggest)"
_NEWS = r"(?:news|headlines|updates?|developments?)"
_PAPERS = r"(?:papers|newspapers|articles|news|press|outlets|reports|media|sources)"
_SAY = r"(?:say|said|saying|write|written|report|reported|reporting)"
_STORY = r"(?:story|stories|saga|affair|coverage|articles|reports|reporting|situation)"
_OF_IT = r"(?: (?:on|about|with|of) (?:it|this|that|them))?"
_ASKS = r"(?:what|which|who|whose|whom|when|where|why|how|is|are|was|were|has|have|had|do|does|did|will|can)\b"


def _patterns(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(f"{_PLEASE}{each}", re.IGNORECASE) for each in patterns)


_LATEST = _patterns(
    rf"{_TELL}{_THE}(?:{_TOP} )*{_NEWS} {_ABOUT} {_T}",
    rf"{_TELL}{_THE}(?:(?:very )?latest|newest|new) {_ABOUT} {_T}",
    rf"{_TELL}(?:any|the latest|the last) word (?:on|about|from) {_T}",
    rf"(?:update|fill|catch|bring|get) me (?:in |up (?:to (?:date|speed) )?)?(?:on|about|with) {_T}",
    rf"(?:where do (?:things|we) stand|how do things stand|how are things(?: going)?|where are (?:we|things)) "
    rf"(?:with|on|in|at) {_T}",
    rf"what(?:'?s| has| have) {_T} been (?:up to|doing)",
    rf"how(?:'?s| is| are) {_T} (?:going|getting on|getting along|coming along)",
    rf"(?!{_ASKS}){_T}[:,-]* (?:latest|{_NEWS})",
)
_WHOLE = _patterns(
    rf"{_HAPPENED} (?:with|to|about|around|of|over|in|at) {_T}",
    rf"how did {_T} (?:unfold|develop|play out)",
    rf"{_TELL}{_THE}(?:short |brief |full )?(?:time-?line|chronology|chronicle) (?:of|for|on|about) {_T}",
    rf"{_TELL}{_THE}(?:short |brief |quick )?(?:summary|overview|recap|run-?down|round-?up|outline|gist|background) "
    rf"(?:of|on|about|to) {_T}",
    rf"(?!{_ASKS}){_T}[:,-]* (?:time-?line|summary|overview)",
    rf"(?:summari[sz]e|sum up|recap|outline) {_T}",
    rf"tell me (?:(?:more|everything|something|all|a bit|a little) )*(?:about|of) {_T}",
    rf"(?:everything|anything|all|more) (?:about|on) {_T}",
)
_SAID = _patterns(
    rf"what (?:do|does|did|have|has|are|is) {_THE}(?:\w+ )?{_PAPERS} (?:all )?{_SAY} (?:about|on|of) {_T}",
    rf"what (?:do|can) (?:we|you) (?:know|tell me|say) (?:about|of) {_T}",
    rf"what is (?:known|being {_SAY}) (?:about|of|on) {_T}",
)
_DAYS = r"(?:today|yesterday|this morning|tonight|(?:this|last) (?:week(?:end)?|month|year))"
_WHEN = re.compile(
    r"(?:,? (?:so far|until now|up to now|over time|in order|step by step|please|for me|to me|lately|recently|now|"
    rf"right now|these days|at the moment|there|{_DAYS}))+$",
    re.IGNORECASE,
)
_ALL = _patterns(
    rf"{_TELL}{_THE}(?:{_TOP} )*(?:{_NEWS}|stories)",
    rf"{_TELL}{_THE}(?:very )?(?:latest|newest)|what(?:'?s| is) (?:new|the newest)|(?:is there )?anything new",
    r"what(?:'?s| is| are|) (?:in|on) (?:the )?(?:news|headlines|papers)",
)
_ALL_OF_DAYS = re.compile(rf"{_PLEASE}{_HAPPENED}(?: in the (?:news|world))? {_DAYS}", re.IGNORECASE)
_CALLED = re.compile(
    rf"^(?:(?:the|all|any) )*(?:{_NEWEST} )?(?:{_NEWS}|{_STORY}|events|facts) {_ABOUT} |^{_HAPPENED} {_ABOUT} |"
    rf" {_STORY}$",
    re.IGNORECASE,
)
"""What calls the matter news and says nothing of it."""
_SAME_LATEST = _patterns(
    rf"(?:what(?:'?s| is) )?the (?:very )?(?:latest|newest){_OF_IT}",
    rf"what(?:'?s| is) new{_OF_IT}|anything new{_OF_IT}",
    rf"(?:is there )?any (?:{_NEWEST} )?{_NEWS}{_OF_IT}",
    r"how do(?:es)? (?:it|things|this|that) stand",
)
_SAME_WHOLE = _patterns(
    rf"(?:{_HAPPENED}|what happens)(?: (?:next|then|since|since then|after (?:that|this)|afterwards|later))?",
    rf"(?:tell me )?(?:(?:some|a bit|a little) )?more{_OF_IT}|go on",
    r"(?:summari[sz]e|sum up|recap)(?: (?:it|this|that|them|everything))?|sum (?:it|this|that) up",
)
"""Requests of the matter that was asked about before."""
_NAMELESS = re.compile(
    rf"{_THE}(?:{_NEWEST}|{_NEWS}|it|this|that|them|him|her|everything|things|"
    r"(?:first|second|third|last|other|next|latter)(?: one| story)?|(?:this|that) (?:one|story))",
    re.IGNORECASE,
)
_FACT = re.compile(
    r"^(?:(?:the|an?|its|his|her|their) )?(?:number|causes?|reasons?|costs?|price|name|date|age|size|time|amount|"
    r"share|percentage|winner)\b|\b(?:why|how|when|who|which|where|whether|if)\b",
    re.IGNORECASE,
)
"""What the articles say of it is a fact, to be read and not told."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What is to be told.

    Args:
        topic: what of; empty where the newest news of anything is wanted.
        newest_first: how it stands is asked for, and not how it went.
    """

    topic: str
    newest_first: bool = False

    def is_of_all(self, understood: Understood) -> bool:
        """Say whether no matter is named: nothing, or only the days and outlets that were read from the words."""
        bounded = self.newest_first or understood.since is not None
        return bounded and stems(self.topic) <= stems(understood.from_words or "")


def read_overview(question: str) -> Overview | None:
    """Say what a question wants told of a whole matter; ``None`` when it asks for something else."""
    whole = _plain(question)
    asked = _WHEN.sub("", whole)
    if _ALL_OF_DAYS.fullmatch(whole) or any(pattern.fullmatch(asked) for pattern in _ALL):
        return Overview("", newest_first=True)
    for patterns in (_WHOLE, _SAID, _LATEST):
        for match in filter(None, (pattern.fullmatch(asked) for pattern in patterns)):
            topic = _bare(match["topic"])
            told = not (_NAMELESS.fullmatch(topic) or (patterns is _SAID and _FACT.search(topic)))
            return Overview(topic, newest_first=patterns is _LATEST) if told else None
    return None


def same_matter(question: str, topic: str) -> str | None:
    """Write out a request that names no matter, such as "any news?", as one of a topic; ``None`` for any other."""
    asked = _WHEN.sub("", _plain(question))
    if any(pattern.fullmatch(asked) for pattern in _SAME_LATEST):
        return f"What is the latest on {topic}?"
    return f"What happened with {topic}?" if any(pattern.fullmatch(asked) for pattern in _SAME_WHOLE) else None


def timeline_question(topic: str) -> str:
    """Ask for the timeline of a topic, unless the topic is such a question already."""
    asked = read_overview(topic)
    return topic if asked and not asked.newest_first else f"Timeline of {topic}"


def _plain(question: str) -> str:
    return " ".join(question.split()).replace("’", "'").rstrip("?!. ")


def _bare(topic: str) -> str:
    """Leave out what says when, and what calls the matter news."""
    while (shorter := _CALLED.sub("", _WHEN.sub("", topic)).strip(" :,-")) != topic:
        topic = shorter
    return topic
