//! Files of all formats, damaged in ways that are the same for the same number.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Larger files only slow the search down.
const LARGEST_SEED: u64 = 48 << 10;
/// Numbers that lengths and counts trip over.
const INTERESTING: [u64; 12] = [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    0xffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x7fff_ffff_ffff_ffff,
    0x8000_0000_0000_0000,
    0xffff_ffff_ffff_ffff,
];

/// A whole file to begin with.
pub struct Seed {
    pub path: PathBuf,
    bytes: Vec<u8>,
}

/// A damaged file.
pub struct Mutant<'a> {
    pub seed: &'a Seed,
    pub bytes: Vec<u8>,
}

/// The project's folder: of the package that is compiled, or the one that this is a member of.
fn project() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().find(|folder| folder.join("tests/data").is_dir()).unwrap_or(package)
}

/// Whole files of every format, in the order of their names.
pub fn seeds() -> Vec<Seed> {
    let data = project().join("tests/data");
    let mut paths = vec![data];
    let mut seeds = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if fs::metadata(&path).unwrap().len() <= LARGEST_SEED {
            seeds.push(Seed { bytes: fs::read(&path).unwrap(), path });
        }
    }
    seeds.sort_by(|left, right| left.path.cmp(&right.path));
    seeds
}

/// The damaged file of this number.
pub fn mutant(seeds: &[Seed], number: u64) -> Mutant<'_> {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let seed = &seeds[(number % seeds.len() as u64) as usize];
    let other = &seeds[random.random_range(0..seeds.len())];
    let is_zip = ZipArchive::new(Cursor::new(&seed.bytes)).is_ok();
    let bytes = match random.random_range(0..4) {
        // Damage inside an entry would be met by the archive's checksum first.
        0..=1 if is_zip => repacked(&seed.bytes, &other.bytes, &mut random),
        _ => damaged(seed.bytes.clone(), &other.bytes, &mut random),
    };
    Mutant { seed, bytes }
}

/// The archive with one entry damaged, packed again.
fn repacked(archive: &[u8], other: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let chosen = random.random_range(0..archive.len());
    let method = if random.random_bool(0.5) { CompressionMethod::Stored } else { CompressionMethod::Deflated };
    let options = SimpleFileOptions::default().compression_method(method);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in 0..archive.len() {
        let mut file = archive.by_index(entry).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if entry == chosen {
            bytes = damaged(bytes, other, random);
        }
        writer.start_file(name, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn damaged(mut bytes: Vec<u8>, other: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    for _ in 0..random.random_range(1..5) {
        if bytes.is_empty() {
            break;
        }
        // Headers stand at the front, directories of archives at the end.
        let position = match random.random_range(0..4) {
            0 => random.random_range(0..bytes.len()),
            1 => bytes.len() - 1 - random.random_range(0..bytes.len().min(200)),
            _ => random.random_range(0..bytes.len().min(400)),
        };
        let length = random.random_range(1..65).min(bytes.len() - position);
        match random.random_range(0..8) {
            0 => bytes[position] ^= 1 << random.random_range(0..8),
            1 => bytes[position] = random.random(),
            2..=3 => write_number(&mut bytes, position, random),
            4 => bytes.truncate(position),
            5 => drop(bytes.drain(position..position + length)),
            6 => {
                let piece = bytes[position..position + length].to_vec();
                bytes.splice(position..position, piece);
            }
            _ if other.is_empty() => bytes[position] = 0,
            _ => {
                let from = random.random_range(0..other.len());
                let piece = other[from..(from + length).min(other.len())].to_vec();
                bytes.splice(position..position, piece);
            }
        }
    }
    bytes
}

/// Writes an interesting number of some width, and of either order of bytes.
fn write_number(bytes: &mut [u8], position: usize, random: &mut ChaCha8Rng) {
    let width = [1, 2, 4, 8][random.random_range(0..4)].min(bytes.len() - position);
    let number = INTERESTING[random.random_range(0..INTERESTING.len())];
    let mut piece = number.to_le_bytes()[..width].to_vec();
    if random.random_bool(0.3) {
        piece.reverse();
    }
    bytes[position..position + width].copy_from_slice(&piece);
}

/// Folders in which the damaged files stand where the whole ones stood, beside the others that they name.
pub struct Workplace {
    root: tempfile::TempDir,
}

impl Workplace {
    /// Copies the folders of all seeds.
    pub fn new(seeds: &[Seed]) -> Workplace {
        let workplace = Workplace { root: tempfile::tempdir().unwrap() };
        for seed in seeds {
            let path = workplace.position(seed);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &seed.bytes).unwrap();
        }
        workplace
    }

    fn position(&self, seed: &Seed) -> PathBuf {
        self.root.path().join(seed.path.strip_prefix(project()).unwrap())
    }

    /// Puts the damaged file into the place of the whole one while `look` looks at it.
    pub fn with<T>(&self, mutant: &Mutant<'_>, look: impl FnOnce(&Path) -> T) -> T {
        let path = self.position(mutant.seed);
        fs::write(&path, &mutant.bytes).unwrap();
        let result = look(&path);
        fs::write(&path, &mutant.seed.bytes).unwrap();
        result
    }
}
