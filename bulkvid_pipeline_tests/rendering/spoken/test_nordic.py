from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("sv", "1 km, 1 kilo", "en kilometer, 1 kilo"),
        ("da", "1800-tallet", "attenhundredetallet"),
        ("sv", "Biljetten kostar 1 234 kr.", "Biljetten kostar 1234 kronor."),
        ("sv", "1 kr, 49,50 kr och 199:-", "en krona, 49 kronor och 50 öre och 199 kronor"),
        ("sv", "$5, 3,5 % och 1,2 miljarder kronor", "5 dollar, 3 komma 5 procent och 1 komma 2 miljarder kronor"),
        ("sv", "kl. 18:30, kl 9.05 och 18:00", "klockan 18 30, klockan 9 noll 5 och 18"),
        ("sv", "24 december 2024", "tjugofjärde december tjugohundratjugofyra"),
        ("sv", "2024-12-24", "tjugofjärde december tjugohundratjugofyra"),
        ("sv", "sedan 1995 och på 90-talet", "sedan nittonhundranittiofem och på nittiotalet"),
        ("sv", "1:a plats, 2:a och 3:e", "första plats, andra och tredje"),
        ("sv", "Karl XVI Gustaf", "Karl den sextonde Gustaf"),
        (
            "sv",
            "1/2 dl, 3/4, -12 °C, 90 km/h",
            "en halv deciliter, tre fjärdedelar, minus 12 grader, 90 kilometer per timme",
        ),
        ("sv", "t.ex. te, bl.a. kaffe osv.", "till exempel te, bland annat kaffe och så vidare."),
        ("sv", "10-15 minuter, 16:9", "10 till 15 minuter, 16 till 9"),
        ("sv", "me@example.com", "me snabel-a example punkt com"),
        ("sv", "Morgonteet värmer.", "Morgonteet värmer."),
        ("nb", "Billetten koster 1 234 kr.", "Billetten koster 1234 kroner."),
        ("nb", "1 kr, 49,50 kr og 3,5 %", "én krone, 49 kroner og 50 øre og 3,5 prosent"),
        ("nb", "24.12.2024 kl. 18.30", "tjuefjerde desember 2024 klokken 18 30"),
        ("nb", "siden 1995 og 1990-tallet", "siden nittennittifem og nittennittitallet"),
        ("nb", "Harald V, f.eks. te osv.", "Harald den femte, for eksempel te og så videre."),
        ("nb", "Morgenteen varmer.", "Morgenteen varmer."),
        ("da", "Billetten koster 1.234 kr.", "Billetten koster 1234 kroner."),
        ("da", "1 kr., 49,50 kr. og 3 mio. kr.", "en krone, 49 kroner og 50 øre og 3 millioner kroner."),
        ("da", "24. december 2024 kl. 18.30", "fireogtyvende december 2024 klokken 18 30"),
        ("da", "i 1995 og 90'erne", "i nittenfemoghalvfems og halvfemserne"),
        ("da", "Margrethe II, f.eks. te", "Margrethe den anden, for eksempel te"),
        ("da", "Morgenteen varmer.", "Morgenteen varmer."),
    ],
)
def test_scandinavian_languages_are_said_as_people_say_them(language: str, written: str, spoken: str) -> None:
    assert said(written, language) == spoken
