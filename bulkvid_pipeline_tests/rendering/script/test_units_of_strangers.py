"""Strangers' inputs in many languages, each with its units between ⟦ and ⟧, and nothing else in it a unit."""

from __future__ import annotations

import re

import pytest

from bulkvid_pipeline.rendering.script.tokens import units_of

MARKED = """
The price is ⟦$1.2bn⟧ now
It was ⟦-12 °C⟧ outside
about ⟦-12°C⟧ outside
⟦−5 °C⟧ at night
outside ⟦–5 °C⟧ at night
⟦+3⟧ degrees
⟦±5⟧ of them
⟦± 5 %⟧ tolerance
Rund ⟦1,2 Mio.⟧ Menschen
⟦3,85 %⟧ Zinsen
Das kostet ⟦4,50 €⟧ heute
⟦€4.50⟧ each
⟦€ 4,50⟧ per stuk
Custa ⟦R$ 4,50⟧ na padaria
São ⟦R$ 1.234,56⟧ por mês
Pay ⟦₹1,00,000⟧ now
Pay ⟦₹ 1,00,000⟧ now
Pay ⟦Rs. 500⟧ now
⟦₹5 lakh⟧ or ⟦₹2.5 crore⟧
今年达到⟦4.15亿元⟧，增长⟦5.7%⟧。
价格⟦12,800円⟧です
⟦1万5千円⟧です
⟦3億5000万円⟧
約⟦1,980円⟧から
共⟦14.1亿人⟧
⟦960万平方公里⟧
⟦3.5万人⟧
⟦85.5度⟧左右
面积⟦960万km²⟧，共⟦4.15亿kWh⟧，约⟦3.5万㎡⟧，重⟦5㎏⟧
收入⟦500万USD⟧，排名⟦NO.1⟧
درآمد به ⟦۴٫۱۵ میلیارد تومان⟧ رسید. تلفن: ⟦۰۲۱-۱۲۳۴۵۶۷۸⟧
آمدنی ⟦4.15 ارب روپے⟧ ہو گئی
עלו ל-⟦1.2 מיליארד ₪⟧ השנה
उत्पन्न ⟦₹१,२३,४५६ कोटी⟧ झाले
έσοδα σε ⟦12,5 εκατ. €⟧ πέρυσι
до ⟦12,5 млн ₴⟧ цього року
⟦4,15 მილიონ⟧ ლარამდე
ወደ ⟦4.15 ሚሊዮን ብር⟧ አደገ
ដល់ ⟦៤.១៥ លានដុល្លារ⟧។
增长⟦+5%⟧，下降⟦-3.2%⟧，今晚⟦-5℃⟧
올해 ⟦4.15억 원⟧으로
세트는 ⟦12,800원⟧입니다
⟦3개월⟧ 동안 ⟦12.5kg⟧을
⟦5만 명⟧이 왔다
ราคา ⟦1,500 บาท⟧ เท่านั้น
รวม ⟦4.15 ล้านบาท⟧ แล้ว
⟦2 1/2⟧ cups
⟦1/2⟧ cup of milk
⟦2½⟧ cups
⟦½⟧ cup
⟦1½⟧ hours
Open ⟦24/7⟧ for you
Split it ⟦50/50⟧ today
Rated ⟦4.5/5⟧ by users
Rated ⟦4.5 / 5⟧ by users
Roughly ⟦1,000,000+⟧ views
Save ⟦3x⟧ more
⟦10×⟧ faster
⟦1 234,56 €⟧ par mois
⟦1'234.50 Franken⟧
CHF ⟦CHF 1'234.50⟧ total
USD ⟦USD 49.99⟧ only
⟦49.99 USD⟧ only
⟦US$5⟧ and ⟦A$20⟧
⟦5 million⟧ people
⟦$5 million⟧ deal
⟦1.4 billion⟧ people
⟦$1.2 billion⟧ a year
⟦2,5 millions⟧ de vues
⟦3 milliards d'euros⟧ de dette
⟦3 milliards⟧ de vues
⟦10 mil⟧ pessoas
⟦5 mil millones de dólares⟧
⟦1,5 млн руб.⟧ в год
⟦20 000 рублей⟧ в месяц
⟦100 ₽⟧ за чашку
⟦₽100⟧ за чашку
⟦250 zł⟧ miesięcznie
⟦1 500 Kč⟧ měsíčně
⟦₺250⟧ ve üstü
⟦%50⟧ indirim
⟦100 kr⟧ per år
⟦50 %⟧ off
⟦٥٠٪⟧ خصم
⟦٣٫٥ مليون⟧ شخص
⟦5 लाख⟧ लोग
⟦१०⟧ मिनट
⟦₹१,००,०००⟧ अभी
⟦০.৫⟧ কাপ
⟦1-2⟧ Tassen
⟦5–7⟧ days
⟦5 – 7⟧ days
⟦$5-10⟧ each
⟦$5–$10⟧ each
⟦20%-30%⟧ more
⟦20–30 %⟧ mehr
⟦10-15 min⟧ each
⟦1990–2000⟧ was
⟦3〜5分⟧待つ
⟦3:1⟧ ratio
⟦16:9⟧ video
won ⟦2-1⟧ at home
won ⟦2:1⟧ zu Hause
at ⟦4 p.m.⟧ sharp
at ⟦4:30 p.m.⟧ sharp
at ⟦4pm⟧ sharp
at ⟦4 PM⟧ sharp
at ⟦10:30⟧ daily
from ⟦9 a.m.–5 p.m.⟧ daily
from ⟦9–5⟧ daily
from ⟦9:00–17:00⟧ daily
à ⟦18h30⟧ ce soir
à ⟦18 h 30⟧ ce soir
à ⟦18h⟧ ce soir
um ⟦18:30 Uhr⟧ geht
um ⟦18 Uhr⟧ geht
um ⟦18.30 Uhr⟧ geht
早上⟦7:30⟧起床
⟦18時30分⟧に開始
下午⟦3点半⟧
오전 ⟦7시 30분⟧에
⟦10:30:15⟧ finish
on ⟦24.12.2024⟧ in
on ⟦24. Dezember⟧ in
on ⟦24. Dezember 2024⟧ in
on ⟦2024-12-24⟧ in
on ⟦12/24/2024⟧ in
on ⟦24/12/2024⟧ in
on ⟦24/12/24⟧ in
on ⟦March 14th, 2025⟧ we
on ⟦March 14⟧ we
on ⟦14 March 2025⟧ we
on ⟦14 March⟧ we
on ⟦Dec. 24⟧ we
on ⟦24 décembre⟧ nous
on ⟦24 décembre 2024⟧ nous
on ⟦24 de diciembre⟧ a
on ⟦24 de diciembre de 2024⟧ a
on ⟦1er mai⟧ à
on ⟦24 декабря 2024⟧ г
on ⟦24 декабря⟧ в
⟦2024年12月24日⟧出发
⟦12月24日⟧出发
⟦2024년 12월 24일⟧ 출발
Call ⟦+49 30 1234567⟧ for
Call ⟦555-0142⟧ now
Call ⟦(555) 010-0142⟧ now
Call ⟦555-010-0142⟧ now
Call ⟦555.010.0142⟧ now
Call ⟦+1 (555) 010-0142⟧ now
Call ⟦+1-555-010-0142⟧ now
Call ⟦1-800-555-0142⟧ now
Call ⟦1-800-FLOWERS⟧ now
电话⟦400-820-0199⟧咨询
Appelez le ⟦01 23 45 67 89⟧ ou
Rufen Sie ⟦030 1234567⟧ an
Rufen Sie ⟦0800 123 456⟧ an
Llama al ⟦912 345 678⟧ ya
Tel ⟦020 7946 0958⟧ now
電話⟦03-1234-5678⟧へ
Visit ⟦example.com⟧.
Visit ⟦example.com/free-guide⟧ now
Visit ⟦https://example.com/guide?id=7&x=1⟧, ok
Visit ⟦www.example.co.uk/a/b⟧!
访问⟦example.com⟧了解更多
Mail ⟦first_last@example.com⟧.
Mail ⟦first.last+tag@mail.example.co.uk⟧.
Follow ⟦@tea_time_daily⟧!
Follow ⟦@tea.time⟧.
Use ⟦#tea_break_2024⟧ today
Use ⟦#чай⟧ сегодня
See ⟦my_plan_v2.xlsx⟧ now
alpha's ⟦100%.png⟧ is
Get ⟦v2.3.1⟧ now
Get ⟦Version 2.0⟧ now
Get ⟦2.10.3-beta.1⟧ now
Python ⟦3.12⟧ is
版本⟦v2.0⟧将于
by ⟦J. K. Rowling⟧ and
by ⟦J.K. Rowling⟧ and
by ⟦J.R.R. Tolkien⟧ and
at ⟦St. Mary⟧ church
with ⟦Dr. Smith⟧ today
with ⟦Mr. Brown⟧ today
with ⟦Mrs. Brown⟧ today
mit ⟦Prof. Müller⟧ heute
con ⟦Sr. García⟧ hoy
avec ⟦M. Dupont⟧ hier
⟦А. С. Пушкин⟧ писал
⟦Wi-Fi⟧ and ⟦well-known⟧ tea
⟦COVID-19⟧ changed
⟦GPT-4⟧ and ⟦GPT-4o⟧
⟦MP3⟧ player
⟦G20⟧ met
⟦F-16⟧ jet
⟦5G⟧ and ⟦4K⟧ video
⟦A4⟧ paper
⟦H2O⟧ is
⟦CO2⟧ is
⟦CO₂⟧ is
⟦B2B⟧ sales
⟦iPhone 15⟧ is
⟦Windows 11⟧ is
⟦Q3 2024⟧ was
⟦PS5⟧ is
⟦C++⟧ and ⟦C#⟧
⟦R&D⟧ team
⟦AT&T⟧ says
⟦H&M⟧ says
⟦3D⟧ print
⟦1080p⟧ video
⟦60 fps⟧ video
⟦100 km/h⟧ fast
⟦5 kg⟧ bag
⟦500 ml⟧ milk
⟦500ml⟧ milk
⟦26.2 miles⟧ in
⟦180 g⟧ Mehl
⟦180°⟧ turn
⟦180 °C⟧ Umluft
⟦350°F⟧ oven
⟦5'10"⟧ tall
⟦6 ft⟧ tall
⟦20/20⟧ vision
⟦No. 5⟧ perfume
⟦№ 5⟧ духи
⟦Nr. 5⟧ ist
⟦n° 5⟧ est
⟦nº 5⟧ es
⟦#1⟧ choice
⟦1st⟧ and ⟦22nd⟧ place
⟦1er⟧ étage
⟦z. B.⟧ Tee
⟦e.g.⟧ tea
⟦U.S.⟧ tea
⟦1920s⟧ style
the ⟦'90s⟧ style
the ⟦90s⟧ style
⟦p. 12⟧ says
⟦10^6⟧ cells
⟦2 × 3⟧ is
⟦2x3⟧ is
⟦2*3*4⟧ is
⟦1️⃣⟧ First
⟦2️⃣⟧⟦3️⃣⟧ both
⟦🇯🇵⟧ trip
⟦👍🏽⟧ ok
⟦👨‍👩‍👧⟧ family
I came in time and left
Then
⟦and/or⟧ so
no units here, really.
The end. Next one starts
It is so. A new one
I am. You are
f*** that
wait... what
第一步
占⟦百分之五⟧
水温
I came on ⟦May 5⟧. Then we left
It is ⟦10⟧. Then
In ⟦5⟧ days we
at ⟦5⟧. The end
plan B. Then go
Vitamin C. Eat more
on Main St. The shop
⟦5⟧ in a row
⟦5 m⟧ away
⟦3 l⟧ of milk
he is ⟦5⟧. It is
⟦12,3⟧ und
⟦1⟧, ⟦2⟧, ⟦3⟧ go
⟦5-year-old⟧ son
⟦20-minute⟧ walk
⟦mid-1990s⟧ style
⟦2024/25⟧ season
⟦A/B⟧ test
⟦he/she⟧ may
⟦50+⟧ tips
⟦100%+⟧ more
⟦$1,000–$2,000⟧ each
⟦1.000.000 €⟧ im
⟦1.234.567,89 €⟧ im
⟦12:30–13:00 Uhr⟧ heute
⟦3,5-mal⟧ so
ca. ⟦5⟧ Tage
⟦>5⟧ people
⟦< 5 %⟧ of
⟦≥ 18⟧ years
⟦~50⟧ people
⟦1:1⟧ chat
⟦.5⟧ cup
⟦Node.js⟧ is
⟦e.V.⟧ ist
⟦z.B.⟧ Tee
⟦Ph.D.⟧ student
⟦B.Sc.⟧ in
⟦i.e.⟧ tea
⟦U.S.A.⟧ is
⟦U.K.⟧ is
⟦No.1⟧ choice
⟦H₂O⟧ is
⟦5 m²⟧ room
⟦25°C–30°C⟧ warm
⟦1 ½⟧ cups
⟦Rs 500⟧ only
⟦INR 500⟧ only
⟦৳500⟧ only
⟦฿100⟧ only
⟦₫50.000⟧ only
⟦50.000₫⟧ thôi
⟦100 บาท⟧
⟦+91 98765 43210⟧ now
⟦１，０００円⟧です
⟦30分钟⟧后
⟦3小时58分⟧
⟦二十四小时⟧
⟦第3名⟧
⟦第1步⟧
⟦3D⟧打印
⟦5G⟧手机
⟦C919⟧飞机
⟦PM2.5⟧是
⟦iPhone15⟧发布
⟦2023-2024年⟧
周一至周五⟦9:00-18:00⟧
QQ:⟦123456⟧
⟦https://example.com/⟧路径 看
東京⟦23区⟧
⟦第2位⟧
⟦1個⟧⟦100円⟧
約⟦3割⟧
⟦5%⟧オフ
⟦2,000〜3,000円⟧
午前⟦10時⟧から
⟦10時半⟧から
⟦1만2천 원⟧을
⟦제1회⟧
⟦50대⟧ 남성
⟦3~5분⟧ 동안
⟦10시 30분⟧에
⟦25٪⟧ خصم
⟦١٠:٣٠⟧ صباحا
⟦15 %⟧ خصم
⟦۱۲۳٬۴۵۶ تومان⟧
⟦₹5,00,000⟧ में
⟦10⟧ बजे
⟦5 किलो⟧
⟦1.000.000đ⟧ thôi
⟦50k⟧ thôi
⟦7h30⟧ sáng
⟦1.234,56 TL⟧ oldu
⟦2024⟧'te oldu
⟦TL 50⟧ oldu
⟦5⟧'e kadar
⟦1,5 l⟧ Wasser
⟦1.5x⟧ speed
⟦10k⟧ followers
⟦1M+⟧ users
⟦$1M⟧ ARR
⟦€3bn⟧ plan
⟦£2.5m⟧ deal
⟦¥1000⟧ off
⟦1 kg⟧ = ⟦2.2 lb⟧
⟦100 g/m²⟧ paper
⟦5 €/Monat⟧
⟦$5/month⟧ plan
⟦9,99 €/Monat⟧ heute
⟦3/4⟧ cup
the ⟦5⟧ W's
⟦24h⟧ service
⟦24/7/365⟧ help
⟦7 a.m.⟧ to ⟦9 p.m.⟧ on
⟦7-9 p.m.⟧ on
Mo–Fr ⟦9–17 Uhr⟧
⟦90 min.⟧ lang
⟦1.5⟧ hours
⟦2 h 30 min⟧ walk
⟦2h 30min⟧ walk
⟦1 hr 20 min⟧
⟦3⟧ days
⟦0,5 %⟧
⟦0.5%-1.5%⟧
⟦-5⟧ to ⟦10⟧
⟦−3%⟧
(⟦-3%⟧)
"⟦-5⟧"
⟦x-ray⟧
⟦T-shirt⟧
⟦COVID‑19⟧
⟦e-mail⟧
⟦twenty-five⟧
⟦state-of-the-art⟧
⟦U-Bahn⟧
⟦3-Zimmer-Wohnung⟧
⟦Covid-19-Impfung⟧
⟦re-use⟧
O'Brien
rock'n'roll
⟦AC/DC⟧
⟦km/h⟧
⟦24-Dec-2024⟧
⟦Dec-24⟧
⟦12.05.⟧ um
⟦5⟧.
⟦5.5.5.5⟧ is
⟦v1⟧ now
⟦v10.2⟧ now
⟦IPv6⟧
⟦USB-C⟧
⟦HTML5⟧
⟦MP4⟧
⟦B12⟧
⟦K-pop⟧
⟦X-ray⟧
⟦Type-C⟧
⟦A380⟧
⟦B-52⟧
⟦M25⟧
⟦U2⟧
⟦T1⟧
L'Oréal
⟦7-Eleven⟧
⟦3M⟧
⟦7UP⟧
⟦Se7en⟧
⟦4chan⟧
⟦Web3⟧
⟦web2.0⟧
⟦AI-first⟧
Ctrl+C
⟦file.txt⟧
⟦tea.jpg⟧
⟦@a⟧
⟦#a⟧
#
@
⟦a@b.co⟧
⟦http://a.b⟧
⟦www.a.de⟧
⟦t.co/x⟧
⟦youtu.be/abc?t=10⟧
⟦bit.ly/3xYz⟧
⟦example.com:8080/x⟧
⟦sub.example.museum⟧
don't
⟦9.99$⟧
⟦9.99 $⟧
⟦$ 9.99⟧
⟦9$⟧
⟦USD9⟧
⟦9USD⟧
⟦1,50€⟧
⟦€1,50⟧
⟦-€5⟧
⟦€-5⟧
⟦+$5⟧
⟦5¢⟧
⟦99¢⟧
⟦₦5,000⟧
⟦KSh 500⟧
⟦R500⟧
⟦RM 50⟧
⟦S$5⟧
⟦HK$5⟧
⟦NT$500⟧
⟦C$5⟧
⟦Lei 5⟧
⟦5 lei⟧
⟦5 Ft⟧
⟦500 Ft⟧
⟦1 000 Ft⟧
⟦лв 5⟧
⟦5 лв.⟧
⟦5 грн⟧
⟦5 ₴⟧
⟦د.إ 50⟧
⟦50 د.إ⟧
⟦50 ريال⟧
⟦50 جنيه⟧
⟦50 ש"ח⟧
⟦₪50⟧
⟦50 شيكل⟧
⟦5⟧ دقائق
⟦3.5 مليون دولار⟧
""".strip("\n").split("\n")
_UNIT = re.compile("⟦(.*?)⟧")


@pytest.mark.parametrize("marked", MARKED)
def test_exactly_what_stands_together_is_a_unit(marked: str) -> None:
    assert [unit.text for unit in units_of(_UNIT.sub(r"\1", marked))] == _UNIT.findall(marked)
