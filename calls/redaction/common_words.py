"""Words of service calls that are nobody's name, German and English, as the stream folds them (`ae` for `ä`).

`FUNCTION` words are a name nowhere. `ORDINARY` ones are none where the context is weak ("I'm …", "hier ist …"), and
where it is strong ("mein Name ist …") only if they are written with a capital: there are people called Klein and Young.
"""

import re

FUNCTION = frozenset(
    """
    ich du er sie es wir ihr mich dich sich uns euch mir dir ihm ihnen ihn mein meine meinen meinem meiner meines dein
    deine deinen deinem deiner ihre ihren ihrem ihrer ihres sein seine seinen seinem seiner seines unser unsere unseren
    unserem unserer euer eure der die das den dem des ein eine einen einem einer eines kein keine keinen keinem keiner
    dieser diese dieses diesen diesem jener jede jeder jedes jeden jedem alle allen aller alles beide beiden manche
    man wer wen wem wessen was welche welcher welches welchen welchem wo wohin woher wann wie warum wieso weshalb
    wofuer
    womit worum und oder aber denn sondern doch weil dass ob wenn falls als obwohl damit sodass bevor nachdem waehrend
    bis seit sobald indem also daher deshalb deswegen trotzdem jedoch allerdings naemlich zwar ja nein nee noe jo jep
    doch okay ok gut genau richtig stimmt klar natuerlich selbstverstaendlich bitte danke dankeschoen bitteschoen gern
    gerne sorry entschuldigung verzeihung hallo hi hey moin servus tschuess ciao wiederhoeren wiedersehen guten gute
    morgen tag abend mahlzeit gruess gott aeh aehm oeh hm hmm mhm aha ach oh na naja tja so nun jetzt dann da hier dort
    heute gestern vorgestern uebermorgen bald gleich sofort spaeter frueher schon noch nur auch mal eben halt ganz sehr
    zu zum zur im in ins am an ans auf aufs aus bei beim mit nach von vom vor fuer gegen ohne um durch ueber unter
    hinter neben zwischen wegen trotz ab bisher immer nie niemals nicht nichts etwas viel viele wenig wenige mehr
    weniger einmal zweimal dreimal wieder weiter einfach vielleicht wahrscheinlich eigentlich leider hoffentlich
    ist bin bist sind seid war waren wart warst sei waere waeren wird werde werden wurde wurden worden geworden
    hab habe hat haben hast hatte hatten haette haetten gehabt kann kannst koennen konnte konnten koennte koennten
    muss musst muessen musste muessten muesste soll sollen sollte sollten darf duerfen duerfte moechte moechten mag
    moegen will wollen wollte wollten wuerde wuerden weiss wissen wusste lassen laesst liess gibt gab geben gegeben
    geht ging gehen gegangen kommt kam kommen gekommen macht machen machte gemacht sagt sagen sagte gesagt heisst
    heisse heissen hiess lautet nennen nenne spricht spreche sprechen gesprochen schreibt schreiben geschrieben steht
    stehen stand liegt liegen lag brauche braucht brauchen brauchte braeuchte habt
    i you he she it we they me him her us them my your his its our their mine yours hers ours theirs myself yourself
    a an the this that these those some any no every each either neither both all another such what which who whom
    whose where when why how and or but nor so yet if because although though unless until while since than as of at by
    for with about against between into through during before after above below to from up down in out on off over
    under again further once here there not only own same too very just also even ever never always is am are was were
    be been being do does did done doing have has had having can could would should shall might must ought 'm i'm i've
    i'll i'd im ive id you're you've you'll it's its that's there's he's she's we're we've we'll they're what's who's
    where's how's don't dont doesn't doesnt didn't didnt can't cant cannot couldn't wouldn't won't wont isn't isnt
    aren't wasn't wasnt weren't haven't hasn't hadn't let lets let's yes yeah yep yup nope nah okay ok alright right
    sure please thanks thank hello hi hey bye goodbye sorry pardon well now then maybe perhaps actually really already
    still quite rather almost like get got gets getting go goes going went gone come comes coming came see saw seen
    know knows knew think thought want wants wanted need needs needed make makes made take takes took taken give gives
    gave given tell tells told say says said ask asks asked look looks use uses used find found put keep
    ma'am maam sir madam uh um uhm erm er ah oh hmm mm mhm gonna wanna gotta etc via per
    """.split()
) - {"will"}

ORDINARY_GERMAN = frozenset(
    """
    aerger aergerlich aktuell aktuelle alt alte alten alter anders angebot angebote angerufen anfrage anliegen anruf
    anrufe anschluss anschrift antrag antwort apparat arbeit arbeiten arbeitslos arzt aufgebracht aufgeregt auftrag
    auto
    ausland automatisch bahn bank bankverbindung begeistert beispiel beitrag bekannt bekomme bekommen berechtigt bereit
    bereits beruflich beschaeftigt bescheid beschwerde besitzer bestandskunde bestellung besetzt betrag betroffen
    bezahlen bezahlt bild blatt boese brief buchung buero chef chefin computer daten datum defekt dabei dafuer dagegen
    dahin daheim damals danach daneben daran darauf daraus darin darum darueber davon davor dazu dringend drin dumm
    durcheinander eigentuemer einverstanden eingezogen einzige email ende endlich entsetzt enttaeuscht erledigt erst
    erste ersten erreichbar falsch familie fehler feierabend fenster fernseher fertig filiale firma foto frage fragen
    frau frauen freitag freund freundin froh frueh fussball garantie gast gebucht gebuehr gebuehren geburtsdatum
    geburtstag gefahren gekuendigt geld genervt genauso gerade geraet gericht gesagt geschaeft geschaeftlich gesperrt
    gespannt gespraech gestorben gesund getrennt gewechselt gewesen gezwungen gluecklich gleichen grund gross grosse
    gruss gruesse guthaben handy haus haftbar hausfrau hausverwaltung heim herr herrn hilfe hilflos hinterlegt hoch
    hoehe idee inhaber interessent interessiert internet jahr jahre jahren januar februar maerz april mai juni juli
    august september oktober november dezember job jemand kaputt karte karten kasse katastrophe keinesfalls kind kinder
    kollege kollegen kollegin konto kontonummer kosten krank kuendigung kunde kunden kundennummer kundin kundendienst
    kundenservice kurz laden lang lange langsam laut leitung leute lieferung link linie liste loesung mann maenner mail
    mahnung mangel meister mensch menschen mieter mieterin minute minuten mist mitarbeiter mitarbeiterin mitglied
    mittag
    mitte mittwoch modem moment monat monate monaten montag motor muede mutter nachbar nachbarin nachmittag nachname
    nachricht nacht name namen nass nass neu neue neuen neuer neukunde neukundin nett notfall nummer nutzer offen
    online
    opfer ort paar paket papier partner partnerin passwort patient patientin pause person pin platz pleite plz polizei
    portal post postleitzahl praxis preis privat privatkunde pro problem probleme produkt prozent punkt puenktlich
    quatsch rabatt raus rechnung rechnungen recht rente rentner rentnerin reparatur restaurant rest ring router
    rueckruf
    rufnummer ruhig ruhe sache sachen samstag satt sauer schade schaden scheidung schlecht schlimm schluss schnell
    schoen schuld schueler schueler schwanger schwer schwester seite selber selbst selbstaendig sekunde sekunden
    service sicher sonntag sonnabend sonst sprachlos staendig stadt stelle steuer stoerung stolz strasse strom student
    studentin stunde stunden super tage tagen tarif technik techniker telefon telefonnummer termin test text theater
    thema tochter sohn tod tot traurig treue treuer ueberfordert ueberhaupt ueberrascht uhr umgezogen umzug ungeduldig
    unmoeglich unterlagen unterschrift unterwegs unverschaemt unzufrieden urlaub vater veraergert verantwortlich
    verbindung verbraucher verein verheiratet verloren vermieter vermieterin verrueckt versichert versicherung
    versicherungsnummer verstaendlich versuch versucht vertrag vertraege vertragsnummer verwandt verwirrt verzweifelt
    voll vorbei vorgang vorgangsnummer vorname vorsicht wach wahnsinn wahr warteschleife wasser weg weiterleitung wegen
    welt werbung werkstatt wichtig wirklich woche wochen wochenende wohne wohnhaft wohnung wort wuetend zahl zahlen
    zahlung zeit zentrale zimmer zufrieden zugang zuhause zukunft zurueck zusammen zustaendig zweite
    hausnummer ansprechpartner ansprechpartnerin anwalt anwaeltin betreuer betreuerin ehefrau ehemann bruder eltern
    enkel enkelin oma opa geschaeftsfuehrer sekretariat auftragsnummer bestellnummer zaehlernummer zaehlerstand zaehler
    kennwort code adresse mailadresse gehoert gefunden gelesen geschickt gekauft bestellt bekommen erhalten erhoben
    verstanden verstehe versteh verstehen alles dankbar unschluessig ratlos perplex skeptisch neugierig begriffen dran
    super toll prima wunderbar perfekt klasse ausgezeichnet passt pass schau schauen warten warte wartet hoeren hoere
    momentchen augenblick sekundchen einverstanden montags freitags glaub glaube meine meinte meinen denke dachte
    suche suchen hole holen ordner
    buchstabieren buchstabiere buchstabiert wiederhole wiederholen ruf rufe rufen anrufen melde melden bleibt bleiben
    blieb dauert kostet kostete zahle bezahle funktioniert klappt laeuft laufen stimmt passiert kaputtgegangen getan
    hintergrund vordergrund echt total voellig komplett irgendwie irgendwas irgendwo ungefaehr circa etwa meistens
    manchmal oft oefter selten zuerst zuletzt zunaechst danach nebenbei uebrigens jedenfalls normalerweise
    versicherungen stadtwerke stadt gemeinde amt behoerde jobcenter finanzamt krankenkasse sparkasse volksbank telekom
    energie netz strom gas heizung wasserwerk gesellschaft gmbh ag kg verlag shop hotline support zentrum studio
    agentur
    kanzlei hotel klinik krankenhaus schule universitaet mandant mandantin abteilung vertrieb buchhaltung verwaltung
    """.split()
)

ORDINARY_ENGLISH = frozenset(
    """
    able aboard abroad absolutely accident account accounts address afraid afternoon ago airline alive alone amazing
    amount angry annoyed annoying answer anybody anyone anything anyway apartment app appalled appointment available
    aware away awesome awful baby back bad balance bank based beautiful behind best better big bill billing bit blocked
    book booked booking bored both bother bought box boy brilliant broadband broke broken brother business busy buy
    call
    called caller calling calls cancel cancellation cancelled car card careful case cash certain certainly change
    charge charged charges cheap check checking choice claim clear clearly clueless code cold colleague comfortable
    company complaint complete completely computer concerned confident confirm confirmation confirmed confused
    connected
    contact content contract cool correct correctly cost couple course covered crazy credit curious current currently
    customer dad damaged data date daughter day days dead dear deaf debit deciding definitely delay delayed delighted
    delivery department desperate details device different difficult direct disabled disappointed disgraceful disgusted
    disgusting doctor door double due early easy eligible email emergency employed employee ending engaged engineer
    english enough entirely entitled error evening event everybody everyone everything exactly excellent excited
    expired extra extremely eye fair false family fantastic far fast father fault fed fee feel feeling few final
    finally
    fine finished first five flat flight following fond food forever former forward four free friend frightened
    frustrated frustrating full fully fun furious general german girl glad good grateful great guess guy hand happening
    happy hard head hearing help helpful high hold holder holiday home honest honestly hoping horrible horrified hotel
    hour hours house how husband idea ill immediately impatient important impossible inbound incorrect incredible
    incredibly inside insurance interested interesting internet invoice involved issue item job joke junk kid kidding
    kind kinda know lady last late later law least leave leaving left legal less life line link list little live living
    loan local locked logged lonely long looking lost lot love low loyal lucky mad mail main man manager many married
    matter mean meant meeting member mess message mind minute minutes missing mistake mobile mom moment money month
    months more morning most mother moved moving much mum name near nervous new news next nice night nobody none normal
    normally note nothing notice number numbers obviously odd office often old one online open operator option order
    order other outage outraged outrageous outside overcharged owner paid pain parent parents part particularly
    partner passenger password past patience patient pay payment people perfect person personal phone pin plan planning
    pleased pleasure plus point police policy polite poor positive possible postcode pregnant present pretty previous
    price pro probably problem problems product promise proper properly proud provider question questions quick quickly
    quiet ready real reason receipt recent reference refund regarding registered regular relation relieved
    replacement request responsible result retired rich ridiculous rude rubbish rude running sad safe satisfied scared
    school second secretary security selling sent serious seriously service set seven shall shame sharp shocked shop
    shopping short sick side sign simple simply single sister six slow small smart software sold somebody somehow
    someone something sometimes somewhere son soon sound speak speaking special spelled spelt spoke staff standing
    start state
    statement station stolen straight strange street stressed strong struggling stuck student stupid subscriber such
    suddenly suggesting super supervisor support supposed surname surprised talking team technical technician telephone
    telling temporary ten tenant terminal terrible terrified text thankful thing things three thrilled through ticket
    till time times tired today together tomorrow tonight top total totally town train transfer travelling trip
    trouble true trying twice two typical unable unacceptable unauthorized unbelievable uncertain uncomfortable unfair
    unfortunately unhappy university unlucky unsure unusual update upset urgent useful useless user usual usually
    valid vehicle version visit voice vulnerable waiting warning waste watching way wearing week weekend weeks welcome
    whatever whole wife willing within without woman wondering wonderful word work worked working world worried worse
    worst worth wrong year years yesterday zip
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december
    anymore besides fault hereby instead likewise meanwhile mostly nearly nowhere overall soonest thus tho though
    travel verify vacation various verification window website wire wallet winning zero apologies approved assistance
    agent advisor representative rep bot robot human sales shipping gateway desk centre center group limited ltd inc
    honey darling sweetheart jungs liebling schatz freunde kleiner kleine kumpel maedels zusammen leute herrschaften
    generally strictly broadly roughly frankly technically legally personally
    hurt god devastated livid gutted diabetic allergic homeless reluctant unaware adamant
    sort model ssn social seat okey thankyou thats whats isnt gud welcome zipcode booking confirmation planing asking
    adding buying trying using paying booking going doing being dying lying tying seeing eating flying
    forgot forget believe assume suppose else
    repeat hang manage appreciate understand wait waited see hear heard listen guys folks mate buddy dude
    """.split()
)

SURNAMES_TOO = frozenset(
    """
    alt bauer best bischof black braun brown bush cook day englisch english frank fuchs gross green grund hahn heim
    herzog hirsch jung kaiser keller king klein koch koenig kraft kurz lang lange law long love may page price ring
    ritter schade schuster schwarz short small snow sommer stark stein stone street vogel wall weiss west white winter
    wolf wood young zimmer gast sauer ernst freitag sonntag mai august april juli juni
    """.split()
)
"""Ordinary words that many people are called; what is said of other ordinary words holds for them in weak contexts."""

ADJECTIVES = frozenset(
    """
    alt black braun brown english englisch ernst gross green jung klein kurz lang long sauer schwarz short small stark
    weiss white young best
    """.split()
)
"""Of these, those that have a capital as a name only."""

ORDINARY = ORDINARY_GERMAN | ORDINARY_ENGLISH | SURNAMES_TOO | {"will"}
NOUNS = re.compile(
    r".{3,}(?:nummer|vertrag|rechnung|tarif|konto|anschluss|datum|adresse|problem|service|versicherung|abteilung"
    r"|heit|keit|heiten|keiten|schaft|tion|tionen|tional|ment|ness|ungen)|.{4,}ung"
)
# Verbs, adverbs and adjectives; there are names that end so too (Bernhardt, Fleming), but nobody writes those small.
OTHERS = re.compile(
    r".{3,}(?:isch|ische|ischen|lich|liche|lichen|bar|iert|iere|ieren|ously|fully|ally|less|ible|able|ious|eous|tive)"
    r"|.{4,}(?:ed|edly|ingly|tely|bly|ually)|.{3,}ing|(?:ge|be|ver|er|zer|ent|an|ab|auf|aus|ein|um|vor|zu)\w{3,}(?:t|en)"
)


def is_ordinary(text: str, capital: bool = False) -> bool:
    """Tell whether a folded word is one of every day, by the lists or by how it ends; `capital`: it is written so."""
    if text in FUNCTION or text in ORDINARY or NOUNS.fullmatch(text):
        return True
    return not capital and OTHERS.fullmatch(text) is not None
