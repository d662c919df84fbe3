"""Units as they are written after a number."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.counting import Forms
from bulkvid_pipeline.rendering.spoken.readings import Readings

UNITS = {
    **{"%": "concentr-percent", "٪": "concentr-percent", "％": "concentr-percent", "‰": "concentr-permille"},
    **{"km": "length-kilometer", "m": "length-meter", "dm": "length-decimeter", "cm": "length-centimeter"},
    **{"mm": "length-millimeter", "µm": "length-micrometer", "μm": "length-micrometer", "nm": "length-nanometer"},
    **{"mi": "length-mile", "yd": "length-yard", "ft": "length-foot", "km²": "area-square-kilometer"},
    **{
        "m²": "area-square-meter",
        "m2": "area-square-meter",
        "cm²": "area-square-centimeter",
        "ft²": "area-square-foot",
    },
    **{"sq ft": "area-square-foot", "ha": "area-hectare", "m³": "volume-cubic-meter", "m3": "volume-cubic-meter"},
    **{"cm³": "volume-cubic-centimeter", "km2": "area-square-kilometer", "ml": "volume-milliliter"},
    **{"mL": "volume-milliliter", "cl": "volume-centiliter", "dl": "volume-deciliter", "l": "volume-liter"},
    **{"L": "volume-liter", "hl": "volume-hectoliter", "gal": "volume-gallon", "kg": "mass-kilogram"},
    **{"g": "mass-gram", "mg": "mass-milligram", "µg": "mass-microgram", "μg": "mass-microgram", "t": "mass-tonne"},
    **{"lb": "mass-pound", "lbs": "mass-pound", "oz": "mass-ounce", "km/h": "speed-kilometer-per-hour"},
    **{"kmh": "speed-kilometer-per-hour", "kph": "speed-kilometer-per-hour", "mph": "speed-mile-per-hour"},
    **{"m/s": "speed-meter-per-second", "l/100 km": "consumption-liter-per-100-kilometer"},
    **{"l/100km": "consumption-liter-per-100-kilometer", "L/100 km": "consumption-liter-per-100-kilometer"},
    **{"L/100km": "consumption-liter-per-100-kilometer", "mpg": "consumption-mile-per-gallon"},
    **{
        "°C": "temperature-celsius",
        "° C": "temperature-celsius",
        "℃": "temperature-celsius",
        "ºC": "temperature-celsius",
    },
    **{"°F": "temperature-fahrenheit", "° F": "temperature-fahrenheit", "℉": "temperature-fahrenheit"},
    **{"ºF": "temperature-fahrenheit", "°": "angle-degree", "mW": "power-milliwatt", "W": "power-watt"},
    **{"kW": "power-kilowatt", "MW": "power-megawatt", "GW": "power-gigawatt", "kWh": "energy-kilowatt-hour"},
    **{"kJ": "energy-kilojoule", "kcal": "energy-kilocalorie", "cal": "energy-calorie", "V": "electric-volt"},
    **{"mA": "electric-milliampere", "Ω": "electric-ohm", "Hz": "frequency-hertz", "kHz": "frequency-kilohertz"},
    **{"MHz": "frequency-megahertz", "GHz": "frequency-gigahertz", "kB": "digital-kilobyte", "KB": "digital-kilobyte"},
    **{"MB": "digital-megabyte", "GB": "digital-gigabyte", "TB": "digital-terabyte", "PB": "digital-petabyte"},
    **{"kbit": "digital-kilobit", "Mbit": "digital-megabit", "Gbit": "digital-gigabit", "h": "duration-hour"},
    **{"hr": "duration-hour", "hrs": "duration-hour", "min": "duration-minute", "mins": "duration-minute"},
    **{"s": "duration-second", "sec": "duration-second", "secs": "duration-second", "ms": "duration-millisecond"},
    **{
        "bar": "pressure-bar",
        "hPa": "pressure-hectopascal",
        "kPa": "pressure-kilopascal",
        "MPa": "pressure-megapascal",
    },
    **{"px": "graphics-pixel", "MP": "graphics-megapixel", "ppm": "concentr-part-per-1e6", "Nm": "torque-newton-meter"},
    **{"dpi": "graphics-dot-per-inch", "lm": "light-lumen", "hp": "power-horsepower", "PS": "power-horsepower"},
}
"""A unit as written, and its name in the CLDR."""


def unit_forms(written: str, readings: Readings) -> Forms:
    """Patterns of a unit as written, with {} for the number."""
    if written in readings.units:
        return {category: form if "{}" in form else "{} " + form for category, form in readings.units[written].items()}
    return cldr.unit(readings.locale, UNITS[written])
