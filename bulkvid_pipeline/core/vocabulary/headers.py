"""The headers that people write above each column."""

from __future__ import annotations

HEADERS: dict[str, str] = {
    "idea_title": """
        working title, final title, name of video, name of the video, content idea, content title, post title,
        reel title, videos, título provisional, titre provisoire, arbeitstitel, idea, title, idea title,
        idea/title, video title, topic, name, headline, video idea, video name, video topic, subject,
        title of the video, título, idea de vídeo, título del vídeo, título del video, tema, titular, titre,
        idée, titre de la vidéo, sujet, titel, idee, videotitel, thema, überschrift, videoidee, título do vídeo,
        ideia, assunto, titolo, titolo del video, argomento, शीर्षक, विषय, वीडियो शीर्षक, आइडिया, العنوان, عنوان,
        عنوان الفيديو, الفكرة, فكرة, الموضوع, 标题, 標題, 视频标题, 主题, 主題, 题目, 创意, タイトル, 題名,
        動画タイトル, アイデア, テーマ, название, заголовок, тема, идея, название видео, 제목, 주제, 아이디어,
        영상 제목, başlık, konu, fikir, video başlığı, onderwerp, tytuł, temat, pomysł, tytuł filmu
    """,
    "description": """
        brief, blurb,
        summary, desc, subtitle, sub title, about, overview, short description, video description, descripción,
        descripcion breve, resumen, subtítulo, description courte, résumé, sous-titre, beschreibung, kurzbeschreibung,
        zusammenfassung, untertitel, descrição, resumo, legenda curta, descrizione, riassunto, sottotitolo, sommario,
        विवरण, सारांश, वर्णन, الوصف, وصف, ملخص, الملخص, 描述, 简介, 簡介, 说明, 說明, 概要, 摘要, 副标题, 説明, 説明文,
        サブタイトル, описание, краткое описание, подзаголовок, 설명, 요약, 개요, 부제, açıklama, özet, omschrijving,
        beschrijving, samenvatting, ondertitel, opis, podsumowanie, podtytuł
    """,
    "target_audience": """
        intended audience, for whom, persona, personas, buyer persona, target customer,
        audience, target group, viewers, target viewer, who is it for, público, público objetivo, audiencia,
        público meta, public cible, audience cible, cible, zielgruppe, publikum, público-alvo, publico alvo,
        audiência, pubblico, pubblico target, pubblico di riferimento, दर्शक, लक्षित दर्शक, लक्ष्य दर्शक, الجمهور,
        الجمهور المستهدف, جمهور, الفئة المستهدفة, 受众, 受眾, 目标受众, 目標受眾, 目标人群, 观众, ターゲット, 対象者,
        対象, 視聴者, ターゲット層, аудитория, целевая аудитория, 대상, 타겟, 시청자, 타겟층, 대상 독자, hedef kitle,
        kitle, izleyici, doelgroep, publiek, odbiorcy, grupa docelowa, publiczność
    """,
    "tone": """
        vibe, tonality, mood and tone,
        mood, tone of voice, tone of the video, tono, tono de voz, ton, ambiance, tonalité, tonfall, stimmung,
        tonalität, tom, tom de voz, tono di voce, umore, लहजा, टोन, भाव, النبرة, نبرة, نبرة الصوت, 语气, 語氣, 基调,
        风格基调, 情绪, トーン, 口調, 雰囲気, 語り口, тон, настроение, 톤, 어조, 분위기, üslup, sfeer, toon, nastrój
    """,
    "duration_seconds": """
        sec, secs, sekunden, segundos, secondes, secondi,
        duration, duration (seconds), duration (s), duration sec, duration in seconds, duration secs, length,
        length (s), length (seconds), length in seconds, seconds, secs, target duration, target length, video length,
        video duration target, runtime, time (s), time (seconds), duración, duración (segundos), duración (s),
        duración en segundos, segundos, longitud, durée, durée (s), durée (secondes), durée en secondes, secondes,
        longueur, dauer, dauer (s), dauer (sek), dauer (sekunden), dauer in sekunden, sekunden, länge, länge (s),
        laufzeit, videolänge, duração, duração (s), duração (segundos), duração em segundos, comprimento, durata,
        durata (s), durata (secondi), durata in secondi, secondi, lunghezza, अवधि, अवधि (सेकंड), सेकंड, समय सीमा, المدة,
        مدة, المدة (ثواني), المدة بالثواني, مدة الفيديو, الطول, 时长, 時長, 时长(秒), 时长（秒钟）, 视频时长, 长度,
        秒数, 秒數, 長さ, 尺, 長さ(秒), 時間(秒), 再生時間, 動画の長さ, длительность, длительность (сек),
        длительность (секунды), продолжительность, длина, секунды, 길이, 길이(초), 시간(초), 재생시간, 재생 시간,
        영상 길이, süre, süre (sn), süre (saniye), uzunluk, saniye, duur, duur (s), duur (seconden), duur in seconden,
        lengte, czas trwania, czas trwania (s), czas (s), długość, sekundy
    """,
    "platform_preferences": """
        where to post, where to publish, destination, destinations, dónde publicar, où publier,
        platform, platforms, platform preference, channels, channel, target platform, target platforms, publish to,
        publish on, network, networks, social network, social networks, social media, social platform, post to,
        plataforma, plataformas, red social, redes sociales, canal, canales, redes, plateforme, plateformes, réseau,
        réseaux, réseaux sociaux, réseau social, canaux, canal de diffusion, plattform, plattformen, kanal, kanäle,
        netzwerk, rede social, redes sociais, canais, piattaforma, piattaforme, social, canale, canali, rete sociale,
        प्लेटफॉर्म, प्लेटफ़ॉर्म, मंच, चैनल, المنصة, منصة, المنصات, منصات, القناة, 平台, 发布平台, 發布平台, 渠道, 频道,
        プラットフォーム, 媒体, 配信先, 投稿先, チャンネル, площадка, площадки, платформа, платформы, соцсеть,
        соцсети, канал, каналы, 플랫폼, 채널, 매체, 게시 플랫폼, mecra, platformlar, kanallar, sosyal medya, kanalen,
        netwerk, platforma, platformy, kanały, kanał
    """,
    "script_content": """
        scripts, narration script, final script, sprechtext, script final, texto final,
        script, script text, full script, narration, content, voiceover, voice over, voice-over, vo script,
        voiceover text, voiceover script, narration text, spoken text, text, body, copy, video script, script copy,
        guion, guión, texto, contenido, narración, locución, texto del guion, texte, contenu, scénario,
        narration texte, texte du script, voix off, skript, drehbuch, sprechertext, inhalt, erzähltext, videoskript,
        roteiro, conteúdo, narração, locução, texto do roteiro, copione, testo, contenuto, narrazione, sceneggiatura,
        testo dello script, स्क्रिप्ट, पटकथा, सामग्री, पाठ, वर्णन पाठ, النص, نص, السيناريو, سيناريو, المحتوى, محتوى,
        نص الفيديو, التعليق الصوتي, 脚本, 腳本, 文案, 内容, 內容, 旁白, 台词, 解说词, 视频脚本, 正文, 台本, 原稿,
        ナレーション, スクリプト, 本文, 動画台本, セリフ, сценарий, текст, скрипт, содержание, текст сценария,
        закадровый текст, текст диктора, 대본, 스크립트, 내용, 본문, 나레이션, 내레이션, 원고, senaryo, metin, içerik,
        seslendirme metni, tekst, inhoud, scenario, treść, scenariusz, skrypt, narracja
    """,
    "voice_preference": """
        voice gender, m/f, f/m, male/female, voice m/f,
        voice, voice preference, narrator, speaker, voice type, voice voice actor, preferred voice, voice choice,
        gender, tts voice, voz, tipo de voz, locutor, narrador, voix, type de voix, narrateur, stimme, sprecher,
        sprecherin, stimmwahl, erzähler, sprechstimme, voz preferida, preferência de voz, voce, tipo di voce,
        narratore, speaker voce, आवाज़, आवाज, स्वर, वाचक, الصوت, صوت, نوع الصوت, المعلق, 声音, 聲音, 配音, 语音, 語音,
        音色, 旁白声音, 声, 音声, ボイス, ナレーター, 声の種類, голос, диктор, тип голоса, озвучка, 목소리, 음성,
        성우, 보이스, ses, ses tercihi, seslendiren, anlatıcı, stem, spreker, głos, lektor
    """,
    "style_override": """
        design, look & feel, visual look,
        style, look, visual style, video style, look and feel, template style, estilo, estilo visual, aspecto,
        style visuel, apparence, stil, optik, videostil, aussehen, aparência, stile, stile visivo, aspetto, शैली,
        स्टाइल, दृश्य शैली, النمط, نمط, الأسلوب, أسلوب, الستايل, 风格, 風格, 样式, 樣式, 视觉风格, スタイル, 見た目,
        стиль, оформление, 스타일, tarz, görünüm, stijl, styl, wygląd
    """,
    "priority": """
        urgency, prio, importance, priority level, prioridad, urgencia, importancia, priorité, urgence, priorität,
        dringlichkeit, wichtigkeit, prioridade, urgência, importância, priorità, urgenza, importanza, प्राथमिकता,
        الأولوية, أولوية, الاولوية, الأهمية, 优先级, 優先級, 优先, 优先度, 紧急程度, 重要程度, 優先度, 優先順位,
        緊急度, 重要度, приоритет, срочность, важность, 우선순위, 우선 순위, 중요도, 긴급도, öncelik, aciliyet,
        prioriteit, priorytet, pilność, ważność
    """,
    "image_url": """
        image, picture, picture url, photo, photo url, image link, inset image, inset picture, images, imagen,
        imagen url, url de la imagen, foto, url de imagen, lien image, url image, url de l'image, bild, bild-url,
        bildlink, bild url, imagem, url da imagem, immagine, url immagine, चित्र, छवि, फोटो, तस्वीर, चित्र लिंक, الصورة,
        صورة, رابط الصورة, 图片, 圖片, 图片链接, 照片, 配图, 画像, 画像url, 写真, изображение, картинка, фото,
        ссылка на изображение, 이미지, 사진, 이미지 url, 이미지 링크, görsel, resim, fotoğraf, görsel url, afbeelding,
        afbeelding url, obraz, obrazek, zdjęcie
    """,
    "background_url": """
        background, background image, background image url, background picture, background video,
        background video url, background link, bg, fondo, imagen de fondo, vídeo de fondo, video de fondo, fond,
        arrière-plan, image de fond, vidéo de fond, hintergrund, hintergrundbild, hintergrundvideo, fundo,
        imagem de fundo, vídeo de fundo, plano de fundo, sfondo, immagine di sfondo, video di sfondo, पृष्ठभूमि, बैकग्राउंड,
        الخلفية, خلفية, صورة الخلفية, فيديو الخلفية, 背景, 背景图, 背景图片, 背景圖, 背景视频, 背景画像, 背景動画,
        фон, фоновое изображение, фоновое видео, 배경, 배경 이미지, 배경 영상, arka plan, arka plan görseli,
        achtergrond, achtergrondafbeelding, achtergrondvideo, tło, obraz tła
    """,
    "id": """
        row id, row_id, key, row key, video id, idea id, uid, uuid, identifier, identificador, identifiant,
        identifiant de ligne, kennung, zeilen-id, schlüssel, identificativo, आईडी, पहचान, क्रमांक आईडी, المعرف, معرف,
        رقم المعرف, 编号, 編號, 标识, 行号id, 識別子, 管理番号, идентификатор, 아이디, 식별자, 고유번호, kimlik,
        benzersiz kimlik, identyfikator
    """,
    "approved": """
        ok, go, review ok, 審核, 審査, 已审核,
        approval, approved?, approve, approved by client, client approval, client approved, sign off, sign-off,
        signed off, ready, ready?, ready to render, render, render?, aprobado, aprobada, aprobación, listo, approuvé,
        approbation, validé, prêt, freigabe, genehmigt, freigegeben, genehmigung, bereit, aprovado, aprovação,
        approvato, approvazione, pronto, स्वीकृत, अनुमोदन, स्वीकृति, अनुमोदित, الموافقة, موافق, معتمد, موافقة, الاعتماد,
        批准, 审批, 審批, 审核, 已批准, 是否批准, 审核状态, 承認, 承認済み, 承認済, 確認, одобрено, согласовано,
        утверждено, одобрение, согласование, 승인, 승인 여부, 승인여부, onay, onaylandı, goedkeuring, goedgekeurd,
        akkoord, zatwierdzone, akceptacja, zatwierdzenie
    """,
    "status": """
        approval status, review status, estado de aprobación, statut de validation, freigabestatus,
        state, stage, row status, idea status, script status, workflow status, production status, estado, situación,
        estatus, statut, état, zustand, bearbeitungsstand, situação, stato, स्थिति, दशा, الحالة, حالة, 状态, 狀態,
        进度, ステータス, 状態, 進捗, статус, состояние, 상태, 진행상황, 진행 상태, durum, toestand, stan, stadium
    """,
    "captions": """
        subtitles, subs, burned captions, burned-in captions, burn captions, burn in captions,
        open captions, show captions, captions on, captions in video, closed captions,
        on-screen captions, subtítulos, subtitulos, sous-titres,
        sous-titrage, untertitelung, legendas, sottotitoli, उपशीर्षक, सबटाइटल, الترجمة المكتوبة, الترجمة النصية,
        ترجمة نصية, 字幕, 字幕表示, субтитры, 자막, altyazı, altyazılar, ondertiteling, ondertitels, napisy
    """,
    "say_as": """
            say as, pronunciation, pronunciations, pronounce, pronounce as, pronounced, how to pronounce, how to say,
            how to say it, say it as, said as, spoken as, spoken form, spoken forms, phonetic, phonetics,
            phonetic spelling, pronunciation guide, pronunciation notes, pronunciación, pronunciaciones,
            cómo se pronuncia, cómo se dice, se pronuncia, prononciation, prononciations, se prononce, à prononcer,
            comment prononcer, aussprache, aussprachen, aussprachehilfe, ausgesprochen, sprich, gesprochen als,
            pronúncia, pronúncias, como se pronuncia, como pronunciar, pronuncia, pronunce, si pronuncia,
            come si pronuncia,
            उच्चारण, النطق, نطق, طريقة النطق, كيفية النطق, 发音, 發音, 读音, 讀音, 读法, 讀法, 念法, 読み, 読み方, 発音,
            よみがな, 読み仮名, ふりがな, произношение, как произносить, произносить как, 발음, 읽기, 읽는 법,
            발음 표기, telaffuz, okunuş, okunuşu, söyleniş, uitspraak, spreek uit als, wymowa, jak wymawiać
    """,
    "language": """
        lang, locale, language code, script language, video language, spoken language, voice language, idioma,
        idioma del vídeo, idioma del video, lengua, langue, langue de la vidéo, sprache, videosprache, língua,
        idioma do vídeo, lingua, lingua del video, भाषा, اللغة, لغة, لغة الفيديو, 语言, 語言, 语种, 言語, 動画の言語,
        язык, 언어, dil, taal, język
    """,
}
