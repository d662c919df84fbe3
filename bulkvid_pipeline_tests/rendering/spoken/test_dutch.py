from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Het kost € 1.234,50", "Het kost 1234 euro en 50 cent"),
        ("€5,- of 1 €", "5 euro of 1 euro"),
        ("1,2 mln euro, € 3 mld, $1.2bn", "1,2 miljoen euro, 3 miljard euro, 1,2 miljard dollar"),
        ("R$ 1.234,56", "1234 real en 56 centavo"),
        ("1.234.567 mensen", "1234567 mensen"),
        ("in 1956, in 1905", "in negentien zesenvijftig, in negentien nul vijf"),
        ("op 24-12-2024, 24/12/2024", "op 24 december 2024, 24 december 2024"),
        ("24.12.2024, 2024-12-24", "24 december 2024, 24 december 2024"),
        ("om 18:30 uur, 18.30 uur, 9:00", "om 18 uur 30, 18 uur 30, 9 uur"),
        ("de 19e eeuw, de XIXe eeuw", "de negentiende eeuw, de negentiende eeuw"),
        ("Lodewijk XIV, Willem II", "Lodewijk de Veertiende, Willem de Tweede"),
        ("Tweede Wereldoorlog, hoofdstuk IV", "Tweede Wereldoorlog, hoofdstuk vier"),
        ("1ste, 2de, 3e, 8e, 21e", "eerste, tweede, derde, achtste, eenentwintigste"),
        ("10-15 kg, 16:9", "10 tot 15 kilogram, 16 op 9"),
        ("50 %, -12 °C", "50 procent, min 12 graden Celsius"),
        ("120 km/u, 12 m²", "120 kilometer per uur, 12 vierkante meter"),
        ("bijv. dhr. Jansen, o.a. enz.", "bijvoorbeeld de heer Jansen, onder andere enzovoort."),
        ("nr. 5, № 5", "nummer 5, nummer 5"),
        ("+31 20 123 4567", "plus 3 1, 2 0, 1 2 3, 4 5 6 7"),
        ("020-1234567", "0 2 0, 1 2 3 4 5 6 7"),
        ("½ liter, 2½, 3/4", "een half liter, 2 en een half, drie kwart"),
        ("de jaren 80", "de jaren tachtig"),
        ("versie 3.2.1", "versie 3 punt 2 punt 1"),
        ("jij & ik, > 5, 3 × 4", "jij en ik, meer dan 5, 3 keer 4"),
        ("voorbeeld.nl/a", "voorbeeld punt nl schuine streep a"),
        ("COVID-19", "COVID 19"),
    ],
)
def test_dutch_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "nl") == spoken


@pytest.mark.parametrize("text", ["MP3, G20, A4", "3,5 keer", "de Wi-Fi", "1500 mensen", "Kom je? Ja."])
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "nl") == text
