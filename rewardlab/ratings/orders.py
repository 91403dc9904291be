"""Well-known orders of labels: low, medium, high; poor, fair, good; strongly disagree to strongly agree."""

from __future__ import annotations

import re
from collections.abc import Collection

#: One order per line, from lowest to highest, in the form of `fold`; words separated by | have the same place.
_ORDERS = """
very low < low < medium low | low medium < medium | mid | moderate | middle < medium high < high < very high
none | zero | absent < very mild | minimal < mild | minor | slight | low < moderate | medium < severe | major | high < \
critical | extreme | very severe
awful | terrible | very poor | very bad < poor | bad < fair | average | ok | okay | acceptable | mediocre | \
so so | neutral < good < very good < excellent | great < outstanding | perfect | exceptional
unacceptable < poor < acceptable < good < excellent
unsatisfactory < needs improvement < satisfactory | meets expectations < exceeds expectations | good < outstanding
strongly disagree | totally disagree | completely disagree < disagree | mostly disagree < somewhat disagree | \
slightly disagree | rather disagree < neutral | neither agree nor disagree | neither | undecided < somewhat agree | \
slightly agree | rather agree < agree | mostly agree < strongly agree | totally agree | completely agree
very dissatisfied < dissatisfied < neutral | neither satisfied nor dissatisfied < satisfied < very satisfied
never < rarely | seldom | hardly ever < sometimes | occasionally < often | frequently < usually | very often < \
always
not at all < slightly | a little | a little bit | hardly < somewhat | moderately | partly < mostly | very | \
very much | quite < extremely | completely | fully | entirely
very unlikely < unlikely < neutral | possible < likely < very likely < certain
much worse < worse < slightly worse | somewhat worse < same | equal | tie | about the same | similar < \
slightly better | somewhat better < better < much better
very negative < negative < somewhat negative < neutral | mixed < somewhat positive < positive < very positive
incorrect | wrong | false < mostly incorrect < partially correct | partly correct | partial | half right < \
mostly correct < correct | right | true
no < rather no | mostly no < partially | partly | somewhat | partial | in part < rather yes | mostly yes < yes
fail | failed < partial | partially passed | marginal | borderline < pass | passed < distinction
refuted | contradicted < not enough info | neutral < supported
contradiction < neutral < entailment
irrelevant | not relevant < slightly relevant | marginally relevant < partially relevant | somewhat relevant | \
partly relevant < relevant | mostly relevant < highly relevant | very relevant | perfectly relevant
not helpful | unhelpful < slightly helpful < somewhat helpful | moderately helpful < helpful | mostly helpful < \
very helpful < extremely helpful
safe < borderline | controversial | potentially unsafe < unsafe
very easy < easy < medium | moderate | normal | intermediate < hard | difficult < very hard | very difficult
beginner | novice < intermediate < advanced < expert
weak < moderate | medium < strong < very strong
tiny < small < medium < large < huge
very short < short < medium < long < very long
none < few < some < many | most < all
not met < partially met | partly met < met | fully met
low risk < medium risk | moderate risk < high risk
trivial < minor < major < critical | blocker
first < second < third < fourth < fifth
one < two < three < four < five < six < seven < eight < nine < ten
i | n < p < c
i < ii < iii < iv < v < vi
xs < s < m < l < xl < xxl
f < d- < d < d+ < c- < c < c+ < b- < b < b+ < a- < a < a+
b>>a | b >> a < b>a | b > a < a=b | a = b < a>b | a > b < a>>b | a >> b
b much better < b better < b slightly better < tie | same | equal < a slightly better < a better < a much better
sehr niedrig < niedrig | gering < mittel < hoch < sehr hoch
sehr schlecht < schlecht | mangelhaft < mittel | mittelmäßig | befriedigend | ausreichend < gut < sehr gut
nie < selten < manchmal < oft | häufig < immer
nein < teilweise | teils < ja
trifft gar nicht zu | trifft nicht zu < trifft eher nicht zu < teils teils | neutral < trifft eher zu < trifft zu | \
trifft voll zu
très faible < faible < moyen | moyenne < élevé | élevée | fort < très élevé
très mauvais < mauvais < moyen | passable < bon < très bon < excellent
jamais < rarement < parfois < souvent < toujours
non < en partie | partiellement < oui
muy bajo < bajo | baja < medio | media < alto | alta < muy alto
muy malo < malo < regular < bueno < muy bueno < excelente
nunca < casi nunca | rara vez < a veces | algunas veces < casi siempre | a menudo < siempre
"""
#: Letters that are as often choices as grades; labels that are only such letters have no known order.
_LETTERS = re.compile("[a-f]")


def _parsed() -> tuple[dict[str, int], ...]:
    found = []
    for line in _ORDERS.replace("\\\n", "").strip().splitlines():
        places = enumerate(line.split(" < "))
        found.append({word.strip(): place for place, words in places for word in words.split(" | ")})
    return tuple(found)


ORDERS = _parsed()


def known_order(labels: Collection[str]) -> tuple[str, ...]:
    """Three or more folded labels from lowest to highest, if one known order has them all at different places."""
    if len(labels) < 3 or all(_LETTERS.fullmatch(label) for label in labels):
        return ()
    for order in ORDERS:
        places = {order[label]: label for label in labels if label in order}
        if len(places) == len(labels):
            return tuple(places[place] for place in sorted(places))
    return ()


def partly_known(labels: Collection[str]) -> tuple[str, ...]:
    """The labels (at least two) that a known order contains, if it does not order all of them."""
    if len(labels) < 3 or all(_LETTERS.fullmatch(label) for label in labels):
        return ()
    words = [label for label in labels if not _LETTERS.fullmatch(label)]
    found = max(([label for label in words if label in order] for order in ORDERS), key=len)
    return tuple(found) if 2 <= len(found) < len(labels) or len(found) == len(labels) else ()


def unnumbered(label: str) -> str:
    """A folded label without a number at its beginning or end: 1 - poor, 1: poor and poor (1) become poor."""
    bare = re.sub(r"^\d+\s*[-–:=.)]\s*|\s*[(\[]\d+[)\]]$", "", label)
    return bare if bare != label else re.sub(r"^\d+\s+(?=[^\W\d])", "", label)


def numbered(labels: Collection[str]) -> bool:
    """Whether there are at least three labels and all contain digits: v1, v2; 0-10, 11-20; <1, 1-3, >3; 1. good."""
    return len(labels) > 2 and all(re.search(r"\d", label) for label in labels)
