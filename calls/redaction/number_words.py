"""Words that stand in and around numbers: what divides their groups, what makes an amount, a time, a count of them."""

import re
from types import MappingProxyType

# Between the groups of one number; they may stay in a transcript.
FILLERS = frozenset(
    """aeh aehm oeh oehm hm hmm mhm ah eh uh uhm um er erm em und dann danach also ja jap jo genau ok okay so noch
    nochmal mal moment sekunde warten warte bitte nee komma punkt strich minus bindestrich schraegstrich
    leerzeichen pause die das der wieder weiter gut richtig am ende zum schluss zuerst erst hinten vorne and then
    yes yeah yep yup right dash hyphen slash space dot point stroke plus wait sorry please again the that's
    followed by it's its is ist sind lautet lauten next gap comma sir madam ma'am mhmm no nein alright korrekt
    correct danke super perfekt prima gerne gern
    verstanden thanks thank you great perfect lovely sure got hello hi hallo hey there course cool""".split()
)
# Heard for digits by a recogniser, or said for them; they count only among digits.
SOFT = MappingProxyType(
    {
        "oh": "0", "o": "0", "ow": "0", "owe": "0", "ohs": "0", "to": "2", "too": "2", "for": "4", "fore": "4",
        "won": "1",
        "ate": "8", "tree": "3", "free": "3", "sex": "6", "sax": "6", "ein": "1", "eine": "1", "ain": "1", "fier": "4",
        "fuer": "4", "nein": "9", "nine's": "9", "zwoa": "2", "zwar": "2",
    }
)  # fmt: skip
STANDING_SOFT = frozenset({"oh", "o", "ow"})  # these are also digits at the edge of a number
TIMES = MappingProxyType(
    {
        "doppel": 2, "doppelt": 2, "doppelte": 2, "doppelter": 2, "double": 2, "dubbel": 2, "loppe": 2, "doppe": 2,
        "dopple": 2, "triple": 3, "treble": 3, "tripel": 3, "dreifach": 3, "quadruple": 4, "zweimal": 2,
        "loppel": 2, "loppl": 2, "soppel": 2,
        "joppe": 2, "doppl": 2, "dreimal": 3, "viermal": 4, "fuenfmal": 5,
    }
)  # fmt: skip
HUNDREDS = frozenset({"hundert", "hundred"})
THOUSANDS = frozenset({"tausend", "thousand"})
ANDS = frozenset({"und", "and"})
TENS = MappingProxyType(
    {
        "twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7",
        "eighty": "8", "ninety": "9", "zwanzig": "2", "dreissig": "3", "vierzig": "4", "fuenfzig": "5", "sechzig": "6",
        "siebzig": "7", "achtzig": "8", "neunzig": "9",
    }
)  # fmt: skip
LETTER_NAMES = MappingProxyType(
    {
        "de": "D", "dee": "D", "deh": "D", "ee": "E", "eh": "E", "ka": "K", "kah": "K", "ha": "H", "jot": "J",
        "vau": "V",
        "zett": "Z", "zet": "Z", "zed": "Z", "zee": "Z", "ypsilon": "Y", "be": "B", "bee": "B", "ce": "C", "ze": "C",
        "cee": "C", "ge": "G", "gee": "G", "pe": "P", "pee": "P", "te": "T", "tee": "T", "weh": "W", "ix": "X",
        "kuh": "Q",
        "jay": "J", "kay": "K", "ess": "S", "ell": "L", "enn": "N", "emm": "M", "eff": "F", "err": "R", "double-u": "W",
    }
)  # fmt: skip
BEGINNINGS = TIMES.keys() | SOFT.keys() | HUNDREDS | THOUSANDS | LETTER_NAMES.keys()
# Written in capitals, or short, and never letters of a number.
NO_LETTERS = frozenset(
    """iban i-ban ban id ids tid pin puk tan cvv cvc cvn plz blz kto tel fax nr no ssn nino tin pan nhs kv sv rv ec
    ok tv pc sms bic dsl lte usa uk eu ag gmbh ihr ihre sie du er es wir und der die das mein meine my it is we he
    she so to the and or of in on at be was ja nein oh hi mr mrs ms dr usb cd dvd app wlan pdf ups dhl dpd zip ust
    faq kfz tuev""".split()
)
SPELLED_AS = frozenset({"wie", "for", "as", "like", "fuer"})

# Whose models have numbers, as years have: "Audi 80", "2016 Toyota".
MAKES = frozenset(
    """audi bmw ford honda toyota nissan hyundai mercedes mercedes-benz mercedesbenz vw volkswagen skoda opel vauxhall
    renault peugeot citroen volvo mazda tesla porsche jeep chevrolet chevy dodge lexus subaru suzuki mitsubishi isuzu
    chrysler buick cadillac gmc jaguar dacia maruti maruthi tata mahindra""".split()
)
CURRENCIES = frozenset("€ $ £ eur usd gbp chf".split())  # also before the number
MONEY = CURRENCIES | frozenset(
    "euro euros eure cent cents pfund pound pounds quid pence dollar dollars bucks franken rappen rupees rs".split()
)
CLOCK = frozenset("uhr o'clock oclock a.m p.m pm clock".split())
COUNTED = frozenset(
    """% prozent percent prozentpunkte sekunden sekunde second seconds minute minuten minutes mins min stunde stunden
    hour hours std tag tage tagen day days werktage werktagen arbeitstage arbeitstagen woche wochen week weeks
    monat monate monaten month months jahr jahre jahren jaehrige year years quartal quartale kwh kilowattstunde
    kilowattstunden kilowatt watt volt ampere kilometer km meter metern metres meters miles mile meilen zentimeter
    cm mm millimeter quadratmeter qm kubikmeter kilo kilogramm kg gramm gram grams liter litres gb mb tb gigabyte
    gigabytes megabyte megabytes mbit gbit megabit gigabit megahertz grad degrees stueck stuecke pieces mal times
    prozentig personen person people leute kinder kind children plaetze seats zimmer rooms karten tickets raten
    rate rates prozesse punkte points stock etage floor million millionen millions milliarden billion geraete
    devices artikel items uhren euroschein schritte steps fragen questions anrufe calls mails emails rechnungen
    invoices bills vertraege contracts nights naechte zoll inch inches foot feet ps seiten pages zeichen
    characters stellen stellig digits ziffern zahlen cc ccm hubraum members mitglieder passengers passagiere persons
    doors door tueren cheques checks schecks copies kopien model models modell""".split()
)
UNITS_AFTER = MONEY | CLOCK | COUNTED | MAKES
ORDINALS = frozenset("st nd rd th".split())  # apart from their number: "20 th June"
MONTHS = frozenset(
    """januar jaenner februar maerz april mai juni juli august september oktober november dezember january february
    march may june july october december jan feb mrz apr jun jul aug sep sept okt oct nov dez dec""".split()
)
# Before a number that is no identifier: "Stock 3", "Seite 512", "Windows 11", "im Jahr 2024".
COUNTED_BEFORE = frozenset(
    """stock etage floor zimmer room seite page kapitel chapter gleis platform gate version windows jahr jahre year
    paragraph § option punkt nummerneins level kanal channel tarif baujahr raum block abschnitt section schritt
    step regel rund etwa circa ca ungefaehr about around roughly approximately knapp ueber almost zaehlerstand
    reading stand time model series make""".split()
)
# Before an amount, "charge is 500" with its COPULA between.
SPENT = frozenset(
    """amount amounts charge charges charged transfer transfers transferred tranfer pay paid purchase purchased deposit
    deposited withdraw withdrawn withdrew refund refunded debited credited cost costs price betrag betraege summe
    ueberweise ueberweisen ueberwiesen zahle gezahlt bezahlt bezahle abgebucht abgehoben abheben eingezahlt
    gutgeschrieben erstattet kostet kosten preis""".split()
)
COPULA = frozenset("is was of for as ist war von".split())
LONGEST_SPENT = 6  # digits
TIME_BEFORE = frozenset("um gegen at ab bis zwischen around by until till from von".split())
YEAR_BEFORE = (
    frozenset(
        """seit im in ab bis jahr since until from year of sommer winter herbst fruehjahr mai ende anfang mitte vor nach
    summer spring autumn before after until a model modell made make manufacture manufactured""".split()
    )
    | MONTHS
)

DECIMAL = re.compile(r"[€$£]?\d{1,3}(?:[.,' ]\d{3})*[.,]\d{1,2}[€$£%]?|[€$£]?\d+[.,]\d{1,2}[€$£%]?")
GROUPED_THOUSANDS = re.compile(r"[€$£]?\d{1,3}(?:[.,']\d{3})+[€$£%]?")
WITH_UNIT = re.compile(
    r"[€$£]\d[\d.,']*|\d[\d.,']*(?:[€$£%]|eur|euro|kwh|km|kg|gb|mb|tb|mbit|gbit|min|std|cm|mm|qm|uhr|am|pm|st|nd|rd|th|er|ten?)"
)
CLOCK_TIME = re.compile(r"(?:[01]?\d|2[0-4])[:.][0-5]\d(?::[0-5]\d)?(?:-(?:[01]?\d|2[0-4])[:.][0-5]\d)?")
DATE = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])([./])(?:0?[1-9]|[12]\d|3[01])\1(?:(?:19|20)\d\d|\d\d)?"
    r"|(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|[12]\d|3[01])-(?:19|20)\d\d"
    r"|(?:19|20)\d\d([./-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01])(?:t[\d:.z+-]*)?"
)
PLAIN_DATE = re.compile(  # 12031985, 03121985, 1985-03-12 without its dashes, 6112018, 1962018
    r"(?:[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d|(?:[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|"
    r"(?:[12]\d|3[01])[1-9](?:19|20)\d\d|"
    r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:19|20)\d\d"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
)
YEAR = re.compile(r"(?:19|20)\d\d")
