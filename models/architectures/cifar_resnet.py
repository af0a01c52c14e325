"""Residual networks for 32 × 32 images (He et al. 2016, section 4.2): 6n + 2 layers in three stages of n blocks.

A block is relu(x + bn(conv(relu(bn(conv(x)))))). Where a stage halves the image and doubles the channels, x takes
every second pixel and new channels of zeros (option A), so shortcuts have no weights.
"""

from functools import partial
from typing import TYPE_CHECKING

from models.architecture import Architecture

if TYPE_CHECKING:
    import torch

CHANNELS = (16, 32, 64)
CLASSES = 10


def build(blocks: int) -> "torch.nn.Module":
    """The network with `blocks` blocks per stage; its names are those of the published checkpoints."""
    import torch
    from torch import nn
    from torch.nn.functional import pad, relu

    class Block(nn.Module):
        def __init__(self, inputs: int, outputs: int) -> None:
            super().__init__()
            self.stride, self.extra = (1, 0) if inputs == outputs else (2, outputs - inputs)
            self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=self.stride, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(outputs)
            self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(outputs)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            inner = self.bn2(self.conv2(relu(self.bn1(self.conv1(x)))))
            if self.extra:
                x = x[:, :, :: self.stride, :: self.stride]
                x = pad(x, (0, 0, 0, 0, self.extra // 2, self.extra - self.extra // 2))
            return relu(inner + x)

    def stage(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(Block(inputs, outputs), *(Block(outputs, outputs) for _ in range(blocks - 1)))

    class CifarResNet(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(3, CHANNELS[0], 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(CHANNELS[0])
            self.layer1 = stage(CHANNELS[0], CHANNELS[0])
            self.layer2 = stage(CHANNELS[0], CHANNELS[1])
            self.layer3 = stage(CHANNELS[1], CHANNELS[2])
            self.linear = nn.Linear(CHANNELS[-1], CLASSES)
            for module in self.modules():
                if isinstance(module, nn.Conv2d | nn.Linear):
                    nn.init.kaiming_normal_(module.weight)

        def stages(self, images: torch.Tensor) -> list[torch.Tensor]:
            maps = [relu(self.bn1(self.conv1(images)))]
            for block in (*self.layer1, *self.layer2, *self.layer3):
                maps.append(block(maps[-1]))
            return maps

        def head(self, features: torch.Tensor) -> torch.Tensor:
            scores: torch.Tensor = self.linear(features)
            return scores

    return CifarResNet()


def tensors(blocks: int) -> dict[str, tuple[int, ...]]:
    """Name and shape of each tensor of the network with `blocks` blocks per stage."""
    found: dict[str, tuple[int, ...]] = {"linear.weight": (CLASSES, CHANNELS[-1]), "linear.bias": (CLASSES,)}

    def layer(convolution: str, norm: str, inputs: int, outputs: int) -> None:
        found[f"{convolution}.weight"] = (outputs, inputs, 3, 3)
        for part in ("weight", "bias", "running_mean", "running_var"):
            found[f"{norm}.{part}"] = (outputs,)

    layer("conv1", "bn1", 3, CHANNELS[0])
    for stage, outputs in enumerate(CHANNELS):
        inputs = CHANNELS[max(stage - 1, 0)]
        for block in range(blocks):
            name = f"layer{stage + 1}.{block}"
            layer(f"{name}.conv1", f"{name}.bn1", inputs if block == 0 else outputs, outputs)
            layer(f"{name}.conv2", f"{name}.bn2", outputs, outputs)
    return found


def cifar_resnet(depth: int) -> Architecture:
    """The architecture with 6n + 2 = `depth` layers."""
    blocks = (depth - 2) // 6
    convolutions = [(3, 16), *_stage(16, 16, blocks), *_stage(16, 32, blocks), *_stage(32, 64, blocks)]
    weights = sum(9 * inputs * outputs for inputs, outputs in convolutions)
    norms = sum(2 * outputs for _, outputs in convolutions)
    pixels = {16: 32 * 32, 32: 16 * 16, 64: 8 * 8}
    return Architecture(
        name=f"resnet{depth}-cifar",
        title=f"ResNet-{depth} for CIFAR",
        layers=1 + 3 * blocks,
        width=CHANNELS[-1],
        size=32,
        mean=(0.485, 0.456, 0.406),  # ImageNet's, by which the published checkpoints' training images were normalized
        deviation=(0.229, 0.224, 0.225),
        parameters=weights + norms + CHANNELS[-1] * CLASSES + CLASSES,
        work=2.0 * sum(9 * inputs * outputs * pixels[outputs] for inputs, outputs in convolutions),
        build=partial(build, blocks),
        tensors=partial(tensors, blocks),
        reference="He et al., Deep Residual Learning for Image Recognition, 2016, section 4.2",
    )


def _stage(inputs: int, outputs: int, blocks: int) -> list[tuple[int, int]]:
    """Channels in and out of every convolution of a stage."""
    return [(inputs, outputs), *[(outputs, outputs)] * (2 * blocks - 1)]
