"""Words around a length of time."""

from __future__ import annotations

from bulkvid_pipeline.core.vocabulary.words import Vocabulary, listed_words

UNITS: Vocabulary[int] = Vocabulary(
    {
        1: """
            s, sec, secs, second, seconds, sek, sekunde, sekunden, seg, segs, segundo, segundos, seconde,
            secondes, secondo, secondi, saniye, sn, сек, с, секунд, секунда, секунды, sekund, sekundy, sekunda,
            seconden, sekunder, sekuntia, sekuntti, secunde, secundă, másodperc, mp, detik, giây, vteřin,
            vteřiny, δευτερόλεπτα, δευτ, วินาที, שניות, שנייה, שניה, ثانیه, সেকেন্ড, வினாடி, விநாடி, సెకన్లు, سیکنڈ,
            सेकंद, सेकंड, सेकेंड, सेकण्ड, ثانية, ثواني, ثوان, ث, 秒, 秒钟, 秒鐘, 秒間, 초, ", ″
        """,
        60: """
            m, min, mins, minute, minutes, minuten, minuto, minutos, minuti, mn, dakika, dk, dak, мин, минут,
            минута, минуты, minuut, minut, minuta, minuty, minuter, minutter, minuuttia, minuutti, perc, хвилин,
            хвилина, хвилини, menit, phút, λεπτά, λεπτό, นาที, דקה, דקות, دقیقه, মিনিট, நிமிடம், నిమిషాలు, منٹ, मिनिटे,
            मिनट, मिनिट, دقيقة, دقائق, د, 分, 分钟, 分鐘, 分間, 분, ', ′
        """,
        3600: """
            h, hr, hrs, hour, hours, stunde, stunden, std, hora, horas, heure, heures, ora, ore, saat, час, часа,
            часов, uur, godzina, godziny, godz, घंटा, घंटे, ساعة, 小时, 小時, 時間, 시간
        """,
    }
)
"""Seconds in a unit."""

ABOUT = listed_words(
    """
    ~, ≈, ±, ca, circa, c, about, approx, approximately, around, roughly, some, etwa, ungefähr, rund, env,
    environ, à peu près, aprox, aproximadamente, alrededor de, unos, cerca de, por volta de, लगभग, करीब, حوالي,
    تقريبا, 约, 約, 大约, 大約, およそ, 大概, 약, 대략, около, примерно, yaklaşık, ongeveer, około, target, goal,
    左右, 上下, 前後, 程度, くらい, ぐらい, ほど, 쯤, 정도, or so, ish, más o menos, ou environ, khoảng, sekitar,
    kurang lebih, περίπου, ประมาณ, بالتقريب
"""
)
"""Words before or after a length that is meant roughly."""

AT_MOST = listed_words(
    """
    <, ≤, <=, max, maximum, at most, up to, under, below, less than, no more than, not more than, no longer than,
    within, shorter than, or less, or under, or shorter, tops, limit, höchstens, oder weniger, o menos, ou moins,
    ou menos, o meno, не больше, в пределах, tối đa, maksimal, κάτω από, ไม่เกิน, עד, maximal, bis zu, unter,
    weniger als, nicht länger als, máximo, como máximo, hasta, menos de, au plus, moins de, maxi, jusqu'à,
    no máximo, até, al massimo, fino a, meno di, massimo, अधिकतम, से कम, أقل من, بحد أقصى, 最多, 不超过, 少于,
    以内, 最大, 以下, 未満, 최대, 이하, 미만, до, не более, макс, en fazla, maximaal, minder dan, hooguit,
    maksymalnie, do
"""
)
"""Words before or after a length that must not be passed."""

FILLERS = listed_words(
    """
    duration, length, video length, runtime, run time, time, total, exactly, precisely, only, just, video,
    videos, clip, reel, short, shorts, long, medium, quick, each, per video, per clip, each video, in total,
    in length, max length, fixed, approximate, de duración, duración, durée, de durée, dauer, länge, lang, genau,
    duração, de duração, durata, di durata, exactamente, exactement, lungo, 时长, 長さ, 長, 视频, 動画, المدة,
    अवधि, длительность, длина, süre, duur
    """
)
"""Words beside a length that say nothing of it."""

HALVES = listed_words(
    """
    and a half, y medio, y media, et demi, et demie, e mezzo, e mezza, e meio, e meia, und eine halbe,
    en een half, 半, 반, с половиной, buçuk, ونصف, و نصف, i pół, rưỡi
    """
)
"""Words after a unit, or between a number and its unit, that add half of the unit."""

AND = ("and", "und", "y", "et", "e", "en", "i", "ve", "и", "और", "و", "零", "又")
"""Words between minutes and seconds."""

TO = ("to", "bis", "a", "à", "hasta", "até", "से", "إلى", "الى", "до", "tot", "do", "至", "到", "から")
"""Words between the two ends of a range."""

BETWEEN = (
    "between",
    "from",
    "zwischen",
    "von",
    "entre",
    "de",
    "da",
    "dal",
    "tra",
    "fra",
    "от",
    "с",
    "между",
    "od",
    "van",
    "tussen",
)
"""Words before a range."""
