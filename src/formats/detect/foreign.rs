//! What a file is that is not read, and what to do with it: told by its first bytes, or by its name.

use std::path::Path;

/// What a file is, as in "is {what}, which is not read", and what to do.
pub(super) type Foreign = (&'static str, &'static str);

const SAVE: &str = "save the weights as safetensors, PyTorch .pt or NumPy .npz";
const UNPACK: &str = "unpack it and open what is in it";
const TENSORFLOW: &str = "in Python load it with tf.saved_model.load or keras.models.load_model and save it as .keras, or \
                          convert it to .onnx with tf2onnx";
const FLAX: &str = "in Python flatten its tree and save the arrays: \
                    numpy.savez(\"model.npz\", **flax.traverse_util.flatten_dict(params, sep=\"/\"))";
const JOBLIB: &str = "in Python load it where you trust it and save its arrays with numpy.savez";
/// The parts of such an archive; torch.save wrote it before version 0.1.10.
const OLD_TORCH: Foreign = (
    "a tar archive of PyTorch before 0.1.10",
    "in Python load it where you trust it with torch.load(path, weights_only=False) and save it again with torch.save",
);
const TO_ONNX: &str = "convert it to .onnx with a tool of its framework";
const AGAIN: &str = "download the file itself: this was saved in its place";
const DATA: &str = "give the file of a network; data goes to --data";

/// What the libraries of Hugging Face keep beside weights.
pub(super) const ADAPTER_SETTINGS: Foreign = (
    "the settings of an adapter (PEFT) without its weights",
    "open adapter_model.safetensors or adapter_model.bin beside it: the settings are read with it",
);
pub(super) const MODEL_SETTINGS: Foreign = (
    "the settings of a model without its weights",
    "open model.safetensors or pytorch_model.bin beside it, or the folder",
);

/// Marks at a place, and what begins or goes on so.
const MARKS: [(usize, &[u8], Foreign); 49] = [
    (0, b"version https://git-lfs", ("a Git LFS pointer, not the file itself", "get the file with git lfs pull")),
    (0, b"\x1f\x8b", ("a file compressed with gzip", "unpack it with gzip -d, or tar xf, and open what is in it")),
    (0, b"BZh", ("a file compressed with bzip2", UNPACK)),
    (0, b"\xfd7zXZ\0", ("a file compressed with xz", UNPACK)),
    (0, b"\x28\xb5\x2f\xfd", ("a file compressed with zstd", "unpack it with zstd -d and open what is in it")),
    (0, b"\x04\x22\x4d\x18", ("a file compressed with lz4", "unpack it with lz4 -d and open what is in it")),
    (0, b"x\x01", ("data compressed with zlib, as joblib writes it", JOBLIB)),
    (0, b"x\x5e", ("data compressed with zlib, as joblib writes it", JOBLIB)),
    (0, b"x\x9c", ("data compressed with zlib, as joblib writes it", JOBLIB)),
    (0, b"x\xda", ("data compressed with zlib, as joblib writes it", JOBLIB)),
    (0, b"7z\xbc\xaf\x27\x1c", ("a 7z archive", UNPACK)),
    (0, b"Rar!", ("a RAR archive", UNPACK)),
    (0, b"sys_info\0", OLD_TORCH),
    (0, b"storages\0", OLD_TORCH),
    (0, b"tensors\0", OLD_TORCH),
    (0, b"pickle\0", OLD_TORCH),
    (257, b"ustar", ("a tar archive", "unpack it with tar xf and open what is in it")),
    (4, b"ORTM", ("a model in the format of ONNX Runtime", "open the .onnx file that it was made of")),
    (4, b"ET12", ("a program of ExecuTorch", SAVE)),
    (0, b"lmgg", ("a GGML file from before GGUF", "convert it with convert_llama_ggml_to_gguf.py of llama.cpp")),
    (0, b"fmgg", ("a GGML file from before GGUF", "convert it with convert_llama_ggml_to_gguf.py of llama.cpp")),
    (0, b"tjgg", ("a GGML file from before GGUF", "convert it with convert_llama_ggml_to_gguf.py of llama.cpp")),
    (0, b"tggg", ("a GGML file from before GGUF", "convert it with convert_llama_ggml_to_gguf.py of llama.cpp")),
    (0, b"\x20\x2f\xf3\x7a", ("an NNUE network of a chess engine", "nnue-pytorch\'s serialize.py makes a .pt of it")),
    (0, b"\x16\x2f\xf3\x7a", ("an NNUE network of a chess engine", "nnue-pytorch\'s serialize.py makes a .pt of it")),
    (0, b"\x12\x01\0\0\0\0\0\0", ("a file of MXNet\'s parameters", TO_ONNX)),
    (0, b"ptrt", ("an engine of TensorRT", "open the .onnx file that it was made of")),
    (
        0,
        b"MATLAB 5.0",
        (
            "a MAT-file of Matlab",
            "in Matlab save it with -v7.3, or in Python read it with scipy.io and save with numpy.savez",
        ),
    ),
    (0, b"RDX2", ("data of R", SAVE)),
    (0, b"RDX3", ("data of R", SAVE)),
    (0, b"RDA2", ("data of R", SAVE)),
    (0, b"RDA3", ("data of R", SAVE)),
    (0, b"7767517", ("the graph of an ncnn model", "open the file that it was converted from")),
    (0, b"\x89PNG", ("a picture (PNG)", DATA)),
    (0, b"\xff\xd8\xff", ("a picture (JPEG)", DATA)),
    (0, b"GIF8", ("a picture (GIF)", DATA)),
    (0, b"RIFF", ("a picture or a sound (RIFF)", DATA)),
    (0, b"%PDF", ("a document (PDF)", DATA)),
    (0, b"PAR1", ("a table (Parquet)", DATA)),
    (0, b"ARROW1", ("a table (Arrow)", DATA)),
    (0, b"FEA1", ("a table (Feather)", DATA)),
    (0, b"SQLite format 3", ("a database (SQLite)", DATA)),
    (0, b"\x7fELF", ("a program or a library", "give the file of a network")),
    (0, b"\xcf\xfa\xed\xfe", ("a program or a library", "give the file of a network")),
    (0, b"tree\nversion", ("a model of LightGBM, which is no neural network", "give the file of a network")),
    (0, b"model_checkpoint_path:", ("the list of a TensorFlow checkpoint", TENSORFLOW)),
    (0, b"%!PS", ("a document (PostScript)", DATA)),
    (0, b"\xca\xfe\xba\xbe", ("a program or a library", "give the file of a network")),
    (0, b"!<arch>", ("a library", "give the file of a network")),
];

/// Words in the first line of a page, and what is one. They are compared without capitals.
const PAGES: [(&str, Foreign); 7] = [
    ("<!doctype html", ("a web page (HTML)", AGAIN)),
    ("<html", ("a web page (HTML)", AGAIN)),
    ("<head", ("a web page (HTML)", AGAIN)),
    ("<?xml version=\"1.0\" ?><net", ("the graph of an OpenVINO model", "open the .onnx file that it was made of")),
    ("<net", ("the graph of an OpenVINO model", "open the .onnx file that it was made of")),
    ("<error", ("an error of a server (XML)", AGAIN)),
    ("<?xml", ("a file of XML", AGAIN)),
];

/// Endings of names, and what such files are where their content does not tell.
const EXTENSIONS: [(&[&str], Foreign); 19] = [
    (&["pb", "pbtxt"], ("a graph of TensorFlow", TENSORFLOW)),
    (&["index", "meta"], ("a part of a TensorFlow checkpoint", TENSORFLOW)),
    (&["mlmodel", "mlpackage", "mlmodelc"], ("a CoreML model", "open the model that it was converted from")),
    (&["msgpack"], ("a file of flax", FLAX)),
    (&["caffemodel", "prototxt"], ("a model of Caffe", TO_ONNX)),
    (&["weights"], ("a file of Darknet\'s weights", TO_ONNX)),
    (&["cfg"], ("a configuration of Darknet", TO_ONNX)),
    (&["param"], ("the graph of an ncnn model", "open the file that it was converted from")),
    (&["params"], ("a file of MXNet\'s parameters", TO_ONNX)),
    (&["pdmodel", "pdiparams", "pdparams"], ("a PaddlePaddle model", "convert it to .onnx with paddle2onnx")),
    (&["mnn", "tmfile", "rknn", "om", "engine", "plan", "trt"], ("a model compiled for one kind of machine", TO_ONNX)),
    (&["onnx_data", "data"], ("a file of an ONNX model\'s weights", "open the .onnx file beside it")),
    (&["nnue"], ("an NNUE network of a chess engine", "nnue-pytorch\'s serialize.py makes a .pt of it")),
    (&["mat"], ("a MAT-file of Matlab", "in Python read it with scipy.io and save with numpy.savez")),
    (&["rds", "rdata", "rda"], ("data of R", SAVE)),
    (&["ubj", "xgb"], ("a model of XGBoost, which is no neural network", "give the file of a network")),
    (&["nemo", "mar", "tar"], ("an archive", UNPACK)),
    (&["t7"], ("a file of the first Torch", "load it with torchfile in Python and save it with numpy.savez")),
    (&["csv", "tsv", "idx", "txt"], ("a file of data", DATA)),
];

/// What a file that begins so is.
pub(super) fn of_content(beginning: &[u8]) -> Option<Foreign> {
    if beginning.len() >= 16 && beginning.iter().all(|byte| *byte == 0) {
        return Some(("empty space: it begins with nothing but zeros", "download or copy it again"));
    }
    let is_marked = |(position, mark, _): &&(usize, &[u8], Foreign)| {
        beginning.get(*position..).is_some_and(|rest| rest.starts_with(mark))
    };
    if let Some((.., foreign)) = MARKS.iter().find(is_marked) {
        return Some(*foreign);
    }
    let text = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    let text = String::from_utf8_lossy(text.get(..text.len().min(512))?).to_lowercase();
    let is_openvino = text.starts_with("<?xml") && text.contains("<net ");
    let is_error = text.starts_with("<?xml") && text.contains("<error");
    let page = PAGES.iter().find(|(caption, _)| match *caption {
        "<net" => is_openvino || text.starts_with("<net "),
        "<error" => is_error || text.starts_with("<error"),
        caption => text.starts_with(caption),
    });
    page.map(|(_, foreign)| *foreign)
}

/// What a file of this name is, where its content does not tell.
pub(super) fn of_name(path: &Path, extension: &str, beginning: &[u8]) -> Option<Foreign> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if name.contains(".data-0") {
        return Some(("a part of a TensorFlow checkpoint", TENSORFLOW));
    }
    let has_sibling = |suffix: &str| crate::io::is_file(&path.with_extension(suffix));
    if extension == "bin" {
        return Some(match () {
            () if name.contains("-shard") => ("a part of a TensorFlow.js model", "open the model.json beside it"),
            () if has_sibling("xml") => {
                ("a file of an OpenVINO model\'s weights", "open the .onnx file that it was made of")
            }
            () if has_sibling("param") => {
                ("a file of an ncnn model\'s weights", "open the file that it was converted from")
            }
            () => return None,
        });
    }
    let by_ending =
        EXTENSIONS.iter().find(|(extensions, _)| extensions.contains(&extension)).map(|(_, foreign)| *foreign);
    by_ending.or_else(|| {
        let is_text = !beginning.is_empty()
            && str::from_utf8(beginning.get(..beginning.len().min(256))?).is_ok()
            && !beginning.iter().take(256).any(|byte| *byte < 9);
        is_text.then_some(("a file of text", "give the file of a network"))
    })
}

/// What a folder with entries of these names is, where it is the model of a framework whose folders are not read.
pub(super) fn of_folder(path: &Path, names: &[String]) -> Option<Foreign> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let ends_in = |suffix: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(suffix));
    if has("saved_model.pb") || has("saved_model.pbtxt") {
        return Some(("a SavedModel of TensorFlow", TENSORFLOW));
    }
    if ends_in("mlpackage") || ends_in("mlmodelc") || (has("Manifest.json") && has("Data")) {
        return Some(("a CoreML model", "open the model that it was converted from"));
    }
    if has("_CHECKPOINT_METADATA") || has("_METADATA") || has("manifest.ocdbt") {
        return Some(("a checkpoint of Orbax (JAX)", "in Python restore it and save the arrays with numpy.savez"));
    }
    if names.iter().any(|name| name.contains(".data-0")) && names.iter().any(|name| name.ends_with(".index")) {
        return Some(("a folder of a TensorFlow checkpoint", TENSORFLOW));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_others_are_named() {
        for (beginning, word) in [
            (&b"version https://git-lfs.github.com/spec/v1\noid sha256:00"[..], "Git LFS"),
            (b"  <!DOCTYPE html><html>", "web page"),
            (b"<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">", "OpenVINO"),
            (b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>", "error of a server"),
            (b"\x20\x2f\xf3\x7aabc", "NNUE"),
            (b"x\x9cabc", "joblib"),
            (b"sys_info\0\0\0", "PyTorch before 0.1.10"),
            (&[0; 32], "nothing but zeros"),
        ] {
            assert!(of_content(beginning).is_some_and(|(what, _)| what.contains(word)), "{word}");
        }
        assert!(of_content(b"hello").is_none() && of_content(b"").is_none() && of_content(&[8, 9]).is_none());
        for (name, word) in [
            ("a.mlmodel", "CoreML"),
            ("model.ckpt.data-00000-of-00001", "checkpoint"),
            ("group1-shard1of1.bin", "TensorFlow.js"),
            ("yolo.weights", "Darknet"),
        ] {
            let path = Path::new(name);
            let extension = path.extension().unwrap_or_default().to_string_lossy();
            assert!(of_name(path, &extension, &[1, 2]).is_some_and(|(what, _)| what.contains(word)), "{name}");
        }
        let names = ["saved_model.pb".to_owned(), "variables".to_owned()];
        assert!(of_folder(Path::new("m"), &names).is_some_and(|(what, _)| what.contains("SavedModel")));
    }
}
