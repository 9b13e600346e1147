"""An AutoencoderKL from its folder."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
import torch

from segue.core.errors import InputError
from segue.models.foreign import Diffusers


@torch.no_grad()
def test_it_is_the_package_s_own_model(kl: Path) -> None:
    from diffusers import AutoencoderKL

    vae, model = AutoencoderKL.from_pretrained(kl, low_cpu_mem_usage=False).eval(), Diffusers(str(kl), size=32).open()
    x = torch.rand(2, 3, 32, 32)
    posterior = vae.encode(2 * x - 1).latent_dist
    z = model.encode(x)
    assert model.latent_shape == (4, 16, 16)
    torch.testing.assert_close(z, (posterior.mode() - 0.1) * 0.5)
    torch.testing.assert_close(model.decode(z), (vae.decode(posterior.mode()).sample / 2 + 0.5).clamp(0, 1))


@torch.no_grad()
def test_channels_have_scales_of_their_own(kl: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(kl, tmp_path / "kl")
    config = json.loads((folder / "config.json").read_text())
    mean, deviation = [0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]
    (folder / "config.json").write_text(json.dumps({**config, "latents_mean": mean, "latents_std": deviation}))
    x = torch.rand(1, 3, 16, 16)
    plain, scaled = (Diffusers(str(place), size=16).open() for place in (kl, folder))
    own = plain.encode(x) / 0.5 + 0.1
    columns = (torch.tensor(values)[:, None, None] for values in (mean, deviation))
    shift, spread = columns
    torch.testing.assert_close(scaled.encode(x), (own - shift) / spread * 0.5)
    torch.testing.assert_close(scaled.decode(scaled.encode(x)), plain.decode(plain.encode(x)), rtol=1e-4, atol=1e-4)


def test_what_is_no_such_model(kl: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere without a config\.json"):
        Diffusers(str(tmp_path / "nowhere")).open()
    folder = shutil.copytree(kl, tmp_path / "kl")
    weights = next(folder.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"expected a whole AutoencoderKL"):
        Diffusers(str(folder)).open()
    weights.rename(folder / "diffusion_pytorch_model.bin")  # a pickle, by its name: never read
    with pytest.raises(InputError, match=r"expected a whole AutoencoderKL"):
        Diffusers(str(folder)).open()
    (folder / "config.json").write_text(json.dumps({"_class_name": "UNet2DModel"}))
    with pytest.raises(InputError, match="of class UNet2DModel; expected AutoencoderKL"):
        Diffusers(str(folder)).open()
    (folder / "config.json").write_text("[]")
    with pytest.raises(InputError, match=r"without a config\.json"):
        Diffusers(str(folder)).open()


def test_the_package_is_an_extra(kl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "diffusers", None)
    with pytest.raises(InputError, match=r"pip install segue\[diffusers\]"):
        Diffusers(str(kl)).open()
