//! Damaged files of every format: no panic, no end of memory. `cargo xtask mutate` searches longer and measures time.

mod allocation;
mod mutator;
mod readers;

#[global_allocator]
static ALLOCATOR: allocation::Counting = allocation::Counting;

/// How many damaged files are read; the same ones every time.
const MUTANTS: u64 = 1500;

#[test]
fn damaged_files_cost_little_and_harm_nothing() {
    let seeds = mutator::seeds();
    assert!(seeds.len() > 300, "{} seeds", seeds.len());
    let workplace = mutator::Workplace::new(&seeds);
    let mut taken = 0;
    for number in 0..MUTANTS {
        let mutant = mutator::mutant(&seeds, number);
        let (readers, bytes) = workplace.with(&mutant, |path| allocation::peak_of(|| readers::read_all(path)));
        let most = readers::most_bytes(mutant.bytes.len());
        assert!(bytes <= most, "mutant {number} of {}: {bytes} bytes", mutant.seed.path.display());
        taken += usize::from(readers > 0);
    }
    // Some damage is none to a reader; were it none to all, nothing would be damaged.
    assert!((1..MUTANTS as usize).contains(&taken), "{taken} of {MUTANTS} were taken");
}
