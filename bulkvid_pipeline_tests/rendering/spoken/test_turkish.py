from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("100 TL'ye, 7/24, 3x", "100 liraya, yedi gün yirmi dört saat, 3 kat"),
        ("Bilet ₺1.234,50 tutuyor.", "Bilet 1234 lira 50 kuruş tutuyor."),
        ("500 TL ve $5, 3 €", "500 lira ve 5 dolar, 3 euro"),
        ("1,2 milyar TL, 15 bin ₺", "1,2 milyar lira, 15 bin lira"),
        ("%50 indirim, %3,5 ve 20%", "yüzde 50 indirim, yüzde 3,5 ve yüzde 20"),
        ("%50'si", "yüzde 50'si"),
        ("Saat 18:30'da, 09:05'te ve 18:00", "Saat 18 30'da, 9 sıfır 5'te ve 18"),
        ("24.12.2024 ve 2024-12-24", "24 Aralık 2024 ve 24 Aralık 2024"),
        ("10-15 dakika, 5–6 kg", "10 ila 15 dakika, 5 ila 6 kilogram"),
        ("16:9 ekran", "16 9 ekran"),
        ("1. sınıf, 19. yüzyıl, XX. yüzyıl", "birinci sınıf, on dokuzuncu yüzyıl, yirminci yüzyıl"),
        ("XIV. Louis, II. Dünya Savaşı", "On Dördüncü Louis, İkinci Dünya Savaşı"),
        ("3'üncü ve 2'nci", "üçüncü ve ikinci"),
        ("1/2 bardak, 1/4, 2/3, 2½", "yarım bardak, çeyrek, üçte iki, 2 buçuk"),
        ("-12 °C, 90 km/h, 5 dk", "eksi 12 derece, saatte 90 kilometre, 5 dakika"),
        ("5 > 3, 2+2=4", "5 büyüktür 3, 2 artı 2 eşittir 4"),
        ("No: 5, № 6", "numara 5, numara 6"),
        ("çay, kahve vb. içecek vs.", "çay, kahve ve benzeri içecek vesaire."),
        ("Dr. Ayşe, örn. çay", "doktor Ayşe, örneğin çay"),
        ("0212 555 01 42", "0 2 1 2, 5 5 5, 0 1, 4 2"),
        ("me@example.com, example.com/a", "me et example nokta com, example nokta com eğik çizgi a"),
        ("1.234.567 kişi", "1234567 kişi"),
        ("90'lar ve 1990'larda", "90'lar ve 1990'larda"),
        ("COVID-19 ve GPT-4", "COVID 19 ve GPT 4"),
        ("Sayfa 5. Sonra devam.", "Sayfa 5. Sonra devam."),
        ("Sabah çayı ısıtır.", "Sabah çayı ısıtır."),
    ],
)
def test_turkish_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "tr") == spoken
