"""The same numbers on an accelerator as on the CPU. Runs wherever CUDA is present."""

import pytest
import torch

import playground
from playground import catalog

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

LOGIT_TOLERANCE = 1e-2  # sums over 784 pixels and 15 blocks in float32
PIXEL_TOLERANCE = 2e-3  # of an image in [0, 1]


@pytest.fixture(autouse=True)
def whole_single_precision(monkeypatch):
    """Convolutions in float32: by default cuDNN rounds their inputs to TF32, ten bits, which moves pixels by 0.01."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


@pytest.fixture
def x():
    return (torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0)) < 0.15).float()


@pytest.mark.parametrize(
    "id", [card.id for card in catalog.CARDS if "log_prob" in card.capabilities and card.stage == "pixels"]
)
def test_log_prob_and_samples_agree(id, x):
    here, there = playground.load(id, "cpu"), playground.load(id, "cuda")
    torch.testing.assert_close(there.log_prob(x.cuda()).cpu(), here.log_prob(x), atol=LOGIT_TOLERANCE, rtol=1e-4)
    uniforms = torch.rand(2, 784, generator=torch.Generator().manual_seed(1))
    # A pixel whose u lies within rounding of its p may fall the other way and change what follows; the seed has none.
    assert torch.equal(there.sample(2, uniforms=uniforms).cpu(), here.sample(2, uniforms=uniforms))


@pytest.mark.parametrize("id", [card.id for card in catalog.CARDS if "encode" in card.capabilities])
def test_codes_and_decodes_agree(id, x):
    here, there = playground.load(id, "cpu"), playground.load(id, "cuda")
    mu = here.encode(x).mu
    torch.testing.assert_close(there.encode(x.cuda()).mu.cpu(), mu, atol=1e-3, rtol=1e-3)
    torch.testing.assert_close(there.decode(mu.cuda()).cpu(), here.decode(mu), atol=PIXEL_TOLERANCE, rtol=0)


def test_infogan_and_judge_agree():
    here, there = playground.load("infogan", "cpu"), playground.load("infogan", "cuda")
    z, codes = here.draw(16, torch.Generator().manual_seed(0))
    images = here.generate(z, **codes._asdict())
    moved = there.generate(z.cuda(), **{name: code.cuda() for name, code in codes._asdict().items()}).cpu()
    torch.testing.assert_close(moved, images, atol=PIXEL_TOLERANCE, rtol=0)
    verdict = playground.load("judge", "cuda").classify(images.cuda()).cpu()
    torch.testing.assert_close(verdict, playground.load("judge").classify(images), atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("id", "variant"), [("progan", None), *(("dcgan", name) for name in catalog.variants("dcgan"))], ids=str
)
def test_image_generators_agree(id, variant):
    here, there = playground.load(id, "cpu", variant=variant), playground.load(id, "cuda", variant=variant)
    z = torch.randn(16, here.z_dim, generator=torch.Generator().manual_seed(0))
    images = here.generate(z)
    torch.testing.assert_close(there.generate(z.cuda()).cpu(), images, atol=PIXEL_TOLERANCE, rtol=0)
    torch.testing.assert_close(there.logits(images.cuda()).cpu(), here.logits(images), atol=LOGIT_TOLERANCE, rtol=1e-3)
