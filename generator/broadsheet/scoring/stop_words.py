"""Words that say nothing about the subject of a text: function words of some languages, and the phrases of abstracts."""

_ENGLISH = """
a about above across after again against all almost alone along already also although always am among an and another any
are around as at away be became because become becomes been before being below between beyond both but by can cannot
could did do does done down due during each either else enough etc even ever every few first five for four from further
furthermore had has have having he hence her here his how however i if in indeed instead into is it its itself just last
least less let like many may me might more moreover most much must my near neither never next no nor not nothing now of
off often on once one only onto or other others otherwise our out over own per perhaps rather same second several she
should since six so some still such than that the their them themselves then there thereby therefore these they third
this those though three through throughout thus to together too toward towards two under unless until up upon us very
via was we well were what when where whereas whether which while who whole whose why will with within without would yet
you your vs eg ie et al
"""
# Verbs, adjectives and nouns of any abstract. They end a phrase: "novel graph networks" is about graph networks.
_ABSTRACTS = """
ability able accurate accurately achieve achieved achieves achieving additional additionally address addresses addressed
addressing advance advances aim aims allow allows alternative analyze analyzed apply applied approach approaches
approximately argue assess available aware based basis begin behind benefit best better bring broader build
building builds called capability capable capture captures case cases certain challenge challenges challenging
characterize clear clearly close closely combine combined combines combining common commonly compare compared comparing
comparable comparison competitive complete comprehensive compute conduct conducted confirm consider considerable
considered considering consist consistent consistently construct contain contrast contribution contributions corresponding
create critical crucial current currently demonstrate demonstrated demonstrates demonstrating depend derive derived
describe described design designed despite detail detailed details detect determine develop developed developing
development differ difference differences different difficult directly discover discuss discussed distinct diverse
easily easy effective effectively effectiveness efficiently emerge emerged emerging employ employed employing enable
enabled enables enabling enhance enhanced enhances enhancing ensure ensures entire essential establish established
estimate estimated evaluate evaluated evaluating evaluation examine example examples excellent exhibit exhibits exist
existing expect expected experiment experimental experiments explain explore explored exploring extend extended extending
extensive extensively extra extremely facilitate fail fails far find finding findings finally finds focus focused focuses
focusing follow followed following found framework frameworks full fully fundamental future gain gap generally
get give given gives giving go good great greater greatly grow growing help helps higher highest highlight highlights
highly hold identified identify identifying illustrate impact impacts important importantly impose improve improved
improvement improvements improves improving include included includes including increase increased increases increasing
increasingly indicate indicates indicating insight insights inspire inspired integrate integrated integrates integrating
introduce introduced introduces introducing investigate investigated investigating investigation issue issues key know
known lack largely larger largest lead leading leads led leverage leverages leveraging limitation limitations
limited lower main mainly maintain maintaining make makes making manner match mean measure meet method
methodology methods motivate motivated naturally necessary need needed needs new newly notable notably
note novel number observe observed obtain obtained offer offering offers ones original outperform outperforming
outperforms overall overcome paper papers part particular particularly perform performance performed performing performs
poorly popular possible potential potentially powerful practical precise present presented presenting presents
previous previously primarily prior problem problems proceed produce produced produces promising promise proper
propose proposed proposes proposing prove proven provide provided provides providing publicly rarely
recent recently reduce reduced reduces reducing refer related relate relative relatively relevant rely relies remain
remaining remains remarkable report reported require required requirement requires researchers respectively
result resulting results reveal revealed reveals review robust role satisfy scenario scenarios see seek seen
serve serves setting settings severe severely show showed showing shown shows significant significantly similar simple
simply simultaneously small smaller solve solving sophisticated sota specific specifically start
step steps still straightforward strong strongly studied studies study studying substantial substantially success
successful successfully suffer suffers suggest suggesting suggests suitable support supports systematic systematically
tackle take taken takes taking tend tested thorough tool tools total traditional treat trend try typical typically
ultimately uncover understand understood understanding unified unique unprecedented usage use used useful user uses using
usually utilize utilized utilizes utilizing valuable value values variety various vary varying verify versatile
ways wide widely work works worse year years yield yielding yields code github com https http www org
introduction toward rethinking revisiting beyond
likely especially crucially consequently remarkably subsequently similarly broadly possibly frequently mostly roughly
interestingly gradually completely quickly merely actually essentially unlikely conversely accordingly lastly firstly
secondly concretely unfortunately alternatively namely meanwhile moreover unlike despite dramatically drastically
presence influence affect affects superior unclear unable benefits choice play plays struggle struggles attempt
incorporating incorporate incorporates requiring involve involves involving mitigate mitigating allowing generating
predict predicted constrain constrained preserving affecting employs deliver delivers offset replace replaces drop
drops train learn learned learns trained generate generated caused cause causes define defined defines minimize
maximize maintains impressive sacrifice sacrificing exploit exploiting advancing advancements demands exceed exceeds
surpass surpasses surpassing arise arises arising determining enhancement degrade degrades degradation boost boosts
purpose reason reasons consequence consequences aspect aspects respect account interest idea ideas concept concepts
question questions evidence efforts effort outcome outcomes conclusion conclusions implications relevance principles
principle strategy strategies technique techniques properties property factor factors mechanism mechanisms
superiority guarantee guarantees validate validated verify verified quantify quantifying incorporated modify modified
accelerate accelerating encourage encourages eliminate eliminates eliminating alleviate extend extends extending rise
choose chosen select selecting selected reach reaches reaching reproduce insufficient sufficient sufficiently costly
pronounced notable emphasis emphasize underscore underscores importance essential crucially ten seven eight dozen
hundreds thousands ii iii iv formulate discuss discussed answer combination account accounts remove removed removing
"""
_GERMAN = """
aber alle als am an auch auf aus bei beim bis da dabei damit das dass dem den denn der des die dies diese diesem diesen
dieser dieses doch durch ein eine einem einen einer eines er es für gegen haben hat hier ihre ihrer im in ist jedoch
kann können mehr mit nach nicht noch nur ob oder ohne sehr sein seine sich sie sind so sowie sowohl über um und unter
unsere von vor war wenn werden wie wir wird wobei wurde wurden zu zum zur zwischen arbeit neue neuer neuen
"""
_FRENCH = """
au aux avec ce ces cet cette comme dans de des deux du elle elles en entre est et être fait il ils je la le les leur
leurs lors lorsque mais même ne nous on ont ou où par pas plus pour qu que qui sa sans se ses si son sont sous sur tout
toutes très un une vers dont ainsi cela peut étude article nouvelle nouveau
"""
_SPANISH = """
al como con cuando de del desde donde el ella en entre era es esta estas este estos fue ha han hasta la las lo los más
mediante muy no nos o para pero por puede que se según ser si sin sobre son su sus también un una uno unos y ya estudio
"""
_ITALIAN = """
agli ai al alla alle anche che ci come con da dai dal dalla degli dei del della delle di è ed essere gli il in io la le
lo ma nei nel nella nelle non o per più può quale quando questa queste questi questo se si sono su sul sulla tra un una
"""
_PORTUGUESE = """
ao aos as com como da das de do dos e em entre essa esse esta este foi mais mas na nas no nos não o os ou para pela pelo
por que se sem ser seu sua são também um uma
"""

FUNCTION_WORDS = frozenset((_ENGLISH + _GERMAN + _FRENCH + _SPANISH + _ITALIAN + _PORTUGUESE).split())
# "Die", "war" and the like are words of more than one language: a subject is rarely named by one of them.
STOP_WORDS = FUNCTION_WORDS | frozenset(_ABSTRACTS.split())
