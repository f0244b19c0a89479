//! Formats that describe layers beside their tensors: layerflow's JSON, Keras, TensorFlow.js, ONNX.

use hdf5_pure::{AttrValue, FileBuilder};
use serde_json::{Value, json};

use super::Format;
use super::containers::archive;
use crate::whole_or_told::model::{Healthy, Tensor, Type};

/// A dataset for each tensor. The type of the group has no name outside its library.
macro_rules! datasets {
    ($group:expr, $tensors:expr) => {
        for tensor in $tensors {
            let name = tensor.name.rsplit('/').next().unwrap_or_default();
            let dataset = $group.create_dataset(name);
            let shape: Vec<u64> = tensor.shape.iter().map(|length| *length as u64).collect();
            match tensor.kind {
                Type::F64 => dataset.with_f64_data(&tensor.values),
                Type::I8 => dataset.with_i8_data(&tensor.values.iter().map(|value| *value as i8).collect::<Vec<_>>()),
                Type::I64 => {
                    dataset.with_i64_data(&tensor.values.iter().map(|value| *value as i64).collect::<Vec<_>>())
                }
                _ => dataset.with_f32_data(&tensor.values.iter().map(|value| *value as f32).collect::<Vec<_>>()),
            };
            dataset.with_shape(&shape);
        }
    };
}

/// Rows as lists; a vector as a list.
fn lists(tensor: &Tensor) -> Value {
    match tensor.shape[..] {
        [_, columns] => tensor.values.chunks(columns.max(1)).map(Value::from).collect(),
        _ => tensor.values.clone().into(),
    }
}

/// Each tensor under the last part of its name, in the layer that it belongs to.
pub fn json(healthy: &Healthy, tensors: &[Tensor]) -> Vec<u8> {
    let layer = |k: usize| {
        let activation = if k + 1 < healthy.layers.len() { "relu" } else { "identity" };
        let mut layer = json!({"type": "dense", "activation": activation});
        for tensor in tensors.iter().filter(|tensor| tensor.layer == k) {
            let key = tensor.name.strip_prefix(&format!("{k}.")).unwrap_or(&tensor.name);
            layer[key] = lists(tensor);
        }
        // That a bias is dropped cannot be seen: it may be missing. Then it is there, of the wrong length.
        let has_bias = tensors.iter().any(|tensor| tensor.layer == k && tensor.is_bias);
        if healthy.layers[k].1.is_some() && !has_bias {
            layer["bias"] = json!([]);
        }
        layer
    };
    let layers: Vec<Value> = (0..healthy.layers.len()).map(layer).collect();
    json!({"format": "layerflow.network/1", "layers": layers}).to_string().into_bytes()
}

fn dense_layers(healthy: &Healthy) -> Vec<Value> {
    let count = healthy.layers.len();
    let layer = |(k, (weight, bias)): (usize, &(nalgebra::DMatrix<f64>, Option<nalgebra::DVector<f64>>))| {
        let mut config = json!({
            "name": format!("dense_{k}"), "trainable": true, "dtype": "float32", "units": weight.nrows(),
            "activation": if k + 1 < count { "relu" } else { "linear" }, "use_bias": bias.is_some(),
        });
        if k == 0 {
            config["batch_input_shape"] = json!([null, weight.ncols()]);
        }
        json!({"class_name": "Dense", "config": config})
    };
    healthy.layers.iter().enumerate().map(layer).collect()
}

fn sequential(healthy: &Healthy) -> Value {
    json!({"class_name": "Sequential", "config": {"name": "sequential", "layers": dense_layers(healthy)}})
}

pub fn keras(healthy: &Healthy, tensors: &[Tensor]) -> Vec<u8> {
    let mut builder = FileBuilder::new();
    builder.set_attr("model_config", AttrValue::String(sequential(healthy).to_string()));
    builder.set_attr("keras_version", AttrValue::String("2.15.0".into()));
    builder.set_attr("backend", AttrValue::String("tensorflow".into()));
    let mut weights = builder.create_group("model_weights");
    for k in 0..healthy.layers.len() {
        let mut outer = weights.create_group(&format!("dense_{k}"));
        let mut inner = outer.create_group(&format!("dense_{k}"));
        datasets!(inner, tensors.iter().filter(|tensor| tensor.layer == k));
        let inner = inner.finish();
        outer.add_group(inner);
        let outer = outer.finish();
        weights.add_group(outer);
    }
    let weights = weights.finish();
    builder.add_group(weights);
    builder.finish().unwrap()
}

/// What Keras 3 saves.
pub fn keras_archive(healthy: &Healthy, tensors: &[Tensor]) -> Vec<u8> {
    let mut builder = FileBuilder::new();
    let mut layers = builder.create_group("layers");
    for k in 0..healthy.layers.len() {
        let mut layer = layers.create_group(&if k == 0 { "dense".to_owned() } else { format!("dense_{k}") });
        let mut vars = layer.create_group("vars");
        datasets!(vars, tensors.iter().filter(|tensor| tensor.layer == k));
        let vars = vars.finish();
        layer.add_group(vars);
        let layer = layer.finish();
        layers.add_group(layer);
    }
    let layers = layers.finish();
    builder.add_group(layers);
    let mut config = vec![json!({
        "module": "keras.layers", "class_name": "InputLayer", "registered_name": null,
        "config": {"batch_shape": [null, healthy.points.nrows()], "dtype": "float32", "sparse": false, "name": "input"},
    })];
    for mut layer in dense_layers(healthy) {
        layer["module"] = json!("keras.layers");
        layer["registered_name"] = json!(null);
        layer["config"].as_object_mut().unwrap().remove("batch_input_shape");
        config.push(layer);
    }
    let config = json!({
        "module": "keras", "class_name": "Sequential", "registered_name": null,
        "config": {"name": "sequential", "trainable": true, "layers": config},
    });
    archive([
        ("metadata.json".to_owned(), json!({"keras_version": "3.10.0"}).to_string().into_bytes()),
        ("config.json".to_owned(), config.to_string().into_bytes()),
        ("model.weights.h5".to_owned(), builder.finish().unwrap()),
    ])
}

/// A graph model and the file of its weights: products, sums and activations as nodes of TensorFlow.
pub fn tensorflow_js_graph(healthy: &Healthy, tensors: &[Tensor]) -> (Vec<u8>, Vec<u8>) {
    let lengths = |shape: &[i64]| -> Value {
        json!({"dim": shape.iter().map(|length| json!({"size": length.to_string()})).collect::<Vec<_>>()})
    };
    let kind = json!({"type": "DT_FLOAT"});
    let mut nodes = vec![json!({"name": "x", "op": "Placeholder",
        "attr": {"dtype": kind, "shape": {"shape": lengths(&[-1, healthy.points.nrows() as i64])}}})];
    for tensor in &healthy.tensors {
        let shape: Vec<i64> = tensor.shape.iter().map(|length| *length as i64).collect();
        nodes.push(json!({"name": tensor.name, "op": "Const", "attr": {"dtype": kind,
            "value": {"tensor": {"dtype": "DT_FLOAT", "tensorShape": lengths(&shape)}}}}));
    }
    let mut last = "x".to_owned();
    let mut node = |name: String, operator: &str, inputs: Vec<String>, attributes: Value| {
        nodes.push(json!({"name": name, "op": operator, "input": inputs, "attr": attributes}));
        name
    };
    for (k, (_, bias)) in healthy.layers.iter().enumerate() {
        let (weight, beside) = Format::TensorflowJsGraph.names(k, 0);
        let attributes = json!({"T": kind, "transpose_a": {"b": false}, "transpose_b": {"b": false}});
        last = node(format!("m/dense_{k}/MatMul"), "MatMul", vec![last, weight], attributes);
        if bias.is_some() {
            let attributes = json!({"T": kind, "data_format": {"s": "TkhXQw=="}});
            last = node(format!("m/dense_{k}/BiasAdd"), "BiasAdd", vec![last, beside], attributes);
        }
        if k + 1 < healthy.layers.len() {
            last = node(format!("m/dense_{k}/Relu"), "Relu", vec![last], json!({"T": kind}));
        }
    }
    node("Identity".into(), "Identity", vec![last], json!({"T": kind}));
    let end = |name: &str, width: usize| json!({"name": format!("{name}:0"), "dtype": "DT_FLOAT", "tensorShape": lengths(&[-1, width as i64])});
    let model = json!({
        "format": "graph-model", "generatedBy": "2.19.0", "convertedBy": "TensorFlow.js Converter v4.22.0",
        "signature": {"inputs": {"x": end("x", healthy.points.nrows())},
                      "outputs": {"y": end("Identity", healthy.expected.nrows())}},
        "modelTopology": {"node": nodes, "library": {}, "versions": {"producer": 1994}},
        "weightsManifest": [{"paths": ["group1-shard1of1.bin"],
                             "weights": tensors.iter().map(entry).collect::<Vec<_>>()}],
    });
    (model.to_string().into_bytes(), tensors.iter().flat_map(bytes).collect())
}

/// Whole numbers have 32 bits here.
fn bytes(tensor: &Tensor) -> Vec<u8> {
    match tensor.kind {
        Type::I64 => tensor.values.iter().flat_map(|value| (*value as i32).to_le_bytes()).collect(),
        _ => tensor.bytes(),
    }
}

fn entry(tensor: &Tensor) -> Value {
    match tensor.kind {
        Type::F16 => json!({"name": tensor.name, "shape": tensor.shape, "dtype": "float32",
                            "quantization": {"dtype": "float16", "original_dtype": "float32"}}),
        Type::I64 => json!({"name": tensor.name, "shape": tensor.shape, "dtype": "int32"}),
        _ => json!({"name": tensor.name, "shape": tensor.shape, "dtype": "float32"}),
    }
}

/// The model and the file of its weights.
pub fn tensorflow_js(healthy: &Healthy, tensors: &[Tensor]) -> (Vec<u8>, Vec<u8>) {
    let manifest: Vec<Value> = tensors.iter().map(entry).collect();
    let model = json!({
        "format": "layers-model", "generatedBy": "keras v2.15.0", "convertedBy": "TensorFlow.js Converter v4.17.0",
        "modelTopology": {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": sequential(healthy)},
        "weightsManifest": [{"paths": ["weights.bin"], "weights": manifest}],
    });
    (model.to_string().into_bytes(), tensors.iter().flat_map(bytes).collect())
}

/// A field of a message: its number, its bytes with their length before them.
fn field(number: u32, bytes: &[u8]) -> Vec<u8> {
    [varint(u64::from(number << 3 | 2)), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

fn whole(number: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(number << 3)), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 127 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

pub fn onnx(healthy: &Healthy, tensors: &[Tensor]) -> Vec<u8> {
    let names = |k: usize, is_bias: bool| {
        let healthy = healthy.tensors.iter().find(|tensor| tensor.layer == k && tensor.is_bias == is_bias);
        healthy.map(|tensor| tensor.name.clone())
    };
    let mut graph = Vec::new();
    let count = healthy.layers.len();
    for k in 0..count {
        let (from, to) = (format!("x{k}"), format!("h{k}"));
        let mut node: Vec<u8> = field(1, from.as_bytes());
        node.extend(names(k, false).iter().flat_map(|name| field(1, name.as_bytes())));
        node.extend(names(k, true).iter().flat_map(|name| field(1, name.as_bytes())));
        node.extend([field(2, to.as_bytes()), field(3, format!("gemm{k}").as_bytes()), field(4, b"Gemm")].concat());
        // transB = 1.
        node.extend(field(5, &[field(1, b"transB"), whole(3, 1), whole(20, 2)].concat()));
        graph.extend(field(1, &node));
        let after = if k + 1 < count { format!("x{}", k + 1) } else { "y".to_owned() };
        let operator: &[u8] = if k + 1 < count { b"Relu" } else { b"Identity" };
        let node =
            [field(1, to.as_bytes()), field(2, after.as_bytes()), field(3, after.as_bytes()), field(4, operator)];
        graph.extend(field(1, &node.concat()));
    }
    graph.extend(field(2, b"graph"));
    for tensor in tensors {
        let kind = match tensor.kind {
            Type::F32 => 1,
            Type::I8 => 3,
            Type::I64 => 7,
            Type::F16 => 10,
            Type::F64 => 11,
            Type::BF16 => 16,
            Type::F8 => 17,
        };
        let mut message: Vec<u8> = tensor.shape.iter().flat_map(|length| whole(1, *length as u64)).collect();
        message.extend([whole(2, kind), field(8, tensor.name.as_bytes()), field(9, &tensor.bytes())].concat());
        graph.extend(field(5, &message));
    }
    let value = |name: &[u8], width: usize| {
        let dimensions = [field(1, &field(2, b"n")), field(1, &whole(1, width as u64))].concat();
        let kind = field(1, &[whole(1, 1), field(2, &dimensions)].concat());
        [field(1, name), field(2, &kind)].concat()
    };
    graph.extend(field(11, &value(b"x0", healthy.points.nrows())));
    graph.extend(field(12, &value(b"y", healthy.expected.nrows())));
    [whole(1, 9), field(7, &graph), field(8, &[field(1, b""), whole(2, 17)].concat())].concat()
}
