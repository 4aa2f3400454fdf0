"""Reference sequences of the optimisers: gradients given, parameters after every step expected."""

import torch

from drawing import Draw

STEPS = 6

# Read by people; the tests repeat what they need.
SETTINGS: dict[str, str] = {
    "adamw": "lr 0.01, betas 0.9 0.95, eps 1e-8, decoupled weight decay 0.1 on every parameter",
    "muon": "lr 0.02, Nesterov momentum 0.95, 5 Newton-Schulz steps, decoupled weight decay 0.1, "
    "scale sqrt(max(1, rows / columns))",
    "clip": "global norm, maximum 1.0: scale min(1, maximum / (norm + 1e-6))",
}


def adamw(initial: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Returns [steps, ...]: the parameter after each step of torch.optim.AdamW (Loshchilov and Hutter 2019)."""
    parameter = torch.nn.Parameter(initial.clone())
    optimizer = torch.optim.AdamW([parameter], lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    states = []
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
        states.append(parameter.detach().clone())
    return torch.stack(states)


def orthogonalise(matrix: torch.Tensor) -> torch.Tensor:
    """
    Returns [rows, columns] with the singular vectors of `matrix` and singular values near 1.

    Five steps of the quintic Newton-Schulz iteration of Muon (Jordan et al. 2024), on the wide orientation.
    """
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
    return x.T if tall else x


def muon(initial: torch.Tensor, gradients: torch.Tensor) -> torch.Tensor:
    """Returns [steps, rows, columns]: the matrix after each step of Muon (Jordan et al. 2024)."""
    rows, columns = initial.shape
    matrix, momentum = initial.clone(), torch.zeros_like(initial)
    states = []
    for gradient in gradients:
        # The momentum is a mean, not a sum: the same direction, as the norm is divided out.
        momentum = 0.95 * momentum + 0.05 * gradient
        update = orthogonalise(0.05 * gradient + 0.95 * momentum) * max(1.0, rows / columns) ** 0.5
        matrix = matrix * (1.0 - 0.02 * 0.1) - 0.02 * update
        states.append(matrix)
    return torch.stack(states)


def clip(gradients: list[torch.Tensor], maximum: float) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Returns the norm of all `gradients` together and the gradients clipped by torch.nn.utils.clip_grad_norm_."""
    parameters = [torch.nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients):
        parameter.grad = gradient.clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, maximum)
    return norm.reshape(1), [parameter.grad for parameter in parameters]


def optimizer_tensors(precision: torch.dtype) -> dict[str, torch.Tensor]:
    """
    Returns the inputs and expected outputs in float32, computed in `precision`.

    Names: `initial.P` and `gradients.P` [steps, ...] for P of wide [24, 40], tall [40, 24] and vector [40];
    `adamw.P` and `muon.P` [steps, ...]; `clip.large.*` is above the maximum norm, `clip.small.*` below it.
    """
    draw = Draw(seed=4)
    tensors: dict[str, torch.Tensor] = {}
    # Gradients change in size from step to step, so that the bias corrections and the averages matter.
    sizes = torch.tensor([1.0, 0.3, 2.0, 0.01, 0.5, 1.0])
    for name, shape in {"wide": (24, 40), "tall": (40, 24), "vector": (40,)}.items():
        initial = draw.uniform(shape, 0.3)
        gradients = draw.uniform((STEPS, *shape), 0.1) * sizes.reshape(STEPS, *[1 for _ in shape])
        tensors[f"initial.{name}"] = initial
        tensors[f"gradients.{name}"] = gradients
        if name != "tall":
            tensors[f"adamw.{name}"] = adamw(initial.to(precision), gradients.to(precision))
        if name != "vector":
            tensors[f"muon.{name}"] = muon(initial.to(precision), gradients.to(precision))

    for name, scale in {"large": 0.5, "small": 0.01}.items():
        gradients = [draw.uniform((24, 40), scale), draw.uniform((40,), scale)]
        norm, clipped = clip([gradient.to(precision) for gradient in gradients], maximum=1.0)
        tensors[f"clip.{name}.norm"] = norm
        for part, before, after in zip(("matrix", "vector"), gradients, clipped):
            tensors[f"clip.{name}.{part}"] = before
            tensors[f"clip.{name}.{part}.clipped"] = after
    return {name: tensor.to(torch.float32) for name, tensor in tensors.items()}
