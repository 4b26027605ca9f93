"""Networks as PyTorch's users have them: LeNet-, VGG-like, ResNet-18, SqueezeNet 1.1, MobileNetV2, weights random.

Their layers and the names of these are those of torchvision's models; channels are as many, pictures smaller.
"""

import torch

nn = torch.nn


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5, padding=2), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = nn.functional.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.tanh(self.fc1(x.view(x.size(0), -1)))
        return torch.softmax(self.fc3(torch.sigmoid(self.fc2(x))), 1)


class VGG(nn.Module):
    def __init__(self):
        super().__init__()
        layers, read = [], 3
        for made in (32, "pool", 64, "pool", 128, 128, "pool"):
            if made == "pool":
                layers += [nn.MaxPool2d(2, 2)]
            else:
                layers += [nn.Conv2d(read, made, 3, padding=1), nn.BatchNorm2d(made), nn.ReLU(inplace=True)]
                read = made
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((2, 2))
        self.classifier = nn.Sequential(
            nn.Linear(512, 256), nn.ReLU(True), nn.Dropout(), nn.Linear(256, 256), nn.ReLU(True), nn.Dropout(),
            nn.Linear(256, 10),
        )  # fmt: skip

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


class BasicBlock(nn.Module):
    def __init__(self, read, made, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(read, made, 3, stride, 1, bias=False), nn.BatchNorm2d(made)
        self.relu = nn.ReLU(inplace=True)
        self.conv2, self.bn2 = nn.Conv2d(made, made, 3, 1, 1, bias=False), nn.BatchNorm2d(made)
        self.downsample = None
        if stride != 1:
            self.downsample = nn.Sequential(nn.Conv2d(read, made, 1, stride, bias=False), nn.BatchNorm2d(made))

    def forward(self, x):
        way = x if self.downsample is None else self.downsample(x)
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        out += way
        return self.relu(out)


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.relu, self.maxpool = nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64, 1), BasicBlock(64, 64, 1))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128, 1))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256, 1))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512, 1))
        self.avgpool, self.fc = nn.AdaptiveAvgPool2d((1, 1)), nn.Linear(512, 100)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


class Fire(nn.Module):
    def __init__(self, read, squeezed, made):
        super().__init__()
        self.squeeze, self.squeeze_activation = nn.Conv2d(read, squeezed, 1), nn.ReLU(inplace=True)
        self.expand1x1, self.expand1x1_activation = nn.Conv2d(squeezed, made, 1), nn.ReLU(inplace=True)
        self.expand3x3, self.expand3x3_activation = nn.Conv2d(squeezed, made, 3, padding=1), nn.ReLU(inplace=True)

    def forward(self, x):
        x = self.squeeze_activation(self.squeeze(x))
        ways = [self.expand1x1_activation(self.expand1x1(x)), self.expand3x3_activation(self.expand3x3(x))]
        return torch.cat(ways, 1)


class SqueezeNet(nn.Module):
    def __init__(self):
        super().__init__()
        pool = lambda: nn.MaxPool2d(3, 2, ceil_mode=True)  # noqa: E731
        self.features = nn.Sequential(
            nn.Conv2d(3, 64, 3, 2), nn.ReLU(inplace=True), pool(), Fire(64, 16, 64), Fire(128, 16, 64), pool(),
            Fire(128, 32, 128), Fire(256, 32, 128), pool(), Fire(256, 48, 192), Fire(384, 48, 192),
            Fire(384, 64, 256), Fire(512, 64, 256),
        )  # fmt: skip
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Conv2d(512, 1000, 1), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d((1, 1))
        )

    def forward(self, x):
        return torch.flatten(self.classifier(self.features(x)), 1)


def conv_bn(read, made, size=3, stride=1, groups=1):
    conv = nn.Conv2d(read, made, size, stride, size // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(made), nn.ReLU6(inplace=True))


class InvertedResidual(nn.Module):
    def __init__(self, read, made, stride, ratio):
        super().__init__()
        hidden = read * ratio
        wide = [conv_bn(read, hidden, 1)] if ratio > 1 else []
        narrow = [nn.Conv2d(hidden, made, 1, bias=False), nn.BatchNorm2d(made)]
        self.conv = nn.Sequential(*wide, conv_bn(hidden, hidden, 3, stride, hidden), *narrow)
        self.past = stride == 1 and read == made

    def forward(self, x):
        return x + self.conv(x) if self.past else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self):
        super().__init__()
        layers, read = [conv_bn(3, 32, stride=2)], 32
        for ratio, made, count, stride in (
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)
        ):  # fmt: skip
            for number in range(count):
                layers.append(InvertedResidual(read, made, stride if not number else 1, ratio))
                read = made
        self.features = nn.Sequential(*layers, conv_bn(320, 1280, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 100))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


NETWORKS = {  # by name: the network, the shape of its pictures, and the blocks by which it folds
    "lenet": (LeNet, (1, 28, 28), set()),
    "vgg": (VGG, (3, 32, 32), set()),
    "resnet18": (ResNet18, (3, 96, 80), {f"layer{layer}.{block}" for layer in range(1, 5) for block in (0, 1)}),
    "squeezenet": (SqueezeNet, (3, 99, 83), {f"features.{at}" for at in (3, 4, 6, 7, 9, 10, 11, 12)}),
    "mobilenetv2": (MobileNetV2, (3, 96, 80), {f"features.{at}" for at in range(1, 18)}),
}


def made(name):
    """Return a network with random weights, as after learning: batch norms have seen something."""
    torch.manual_seed(7)
    network = NETWORKS[name][0]()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.weight.data.uniform_(0.8, 1.2)
            module.bias.data.normal_(0, 0.1)
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
    return network.eval()
