from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.rendering.spoken.saying import said


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        # money
        ("$42.5 million", "42.5 million dollars"),
        ("It costs $1, not $5.", "It costs one dollar, not 5 dollars."),
        ("€5.10 or 5 €", "5 euros and 10 cents or 5 euros"),
        ("$5k and £3bn", "5 thousand dollars and 3 billion pounds"),
        ("$1.2bn, $500K and €3 Mrd", "1.2 billion dollars, 500 thousand dollars and 3 billion euros"),
        ("$1,234,567", "1234567 dollars"),
        ("$1,234.50 and $0.99", "1234 dollars and 50 cents and 99 cents"),
        ("R$ 1.234,56 or R$ 4,50", "1234 reais and 56 centavos or 4 reais and 50 centavos"),
        ("₹1,00,000 a year, ₹2,50,000", "one lakh rupees a year, 2 lakh 50 thousand rupees"),
        ("₹2.5 crore, Rs. 500, Rs 8,333", "2.5 crore rupees, 500 rupees, 8333 rupees"),
        ("¥500 ₽500 ₺50 ₱50 ₩900 ₦70 ₫90", "500 yen 500 rubles 50 lira 50 pesos 900 won 70 naira 90 dong"),
        ("₪5, ฿6, ₴7, 8 zł, 9 kč, 10 kr", "5 shekels, 6 baht, 7 hryvnias, 8 zlotys, 9 koruny, 10 kronor"),
        ("CHF 1'234.50, 5 USD, A$7", "1234 Swiss francs and 50 centimes, 5 US dollars, 7 Australian dollars"),
        ("-$5 or $10-$15", "minus 5 dollars or 10 to 15 dollars"),
        ("$5/month, $20/hr, €3/kg", "5 dollars per month, 20 dollars per hour, 3 euros per kilogram"),
        # numbers, ranges, ratios, versions
        ("10-15 kg, 10%-15%, pages 3–7", "10 to 15 kilograms, 10 to 15 percent, pages 3 to 7"),
        ("10-20 min", "10 to 20 minutes"),
        (
            "25 min. later, min. 5, 180°C/350°F",
            "25 minutes later, minimum 5, 180 degrees Celsius 350 degrees Fahrenheit",
        ),
        ("$20M–$30M, $500K-$1M", "20 to 30 million dollars, 500 thousand to 1 million dollars"),
        ("1/2 tsp salt, 2 1/2 tbsp oil", "one half teaspoon salt, 2 and a half tablespoons oil"),
        (
            "1939-1945, 2000 steps, the 2024 plan",
            "nineteen thirty-nine to nineteen forty-five, 2000 steps, the twenty twenty-four plan",
        ),
        ("10 - 15 minutes, 5 - 3 = 2", "10 to 15 minutes, 5 minus 3 equals 2"),
        ("x > 5, use > 5 eggs", "x is more than 5, use more than 5 eggs"),
        ("16:9 and 3:1, a 3-1 win", "16 to 9 and 3 to 1, a 3 to 1 win"),
        ("version 3.2.1 or v2.0", "version 3 point 2 point 1 or V 2 point 0"),
        ("10 000 people, 1,234 people", "10000 people, 1234 people"),
        (
            "1/2 cup, ½ cup, 2 1/2 cups, 2½, ¾",
            "one half cup, one half cup, 2 and a half cups, 2 and a half, three quarters",
        ),
        ("Rated 4.5/5 and 9/10", "Rated 4.5 out of 5 and 9 out of 10"),
        ("the 1st, 2nd, 3rd, 12th and 21st", "the first, second, third, twelfth and twenty-first"),
        ("5M users, 10K steps", "5 million users, 10K steps"),
        # phones
        ("Call 555-0142", "Call 5 5 5, 0 1 4 2"),
        ("555-123-4567 or 1-800-555-0199", "5 5 5, 1 2 3, 4 5 6 7 or 1, 8 0 0, 5 5 5, 0 1 9 9"),
        ("(020) 7946 0958", "0 2 0, 7 9 4 6, 0 9 5 8"),
        ("+49 30 1234567", "plus 4 9, 3 0, 1 2 3 4 5 6 7"),
        ("400-820-0199", "4 0 0, 8 2 0, 0 1 9 9"),
        ("500-1000 words", "500 to 1000 words"),
        # times and dates
        ("at 9:00, 10:30, 9:05", "at 9 o'clock, 10 30, 9 oh 5"),
        ("open 10:00am", "open 10 AM"),
        ("at 4 p.m. we, by 7PM", "at 4 PM we, by 7 PM"),
        ("7-9pm, 10:30-11:45, 7 AM – 9 PM", "7 to 9 PM, 10 30 to 11 45, 7 AM to 9 PM"),
        ("on 2024-05-03", "on May third, twenty twenty-four"),
        (
            "12/24/2024 and 24/12/2024",
            "December twenty-fourth, twenty twenty-four and December twenty-fourth, twenty twenty-four",
        ),
        ("Meet on 01/02/2024.", "Meet on January second, twenty twenty-four."),
        ("24.12.2024", "December twenty-fourth, twenty twenty-four"),
        ("May 5, 2024 or Jan. 3", "May fifth, twenty twenty-four or January third"),
        ("In 1956", "In nineteen fifty-six"),
        ("since 1905 and in 1900", "since nineteen oh five and in nineteen hundred"),
        ("in 2008, by 2024", "in two thousand eight, by twenty twenty-four"),
        ("the 1990s, the '90s, the 80s", "the nineteen nineties, the nineties, the eighties"),
        ("the 1920s", "the nineteen twenties"),
        # Roman numerals
        ("World War II", "World War two"),
        ("Henry VIII and Elizabeth I", "Henry the eighth and Elizabeth the first"),
        ("Louis XIV, Pope John Paul II", "Louis the fourteenth, Pope John Paul the second"),
        ("Read chapter IV of Rocky III", "Read chapter four of Rocky three"),
        ("the XIX century", "the nineteenth century"),
        # units and signs
        (
            "5 kg, 1 km, 20°C, -12 °C, 68 °F",
            "5 kilograms, one kilometer, 20 degrees Celsius, minus 12 degrees Celsius, 68 degrees Fahrenheit",
        ),
        ("90 km/h, 5 m², 8 GB", "90 kilometers per hour, 5 square meters, 8 gigabytes"),
        ("7.5 l/100 km and 3 kWh", "7.5 liters per 100 kilometers and 3 kilowatt hours"),
        ("50 % and 3 ‰", "50 percent and 3 per mille"),
        ("~5 eggs, ≈ 5, > 5, < 5, ±5", "about 5 eggs, about 5, more than 5, less than 5, plus or minus 5"),
        ("1+1=2", "1 plus 1 equals 2"),
        ("3 × 4 = 12", "3 times 4 equals 12"),
        ("1920x1080 and 4x faster", "1920 by 1080 and 4 times faster"),
        ("salt & pepper, AT&T", "salt and pepper, AT and T"),
        # abbreviations and names
        ("24/7 help", "24 7 help"),
        ("e.g. tea vs. coffee", "for example tea versus coffee"),
        ("Mr. and Mrs. Smith w/ tea, i.e. etc.", "Mister and Missis Smith with tea, that is et cetera."),
        ("Dr. Smith is No. 5 and #1, № 3", "Doctor Smith is number 5 and number 1, number 3"),
        ("J. K. Rowling and George W. Bush", "J K Rowling and George W Bush"),
        ("the U.S. team", "the U S team"),
        ("COVID-19, GPT-4, SAVE-20", "COVID 19, GPT 4, SAVE 20"),
        ("the FAQ in C++ or C#", "the F.A.Q in C plus plus or C sharp"),
        # addresses
        ("Visit https://www.example.com/a/b?x=1&y=2.", "Visit example dot com slash a slash b."),
        ("see example.com today", "see example dot com today"),
        ("mail first_last@example.com.", "mail first underscore last at example dot com."),
        ("@tea_time and #TeaBreak2024", "at tea underscore time and hashtag Tea Break 2024"),
        ("open plan_v2.xlsx", "open plan underscore v2 dot xlsx"),
        # silent
        ("I ❤️ this 🧠👨‍👩‍👧!", "I this !"),
        ("now — or never", "now, or never"),
        ("*bold* and `code` and snake_case", "bold and code and snake case"),
    ],
)
def test_english_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert said(written, "en-us") == spoken


@pytest.mark.parametrize(
    "text",
    [
        "1500 people",
        "2024-99-99",
        "Agent 007 and 18 percent",
        "MP3, G20, A4 and 4K",
        "a 10-year-old, Wi-Fi, self-care",
        "Malcolm X and Vitamin C",
        "I think Mary I know was here",
        "The IV drip",
        "Boeing 747, Route 66",
        "no. He said no",
        "It is a mix of tea, not a must",
        "Он сказал: 5 яблок, 北京 5",
    ],
)
def test_what_needs_no_other_words_is_left_alone(text: str) -> None:
    assert said(text, "en-us") == text


def test_british_english_has_the_day_first() -> None:
    assert said("12/05/2024", "en-us") == "December fifth, twenty twenty-four"
    assert said("12/05/2024", "en-gb") == "the twelfth of May, twenty twenty-four"
    assert said("5 km", "en-gb") == "5 kilometres"
