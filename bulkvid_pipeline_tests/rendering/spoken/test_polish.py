from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("2 mln zł, rozdział IV, 601 234 567", "2 miliony złotych, rozdział 4, 6 0 1, 2 3 4, 5 6 7"),
        ("II wojna światowa, w czasie I wojny", "druga wojna światowa, w czasie pierwszej wojny"),
        ("Bilet kosztuje 1 234 zł.", "Bilet kosztuje 1234 złote."),
        ("1 zł, 2 zł, 5 zł, 22 zł, 12 zł", "1 złoty, 2 złote, 5 złotych, 22 złote, 12 złotych"),
        ("4,50 zł i 1,5 zł", "4 złote 50 groszy i 1,5 złotego"),
        ("1 234,56 zł", "1234 złote 56 groszy"),
        ("$5 i 3 €, 2 korony", "5 dolarów i 3 euro, 2 korony"),
        ("2 Kč", "dwie korony"),
        ("15 tys. zł, 1,2 mln zł, 3 mld zł", "15 tysięcy złotych, 1,2 miliona złotych, 3 miliardy złotych"),
        (
            "Zniżka 50 % do 24.12.2024.",
            "Zniżka 50 procent do dwudziestego czwartego grudnia dwa tysiące dwudziestego czwartego roku.",
        ),
        ("2024-12-24", "dwudziestego czwartego grudnia dwa tysiące dwudziestego czwartego roku"),
        ("24 grudnia 2024 r.", "dwudziestego czwartego grudnia dwa tysiące dwudziestego czwartego roku."),
        ("5-10 maja", "piątego do dziesiątego maja"),
        ("w 1995 roku, rok 2000", "w tysiąc dziewięćset dziewięćdziesiątym piątym roku, rok dwutysięczny"),
        ("lata 90. i w latach 60. było", "lata dziewięćdziesiąte i w latach sześćdziesiątych było"),
        ("Start o 18:30, od 9:00 do 17:05", "Start o osiemnastej 30, od dziewiątej do siedemnastej zero 5"),
        ("o godz. 18 i godz. 10:30", "o godzinie osiemnastej i godzina dziesiąta 30"),
        ("18:30", "osiemnasta 30"),
        ("XIX wiek, w XX wieku, XVIII w.", "dziewiętnasty wiek, w dwudziestym wieku, osiemnastego wieku."),
        ("Ludwik XIV, Jana Pawła II i Elżbieta II", "Ludwik Czternasty, Jana Pawła Drugiego i Elżbieta Druga"),
        ("1. miejsce, 2. lekcja, 3. raz", "pierwsze miejsce, druga lekcja, trzeci raz"),
        ("1-szy i 5-ta", "pierwszy i piąta"),
        ("1/2 szklanki, 3/4, 1/3", "pół szklanki, trzy czwarte, jedna trzecia"),
        ("-12 °C i 60 km/h, 2 min", "minus 12 stopni Celsjusza i 60 kilometrów na godzinę, dwie minuty"),
        ("5 > 3, 2+2=4, nr 5, № 6", "5 więcej niż 3, 2 plus 2 równa się 4, numer 5, numer 6"),
        ("format 16:9, 10-15 minut", "format 16 do 9, 10 do 15 minut"),
        ("np. herbata, tzn. napój, itd.", "na przykład herbata, to znaczy napój, i tak dalej."),
        ("m.in. na ul. Długiej", "między innymi na ulicy Długiej"),
        ("tel. 22 123 45 67", "telefon 2 2, 1 2 3, 4 5, 6 7"),
        ("+48 601 234 567", "plus 4 8, 6 0 1, 2 3 4, 5 6 7"),
        ("me@example.com", "me małpa example kropka com"),
        ("Poranna herbata rozgrzewa.", "Poranna herbata rozgrzewa."),
    ],
)
def test_polish_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "pl") == spoken
