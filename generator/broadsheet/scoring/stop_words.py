"""Words that say nothing about the subject of a text: function words of some languages, and those of any abstract."""

_ENGLISH = """
a about above across after again against al all almost alone along already also although always am among an and
another any are around as at away be became because become becomes been before being below between beyond both but
by can cannot could did do does done down due during each eg either else enough et etc even ever every few first
five for four from further furthermore had has have having he hence her here his how however i ie if in indeed
instead into is it its itself just last least less let like many may me might more moreover most much must my near
neither never next no nor not nothing now of off often on once one only onto or other others otherwise our out over
own per perhaps rather same second several she should since six so some still such than that the their them
themselves then there thereby therefore these they third this those though three through throughout thus to together
too toward towards two under unless until up upon us very via vs was we well were what when where whereas whether
which while who whole whose why will with within without would yet you your
"""
# Verbs, adjectives and nouns of any abstract. They end a phrase: "novel graph networks" is about graph networks.
_ABSTRACTS = """
ability able accelerate accelerating accordingly account accounts accurate accurately achieve achieved achieves
achieving actually additional additionally address addressed addresses addressing advance advancements advances
advancing affect affecting affects aim aims alleviate allow allowing allows alternative alternatively analyze
analyzed answer applied apply approach approaches approximately argue arise arises arising aspect aspects assess
attempt available aware based basis begin behind benefit benefits best better beyond boost boosts bring broader
broadly build building builds called capability capable capture captures case cases cause caused causes certain
challenge challenges challenging characterize choice choose chosen clear clearly close closely code com combination
combine combined combines combining common commonly comparable compare compared comparing comparison competitive
complete completely comprehensive compute concept concepts conclusion conclusions concretely conduct conducted
confirm consequence consequences consequently consider considerable considered considering consist consistent
consistently constrain constrained construct contain contrast contribution contributions conversely corresponding
costly create critical crucial crucially current currently define defined defines degradation degrade degrades
deliver delivers demands demonstrate demonstrated demonstrates demonstrating depend derive derived describe
described design designed despite detail detailed details detect determine determining develop developed developing
development differ difference differences different difficult directly discover discuss discussed distinct diverse
dozen dramatically drastically drop drops easily easy effective effectively effectiveness efficiently effort efforts
eight eliminate eliminates eliminating emerge emerged emerging emphasis emphasize employ employed employing employs
enable enabled enables enabling encourage encourages enhance enhanced enhancement enhances enhancing ensure ensures
entire especially essential essentially establish established estimate estimated evaluate evaluated evaluating
evaluation evidence examine example examples exceed exceeds excellent exhibit exhibits exist existing expect
expected experiment experimental experiments explain exploit exploiting explore explored exploring extend extended
extending extends extensive extensively extra extremely facilitate factor factors fail fails far finally find
finding findings finds firstly focus focused focuses focusing follow followed following formulate found framework
frameworks frequently full fully fundamental future gain gap generally generate generated generating get github give
given gives giving go good gradually great greater greatly grow growing guarantee guarantees help helps higher
highest highlight highlights highly hold http https hundreds idea ideas identified identify identifying ii iii
illustrate impact impacts implications importance important importantly impose impressive improve improved
improvement improvements improves improving include included includes including incorporate incorporated
incorporates incorporating increase increased increases increasing increasingly indicate indicates indicating
influence insight insights inspire inspired insufficient integrate integrated integrates integrating interest
interestingly introduce introduced introduces introducing introduction investigate investigated investigating
investigation involve involves involving issue issues iv key know known lack largely larger largest lastly lead
leading leads learn learned learns led leverage leverages leveraging likely limitation limitations limited lower
main mainly maintain maintaining maintains make makes making manner match maximize mean meanwhile measure mechanism
mechanisms meet merely method methodology methods minimize mitigate mitigating modified modify moreover mostly
motivate motivated namely naturally necessary need needed needs new newly notable notably note novel number observe
observed obtain obtained offer offering offers offset ones org original outcome outcomes outperform outperforming
outperforms overall overcome paper papers part particular particularly perform performance performed performing
performs play plays poorly popular possible possibly potential potentially powerful practical precise predict
predicted presence present presented presenting presents preserving previous previously primarily principle
principles prior problem problems proceed produce produced produces promise promising pronounced proper properties
property propose proposed proposes proposing prove proven provide provided provides providing publicly purpose
quantify quantifying question questions quickly rarely reach reaches reaching reason reasons recent recently reduce
reduced reduces reducing refer relate related relative relatively relevance relevant relies rely remain remaining
remains remarkable remarkably remove removed removing replace replaces report reported reproduce require required
requirement requires requiring researchers respect respectively result resulting results rethinking reveal revealed
reveals review revisiting rise robust role roughly sacrifice sacrificing satisfy scenario scenarios secondly see
seek seen select selected selecting serve serves setting settings seven severe severely show showed showing shown
shows significant significantly similar similarly simple simply simultaneously small smaller solve solving
sophisticated sota specific specifically start step steps still straightforward strategies strategy strong strongly
struggle struggles studied studies study studying subsequently substantial substantially success successful
successfully suffer suffers sufficient sufficiently suggest suggesting suggests suitable superior superiority
support supports surpass surpasses surpassing systematic systematically tackle take taken takes taking technique
techniques ten tend tested thorough thousands tool tools total toward traditional train trained treat trend try
typical typically ultimately unable unclear uncover underscore underscores understand understanding understood
unfortunately unified unique unlike unlikely unprecedented usage use used useful user uses using usually utilize
utilized utilizes utilizing validate validated valuable value values variety various vary varying verified verify
versatile ways wide widely work works worse www year years yield yielding yields
albeit align attend dominate extract fix fixes implement innovation negligible originating overlooking persistent
powering recover reliance simplifying suboptimal suffice
agree agreeing amount arrive assume assumed assuming avoid avoiding bear carry chiefly claim come comprise concern
constitute contribute correspond deal discussion driven exhibiting favor favour fit fitted getting grown happen heavily
imply implied implying incur incurring inherently innovative keep keeping know lie link linked look looking modern occur
occurring partly place placing possess preserve prevent probe receive received remarkably reproducing shed solely span
spanning strike suit vast viable yielded
"""
_GERMAN = """
aber alle als am an arbeit auch auf aus bei beim bis da dabei damit das dass dem den denn der des die dies diese
diesem diesen dieser dieses doch durch ein eine einem einen einer eines er es für gegen haben hat hier ihre ihrer im
in ist jedoch kann können mehr mit nach neue neuen neuer nicht noch nur ob oder ohne sehr sein seine sich sie sind
so sowie sowohl um und unsere unter von vor war wenn werden wie wir wird wobei wurde wurden zu zum zur zwischen über
"""
_FRENCH = """
ainsi article au aux avec ce cela ces cet cette comme dans de des deux dont du elle elles en entre est et fait il
ils je la le les leur leurs lors lorsque mais même ne nous nouveau nouvelle on ont ou où par pas peut plus pour qu
que qui sa sans se ses si son sont sous sur tout toutes très un une vers étude être
"""
_SPANISH = """
al como con cuando de del desde donde el ella en entre era es esta estas este estos estudio fue ha han hasta la las
lo los mediante muy más no nos o para pero por puede que se según ser si sin sobre son su sus también un una uno
unos y ya
"""
_ITALIAN = """
agli ai al alla alle anche che ci come con da dai dal dalla degli dei del della delle di ed essere gli il in io la
le lo ma nei nel nella nelle non o per più può quale quando questa queste questi questo se si sono su sul sulla tra
un una è
"""
_PORTUGUESE = """
ao aos as com como da das de do dos e em entre essa esse esta este foi mais mas na nas no nos não o os ou para pela
pelo por que se sem ser seu sua são também um uma
"""
_RUSSIAN = """
а без более бы был была были было быть в вам вас во все всех где для до его ее если есть еще её же за и из или им их
к как когда которая которого которой которые который которых ко либо между метод методы могут может мы на над не нет
ни но о об от по под позволяет полученные помощью после предложен предложена представлены при про работе работы
рассмотрены результаты с со статье так также такие такой такого там то того только том у уже чем через что чтобы
эта эти этих это этого этой этом этот является являются
"""

FUNCTION_WORDS = frozenset((_ENGLISH + _GERMAN + _FRENCH + _SPANISH + _ITALIAN + _PORTUGUESE + _RUSSIAN).split())
# "Die", "war" and the like are words of more than one language: a subject is rarely named by one of them.
STOP_WORDS = FUNCTION_WORDS | frozenset(_ABSTRACTS.split())
