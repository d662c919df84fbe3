"""The bundled fonts."""

from __future__ import annotations

from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok
from bulkvid_pipeline.services.doctor.samples import SAMPLES

_MEND = (
    "Install the fonts again: `pip install --force-reinstall bulkvid-pipeline justmytype-western-core "
    "justmytype-intl-rtl justmytype-intl-cjk`"
)


def _fonts(_site: Site) -> Finding:
    from bulkvid_pipeline.rendering.pictures.typefaces import all_fonts, unwritable

    try:
        lacking = unwritable("".join(sample.line for sample in SAMPLES))
    except (FileNotFoundError, ModuleNotFoundError) as error:
        return broken(str(error), _MEND)
    if lacking:
        writings = [sample.writing for sample in SAMPLES if set(sample.line) & set(lacking)]
        return broken(f"No font has {' '.join(lacking[:10])} ({', '.join(writings)})", _MEND)
    families = {font.family for font in all_fonts()}
    return ok(f"{len(families)} families can write {len(SAMPLES)} writings, from Latin to Chinese and emoji")


def _modules(_site: Site) -> tuple[str, ...]:
    return ("bulkvid_pipeline.rendering.pictures.typefaces",)


CHECKS = grouped("fonts", Check("fonts", _fonts, _MEND, needs_settings=False, loads=_modules))
