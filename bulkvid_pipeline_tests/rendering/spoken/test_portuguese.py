from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("O café custa R$ 4,50 na padaria.", "O café custa 4 reais e 50 centavos na padaria."),
        ("R$ 1.234,56, R$ 1,00, R$ 0,50", "1234 reais e 56 centavos, um real, 50 centavos"),
        ("R$ 5 milhões, R$ 2 bi, R$ 10 mil", "5 milhões de reais, 2 bilhões de reais, 10 mil reais"),
        ("$1.2bn, 1 £, £2", "1,2 bilhão de dólares, uma libra, duas libras"),
        ("US$ 5 e € 5", "5 dólares americanos e 5 euros"),
        ("1.234.567 pessoas", "1234567 pessoas"),
        ("Abrimos às 18h30, 8h, 9:15", "Abrimos às 18 e 30, 8 horas, 9 e 15"),
        (
            "24/12/2024, 24.12.2024, 2024-12-24",
            "24 de dezembro de 2024, 24 de dezembro de 2024, 24 de dezembro de 2024",
        ),
        ("dia 24/12", "dia 24 de dezembro"),
        ("século XIX, século V", "século dezenove, século quinto"),
        ("João Paulo II, Luís XIV, Dom Pedro II", "João Paulo segundo, Luís catorze, Dom Pedro segundo"),
        ("Segunda Guerra Mundial, capítulo IV", "Segunda Guerra Mundial, capítulo quatro"),
        ("3º, 3ª, 21º", "terceiro, terceira, vigésimo primeiro"),
        ("10-15 kg, 16:9, 3-1", "10 a 15 quilogramas, 16 a 9, 3 a 1"),
        ("50 %, -12 °C", "50 por cento, menos 12 graus Celsius"),
        ("R$ 5/kg, 120 km/h", "5 reais por quilograma, 120 quilômetros por hora"),
        ("Sr. João e Sra. Ana, p. ex.", "senhor João e senhora Ana, por exemplo."),
        ("nº 5, n.º 5, № 5", "número 5, número 5, número 5"),
        ("(11) 91234-5678", "1 1, 9 1 2 3 4, 5 6 7 8"),
        ("+55 11 91234-5678", "mais 5 5, 1 1, 9 1 2 3 4, 5 6 7 8"),
        ("1/2 xícara, 2½, 3/4", "meio xícara, 2 e meio, três quartos"),
        ("os anos 80", "os anos oitenta"),
        ("versão 3.2.1", "versão 3 ponto 2 ponto 1"),
        ("eu & você, > 5, 3 × 4", "eu e você, mais de 5, 3 vezes 4"),
        ("exemplo.com.br/a", "exemplo ponto com ponto br barra a"),
        ("COVID-19", "COVID 19"),
    ],
)
def test_brazilian_portuguese_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "pt-br") == spoken


@pytest.mark.parametrize("text", ["MP3, G20, A4", "em 1956", "3,5 vezes", "o Wi-Fi", "Vamos? Sim."])
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "pt-br") == text


def test_portugal_has_words_of_its_own() -> None:
    assert said("€ 1,50", "pt") == "um euro e 50 cêntimos"
    assert said("século XIX", "pt") == "século dezanove"
    assert said("$1.2bn", "pt") == "1,2 mil milhões de dólares"
