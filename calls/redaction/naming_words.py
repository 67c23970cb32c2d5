"""Words that name numbers, by what they name: German compounds by how they begin, English pairs by their first word."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from stimmung.calls.redaction.number_words import MAKES
from stimmung.calls.redaction.records import Identifier

# A compound that ends in "number", however the recogniser heard its end: Kundenmummer, Telefonnumer, Rumsmunner.
COMPOUND = re.compile(
    r"(?P<head>[a-z-]{3,}?)-?(?:[nmrw]u[mn]{1,3}e[rl][ns]?|nr|kennung|kennziffer|zeichen|kennzeichen)"
)
# Its end heard still worse, where its beginning leaves no doubt: Sozialversicherungsmunde, Identifikationsmone.
MISHEARD = re.compile(r"(?P<head>[a-z-]{5,}?)-?(?:[nmrw]u(?:mm|[mn]{1,3})(?:d?e[rnl]?|ger)|mone[rn]?)[ns]?")
NUMBER_NOUNS = frozenset(
    """nummer nummern numer mummer munner muner nunner numner wunner wuner munnel nr number numbers numb id ids
    identification no num
        kennung kennziffer zeichen identifikationsnummer identifikation""".split()
)
OTHER_MEANINGS = frozenset("no num id ids identification zeichen numb".split())  # nothing without a word before them
HEADS: tuple[tuple[re.Pattern[str], Identifier | None], ...] = (
    (
        re.compile(
            "haus|zimmer|artikel|seiten|modell|typ|flug|linien|platz|sitz|raum|gleis|postleit|versions|teile|pin|fahr"
            "|zug|stock|ein$|aus$|an$|ab$"
        ),
        None,
    ),
    (re.compile("kredit|karten|kart$|card|credit|debit|visa|master|giro-?card|geldkart|bankkart|ec-?kart"), "CARD"),
    (re.compile("iban|konto|bank|depot|giro|kto"), "IBAN"),
    (re.compile("steuer|tin$|umsatzst|ust|finanzamt|tax|ident"), "TAX_ID"),
    (re.compile("versicherungss|versicherungspol|versicherungsvert|polic"), "CUSTOMER_NUMBER"),
    (re.compile("sozial|renten|kranken|versich|gesundheit|kv|sv|rv|kassen(?!z)|patient"), "INSURANCE_ID"),
    (re.compile("tele|mobil|hand[yi]|ruf|rueck|anruf|fax|festnetz|kontakt|whatsapp|privat|dienst"), "PHONE"),
    (
        re.compile(
            "kund|vertrag|auftrag|bestell|rechnung|vorg|buchung|mitglied|akten|ticket|referen|fall|schad|sendung|zaehler"
            "|kassenz|order|reservier|personal|ausweis|pass|reisepass|fuehrerschein|teilnehm|benutzer|nutzer|antrag"
            "|beleg|faktur|abo|anschluss|liefer|paket|client|customer|account|mand|glaeubiger|gutschein|matrikel"
            "|bearbeit|geschaeft|serv|beitrag|verbrauch|partner"
        ),
        "CUSTOMER_NUMBER",
    ),
)

# The word before `number`, `no`, `id`, `Nummer`.
KEYS_OF: tuple[tuple[Identifier | None, str], ...] = (
    ("CARD", "card credit debit visa mastercard amex"),
    ("IBAN", "iban routing sort bank aba konto"),
    ("TAX_ID", "tax taxpayer steuer utr vat"),
    (
        "INSURANCE_ID",
        """insurance social security nhs health national ni n.i nin pension sozial renten kranken krankenkassen""",
    ),
    (
        "PHONE",
        """phone telephone mobile cell cellphone contact callback home landline fax telefon handy mobil ruf daytime
        whatsapp""",
    ),
    (
        "CUSTOMER_NUMBER",
        """account customer policy order booking reference confirmation claim claims invoice contract member
        membership tracking case ticket client user loyalty reservation passport licence license kunden vertrags
        bestell rechnungs auftrags buchungs mitglieds versicherungsschein meter complaint incident request
        purchase acct employee patient record file""",
    ),
    (
        None,
        """house room flight model part item page line version seat gate channel track floor platform street
        apartment flat pin serial product haus zimmer artikel seiten flug""",
    ),
)
# By themselves, without `number`.
STRONG_OF: tuple[tuple[Identifier, str], ...] = (
    ("IBAN", "iban ibans i-ban kontonummer bankleitzahl blz kto sortcode"),
    ("CARD", "kreditkartennummer kartennummer"),
    ("TAX_ID", "steuer-id steuerid idnr id-nr steuernummer st.-nr stnr tin steuer-idnr tax-id"),
    ("INSURANCE_ID", "ssn nino kvnr svnr sv-nummer rv-nummer kv-nummer versichertennummer"),
    ("CUSTOMER_NUMBER", "aktenzeichen kassenzeichen kundennr vertragsnr"),
)
# What a number belongs to.
WEAK_OF: tuple[tuple[Identifier, str], ...] = (
    ("CARD", "karte kreditkarte card cards visa visakarte mastercard amex girocard ec-karte girokarte"),
    (
        "IBAN",
        """konto bankverbindung bankdaten kontodaten girokonto ivan iwan iban's eban ieban ibahn ivon i-bahn heban
        divan gewann gewahn gewahnen
        kontoverbindung bankkonto""",
    ),
    ("TAX_ID", "steueridentifikation finanzamt taxpayer"),
    (
        "INSURANCE_ID",
        """krankenkasse gesundheitskarte rentenversicherung sozialversicherung krankenversicherung nhs""",
    ),
    (
        "PHONE",
        """telefon handy telefonisch mobil mobile phone telephone cell cellphone tel whatsapp fax festnetz rueckruf
        zurueckrufen zurueckruft erreichen erreichbar erreiche erreicht callback landline""",
    ),
    ("CUSTOMER_NUMBER", "account acct customer reference referenz policy claim booking"),
)
KEYS: Mapping[str, Identifier | None] = MappingProxyType(
    {word: kind for kind, words in KEYS_OF for word in words.split()}
)
STRONG: Mapping[str, Identifier] = MappingProxyType({word: kind for kind, words in STRONG_OF for word in words.split()})
WEAK: Mapping[str, Identifier] = MappingProxyType({word: kind for kind, words in WEAK_OF for word in words.split()})
# "reach me on", "call her back at", "rufen Sie mich unter … an".
CALLS = frozenset("reach call ring text contact ruf rufen rufe rueckrufen anrufen melden meldet".split())
UNDER = frozenset("on at under unter".split())
OTHER = (
    frozenset(
        """postleitzahl plz zip zipcode postcode postal hausnummer adresse anschrift address strasse street geburtsdatum
    geburtstag geboren birth birthday born dob pin passwort kennwort password passcode passphrase cvv cvc cvc2
    pruefziffer zaehlerstand betrag amount preis price uhrzeit datum termin appointment verbrauch summe total guthaben
    balance expiry expires gueltig ablaufdatum e-mail email mail tarif tariff baujahr fahrzeug vehicle""".split()
    )
    | MAKES
)
# All of these, and halves of pairs: of any other word that is short it is clear that it names nothing.
NAMED = frozenset({"code", "ban"}) | NUMBER_NOUNS | STRONG.keys() | OTHER | WEAK.keys() | UNDER
SHORT = 5  # letters; compounds have more
