"""What stands together in a text of any script: a number with all that belongs to it, an address, a name, an emoji.

A unit is never cut: not by a sentence's end, a caption's, a line's, nor by what is set off. Units are found by their
form alone. Every pattern is bounded, so that searching takes time in proportion to the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from bulkvid_pipeline.rendering.pictures.scripts import EMOJI


class UnitKind(StrEnum):
    """What a unit is."""

    ADDRESS = "address"
    """A web or mail address, a file's name, a handle, a hashtag."""
    PHONE = "phone"
    DATE = "date"
    TIME = "time"
    """A time of day, a length of time with colons, a ratio, a score, a product of numbers."""
    VERSION = "version"
    AMOUNT = "amount"
    """A number, or a range of numbers, with sign, currency, scale and unit."""
    NAME = "name"
    """A name with initials, a hyphenated word, a product's name with digits in it."""
    ABBREVIATION = "abbreviation"
    """Letters with stops after them."""
    EMOJI = "emoji"


@dataclass(frozen=True)
class Unit:
    """A unit: text[start:end] of the text it was found in."""

    text: str
    start: int
    end: int
    kind: UnitKind


_L = "A-Za-z\u00c0-\u02af\u0370-\u03ff\u0400-\u052f"
"""Letters of the alphabets that are written with blanks and digits among them."""
_ALONE = rf"(?<![{_L}\d_])"
_NO_LETTER = rf"(?![{_L}_])"
_B = "[ \u00a0\u202f]"

_DEGREE = r"(?:[A-Z][a-z]{0,2}\.){2,4}(?![A-Za-z0-9])"
"""As Ph.D. or B.Sc., which looks like a host's name."""
_HOST = r"(?:[A-Za-z0-9\u00c0-\u024f_][A-Za-z0-9\u00c0-\u024f_-]{0,62}\.){1,6}[A-Za-z]{2,24}"
_PATH = r"(?:[/?#][A-Za-z0-9\u00c0-\u024f_./?=&%#~+@:;,!$'()*-]{0,500}[A-Za-z0-9\u00c0-\u024f_/=&%#~+$-]|/)"
_ENDING = "png|jpe?g|gif|webp|svg|mp[34]|wav|pdf|docx?|xlsx?|pptx?|csv|txt|zip|html?|json|md"
_ADDRESS = (
    rf"(?<![{_L}\d_@/.-])[{_L}\d_%()+-]{{1,40}}\.(?:{_ENDING})(?![{_L}\d_]|\.\w)|"
    rf"(?:https?|ftp)://[A-Za-z0-9\u00c0-\u024f_.:@-]{{1,250}}(?<![.:@])(?:{_PATH})?|"
    rf"(?<![{_L}\d_.+@-])[A-Za-z0-9\u00c0-\u024f_.+-]{{1,64}}@{_HOST}{_NO_LETTER}|"
    rf"(?<![{_L}\d_@.-])(?!{_DEGREE}){_HOST}(?![A-Za-z0-9_@]|-\w)(?::\d{{2,5}}(?!\d))?(?:{_PATH})?|"
    rf"(?<![{_L}\d_/@.])[@#][{_L}\d_](?:[{_L}\d_.-]{{0,60}}[{_L}\d_])?"
)

_PHONE = (
    r"\+\d{1,3}(?:[ .\-/\u00a0]?\(?\d{1,5}\)?){2,6}(?!\d)|"
    r"\(\d{2,5}\)[ \u00a0]?\d{2,5}(?:[ -]\d{2,5}){0,3}(?!\d)|"
    rf"{_ALONE}[0٠۰]\d{{1,4}}(?:[ /-]\d{{2,8}}){{1,4}}(?![\d.,:/-]\d)|"
    rf"{_ALONE}\d{{1,4}}(?:-\d{{2,5}}){{2,4}}(?![\d-])|"
    rf"{_ALONE}1-8\d\d-[A-Z0-9]{{3,9}}(?:-[A-Z0-9]{{2,6}})?(?![\w-])|"
    rf"{_ALONE}\d{{3}}-\d{{4}}(?![\d-])|{_ALONE}\d{{5}} \d{{5}}(?![\d.,]?\d)|"
    rf"{_ALONE}\d{{3}} \d{{3}} \d{{4}}(?![\d.,]?\d)"
)

_MONTHS = (
    # English and German, with their short forms
    "Jan(?:uary|uar|\\.)?|Feb(?:ruary|ruar|\\.)?|Mar(?:ch|\\.)?|März|Apr(?:il|\\.)?|May|Mai|Jun[ei]?|Jul[yi]?|"
    "Aug(?:ust|\\.)?|"
    "Sept?(?:ember|\\.)?|O[ck]t(?:ober|\\.)?|Nov(?:ember|\\.)?|De[cz](?:ember|\\.)?|Jänner|"
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    "janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|novembro|dezembro|"
    "gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|"
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|augusti|"
    "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia|"
    "ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince|"
    "Ocak|Şubat|Mart|Nisan|Mayıs|Haziran|Temmuz|Ağustos|Eylül|Ekim|Kasım|Aralık|"
    "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря|"
    "січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня"
)
_MONTHS = f"{_MONTHS}|{_MONTHS.upper()}"
_YEAR = r"(?:1\d|20|21)\d\d(?![\d.,]\d|\d)"
_OF = rf"(?:{_B}(?:of|de|del|di))?"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|º|\.)?"
_DATE = (
    rf"{_ALONE}\d{{4}}-\d{{1,2}}-\d{{1,2}}(?![\d-])|"
    rf"{_ALONE}\d{{1,2}}/\d{{1,2}}/(?:\d{{4}}|\d{{2}})(?![\d/])|"
    rf"{_ALONE}\d{{1,2}}-(?:{_MONTHS})-\d{{2,4}}(?!\d)|"
    rf"{_ALONE}\d{{1,2}}\.{_B}?\d{{1,2}}\.(?:{_B}?\d{{4}}|\d{{2}}(?!\d))?(?![\d])|"
    rf"{_ALONE}{_DAY}{_OF}{_B}(?:{_MONTHS})(?![{_L}\d])(?:,?{_OF}{_B}{_YEAR})?|"
    rf"{_ALONE}(?:{_MONTHS}){_B}\d{{1,2}}(?:st|nd|rd|th)?(?:,{_B}{_YEAR})?(?![\w])|"
    rf"{_ALONE}(?:{_MONTHS}){_OF}{_B}{_YEAR}|"
    r"(?:\d{2,4}年)?\d{1,2}月(?:\d{1,2}[日号號])?|"
    r"(?:\d{2,4}년 ?)?\d{1,2}월(?: ?\d{1,2}일)?|(?:\d{2,4}[-–~～])?\d{2,4}[年년](?!代)"
)

_HALF_OF_DAY = rf"(?:{_B}?(?:[aApP]\.{_B}?[mM]\.|[aApP][mM]){_NO_LETTER})"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?"
_TIME = (
    rf"{_ALONE}{_CLOCK}(?:{_HALF_OF_DAY}?{_B}?[-–—~]{_B}?{_CLOCK})?(?![:\d]){_HALF_OF_DAY}?(?:{_B}(?:Uhr|น\.|h)(?![{_L}]))?|"
    rf"{_ALONE}\d{{1,2}}(?:{_HALF_OF_DAY}?{_B}?[-–—]{_B}?\d{{1,2}})?{_HALF_OF_DAY}|"
    rf"{_ALONE}\d{{1,2}}{_B}?(?:[hH]|hrs?|Std\.){_B}?\d{{1,2}}(?:{_B}?(?:min\.?|m))?(?![\d{_L}])|"
    rf"{_ALONE}\d{{1,2}}(?:\.\d{{2}})?(?:[-–]\d{{1,2}}(?:\.\d{{2}})?)?{_B}Uhr(?![{_L}])|"
    r"\d{1,3}(?:小时|小時|時間)\d{1,2}(?:分钟|分鐘|分)?|\d{1,3}시간 ?\d{1,2}분|"
    r"\d{1,2}[时時点點](?:\d{1,2}[分]|半)?(?!间|間)|\d{1,2}시(?: ?\d{1,2}분)?|"
    rf"{_ALONE}\d{{1,4}}(?::\d{{1,4}}){{1,3}}(?![:\d])|"
    rf"{_ALONE}\d['’]{_B}?\d{{1,2}}[\"”″](?!\d)|{_ALONE}\d{{1,6}}(?:[*]\d{{1,6}}){{1,6}}(?![\d*])|"
    rf"{_ALONE}\d{{1,6}}(?:{_B}?×{_B}?\d{{1,6}}){{1,3}}(?:{_B}?(?:cm|mm|m|px|in|ft))?(?![\d{_L}])"
)

_VERSION = (
    rf"{_ALONE}(?:[vV](?:er\.)?|[vV]ersion{_B})\d{{1,4}}(?:\.\d{{1,4}}){{0,4}}(?:-[a-z]{{1,8}}(?:\.?\d{{1,4}})?)?(?![{_L}\d])|"
    rf"{_ALONE}(?!\d{{1,3}}(?:\.\d{{3}}){{1,6}}(?!\d))\d{{1,4}}(?:\.\d{{1,5}}){{2,5}}(?:-[a-z]{{1,8}}(?:\.?\d{{1,4}})?)?(?![\d.]\d)(?![{_L}])"
)

_CODES = (
    "USD|EUR|GBP|JPY|CNY|RMB|INR|BRL|CHF|AUD|CAD|NZD|SGD|HKD|KRW|MXN|RUB|TRY|SEK|NOK|DKK|PLN|CZK|HUF|ZAR|AED|SAR|EGP|"
    "THB|VND|IDR|PHP|NGN|KES|KSh|Rs\\.?|kr\\.?|Fr\\.|zł|RM|TL|Lei|lei|Ft|лв\\.?|грн\\.?|د\\.إ|ر\\.س"
)
_MONEY_SIGN = "[$¢£¤¥֏؋৳฿៛₠-₿﷼＄￠￡￥￦]"
_BEFORE = rf"(?:(?:%(?=\d)|(?:[A-Z]{{1,2}})?{_MONEY_SIGN}{_B}?|(?:{_CODES}){_B}?(?=\d)|R{_B}?(?=\d\d))[-−+]?)"
_FRACTION = "[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞]"
_DIGITS = (
    rf"(?>\d{{1,3}}{_B}\d{{1,2}}[/⁄]\d{{1,2}}(?![\d/⁄])|\d{{1,3}}(?:{_B}\d{{3}}){{1,6}}(?:[.,]\d{{1,9}})?(?![\d{_L}.-])|"
    rf"(?:\d{{1,40}}|(?<![^\s(\[{{])[.,]\d{{1,9}})(?:(?:[.,٫٬'’^]|(?<=[０-９])[，．](?=[０-９]))\d{{1,20}}){{0,12}}"
    rf"[⁰¹²³⁴⁵⁶⁷⁸⁹]{{0,3}}(?:{_B}?{_FRACTION})?|{_FRACTION})"
)
"""A number is never found in part: what follows it may make it something else, but not shorter."""
SCALE = (
    rf"million(?:s|en|es)?|billion(?:s|en|es)?|trillion(?:s|en)?|thousand|hundred|mil{_B}millones|mil{_B}milhões|lakhs?|crores?|Mio\.?|Mrd\.?|Tsd\.?|"
    r"Millionen|Milliarden|Mill?\.|mil|millones|millón|mille|millions|milliards?|mila|milioni|miliardi|milhões|milhão|"
    r"bilhões|mln\.?|mld\.?|тыс\.?|млн\.?|млрд\.?|тысяч[аи]?|миллион(?:а|ов)?|миллиард(?:а|ов)?|"
    r"тисяч[аі]?|мільйон(?:и|ів)?|мільярд(?:и|ів)?|мрд\.?|хил\.?|χιλ\.?|εκατ\.?|δισ\.?|χιλιάδες|εκατομμύρι(?:ο|α)|"
    r"δισεκατομμύρι(?:ο|α)|ألف|آلاف|مليون|ملايين|مليار|هزار|میلیون|میلیارد|ہزار|لاکھ|کروڑ|ارب|אלף|אלפים|מיליון|מיליארד|"
    r"हज़ार|हजार|लाख|करोड़|कोटी|হাজার|লাখ|লক্ষ|কোটি|હજાર|લાખ|કરોડ|ਹਜ਼ਾਰ|ਲੱਖ|ਕਰੋੜ|ஆயிரம்|லட்சம்|கோடி|వేలు|లక్షలు?|కోట్లు|"
    r"ಸಾವಿರ|ಲಕ್ಷ|ಕೋಟಿ|ആയിരം|ലക്ഷം|കോടി|දහස|ලක්ෂ|මිලියන|බිලියන|ათას|მილიონ|მილიარდ|հազար|միլիոն|մլն\.?|միլիարդ|մլրդ\.?|"
    r"ሺህ|ሚሊዮን|ቢሊዮን|ລ້ານ|ຕື້|ពាន់|លាន|သိန်း|သန်း"
)
_ATTACHED = (
    rf"{_CODES}|[đc]|km/h|m/s|bn|mn|tn|[kKMBTxX×]|st|nd|rd|th|ers?|ère|ème|e|º|ª|h|hrs?|min|sec|ms|s|kg|g|mg|lbs?|oz|km|cm|mm|m²|m³|m|ft|in|"
    r"ml|cl|l|L|GB|MB|TB|KB|kB|GHz|MHz|kHz|Hz|kWh|kW|MW|W|V|mAh|px|fps|mph|kcal|cal|[pP]|[GDd]|ppm|dB|pp|pts?"
)
_APART = (
    r"%|‰|٪|kg|g|mg|lbs?|oz|km/h|km|cm|mm|m²|m³|m|ft|ml|cl|l|L|GB|MB|TB|KB|GHz|MHz|kWh|kW|W|V|mph|kcal|dB|fps|px|dpi|"
    r"miles?|mins?\.?|Min\.|secs?\.?|Sek\.|hrs?\.?|Std\.|pts?|кг|км|см|мм|мл|л|г|м|мин\.?|сек\.?|ч|шт\.?|"
    rf"{_CODES}|бит|руб\.?|₽|€|£|₺|zł|kr\.?|Kč|lei"
)
_SPACELESS_CURRENCY = "ກີບ|ដុល្លារ|រៀល|ကျပ်"
_CURRENCY = (
    r"[Dd]ollars?|[Ee]uros?|[Pp]ounds?|[Rr]upees|[Pp]esos|Franken|dólares|reais|libras|dollari|sterline|рублей|рубля|рубль|долларов|доллара|евро|гривен|złotych|korun|kronor|liras?|lira|"
    r"डॉलर|रुपये|दिन|किलो|دولار|يورو|ريال|جنيه|درهم|دينار|ليرة|شيكل|تومان|ریال|دلار|یورو|روپے|ڈالر|ש[\"״]ח|שקל(?:ים)?|דולר|אירו|"
    r"евра|гривні|лева|ευρώ|δολάρια|टका|টাকা|ডলার|રૂપિયા|ਰੁਪਏ|ரூபாய்|రూపాయలు|ರೂಪಾಯಿ|രൂപ|රුපියල්|ლარი?|დოლარი?|դրամ|դոլար|"
    rf"ብር|ዶላር|{_SPACELESS_CURRENCY}"
)
_LATIN_UNIT = rf"(?:km²|cm²|mm²|km³|cm³|mm³|{_ATTACHED})(?![{_L}\d])"
_SQUARED = "[\u3371-\u337a\u3380-\u33df]"
"""Units in one character, as ㎡ and ㎏."""
_CJK_SCALE = (
    "[十百千]?[万萬亿億兆]{0,2}[十百千]?"
    r"(?:(?<=[万萬亿億兆])\d{1,4}[百千]?[万萬亿億]?(?:(?<=[万萬亿億])\d{1,4}[百千]?)?)?"
)
_CJK_UNIT = (
    "(?:多|余|餘)?(?:人民币|美元|欧元|歐元|日元|日圆|港元|英镑|韩元|卢比|[元円圆圓块塊]|平方公里|平方米|立方米|公里|公斤|千克|毫克|公顷|公頃|千瓦时|千瓦時|毫升|厘米|毫米|"
    "平米|分钟|分鐘|小时|小時|時間|百分点|個月|个月|ヶ月|か月|カ月|年間|年代|週間|日間|分間|秒間|パーセント|キロ|グラム|メートル|"
    "[%％割区克度斤吨噸亩秒分天日周週岁歳歲杯次个個本枚人倍米升件名位台条條层層步種种级級页頁巻章話回点月])?"
)
_HAN_DIGIT = "[〇零一二两三四五六七八九十百千万亿億萬兩]"
_HANGUL_SCALE = r"(?:[십백천]?[만억조]){0,2}[십백천]?(?:(?<=[만억조]) ?\d{1,4}[백천]?만?)?"
_HANGUL_UNIT = (
    "(?: [명개년원시분번배살권잔장주](?=[이가은는을를의에도로와과만]?(?![\uac00-\ud7a3]))|"
    " ?(?:개월|시간|분기|년대|원|달러|유로|엔|퍼센트|프로|킬로|미터|그램)|"
    "[명개년월일시분초배도회번잔장권살주대위층호차](?![\uac00-\ud7a3]{2}))?"
)
_THAI_UNIT = "(?: ?(?:ล้าน|แสน|หมื่น|พัน)?(?:ล้าน)?(?:บาท|ดอลลาร์|เปอร์เซ็นต์)| ?(?:ล้าน|แสน|หมื่น|พัน))?"
_NUMBER = (
    rf"{_DIGITS}(?:{_LATIN_UNIT}|(?:{_B}?(?:[%‰٪]|°{_B}?[CF]?|℃|℉|{_SQUARED})))?"
    rf"{_CJK_SCALE}(?:(?<=[十百千万萬亿億兆])(?:{_LATIN_UNIT}|{_SQUARED}))?{_CJK_UNIT}{_HANGUL_SCALE}{_HANGUL_UNIT}{_THAI_UNIT}"
)
_WORDY = rf"{_L}\u0530-\u058f\u0590-\u06ff\u0900-\u0dff\u10a0-\u10ff\u1200-\u137f"
"""Letters that would go on with a word for a scale or a currency."""
_AFTER = (
    rf"(?:{_B}?(?:{_MONEY_SIGN})(?![\d{_L}])|"
    rf"{_B}(?:{SCALE})(?:{_B}(?:{_MONEY_SIGN}|{_APART}|(?:d['’]|de{_B}|di{_B})?(?:{_CURRENCY}))|(?:{_SPACELESS_CURRENCY}))?"
    rf"(?![{_WORDY}])|"
    rf"{_B}(?:{_APART})(?![{_L}\d]|['’][{_L}])|{_B}(?:{_CURRENCY})(?![{_WORDY}\d]))?"
)
_SIGN = (
    rf"(?:(?<![^\s(\[{{\"'«“„\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])(?<!\d[\u3400-\u9fff])"
    rf"(?:[-−+±~≈<>≤≥]{_B}?|–)(?={_MONEY_SIGN}|\d|[A-Z]{{1,3}}{_MONEY_SIGN}))"
)
_AMOUNT = (
    rf"(?:{_SIGN}|{_ALONE})(?:{_BEFORE}|第|제)?{_NUMBER}"
    rf"(?:(?:/|{_B}/{_B}){_DIGITS}(?:/\d+)?|(?:[-–—~〜～]|{_B}[–—]{_B}){_BEFORE}?{_NUMBER})?"
    rf"{_AFTER}(?:/[{_L}]{{1,12}}[²³]?)?\+?(?![-\u2010\u2011]?[{_L}]|(?<=\d)\d)|"
    rf"百分之{_HAN_DIGIT}{{1,12}}(?:点{_HAN_DIGIT}{{1,8}})?|第?{_HAN_DIGIT}{{2,12}}{_CJK_UNIT}"
)

_PLACES = r"(?:U\.S|U\.K|U\.N|E\.U|D\.C|L\.A|N\.Y|A\.M|P\.M|B\.C|A\.D|P\.S|U\.A\.E)\."
"""What looks like initials, but may end a sentence."""
_CAPITAL, _SMALL = "A-ZÀ-ÖØ-ÞА-ЯЁІЇЄ", "a-zß-öø-ÿа-яёіїє"
_STARTERS = (
    r"(?:The|An?|I[nft]?|Is|He|She|We|They|You|This|That|There|These|And|But|Then|Our|My|Your|At|For|To|From|On|So|No|Not|"
    r"Der|Die|Das|Ein|Es|Er|Sie|Wir|Und|Le|La|Les|Il|Elle|El|Los|Las|O|Os|Eu|Now|When|What|How|Why|Who)\b"
)
"""Words that begin a sentence after a stop rather than go on with a name."""
_TITLE = (
    r"St|Ste|Mt|Ft|Mr|Mrs|Ms|Dr|Prof|Rev|Gen|Capt|Lt|Sgt|Sen|Gov|Pres|Hon|Jr|Hr|Fr|Dipl|Ing|Mag|Sr|Sra|Srta|Dña|Dn|"
    r"M|MM|Mme|Mlle|Me|Sig|Dott|Avv|Dra|Exmo|Dhr|Mevr|им|ул|г|пр|проф|акад|св"
)
_LETTERED = (
    "Plan|Vitamin|Type|Group|Class|Grade|Team|Option|Part|Exhibit|Hepatitis|Gen|Generation|Appendix|Point|Level|Model|"
    "Gruppe|Klasse|Typ|Teil|Punkt|Grupo|Clase|Tipo|Parte|Groupe|Classe|Partie"
)
"""Words that a single letter follows, which is no initial."""
_NUMBERED = (
    "iPhone|iPad|iOS|iPadOS|macOS|Windows|Android|Galaxy|Pixel|PlayStation|Xbox|Boeing|Airbus|Apollo|Formula|Model|Mach|"
    "Area|Route|Highway|Gate|Room|Platform|Terminal|Type|Grade|Mark|Web|Industry|Industrie|Fortune|Catch|Channel|"
    "Chapter|Step|Page|Part|Figure|Table|Section|Level|Phase|Day|Week|Month|Year|Episode|Season|Lesson|Tip|Rule|Item|"
    "Kapitel|Seite|Schritt|Teil|Tag|Woche|Folge|Tipp|Regel|Abschnitt|Stufe|Chapitre|Étape|Partie|Jour|Semaine|Épisode|"
    "Conseil|Capítulo|Paso|Parte|Día|Semana|Consejo|Passo|Dia|Capitolo|Giorno|Глава|Шаг|Часть|День|Неделя|Урок|Правило"
)
"""Words that a number follows, which is a name and no amount."""
_NAME = (
    rf"(?<![{_L}.])(?!{_PLACES})(?:[{_CAPITAL}][{_SMALL}]{{1,20}}{_B})?(?:[{_CAPITAL}]\.{_B}?){{2,4}}"
    rf"(?!{_STARTERS})[{_CAPITAL}][{_SMALL}]{{1,30}}(?![{_L}])|"
    rf"(?<![{_L}.])(?!(?:{_LETTERED}){_B})[{_CAPITAL}][{_SMALL}]{{1,20}}{_B}[{_CAPITAL}]\.{_B}"
    rf"(?!{_STARTERS})[{_CAPITAL}][{_SMALL}]{{1,30}}(?![{_L}])|"
    rf"(?<![{_L}\d.])(?:{_TITLE})\.{_B}(?:(?:{_TITLE}|[{_CAPITAL}])\.{_B}){{0,2}}(?!{_STARTERS})[{_CAPITAL}][{_SMALL}]{{1,30}}(?![{_L}])|"
    rf"{_ALONE}(?:(?:N[Oo]|Nr|Nos|pp?|S|Vol|vol|Art|art|Abs|Kap|Ch|Fig|cap|рис|стр)\.|[Nn][°º]|№|§){_B}?\d{{1,6}}(?![\d.,:/]\d)|"
    rf"{_ALONE}(?:{_NUMBERED}){_B}\d{{1,4}}(?:\.\d{{1,3}})?(?![\d{_L}%]|[.,:/]\d|{_B}(?:{SCALE})(?![{_L}]))|"
    rf"{_ALONE}[QH][1-4]{_B}(?:FY)?'?{_YEAR}|{_ALONE}['’]\d0s(?![{_L}\d])|"
    rf"{_ALONE}[A-Za-z]{{1,10}}[₀-₉]{{1,3}}[A-Za-z₀-₉]{{0,10}}|"
    rf"(?<![{_L}\d_.,-])(?:\d{{1,9}}[.,/]\d{{1,9}}|[{_L}\d]{{1,30}})(?:[-\u2010\u2011][{_L}\d]{{1,30}}){{1,5}}(?![{_L}\d])|"
    rf"{_ALONE}(?:[A-Za-z]{{1,20}}\d{{1,20}}(?:\.\d{{1,4}}|[A-Za-z0-9]{{1,20}})?|\d{{1,20}}(?:[.,]\d{{1,20}}){{0,6}}[{_L}]{{1,20}}\d{{0,9}})"
    rf"(?![{_L}\d])|"
    rf"{_ALONE}[A-Za-z](?:\+\+|#)(?:\d\d)?(?![{_L}\d])|{_ALONE}[A-Z]{{1,3}}&[A-Z]{{1,3}}(?![{_L}])|"
    rf"{_ALONE}[{_L}]{{1,4}}/[{_L}]{{1,4}}(?![{_L}/])"
)
_ABBREVIATION = (
    rf"(?<![{_L}.])(?:[{_L}]\.){{2,6}}(?![{_L}])|(?<![{_L}.]){_DEGREE}|"
    rf"(?<![{_L}.])(?:z\.{_B}B\.|d\.{_B}h\.|u\.{_B}a\.|i\.{_B}d\.{_B}R\.|p\.{_B}ex\.|(?:и{_B})?т\.{_B}[дпек]\.|"
    rf"P\.{_B}S\.|a\.{_B}m\.|p\.{_B}m\.|n\.{_B}Chr\.|v\.{_B}Chr\.)"
)

_FORMS = {
    UnitKind.EMOJI: EMOJI.pattern,
    UnitKind.ADDRESS: _ADDRESS,
    UnitKind.DATE: _DATE,
    UnitKind.PHONE: _PHONE,
    UnitKind.TIME: _TIME,
    UnitKind.VERSION: _VERSION,
    UnitKind.AMOUNT: _AMOUNT,
    UnitKind.NAME: _NAME,
    UnitKind.ABBREVIATION: _ABBREVIATION,
}
_UNIT = re.compile("|".join(f"(?P<{kind.value}>{pattern})" for kind, pattern in _FORMS.items()))
_PLAIN = re.compile(r"(?:[ ,;:!?\"'’“”„()…]|[A-Za-zÀ-ÖØ-öø-ɏ]++(?!\.)|[a-z]{2,}+\.(?![^ ]))*+\Z")
"""Words and marks without any unit, as most sentences are; finding that out takes a hundredth of looking for units."""


@lru_cache(maxsize=1024)
def units_of(text: str) -> tuple[Unit, ...]:
    """The units of a text in order. Total; they never overlap."""
    if _PLAIN.match(text):
        return ()
    return tuple(
        Unit(match.group(), match.start(), match.end(), UnitKind(match.lastgroup))
        for match in _UNIT.finditer(text)
        if match.lastgroup and match.group()
    )
