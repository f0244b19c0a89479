#!/usr/bin/env python3
"""Makes the Keras files of this folder and Keras's own outputs beside them: make-keras.py, with Keras 3 and TensorFlow.

Each network holds the kinds of layers that its name says, with weights that are not what they begin with."""
import os
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import numpy as np
import keras
from keras import layers as L

keras.utils.set_random_seed(7)
here = os.path.dirname(os.path.abspath(__file__))
models = {}


def pictures():
    x = keras.Input((8, 8, 2))
    y = L.ZeroPadding2D(((0, 1), (1, 0)))(x)
    y = L.Conv2D(4, 3, 2, use_bias=False)(y)
    y = L.BatchNormalization()(y)
    a = L.ReLU(6.0)(y)
    y = L.DepthwiseConv2D(3, padding='same')(a)
    y = L.Activation('hard_swish')(y)
    gate = L.GlobalAveragePooling2D(keepdims=True)(y)
    gate = L.Conv2D(4, 1, activation='hard_sigmoid')(gate)
    y = L.Multiply()([y, gate])
    y = L.MaxPooling2D(padding='same')(y)
    y = L.Conv2DTranspose(3, 3, 2, padding='same', activation='relu')(y)
    y = L.Concatenate()([y, a])
    y = L.UpSampling2D(2, interpolation='bilinear')(y)
    y = L.Cropping2D(1)(y)
    y = L.GroupNormalization(7)(L.SeparableConv2D(7, 3)(y))
    y = L.PReLU(shared_axes=[1, 2])(y)
    y = L.GlobalMaxPooling2D()(y)
    return keras.Model(x, L.Dense(3, activation='softmax')(y))


def signals():
    x = keras.Input((6, 4))
    y = L.Bidirectional(L.LSTM(3, return_sequences=True), merge_mode='sum')(x)
    y = L.GRU(4, return_sequences=True)(y)
    y = L.Bidirectional(L.GRU(2, reset_after=False, return_sequences=True))(y)
    y = L.Conv1DTranspose(3, 3, 2)(y)
    y = L.ZeroPadding1D(1)(L.UpSampling1D(2)(L.Cropping1D(2)(y)))
    y = L.MaxPooling1D()(L.SimpleRNN(4, return_sequences=True, go_backwards=True)(y))
    return keras.Model(x, L.Dense(2)(L.LSTM(3)(y)))


def attention():
    x = keras.Input((5,), dtype='int32')
    y = L.Embedding(9, 6)(x)
    h = L.LayerNormalization(epsilon=1e-6)(y)
    y = L.Add()([y, L.MultiHeadAttention(2, 3)(h, h, use_causal_mask=True)])
    h = L.Dense(6)(L.Dense(8, activation='gelu')(L.RMSNormalization()(y)))
    y = L.Add()([y, h])
    z = L.Attention(use_scale=True)([y, h])
    y = L.Dot(axes=(1, 1))([z, L.UnitNormalization()(y)])
    y = L.Softmax(axis=1)(y)
    return keras.Model(x, L.Dense(2)(L.Flatten()(y)))


rng = np.random.default_rng(1)
for name, make in (('pictures', pictures), ('signals', signals), ('attention_keras', attention)):
    model = make()
    for weight in model.weights:
        value = weight.numpy()
        if value.ndim == 1 and np.issubdtype(value.dtype, np.floating):
            moved = value + 0.2 * rng.standard_normal(value.shape)
            weight.assign(np.abs(moved) + 0.05 if 'variance' in weight.name else moved)
    shape = (6,) + model.input_shape[1:]
    given = rng.integers(0, 9, shape) if model.inputs[0].dtype == 'int32' else rng.standard_normal(shape)
    given = given.astype(model.inputs[0].dtype)
    outputs = model.predict(given, verbose=0)
    np.savez(os.path.join(here, name + '.npz'), inputs=given.reshape(6, -1).astype('f8'), outputs=outputs.astype('f8'))
    model.save(os.path.join(here, name + '.keras'))
    model.save(os.path.join(here, name + '.h5'))
