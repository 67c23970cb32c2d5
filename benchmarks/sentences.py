"""Sentences of service calls from a seed: our own words, put together by rule, no numbers in them."""

import numpy as np

from normalise import Language

# Parts of a sentence, one of each column; every path through the columns is a sentence that somebody could say.
PATTERNS: dict[Language, tuple[tuple[tuple[str, ...], ...], ...]] = {
    "de": (
        (
            ("Guten Tag,", "Hallo,", "Entschuldigung,", "Guten Morgen,"),
            ("seit gestern", "seit dem Wochenende", "schon wieder", "seit heute früh"),
            ("funktioniert",),
            ("mein Telefon", "der Router", "die Fernbedienung", "das Internet", "unsere Heizung"),
            ("nicht mehr.", "nur noch selten.", "überhaupt nicht.", "leider nicht richtig."),
        ),
        (
            ("Können Sie mir bitte", "Würden Sie mir vielleicht", "Wollen Sie mir endlich"),
            ("die Rechnung", "den neuen Vertrag", "eine Bestätigung", "die Unterlagen", "das Formular"),
            ("per Brief", "per Post", "heute noch", "in den nächsten Tagen"),
            ("schicken,", "senden,"),
            ("damit ich alles prüfen kann?", "weil ich verreisen muss?", "bevor die Frist abläuft?"),
        ),
        (
            ("Ich möchte", "Ich würde gerne", "Meine Mutter möchte", "Wir wollen"),
            ("den Vertrag", "die Versicherung", "das Abonnement", "den Anschluss"),
            ("zum Ende des Monats", "so bald wie möglich", "nach dem Umzug", "im nächsten Sommer"),
            ("kündigen.", "verlängern.", "ändern.", "bezahlen."),
        ),
        (
            ("Der Techniker", "Ihre Kollegin", "Der Fahrer", "Die freundliche Dame"),
            ("hat versprochen,", "hat mir gesagt,", "war sich sicher,"),
            ("dass die Lieferung", "dass das Paket", "dass der neue Schrank", "dass mein Geld"),
            ("morgen", "am Freitag", "in dieser Woche", "vor dem Feiertag"),
            ("bei mir ankommt.", "endlich kommt.", "da sein wird."),
        ),
    ),
    "en": (
        (
            ("Good morning,", "Hello,", "Excuse me,", "Good evening,"),
            ("since yesterday", "since last weekend", "for several days", "all day long"),
            ("my telephone", "our router", "the washing machine", "the television", "our heating"),
            ("has stopped working.", "keeps making strange noises.", "does not work properly.", "shows a red light."),
        ),
        (
            ("Could you please", "Would you kindly", "Can somebody finally"),
            ("send me", "give me", "show me"),
            ("another invoice", "a written answer", "the new contract", "my final bill"),
            ("before Friday,", "this afternoon,", "within the week,"),
            ("because I am travelling soon?", "so that I can check everything?", "as your colleague promised?"),
        ),
        (
            ("My husband wants to", "I would like to", "My mother needs to", "We have decided to"),
            ("cancel", "renew", "change", "pay for"),
            ("the insurance", "our subscription", "the service plan", "this contract"),
            ("at the end of the month.", "as soon as possible.", "after we have moved.", "before the summer holidays."),
        ),
        (
            ("Your driver", "The engineer", "The friendly lady", "Another customer"),
            ("told me quite clearly,", "said on Monday,", "wrote to us,"),
            ("that the parcel", "that my refund", "that the missing table", "that the repair"),
            ("would arrive", "would be ready", "would be finished"),
            ("this week.", "by tomorrow evening.", "without another delay."),
        ),
    ),
}


def sentences(language: Language, count: int, seed: int) -> list[str]:
    """Return `count` different sentences, the patterns in turn."""
    rng = np.random.default_rng(seed)
    patterns = PATTERNS[language]
    made: list[str] = []
    while len(made) < count:
        columns = patterns[len(made) % len(patterns)]
        sentence = " ".join(column[rng.integers(len(column))] for column in columns)
        if sentence not in made:
            made.append(sentence)
    return made
