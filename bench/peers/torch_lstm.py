"""The reference model in PyTorch. Its LSTM has tanh only."""

import torch
from torch import nn

from common import load_data, measure, parse_arguments

arguments = parse_arguments(__doc__)
if arguments.activation != "tanh":
    raise SystemExit("nn.LSTM has no activation but tanh: give --activation tanh")


class Reference(nn.Module):
    def __init__(self, features, units):
        super().__init__()
        self.lstm1 = nn.LSTM(features, units, batch_first=True)
        self.lstm2 = nn.LSTM(units, units, batch_first=True)
        self.head = nn.Sequential(
            nn.Dropout(0.1), nn.Linear(units, 32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, 10)
        )
        self.dropout1 = nn.Dropout(0.2)

    def forward(self, x):
        sequence, _ = self.lstm1(x)
        sequence, _ = self.lstm2(self.dropout1(sequence))
        return self.head(sequence[:, -1])


torch.manual_seed(42)
x, labels = (torch.from_numpy(values) for values in load_data(arguments))
labels = labels.long()
model = Reference(arguments.features, arguments.units)
model.train()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 / (1 + 1e-6 * step))
cross_entropy = nn.CrossEntropyLoss()


def repetition():
    total = torch.zeros(())
    correct = torch.zeros((), dtype=torch.long)
    for rows in torch.randperm(len(x)).split(arguments.batch):
        optimizer.zero_grad(set_to_none=True)
        logits = model(x[rows])
        loss = cross_entropy(logits, labels[rows])
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.detach()
        correct += (logits.detach().argmax(1) == labels[rows]).sum()
    return total.item() / arguments.steps


measure(arguments, repetition, {"torch": torch.__version__})
