from __future__ import annotations

from pathlib import Path

import pytest
import skia

from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.services.previews.template_preview import EDITED, THUMBNAIL, image_name, template_image
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline_tests.media_files import disc, encoded

MODERN = BUILT_IN_TEMPLATES["modern"]


def test_a_picture_is_painted_once_and_kept_by_what_it_shows(tmp_path: Path) -> None:
    cache = FolderCache(tmp_path, 2**30)
    first = template_image(MODERN, cache, THUMBNAIL)

    # Nobody wants it: it can only come from the cache.
    again = template_image(MODERN.model_copy(update={"name": "Other"}), cache, THUMBNAIL, lambda: False)

    assert first == again
    assert first[8:12] == b"WEBP"
    picture = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(first))
    assert (picture.width(), picture.height()) == (599, 264)


def test_a_picture_that_nobody_wants_any_more_is_not_painted() -> None:
    with pytest.raises(RenderCancelledError):
        template_image(MODERN, None, THUMBNAIL, lambda: False)


def test_another_logo_is_another_picture_and_other_music_is_not(tmp_path: Path) -> None:
    store = TemplateStore(tmp_path, "acme")
    assert store.project_folder is not None
    store.project_folder.mkdir(parents=True)
    logo = store.project_folder / "logo.png"
    names = []
    for side, music in ((20, "none"), (20, None), (21, None)):
        logo.write_bytes(encoded(disc(side)))
        document = {"settings": {"style": {"logo": "logo.png"}, "audio": {"background_music": music}}}
        names.append(image_name(store.pictured("draft", document), EDITED))

    assert names[0] == names[1] != names[2]
    assert image_name(MODERN, EDITED) != image_name(MODERN, THUMBNAIL)
