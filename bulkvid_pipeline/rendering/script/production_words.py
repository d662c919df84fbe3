"""The words of stage directions, in ten languages: English, Spanish, French, German, Portuguese, Italian, Hindi,
Arabic, Chinese, Japanese. All are folded (`folded`): lower case, single blanks.
"""

from __future__ import annotations

import re
import unicodedata


def folded(words: str) -> str:
    """`words` as they stand in these tables."""
    flat = unicodedata.normalize("NFKC", words).casefold().replace("’", "'")
    return " ".join(flat.strip(" \t.,;:!?*_#-–—~\"'“”„«»🎵🎶🎬🎤📹♪♫").split())


def _words(table: str) -> frozenset[str]:
    return frozenset(folded(word) for line in table.splitlines() for word in line.split("|") if word.strip())


PAUSES = {
    **dict.fromkeys(
        _words(
            """пауза|тишина|молчание|멈춤|정적|잠시 멈춤|일시 정지|쉼|duraklama|sessizlik|pauze|stilte
        pauza|cisza|pause|pauses|take a pause|dramatic pause|silence|moment of silence|wait|pausa
        pausa dramática|silencio|silêncio|silenzio|pause dramatique|stille|dramatische pause|विराम|ठहराव|रुकें|मौन
        توقف|وقفة|صمت|سكتة|暂停|停顿|静默|沉默|停頓|暫停|沉默片刻|ポーズ|沈黙|無音|静寂"""
        ),
        1.0,
    ),
    **dict.fromkeys(
        _words(
            """короткая пауза|небольшая пауза|짧은 멈춤|kısa duraklama|korte pauze|krótka pauza|beat|a beat
        short pause|brief pause|small pause|quick pause|slight pause|one beat|breath|takes a breath|pausa corta
        pausa breve|pausa curta|breve pausa|un tiempo|un temps|temps|courte pause|pause courte|petite pause
        kurze pause|kleine pause|un attimo|छोटा विराम|وقفة قصيرة|稍停|短暂停顿|稍顿|片刻|短暫停頓|一拍|間|少し間
        短い間"""
        ),
        0.5,
    ),
    **dict.fromkeys(
        _words(
            """долгая пауза|длинная пауза|긴 멈춤|uzun duraklama|lange pauze|długa pauza|long pause
        longer pause|long beat|long silence|pausa larga|pausa lunga|pausa longa|larga pausa|longue pause
        pause longue|lange pause|längere pause|लंबा विराम|وقفة طويلة|长停顿|长时间停顿|長停頓|長い間|長めの間"""
        ),
        1.8,
    ),
}
"""What asks for silence, and for how many seconds."""

PAUSE_VERBS = _words(
    """пауза|멈춤|duraklama|pauze|pauza|
    pause|pauses|beat|wait|silence|hold|break|pausa|silencio|silêncio|silenzio|stille|विराम|توقف|وقفة
    暂停|停顿|停頓|暫停|ポーズ|間"""
)
"""What asks for silence with a number of seconds after or before it."""

PERFORMANCE = _words(
    """музыка|фоновая музыка|смех|смеётся|смеется|смеются|улыбается|улыбаясь|вздыхает|вздох|шепчет
    шёпотом|шепотом|кричит|аплодисменты|звуковой эффект|за кадром|в камеру|крупный план|затемнение|음악|배경음악
    배경 음악|웃음|웃으며|웃음소리|미소|한숨|속삭이며|박수|환호|효과음|클로즈업|화면 전환|페이드 아웃|müzik
    fon müziği|güler|gülerek|gülüyor|gülümser|iç çeker|fısıldar|alkış|ses efekti|yakın çekim|muziek|lacht zacht
    lachend|zucht|fluistert|applaus|geluidseffect|muzyka|śmiech|śmieje się|wzdycha|szepcze|oklaski
    efekt dźwiękowy|laughs|laugh|laughing|laughter|chuckles|chuckling|giggles|giggling|sighs|sigh|sighing|smiles
    smile|smiling|grins|whispers|whisper|whispering|whispered|shouts|shouting|shouted|yells|yelling|cries|crying
    sobs|gasps|gasp|gasping|coughs|clears throat|clearing throat|winks|winking|nods|nodding|applause
    audience applause|cheering|crowd cheering|cheers|audience laughs|audience laughter|singing|sings|humming
    hums|whistles|claps|clapping|excited|excitedly|sarcastic|sarcastically|music|sound effect|sfx|b-roll|b roll
    broll|voiceover|voice over|voice-over|vo|v.o|o.s|off screen|off-screen|offscreen|off camera|off-camera
    on camera|on-camera|cont'd|contd|continued|fade in|fade out|fade to black|cut|cut to black|end scene
    end of scene|end card|end screen|transition|jump cut|smash cut|zoom in|zoom out|close-up|close up|wide shot
    montage|inaudible|end|the end|crosstalk|shrugs|frowns|rolls eyes|deep breath|exhales|inhales|snaps fingers
    laughs softly|laughs nervously|laughing softly|smiles warmly|whispers softly|sighs deeply|beat drops
    drum roll|drumroll|risa|risas|ríe|riendo|se ríe|suspira|suspiro|sonríe|sonriendo|susurra|susurrando|grita
    gritando|aplausos|música|efecto de sonido|voz en off|fuera de cámara|a cámara|primer plano|corte
    fundido a negro|emocionado|emocionada|rires|rire|rit|riant|soupir|soupire|sourit|souriant|chuchote
    en chuchotant|crie|applaudissements|musique|bruitage|effet sonore|voix off|voix-off|hors champ|face caméra
    gros plan|coupe|fondu au noir|enthousiaste|lacht|lachen|gelächter|kichert|seufzt|seufzen|lächelt|lächelnd
    flüstert|flüsternd|ruft|schreit|musik|soundeffekt|geräusch|off-stimme|aus dem off|in die kamera|nahaufnahme
    schnitt|ausblende|einblende|begeistert|risos|ri|rindo|suspirando|sorri|sorrindo|sussurra|sussurrando
    efeito sonoro|voz em off|fora de câmera|para a câmera|close|corte seco|animado|animada|risate|ride|ridendo
    sospira|sospiro|sorride|sorridendo|grida|gridando|applausi|musica|effetto sonoro|voce fuori campo
    fuori campo|in camera|primo piano|stacco|dissolvenza|entusiasta|हँसी|हँसते हुए|हंसी|हंसते हुए|मुस्कुराते हुए|मुस्कान|आह
    फुसफुसाते हुए|तालियाँ|तालियां|संगीत|ध्वनि प्रभाव|कट|पार्श्व संगीत|ضحك|يضحك|تضحك|ضاحكا|ضاحكاً|ابتسامة|يبتسم|تبتسم|مبتسما
    مبتسماً|تنهد|يتنهد|همس|يهمس|هامسا|تصفيق|موسيقى|مؤثر صوتي|مؤثرات صوتية|موسيقى خلفية|لقطة قريبة|قطع|تلاشي|笑
    大笑|笑声|微笑|笑着|叹气|叹息|低声|小声|轻声|掌声|鼓掌|欢呼|音乐|音效|背景音乐|特写|转场|切换|淡入|淡出
    画外音|旁白|哭|哭泣|尖叫|激动|笑聲|嘆氣|掌聲|歡呼|音樂|背景音樂|特寫|轉場|切換|畫外音|輕聲|音楽|効果音|bgm
    se|笑い|爆笑|微笑み|ため息|ささやき|小声で|ささやき声|拍手|歓声|カット|暗転|フェードイン|フェードアウト
    アップ|ズームイン|ズームアウト|ナレーション|ナレーター|泣き声|叫び|笑顔で|笑いながら"""
)
"""What is a direction in any bracket when it is all that stands there."""

ACTED = PERFORMANCE - _words(
    """music|sound effect|sfx|b-roll|b roll|broll|cut|end|the end|transition|close-up|close up|montage
    excited|close|corte|música|musik|musique|musica|schnitt|coupe|excitedly|singing|sings|claps|animado|animada
    wide shot|end card|end screen"""
)
"""What tells in single stars, too, how something is said or done; else stars stress a word."""

MANNER = re.compile(
    r"(?:in|with) an? [\w-]{2,20}(?: [\w-]{2,20})? (?:voice|tone|whisper|accent|manner|way)|"
    r"(?:speaks?|speaking|talks?|talking|says?|saying|reads?|reading|whisper(?:s|ing)|shout(?:s|ing)) "
    r"(?:very )?(?:softly|slowly|quickly|fast|quietly|loudly|directly|"
    r"calmly|excitedly|to .{2,30})|"
    r"(?:very )?(?:softly|slowly|quietly|loudly|angrily|happily|sadly|calmly|warmly|gently|nervously|cheerfully|"
    r"dramatically|"
    r"enthusiastically|excitedly|sarcastically|confidently|mysteriously|playfully|seriously)|"
    r"(?:enthusiastic|excited|calm|serious|friendly|warm|dramatic|energetic|upbeat|cheerful|"
    r"soft|low|deep) (?:tone|voice)|"
    r"(?:con|en) voz (?:muy )?\w+|con tono \w+|(?:d'une|avec une) voix \w+|sur un ton \w+|d'un ton \w+|mit \w+ stimme|"
    r"con voce \w+|con tono \w+|(?:com|em) voz \w+|com tom \w+|\w{2,15} (?:тоном|голосом)|"
    r"बहुत धीरे से|धीरे से|धीमी आवाज़ में|ऊँची आवाज़ में|بصوت \w+|بنبرة \w+|"
    r"тихо|громко|шёпотом|шепотом|медленно|весело|грустно|смеётся|вздыхает|улыбается|с улыбкой|"
    r"(?:sehr )?(?:leise|laut|langsam|fröhlich|ernst|traurig|begeistert)|en voz (?:baja|alta)|despacio|doucement|"
    r"à voix (?:basse|haute)|lentement|sottovoce|lentamente|baixinho|em voz (?:baixa|alta)|devagar|cicho|szeptem|"
    r"fısıldayarak|gülerek|yavaşça|zachtjes|fluisterend|lachend|웃으며|속삭이며|"
    r".{1,8}声で|用.{1,8}(?:声音|的声音|语气|口吻)|.{1,8}목소리로"
)
"""How something is said: a direction in brackets at the start or end of a sentence."""

MUSIC = _words("""музыка|음악|müzik|muziek|muzyka|
    music|soundtrack|beat|jingle|música|musik|musique|musica|संगीत|موسيقى|音乐|音樂|音楽|bgm""")
MUSIC_MOODS = _words(
    """upbeat|soft|softly|gentle|calm|dramatic|tense|happy|sad|background|inspirational|inspiring|cheerful
    suspenseful|slow|epic|ambient|light|quiet|energetic|intro|outro|theme|playful|emotional|motivational
    relaxing|uplifting|chill|lo-fi|lofi|mysterious|romantic|festive|triumphant|ominous|eerie|acoustic
    piano|guitar|electronic|ending|opening|closing|fast|alegre|suave|tranquila|dramática|tensa|de fondo
    ambiental|inspiradora|animada|emotiva|triste|calma|épica|douce|joyeuse|calme|dramatique|d'ambiance
    de fond|entraînante|épique|inspirante|fröhliche|sanfte|ruhige|leise|dramatische|spannende|fröhlich
    hintergrund|epische|traurige|allegra|dolce|tranquilla|drammatica|di sottofondo|vivace|epica
    emozionante"""
)
MUSIC_MOVES = _words(
    """fades|fade|swells|swell|starts|start|stops|stop|plays|play|playing|ends|continues|in|out|up|down
    under|builds|rises|drops|softens|intensifies|kicks|begins|cuts|changes|over|sube|baja|suena|comienza
    empieza|termina|continúa|de|toca|começa|aumenta|diminui|monte|baisse|commence|démarre|continue
    s'arrête|s'estompe|spielt|beginnt|endet|setzt|läuft|wird|blendet|klingt|verstummt|parte|inizia
    finisce|sfuma|cresce|सुनाई|बजता|शुरू|धीमा|تتلاشى|تبدأ|ترتفع|خافتة|هادئة"""
)

OPENINGS = _words(
    """звук|звуковой эффект|крупный план|текст на экране|на экране|камера|переход к|затемнение|효과음
    화면|자막|카메라|클로즈업|ses efekti|ekranda|kamera|yakın çekim|geluidseffect|in beeld|tekst in beeld
    efekt dźwiękowy|na ekranie|zbliżenie|sfx|sound effect|sound effects|fx|vfx|gfx|b-roll|b roll|broll|a-roll
    cut to|cut back|cut away|cutaway|smash cut|jump cut|hard cut|match cut|fade in|fade out|fade to|fades in
    fades out|dissolve to|crossfade|cross-fade|zoom in|zoom out|zoom on|zooms in|zooms out|pan to|pan left
    pan right|pans to|tilt up|tilt down|camera|close-up|close up|close-ups|wide shot|medium shot
    establishing shot|tracking shot|drone shot|overhead shot|insert shot|shot of|shot|on screen|on-screen
    onscreen|text on screen|text on-screen|text overlay|text appears|lower third|title card|end card|end screen
    split screen|voiceover|voice over|voice-over|v.o|o.s|off-screen|off screen|music fades|music swells
    music starts|music plays|music stops|to camera|to the camera|into camera|into the camera|looks at camera
    looks at the camera|looking at camera|looking at the camera|looks into the camera|speaks to camera
    speaking to camera|turns to camera|points to screen|points at the screen|points to the screen
    pointing at the screen|holds up|holding up|laughs and|smiles at|smiling at|sound of|sounds of|green screen
    stock footage|screen recording|screenshot of|time-lapse|timelapse|slow motion|slow-mo|corte a
    primer plano de|plano general|plano medio|plano de|texto en pantalla|en pantalla|efecto de sonido|sonido de
    voz en off|a cámara|mira a cámara|mirando a cámara|fundido a|imágenes de|toma de|gros plan|plan large
    plan sur|plan de|texte à l'écran|à l'écran|effet sonore|bruit de|voix off|face caméra|fondu|coupe sur
    regarde la caméra|images de|schnitt auf|schnitt zu|nahaufnahme|totale|texteinblendung|einblendung|bauchbinde
    soundeffekt|geräusch|off-stimme|blickt in die kamera|schaut in die kamera|blende|überblendung|aufnahme von
    corte para|plano geral|texto na tela|na tela|efeito sonoro|som de|voz em off|olha para a câmera|câmera
    close em|imagens de|stacco su|inquadratura|testo a schermo|testo in sovrimpressione|effetto sonoro|suono di
    voce fuori campo|dissolvenza|guarda in camera|telecamera|immagini di|कैमरा|दृश्य में|स्क्रीन पर|ध्वनि प्रभाव
    पार्श्व संगीत|क्लोज़-अप|क्लोज अप|قطع إلى|لقطة|مؤثر صوتي|مؤثرات صوتية|صوت خارجي|على الشاشة|نص على الشاشة|الكاميرا
    موسيقى خلفية|لقطة قريبة|画面|镜头|特写|切到|切至|切换|转场|字幕|音效|背景音乐|画外音|淡入|淡出|鏡頭|特寫
    切換|轉場|背景音樂|畫面|畫外音|効果音|bgm|カメラ|テロップ|カット|ナレーション|ズーム|フェード|暗転|シーン"""
)
"""What a direction begins with, in any bracket."""

SQUARE_OPENINGS = OPENINGS | _words(
    """музыка|сцена|кадр|смех|диктор|음악|장면|웃음|내레이션|나레이션|müzik|sahne|anlatıcı|muziek|scène
    verteller|muzyka|scena|narrator|lektor|scene|music|audio|sound|sounds|show|shows|showing|insert|display|cue
    play|logo|visual|visuals|animation|animated|graphic|graphics|image|picture|video|clip|footage|host|narration
    speaker|presenter|transition|overlay|caption|super|montage|hook|intro|outro|cta|call to action|body|problem
    solution|cold open|text|slow|slowly|softly|quietly|loudly|happy|sad|angry|serious|curious|enthusiastic
    dramatic|mischievously|surprised|calm|warmly|cheerful|laughs|laughing|sighs|whispers|whispering|smiles
    smiling|excited|upbeat|ambient|background|pause|beat|end|opening|closing|film|screen|demo|música|sonido
    escena|mostrar|muestra|imagen|narrador|narradora|locutor|locutora|transición|gancho|pantalla|risas|musique
    son|montrer|narrateur|narratrice|accroche|écran|rires|musik|ton|szene|zeige|zeigt|bild|sprecher|sprecherin
    erzähler|regie|regieanweisung|übergang|bildschirm|lachen|som|cena|imagem|transição|tela|risos|musica|suono|mostra|immagine
    narratore|voce narrante|transizione|schermo|risate|संगीत|ध्वनि|दृश्य|वाचक|कथावाचक|सूत्रधार|हँसी|हंसी|तालियाँ|موسيقى
    صوت|مشهد|المشهد|الراوي|المعلق|ضحك|تصفيق|كاميرا|音乐|旁白|场景|笑声|掌声|音樂|場景|笑聲|掌聲|音楽|ナレーター
    場面|笑い|拍手|シーン|効果音"""
)
"""What a direction in square or angle brackets, or in braces, begins with."""

SQUARE_ANYWHERE = _words(
    """music|b-roll|b roll|sfx|camera|footage|voiceover|voice-over|applause|laughter|jingle|soundtrack
    on screen|on-screen|sound effect|close-up|zoom|fade|overlay|música|musique|musik|musica|cámara
    caméra|kamera|câmera|voz en off|voix off"""
)

SPEAKERS = _words(
    """диктор|рассказчик|ведущий|ведущая|голос за кадром|закадровый голос|озвучка|내레이션|나레이션
    내레이터|나레이터|진행자|성우|anlatıcı|dış ses|sunucu|spiker|verteller|verteller (off)|voice-over stem
    presentator|lektor|narratorka|prowadzący|prowadząca|głos z offu|narrator|narration|voiceover|voice over
    voice-over|vo|v.o|v/o|host|co-host|cohost|presenter|announcer|interviewer|news anchor|talent|on camera
    on-camera|speaker|female voice|male voice|female vo|male vo|ai voice|narrador|narradora|locutor|locutora
    presentador|presentadora|voz en off|voz|conductor|conductora|narrateur|narratrice|voix off|voix-off
    présentateur|présentatrice|animateur|animatrice|sprecher|sprecherin|erzähler|erzählerin|moderator
    moderatorin|off-stimme|off-sprecher|stimme aus dem off|off-text|locução|apresentador|apresentadora
    voz em off|narração|narración|narration off|narratore|voce narrante|voce fuori campo|conduttore|conduttrice
    presentatore|presentatrice|voce off|वाचक|कथावाचक|सूत्रधार|नैरेटर|नरेटर|वॉयसओवर|वॉइसओवर|वॉयस ओवर|होस्ट|उद्घोषक
    प्रस्तोता|الراوي|راوي|الراوية|المعلق|المعلّق|معلق|المذيع|المذيعة|المقدم|المقدمة|تعليق صوتي|التعليق الصوتي
    صوت خارجي|旁白|解说|画外音|主持人|配音|口播|解说员|播音员|解說|畫外音|主持|ナレーション|ナレーター|司会
    語り手|ナレ|na|司会者"""
)
"""Who speaks: what follows the colon is said."""

PARTS = _words(
    """хук|крючок|призыв к действию|интро|аутро|후크|훅|인트로|아웃트로|콜투액션|행동 유도|kanca
    harekete geçirici mesaj|giriş müziği|haakje|wezwanie do działania|hook|intro|outro|cta|call to action
    call-to-action|cold open|teaser|gancho|llamada a la acción|llamado a la acción|introducción|accroche
    appel à l'action|aufhänger|handlungsaufforderung|call-to-action (cta)|chamada para ação|chamada para a ação
    chamada à ação|invito all'azione|gancio|हुक|इंट्रो|आउट्रो|सीटीए|خطاف|دعوة للعمل|دعوة لاتخاذ إجراء|钩子|开场白
    行动号召|片头|片尾|鉤子|開場白|行動呼籲|フック|イントロ|アウトロ|オープニング|エンディング|行動喚起"""
)
"""Parts of a video: what follows the colon is said."""

DOUBTFUL_PARTS = _words(
    """guest|actor|actress|anchor|body|opening|closing|introduction|conclusion|script|main content
    main point|dialogue|dialog|male|female|man|woman|voice|audio|interviewee|cierre|apertura|desarrollo
    conclusión|corps|einleitung|schluss|hauptteil|einstieg|abertura|encerramento|desenvolvimento
    conclusão|introdução|chiusura|conclusione|introduzione|भूमिका|निष्कर्ष|مقدمة|المقدمة|خاتمة|الخاتمة
    开场|结尾|正文|开头|結尾|開場|開頭|導入|本編|まとめ"""
)
"""Parts and speakers in capitals, or where a script has other labels; else words of prose."""

NOTES = _words(
    """текст на экране|звуковой эффект|звуковые эффекты|фоновая музыка|화면 자막|자막|효과음|배경음악
    배경 음악|화면|ekran yazısı|ses efekti|fon müziği|tekst in beeld|geluidseffect|achtergrondmuziek
    tekst na ekranie|efekt dźwiękowy|muzyka w tle|b-roll|b roll|broll|a-roll|sfx|sound effect|sound effects|vfx
    gfx|on screen|on-screen|onscreen|on-screen text|on screen text|onscreen text|text on screen|text overlay
    lower third|lower thirds
    title card|end card|end screen|cut to|smash cut to|fade in|fade out|fade to|dissolve to|camera direction
    stage direction|visual cue|music cue|bg music|background music|shot list|texto en pantalla|efecto de sonido
    efectos de sonido|música de fondo|corte a|texte à l'écran|effet sonore|effets sonores|musique de fond
    texteinblendung|einblendung|soundeffekt|soundeffekte|hintergrundmusik|bauchbinde|schnitt auf|texto na tela
    efeito sonoro|efeitos sonoros|corte para|testo a schermo|effetto sonoro|effetti sonori|musica di sottofondo
    ध्वनि प्रभाव|पार्श्व संगीत|बी-रोल|مؤثرات صوتية|مؤثر صوتي|نص على الشاشة|موسيقى خلفية|لقطة|音效|背景音乐|画面|镜头
    字幕|背景音樂|畫面|鏡頭|bgm|効果音|テロップ|カメラ|se|映像"""
)
"""What is no word of the script: the whole line is a note."""

DOUBTFUL_NOTES = _words(
    """music|sound|visual|visuals|video|camera|location|setting|graphic|graphics|text|shot|transition|image
    caption|super|props|wardrobe|format|style|tone|duration|length|música|sonido|imagen|cámara
    transición|musique|son|caméra|musik|ton|bild|kamera|übergang|som|imagem|câmera|transição|musica
    suono|immagine|telecamera|transizione|संगीत|ध्वनि|कैमरा|موسيقى|صوت|صورة|音乐|音樂|音楽|カット"""
)

VISUALS = _words(
    """visual|visuals|video|image|graphic|graphics|shot|b-roll|b roll|broll|on screen|on-screen|onscreen|imagen|bild
    imagem|immagine|画面|镜头|畫面|鏡頭|映像|화면|кадр|изображение|görsel|beeld|obraz|दृश्य|الصورة|صورة"""
)
"""What is seen: where a script has labels for what is said, such a label has no words of the script after it."""

SONG_PARTS = _words(
    """verse|chorus|pre-chorus|refrain|bridge|strophe|estribillo|estrofa|couplet|coro|ritornello|refrão|estrofe|
    припев|куплет|副歌|主歌|サビ"""
)
"""Parts of a song, numbered or not: what stands in brackets before them."""

SCENES = _words(
    """сцена|кадр|слайд|эпизод|장면|씬|컷|슬라이드|sahne|kare|scène|dia|scena|ujęcie|slajd|
    scene|shot|sequence|slide|frame|clip|escena|toma|secuencia|scène|séquence|szene|sequenz|einstellung
    cena|sequência|scena|sequenza|दृश्य|सीन|مشهد|المشهد|场景|镜头|分镜|場景|鏡頭|分鏡|シーン|場面|カット"""
)
"""What is numbered: "Scene 1"."""

CONTENT = _words(
    """myth|myths|fact|facts|truth|false|true|question|answer|before|after|problem|solution|pro|pros|con
    cons|do|don't|dos|don'ts|tip|tips|note|warning|step|rule|reason|example|day|week|morning|evening
    night|noon|result|cause|effect|then|now|old|new|good|bad|better|best|worst|yes|no|input|output|me
    you|us|them|people|bonus|remember|important|today|tomorrow|yesterday|expectation|reality|mistake|fix
    why|how|what|when|where|who|cost|price|time|level|option|choice|plan|goal|idea|lesson|point|mito
    realidad|pregunta|respuesta|antes|después|problema|solución|mythe|réalité|vérité|avant|après
    problème|mythos|fakt|frage|antwort|vorher|nachher|lösung|tipp|verdade|pergunta|resposta|depois
    solução|realtà|domanda|risposta|prima|dopo|soluzione"""
)
"""Labels of content that come again and again, and are no speakers."""
