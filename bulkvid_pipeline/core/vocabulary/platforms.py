"""Names of platforms, and of shapes that stand for one."""

from __future__ import annotations

from bulkvid_pipeline.core.options import Aspect, Platform
from bulkvid_pipeline.core.vocabulary.words import Vocabulary

FILLERS = """
    video, videos, vid, post, posts, feed, app, platform, channel, official, content, ads, ad, clip, clips,
    format, vídeo, vídeos, vidéo, vidéos, canal, plataforma, plateforme, plattform, kanal, piattaforma, the, on,
    for, en, auf, für, su, no, per, sur, pour, only, just, first, then, also, mainly, primarily, primary, main,
    please, solo, sólo, nur, seulement, uniquement, somente, apenas, soltanto, zuerst, dann, auch, primero,
    luego, también, d'abord, puis, aussi, 首发
"""
"""Words that add nothing to the name of a platform beside them."""

PLATFORMS: Vocabulary[Platform] = Vocabulary(
    {
        Platform.YOUTUBE: """
            youtube, yt, you tube, utube, youtub, yuotube, youtube.com, youtube long form, youtube longform,
            youtube long, youtube main, long form, long form video, long form youtube, youtube horizontal,
            youtube landscape, youtube 16:9, yt long, ytb, यूट्यूब, यू ट्यूब, يوتيوب, اليوتيوب, 油管, ユーチューブ,
            유튜브, ютуб, ютьюб
        """,
        Platform.TIKTOK: """
            tiktok, tik tok, tt, tictoc, tictok, tik tock, tiktoc, tiktok.com, tiktok 9:16, douyin, टिकटॉक, टिक टॉक,
            تيك توك, تيكتوك, 抖音, ティックトック, 틱톡, тикток
        """,
        Platform.SHORTS: """
            shorts, short, youtube shorts, youtube short, yt shorts, yt short, yt-s, yts, youtube vertical,
            youtube 9:16, shorts youtube, short youtube, youtube shorts vertical, shorts de youtube, short de youtube,
            cortos de youtube, यूट्यूब शॉर्ट्स, शॉर्ट्स, يوتيوب شورتس, شورتس, 油管短视频, ショート, ショート動画,
            youtubeショート, ユーチューブショート, 쇼츠, 유튜브 쇼츠, youtube 쇼츠, шортс, шортсы, ютуб шортс,
            youtube шортс
        """,
        Platform.REELS: """
            reels, reel, ig reels, ig reel, igr, insta reels, insta reel, instagram reels, instagram reel,
            reels instagram, reel instagram, reels de instagram, instagram vertical, instagram 9:16, facebook reels,
            facebook reel, fb reels, fb reel, facebook vertical, facebook 9:16, meta reels, रील्स, रील, इंस्टाग्राम रील्स,
            इंस्टा रील्स, ريلز, ريلز انستغرام, リール, リール動画, インスタリール, instagramリール, インスタグラムリール,
            릴스, 인스타 릴스, 인스타그램 릴스, рилс, рилсы
        """,
        Platform.INSTAGRAM: """
            instagram, insta, ig, instagram feed, instagram post, ig feed, ig post, insta feed, insta post, instgram,
            instagramm, instagran, instagram.com, instagram 1:1, instagram square, इंस्टाग्राम, इंस्टा, انستغرام, إنستغرام,
            انستجرام, إنستجرام, انستقرام, インスタ, インスタグラム, 인스타그램, 인스타, инстаграм, инста
        """,
        Platform.FACEBOOK: """
            facebook, fb, face book, meta, facebook feed, fb feed, facebook post, facebook page, fb page,
            facebook.com, facebook 1:1, facebook square, facbook, फेसबुक, فيسبوك, فيس بوك, الفيسبوك, 脸书, 臉書,
            フェイスブック, 페이스북, фейсбук
        """,
        Platform.LINKEDIN: """
            linkedin, linked in, li, lkdn, linkedin feed, linkedin post, linkedin page, linkedin.com, linkedin 1:1,
            linkedin square, लिंक्डइन, لينكدإن, لينكد إن, 领英, 領英, リンクトイン, 링크드인, линкедин
        """,
        Platform.X: """
            x, twitter, x.com, twitter.com, x twitter, twitter x, x formerly twitter, tweet, x 16:9, twitter 16:9,
            ट्विटर, تويتر, إكس, منصة إكس, 推特, ツイッター, エックス, 트위터, 엑스, твиттер
        """,
        Platform.PINTEREST: """
            pinterest, pin, pins, pinterest pin, pinterest pins, pinterest idea pin, idea pin, idea pins, video pin,
            pinterest.com, pinterest 9:16, पिंटरेस्ट, بينتريست, بنترست, ピンタレスト, 핀터레스트, пинтерест
        """,
        Platform.STORY: """
            story, stories, instagram story, instagram stories, ig story, ig stories, insta story, insta stories,
            facebook story, facebook stories, fb story, fb stories, historia, historias, historia de instagram,
            historias de instagram, stories instagram, story instagram, instagram storys, storys, स्टोरी,
            इंस्टाग्राम स्टोरी, इंस्टा स्टोरी, ستوري, ستوري انستغرام, قصة, ストーリー, ストーリーズ, インスタストーリー,
            インスタストーリーズ, 스토리, 인스타 스토리, 인스타그램 스토리, сторис, истории, инстаграм сторис
        """,
    },
    FILLERS,
)

SHAPES: Vocabulary[Aspect] = Vocabulary(
    {
        Aspect.WIDE: """
            16:9, 16x9, 16/9, 1920x1080, 1920×1080, 1280x720, 3840x2160, 2560x1440, wide, widescreen, landscape,
            horizontal, quer, querformat, breitbild, paysage, paisaje, apaisado, paisagem, orizzontale, क्षैतिज,
            أفقي, 横屏, 横版, 橫式, 横, 横長, 横型, 가로, 가로형, горизонтальное, горизонтальный, yatay, liggend,
            poziomy
        """,
        Aspect.TALL: """
            9:16, 9x16, 9/16, 1080x1920, 1080×1920, 720x1280, 2160x3840, vertical, portrait, tall, upright,
            hochformat, hochkant, vertikal, verticale, retrato, retrato vertical, verticale 9:16, लंबवत, वर्टिकल,
            عمودي, رأسي, 竖屏, 竖版, 直式, 縦, 縦長, 縦型, 세로, 세로형, вертикальное, вертикальный, dikey,
            staand, pionowy
        """,
        Aspect.SQUARE: """
            1:1, 1x1, 1/1, 1080x1080, 1080×1080, square, quadrat, quadratisch, carré, cuadrado, quadrado,
            quadrato, वर्गाकार, مربع, 方形, 正方形, 정사각형, квадрат, квадратное, квадратный, kare, vierkant,
            kwadrat
        """,
    },
    FILLERS,
)

SHAPE_TARGETS = {Aspect.WIDE: Platform.YOUTUBE, Aspect.TALL: Platform.SHORTS, Aspect.SQUARE: Platform.INSTAGRAM}
"""What is made where only a shape is named. Shorts keep the most of a tall frame clear, so they are safe on the other
vertical feeds as well."""

EVERYWHERE: Vocabulary[bool] = Vocabulary(
    {
        True: """
            all, everything, all the platforms, all social, all socials, all channels and platforms,
            every channel, anywhere, all platforms, all of them, every platform, everywhere, all channels,
            all social media, todos, todas, all of the above, todas las plataformas, todas as plataformas,
            en todas partes, tous, toutes, toutes les plateformes, partout, alle, alle plattformen, überall,
            alle kanäle, tutti, tutte, tutte le piattaforme, ovunque, सभी, सभी प्लेटफ़ॉर्म, सब, الكل, جميع المنصات,
            كل المنصات, 全部, 所有, 所有平台, 全平台, すべて, 全て, 全部のプラットフォーム, 모두, 전체,
            모든 플랫폼, все, все платформы, везде, hepsi, tümü, tüm platformlar, alle platforms, overal,
            wszystkie, wszystkie platformy, wszędzie
        """
    }
)

HOSTS: dict[str, Platform] = {
    "youtube.com": Platform.YOUTUBE,
    "youtu.be": Platform.YOUTUBE,
    "tiktok.com": Platform.TIKTOK,
    "douyin.com": Platform.TIKTOK,
    "instagram.com": Platform.INSTAGRAM,
    "instagr.am": Platform.INSTAGRAM,
    "facebook.com": Platform.FACEBOOK,
    "fb.com": Platform.FACEBOOK,
    "fb.watch": Platform.FACEBOOK,
    "linkedin.com": Platform.LINKEDIN,
    "lnkd.in": Platform.LINKEDIN,
    "x.com": Platform.X,
    "twitter.com": Platform.X,
    "pinterest.com": Platform.PINTEREST,
    "pin.it": Platform.PINTEREST,
}
"""Hosts of the platforms' links, without `www.` and the like."""

FOLDERS: dict[str, Platform] = {
    "shorts": Platform.SHORTS,
    "reel": Platform.REELS,
    "reels": Platform.REELS,
    "stories": Platform.STORY,
}
"""First parts of a link's path that tell more than its host."""

CONJUNCTIONS = ("and", "und", "y", "et", "e", "en", "i", "ve", "и", "और", "तथा", "as well as", "plus")
"""Words that stand between two names, with blanks around them."""
JOINING_SIGNS = "和与與及跟と와과"
"""Characters that stand between two names without blanks; no name of a platform holds one."""
