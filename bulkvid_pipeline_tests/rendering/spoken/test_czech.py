from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("777 123 456, 777 123 456 Kč", "7 7 7, 1 2 3, 4 5 6, 777123456 korun"),
        ("II. světová válka", "druhá světová válka"),
        ("Lístek stojí 1 234 Kč.", "Lístek stojí 1234 korun."),
        ("1 Kč, 2 Kč, 5 Kč, 22 Kč", "jedna koruna, dvě koruny, 5 korun, dvacet dvě korun"),
        ("99,90 Kč a 1,5 mil. Kč", "99 korun 90 haléřů a 1,5 milionu korun"),
        ("$5 a 2 €", "5 dolarů a dvě eura"),
        ("Sleva 50 % do 24. 12. 2024.", "Sleva 50 procent do dvacátého čtvrtého prosince 2024."),
        ("3,5 %, 2 %", "3,5 procenta, 2 procenta"),
        ("24.12.2024 a 2024-12-24", "dvacátého čtvrtého prosince 2024 a dvacátého čtvrtého prosince 2024"),
        ("24. prosince 2024", "dvacátého čtvrtého prosince 2024"),
        ("v 18:30, ve 21:00", "v 18 30, ve dvacet jedna hodin"),
        ("1. místo a 2. kniha, 3. den", "první místo a druhá kniha, třetí den"),
        (
            "19. století, v 19. století, v XX. století",
            "devatenácté století, v devatenáctém století, v dvacátém století",
        ),
        ("90. léta, v 60. letech", "devadesátá léta, v šedesátých letech"),
        ("Ludvík XIV. vládl, Alžběta II.", "Ludvík Čtrnáctý vládl, Alžběta Druhá."),
        ("1/2 hrnku, 3/4", "půl hrnku, tři čtvrtiny"),
        ("-12 °C, 60 km/h, 2 min", "minus 12 stupňů Celsia, 60 kilometrů za hodinu, dvě minuty"),
        ("č. 5, poměr 16:9, 5-10 kg", "číslo 5, poměr 16 ku 9, 5 až 10 kilogramů"),
        ("čaj, káva atd. Tj. vše", "čaj, káva a tak dále Tj. vše"),
        ("me@example.com", "me zavináč example tečka com"),
        ("Ranní čaj zahřeje.", "Ranní čaj zahřeje."),
    ],
)
def test_czech_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "cs") == spoken
