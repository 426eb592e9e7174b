"""What time words mean, counted from Wednesday 14 May 2025 unless the row says otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from qa.search.timewords import understand

WEDNESDAY = datetime(2025, 5, 14, 15, 30, tzinfo=UTC)

# question, since, until ("" is open); both UTC midnights
WINDOWS = [
    # days
    ("What happened today?", "2025-05-14", "2025-05-15"),
    ("Who spoke this morning?", "2025-05-14", "2025-05-15"),
    ("Who is playing tonight?", "2025-05-14", "2025-05-15"),
    ("What did the mayor say yesterday?", "2025-05-13", "2025-05-14"),
    ("What was in yesterday's budget?", "2025-05-13", "2025-05-14"),
    ("Who resigned yesterday evening?", "2025-05-13", "2025-05-14"),
    ("What burned last night?", "2025-05-13", "2025-05-15"),
    ("What happened overnight?", "2025-05-13", "2025-05-15"),
    ("Who was arrested the day before yesterday?", "2025-05-12", "2025-05-13"),
    ("What opened the other day?", "2025-05-07", "2025-05-14"),
    ("What happened three days ago?", "2025-05-11", "2025-05-12"),
    ("What happened 10 days ago?", "2025-05-04", "2025-05-05"),
    ("What happened a few days ago?", "2025-05-07", "2025-05-14"),
    ("What happened a couple of days ago?", "2025-05-12", "2025-05-13"),
    ("What happened two hours ago?", "2025-05-13", "2025-05-15"),
    # weekdays
    ("What did the court decide on Monday?", "2025-05-12", "2025-05-13"),
    ("What did the court decide on Wednesday?", "2025-05-14", "2025-05-15"),
    ("What did the court decide on Thursday?", "2025-05-08", "2025-05-09"),
    ("Who won Sunday's derby?", "2025-05-11", "2025-05-12"),
    ("Who won last Monday?", "2025-05-12", "2025-05-13"),
    ("Who won last Wednesday?", "2025-05-07", "2025-05-08"),
    ("Who won this Tuesday?", "2025-05-13", "2025-05-14"),
    ("Who won on Monday this week?", "2025-05-12", "2025-05-13"),
    ("Who won on Friday last week?", "2025-05-09", "2025-05-10"),
    ("Who won on Friday of last week?", "2025-05-09", "2025-05-10"),
    ("What has changed since Monday?", "2025-05-12", ""),
    ("What happened between Monday and Wednesday?", "2025-05-12", "2025-05-15"),
    ("What happened from Friday to Sunday?", "2025-05-09", "2025-05-12"),
    # weeks and weekends
    ("What did the council decide last week?", "2025-05-05", "2025-05-12"),
    ("What did the council decide this week?", "2025-05-12", "2025-05-19"),
    ("What were last week's layoffs?", "2025-05-05", "2025-05-12"),
    ("What happened the week before last?", "2025-04-28", "2025-05-05"),
    ("What happened two weeks ago?", "2025-04-28", "2025-05-05"),
    ("What happened a week ago?", "2025-05-05", "2025-05-12"),
    ("What happened in the past week?", "2025-05-07", "2025-05-15"),
    ("What happened over the last week?", "2025-05-07", "2025-05-15"),
    ("What happened earlier this week?", "2025-05-12", "2025-05-15"),
    ("What happened early this week?", "2025-05-12", "2025-05-14"),
    ("What happened late last week?", "2025-05-09", "2025-05-12"),
    ("What happened over the weekend?", "2025-05-10", "2025-05-12"),
    ("What happened at the weekend?", "2025-05-10", "2025-05-12"),
    ("What happened last weekend?", "2025-05-10", "2025-05-12"),
    ("How much rain has fallen since the weekend?", "2025-05-10", ""),
    ("What happened in the week of 3 March?", "2025-03-03", "2025-03-10"),
    ("What happened in the week beginning April 7, 2025?", "2025-04-07", "2025-04-14"),
    ("What happened in the first week of March?", "2025-03-01", "2025-03-08"),
    ("What happened in the last week of February 2024?", "2024-02-23", "2024-03-01"),
    # rolling spans
    ("What burned in the past 10 days?", "2025-05-04", "2025-05-15"),
    ("Who was elected in the last 24 hours?", "2025-05-13", "2025-05-15"),
    ("Who left during the last two weeks?", "2025-04-30", "2025-05-15"),
    ("Who left over the past three months?", "2025-02-14", "2025-05-15"),
    ("Who left in the past month?", "2025-04-14", "2025-05-15"),
    ("Who left in the past year?", "2024-05-14", "2025-05-15"),
    ("Who left in the last few days?", "2025-05-07", "2025-05-15"),
    ("Who left in the past couple of weeks?", "2025-04-30", "2025-05-15"),
    ("How have prices moved over the past two quarters?", "2024-11-14", "2025-05-15"),
    ("How many have died for the past 5 years?", "2020-05-14", "2025-05-15"),
    # months
    ("What did the bank decide in March?", "2025-03-01", "2025-04-01"),
    ("What did the bank decide in March 2024?", "2024-03-01", "2024-04-01"),
    ("What did the bank decide in June?", "2024-06-01", "2024-07-01"),
    ("What did the bank decide in May?", "2025-05-01", "2025-06-01"),
    ("What did the bank decide in may?", "2025-05-01", "2025-06-01"),
    ("What did the bank decide in Sept. 2024?", "2024-09-01", "2024-10-01"),
    ("What did the bank decide in March of 2024?", "2024-03-01", "2024-04-01"),
    ("What did the bank decide in March of last year?", "2024-03-01", "2024-04-01"),
    ("What did the bank decide last March?", "2025-03-01", "2025-04-01"),
    ("What did the bank decide last May?", "2024-05-01", "2024-06-01"),
    ("What did the bank decide last month?", "2025-04-01", "2025-05-01"),
    ("What did the bank decide this month?", "2025-05-01", "2025-06-01"),
    ("What did the bank decide three months ago?", "2025-02-01", "2025-03-01"),
    ("What did the bank decide the month before last?", "2025-03-01", "2025-04-01"),
    ("What did the bank decide in early March?", "2025-03-01", "2025-03-11"),
    ("What did the bank decide in mid-March?", "2025-03-11", "2025-03-21"),
    ("What did the bank decide in late March 2024?", "2024-03-21", "2024-04-01"),
    ("What did the bank decide at the end of April?", "2025-04-21", "2025-05-01"),
    ("What did the bank decide at the beginning of last month?", "2025-04-01", "2025-04-11"),
    ("What did the bank decide in April and May?", "2025-04-01", "2025-06-01"),
    ("What did the bank decide between March and May 2024?", "2024-03-01", "2024-06-01"),
    ("What did the bank decide from January to March?", "2025-01-01", "2025-04-01"),
    ("What did the bank decide from January through March 2024?", "2024-01-01", "2024-04-01"),
    ("What did the bank decide between November and February?", "2024-11-01", "2025-03-01"),
    ("What has the bank decided since March?", "2025-03-01", ""),
    ("What has the bank decided since March 2024?", "2024-03-01", ""),
    ("What had the bank decided before March 2024?", "", "2024-03-01"),
    ("What did the bank decide after March 2024?", "2024-04-01", ""),
    ("What had the bank decided until March 2024?", "", "2024-04-01"),
    ("What has the bank decided from March 2025 onwards?", "2025-03-01", ""),
    # dates
    ("What happened on 3 May?", "2025-05-03", "2025-05-04"),
    ("What happened on May 3?", "2025-05-03", "2025-05-04"),
    ("What happened on the 3rd of May?", "2025-05-03", "2025-05-04"),
    ("What happened on May 3rd, 2024?", "2024-05-03", "2024-05-04"),
    ("What happened on 3 May 2024?", "2024-05-03", "2024-05-04"),
    ("What happened on 20 May?", "2024-05-20", "2024-05-21"),
    ("What happened on 29 February?", "2024-02-29", "2024-03-01"),
    ("What happened on 2025-04-30?", "2025-04-30", "2025-05-01"),
    ("What happened on 30/04/2025?", "2025-04-30", "2025-05-01"),
    ("What happened on 04/30/2025?", "2025-04-30", "2025-05-01"),
    ("What happened on 5.5.2025?", "2025-05-05", "2025-05-06"),
    ("What happened on the 9th?", "2025-05-09", "2025-05-10"),
    ("What happened on the 20th?", "2025-04-20", "2025-04-21"),
    ("What happened between 3 and 10 May?", "2025-05-03", "2025-05-11"),
    ("What happened between May 3 and 10?", "2025-05-03", "2025-05-11"),
    ("What happened between 3 May and 10 May 2024?", "2024-05-03", "2024-05-11"),
    ("What happened from 28 April to 3 May?", "2025-04-28", "2025-05-04"),
    ("What happened from April 28 to May 3, 2024?", "2024-04-28", "2024-05-04"),
    ("What happened 3–10 May 2024?", "2024-05-03", "2024-05-11"),
    ("What happened from 28 December to 3 January?", "2024-12-28", "2025-01-04"),
    ("What has happened since 3 May?", "2025-05-03", ""),
    ("What happened after 3 May 2024?", "2024-05-04", ""),
    ("What happened before 3 May 2024?", "", "2024-05-03"),
    # quarters, halves, seasons
    ("What did Acme earn in Q3 2024?", "2024-07-01", "2024-10-01"),
    ("What did Acme earn in Q3?", "2024-07-01", "2024-10-01"),
    ("What did Acme earn in Q1?", "2025-01-01", "2025-04-01"),
    ("What did Acme earn in the third quarter of 2024?", "2024-07-01", "2024-10-01"),
    ("What did Acme earn in the first quarter?", "2025-01-01", "2025-04-01"),
    ("What did Acme earn last quarter?", "2025-01-01", "2025-04-01"),
    ("What did Acme earn this quarter?", "2025-04-01", "2025-07-01"),
    ("What did Acme earn in the fourth quarter of last year?", "2024-10-01", "2025-01-01"),
    ("What did Acme earn in H1 2024?", "2024-01-01", "2024-07-01"),
    ("What did Acme earn in the second half of 2024?", "2024-07-01", "2025-01-01"),
    ("What was built in spring 2024?", "2024-03-01", "2024-06-01"),
    ("What was built in the summer of 2024?", "2024-06-01", "2024-09-01"),
    ("What was built last summer?", "2024-06-01", "2024-09-01"),
    ("What was built last winter?", "2024-12-01", "2025-03-01"),
    ("What was built in the autumn?", "2024-09-01", "2024-12-01"),
    ("What was built this spring?", "2025-03-01", "2025-06-01"),
    ("What was built in fall 2024?", "2024-09-01", "2024-12-01"),
    # years
    ("Who was elected last year?", "2024-01-01", "2025-01-01"),
    ("Who was elected this year?", "2025-01-01", "2026-01-01"),
    ("Who was elected in 2024?", "2024-01-01", "2025-01-01"),
    ("Who was elected two years ago?", "2023-01-01", "2024-01-01"),
    ("Who was elected the year before last?", "2023-01-01", "2024-01-01"),
    ("Who was elected in early 2024?", "2024-01-01", "2024-05-01"),
    ("Who was elected in mid-2024?", "2024-05-01", "2024-09-01"),
    ("Who was elected in late 2024?", "2024-09-01", "2025-01-01"),
    ("Who was elected at the end of last year?", "2024-09-01", "2025-01-01"),
    ("Who was elected earlier this year?", "2025-01-01", "2025-05-15"),
    ("How many were built so far this year?", "2025-01-01", "2025-05-15"),
    ("How much was sold in the year to date?", "2025-01-01", "2025-05-15"),
    ("Who has been elected since 2023?", "2023-01-01", ""),
    ("Who was elected before 2024?", "", "2024-01-01"),
    ("Who was elected between 2022 and 2024?", "2022-01-01", "2025-01-01"),
    ("Who was elected from 2022 to 2024?", "2022-01-01", "2025-01-01"),
    ("What were the best films of 2024?", "2024-01-01", "2025-01-01"),
    ("What has been sold since last month?", "2025-04-01", ""),
    ("What has been sold since the start of the year?", "2025-01-01", ""),
    # nested and several
    ("What happened in March this year?", "2025-03-01", "2025-04-01"),
    ("What happened earlier this year, in March?", "2025-03-01", "2025-04-01"),
    ("Was it colder in March 2024 or in March 2025?", "2024-03-01", "2025-04-01"),
]

# no window, and no note either: nothing was meant as a time
NOTHING = [
    "What may happen to the bridge?",
    "May the council raise rents?",
    "Who led the march on the capital?",
    "Where did thousands march?",
    "Which team plays in March Madness?",
    "Who came second, and who was the second to leave?",
    "Who won the third quarter of the game?",
    "Who hosts Saturday Night Live?",
    "What did the Sunday Times print?",
    "How big were Black Friday sales?",
    "Who directed “The Day After Tomorrow”?",
    'Which band sang "Yesterday"?',
    "What did Theresa May say?",
    "Who won the 2024 election?",
    "How many seats are in the 2022-23 budget?",
    "How many homes did it build in 2000 metres?",
    "What is open on Sundays?",
    "Who cooks every Monday?",
    "What must be paid by Friday?",
    "How long is the 10-day festival?",
    "Why do prices fall?",
    "Who will spring the trap?",
    "How many people are in the country?",
    "Who lives on the 5th floor?",
    "Which country won the Eurovision Song Contest?",
    "Who wrote for USA Today?",
    "Is it true, since prices rose, that wages fell?",
    "What is the first half of the match like?",
    "What is seen in the summer night sky?",
    "How many matches has the 2030 World Cup?",
    "What was it like at the start of the 2024 marathon?",
    "Which paper wrote that ‘now and in March 2024’ all is lost?",
    "Who lived there 10,000 years ago?",
]

# no window, but a note that says why
NOTED = [
    ("What has changed since the election?", "since the election"),
    ("What has she done since her appointment as minister?", "since her appointment"),
    ("What will happen tomorrow?", "ahead"),
    ("What opens next week?", "ahead"),
    ("Who will be elected in 2030?", "ahead"),
    ("Who plays this weekend?", "ahead"),
    ("What happened on 03/05/2025?", "two ways"),
    ("How many died in the earthquake in 1985?", "happened"),
    ("Who was president between 1990 and 1995?", "happened"),
    ("Where was the declaration adopted on July 4, 1776?", "happened"),
    ("Who landed on 6 June 1944?", "happened"),
    ("Who was president before 1990?", "happened"),
    ("What opened 20 years ago?", "happened"),
]

RECENCY = [
    ("What is the latest on the strike?", 7.0),
    ("What is the most recent count?", 7.0),
    ("What is happening right now?", 2.0),
    ("Who is now the mayor?", 14.0),
    ("Who is currently the mayor?", 14.0),
    ("Who is the current mayor?", 14.0),
    ("Which seed did the agency recently add?", 21.0),
    ("How many have been found so far?", 30.0),
    ("Is the bridge still closed?", 30.0),
    ("What do people eat these days?", 60.0),
    ("Is the latest count still disputed?", 7.0),
    ("Who painted the still life?", None),
    ("Who directed Apocalypse Now?", None),
    ("What is a current account?", None),
    ("Who founded the company?", None),
]


def midnight(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@pytest.mark.parametrize(("question", "since", "until"), WINDOWS)
def test_time_words_become_a_window(question: str, since: str, until: str) -> None:
    understood = understand(question, WEDNESDAY)
    assert (understood.since, understood.until) == (midnight(since), midnight(until))
    assert understood.from_words is not None


@pytest.mark.parametrize("question", NOTHING)
def test_words_that_are_no_time_infer_nothing(question: str) -> None:
    understood = understand(question, WEDNESDAY)
    assert (understood.since, understood.until, understood.from_words, understood.notes) == (None, None, None, ())


@pytest.mark.parametrize(("question", "says"), NOTED)
def test_a_time_that_cannot_bound_the_search_is_noted(question: str, says: str) -> None:
    understood = understand(question, WEDNESDAY)
    assert (understood.since, understood.until) == (None, None)
    assert len(understood.notes) == 1
    assert says in understood.notes[0]


@pytest.mark.parametrize(("question", "days"), RECENCY)
def test_a_wish_for_recency_is_a_half_life_in_days(question: str, days: float | None) -> None:
    assert understand(question, WEDNESDAY).recency == days


@pytest.mark.parametrize(
    ("as_of", "question", "since", "until"),
    [
        ("2025-05-11", "What happened over the weekend?", "2025-05-10", "2025-05-12"),
        ("2025-05-11", "What happened last weekend?", "2025-05-03", "2025-05-05"),
        ("2025-05-11", "What happened this weekend?", "2025-05-10", "2025-05-12"),
        ("2025-05-12", "What happened last week?", "2025-05-05", "2025-05-12"),
        ("2025-05-12", "What happened on Monday?", "2025-05-12", "2025-05-13"),
        ("2025-01-02", "What happened last week?", "2024-12-23", "2024-12-30"),
        ("2025-01-02", "What happened last month?", "2024-12-01", "2025-01-01"),
        ("2025-01-02", "What happened in January?", "2025-01-01", "2025-02-01"),
        ("2025-01-02", "What happened in December?", "2024-12-01", "2025-01-01"),
        ("2025-01-02", "What happened last quarter?", "2024-10-01", "2025-01-01"),
        ("2025-01-02", "What happened yesterday?", "2025-01-01", "2025-01-02"),
        ("2024-03-01", "What happened yesterday?", "2024-02-29", "2024-03-01"),
        ("2024-02-29", "Who left in the past year?", "2023-02-28", "2024-03-01"),
        ("2024-03-31", "What happened a month ago?", "2024-02-01", "2024-03-01"),
        ("2025-11-20", "What did Acme earn in Q3 2025?", "2025-07-01", "2025-10-01"),
        ("2025-02-10", "What was built last winter?", "2023-12-01", "2024-03-01"),
        ("2025-02-10", "What was built this winter?", "2024-12-01", "2025-03-01"),
    ],
)
def test_the_same_words_mean_other_days_at_another_moment(as_of: str, question: str, since: str, until: str) -> None:
    understood = understand(question, datetime.fromisoformat(as_of).replace(hour=12, tzinfo=UTC))
    assert (understood.since, understood.until) == (midnight(since), midnight(until))


def test_today_is_the_utc_date_of_the_as_of_moment() -> None:
    late = datetime(2025, 5, 14, 22, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert understand("What happened yesterday?", late).since == midnight("2025-05-14")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What happened between 3 and 10 May in Paris?", "between 3 and 10 May"),
        ("What is the latest on last week's strike?", "the latest, last week"),
        ("What has happened since Monday?", "since Monday"),
        ("What did Acme earn in the third quarter of 2024?", "in the third quarter of 2024"),
    ],
)
def test_the_words_that_were_read_are_shown(question: str, words: str) -> None:
    assert understand(question, WEDNESDAY).from_words == words


@pytest.mark.parametrize(
    ("question", "publishers", "named"),
    [
        ("What did The Herald report on the strike?", ["The Herald", "Daily Mail"], ("The Herald",)),
        ("According to Reuters, who won?", ["Reuters", "CNN"], ("Reuters",)),
        ("What does the BBC say about it?", ["BBC", "BBC News"], ("BBC",)),
        ("What does BBC News say about it?", ["BBC", "BBC News"], ("BBC News",)),
        ("According to CNN, who won?", ["cnn.com", "bbc.co.uk"], ("cnn.com",)),
        ("What is on bbc.co.uk about it?", ["cnn.com", "bbc.co.uk"], ("bbc.co.uk",)),
        ("Time flies, but where to?", ["Time"], ()),
        ("How much time is left?", ["Time", "Metro", "The Sun"], ()),
        ("Why is the sun hot, and who reports on the metro?", ["Metro", "The Sun"], ()),
        ("What did the council decide?", ["The Herald"], ()),
    ],
)
def test_outlets_of_the_index_are_recognised(question: str, publishers: list[str], named: tuple[str, ...]) -> None:
    assert understand(question, WEDNESDAY, publishers).publishers == named


def test_the_table_is_as_long_as_promised() -> None:
    assert len(WINDOWS) + len(NOTHING) + len(NOTED) + len(RECENCY) >= 120
