"""Forms of English verbs that no ending tells: "won" is of "win", "paid" of "pay"."""

from __future__ import annotations

from qa.library.lexical import stem as english_stem

_FORMS = (
    "beat beaten", "become became", "begin began begun", "blow blew blown", "break broke broken", "bring brought",
    "build built", "buy bought", "catch caught", "choose chose chosen", "come came", "deal dealt", "draw drew drawn",
    "drive drove driven", "eat ate eaten", "fall fell fallen", "feel felt", "fight fought", "find found",
    "fly flew flown", "forget forgot forgotten", "get got gotten", "give gave given", "go went gone",
    "grow grew grown", "hold held", "keep kept", "know knew known", "lead led", "leave left", "lend lent", "lose lost",
    "make made", "mean meant", "meet met", "pay paid", "ride rode ridden", "rise rose risen", "run ran", "say said",
    "see saw seen", "seek sought", "sell sold", "send sent", "shake shook shaken", "shoot shot", "sing sang sung",
    "sink sank sunk", "sit sat", "speak spoke spoken", "spend spent", "stand stood", "steal stole stolen",
    "strike struck", "swear swore sworn", "swim swam swum", "take took taken", "teach taught", "tell told",
    "think thought", "throw threw thrown", "wear wore worn", "win won", "withdraw withdrew withdrawn",
    "write wrote written",
)  # fmt: skip
BASE_FORMS = {form: base for base, *forms in map(str.split, _FORMS) for form in forms}
"""The base form of each; none that is another word as often."""


def stem(word: str) -> str:
    """Give the English stem of a word, an irregular verb's by its base form: "rose" is as "rises"."""
    return english_stem(BASE_FORMS.get(word, word))
