"""Words that say whether captions stand in the picture."""

from __future__ import annotations

from bulkvid_pipeline.core.options import Captions
from bulkvid_pipeline.core.vocabulary.words import Vocabulary

CAPTIONS: Vocabulary[Captions] = Vocabulary(
    {
        Captions.BURNED: """
            burned, burnt, burn, burned in, burnt in, burn in, burned-in captions, open, open captions, hardcoded,
            hard coded, hard, hardsub, on, yes, y, yep, true, t, x, 1, ✓, ✔, ✅, ☑, shown, show, visible, in video,
            in the video, in the picture, on screen, baked in, embedded, sí, si, con subtítulos, incrustados,
            incrustadas, visibles, oui, avec sous-titres, incrustés, incrusté, ja, mit untertiteln, eingebrannt,
            fest, sichtbar, sim, com legendas, embutidas, embutida, sì, con sottotitoli, impressi, impresso, हाँ,
            हां, चालू, نعم, مدمجة, ظاهرة, 是, 有, 有字幕, 开, 開, 显示, 顯示, 硬字幕, 内嵌, 內嵌, はい, あり, 有り,
            字幕あり, オン, 表示, 焼き込み, 예, 네, 있음, 켜기, 표시, да, есть, вшитые, с субтитрами, включены,
            evet, var, açık, gömülü, met ondertiteling, ingebrand, aan, tak, wypalone, z napisami, włączone
        """,
        Captions.OFF: """
            off, no, n, nope, none, nothing, ninguno, ninguna, aucun, aucune, keine, kein, nenhum, nenhuma, nessuno,
            nessuna, geen, brak, false, f, 0, ✗, ✘, ❌, hidden, hide, not shown, no captions, without,
            without captions, no subtitles, without subtitles, closed, closed captions, cc, soft, softsub, sidecar,
            separate, external, file, file only, files only, only file, only files, only as file, as file, srt, vtt,
            srt only, vtt only, only srt, clean, textless, no text, no burn, not burned, not burned in, sin,
            sin subtítulos, ocultos, ocultas, solo archivo, sólo archivo, desactivado, desactivados, non, sans,
            sans sous-titres, désactivés, fichier seul, fichier seulement, nein, aus, ohne, ohne untertitel,
            nur datei, nur als datei, não, nao, sem, sem legendas, só arquivo, somente arquivo, senza,
            senza sottotitoli, solo file, नहीं, बंद, لا, بدون, بدون ترجمة, ملف فقط, 否, 不, 无, 無, 无字幕, 無字幕,
            没有, 關, 关, 隐藏, 隱藏, 仅文件, 僅檔案, 外挂, いいえ, なし, 無し, 字幕なし, オフ, 非表示,
            ファイルのみ, 아니요, 아니오, 없음, 끄기, 숨김, 파일만, нет, без, без субтитров, отключены, только файл,
            выключены, hayır, yok, kapalı, sadece dosya, nee, zonder, uit, zonder ondertiteling, alleen bestand,
            nie, bez napisów, wyłączone, tylko plik
        """,
    },
    """
    captions, caption, subtitles, subtitle, subs, please, text, in, the, video, picture, subtítulos, sous-titres,
    untertitel, legendas, sottotitoli, субтитры, altyazı, ondertiteling, napisy, 字幕, 자막
    """,
)


def as_captions(value: object) -> object:
    """What a job spec or template says of captions: a word of sheets, or true and false, as YAML reads `off`."""
    if isinstance(value, bool):
        return Captions.BURNED if value else Captions.OFF
    return CAPTIONS.word(value) or value.strip().lower() if isinstance(value, str) else value
