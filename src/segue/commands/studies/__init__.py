"""The studies that segue reproduces, one file each: `STUDIES`."""

from segue.commands.studies.ae_vs_vae import study as ae_vs_vae_study
from segue.commands.studies.fashion import study as fashion_study
from segue.commands.studies.kmnist import study as kmnist_study
from segue.commands.studies.manifold import study as manifold_study
from segue.commands.studies.mnist_2d import study as mnist_2d_study
from segue.commands.studies.study import Study

STUDIES: tuple[Study, ...] = (
    mnist_2d_study.STUDY,
    manifold_study.STUDY,
    ae_vs_vae_study.STUDY,
    fashion_study.STUDY,
    kmnist_study.STUDY,
)
