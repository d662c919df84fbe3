"""How Marathi is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "mr",
    Words(
        dot="डॉट",
        at="ॲट",
        slash="स्लॅश",
        number="क्रमांक",
        point="पॉइंट",
        to="ते",
        ratio="गुणोत्तर",
        score="",
        out_of="छेद",
        minus="उणे",
        plus="अधिक",
        times="गुणिले",
        fold="पट",
        equals="बरोबर",
        about="सुमारे",
        ampersand="आणि",
        percent="टक्के",
    ),
    money={
        "INR": forms("रुपया", "रुपये"),
        "USD": forms("डॉलर"),
        "EUR": forms("युरो"),
        "GBP": forms("पाउंड"),
    },
    hundredth="पैसे",
    scales={"हजार": "हजार", "लाख": "लाख", "कोटी": "कोटी", "अब्ज": "अब्ज"},
    hour="{} वाजता",
    hour_and_minutes="{} वाजून {} मिनिटांनी",
    day_parts=("सकाळी", "दुपारी", "संध्याकाळी", "रात्री"),
    time_mark="वाजता",
    fractions={
        (1, 2): "अर्धा",
        (1, 3): "एक तृतीयांश",
        (2, 3): "दोन तृतीयांश",
        (1, 4): "पाव",
        (3, 4): "पाऊण",
    },
    over="छेद",
    compared=("{} पेक्षा कमी", "{} पेक्षा जास्त"),
    signs={"रु.": "INR", "रु": "INR"},
    units={"%": forms("टक्के"), "किमी": forms("किलोमीटर"), "कि.मी.": forms("किलोमीटर"), "किलो": forms("किलो")},
    abbreviations={"डॉ.": "डॉक्टर", "प्रा.": "प्राध्यापक", "vs": "विरुद्ध"},
)
