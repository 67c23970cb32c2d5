"""The fixed words of what people read about the data that are kept of them, in German and English."""

from collections.abc import Mapping
from dataclasses import dataclass

from stimmung.store.jobs.records import JobState
from stimmung.store.persons.records import Tongue


@dataclass(frozen=True, slots=True)
class Phrases:
    """The fixed words of the text in one language."""

    title: str
    intro: str
    calls: str
    no_calls: str
    call: str
    facts: Mapping[str, str]
    yes: str
    no: str
    nobody: str
    transcript: str
    own: str
    others: str
    mood: str
    distress: str
    originals: str
    recordings: str
    states: Mapping[JobState, str]
    given: str
    acts: str
    actions: Mapping[str, str]
    nothing: str
    how: str
    rights: str
    date: str


GERMAN = Phrases(
    title="Auskunft über gespeicherte Daten (Art. 15 DSGVO)",
    intro="Stand: {at}. Kundenkennung: {key}. In der Datenbank steht statt der Kennung ein Pseudonym: {pseudonym}.",
    calls="Anrufe",
    no_calls="Unter dieser Kennung ist kein Anruf gespeichert.",
    call="Anruf {id}",
    facts={
        "began": "Beginn",
        "duration": "Dauer (Minuten)",
        "queue": "Warteschlange",
        "purpose": "Zweck der Auswertung",
        "basis": "Rechtsgrundlage der Auswertung von Stimme und Belastung",
        "consent": "Einwilligung",
        "notice": "Hinweis auf die Auswertung der Stimme gegeben",
        "saved": "Gespeichert seit",
        "sound": "Tonaufnahme gespeichert",
        "sound_until": "Tonaufnahme wird gelöscht am",
        "until": "Anruf wird gelöscht am",
        "redacted": "Unkenntlich gemacht",
        "originals": "Wortlaut mit diesen Angaben verschlüsselt aufbewahrt",
        "models": "Ausgewertet mit",
    },
    yes="ja",
    no="nein",
    nobody="keine Angabe",
    transcript="Gespräch",
    own="Sie",
    others="Gegenseite",
    mood="Stimmung des Anrufs (Worte, −5 bis 5): {score:+.1f}, am Anfang {start:+.1f}, am Ende {end:+.1f}.",
    distress="Belastung: {score:.0%}",
    originals="Wortlaut, wie er gesprochen wurde",
    recordings="Aufnahmen, die nicht ausgewertet sind",
    states={
        "waiting": "wartet auf die Auswertung",
        "running": "wird gerade ausgewertet",
        "done": "ausgewertet",
        "skipped": "ausgelassen",
        "failed": "konnte nicht ausgewertet werden",
        "canceled": "wird nicht ausgewertet",
    },
    given="Herausgegebene Dateien",
    acts="Zugriffe",
    actions={
        "look": "angesehen",
        "look_unredacted": "mit vollem Wortlaut angesehen",
        "play": "angehört",
        "search": "gesucht",
        "found": "bei einer Suche gelesen",
        "save_erased": "nach einer Löschung wieder aufgenommen",
        "export": "als Datei herausgegeben",
        "person_export": "Auskunft erstellt",
    },
    nothing="Keine.",
    how="""## Wie die Werte entstehen

Programme schreiben das Gespräch mit, ersetzen Nummern, Namen und Ähnliches durch Platzhalter wie [IBAN] und
schätzen aus Ihren Worten, und nur mit Ihrer Einwilligung aus Ihrer Stimme, wie belastend das Gespräch für Sie
war. Die Werte sind Schätzungen mit Fehlern. Sie dienen dazu, dass Anrufe, in denen jemand Hilfe braucht,
früher von Menschen bearbeitet werden. Kein Programm lehnt etwas ab oder entscheidet über Sie (Art. 22 DSGVO).

Quelle der Daten ist der Anruf selbst. Die Auswertung geschieht auf Rechnern des Unternehmens oder seines
Auftragsverarbeiters; stimmung sendet nichts an Dritte.""",
    rights="""## Ihre Rechte

Sie können verlangen, dass Daten berichtigt (Art. 16), gelöscht (Art. 17) oder nur eingeschränkt verarbeitet
werden (Art. 18), der Verarbeitung widersprechen (Art. 21), eine Einwilligung jederzeit widerrufen (Art. 7
Abs. 3), Ihre Daten in maschinenlesbarer Form erhalten (Art. 20; die Datei liegt bei) und sich bei einer
Aufsichtsbehörde beschweren (Art. 77).""",
    date="%d.%m.%Y %H:%M",
)
ENGLISH = Phrases(
    title="What is stored about you (Art. 15 GDPR)",
    intro="As of {at}. Customer key: {key}. The database holds a pseudonym in place of the key: {pseudonym}.",
    calls="Calls",
    no_calls="No call is stored under this key.",
    call="Call {id}",
    facts={
        "began": "Began",
        "duration": "Duration (minutes)",
        "queue": "Queue",
        "purpose": "Purpose of the analysis",
        "basis": "Legal basis of the analysis of voice and distress",
        "consent": "Consent",
        "notice": "Notice that voices are analysed, given",
        "saved": "Stored since",
        "sound": "Recording stored",
        "sound_until": "Recording will be deleted on",
        "until": "Call will be deleted on",
        "redacted": "Made unreadable",
        "originals": "Wording with these details kept, encrypted",
        "models": "Analysed with",
    },
    yes="yes",
    no="no",
    nobody="nothing was said",
    transcript="Conversation",
    own="You",
    others="Other side",
    mood="Mood of the call (words, −5 to 5): {score:+.1f}, at the start {start:+.1f}, at the end {end:+.1f}.",
    distress="distress: {score:.0%}",
    originals="Wording as it was said",
    recordings="Recordings that are not analysed",
    states={
        "waiting": "waits to be analysed",
        "running": "is being analysed",
        "done": "analysed",
        "skipped": "left out",
        "failed": "could not be analysed",
        "canceled": "will not be analysed",
    },
    given="Files given out",
    acts="Accesses",
    actions={
        "look": "looked at",
        "look_unredacted": "looked at with the full wording",
        "play": "listened to",
        "search": "searched for",
        "found": "read in what a search found",
        "save_erased": "kept again after an erasure",
        "export": "given out as a file",
        "person_export": "this information compiled",
    },
    nothing="None.",
    how="""## How the scores come about

Programs write down the conversation, replace numbers, names and the like by placeholders such as [IBAN], and
estimate from your words, and only with your consent from your voice, how distressing the conversation was for
you. The scores are estimates, with errors. They serve to have calls in which somebody needs help handled by
people sooner. No program refuses anything or decides about you (Art. 22 GDPR).

The source of the data is the call itself. It is analysed on computers of the company or of its processor;
stimmung sends nothing to third parties.""",
    rights="""## Your rights

You can ask to have data corrected (Art. 16), erased (Art. 17) or their processing restricted (Art. 18),
object to the processing (Art. 21), withdraw consent at any time (Art. 7(3)), receive your data in a
machine-readable form (Art. 20; the file comes with this one), and complain to a supervisory authority (Art.
77).""",
    date="%Y-%m-%d %H:%M",
)
PHRASES: Mapping[Tongue, Phrases] = {"de": GERMAN, "en": ENGLISH}
