"""What the source says, and what of that is borne out."""

from __future__ import annotations

from segue.commands.studies.transitions import format_interval
from segue.commands.studies.workspace import Numbers
from segue.render.report import Claim, Verdict, judge, judge_conditions

READ = 200 / 3  # percent of samples to be read with confidence


def judge_claims(numbers: Numbers) -> tuple[Claim, ...]:
    """The claims, each judged by a rule that it states."""
    ae, vae = numbers["spaces"]["AE"], numbers["spaces"]["VAE"]
    ways, less = numbers["between"]["ways"], numbers["between"]["vae less ae"]
    middle = {name: ways[name]["resembles"] for name in ("AE", "VAE")}
    drawn = {name: numbers["samples"][f"{name}, N(0, I)"] for name in ("AE", "VAE")}
    errors = {int(latent): of["training"] for latent, of in numbers["sizes"]["VAE"].items()}
    return (
        Claim(
            "larger-codes",
            "With a large latent space we should expect a higher reconstruction error on the training data.",
            "The VAE's error on training digits, in nats: "
            + ", ".join(f"{error:.1f} with {latent}" for latent, error in errors.items())
            + ". Confirmed where it is highest with the longest code; with a condition, where that has 2 % more than "
            "the best.",
            judge_larger_codes(errors),
        ),
        Claim(
            "clustered",
            "A lack of regularisation results in a clustered latent space for AEs.",
            f"Purity: AE {ae['purity']:.3f}, VAE {vae['purity']:.3f}. Silhouette: AE {ae['silhouette']:.3f}, VAE "
            f"{vae['silhouette']:.3f}. Confirmed where the AE has more of both; of one, with a condition.",
            judge_conditions(ae["purity"] > vae["purity"], ae["silhouette"] > vae["silhouette"]),
        ),
        Claim(
            "overlap",
            "In VAEs the regularisation encourages maximum overlap of the returned distributions.",
            f"Purity of draws from the VAE's posteriors {vae['purity of draws']:.3f}, of the AE's codes "
            f"{ae['purity']:.3f}. Overlap on the plane: VAE {vae['overlap']:.3f}, AE {ae['overlap']:.3f}. Confirmed "
            "where draws are less pure and overlap is larger; one of these, with a condition.",
            judge_conditions(vae["purity of draws"] < ae["purity"], vae["overlap"] > ae["overlap"]),
        ),
        Claim(
            "near",
            "The regularisation prevents the model from encoding data far apart in the latent space.",
            f"Two codes are {vae['distance']:.1f} apart in the VAE, {ae['distance']:.1f} in the AE. Confirmed where "
            "they are nearer in the VAE.",
            judge(vae["distance"] < ae["distance"]),
        ),
        Claim(
            "zero-spreads",
            "The digit 0 is not confined to a specific region but distributed across regions where "
            "digits are similar to zero.",
            f"In the VAE {1 - vae['purity of 0']:.1%} of the neighbours of 0s are other digits, in the AE "
            f"{1 - ae['purity of 0']:.1%}. Confirmed from 10 % on, and more than in the AE; more alone, with a "
            "condition.",
            judge_zero_spreads(vae["purity of 0"], ae["purity of 0"]),
        ),
        Claim(
            "vae-blends",
            "In the VAE, images in the middle resemble a blend of 2 and 6.",
            f"{format_interval(middle['VAE']['both'], 0)} % resemble both, in the AE "
            f"{format_interval(middle['AE']['both'], 0)} %. "
            "Confirmed from half on, and more than in the AE beyond doubt; one of these, with a condition.",
            judge_conditions(middle["VAE"]["both"][0] >= 50, middle["VAE"]["both"][1] > middle["AE"]["both"][2]),
        ),
        Claim(
            "ae-does-not",
            "In the AE, the images between only resemble one of 2 or 6, or lack inspiration from either.",
            f"{middle['AE']['one'][0]:.0f} % resemble one, {middle['AE']['neither'][0]:.0f} % neither; in the VAE "
            f"{middle['VAE']['one'][0]:.0f} and {middle['VAE']['neither'][0]:.0f} %. Confirmed where both make half "
            "or more, and more than in the VAE beyond doubt; one of these, with a condition.",
            judge_conditions(100 - middle["AE"]["both"][0] >= 50, middle["AE"]["both"][2] < middle["VAE"]["both"][1]),
        ),
        Claim(
            "smooth",
            "Another distinction of VAEs from AEs is the smooth interpolation between two encoded points.",
            f"VAE less AE: distance x1000 of the middle third to real digits {format_interval(less['distance'])}, "
            "largest step "
            f"{format_interval(less['step'], 3)}. Confirmed where both are less beyond doubt; one, with a condition.",
            judge_conditions(less["distance"][2] < 0, less["step"][2] < 0),
        ),
        Claim(
            "new-digits",
            "The goal is to generate images that resemble MNIST digits; the source shows a row of the "
            "VAE's beside a row of the AE's.",
            f"Codes drawn from N(0, I) are read with confidence in {format_interval(drawn['VAE']['sure'], 0)} % with "
            "the VAE, "
            f"{format_interval(drawn['AE']['sure'], 0)} % with the AE. Confirmed where the VAE has two thirds or "
            "more, and more "
            "than the AE beyond doubt; one of these, with a condition.",
            judge_conditions(drawn["VAE"]["sure"][0] >= READ, drawn["VAE"]["sure"][1] > drawn["AE"]["sure"][2]),
        ),
    )


def judge_larger_codes(errors: dict[int, float]) -> Verdict:
    """By the error of reconstruction with codes of each length."""
    last = errors[max(errors)]
    return judge(last >= max(errors.values()), last > 1.02 * min(errors.values()))


def judge_zero_spreads(vae: float, ae: float) -> Verdict:
    """By the purity of the 0s in both models."""
    return judge(vae < min(ae, 0.9), vae < ae)
