from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Le billet coûte 1 234,50 €", "Le billet coûte 1234 euros et 50 centimes"),
        ("1\u202f234,50\u00a0€", "1234 euros et 50 centimes"),
        ("1 €, 1 £, 21 €", "1 euro, une livre, 21 euros"),
        ("1,2 M€, €3 Md, $1.2bn", "1,2 million d'euros, 3 milliards d'euros, 1,2 milliard de dollars"),
        ("R$ 1.234,56", "1234 réaux et 56 centavos"),
        ("1.234.567", "1234567"),
        ("à 18h30, 8 h, 10h", "à 18 heures 30, 8 heures, 10 heures"),
        ("18:30, 1h15", "18 heures 30, une heure 15"),
        ("le 24/12/2024, 24.12.2024", "le 24 décembre 2024, 24 décembre 2024"),
        ("le 01/05/2024, le 24/12", "le premier mai 2024, le 24 décembre"),
        ("Les 1ers arrivés, le 1er mai, la 1re", "Les premiers arrivés, le premier mai, la première"),
        ("le 2e étage, la 3ème, 9e, 21e", "le deuxième étage, la troisième, neuvième, vingt et unième"),
        ("au XIXe siècle, au XXIᵉ siècle", "au dix-neuvième siècle, au vingt et unième siècle"),
        ("Louis XIV, François Ier, Napoléon III", "Louis quatorze, François premier, Napoléon trois"),
        ("aux XVe et XVIe siècles, le XXe s.", "aux quinzième et seizième siècles, le vingtième siècle"),
        ("06.12.34.56.78, 24/7", "0 6, 1 2, 3 4, 5 6, 7 8, 24 heures sur 24, 7 jours sur 7"),
        ("chapitre IV, Seconde Guerre mondiale", "chapitre quatre, Seconde Guerre mondiale"),
        ("10-15 kg, 16:9, 3-1", "10 à 15 kilogrammes, 16 à 9, 3 à 1"),
        ("50 %, 5 ‰, -12 °C", "50 pour cent, 5 pour mille, moins 12 degrés Celsius"),
        ("120 km/h, 12 m², 8 Go", "120 kilomètres par heure, 12 mètres carrés, 8 gigaoctets"),
        ("M. Dupont et Mme Roux, p. ex.", "monsieur Dupont et madame Roux, par exemple."),
        ("n° 5, N°5, № 5", "numéro 5, numéro 5, numéro 5"),
        ("01 42 68 53 00", "0 1, 4 2, 6 8, 5 3, 0 0"),
        ("+33 1 42 68 53 00", "plus 3 3, 1, 4 2, 6 8, 5 3, 0 0"),
        ("½ litre, 2 ½, 3/4", "un demi litre, 2 et demi, trois quarts"),
        ("version 3.2.1", "version 3 point 2 point 1"),
        ("moi & toi, 3 × 4 = 12", "moi et toi, 3 fois 4 égale 12"),
        ("Notez 4,5/5", "Notez 4,5 sur 5"),
        ("Voir exemple.fr/a", "Voir exemple point fr barre oblique a"),
        ("#PauseThé", "hashtag Pause Thé"),
        ("COVID-19, GPT-4", "COVID 19, GPT 4"),
    ],
)
def test_french_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "fr") == spoken


@pytest.mark.parametrize(
    "text", ["MP3, G20, A4", "en 1956", "3,5 fois", "un rendez-vous, le Wi-Fi", "Il est là. On y va."]
)
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "fr") == text


def test_swiss_french_knows_its_own_marks() -> None:
    assert said("CHF 1'234.50", "fr-ch") == "1234 francs suisses et 50 centimes"
    assert said("1.5 kg", "fr-ch") == "1,5 kilogramme"
