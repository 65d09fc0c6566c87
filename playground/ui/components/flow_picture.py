"""An objective as a picture of its data flow: forwards from noise and data, and back from a loss to who learns from it.

    FlowPicture("infogan", elem_id="codes-flow")             # ids: the keys of `ui.flows.FLOWS`

That is all; nothing is asked of the server. A model with several variants (the four losses of "dcgan", "lambda_1" and
"lambda_0" of "infogan") gets a row of buttons for them, or none with `variants=False` or where `only="wgan_gp"` names
one. link=("codes", "flow"): the chosen loss stands in the URL as this field of the stage, which declares it by

    FIELDS = {..., "flow": Field("choice", "D", choices=flows.choices("infogan"))}

A handler may choose with `{"picture": "wgan_gp", "loss": "G"}`, either of them alone too. Other components of the same
tab use the element's own interface:

    const flow = document.querySelector('#codes-flow .pg-flow');
    flow.show({picture: 'lambda_0', loss: 'I'});
    flow.addEventListener('pg-flow', (event) => event.detail);      // {picture, loss}, after each choice of a visitor

Keys: left and right choose the loss.
"""

from __future__ import annotations

from playground.ui.components.base import CanvasComponent
from playground.ui.flows import FLOWS

TEMPLATE = """<div class="pg-flow" role="group" data-t-label="flow.label">
<div class="pg-flow-variants" role="group" data-t-label="flow.variants"></div>
<div class="pg-flow-losses" role="radiogroup" data-t-label="flow.losses"></div>
<p class="pg-flow-formula"></p>
<div class="pg-flow-drawing"><svg role="img"></svg></div>
<p class="pg-flow-said" role="status" aria-live="polite"></p>
<p class="pg-flow-note"></p>
<ul class="pg-flow-legend"></ul>
</div>"""


class FlowPicture(CanvasComponent):
    """The pictures of one model; see the module docstring."""

    def __init__(
        self,
        id: str,
        value: dict | None = None,
        *,
        only: str | None = None,
        variants: bool = True,
        link: tuple[str, str] | None = None,
        **kwargs: object,
    ) -> None:
        """Raises `KeyError` for a model or a variant without a picture."""
        pictures = {only: FLOWS[id][only]} if only else FLOWS[id]
        constants = {
            "PICTURES": {name: picture.spec() for name, picture in pictures.items()},
            "VARIANTS": variants and len(pictures) > 1,
            "LINK": link,
        }
        super().__init__("flow_picture", value, template=TEMPLATE, constants=constants, **kwargs)
