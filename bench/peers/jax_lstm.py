"""The reference model in JAX: `lax.scan`, one jitted step that updates its state in place (donated buffers)."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from common import load_data, measure, parse_arguments

arguments = parse_arguments(__doc__)
activation = {"relu": jax.nn.relu, "tanh": jnp.tanh}[arguments.activation]
glorot = jax.nn.initializers.glorot_uniform()
orthogonal = jax.nn.initializers.orthogonal()


def lstm_weights(key, inputs, units):
    kernel, recurrent = jax.random.split(key)
    bias = jnp.zeros(4 * units).at[units : 2 * units].set(1)  # gates in the order i, f, g, o
    return {
        "kernel": glorot(kernel, (inputs, 4 * units)),
        "recurrent": orthogonal(recurrent, (units, 4 * units)),
        "bias": bias,
    }


def dense_weights(key, inputs, units):
    return {"kernel": glorot(key, (inputs, units)), "bias": jnp.zeros(units)}


def lstm(w, x):
    """x: [T, B, F] to h of every step: [T, B, units]. The input projection of all steps is one product."""
    projected = x @ w["kernel"] + w["bias"]

    def step(carry, z):
        h, c = carry
        i, f, g, o = jnp.split(z + h @ w["recurrent"], 4, axis=-1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * activation(g)
        h = jax.nn.sigmoid(o) * activation(c)
        return (h, c), h

    zeros = jnp.zeros((x.shape[1], w["recurrent"].shape[0]))
    _, h = lax.scan(step, (zeros, zeros), projected)
    return h


def dropout(key, x, rate):
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def loss_of(w, x, labels, key):
    keys = jax.random.split(key, 3)
    h = dropout(keys[0], lstm(w["lstm1"], x.transpose(1, 0, 2)), 0.2)
    h = dropout(keys[1], lstm(w["lstm2"], h)[-1], 0.1)
    h = dropout(keys[2], jax.nn.relu(h @ w["dense1"]["kernel"] + w["dense1"]["bias"]), 0.2)
    logits = h @ w["dense2"]["kernel"] + w["dense2"]["bias"]
    picked = jnp.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], axis=1)
    return -picked.mean(), (logits.argmax(1) == labels).sum()


@partial(jax.jit, donate_argnums=(0,))
def train_step(state, x, labels):
    """Adam (Kingma and Ba, 2015, section 2) with learning rate 1e-4 / (1 + 1e-6 t)."""
    key, own = jax.random.split(state["key"])
    (loss, correct), gradients = jax.value_and_grad(loss_of, has_aux=True)(state["w"], x, labels, own)
    t = state["t"] + 1
    rate = 1e-4 / (1 + 1e-6 * (t - 1)) * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, state["m"], gradients)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, state["v"], gradients)
    w = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), state["w"], m, v)
    totals = state["totals"] + jnp.stack([loss, correct.astype(loss.dtype)])
    return {"w": w, "m": m, "v": v, "t": t, "key": key, "totals": totals}


x, labels = load_data(arguments)
keys = jax.random.split(jax.random.key(42), 5)
weights = {
    "lstm1": lstm_weights(keys[0], arguments.features, arguments.units),
    "lstm2": lstm_weights(keys[1], arguments.units, arguments.units),
    "dense1": dense_weights(keys[2], arguments.units, 32),
    "dense2": dense_weights(keys[3], 32, 10),
}
state = {
    "w": weights,
    "m": jax.tree.map(jnp.zeros_like, weights),
    "v": jax.tree.map(jnp.zeros_like, weights),
    "t": jnp.zeros(()),
    "key": keys[4],
    "totals": jnp.zeros(2),
}
shuffle = np.random.default_rng(42)


def repetition():
    global state
    state["totals"] = jnp.zeros(2)
    order = shuffle.permutation(len(x)).reshape(arguments.steps, arguments.batch)
    for rows in order:
        state = train_step(state, x[rows], labels[rows])
    return float(state["totals"][0]) / arguments.steps


measure(arguments, repetition, {"jax": jax.__version__})
