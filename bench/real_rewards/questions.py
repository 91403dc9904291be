"""Questions whose right answer is known, with wrong answers of the kinds that models give. Seeded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

#: Prompts of a task: more than the hundred that a verdict needs.
PROMPTS = 150


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, the right answer as the model writes it, others that are right too, and wrong ones.

    `gold` is the reference as the data set holds it, the answer itself unless given; `columns` are other fields.
    """

    text: str
    answer: str
    wrong: tuple[str, ...]
    also: tuple[str, ...] = ()
    gold: Any = None
    columns: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reference(self) -> Any:
        return self.answer if self.gold is None else self.gold


Ask: TypeAlias = Callable[[Random], Question]


def questions(ask: Ask, rng: Random) -> list[Question]:
    """So many different questions of one kind."""
    found: dict[str, Question] = {}
    while len(found) < PROMPTS:
        question = ask(rng)
        found.setdefault(question.text, question)
    return list(found.values())


def shopping(rng: Random) -> Question:
    """A sum in words, as in GSM8K."""
    boxes, each, eaten = rng.randint(3, 24), rng.randint(4, 36), rng.randint(1, 11)
    answer = boxes * each - eaten
    text = f"Ada buys {boxes} boxes with {each} pears each and eats {eaten} of them. How many pears are left?"
    return Question(text, str(answer), near(answer, rng, (boxes * each, answer + eaten)))


def near(answer: int, rng: Random, others: Sequence[int] = ()) -> tuple[str, ...]:
    """Wrong whole numbers: slips by one and by ten, and what a forgotten step gives."""
    slips = {answer + 1, answer - 1, answer + 10, answer - 10, answer + rng.randint(2, 40), *others}
    return tuple(str(one) for one in sorted(slips - {answer}))


def fractions(rng: Random) -> Question:
    """A sum of two fractions, in LaTeX."""
    first, second = (Fraction(rng.randint(1, 9), rng.randint(2, 12)) for _ in range(2))
    total = first + second
    wrong = {Fraction(first.numerator + second.numerator, first.denominator + second.denominator), total + 1}
    wrong |= {total + Fraction(1, total.denominator), first * second}
    return Question(
        f"What is {latex(first)} + {latex(second)}, reduced?",
        latex(total),
        tuple(latex(one) for one in sorted(wrong - {total})),
    )


def latex(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"\\frac{{{value.numerator}}}{{{value.denominator}}}"


def choices(rng: Random) -> Question:
    """Four options to a sum; the answer is a letter."""
    left, right = rng.randint(12, 400), rng.randint(12, 400)
    options = [left + right, *rng.sample([left + right + step for step in (-20, -10, -1, 1, 9, 11, 100)], 3)]
    rng.shuffle(options)
    letter = "ABCD"[options.index(left + right)]
    listed = "\n".join(f"{name}) {value}" for name, value in zip("ABCD", options, strict=True))
    return Question(f"What is {left} + {right}?\n{listed}", letter, tuple(one for one in "ABCD" if one != letter))


def divisors(rng: Random) -> Question:
    """A list of whole numbers."""
    number = rng.randint(12, 600)
    found = [one for one in range(1, number + 1) if number % one == 0]
    wrong = [found[:-1], [*found[:1], *found[2:]], [*found, number + 1]]
    right, *others = [", ".join(map(str, one)) for one in (found, *wrong)]
    return Question(f"List all divisors of {number}.", right, tuple(one for one in others if one and one != right))


#: Chemical elements by symbol; those with two spellings have both.
ELEMENTS = (
    "H Hydrogen,He Helium,Li Lithium,Be Beryllium,B Boron,C Carbon,N Nitrogen,O Oxygen,F Fluorine,Ne Neon,Na Sodium,"
    "Mg Magnesium,Al Aluminium/Aluminum,Si Silicon,P Phosphorus,S Sulfur/Sulphur,Cl Chlorine,Ar Argon,K Potassium,"
    "Ca Calcium,Sc Scandium,Ti Titanium,V Vanadium,Cr Chromium,Mn Manganese,Fe Iron,Co Cobalt,Ni Nickel,Cu Copper,"
    "Zn Zinc,Ga Gallium,Ge Germanium,As Arsenic,Se Selenium,Br Bromine,Kr Krypton,Rb Rubidium,Sr Strontium,Y Yttrium,"
    "Zr Zirconium,Nb Niobium,Mo Molybdenum,Tc Technetium,Ru Ruthenium,Rh Rhodium,Pd Palladium,Ag Silver,Cd Cadmium,"
    "In Indium,Sn Tin,Sb Antimony,Te Tellurium,I Iodine,Xe Xenon,Cs Caesium/Cesium,Ba Barium,La Lanthanum,Ce Cerium,"
    "Pr Praseodymium,Nd Neodymium,Pm Promethium,Sm Samarium,Eu Europium,Gd Gadolinium,Tb Terbium,Dy Dysprosium,"
    "Ho Holmium,Er Erbium,Tm Thulium,Yb Ytterbium,Lu Lutetium,Hf Hafnium,Ta Tantalum,W Tungsten,Re Rhenium,Os Osmium,"
    "Ir Iridium,Pt Platinum,Au Gold,Hg Mercury,Tl Thallium,Pb Lead,Bi Bismuth,Po Polonium,At Astatine,Rn Radon"
)
SYMBOLS = {symbol: names.split("/") for symbol, names in (one.split(" ") for one in ELEMENTS.split(","))}
PLACES = ("in the periodic table", "in chemistry", "on a chemist's label")


def elements(rng: Random) -> Question:
    """A fact with aliases; the reference is the object that search data sets hold."""
    symbol = rng.choice(list(SYMBOLS))
    names = SYMBOLS[symbol]
    others = rng.sample([other for other in SYMBOLS if other != symbol], 6)
    wrong = tuple(SYMBOLS[other][0] for other in others)
    text = f"Which element does the symbol {symbol} stand for {rng.choice(PLACES)}?"
    return Question(text, names[0], wrong, also=tuple(names[1:]), gold={"target": names})


WHO, WHAT = ("the old miller", "a young pilot", "the tall nurse", "our new mayor"), ("a red boat", "two grey horses")
WHERE = ("behind the station", "near the harbour", "under the bridge", "at the town hall", "beside the mill")
WHEN = ("on Monday", "before noon", "in early spring", "after the storm", "every Friday")


def sentences(rng: Random) -> Question:
    """A summary of one sentence; wrong ones share most of its words."""
    parts = [rng.choice(one) for one in (WHO, WHAT, WHERE, WHEN)]
    right = f"{parts[0]} keeps {parts[1]} {parts[2]} {parts[3]}"
    wrong = []
    for at, every in ((0, WHO), (2, WHERE), (3, WHEN)):
        other = [*parts[:at], rng.choice([one for one in every if one != parts[at]]), *parts[at + 1 :]]
        wrong.append(f"{other[0]} keeps {other[1]} {other[2]} {other[3]}")
    note = rng.randint(100, 999)
    text = f"Note {note}. It is said that {right}, and nobody minds. Summarise the note in one sentence."
    return Question(text, right, (*wrong, "nobody minds what is said", f"note {note} tells of the town"))
