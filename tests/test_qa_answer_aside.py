"""What a sentence names only beside its answer is not taken for it: the value before, the whole, the one beaten."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fakes import make_evidence

from qa.answer.aside import Aside
from qa.answer.asking import read_question
from qa.answer.reader import Reader
from qa.models.encoders import Embedder
from qa.types import Evidence

FARE = "The monthly ticket comes down from 64 crowns to 48."
LATE = "The builders postponed the date of the opening from December to the end of March 2026."
RATE = "The rate stood at 4.1%, up from 3.9% in May."
PART = "The company had 17 of 18 turbines running at the end of January."
LADLE = "Second place went to Dobbin's Pies, the stall that had won three years in a row."
CLOSE = "Wren Applegarth took the ladle, and Ottla Vance finished a close second."
VOTE = "Nadira Coombelow was elected mayor of Caddermouth on Sunday, defeating Perrin Stallworthy by a whisker."
RACE = "Lorcan Quennell came home in 2:19:44, nearly a minute clear of last year's champion, Bastian Wroe."
SEATS = "With every vote counted, the party has 28 of the 61 seats."
LINE = "The line will have 31 stops and cut the ride from 55 minutes by bus to 34."
WIRE = "DUNMARROW, Jan 18 (Orvane Wire) - A tanker hit the quay on Monday."
TRIAL = "Sergeant Kaya saw no link to the raid, over which a man is awaiting trial."
TOLL = "Cars will cross the new bridge for nothing; lorries above 12 tonnes will be charged 9 crowns."
AGED = "Edda Rop won the valley race on Sunday; she is 24."
THIRD = "Third, 0.61 seconds back, was Brooke Castellano."
CASES = "The number of confirmed cases has risen to 46 and three people have died."
PAY = "The dockers want a rise of 9 per cent."
DUTY = "The government wants to raise the duty by 14 cents a litre."
CRACKS = "Of the 96 bearings under the deck, 18 are cracked."
POWER = "Power is back in 7,800 of the 12,500 homes; the remaining 4,700 will wait."
HURT = "Fourteen people were injured, two of them badly."
BRIBE = "It was paid to a firm of Mr Dessick's brother-in-law, Edvin Krall."
SACKED = "Tarvale Rovers dismissed their coach, Rune Aldergaard, on Monday."
QUIT = "The finance director, Pavel Ingstrom, resigned on Wednesday."
STORM = "Two people were killed and about 1,400 were forced from their homes."
PUT = "Rovers dismissed their manager, Dag Rennick, on Monday and put Lotta Brightmoor in charge."
ERROR = "Correction: an earlier version of this article said the grant was worth 14 million crowns."
COACH = "Athletic's coach, Bronwen Takahashi, had nothing to say."
NOT_YET = "The line will not open on 15 June as announced but on Monday, 1 September."
STRIPPED = "Anko Brill was stripped of victory in the tour, and Sef Vanna was declared the winner."
OVERDUE = "Shut for six weeks, the bridge opened eighteen days later than planned."
LAKE = "LAKE OVIDRA - Brenholt won the eights on Sunday."


@pytest.mark.parametrize(
    ("question", "sentence", "answer", "other"),
    [
        ("What does the monthly ticket cost from March?", FARE, "64 crowns", "what it was before"),
        ("What does the monthly ticket cost?", FARE, "48", None),
        ("What did the monthly ticket cost before?", FARE, "64 crowns", None),
        ("When is the opening to be?", LATE, "December", "what it was before"),
        ("When is the opening to be?", LATE, "the end of March 2026", None),
        ("When was the opening planned?", LATE, "December", None),
        ("What is the rate?", RATE, "3.9%", "what it was before"),
        ("How long was the ride?", "It took 50 minutes rather than ten.", "ten", "what it was before"),
        ("How long does the ferry run?", "The ferry will run from 6 to 22 crowns a head.", "6", None),
        ("In 2024, how many came?", "Visitors rose from 300 in 2024 to 400.", "300", None),
        ("How many of the turbines are running?", PART, "18 turbines", "the whole of which a part was asked for"),
        ("How many of the turbines are running?", PART, "17", None),
        ("How many turbines are there?", PART, "18 turbines", None),
        ("Who is mayor of Caddermouth?", VOTE, "Perrin Stallworthy", "the one who was beaten"),
        ("Who is mayor of Caddermouth?", VOTE, "Nadira Coombelow", None),
        ("Whom did Coombelow defeat?", VOTE, "Perrin Stallworthy", None),
        ("Which team won?", "The Weavers won, beating Athletic 2–1.", "Athletic", "the one who was beaten"),
        ("Who came second in the race?", RACE, "Lorcan Quennell", "the one who won"),
        ("Who came second in the race?", RACE, "Bastian Wroe", None),
        ("Who came second in the race?", "The race went to Ottla Vance, a vet.", "Ottla Vance", "the one who won"),
        ("How many votes did the party get?", SEATS, "28", "a count of something else"),
        ("How many seats does the party have?", SEATS, "28", None),
        ("How many seats did the party win?", SEATS, "61 seats", "the whole of which a part was asked for"),
        ("How many seats are there?", SEATS, "61 seats", None),
        ("How many stops will there be?", LINE, "34", "a count of something else"),
        ("How many stops will there be?", LINE, "31 stops", None),
        ("What hit the quay?", WIRE, "Orvane Wire", "where or for whom it was written"),
        ("Who hit the quay?", WIRE, "DUNMARROW", "where or for whom it was written"),
        ("Where did a tanker hit the quay?", WIRE, "DUNMARROW", None),
        ("Where did a tanker hit the quay?", WIRE, "Orvane Wire", "where or for whom it was written"),
        ("Which man is awaiting trial?", TRIAL, "Sergeant Kaya", "somebody else than the one asked for"),
        ("Which sergeant saw no link to the raid?", TRIAL, "Sergeant Kaya", None),
        ("Which man is on trial?", "Ivo Kaya, a man of 40, is on trial.", "Ivo Kaya", None),
        ("What do cars pay on the new bridge?", TOLL, "9 crowns", "part of something else that its sentence tells"),
        ("What are lorries charged on the new bridge?", TOLL, "9 crowns", None),
        ("How old is the winner of the valley race?", AGED, "24", None),
        ("Who came second in the slalom?", THIRD, "Brooke Castellano", "one who came second or later"),
        ("How many have died?", CASES, "46", "a count of something else"),
        ("How many have died?", CASES, "three people", None),
        ("How many cases are there?", CASES, "46", None),
        ("What rise did the dockers get?", PAY, "9 per cent", "what somebody wants"),
        ("What rise do the dockers demand?", PAY, "9 per cent", None),
        ("How many people watched?", "The 18-year-old scored.", "18", "a count of something else"),
        ("How many people watched?", "It was scored by a substitute aged 18.", "18", "a count of something else"),
        ("How many people watched?", "They won 2–1 in the end.", "2", "a count of something else"),
        ("How many goals did they score?", "They won 2–1 in the end.", "2", None),
        ("How many people watched?", "It came four minutes from the end.", "four", "a count of something else"),
        ("How many minutes were left?", "It came four minutes from the end.", "four", None),
        ("How many people watched?", "Some 11,240 watched for 120 minutes.", "11,240", None),
        ("Who won the ladle?", LADLE, "Dobbin's Pies", "one who came second or later"),
        ("Who came second for the ladle?", LADLE, "Dobbin's Pies", None),
        ("Who sold the pies?", LADLE, "Dobbin's Pies", None),
        ("Who won the tour?", STRIPPED, "Anko Brill", "one from whom the victory was taken"),
        ("Who won the tour?", STRIPPED, "Sef Vanna", None),
        ("Who lost the tour's title?", STRIPPED, "Anko Brill", None),
        ("How long will the bridge be shut?", OVERDUE, "eighteen days", "how far apart two moments are"),
        ("How much later than planned did the bridge open?", OVERDUE, "eighteen days", None),
        ("How long was the bridge shut?", OVERDUE, "six weeks", None),
        ("Who won the ladle?", CLOSE, "Ottla Vance", "one who came second or later"),
        ("Who won the ladle?", CLOSE, "Wren Applegarth", None),
        ("By how much is the duty to go up?", DUTY, "14 cents", None),
        ("How many of the bearings are damaged?", CRACKS, "96 bearings", "the whole of which a part was asked for"),
        ("How many of the bearings are damaged?", CRACKS, "18", None),
        ("How many bearings are there?", CRACKS, "96 bearings", None),
        ("How many homes are still without power?", POWER, "7,800", "those that are not left"),
        ("How many homes are still without power?", POWER, "4,700", None),
        ("How many homes are there?", POWER, "12,500 homes", None),
        ("How many people were injured?", HURT, "two of them", "some of those asked for"),
        ("How many people were injured?", HURT, "Fourteen people", None),
        ("Who paid the bribe?", BRIBE, "Mr Dessick", "somebody whose kin it tells of"),
        ("Who paid the bribe?", BRIBE, "Edvin Krall", None),
        ("Whose brother-in-law was paid?", BRIBE, "Mr Dessick", None),
        ("Who is coaching Tarvale Rovers now?", SACKED, "Rune Aldergaard", "one who has left"),
        ("Who was dismissed by Tarvale Rovers?", SACKED, "Rune Aldergaard", None),
        ("Who is the finance director?", QUIT, "Pavel Ingstrom", "one who has left"),
        ("Which director quit?", QUIT, "Pavel Ingstrom", None),
        ("Who was the referee?", COACH, "Bronwen Takahashi", "one in another office"),
        ("Who is the coach of Athletic?", COACH, "Bronwen Takahashi", None),
        ("Who was the referee?", "Odo Brask, a former coach, blew the whistle.", "Odo Brask", None),
        ("Who was the referee?", "Odo Brask, the mayor, blew the whistle.", "Odo Brask", "one in another office"),
        ("When does the line open?", NOT_YET, "15 June", "what it was before"),
        ("When does the line open?", NOT_YET, "Monday, 1 September", None),
        (
            "When will the plant close?",
            "It had been due to close on March 31, 2027.",
            "March 31, 2027",
            "what it was before",
        ),
        (
            "How many goals has he scored?",
            "He left in a deal worth 3.4 million crowns.",
            "3.4 million",
            "a count of something else",
        ),
        ("How many crowns was he worth?", "He left in a deal worth 3.4 million crowns.", "3.4 million", None),
        ("How many members agreed?", "Of its members 62 per cent agreed.", "62", "a count of something else"),
        ("How many people were killed?", STORM, "1,400", "a count of something else"),
        ("How many people were killed?", STORM, "Two people", None),
        ("How many people were forced from their homes?", STORM, "1,400", None),
        (
            "How many nurses took part?",
            "Some 83 per cent of the nurses agreed.",
            "83 per cent",
            "a count of something else",
        ),
        ("How many were switched on that day?", "The other twelve will follow.", "twelve", "those that are left"),
        ("How many are left?", "The other twelve will follow.", "twelve", None),
        ("Which manager did Rovers dismiss?", PUT, "Lotta Brightmoor", "one who came after"),
        ("Which manager did Rovers dismiss?", PUT, "Dag Rennick", None),
        ("Who took over at Rovers?", PUT, "Lotta Brightmoor", None),
        ("What is the grant worth?", ERROR, "14 million crowns", "what a correction took back"),
        ("Where will next year's races be rowed?", LAKE, "LAKE OVIDRA", "where or for whom it was written"),
        ("Where were the races rowed?", LAKE, "LAKE OVIDRA", None),
        ("What is it?", FARE, "64 crowns", None),
        ("What does the monthly ticket cost?", FARE, "70 crowns", None),
        ("What does the monthly ticket cost?", FARE, "", None),
    ],
)
def test_what_stands_beside_an_answer_is_told_from_it(
    question: str, sentence: str, answer: str, other: str | None
) -> None:
    assert Aside(read_question(question)).always(answer, sentence) == other


def test_what_stands_once_as_the_answer_is_one() -> None:
    twice = "It fell from 64 crowns to 48, and 64 crowns it is again."
    assert Aside(read_question("What does the ticket cost?")).always("64 crowns", twice) is None


def _read(embedder: Embedder, question: str, *evidence: Evidence) -> list[str]:
    asking = read_question(question)
    found = Reader(embedder).read(asking, embedder.embed_query(question), evidence, keep=9)
    return [reading.text for reading in found]


def test_who_was_beaten_since_is_in_office_no_longer(real_embedder: Embedder) -> None:
    old = make_evidence("Perrin Stallworthy is the mayor of Caddermouth.", published=datetime(2024, 1, 5, tzinfo=UTC))
    new = make_evidence(VOTE, published=datetime(2025, 6, 5, tzinfo=UTC))
    short = make_evidence("Mr Stallworthy is the mayor of Caddermouth.", published=datetime(2024, 1, 5, tzinfo=UTC))
    brother = make_evidence("Amos Stallworthy is the mayor.", published=datetime(2024, 1, 5, tzinfo=UTC))
    again = make_evidence("Mayor Perrin Stallworthy is back.", published=datetime(2026, 6, 5, tzinfo=UTC))
    assert "Perrin Stallworthy" not in _read(real_embedder, "Who is mayor of Caddermouth?", old, new)
    assert "Mr Stallworthy" not in _read(real_embedder, "Who is mayor of Caddermouth?", short, new)
    assert "Amos Stallworthy" in _read(real_embedder, "Who is mayor of Caddermouth?", brother, new)
    assert "Perrin Stallworthy" in _read(real_embedder, "Who is mayor of Caddermouth?", old, new, again)
    assert "Perrin Stallworthy" in _read(real_embedder, "Who was mayor of Caddermouth in 2024?", old, new)


def test_a_date_that_was_put_off_is_not_read(real_embedder: Embedder) -> None:
    old = make_evidence("The opening is to be in December.", published=datetime(2025, 1, 5, tzinfo=UTC))
    new = make_evidence(LATE, published=datetime(2025, 6, 5, tzinfo=UTC))
    found = _read(real_embedder, "When is the opening to be?", old, new)
    assert "December" not in found
    assert any("March 2026" in text for text in found)
