"""Words for passwords, PINs and codes, and those that stand around them: before the secret, behind it, amid it."""

import re

from stimmung.calls.redaction.lines import phrase

NUMERIC = (
    "(?:\\w*-)?(?:pin|tan|puk|pincode|pin-code|pin-nummer|tan-nummer)|pinnummer|geheimzahl|geheimnummer|cvv|cvc|cvv2"
    "|cvc2|cvn|c v v|c v c|p i n|pruefziffer|pruefnummer|kartenpruefnummer|kartenpruefziffer|sicherheitsnummer"
    "|sms-code|smscode|otp|pin (?:number|code)|(?:card )?(?:verification|security) (?:number|value)"
)
WORDED = (
    "\\w*(?:passwort|passwoerter|kennwort|kennwoerter|passphrase|losungswort|codewort|kodewort|password|passcode"
    "|passwords|codeword|wlan-schluessel)|pass word|pass code|code word|secret word|memorable (?:word|information)"
    "|security (?:word|phrase|answer)|safe word|(?:sicherheits|bestaetigungs|einmal|freischalt|aktivierungs|zugangs"
    "|authentifizierungs|verifizierungs|entsperr|geheim|tuer|tor|zugriffs|wlan-)(?:-)?(?:code|schluessel)"
    "|(?:security|verification|one-time|one time|authentication|confirmation|access|unlock|activation|door|entry|gate"
    "|login|log-in|backup|recovery|secret|authorisation|authorization|text message|two-factor|wifi|wi-fi)"
    " (?:pass)?(?:code|key|password|word)|(?:wifi|wi-fi|wlan) (?:password|passwort|schluessel)"
    "|mother's maiden name|maedchenname (?:der|ihrer|meiner) mutter|sicherheitsantwort|antwort auf die sicherheitsfrage"
)
BACK_OF_CARD = (
    "(?:die )?(?:letzten )?(?:drei|vier|3|4|dreistellige|vierstellige) (?:ziffern|zahlen|nummer|stellen|zahl)"
    "(?: \\w+){0,3} rueckseite"
    "|(?:the )?(?:last )?(?:three|four|3|4)(?: |-)digits?(?: \\w+){0,3} (?:on|at) the (?:back|reverse)"
    "|(?:the )?(?:three|four|3|4)(?: |-)digit (?:security )?(?:code|number)"
)
CODE = phrase(
    "(?:der|den|dem|dieser|mein|the|this|my|that|a|ein|einen|your|ihr|ihren) code(?: lautet| ist| is)?|code lautet"
)
OPENED = phrase(f"(?:{NUMERIC}|{WORDED}|{BACK_OF_CARD})")
NUMERIC_ONLY = re.compile(
    r"\w*-?(?:pin|tan|puk|cvv|cvc|cvn|otp|geheimzahl|geheimnummer|pruefziffer|pruefnummer|code|rueckseite|back)\w*"
)
SAYS = frozenset("ist lautet lauten waere heisst war is was are would be's is: =".split())
AMOUNT = re.compile(r"[%€$£]|\d[.:,]\d")
FILLERS = frozenset(
    """
    ist lautet lauten waere war heisst is was are be would it's its it dann also ja aeh aehm die der das den um uh so er
    fuer mein meine meinen dem meiner the my to for a folgende folgender wie folgt and und noch mal bitte hier here this
    that of yes okay ok sure natuerlich klar gerne moment nochmal einmal number nummer code von vom auf zu zum zur on
    karte card konto account portal kundenportal onlinebanking online-banking banking online app handy phone telefon
    well right all alright actually currently set aktuell derzeit jetzt now still
    """.split()
)
"""What may stand between the word for a secret and the secret itself."""
NOT_NOW = frozenset(
    "nie niemals nicht kein keine keinen never don't not won't without ohne forgot vergessen forgotten".split()
)
"""Before the word they turn a request into a warning: "never tell anybody your PIN"."""
UNITS = frozenset(
    """
    mal times time uhr euro prozent minuten stunden tage tagen wochen monate jahre ziffern stellen zeichen buchstaben
    versuche digits digit characters letters numbers minutes hours days weeks months years attempts stellig stellige
    stelligen euros pounds dollars percent
    """.split()
)
"""Behind digits: a count, not a secret."""
ASKING = frozenset(
    """
    bitte nennen sagen geben durchgeben nenne sag gib verraten lautet wie was welches welche welchen please tell give
    read confirm provide what what's could can may have need brauche braeuchte benoetige eingeben enter know remember
    """.split()
)
AMID = frozenset(
    """
    gross grosses grosser klein kleines kleiner capital upper lower case uppercase lowercase ausrufezeichen fragezeichen
    raute rautezeichen hash hashtag stern sternchen star asterisk exclamation mark point question minus bindestrich dash
    hyphen underscore unterstrich punkt dot at ampersand und-zeichen dollar prozentzeichen plus slash wie as in for
    doppel double zweimal und and mit with dann then zahl ziffer number letter buchstabe sign symbol zeichen leerzeichen
    space the oh o
    """.split()
)
"""What is said amid a secret: of its signs and their case."""
SIGNS = frozenset(
    """
    ausrufezeichen fragezeichen raute rautezeichen hash hashtag stern sternchen star asterisk mark minus bindestrich
    dash hyphen underscore unterstrich punkt dot at ampersand und-zeichen prozentzeichen plus slash sign symbol
    leerzeichen
    """.split()
)
"""Of these, those that are a sign themselves, or end its name."""

LEADS = FILLERS | frozenset(
    """
    ich i habe hab hatte have had i've i'd wir we glaube glaub denke meine meinte think believe guess used use using
    nehme nehm nutze benutze verwende waehle gebe immer always chose choose picked went with they says steht da there
    """.split()
)
"""With which an answer may begin before the secret."""
HAVING = frozenset(
    """
    habe hab hatte have had i've used use nehme nutze benutze verwende waehlte chose chosen picked immer always genommen
    gewaehlt gesetzt
    """.split()
)
"""Besides "is": behind these the secret follows."""
CASES = frozenset("gross grosses grosser klein kleines kleiner capital upper lower uppercase lowercase".split())
"""Before a letter: how it is written."""
AS = frozenset("as als is ist".split())
BELONGS = frozenset("my the our mein meine das die unser unsere".split())
"""Between a secret and the word for it, where that stands behind: "I use … as my password"."""
OTHER_NUMBERS = re.compile(r"\w*(?:nummer|number|nr)|iban|konto|kontos|telefon|handy|strasse|street|jahr|year|uhr|euro")
"""Words whose digits are of something else."""
