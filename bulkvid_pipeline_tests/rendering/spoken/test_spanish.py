from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Cuesta 1.234,50 €", "Cuesta 1234 euros con 50 céntimos"),
        ("1 €, 21 €, 1 £, $5", "un euro, veintiún euros, una libra, 5 dólares"),
        ("1,2 M€, €3 millones, $1.2bn", "1,2 millones de euros, 3 millones de euros, 1,2 mil millones de dólares"),
        ("R$ 1.234,56", "1234 reales con 56 centavos"),
        ("1.234.567 y 10 000", "1234567 y 10000"),
        ("el 24/12/2024, 24.12.2024", "el 24 de diciembre de 2024, 24 de diciembre de 2024"),
        ("2024-12-24, el 24/12", "24 de diciembre de 2024, el 24 de diciembre"),
        ("a las 18:30, 9:15, 18:00 h", "a las 18 30, 9 y 15, 18 horas"),
        ("a las 4 p. m. y 9 a.m.", "a las 4 de la tarde y 9 de la mañana."),
        ("600 12 34 56, tel. 900 123 456", "6 0 0, 1 2, 3 4, 5 6, teléfono 9 0 0, 1 2 3, 4 5 6"),
        ("siglos XV y XVI, s. XIX", "siglos quince y dieciséis, siglo diecinueve"),
        ("siglo XIX, el siglo V", "siglo diecinueve, el siglo cinco"),
        ("Felipe II, Alfonso XIII, Isabel II", "Felipe segundo, Alfonso trece, Isabel segunda"),
        ("Segunda Guerra Mundial, capítulo IV", "Segunda Guerra Mundial, capítulo cuatro"),
        ("3º, 3.ª, 1er piso", "tercero, tercera, primer piso"),
        ("10-15 kg, 16:9, 3-1", "10 a 15 kilogramos, 16 a 9, 3 a 1"),
        ("5 %, -12 °C, 20°C", "5 por ciento, menos 12 grados Celsius, 20 grados Celsius"),
        ("120 km/h, 12 m²", "120 kilómetros por hora, 12 metros cuadrados"),
        ("Sr. y Sra. López, p. ej., EE. UU.", "señor y señora López, por ejemplo, Estados Unidos."),
        ("n.º 5, nº 5, № 5", "número 5, número 5, número 5"),
        ("+34 912 345 678", "más 3 4, 9 1 2, 3 4 5, 6 7 8"),
        ("1/2 taza, 2½, 3/4", "medio taza, 2 y medio, tres cuartos"),
        ("los años 80", "los años ochenta"),
        ("versión 3.2.1", "versión 3 punto 2 punto 1"),
        ("tú & yo, > 5, 3 × 4", "tú y yo, más de 5, 3 por 4"),
        ("Cuesta €5 🥱", "Cuesta 5 euros"),
        ("ejemplo.es/a", "ejemplo punto es barra a"),
        ("COVID-19", "COVID 19"),
    ],
)
def test_spanish_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "es") == spoken


@pytest.mark.parametrize("text", ["MP3, G20, A4", "en 1956", "3,5 veces", "el Wi-Fi", "¿Vienes? Sí."])
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "es") == text


def test_latin_american_spanish_writes_decimals_with_a_stop() -> None:
    assert said("$1,234.50", "es-419") == "1234 dólares con 50 centavos"
    assert said("1.5 kg", "es-419") == "1.5 kilogramos"
