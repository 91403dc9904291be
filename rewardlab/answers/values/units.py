"""The units, currencies and other words after a number, and which of them are plainly different things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

#: By kind, each unit's names and its size in the kind's smallest unit here. Names of several letters are written in any
#: case, unless another unit differs in case alone (mW, MW). One name may stand for several units: an ounce, a ton.
UNITS: Mapping[str, Mapping[str, str]] = {
    "length": {
        "1e-9": "nm nanometer nanometers nanometre nanometres",
        "1e-6": "\u00b5m \u03bcm um micron microns micrometer micrometers micrometre micrometres",
        "0.001": "mm millimeter millimeters millimetre millimetres",
        "0.01": "cm centimeter centimeters centimetre centimetres zentimeter",
        "0.1": "dm decimeter decimeters decimetre decimetres",
        "1": "m meter meters metre metres metro metros",
        "1000": "km kms kilometer kilometers kilometre kilometres kilometro kilometros",
        "0.0254": 'in in. inch inches " \u2033',
        "0.3048": "ft ft. foot feet ' \u2032",
        "0.9144": "yd yd. yard yards",
        "1609.344": "mi mi. mile miles",
        "1852": "nmi",
    },
    "mass": {
        "1e-9": "\u00b5g \u03bcg ug mcg microgram micrograms",
        "1e-6": "mg milligram milligrams milligramm",
        "0.001": "g gr gram grams gramm gramme grammes gramo gramos",
        "1": "kg kgs kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos",
        "1000": "t ton tons tonne tonnes metric_ton metric_tons tonnen",
        "907.18474": "ton tons short_ton short_tons",
        "1016.0469": "ton tons long_ton long_tons",
        "0.45359237": "lb lb. lbs lbs. pound pounds",
        "0.028349523": "oz oz. ounce ounces",
        "6.35029318": "stone stones",
    },
    "time": {
        "1e-9": "ns nanosecond nanoseconds",
        "1e-6": "\u00b5s \u03bcs us microsecond microseconds",
        "0.001": "ms msec millisecond milliseconds millisekunden",
        "1": "s sec sec. secs second seconds sekunde sekunden seconde secondes segundo segundos",
        "60": "min min. mins minute minutes minuten minuto minutos m",
        "3600": "h hr hr. hrs hour hours stunde stunden std heure heures hora horas",
        "86400": "d day days tag tage tagen jour jours d\u00eda d\u00edas dia dias",
        "604800": "wk week weeks woche wochen semaine semaines semana semanas",
        "2629746": "month months monat monate mois mes meses",
        "31556952": "yr yrs year years jahr jahre ann\u00e9e ann\u00e9es ans a\u00f1o a\u00f1os",
    },
    "volume": {
        "0.001": "ml cc milliliter milliliters millilitre millilitres",
        "0.01": "cl centiliter centiliters centilitre centilitres",
        "0.1": "dl deciliter deciliters decilitre decilitres",
        "1": "l liter liters litre litres litro litros",
        "0.236588": "cup cups",
        "0.473176": "pint pints pt",
        "0.56826125": "pint pints pt",
        "3.785411784": "gal gal. gallon gallons",
        "4.54609": "gal gal. gallon gallons",
        "0.946352946": "quart quarts qt",
        "0.0295735": "oz ounce ounces fl_oz fluid_ounce fluid_ounces",
        "0.01478676": "tbsp tablespoon tablespoons",
        "0.00492892": "tsp teaspoon teaspoons",
    },
    "speed": {
        "0.44704": "mph",
        "0.27777778": "kph kmh",
        "0.51444444": "kn kt kts knot knots",
    },
    "area": {"10000": "ha hectare hectares hektar", "4046.8564": "acre acres ac"},
    "data": {
        "0.125": "bit bits",
        "1": "byte bytes B",
        "1000": "kB KB kilobyte kilobytes",
        "1024": "kB KB kilobyte kilobytes KiB kib",
        "1000000": "MB megabyte megabytes",
        "1048576": "MB megabyte megabytes MiB mib",
        "1000000000": "GB gigabyte gigabytes",
        "1073741824": "GB gigabyte gigabytes GiB gib",
        "1000000000000": "TB terabyte terabytes",
        "1099511627776": "TB terabyte terabytes TiB tib",
    },
    "energy": {
        "1": "J joule joules",
        "1000": "kJ kilojoule kilojoules",
        "1000000": "MJ megajoule megajoules",
        "4.184": "cal calorie calories",
        "4184": "kcal Cal kilocalorie kilocalories calorie calories",
        "3600": "Wh",
        "3600000": "kWh kilowatt_hour kilowatt_hours",
        "3600000000": "MWh",
        "1.602176634e-19": "eV",
    },
    "power": {
        "0.001": "mW milliwatt milliwatts",
        "1": "W watt watts",
        "1000": "kW kilowatt kilowatts",
        "1000000": "MW megawatt megawatts",
        "1000000000": "GW gigawatt gigawatts",
        "735.5": "hp horsepower PS",
    },
    "force": {"1": "N newton newtons", "1000": "kN kilonewton kilonewtons", "0.001": "mN"},
    "pressure": {
        "1": "Pa pascal pascals",
        "100": "hPa mbar millibar",
        "1000": "kPa kilopascal kilopascals",
        "1000000": "MPa megapascal megapascals",
        "100000": "bar bars",
        "101325": "atm atmosphere atmospheres",
        "133.322": "mmHg torr",
        "6894.757": "psi",
    },
    "frequency": {"1": "Hz hertz", "1000": "kHz", "1000000": "MHz", "1000000000": "GHz"},
    "voltage": {"0.001": "mV millivolt millivolts", "1": "V volt volts", "1000": "kV kilovolt kilovolts"},
    "current": {"0.001": "mA milliampere milliamperes", "1": "A amp amps ampere amperes"},
    "resistance": {"1": "ohm ohms \u03a9 \u2126", "1000": "kohm k\u03a9 kiloohm", "1000000": "M\u03a9"},
    "amount": {"0.001": "mmol", "1": "mol mole moles"},
    "angle": {"1": "degree degrees deg \u00b0 grad", "57.29578": "rad radian radians"},
    "temperature": {
        "1": "\u00b0C celsius degree_celsius degrees_celsius grad_celsius C degree degrees deg \u00b0",
        "2": "\u00b0F fahrenheit degree_fahrenheit degrees_fahrenheit F degree degrees deg \u00b0",
        "3": "K kelvin kelvins",
    },
    "share": {"0.01": "% percent per_cent pct prozent pourcent", "0.001": "\u2030 permille per_mille"},
}
#: Never converted: no text tells whether two amounts are worth the same.
APART: Mapping[str, Mapping[str, str]] = {
    "money": {
        "EUR": "EUR euro euros \u20ac",
        "USD": "USD US$ us_dollar us_dollars $ dollar dollars",
        "CAD": "CAD C$ CA$ canadian_dollar canadian_dollars $ dollar dollars",
        "AUD": "AUD A$ AU$ australian_dollar australian_dollars $ dollar dollars",
        "NZD": "NZD NZ$ $ dollar dollars",
        "SGD": "SGD S$ $ dollar dollars",
        "HKD": "HKD HK$ $ dollar dollars",
        "MXN": "MXN MX$ $ peso pesos",
        "GBP": "GBP \u00a3 pound pounds pound_sterling pounds_sterling quid",
        "EGP": "EGP \u00a3 pound pounds",
        "CHF": "CHF franc francs franken swiss_franc swiss_francs",
        "JPY": "JPY \u00a5 yen",
        "CNY": "CNY RMB \u00a5 yuan renminbi",
        "INR": "INR \u20b9 rs rs. rupee rupees",
        "KRW": "KRW \u20a9 won",
        "RUB": "RUB \u20bd rouble roubles ruble rubles",
        "TRY": "TRY \u20ba lira",
        "UAH": "UAH \u20b4 hryvnia",
        "BRL": "BRL R$ real reais",
        "PLN": "PLN z\u0142 zloty zlotys",
        "CZK": "CZK k\u010d koruna korunas",
        "SEK": "SEK kr kr. krona kronor",
        "NOK": "NOK kr kr. krone kroner",
        "DKK": "DKK kr kr. krone kroner",
        "HUF": "HUF forint forints",
        "ZAR": "ZAR rand",
        "ILS": "ILS \u20aa shekel shekels",
    },
    "era": {"BC": "BC BCE B.C. B.C.E.", "AD": "AD CE A.D. C.E."},
    "direction": {
        "north": "N north northern nord norte \u00b0N",
        "south": "S south southern s\u00fcd sud sur \u00b0S",
        "east": "E east eastern ost est este \u00b0E",
        "west": "W west western ouest oeste \u00b0W",
    },
    "side": {"left": "left links gauche izquierda", "right": "right rechts droite derecha"},
    "way": {
        "more": "up more higher above increase gain gained profit surplus rise credit",
        "less": "down less fewer lower below decrease loss lost deficit fall debit",
    },
    "turn": {"before": "before earlier ago early", "after": "after later late"},
}
#: Other units of each kind to make wrong answers with; the first that differs is taken.
COMMON: Mapping[str, str] = {
    "length": "km m cm mm miles feet",
    "mass": "kg g mg pounds",
    "time": "min h s days",
    "volume": "L mL gallons",
    "data": "MB GB",
    "energy": "kJ J MWh",
    "power": "kW W MW",
    "force": "N kN",
    "pressure": "Pa kPa bar",
    "frequency": "Hz kHz MHz",
    "voltage": "V mV",
    "current": "A mA",
    "share": "% \u2030",
    "money": "USD EUR GBP",
    "temperature": "K \u00b0C",
    "speed": "mph knots",
    "area": "ha acres",
    "amount": "mol mmol",
    "era": "BC AD",
    "angle": "rad degrees",
    "resistance": "ohm M\u03a9",
}
POWERS = {"\u00b2": 2, "\u00b3": 3, "^2": 2, "^3": 3, "2": 2, "3": 3}
POWER = re.compile(r"(?:\^?[23]|[\u00b2\u00b3])$")
SQUARED = {"square": 2, "sq": 2, "sq.": 2, "cubic": 3, "cu": 3, "cu.": 3}
SQUARE = re.compile(r"^(square|sq\.?|cubic|cu\.?) +", re.IGNORECASE)
PER = re.compile(r"\s*/\s*|\s+per\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Meaning:
    """One meaning of a unit's name: the kinds of quantity it is composed of, with their powers, and its size.

    `size` is a number of the kinds' own units, or the name of what is not converted.
    """

    kinds: tuple[tuple[str, int], ...]
    size: Fraction | str


def _exact() -> dict[str, set[Meaning]]:
    found: dict[str, set[Meaning]] = {}
    for kind, sizes in UNITS.items():
        for size, names in sizes.items():
            for name in names.split():
                found.setdefault(name.replace("_", " "), set()).add(Meaning(((kind, 1),), Fraction(size)))
    for kind, things in APART.items():
        for thing, names in things.items():
            for name in names.split():
                found.setdefault(name.replace("_", " "), set()).add(Meaning(((kind, 1),), thing))
    return found


NAMES = {name: frozenset(held) for name, held in _exact().items()}


def _folded() -> dict[str, frozenset[Meaning]]:
    found: dict[str, frozenset[Meaning]] = {}
    for name, held in NAMES.items():
        found[name.casefold()] = found.get(name.casefold(), frozenset()) | held
    return found


#: A name in small letters has the meanings of all its spellings.
FOLDED = _folded()


@lru_cache(maxsize=4096)
def meanings(name: str) -> frozenset[Meaning]:
    """All meanings of a unit's name; empty for an unknown one."""
    name = " ".join(name.split())
    parts = PER.split(name)
    if not name or len(parts) > 2:
        return frozenset()
    if len(parts) == 1:
        return _powered(parts[0])
    return frozenset(
        Meaning(tuple(sorted((*top.kinds, *((kind, -power) for kind, power in under.kinds)))), top.size / under.size)
        for top in _powered(parts[0])
        for under in _powered(parts[1])
        if isinstance(top.size, Fraction) and isinstance(under.size, Fraction)
    )


def _powered(name: str) -> frozenset[Meaning]:
    if found := NAMES.get(name) or FOLDED.get(name.casefold()):
        return found
    if match := SQUARE.match(name):
        power, name = SQUARED[match[1].casefold()], name[match.end() :]
    elif match := POWER.search(name):
        power, name = POWERS[match[0]], name[: match.start()]
    else:
        return frozenset()
    return frozenset(
        Meaning(tuple((kind, held * power) for kind, held in one.kinds), one.size**power)
        for one in NAMES.get(name) or FOLDED.get(name.casefold(), frozenset())
        if isinstance(one.size, Fraction)
    )


def are_other_units(one: str, other: str) -> bool:
    """Whether both units are known and have no meaning in common."""
    left, right = meanings(one), meanings(other)
    return bool(left and right and not left & right)


def kin(name: str) -> Iterator[str]:
    """Other units to put after the same number, of the same kind if that is known; none if the name is no unit."""
    held = meanings(name)
    if not held:
        return
    kinds = {one.kinds[0][0] for one in held if len(one.kinds) == 1 and one.kinds[0][1] == 1}
    near = [text for kind in sorted(kinds) for text in COMMON.get(kind, "").split()]
    for text in near or ["kg", "EUR"]:
        if are_other_units(text, name):
            yield text
