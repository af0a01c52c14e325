"""ResNet-110 for 32 × 32 images."""

from models.architectures.cifar_resnet import cifar_resnet

ARCHITECTURE = cifar_resnet(110)
