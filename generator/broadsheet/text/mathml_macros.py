"""Macros that abstracts use without a definition: packages, units, operators, habits."""

import re

_OPERATORS = (
    "Argmin Argmax diag Diag tr Tr rank Rank poly polylog sgn sign supp Var var Cov cov KL softmax "
    "Softmax ReLU vol conv dist prox dom relint Span span im Ker Hom Aut End Ext Tor Spec Id id arcsinh "
    "arccosh arctanh lcm nnz corr Corr std MSE SNR TV Law Unif Ber"
)
_UNITS = "pc kpc Mpc Gpc eV keV MeV GeV TeV PeV erg yr Myr Gyr Hz kHz MHz GHz THz cm mm nm kpch dex mas"

MACROS: dict[str, str] = {
    # packages that math-core does not have
    "mathds": r"\mathbb{#1}", "mathbbm": r"\mathbb{#1}", "bbm": r"\mathbb{#1}", "mathbbold": r"\mathbb{#1}",
    "pmb": r"\boldsymbol{#1}", "vb": r"\mathbf{#1}", "mbox": r"\text{#1}", "hbox": r"\text{#1}",
    "textup": r"\text{#1}", "textnormal": r"\text{#1}", "textsubscript": r"_{\text{#1}}",
    "textsuperscript": r"^{\text{#1}}", "ensuremath": "#1", "smash": "#1", "sfrac": r"{#1}/{#2}",
    "nicefrac": r"{#1}/{#2}", "substack": r"\begin{matrix}#1\end{matrix}", "raisebox": "#2", "boxed": "#1",
    "SI": r"#1\,\mathrm{#2}", "qty": r"#1\,\mathrm{#2}", "num": "#1", "unit": r"\mathrm{#1}", "si": r"\mathrm{#1}",
    "xspace": "", "protect": "", "noindent": "", "textcolor": "#2", "color": "",
    "norm": r"\lVert #1\rVert", "abs": r"\lvert #1\rvert", "inner": r"\langle #1,#2\rangle",
    "expval": r"\langle #1\rangle",
    "Tilde": r"\tilde{#1}", "Hat": r"\hat{#1}", "Bar": r"\bar{#1}", "Vec": r"\vec{#1}", "Dot": r"\dot{#1}",
    # text macros that wander into formulas
    "AA": r"\text{Å}", "r": r"\mathring{#1}", "angstrom": r"\text{Å}", "textdegree": r"\text{°}", "degr": r"\text{°}",
    "textmu": r"\mu", "textgreater": ">", "textless": "<", "textasciitilde": r"\sim",
    "textendash": r"\text{–}", "textemdash": r"\text{—}", "mathendash": r"\text{–}", "textquotesingle": "'",
    "ie": r"\text{i.e.}", "etal": r"\text{et al.}", "iid": r"\text{i.i.d.}",
    "wrt": r"\text{w.r.t.}", "st": r"\text{s.t.}",
    "arcdeg": r"\text{°}", "upmu": r"\text{µ}", "lambdabar": r"\text{ƛ}", "slash": "/", "rlap": "#1", "llap": "#1",
    # habits
    "Q": r"\mathbb{Q}", "C": r"\mathbb{C}",
    "F": r"\mathbb{F}", "E": r"\mathbb{E}", "P": r"\mathbb{P}", "eps": r"\epsilon", "veps": r"\varepsilon",
    "vphi": r"\varphi", "half": r"\tfrac{1}{2}", "dd": r"\mathrm{d}", "given": r"\mid", "defeq": r"\coloneqq",
    "gsim": r"\gtrsim", "lsim": r"\lesssim", "simgt": r"\gtrsim", "simlt": r"\lesssim",
    "thicksim": r"\sim", "varpropto": r"\propto", "lapprox": r"\lessapprox", "gapprox": r"\gtrapprox",
    "ga": r"\gtrsim", "la": r"\lesssim", "SO": r"\mathrm{SO}", "SU": r"\mathrm{SU}", "SE": r"\mathrm{SE}",
    "GL": r"\mathrm{GL}", "SL": r"\mathrm{SL}",
    # astronomy
    "sun": r"\odot", "Msun": r"M_{\odot}", "msun": r"M_{\odot}", "Msolar": r"M_{\odot}", "Lsun": r"L_{\odot}",
    "lsun": r"L_{\odot}", "Rsun": r"R_{\odot}", "rsun": r"R_{\odot}", "Zsun": r"Z_{\odot}", "zsun": r"Z_{\odot}",
    "Mstar": r"M_{*}", "Mjup": r"M_{\mathrm{Jup}}", "Mearth": r"M_{\oplus}", "Rearth": r"R_{\oplus}",
    "earth": r"\oplus", "jupiter": r"\mathrm{Jup}",
    "kms": r"\mathrm{km\,s^{-1}}", "arcsec": r"\text{″}", "arcmin": r"\text{′}", "farcs": r"\text{″.}",
    "farcm": r"\text{′.}", "fdg": r"\text{°.}", "muas": r"\mu\mathrm{as}", "uas": r"\mu\mathrm{as}",
    "micron": r"\mu\mathrm{m}", "mum": r"\mu\mathrm{m}", "Teff": r"T_{\mathrm{eff}}", "teff": r"T_{\mathrm{eff}}",
    "logg": r"\log g", "vsini": r"v\sin i", "feh": r"\mathrm{[Fe/H]}", "lcdm": r"\Lambda\mathrm{CDM}",
    "LCDM": r"\Lambda\mathrm{CDM}", "pistroke": r"\pi\!\!\!/",
    **{name: rf"\operatorname{{{name}}}" for name in _OPERATORS.split()},
    **{name: rf"\mathrm{{{name}}}" for name in _UNITS.split()},
}  # fmt: skip

# Names that follow a convention instead of a table, e.g. math_commands.tex of Goodfellow et al. and its many copies.
_CONVENTIONS = (
    (re.compile(r"(?:bb|mathbb)([A-Z])"), r"\\mathbb{\1}"),
    (re.compile(r"(?:c|mc|cal)([A-Z])"), r"\\mathcal{\1}"),
    (re.compile(r"(?:f|mf|frak)([A-Z])"), r"\\mathfrak{\1}"),
    (re.compile(r"(?:b|m|v|r|bf|bs|bm|rv|mat|vec)([A-Za-z])"), r"\\mathbf{\1}"),
    (re.compile(r"([A-Za-z])"), r"{\1}"),
    (re.compile(r"([A-Za-z]+)"), r"\\mathrm{\1}"),
)


def guess(name: str) -> str:
    """Return the likeliest meaning of an unknown macro without an argument."""
    for pattern, meaning in _CONVENTIONS:
        if match := pattern.fullmatch(name):
            return match.expand(meaning)
    return ""
