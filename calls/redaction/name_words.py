"""Words that names are made of or stand beside: frequent first names, titles, particles, what companies are called.

No name needs to be listed to be found: the lists settle cases in which the context alone is too weak.
"""

FIRST_NAMES = frozenset(
    """
    aaron achim adam adele adrian agnes ahmed ahmet aileen aisha alan albert alejandro alena alessandro alexa alexander
    alexandra alexandre alfred ali alice alicia alina alison allan allison alma alois amanda amelia amelie amina amir
    amy ana andre andrea andreas andrew andrzej andy angela angelika angelina anita anja anke ann anna annabell anne
    anneliese annemarie annette annie annika anthony antje anton antonia antonio anya arne arno arnold arthur ashley
    astrid auguste ava axel ayse barbara bastian beate beatrice beatrix ben benedikt benjamin bennet bernard bernd
    bernhard bert berta beth bettina betty bianca birgit bjoern bodo boris brad brandon brenda brian bridget brigitte
    britta bruce bruno bryan caitlin callum cameron camilla carina carl carla carlos carmen carol carola carolin
    caroline carolyn carsten catherine cathy cecilia celina celine chantal charles charlie charlotte chelsea cheryl
    chloe chris christa christel christiane christin christina christine christof christoph christopher cindy claire
    clara clarissa claudia claus clemens clive colin connie connor conrad constanze cora cordula corinna cornelia
    craig cristina cynthia dagmar daisy damian dan dana daniel daniela danielle danny darren dave david deborah
    debbie denis denise dennis derek desiree detlef diana diane dieter dietmar dirk dominic dominik dominique donald
    donna dora doreen doris dorothea dorothee dorothy douglas duncan dustin dylan eberhard eckhard ed eddie edgar edith
    eduard edward edwin egon eileen elaine eleanor elena eleni elfriede eli elias elif elisa elisabeth elise elizabeth
    elke ella ellen ellie elliot elmar elsa else emil emilia emilie emily emir emma emmanuel enrico eric erich erik
    erika erin erwin esra esther ethan eugen eva evan eve evelin evelyn ewa fabian fatima fatma felicitas felix
    ferdinand finn fiona florian francesca francesco frances francis franziska fred freddie frederik frieda
    friederike friedhelm friedrich fritz gabi gabriel gabriela gabriele gareth gary gavin gemma geoffrey george
    georg georgia georgina gerald gerd gerda gerhard gerlinde gerrit gertrud gina giovanni gisela giuseppe gloria
    gordon graham greg gregor gregory greta gudrun guenter guenther guido guiseppe gunther gustav hakan hanna hannah
    hannelore hannes hans harald harriet harry hartmut harvey hasan hassan hatice hazel heather hedwig heidi heike
    heiko heiner heinrich heinz helen helena helene helga helmut hendrik henning henrik henry herbert heribert hermann
    hilda hilde hildegard holger horst howard hubert hugh hugo hussein ian ibrahim ida igor ilona ilse imran ina ines
    inga inge ingeborg ingo ingrid irene irina iris irma irmgard isaac isabel isabell isabella isabelle isla ismail
    ivan ivana ivonne jacek jackie jacob jacqueline jacques jake jakob james jamie jan jana jane janet janice janin
    janina jannik jared jasmin jasmine jason javier jay jean jeanette jeff jeffrey jelena jen jennifer jenny jens
    jeremy jerry jesse jessica jessie jill jim jimmy jo joachim joan joanna joanne jochen joe joel joern joerg johann
    johanna johannes john johnny jon jonas jonathan jordan jorge jose josef josefine joseph josephine josh joshua
    joyce juan juana judith judy julia julian juliane julie juliet julius justin justine jutta kai kalle kamil karen
    karin karina karl karla karolina karsten kate katharina katherine kathleen kathrin kathryn kathy katie katja
    katrin kay keith kelly kemal ken kenneth kenny kerstin kevin khaled kieran kilian kim kirsten kirsty klara klaus
    knut konrad konstantin korbinian kristen kristian kristin kristina kurt kyle lara larry lars laura lauren laurence
    lea leah lena leni lennard lennart leo leon leona leonard leonie leonora leroy lesley leslie levi lewis liam lidia
    lieselotte lili lilian lilly lily lina linda lisa lisbeth lloyd lorenz lorraine lothar lotta lotte louis louisa
    louise lucas lucia lucie lucy ludger ludwig luis luisa luise luka lukas luke lutz lydia lynn madeleine magda
    magdalena maik maja malcolm malik malte mandy manfred manuel manuela marc marcel marcin marco marcus marek
    margaret margarete margit margot margret maria mariam marian marianne marie marina mario marion marisa marius
    marlene marlies marlis martha martin martina marvin mary maryam mateusz mathias mathilda mats matt matteo matthew
    matthias maureen maurice maximilian maya megan mehmet melanie melina melissa mercedes mia michael michaela michal
    michele michelle miguel mike milan milena mina mira miriam mirko mohamed mohammad mohammed moira molly mona
    monica monika moritz muhammad murat murray mustafa nadia nadine nadja nancy natalia natalie natascha nathalie
    nathan neil nele nicholas nick nicola nicolas nicole niels nigel niklas niko nikola nikolas nikolaus nils nina
    noah noel nora norbert norman norma nuria olaf ole oleg olga oliver olivia omar oscar oskar osman otto owen
    pablo pamela paolo pascal patricia patrick paul paula pauline pavel pedro peggy penelope penny petra peter phil
    philip philipp philippa phillip phoebe pia pierre piotr rachel rafael rainer ralf ralph ramona raphael rashid raul
    raymond rebecca regina reiner reinhard reinhold renate renee reza ricarda richard rita robert roberta roberto robin
    rod roger roland rolf roman romina romy ron ronald ronja ronny rosa rosalie rosemarie rosemary rosie rosita ross
    roswitha rowan roxana roy ruben rudi rudolf ruediger rupert russell ruth ryan sabine sabrina sam samantha samira
    samuel sandra sandro sandy sara sarah sascha saskia scott sean sebastian selina selma serena sergej sergio severin
    shane shannon sharon shaun sheila shirley sibylle siegfried sieglinde sigrid silas silke silvia simon simona simone
    sina sofia sofie sonia sonja sophia sophie stacey stan stefan stefanie steffen stella stephan stephanie stephen
    steve steven stewart stuart sue susan susann susanna susanne susie suzanne svea sven svenja swetlana sybille
    sylvia tamara tania tanja tara tarek tatjana ted teresa terry theo theodor theresa theresia thilo thomas thorben
    thorsten tiffany tilman tim timo timothy tina tobias toby todd tom tomas tommy tomasz toni tony torben torsten
    tracey tracy trevor tristan trudi tyler udo ulf ulla ulrich ulrike ursula uta ute uwe vadim valentin valentina
    valerie vanessa vera verena veronica veronika vicky victor viktor viktoria vincent viola violet vivian viviane
    vladimir volker walburga waldemar waltraud walther wanda wendy werner wilfried wilhelm wilhelmine willi william
    willy wladimir wolfgang xaver yannick yasmin yasemin yusuf yvonne zara zoe zoltan
    """.split()
)

TITLES = frozenset(
    """
    herr herrn frau fraeulein familie eheleute mr mrs ms miss mister missus mistress madame mme dr doktor doctor prof
    professor
    """.split()
)
ACADEMIC = frozenset(["dr", "doktor", "doctor", "prof", "professor", "dipl", "ing", "med", "jur"])
"""Titles between another title and the name."""

PARTICLES = frozenset(
    """
    von van de der den zu zur zum vom am di da do dos del della la le el al bin ibn abu ter ten vander mac mc st sankt
    """.split()
)
"""Small words inside a name; one counts only where a name follows."""

COMPANY = frozenset(
    """
    stadtwerke versicherung versicherungen versicherungsverein bank sparkasse volksbank raiffeisenbank telekom telecom
    mobil mobile mobilfunk energie energy strom gas wasser power netz netze network networks kundenservice
    kundendienst service services support hotline helpline helpdesk zentrale team abteilung praxis kanzlei klinik
    gmbh ag kg ohg se ug ltd limited inc plc llc corp company group gruppe holding verlag reisen travel airline
    airlines
    airways insurance broadband water council centre center zentrum studio shop store markt hotel agentur agency
    solutions systems software logistik logistics post bahn verkehrsbetriebe werke wohnbau hausverwaltung immobilien
    media medien
    online digital direkt direct care finance financial credit kredit kasse krankenkasse college university academy
    airport motors autohaus amazon google apple paypal netflix ebay dhl hermes dpd ups visa mastercard vodafone congstar
    sky microsoft samsung ikea zalando lidl aldi whatsapp facebook youtube spotify fritzbox klarna schufa check24
    """.split()
)
COMPANY_ENDINGS = (
    "werke", "werk", "versicherung", "bank", "kasse", "energie", "netz", "service", "dienst", "gesellschaft", "verband",
    "verein", "telekom", "com", "net", "mobil", "strom", "tech", "shop", "zentrum", "verwaltung", "gruppe", "air",
)  # fmt: skip

ROLES = frozenset(
    """
    president praesident praesidentin chief captain buergermeister buergermeisterin senator senatorin minister
    ministerin kanzler kanzlerin chairman chairwoman secretary director direktor direktorin kollege kollegin nachbar
    nachbarin anwalt anwaeltin oberst general colonel sergeant officer judge richterin pfarrer pastor vorsitzende
    vorsitzender manager vorstand technikerin monteur
    """.split()
)
"""What follows "Mr" and "Frau" and is no name."""
PEOPLES = frozenset(
    """
    german deutscher deutsche english british irish scottish welsh american canadian australian austrian swiss french
    italian spanish polish turkish russian ukrainian indian pakistani chinese japanese dutch belgian greek romanian
    european muslim catholic jewish hindu protestant buddhist
    """.split()
)
"""What people say that they are after "I'm", with a capital, and are not called."""


def is_company(text: str) -> bool:
    """Tell whether a folded word is part of a company's name rather than a person's."""
    return text in COMPANY or (len(text) > 6 and text.endswith(COMPANY_ENDINGS))
