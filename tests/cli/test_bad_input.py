"""Whatever is wrong: exit code 2, one clear last line, no traceback, and no file made or changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

Check = Callable[[str, str], None]

CLIPS = [
    ("none.mp4", "which does not exist"),
    ("photos", "a directory"),
    ("text.mp4", "text.mp4"),
    ("cut.mp4", "cut off"),
    ("dot.gif", "1x1"),
    ("empty.mp4", "empty file"),
    ("frameless.gif", "frameless.gif"),
    ("sound.mp4", "no picture"),
]


@pytest.mark.parametrize(("clip", "says"), CLIPS)
def test_join_clips(clip: str, says: str, check: Check) -> None:
    check(f"join {clip} good.mp4 -o out.mp4", says)
    check(f"join good.mp4 {clip} -o new/out.mp4", says)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--seconds 0", "0.04 to 60"),
        ("--seconds -1", "0.04 to 60"),
        ("--seconds 1e9", "0.04 to 60"),
        ("--seconds nan", "a number"),
        ("--seconds inf", "a number"),
        ("--seconds soon", "a number"),
        ("--minutes 0", "0.01 to 10000"),
        ("--minutes -3", "0.01 to 10000"),
        ("--seed -1", "0 to"),
        ("--seed 0.5", "an int"),
        ("--steps 0", "1 to"),
        ("--steps -10", "1 to"),
        ("--width 0", "2 to"),
        ("--latent 0", "1 to"),
        ("--latent 99999999999", "1 to"),
        ("--fps 0", "1 to 240"),
        ("--fps 1e6", "1 to 240"),
        ("--size 0x0", "16 to 8192"),
        ("--size -48x64", "16 to 8192"),
        ("--size 99999x64", "16 to 8192"),
        ("--size 48", "two"),
        ("--size 48x64x32", "two"),
        ("--size large", "an int"),
        ("--fit crp", "try crop"),
        ("--path sleerp", "try slerp"),
        ("--style mroph", "try morph"),
        ("--style morph:smoth=2", "try smooth"),
        ("--style morph:smooth=0", "0.1 to 50"),
        ("--style melt:turn=2", "0.01 to 1"),
        ("--style dream:turn=1", "turn"),
        ("--mode overlp", "try overlap"),
        ("--mode overlap", "try fewer --seconds, or --mode=insert"),
        ("--audio mx", "try mix"),
        ("--method vea", "try vae"),
        ("--method vae:bta=2", "try beta"),
        ("--method vae:beta=-2", "vae:beta"),
        ("--sceonds 2", "try --seconds, or segue "),
        ("-o out.avi", ".mp4, .mov, .mkv, .webm"),
        ("-o out --codec h264", ".mp4 or .mov or .mkv"),
        ("-o plain/out.mp4", "cannot be written"),
        ("-o film.mp4", "no plain file"),
        ("-o good.mp4", "one of the clips"),
        ("-o ./photos/../good.mp4", "one of the clips"),
        ("-o still.mp4 --sheet", "one of the clips"),
    ],
)
def test_join_options(options: str, says: str, check: Check) -> None:
    out = "" if "-o " in options else "-o new/out.mp4"
    check(f"join good.mp4 still.png {out} {options}", says)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        *((clip, says) for clip, says in CLIPS if clip != "photos"),
        ("mnits", "try mnist"),
        ("fashion_mnist", "fashion-mnist"),
        ("worlds:pol", "try worlds:pole"),
        ("worlds:pole:colour=red", "try color"),
        ("worlds:pole:color=rde", "try red"),
        ("none/photos.npz", "which does not exist"),
        ("no_photos", "without images"),
        ("unfinished", "without images"),
        ("none.zip", "without images"),
        ("text.zip", "text.zip"),
        ("cut_photos", "9.png"),
        ("cut.zip", "9.png"),
        ("nan.npz", "NaN or infinity in image 5"),
        ("nan.npy", "NaN or infinity in image 5"),
        ("mixed.npz", "train images (1, 6, 6) and test images (3, 6, 6)"),
        ("channels.npy", "[4, 6, 6, 2]"),
        ("ragged.npy", "not pickled"),
        ("labels.npz", "24 images and 23 labels"),
        ("x.idx,y.idx", "24 images and 23 labels"),
        ("lying.idx", "header promises"),
        ("short.idx", "header promises"),
        ("plain", "no known kind"),
    ],
)
def test_train_data(data: str, says: str, check: Check) -> None:
    check(f"train {data} -o new --steps 1", says)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--steps 0", "1 to"),
        ("--steps -1", "1 to"),
        ("--epochs 0", "1 to"),
        ("--batch 0", "1 to"),
        ("--batch -8", "1 to"),
        ("--lr 0", "1e-08 to 1"),
        ("--lr 100", "1e-08 to 1"),
        ("--lr nan", "a number"),
        ("--clip 0", "1e-06 or more"),
        ("--minutes 0", "0.001 to"),
        ("--latent 0", "1 to"),
        ("--width 1", "2 to"),
        ("--width 99999", "2 to"),
        ("--size 0", "1 to"),
        ("--size 8x8x3", "one or two"),
        ("--channels 2", "--channels '2'; expected 1, 3"),
        ("--hold-out 2", "0 to 0.9"),
        ("--hold-out -0.1", "0 to 0.9"),
        ("--limit 0", "1 or more"),
        ("--seed -1", "0 to"),
        ("--precision fp46", "auto, bf16, fp32"),
        ("--device cdua", "try cuda"),
        ("--method vea", "try vae"),
        ("--fit lettterbox", "try letterbox"),
        ("--epocs 3", "try --epochs, or segue "),
        ("-o plain", "a folder for the run"),
        ("-o plain/run", "cannot be written"),
        ("-o photos", "among the images"),
        ("-o run", "a finished run"),
    ],
)
def test_train_options(options: str, says: str, check: Check) -> None:
    out = "" if "-o " in options else "-o new"
    check(f"train photos {out} {options}", says)


@pytest.mark.skipif(torch.cuda.is_available(), reason="the device is there")
def test_a_device_that_is_not_there(check: Check) -> None:
    check("train photos -o new --device cuda", "--device=cuda; expected cpu")


RUNS = [
    ("none", "which does not exist"),
    ("unfinished", "without model.safetensors"),
    ("text.safetensors", "text.safetensors"),
    ("cut.safetensors", "cut.safetensors"),
    ("newer.safetensors", "format 99; expected formats up to 1; try updating segue"),
    ("foreign.safetensors", "without segue's header"),
]


@pytest.mark.parametrize(("run", "says"), RUNS)
def test_runs(run: str, says: str, check: Check) -> None:
    check(f"interpolate {run} still.png still.png -o out.png", says)
    check(f"map {run} -o out.png", says)
    check(f"sample {run} -o out.png", says)


@pytest.mark.parametrize(
    ("a", "says"),
    [
        ("none.png", "none.png, which does not exist"),
        ("photos", "photos"),
        ("text.mp4", "text.mp4"),
        ("empty.mp4", "empty.mp4"),
        ("cut_photos/9.png", "9.png"),
        ("train:3", "train:0 to train:2"),
        ("train:-1", "train:0 to train:2"),
        ("train:first", "train:0 to train:2"),
        ("train:", "train:0 to train:2"),
        ("test:0", "no test part"),
        ("label:5", "no labels"),
        ("tset:0", "try test"),
    ],
)
def test_interpolate_ends(a: str, says: str, check: Check) -> None:
    check(f"interpolate run {a} train:0 -o out.png", says)
    check(f"interpolate run train:0 {a} -o out.gif", says)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--steps 1", "2 to 10000"),
        ("--steps 0", "2 to 10000"),
        ("--steps -5", "2 to 10000"),
        ("--steps 1e9", "an int"),
        ("--steps 1000000000", "2 to 10000"),
        ("--fps 0 -o out.gif", "0.1 to 240"),
        ("--fps -10 -o out.mp4", "0.1 to 240"),
        ("--fps 100 -o out.gif", "up to 50"),
        ("--path strait", "linear, slerp"),
        ("--path linaer", "try linear"),
        ("-o out.txt", ".png"),
        ("-o out", ".png"),
        ("-o plain/out.png", "cannot be written"),
        ("-o plain/out.mp4", "cannot be written"),
        ("-o still.png", "one of the ends"),
        ("-o film.mp4", "no plain file"),
        ("--stpes 3", "try --steps, or segue "),
    ],
)
def test_interpolate_options(options: str, says: str, check: Check) -> None:
    out = "" if "-o " in options else "-o out.png"
    check(f"interpolate run train:0 still.png {out} {options}", says)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--part tset", "try test"),
        ("--part test", "no test part"),
        ("--limit 1", "2 or more"),
        ("--limit all", "an int"),
        ("--seed -1", "0 to"),
        ("-o out.gif", ".png, .pdf"),
        ("-o out", ".png, .pdf"),
        ("-o plain/out.png", "cannot be written"),
        ("-o photos", ".png, .pdf"),
        ("--prat test", "try --part, or segue "),
    ],
)
def test_map_options(options: str, says: str, check: Check) -> None:
    out = "" if "-o " in options else "-o out.png"
    check(f"map run {out} {options}", says)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("run --count 0", "1 to 10000"),
        ("run --count -4", "1 to 10000"),
        ("run --count 1e6", "an int"),
        ("run --by piror", "try prior"),
        ("run --by label", "without --labels"),
        ("run --labels 0", "without labels"),
        ("run --labels 0+1 --by prior", "--labels with --by=prior"),
        ("run --weights 1", "--weights with --by=prior"),
        ("run --spread 1 --by mixture", "--spread with --by=mixture"),
        ("deep --by grid", "--by=grid of codes [3]"),
        ("named --labels thre+two", "try three"),
        ("named --labels 9", "one, three, two"),
        ("named --labels two+", "label ''"),
        ("named --labels one+two --weights 1", "1 weights for 2 labels"),
        ("named --labels one --weights 1+1", "2 weights for 1 labels"),
        ("named --labels one+two --weights 1+x", "--weights=1+x"),
        ("named --labels one+two --weights 0+0", "not all 0"),
        ("named --labels one+two --weights 2+-1", "from 0 up"),
        ("named --labels one+two --weights nan+1", "from 0 up"),
        ("named --labels one+two --weights 1e308+1e308", "--weights"),
        ("named --labels one --spread -1", "0 to 100"),
        ("run --seed -1", "0 to"),
        ("run -o out.txt", ".npz, .png"),
        ("run -o film.mp4", ".npz, .png"),
        ("run -o plain/out.npz", "cannot be written"),
        ("run --lables 0", "try --labels, or segue "),
    ],
)
def test_sample_options(options: str, says: str, check: Check) -> None:
    out = "" if "-o " in options else "-o out.png"
    check(f"sample {options} {out}", says)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        *((run, says) for run, says in RUNS if run not in ("none", "unfinished")),
        *((clip, says) for clip, says in CLIPS if clip not in ("photos", "none.mp4")),
        ("none.mp4", "none.mp4, which does not exist"),
        ("none.safetensors", "none.safetensors, which does not exist"),
        ("none", "none"),
        ("unfinished", "without images"),
        ("no_photos", "without images"),
        ("cut_photos", "9.png"),
        ("plain", "plain"),
        ("nan.npz", "NaN"),
        ("lying.idx", "header promises"),
    ],
)
def test_info(path: str, says: str, check: Check) -> None:
    check(f"info {path}", says)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("joim good.mp4 good.mp4 -o out.mp4", "try join"),
        ("join good.mp4", "got segue join without --out; expected a value for --out; try segue join --help"),
        ("join good.mp4 good.mp4", "without --out"),
        ("join good.mp4 good.mp4 -o", "without --out"),
        ("join good.mp4 good.mp4 -o out.mp4 --seed 1 --seed 2", "got --seed twice; expected it once; try leaving one"),
        ("info run photos", "got 'photos' after all else; expected what segue info takes; try segue info --help"),
        ("--vresion", "got option --vresion; expected an option of segue; try --version, or segue --help"),
        (
            "join good.mp4 good.mp4 -o out.mp4 -x",
            "got option -x; expected an option of segue join; try segue join --help",
        ),
        ("join good.mp4 good.mp4 bad.mp4 -o out.mp4", "bad.mp4"),
        ("train", "segue train without DATA"),
        ("interpolate run train:0 -o out.png", "segue interpolate without B"),
        ("info --jsno run", "try --json, or segue "),
        ("demo -o plain", "cannot be written"),
        ("demo -o plain/demo", "cannot be written"),
        ("demo -o new --seconds 0", "0.2 to 600"),
    ],
)
def test_command_lines(line: str, says: str, check: Check) -> None:
    check(line, says)
