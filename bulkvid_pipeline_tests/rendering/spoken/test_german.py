from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Es kostet 1.234,50 €.", "Es kostet 1234 Euro und 50 Cent."),
        ("1 €, 1 Mio. Euro und 1,2 Mio. €", "ein Euro, eine Million Euro und 1,2 Millionen Euro"),
        ("€3 Mrd, $1.2bn", "3 Milliarden Euro, 1,2 Milliarden Dollar"),
        ("R$ 1.234,56", "1234 Real und 56 Centavos"),
        ("CHF 1'234.50", "1234 Schweizer Franken und 50 Rappen"),
        ("5 €/kg, 5,- €", "5 Euro pro Kilogramm, 5 Euro"),
        ("1.234.567 Menschen", "1234567 Menschen"),
        ("10-15 kg", "10 bis 15 Kilogramm"),
        ("16:9, 3:1, 2:3", "16 zu 9, 3 zu 1, 2 zu 3"),
        ("Version 3.2.1", "Version 3 Punkt 2 Punkt 1"),
        ("um 18:30 Uhr, 18.30 Uhr, 9:00", "um 18 Uhr 30, 18 Uhr 30, 9 Uhr"),
        ("Am 24.12.2024", "Am vierundzwanzigsten Dezember 2024"),
        ("24/12/2024, 2024-12-24", "vierundzwanzigsten Dezember 2024, vierundzwanzigsten Dezember 2024"),
        ("am 3. Mai 1956", "am dritten Mai neunzehnhundertsechsundfünfzig"),
        ("der 3. Mann, die 2. Auflage, am 1. Tag", "der dritte Mann, die zweite Auflage, am ersten Tag"),
        ("im Jahr 1920", "im Jahr neunzehnhundertzwanzig"),
        ("die 1920er Jahre, die 90er", "die neunzehnhundertzwanziger Jahre, die neunziger"),
        ("Ludwig XIV. zahlte nichts.", "Ludwig der Vierzehnte zahlte nichts."),
        ("Papst Johannes Paul II. und Elisabeth II.", "Papst Johannes Paul der Zweite und Elisabeth die Zweite."),
        ("8.00-10.00 Uhr, Mo.-Fr.", "8 Uhr bis 10 Uhr, Montag bis Freitag."),
        (
            "vom 3. bis 5. Mai, 24.-26.12.",
            "vom dritten bis fünften Mai, vierundzwanzigsten bis sechsundzwanzigsten Dezember",
        ),
        ("4,50 Euro, 1 Euro, 500 Tsd.–1 Mio. €", "4 Euro und 50 Cent, ein Euro, 500 Tausend bis 1 Million Euro"),
        ("Kapitel IV, Hartz IV", "Kapitel vier, Hartz vier"),
        ("im XIX. Jahrhundert, im 19. Jahrhundert", "im neunzehnten Jahrhundert, im neunzehnten Jahrhundert"),
        ("-12 °C, 20°C", "minus 12 Grad Celsius, 20 Grad Celsius"),
        ("3,5 %, 5 ‰", "3,5 Prozent, 5 Promille"),
        ("100 km/h, 12 m², 7,5 l/100 km", "100 Kilometer pro Stunde, 12 Quadratmeter, 7,5 Liter pro 100 Kilometer"),
        ("z. B. Tee, d.h. ca. 5 g usw.", "zum Beispiel Tee, das heißt circa 5 Gramm und so weiter."),
        ("Dr. Roth, Nr. 5, № 5", "Doktor Roth, Nummer 5, Nummer 5"),
        ("1/2 Liter, 2½, 3/4", "ein halb Liter, 2einhalb, drei Viertel"),
        ("+49 30 1234567, 030/1234567", "plus 4 9, 3 0, 1 2 3 4 5 6 7, 0 3 0, 1 2 3 4 5 6 7"),
        ("Brot & Tee, > 5, 3 × 4", "Brot und Tee, mehr als 5, 3 mal 4"),
        ("Mehr auf beispiel.de/a", "Mehr auf beispiel Punkt de Schrägstrich a"),
        ("#Teezeit @teezeit", "Hashtag Teezeit ät teezeit"),
        ("COVID-19", "COVID 19"),
    ],
)
def test_german_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "de") == spoken


@pytest.mark.parametrize(
    "text",
    ["MP3, G20, A4", "Windows 3.1", "2023 war gut", "3,5 mal mehr", "Das Wi-Fi, ein 10-Jähriger", "Der Tee ist da."],
)
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "de") == text
