"""Words for the character of a voice."""

from __future__ import annotations

from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline.core.vocabulary.words import Vocabulary

VOICES: Vocabulary[Voice] = Vocabulary(
    {
        Voice.FEMALE: """
            female, f, fem, femal, feminine, woman, women, womans, woman's, lady, girl, she, her, female voice,
            femalevoice, ♀, 👩, 👱‍♀️, 🙋‍♀️, 女の声, 年轻女声, 温柔女声, 成熟女声, 大人の女性, صوت امرأة, صوت انثى,
            महिला स्वर, महिला वॉइस, 👩‍🦰, w, femenino, femenina, mujer, chica, voz femenina, voz de mujer,
            féminin, féminine, femme, fille, voix féminine, voix de femme, weiblich, weibliche, frau,
            frauenstimme, feminino, feminina, mulher, femminile, donna, ragazza, voce femminile, voce di donna,
            महिला, स्त्री, औरत, महिला की आवाज़, महिला आवाज़, أنثى, انثى, امرأة, نسائي, أنثوي, صوت نسائي, صوت أنثوي,
            مؤنث, 女, 女性, 女声, 女聲, 女生, 女性の声, 女の人, 여성, 여자, 여, 여성 목소리, 여자 목소리,
            женский, женская, женщина, женский голос, ж, kadın, bayan, kadın sesi, vrouw, vrouwelijk,
            vrouwelijke, vrouwenstem, kobieta, kobiecy, żeński, damski, żeńska, kobiecy głos
        """,
        Voice.MALE: """
            male, m, masc, masculine, man, men, mans, man's, guy, gentleman, boy, he, him, his, male voice, ♂,
            👨, 🧔, 👱‍♂️, 男の声, 年轻男声, 沉稳男声, 磁性男声, 低沉男声, 大人の男性, صوت رجل, पुरुष स्वर, पुरुष वॉइस,
            masculino, masculina, hombre, chico, varón, voz masculina, voz de hombre, masculin, homme, garçon,
            voix masculine, voix d'homme, männlich, männliche, mann, männerstimme, herr, homem, maschile,
            maschio, uomo, ragazzo, voce maschile, voce di uomo, पुरुष, आदमी, मर्द, पुरुष की आवाज़, पुरुष आवाज़, ذكر, رجل,
            رجالي, ذكوري, صوت رجالي, صوت ذكوري, مذكر, 男, 男性, 男声, 男聲, 男生, 男性の声, 男の人, 남성, 남자,
            남, 남성 목소리, 남자 목소리, мужской, мужская, мужчина, мужской голос, м, erkek, bay, erkek sesi,
            mannelijk, mannelijke, mannenstem, mężczyzna, męski, męska, męski głos
        """,
        Voice.NEUTRAL: """
            neutral, neutral voice, gender neutral, genderless, androgynous, nonbinary, non-binary, unisex, neutro,
            neutra, voz neutra, neutre, voix neutre, geschlechtsneutral, neutrale stimme, neutrale, voce neutra, तटस्थ,
            محايد, صوت محايد, 中性, 中性声, ニュートラル, 中性的, 중성, 중립, нейтральный, нейтральная, nötr,
            neutraal, neutralny, neutralna
        """,
    },
    """
    voice, voices, voiceover, voice-over, vo, narrator, narration, speaker, speech, reader, gender, tts, ai, a,
    the, sounding, tone, please, preferred, voz, narrador, narradora, voix, narrateur, narratrice, stimme,
    sprecher, sprecherin, voce, narratore, de, di, आवाज़, आवाज, की, صوت, 声, 音声, 목소리, голос, ses, sesi, stem,
    głos, us, usa, uk, gb, american, british, english, australian, indian, irish, scottish, canadian, spanish,
    french, german, italian, portuguese, hindi, arabic, chinese, japanese, accent, young, old, older, adult,
    mature, deep, warm, soft, calm, friendly, natural, professional, energetic, middle, aged, age, years, year,
    in, s, warmly, smooth, husky, cheerful, serious, neural, native, 1, 2, 3, 4, 20s, 30s, 40s, 50s, 60s, en, es,
    fr, pt, it, hi, ar, zh, ja, ko, br, mx, au, ca, cn, jp, kr, joven, mayor, adulta, adulto, suave, grave,
    cálida, cálido, tranquila, amable, alegre, profesional, jeune, âgée, âgé, douce, doux, chaleureuse,
    chaleureux, posée, calme, profonde, claire, junge, junger, alte, alter, ältere, älterer, tiefe, tiefer,
    warme, warmer, sanfte, sanfter, ruhige, ruhiger, freundliche, freundlicher, jovem, calma, calmo, giovane,
    calda, caldo, dolce, profonda, profondo, dulce, 年轻, 年轻的, 温柔, 温柔的, 沉稳, 成熟, 若い, 落ち着いた,
    優しい, 明るい, 低い, молодой, молодая, спокойный, спокойная, низкий, мягкий, मधुर, युवा, شاب, شابة, هادئ,
    clear, bright, gentle, confident, upbeat, nice, strong
""",
)

SILENT = "silent"
SILENCE: Vocabulary[str] = Vocabulary(
    {
        SILENT: """
            silent, silence, mute, muted, no voice, no voices, no voiceover, no voice-over, without voice,
            without a voice, without voiceover, without narration, no narration, no narrator, no speaker, no speech,
            not spoken, unspoken, no talking, captions only, only captions, subtitles only, text only, only text,
            music only, only music, just music, no vo, no tts, 🔇, 🤐, 🔕,
            sin voz, sin narración, sin locución, sin locutor,
            mudo, muda, silencioso, silenciosa, silencio, solo texto, solo música, sans voix, sans narration,
            sans voix off, muet, muette, silencieux, silencieuse, texte seul, musique seule, ohne stimme,
            ohne sprecher, ohne sprecherin, keine stimme, kein sprecher, stumm, nur text, nur musik, nur untertitel,
            sem voz, sem narração, sem locução, silêncio, só texto, só música, senza voce, senza narrazione, muto,
            silenzioso, solo testo, solo musica, बिना आवाज़, बिना आवाज, मूक, मौन, केवल संगीत, صامت, بدون صوت, بلا صوت,
            بدون تعليق صوتي, موسيقى فقط, 无声, 無聲, 静音, 靜音, 无配音, 無配音, 不配音, 无旁白, 无人声, 纯音乐, 仅字幕,
            無音, 音声なし, 声なし, ナレーションなし, ナレなし, 字幕のみ, 音楽のみ, 무음, 음성 없음, 목소리 없음,
            나레이션 없음, 내레이션 없음, 자막만, 음악만, без голоса, без озвучки, без диктора, немой, только текст,
            только музыка, тишина, sessiz, seslendirme yok, seslendirmesiz, sadece müzik, zonder stem, geen stem,
            alleen muziek, bez głosu, bez lektora, niemy, tylko muzyka
        """
    },
    "voice, video, please, with, a, the, 🔈",
)
"""Words for a video that nobody narrates. `none` is not among them: a cell with it is empty."""
