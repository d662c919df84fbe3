"""Sentences of many languages as people write them; `|` stands where one ends and another follows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.script.sentences import (
    LONGEST_SECONDS,
    estimated_seconds,
    sentences_of,
    speakable_spans,
)

ENGLISH = """
J. K. Rowling wrote it. | It sold well.
J.K. Rowling wrote it. | It sold well.
Dr. No is a film. | Mr. Bond is in it.
Mrs. Smith met Prof. Jones at St. James's Park.
It costs $3.50. | That is cheap.
Read No. 5 first. | Then No. 6.
There is no. | None at all.
Use a herb, e.g. tea, or i.e. nothing.
Try e.g. Tea or Coffee.
We meet at 5 p.m. | Then we eat.
We meet at 5 p.m. on Monday.
She lives in the U.S. | She likes it.
The U.S. Army is big. | So is the U.K. one.
He moved to Washington, D.C. | He liked it.
Yahoo! is a company. | So is Google.
Have you seen Jeopardy! on TV?
Wait... what? | Really?!
Well... | That was it.
What?! | No way!
Really?🤔 | Then go.
Wow! | 🎉 Next one.
What?!? | I do not know.
"Stop!" he said. | He ran.
"Stop." | He ran.
He said "Stop." | Then he ran.
He asked, "Why?" and left. | I did not.
“Is it true?” she asked. | “Yes.”
(This is an aside.) | This is not.
It works (mostly). | Try it.
Version 3.5 is out. | Get it at example.com. | It is free.
Visit www.example.com/free. | Or call.
Write to me@example.com. | I answer.
Inc. magazine named Acme Inc. its best company.
He works at Acme Inc. | She does not.
The U.N. met on Jan. 5. | It agreed.
See Fig. 3 and Eq. 2 on pp. 4-5. | Then go on.
Approx. 5 km. | Then stop.
I ate apples, pears, etc. | Then I slept.
I ate apples, pears, etc. and slept.
He was born in A.D. 50. | He died later.
Ph.D. students read a lot. | So do I.
It was Sgt. Pepper vs. Gen. Lee.
Do it now! | Do it fast! | Do it well!
I like it!!! | A lot...
Who am I? | Me.
It was him and I. | We left.
Vitamin C. | It helps.
Plan A failed. | Plan B worked.
Take option B. | It is better.
The end. 🎉
Great 👍. | Next 🚀!
Ready? | 🎬 Go!
iPhone 15 is here. | iPad follows.
That's all. | iOS is next.
He paid 5. | She paid 6.
In 2024. | Not before.
It rose by 5%. | It fell by 3%.
At 10:30 a.m. we start. | At 11 a.m. we stop.
Open file.txt. | Close it.
He said: "I am here. | I stay." | She left.
First — wait. | Then go.
Node.js is fast. | ASP.NET is too.
we wrote it in lower case. | then we left! | why?
Ask Dr. A. Smith. | He knows.
St. Louis is in Mo. | It is hot.
Take 1 tbsp. of oil and 2 tsp. of salt.
Add 2 oz. of oil. | Stir.
Add 2 oz. | Stir.
Turn it on. | Wait a sec. | Eat a fig. | I love art. | Say no.
It is 5 mm. | Or 5 m. | Or 10 min. | Then stop.
It is 6 ft. tall. | It is old.
Mt. Everest is high. | K2 is too.
Call ext. 5. | Ask for Bob.
Martin Luther King Jr. spoke. | We listened.
""".strip().splitlines()

OTHERS = """
Am 1. Mai ist frei. | Am 2. Mai nicht.
Am 3. Oktober feiern wir. | Danach nicht.
Das ist z. B. Tee. | Oder z.B. Kaffee.
Das kostet 3,50 Euro. | Das ist ca. 5 % mehr.
Dr. med. Müller kommt um 8 Uhr. | Er bleibt.
Er wurde 1. | Sie wurde 2.
Der 1. FC Köln gewann. | Der HSV nicht.
Karl der V. war Kaiser. | Ludwig XIV. war König.
Die Nr. 1 ist hier. | Sie gewinnt.
Das sind 5 Mio. Euro. | Oder 3 Mrd. Dollar.
Es gibt Tee, Kaffee usw. | Alles ist da.
Das heißt d. h. nichts. | Gut.
Bzw. gar nichts. | Ende.
„Halt!“ rief er. | Dann lief er.
„Das ist gut.“ | Sie ging.
Er sagte: „Komm.“ | Sie kam.
M. Dupont est là. | Mme. Curie aussi.
Il est 18h30. | On part.
« C'est vrai ? » demanda-t-il. | « Oui. »
Qu'est-ce que c'est ? | C'est du thé !
Il coûte 3,50 €. | C'est peu.
Voir p. ex. le thé. | Fin.
¿Qué es? | ¡Es té!
El Sr. García llegó. | La Sra. López no.
Son las 5 p. m. | Vamos.
EE. UU. es grande. | México también.
Ud. sabe. | Yo no.
Il sig. Rossi è qui. | Il dott. Bianchi no.
Costa 3,50 euro. | È poco.
O Sr. Silva chegou. | A Sra. Costa não.
São 18h30. | Vamos.
De heer J. de Vries is er. | Hij blijft.
Het kost bijv. 5 euro. | Dat is goed.
Это т. е. чай. | И т. д. | Всё.
В 2024 г. цена выросла. | Потом упала.
А. С. Пушкин писал стихи. | Их любят.
Ул. Ленина, д. 5. | Там тепло.
«Стой!» — сказал он. | Она ушла.
Цена 5 руб. за штуку. | Это дёшево.
To jest np. herbata. | Dobrze.
Ul. Długa 5. | Tam jest ciepło.
Je to např. čaj. | Dobře.
Prof. Dr. Yılmaz geldi. | O kaldı.
Saat 10.30'da başlarız. | Sonra biter.
Τι είναι; | Είναι τσάι. | Καλό.
Det är t.ex. te. | Bra.
Det koster f.eks. 5 kr. | Det er bra.
Esim. tee on hyvää. | Kahvi myös.
هل هذا شاي؟ | نعم. | جيد!
قال: «قف.» | ثم ذهب.
یہ چائے ہے۔ | یہ اچھی ہے۔
این چای است. | خوب است؟ | بله.
זה תה. | זה טוב! | למה?
यह चाय है। | यह अच्छी है। | क्यों?
डॉ. शर्मा आए। | वे बैठे।
এটা চা। | ভালো।
இது தேநீர். | நல்லது.
ඒක තේ. | හොඳයි.
ይህ ሻይ ነው። | ጥሩ ነው። | ለምን፧
Սա թեյ է։ | Լավ է։
នេះជាតែ។ | ល្អ។
នេះជាតែ កាហ្វេ ។ល។ | ល្អ។
ဒါက လက်ဖက်ရည်။ | ကောင်းတယ်။
这是茶。 | 很好！ | 为什么？
他说：“停。” | 然后走了。
「走吧。」 | 他說。
“你好！”他说。 | 她笑了。
价格是3.5元。 | 很便宜。
好吧…… | 走吧。
真的吗？！ | 是的。
（这是旁白。） | 这不是。
「はい。」と言った。 | そして帰った。
「はい。」 | 彼は帰った。
お茶です。 | おいしい！ | なぜ？
차입니다. | 좋아요! | 왜요?
"네." | 그가 말했다.
3.5배입니다. | 많네요.
นี่คือชา อร่อยมาก
ນີ້ແມ່ນຊາ ແຊບຫຼາຍ
བོད་ཇ། | ཞིམ་པོ་འདུག།
Đây là trà. | Ngon lắm! | Vì sao?
TP. Hồ Chí Minh rất đẹp. | Tôi thích.
Ini teh. | Enak sekali!
Harganya Rp. 5.000. | Murah.
Hii ni chai. | Nzuri!
ეს ჩაია. | კარგია.
""".strip().splitlines()

TABLE = [line for line in [*ENGLISH, *OTHERS] if line]


def test_the_table_is_large() -> None:
    assert len(TABLE) > 140


@pytest.mark.parametrize("line", TABLE)
def test_sentences_end_where_their_readers_see_them_end(line: str) -> None:
    joint = "" if any("\u3000" <= char <= "\u9fff" for char in line) and "네" not in line else " "
    assert sentences_of(line.replace(" | ", joint)) == tuple(line.split(" | "))


@given(st.text(max_size=200))
def test_sentences_hold_every_character_in_order(text: str) -> None:
    assert "".join("".join(sentences_of(text)).split()) == "".join(text.split())


LONG = (
    "We walked along the quiet river until the evening came because nobody wanted to go home before the lights went on "
    "in the houses that stand on the other side of the old stone bridge which was built by monks in 1342 for the "
    "price of $1.2 million"
)


def test_a_long_sentence_without_commas_is_divided_where_a_phrase_begins() -> None:
    parts = [LONG[start:end] for start, end in speakable_spans(LONG)]
    assert " ".join(parts) == LONG
    assert len(parts) > 1
    assert {part.split()[0] for part in parts[1:]} <= {
        "because",
        "until",
        "before",
        "that",
        "which",
        "for",
        "on",
        "by",
        "in",
    }
    assert all(len(part.split()) > 3 for part in parts)


def test_a_clause_of_one_word_is_not_parted_from_a_long_sentence() -> None:
    first, *_ = [f"However, {LONG}"[start:end] for start, end in speakable_spans(f"However, {LONG}")]
    assert len(first.split()) > 3


@given(st.text(max_size=600))
def test_parts_hold_every_character_and_can_be_said_in_one_scene(text: str) -> None:
    sentence = " ".join(text.split())
    parts = [sentence[start:end] for start, end in speakable_spans(sentence)]
    assert "".join("".join(parts).split()) == "".join(sentence.split())
    assert all(estimated_seconds(part) <= LONGEST_SECONDS for part in parts)
