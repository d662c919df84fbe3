"""How Bosnian is read: as Croatian, with other names of months."""

from __future__ import annotations

from dataclasses import replace

from bulkvid_pipeline.rendering.spoken.languages.hr import OTHER_MONTHS, date_in
from bulkvid_pipeline.rendering.spoken.languages.hr import READINGS as _CROATIAN

READINGS = replace(_CROATIAN, locale="bs_Latn", date=date_in(OTHER_MONTHS))
