"""Models that give p(x) one value after the other: over pixels, colours, grey values, characters."""

from __future__ import annotations

from dataclasses import replace

from playground.catalog.model_card import ModelCard, Paper, Published, Recipe

EXPLICIT = ("log_prob", "conditionals", "sample")
# Window lengths of AR(k): dense where the window reaches the row above (25 to 29) and the one above that (54 to 57).
AR_WINDOWS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 22, 24, 25, 26, 27, 28, 29, 30, 32, 36, 40, 48, 54, 55, 56, 57)
# RNADE over points of the plane: an image of one row and two columns
_PLANE = {"height": 1, "width": 2, "hidden": 128, "components": 16, "center": 0.0, "scale": 1.5, "floor": 0.01}

# One paper for Row LSTM, Diagonal BiLSTM and PixelCNN, in black and white and in colour
_PIXEL_RNN = Paper(
    "van den Oord, Kalchbrenner, Kavukcuoglu", "Pixel Recurrent Neural Networks", "ICML 2016", "1601.06759"
)
# What the whole family of PixelRNN and PixelCNN is trained with; a card says what is its own.
_PIXEL_FAMILY = Recipe(batch_size=32, lr=3e-3, betas=(0.9, 0.95), weight_decay=1e-4, ema=0.999, clip=100.0, bf16=True)

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="bernoulli",
        name="Independent Bernoulli",
        path="playground.models.bernoulli:Bernoulli",
        stage="pixels",
        family="autoregressive",
        paper=Paper("", "Every pixel on its own: the baseline", ""),
        equation=r"p(x)=\prod_{i=1}^{D}\theta_i^{x_i}(1-\theta_i)^{1-x_i},\qquad \theta_i=\frac{n_i+1}{N+2}",
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=205.9,
        recipe=Recipe(data="grey", epochs=1, batch_size=1000),
    ),
    ModelCard(
        id="markov",
        name="Markov chain",
        path="playground.models.markov:Markov",
        stage="pixels",
        family="autoregressive",
        paper=Paper("", "Every pixel knows the one before it: first order along the raster", ""),
        equation=(
            r"p(x)=p(x_1)\prod_{i=2}^{D}p(x_i\mid x_{i-1}),\qquad "
            r"p(x_i=1\mid x_{i-1}=v)=\frac{n_{v1,i}+1}{n_{v,i}+2}"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=145.4,
        recipe=Recipe(data="grey", epochs=1, batch_size=1000),
        variants={"per_position": {}, "stationary": {"stationary": True}},
    ),
    ModelCard(
        id="ar_k",
        name="AR(28)",
        path="playground.models.ar_k:ARK",
        stage="pixels",
        family="autoregressive",
        paper=Paper("", "Logistic regression of each pixel on the k before it", ""),
        equation=(
            r"p(x)=\prod_{i=1}^{D}p(x_i\mid x_{i-k},\dots,x_{i-1}),\qquad "
            r"p(x_i=1\mid\cdot)=\sigma\!\Big(b_i+\sum_{j=1}^{k}w_{ij}\,x_{i-j}\Big),\quad k=28"
        ),
        capabilities=EXPLICIT,
        metrics=("nll", "nll_of_windows"),
        floor=105.0,
        recipe=Recipe(data="grey", epochs=1, batch_size=1000),
        config={"k": 28, "windows": AR_WINDOWS},
    ),
    ModelCard(
        id="fvsbn",
        name="FVSBN",
        path="playground.models.fvsbn:FVSBN",
        stage="pixels",
        family="autoregressive",
        paper=Paper(
            "Frey, Hinton, Dayan", "Does the Wake-Sleep Algorithm Produce Good Density Estimators?", "NIPS 1996"
        ),
        equation=(
            r"p(x_i=1\mid x_{<i})=\sigma\!\Big(b_i+\sum_{j<i}W_{ij}\,x_j\Big),\qquad "
            r"W\ \text{strictly lower triangular}"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=98.0,
        recipe=Recipe(epochs=50, batch_size=256, lr=5e-3, ema=0.999),
        published=(
            Published(97.45, "Larochelle, Murray 2011", "FIXED"),
            Published(96.58, "pytorch-generative", "DYNAMIC"),
        ),
    ),
    ModelCard(
        id="nade",
        name="NADE",
        path="playground.models.nade:NADE",
        stage="pixels",
        family="autoregressive",
        paper=Paper(
            "Larochelle, Murray", "The Neural Autoregressive Distribution Estimator", "AISTATS 2011", "1605.02226"
        ),
        equation=(
            r"h_i=\sigma\!\left(c+W_{:,<i}\,x_{<i}\right),\qquad "
            r"p(x_i=1\mid x_{<i})=\sigma\!\left(b_i+V_i\,h_i\right)"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=87.5,
        recipe=Recipe(epochs=10, batch_size=50, lr=4e-3, ema=0.999, clip=50.0),
        published=(
            Published(88.33, "Uria et al. 2016", "FIXED"),
            Published(85.65, "pytorch-generative", "DYNAMIC"),
        ),
    ),
    ModelCard(
        id="made",
        name="MADE",
        path="playground.models.made:MADE",
        stage="pixels",
        family="autoregressive",
        paper=Paper(
            "Germain, Gregor, Murray, Larochelle",
            "MADE: Masked Autoencoder for Distribution Estimation",
            "ICML 2015",
            "1502.03509",
        ),
        equation=(
            r"h=\mathrm{relu}\!\left((W\odot M)\,x+c\right),\qquad "
            r"p(x_i=1\mid x_{<i})=\sigma\!\left((V\odot M^{\text{out}})\,h+(A\odot M^{\text{dir}})\,x+b\right)_i,"
            r"\qquad M_{kj}=[m_k\ge m_j],\;\; M^{\text{out}}_{ik}=[m_i>m_k]"
        ),
        capabilities=EXPLICIT,
        metrics=("nll", "nll_averaged"),
        floor=88.0,
        recipe=Recipe(epochs=15, batch_size=256, lr=5e-3, ema=0.999, bf16=True),
        variants={
            "raster": {"hidden": (3000,), "orderings": ("raster",)},
            "orders": {"hidden": (2000,), "orderings": ("raster", "reversed", "column", "spiral", "random")},
        },
        published=(
            Published(88.40, "Germain et al. 2015, one mask", "FIXED"),
            Published(84.87, "pytorch-generative", "DYNAMIC"),
        ),
    ),
    ModelCard(
        id="row_lstm",
        name="Row LSTM",
        path="playground.models.row_lstm:RowLSTM",
        stage="pixels",
        family="autoregressive",
        paper=_PIXEL_RNN,
        equation=(
            r"[o,f,i,g]=[\sigma,\sigma,\sigma,\tanh]\left(K^{ss}*h_{\text{row above}}+K^{is}*x\right),\qquad "
            r"c=f\odot c_{\text{row above}}+i\odot g,\quad h=o\odot\tanh c"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=85.5,
        recipe=replace(_PIXEL_FAMILY, epochs=5),
        published=(Published(80.54, "van den Oord et al. 2016", "FIXED"),),
    ),
    ModelCard(
        id="diagonal_bilstm",
        name="Diagonal BiLSTM",
        path="playground.models.diagonal_bilstm:DiagonalBiLSTM",
        stage="pixels",
        family="autoregressive",
        paper=_PIXEL_RNN,
        equation=(
            r"[o,f,i,g]=[\sigma,\sigma,\sigma,\tanh]\left(K_1h_{\uparrow}+K_2h_{\leftarrow}+K^{is}x\right),\qquad "
            r"c=f\odot c_{\leftarrow}+i\odot g,\quad h=o\odot\tanh c,\qquad "
            r"y=h_{\searrow}+\mathrm{down}(h_{\swarrow})"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=85.0,
        recipe=replace(_PIXEL_FAMILY, epochs=12),
        published=(Published(79.20, "van den Oord et al. 2016", "FIXED"),),
    ),
    ModelCard(
        id="pixel_cnn",
        name="PixelCNN",
        path="playground.models.pixel_cnn:PixelCNN",
        stage="pixels",
        family="autoregressive",
        paper=_PIXEL_RNN,
        equation=(
            r"p(x_i=1\mid x_{<i})=\sigma\!\left(f_i(x)\right),\qquad "
            r"f=\text{convolutions with } W\odot M,\quad M_{\text{A}}:\,j<i,\; M_{\text{B}}:\,j\le i"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=84.5,
        recipe=replace(_PIXEL_FAMILY, epochs=32, batch_size=64, channels_last=True),
        published=(
            Published(81.30, "van den Oord et al. 2016", "FIXED"),
            Published(81.45, "pytorch-generative", "DYNAMIC"),
        ),
    ),
    ModelCard(
        id="gated_pixel_cnn",
        name="Gated PixelCNN",
        path="playground.models.gated_pixel_cnn:GatedPixelCNN",
        stage="pixels",
        family="autoregressive",
        paper=Paper(
            "van den Oord et al.", "Conditional Image Generation with PixelCNN Decoders", "NIPS 2016", "1606.05328"
        ),
        equation=(
            r"h_l=h_{l-1}+W_{1\times 1}\left[\tanh(a_1)\odot\sigma(a_2)\right],\qquad "
            r"a=W_{\to}*h_{l-1}+W_{1\times 1}\,\mathrm{down}\!\left(W_{\downarrow}*v_{l-1}\right)"
        ),
        capabilities=EXPLICIT,
        metrics=("nll",),
        floor=83.8,
        recipe=replace(_PIXEL_FAMILY, epochs=12, channels_last=True),
        published=(Published(81.50, "pytorch-generative", "DYNAMIC"),),
    ),
    ModelCard(
        id="char_rnn",
        name="char-RNN",
        path="playground.models.char_rnn:CharRNN",
        stage="text",
        family="autoregressive",
        paper=Paper("Graves", "Generating Sequences With Recurrent Neural Networks", "2013", "1308.0850"),
        equation=(
            r"h_t=\mathrm{LSTM}(c_{t-1},\,h_{t-1}),\qquad "
            r"p(c_t=k\mid c_{<t})=\frac{e^{(Vh_t)_k/T}}{\sum_j e^{(Vh_t)_j/T}}"
        ),
        capabilities=EXPLICIT,
        metrics=("nll_per_char", "ngram"),
        floor=1.60,
        config={"dropout": 0.25},
        recipe=Recipe(
            data="text", epochs=30, batch_size=32, lr=4e-3, weight_decay=1e-3, ema=0.998, clip=1.0, bf16=True
        ),
        published=(Published(1.4697, "nanoGPT, 10.7 M parameters"),),
    ),
    ModelCard(
        id="rnade",
        name="RNADE",
        path="playground.models.rnade:RNADE",
        stage="density",
        family="autoregressive",
        paper=Paper(
            "Uria, Murray, Larochelle",
            "RNADE: The real-valued neural autoregressive density-estimator",
            "NIPS 2013",
            "1306.0186",
        ),
        equation=(
            r"p(x_i\mid x_{<i})=\sum_{k=1}^{K}\pi_{ik}\,\mathcal N\!\left(x_i;\,\mu_{ik},\sigma_{ik}^2\right),\qquad "
            r"(\pi_i,\mu_i,\sigma_i)\;\text{from}\;h_i=\max\!\left(0,\;\rho_i\,(c+W_{<i}\,x_{<i})\right)"
        ),
        capabilities=("log_prob", "sample"),
        metrics=("density_nll",),
        floor=-730.0,
        recipe=Recipe(data="dequantized", epochs=4, batch_size=100, lr=2e-3, ema=0.999, clip=500.0),
        variants={
            "digits": {},
            "ring8": {**_PLANE, "data": "ring8"},
            "moons": {**_PLANE, "data": "moons"},
            "spiral": {**_PLANE, "data": "spiral"},
        },
        recipes=dict.fromkeys(("ring8", "moons", "spiral"), {"epochs": 40, "batch_size": 250, "lr": 4e-3}),
    ),
    ModelCard(
        id="pixel_cnn_rgb",
        name="PixelCNN in colour",
        path="playground.models.pixel_cnn_rgb:PixelCNNRGB",
        stage="colour",
        family="autoregressive",
        paper=_PIXEL_RNN,
        equation=(r"p(x)=\prod_{i}p(R_i\mid x_{<i})\;p(G_i\mid x_{<i},R_i)\;p(B_i\mid x_{<i},R_i,G_i)"),
        capabilities=EXPLICIT,
        metrics=("colour_nll",),
        floor=250.0,
        recipe=replace(
            _PIXEL_FAMILY,
            data="colour",
            epochs=9,
            batch_size=20,
            lr=4e-3,
            ema=0.9995,
            clip=200.0,
            channels_last=True,
        ),
    ),
)
