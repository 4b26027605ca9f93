"""The files of a model, as app/models reads them: model.json says what it is, weights.safetensors has its numbers."""

from pathlib import Path

from safetensors.numpy import save

from app.models.facts import Facts
from app.training.shipping.making import Making

LICENCE = "MIT"  # as all of Convscope
DIGITS = 4  # of a loss, and of a part that is right, behind the point


def write(making: Making, folder: Path, command: str) -> None:
    """Write what has been made to `folder`: the checkpoints that are kept, and what is said of them."""
    plan, data = making.plan, making.plan.data
    scale = data.scale if isinstance(data.scale, str) else dict(zip(("mean", "std"), data.scale, strict=True))
    facts = Facts.model_validate(
        {
            "title": plan.title,
            "input": {"height": data.side, "width": data.side, "mode": data.mode, "fit": "cover", "scale": scale},
            "recipe": plan.recipe,
            "classes": data.classes,
            "epochs": [
                {"epoch": epoch, "loss": round(loss, DIGITS), "accuracy": round(accuracy, DIGITS)}
                for epoch, loss, accuracy in making.epochs
                if epoch in plan.checkpoints
            ],
            "licence": LICENCE,
            "source": data.source,
            "training": {
                "data": data.description,
                "seed": plan.seed,
                "command": command,
                "seconds": round(making.seconds),
                "optimizer": plan.settings,
                "batch_size": plan.batch_size,
            },
        }
    )
    (folder / "weights.safetensors").write_bytes(save(making.kept))
    (folder / "model.json").write_text(facts.model_dump_json(indent=2) + "\n", "utf-8")
