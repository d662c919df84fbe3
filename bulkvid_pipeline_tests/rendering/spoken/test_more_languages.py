"""Languages with shorter tables: each kind of the fuller ones once."""

from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("el", "20ού αιώνα, 20ός", "εικοστού αιώνα, εικοστός"),
        ("vi", "No. 5, 8h", "số 5, 8 giờ"),
        ("id", "09.00-18.00", "9 sampai 18"),
        ("hu", "15%-kal", "15 százalékkal"),
        ("ro", "sec. XIX, Carol I, Carol II", "secolul al nouăsprezecelea, Carol Întâi, Carol al doilea"),
        ("el", "Κοστίζει 1.234,50 € και $5.", "Κοστίζει 1234 ευρώ και 50 λεπτά και 5 δολάρια."),
        ("el", "50%, 3,5 εκατ. €, -12 °C", "50 τοις εκατό, 3,5 εκατομμύρια ευρώ, μείον 12 βαθμοί Κελσίου"),
        ("el", "στις 18:30, 24.12.2024", "στις 18 και 30, 24 Δεκεμβρίου 2024"),
        ("el", "1ος, 2η, 19ος αιώνας", "πρώτος, δεύτερη, δέκατος ένατος αιώνας"),
        (
            "el",
            "Ελισάβετ Β΄, Α΄ Παγκόσμιος Πόλεμος, XIX αιώνας",
            "Ελισάβετ Δεύτερη, Πρώτος Παγκόσμιος Πόλεμος, δέκατος ένατος αιώνας",
        ),
        ("el", "π.χ. τσάι, 1/2 φλιτζάνι, κ.λπ.", "παραδείγματος χάριν τσάι, μισό φλιτζάνι, και λοιπά."),
        ("el", "του '90, 10-15 λεπτά, me@example.com", "του 90, 10 έως 15 λεπτά, me παπάκι example τελεία com"),
        ("el", "Το πρωινό τσάι ζεσταίνει.", "Το πρωινό τσάι ζεσταίνει."),
        ("ro", "Costă 1.234,50 lei și $5.", "Costă 1234 de lei și 50 de bani și 5 dolari."),
        ("ro", "1 leu, 2 lei, 20 lei, 2 min", "un leu, 2 lei, 20 de lei, două minute"),
        ("ro", "50%, ora 18:30, 24.12.2024", "50 la sută, ora 18 și 30, 24 decembrie 2024"),
        ("ro", "secolul XX, Ludovic al XIV-lea, a 2-a", "secolul al douăzecilea, Ludovic al paisprezecelea, a doua"),
        (
            "ro",
            "1/2 cană, de ex. ceai, nr. 5, -3 °C",
            "o jumătate cană, de exemplu ceai, numărul 5, minus 3 grade Celsius",
        ),
        ("ro", "Ceaiul de dimineață încălzește.", "Ceaiul de dimineață încălzește."),
        ("hu", "Az ár 1 234 Ft vagy 5 €.", "Az ár 1234 forint vagy 5 euró."),
        ("hu", "50%, 3,5 millió Ft, 10-15 perc", "50 százalék, 3,5 millió forint, 10 15 perc"),
        ("hu", "18:30-kor, 9:00", "18 óra 30 perckor, 9 óra"),
        ("hu", "2024. december 24. és 2024-12-24", "2024 december huszonnegyedike és 2024 december huszonnegyedike"),
        ("hu", "XIV. Lajos, XX. század, 1. hely", "Tizennegyedik Lajos, huszadik század, első hely"),
        ("hu", "pl. tea, kb. 5 kg stb.", "például tea, körülbelül 5 kilogramm satöbbi."),
        ("hu", "A reggeli tea melegít.", "A reggeli tea melegít."),
        ("vi", "Giá 500.000đ hoặc $5, 500k", "Giá 500000 đồng hoặc 5 đô la, 500 nghìn"),
        ("vi", "1,5 triệu đồng, 50%, 10h30", "1,5 triệu đồng, 50 phần trăm, 10 giờ 30 phút"),
        ("vi", "ngày 24/12/2024, thế kỷ XX", "ngày 24 tháng 12 năm 2024, thế kỷ 20"),
        ("vi", "1/2 cốc, 10-15 phút, -12 °C, 16:9", "1 phần 2 cốc, 10 đến 15 phút, âm 12 độ C, 16 trên 9"),
        ("vi", "TP. Huế, trà, cà phê, v.v.", "thành phố Huế, trà, cà phê, vân vân."),
        ("vi", "Trà buổi sáng ấm áp.", "Trà buổi sáng ấm áp."),
        ("id", "Harga Rp50.000 atau Rp 1,5 juta.", "Harga 50000 rupiah atau 1,5 juta rupiah."),
        ("id", "50%, pukul 10.30, 24/12/2024", "50 persen, pukul 10 lewat 30 menit, 24 Desember 2024"),
        ("id", "ke-2, abad XX, ke-21", "kedua, abad 20, kedua puluh satu"),
        (
            "id",
            "1/2 gelas, teh, kopi, dll. Jl. Mawar No. 5",
            "setengah gelas, teh, kopi, dan lain-lain jalan Mawar nomor 5",
        ),
        ("id", "10-15 menit, -12 °C, 60 km/h", "10 sampai 15 menit, minus 12 derajat Celsius, 60 kilometer per jam"),
        ("id", "Teh pagi menghangatkan.", "Teh pagi menghangatkan."),
        ("ms", "RM5.50 dan 50%, jam 10.30", "5 ringgit 50 sen dan 50 peratus, jam 10 30 minit"),
        ("th", "ปีนี้ส่งออก 4.15 ล้านบาท เพิ่มขึ้น 5.7%", "ปีนี้ส่งออก สี่จุดหนึ่งห้าล้านบาท เพิ่มขึ้น ห้าจุดเจ็ดเปอร์เซ็นต์"),
        ("th", "ราคาแก้วละ 1,980 บาท", "ราคาแก้วละ หนึ่งพันเก้าร้อยแปดสิบบาท"),
        ("th", "เปิด 10:30 น. ดูที่ example.com", "เปิด สิบนาฬิกาสามสิบนาที ดูที่ example จุด com"),
        ("th", "฿50, -12 °C, 1/2 ถ้วย", "ห้าสิบบาท, ลบสิบสององศาเซลเซียส, ครึ่ง ถ้วย"),
        ("th", "24/12/2024, 5-10 นาที", "ยี่สิบสี่ ธันวาคม สองพันยี่สิบสี่, ห้าถึงสิบ นาที"),
        ("th", "ชาตอนเช้าอุ่นๆ", "ชาตอนเช้าอุ่นๆ"),
        ("bg", "Билетът струва 1 234,50 лв.", "Билетът струва 1234 лева и 50 стотинки."),
        ("bg", "1 лв., 2 €, 50%, 3,5 млн. лв.", "един лев, два евро, 50 процента, 3,5 милиона лева."),
        (
            "bg",
            "18:30 ч., 24.12.2024 г.",
            "18 и 30, двайсет и четвърти декември две хиляди двайсет и четвърта година.",
        ),
        ("bg", "XIX век, 1-ви и 2-ра, т.е. чай", "деветнайсети век, първи и втора, тоест чай"),
        ("bg", "Сутрешният чай топли.", "Сутрешният чай топли."),
    ],
)
def test_more_languages_are_said_as_people_say_them(language: str, written: str, spoken: str) -> None:
    assert said(written, language) == spoken


@pytest.mark.parametrize(
    ("language", "written", "spoken"),
    [
        ("yue", "茶葉出口4.15億元，增長5.7%", "茶葉出口4.15億元，增長百分之5.7"),
        ("yue", "$1,234.50，10:30，2個", "1234.50港元，10點30分，兩個"),
        ("yue", "2024-12-24，10-15分鐘，1/2杯", "二零二四年12月24日，10到15分鐘，2分之1杯"),
        ("fi", "Hinta on 1 234,50 € ja 5 %.", "Hinta on 1234 euroa 50 senttiä ja 5 prosenttia."),
        ("fi", "klo 18.30, 24.12.2024, 1. sija", "kello 18 30, kahdeskymmenesneljäs joulukuuta 2024, ensimmäinen sija"),
        ("fi", "esim. tee, 1/2 kuppia, −12 °C", "esimerkiksi tee, puoli kuppia, miinus 12 celsiusastetta"),
        ("sk", "Lístok stojí 1 234 €, 2 €.", "Lístok stojí 1234 eur, dve eurá."),
        (
            "sk",
            "24. decembra, 24.12.2024, 1. miesto",
            "dvadsiateho štvrtého decembra, dvadsiateho štvrtého decembra 2024, prvé miesto",
        ),
        ("sk", "v 19. storočí, 3,5 %, napr. čaj", "v devätnástom storočí, 3,5 percenta, napríklad čaj"),
        ("hr", "Cijena je 1.234 € i 50 %.", "Cijena je 1234 eura i 50 posto."),
        ("hr", "24. prosinca, 1. mjesto, XX. stoljeće", "dvadeset četvrtog prosinca, prvo mjesto, dvadeseto stoljeće"),
        ("hr", "24.12.2024 u 18:30, npr. čaj", "dvadeset četvrtog prosinca 2024 u 18 30, na primjer čaj"),
    ],
)
def test_further_languages_are_said_as_people_say_them(language: str, written: str, spoken: str) -> None:
    assert said(written, language) == spoken
