"""The reference model in Keras on TensorFlow, trained by `fit` on arrays."""

import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import keras
import tensorflow
from keras import layers

from common import load_data, measure, parse_arguments

arguments = parse_arguments(__doc__)
x, labels = load_data(arguments)
keras.utils.set_random_seed(42)
model = keras.Sequential(
    [
        layers.Input((arguments.timesteps, arguments.features)),
        layers.LSTM(arguments.units, activation=arguments.activation, return_sequences=True),
        layers.Dropout(0.2),
        layers.LSTM(arguments.units, activation=arguments.activation),
        layers.Dropout(0.1),
        layers.Dense(32, activation="relu"),
        layers.Dropout(0.2),
        layers.Dense(10, activation="softmax"),
    ]
)
rate = keras.optimizers.schedules.InverseTimeDecay(1e-4, decay_steps=1, decay_rate=1e-6)
model.compile(
    optimizer=keras.optimizers.Adam(rate), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
)


def repetition():
    history = model.fit(x, labels, batch_size=arguments.batch, epochs=1, verbose=0)
    return history.history["loss"][-1]


measure(arguments, repetition, {"keras": keras.__version__, "tensorflow": tensorflow.__version__})
