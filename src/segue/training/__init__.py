"""Training: one method, one model, one image set; resumable to the bit, and looked after by a doctor."""

from segue.training.doctor import examine, odd_range
from segue.training.options import Training, pick_device
from segue.training.run import Trained, train
from segue.training.score import Row, score

__all__ = ["Row", "Trained", "Training", "examine", "odd_range", "pick_device", "score", "train"]
