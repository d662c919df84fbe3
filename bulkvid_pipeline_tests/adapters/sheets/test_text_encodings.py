"""Text that is not UTF-8, at the length of a sheet with one idea, is read rightly or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.sheets.local_sheets import read_local
from bulkvid_pipeline.core.errors import InvalidSheetError

IDEAS = {
    "ru": ("Утренний чай", "Поставь чайник вечером. Утром нажми одну кнопку."),
    "uk": ("Ранковий чай", "Наповніть чайник увечері. Вранці натисніть одну кнопку."),
    "bg": ("Сутрешен чай", "Напълнете чайника вечерта. Сутрин натискате един бутон."),
    "el": ("Πρωινό τσάι", "Γέμισε τον βραστήρα το προηγούμενο βράδυ."),
    "he": ("תה של בוקר", "מלאו את הקומקום בערב. בבוקר רק לוחצים על כפתור."),
    "ar": ("شاي الصباح", "املأ الغلاية في الليلة السابقة واضغط الزر صباحا."),
    "th": ("ชายามเช้า", "เติมน้ำในกาก่อนนอน ตอนเช้าแค่กดปุ่มเดียว"),
    "pl": ("Poranna herbata", "Napełnij czajnik wieczorem. Rano naciśnij przycisk. Żółty kubek."),
    "cs": ("Ranní čaj", "Naplňte konvici večer. Ráno stačí stisknout tlačítko."),
    "hu": ("Reggeli tea", "Töltsd meg a vízforralót este. Reggel csak egy gombot nyomj meg, őszi hűvös."),
    "tr": ("Sabah çayı", "Su ısıtıcısını akşamdan doldur. Sabah tek düğmeye bas. Şimdi iç."),
    "lt": ("Rytinė arbata", "Pripildykite virdulį vakare. Ryte paspauskite vieną mygtuką. Žalia šiandien."),
    "fr": ("Thé du matin", "Remplissez la bouilloire le soir. Un seul bouton à presser, c’est prêt."),
    "de": ("Grüner Tee", "Füllen Sie den Kessel abends. Nicht länger."),
    "es": ("Té de la mañana", "Llena la tetera por la noche. ¿Listo? Pulsa el botón."),
    "en": ("It’s tea time", "Don’t wait – brew at 90°C."),
    "zh": ("早晨的茶", "前一天晚上把水壶装满，早上只需按一个按钮。"),
    "tw": ("早晨的茶", "前一天晚上把水壺裝滿，早上只需按一個按鈕。"),
    "ja": ("朝のお茶", "前の晩にやかんに水を入れます。朝はボタンを押すだけです。"),
    "ko": ("아침 차", "전날 밤에 주전자를 채우세요. 아침에는 버튼 하나만 누르면 됩니다."),
}


def saved(path: Path, language: str, encoding: str) -> Path:
    title, script = IDEAS[language]
    path.write_bytes(f"idea_title;tone;script_content\r\n{title};calm;{script}\r\n".encode(encoding))
    return path


@pytest.mark.parametrize(
    ("language", "encoding"),
    [
        ("ru", "cp1251"),
        ("ru", "koi8_r"),
        ("ru", "mac_cyrillic"),
        ("ru", "cp866"),
        ("uk", "cp1251"),
        ("bg", "cp1251"),
        ("el", "cp1253"),
        ("he", "cp1255"),
        ("ar", "cp1256"),
        ("th", "cp874"),
        ("pl", "cp1250"),
        ("pl", "iso8859_2"),
        ("cs", "cp1250"),
        ("hu", "cp1250"),
        ("tr", "cp1254"),
        ("lt", "cp1257"),
        ("fr", "cp1252"),
        ("fr", "mac_roman"),
        ("de", "cp1252"),
        ("es", "cp1252"),
        ("en", "cp1252"),
        ("zh", "gbk"),
        ("tw", "big5"),
        ("ja", "cp932"),
        ("ja", "euc_jp"),
        ("ko", "cp949"),
    ],
)
def test_a_sheet_is_read_in_the_encoding_that_its_language_tells(tmp_path: Path, language: str, encoding: str) -> None:
    sheet = read_local(saved(tmp_path / "ideas.csv", language, encoding), None)
    title, script = IDEAS[language]
    assert sheet.cells[1] == (title, "calm", script)
    (finding,) = sheet.notes.findings
    assert finding.code == "NOT_UTF8"
    assert finding.severity == ("info" if encoding == "cp1252" else "warning")


ANY_WINDOWS = ["cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"]


@pytest.mark.parametrize("language", IDEAS)
def test_no_sheet_is_ever_read_as_other_text_than_was_written(tmp_path: Path, language: str) -> None:
    for encoding in [*ANY_WINDOWS, "mac_roman", "koi8_r", "cp437", "cp850", "iso8859_5", "iso8859_7", "big5", "gbk"]:
        try:
            path = saved(tmp_path / "ideas.csv", language, encoding)
        except UnicodeEncodeError:
            continue
        try:
            sheet = read_local(path, None)
        except InvalidSheetError:
            continue
        assert sheet.cells[1][0] == IDEAS[language][0], encoding


@pytest.mark.parametrize("title", ["Café crème", "It’s “tea”", "Чай утром"])
def test_utf_8_that_was_taken_for_windows_1252_is_mended_and_said(tmp_path: Path, title: str) -> None:
    path = tmp_path / "ideas.csv"
    garbled = "".join(
        chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252") for byte in title.encode()
    )
    path.write_text(f"idea_title,script_content\n{garbled},Fine.\n", encoding="utf-8")
    sheet = read_local(path, None)
    assert sheet.cells[1] == (title, "Fine.")
    assert [finding.code for finding in sheet.notes.findings] == ["GARBLED_TEXT"]


def test_text_that_only_looks_odd_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ideas.csv"
    path.write_text("idea_title,script_content\nIrmã e pão,Ça va “bien” — 5 € …\n", encoding="utf-8")
    sheet = read_local(path, None)
    assert sheet.cells[1] == ("Irmã e pão", "Ça va “bien” — 5 € …")
    assert sheet.notes.findings == ()
