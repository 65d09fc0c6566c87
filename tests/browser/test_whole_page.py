"""The whole page in a real Chromium: every stage opens from its tab, beside all the others."""

from __future__ import annotations

import pytest

from playground.ui.stages import GROUPS


@pytest.mark.parametrize("group", GROUPS)
def test_every_stage_of_a_group_opens_on_the_whole_page(new_page, group):
    ids = [stage.id for stage in GROUPS[group]]
    page = new_page(f"/?tab={ids[-1]}")
    for stage in ids if len(ids) > 1 else []:
        page.click(f".pg-inner-tabs [role=tab][data-tab-id={stage}]:visible")
        page.wait_for_function(f"new URL(location).searchParams.get('tab') === '{stage}'")
        page.wait_for_selector(f"#pg-{stage} .pg-view", state="visible")
    page.wait_for_selector(f"#pg-{ids[-1]} .pg-view", state="visible")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "expected no sideways scrolling"
