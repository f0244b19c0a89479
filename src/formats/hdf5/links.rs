//! Soft links, which the library does not step over in the older form of groups.
//!
//! A soft link is a second name for what has a place of its own in the file, so that nothing is lost without it. The
//! nodes of the older groups (HDF5 file format specification, III.B.4) list links of both kinds; here those without a
//! place are taken out of the bytes in memory.

/// What a node begins with: its mark, its version and a zero.
const NODE: [u8; 6] = *b"SNOD\x01\0";
/// Nodes lie at multiples of this.
const ALIGNMENT: usize = 8;
/// Bytes before the entries of a node; those of an entry: where its name is, where the object is, what is kept with it.
const NODE_HEADER: usize = 8;
const ENTRY: usize = 40;
/// Nothing has this address.
const NO_ADDRESS: [u8; 8] = [0xff; 8];
/// What an entry keeps of a soft link.
const SOFT_LINK: [u8; 4] = 2_u32.to_le_bytes();

/// The bytes of the file without its soft links; `None` where it has none of the older form. Only files whose addresses
/// take eight bytes are understood, as all are that HDF5 writes by itself.
pub(super) fn without_soft_links(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut changed: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(node) = bytes.get(at..at + NODE_HEADER) {
        if node.starts_with(&NODE) {
            let count = usize::from(u16::from_le_bytes([node[6], node[7]]));
            let start = at + NODE_HEADER;
            if let Some(entries) = bytes.get(start..start + count * ENTRY) {
                let kept: Vec<&[u8]> = entries.chunks_exact(ENTRY).filter(|entry| !is_soft_link(entry)).collect();
                if kept.len() < count {
                    let left = changed.get_or_insert_with(|| bytes.to_vec());
                    left[at + 6..at + 8].copy_from_slice(&(kept.len() as u16).to_le_bytes());
                    let kept = kept.concat();
                    left[start..start + kept.len()].copy_from_slice(&kept);
                }
            }
        }
        at += ALIGNMENT;
    }
    changed
}

fn is_soft_link(entry: &[u8]) -> bool {
    entry.get(8..16) == Some(&NO_ADDRESS) && entry.get(16..20) == Some(&SOFT_LINK)
}
