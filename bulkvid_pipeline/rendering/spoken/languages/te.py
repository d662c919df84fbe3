"""How Telugu is read."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken.counting import forms
from bulkvid_pipeline.rendering.spoken.indic import indian_readings
from bulkvid_pipeline.rendering.spoken.readings import Words

READINGS = indian_readings(
    "te",
    Words(
        dot="డాట్",
        at="ఎట్",
        slash="స్లాష్",
        number="నంబర్",
        point="పాయింట్",
        to="నుండి",
        ratio="నిష్పత్తి",
        score="",
        out_of="బై",
        minus="మైనస్",
        plus="ప్లస్",
        times="ఇంటూ",
        equals="సమానం",
        about="సుమారు",
        ampersand="మరియు",
        percent="శాతం",
    ),
    money={
        "INR": forms("రూపాయి", "రూపాయలు"),
        "USD": forms("డాలర్", "డాలర్లు"),
        "EUR": forms("యూరో", "యూరోలు"),
        "GBP": forms("పౌండ్", "పౌండ్లు"),
    },
    hundredth="పైసలు",
    scales={
        "వేలు": "వేల",
        "లక్షలు": "లక్షల",
        "కోట్లు": "కోట్ల",
        "వేల": "వేల",
        "లక్షల": "లక్షల",
        "కోట్ల": "కోట్ల",
        "లక్ష": "లక్ష",
        "కోటి": "కోటి",
    },
    hour="{} గంటలు",
    hour_and_minutes="{} గంటల {} నిమిషాలు",
    day_parts=("ఉదయం", "మధ్యాహ్నం", "సాయంత్రం", "రాత్రి"),
    time_mark="గంటలకు|గంటలు",
    fractions={
        (1, 2): "సగం",
        (1, 3): "మూడో వంతు",
        (2, 3): "మూడింట రెండు వంతులు",
        (1, 4): "పావు",
        (3, 4): "ముప్పావు",
    },
    over="బై",
    compared=("{} కంటే తక్కువ", "{} కంటే ఎక్కువ"),
    signs={"రూ.": "INR", "రూ": "INR"},
    units={"%": forms("శాతం"), "కి.మీ.": forms("కిలోమీటర్లు"), "కిమీ": forms("కిలోమీటర్లు")},
    abbreviations={"డా.": "డాక్టర్"},
)
