from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Costa 1.234,50 €", "Costa 1234 euro e 50 centesimi"),
        ("1 €, 1 £, $5", "un euro, una sterlina, 5 dollari"),
        ("€5 mln, 3 mld €, $1.2bn", "5 milioni di euro, 3 miliardi di euro, 1,2 miliardi di dollari"),
        ("R$ 1.234,56", "1234 reais e 56 centavos"),
        ("1.234.567 persone", "1234567 persone"),
        ("il 24/12/2024, 24.12.2024", "il 24 dicembre 2024, 24 dicembre 2024"),
        ("il 01/05/2024, 2024-12-24", "il primo maggio 2024, 24 dicembre 2024"),
        ("alle 18:30, alle 18.30, alle 9:00", "alle 18 e 30, alle 18 e 30, alle 9"),
        ("XIX secolo, il secolo XX", "diciannovesimo secolo, il secolo ventesimo"),
        ("Vittorio Emanuele II, Luigi XIV", "Vittorio Emanuele secondo, Luigi quattordicesimo"),
        ("Papa Giovanni XXIII, Elisabetta I", "Papa Giovanni ventitreesimo, Elisabetta prima"),
        ("capitolo IV", "capitolo quattro"),
        ("3º, 3ª, il 1° maggio", "terzo, terza, il primo maggio"),
        ("10-15 kg, 16:9, 3-1", "10 a 15 chilogrammi, 16 a 9, 3 a 1"),
        ("5%, -12 °C, 20°C", "5 percento, meno 12 gradi Celsius, 20 gradi Celsius"),
        ("120 km/h, 12 m²", "120 chilometri orari, 12 metri quadrati"),
        ("Sig. Rossi, p. es. tè, ecc.", "signor Rossi, per esempio tè, eccetera."),
        ("n. 5, n° 5, № 5", "numero 5, numero 5, numero 5"),
        ("+39 06 1234567", "più 3 9, 0 6, 1 2 3 4 5 6 7"),
        ("1/2 tazza, 2½, 3/4", "mezzo tazza, 2 e mezzo, tre quarti"),
        ("gli anni '80", "gli anni ottanta"),
        ("versione 3.2.1", "versione 3 punto 2 punto 1"),
        ("io & te, > 5, 3 × 4", "io e te, più di 5, 3 per 4"),
        ("esempio.it/a", "esempio punto it barra a"),
        ("COVID-19", "COVID 19"),
    ],
)
def test_italian_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "it") == spoken


@pytest.mark.parametrize("text", ["MP3, G20, A4", "nel 1956", "3,5 volte", "il Wi-Fi", "Che bello! Andiamo."])
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "it") == text
