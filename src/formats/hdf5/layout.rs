//! The newest description of where a dataset's values are, which the library does not read.
//!
//! Version 5 of the data layout message (HDF5 2.0) differs from version 4 only in how compressed chunks of some indices
//! are counted. Where it does not differ, the message is called version 4 in the bytes in memory. An object header of the
//! newer form ends in a checksum of itself, so that nothing else is taken for one.

/// What an object header of the newer form begins with: its mark and its version.
const HEADER: [u8; 5] = *b"OHDR\x02";
/// Bits of its flags: the width of its size, whether messages are counted, and what else stands before the size.
const SIZE_WIDTH: u8 = 3;
const COUNTED: u8 = 4;
const PHASES: u8 = 0x10;
const TIMES: u8 = 0x20;
/// Kinds of messages.
const LAYOUT: u8 = 8;
const FILTERS: u8 = 11;
/// The class of layouts with chunks, and the indices whose entries are the same with filters: a single chunk, and chunks
/// without an index.
const CHUNKED: u8 = 2;
const SAME_INDICES: [u8; 2] = [1, 2];
const CHECKSUM: usize = 4;

/// Calls messages of version 5 those of version 4 where both say the same.
pub(super) fn make_older(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.windows(HEADER.len()).position(|five| five == HEADER)) {
        at += step;
        if let Some(header) = bytes.get_mut(at..) {
            make_header_older(header);
        }
        at += HEADER.len();
    }
}

/// Does so for the object header that the bytes begin with; `None` where it is none, or has no such message.
fn make_header_older(bytes: &mut [u8]) -> Option<()> {
    let flags = *bytes.get(HEADER.len())?;
    let optional = if flags & TIMES == 0 { 0 } else { 16 } + if flags & PHASES == 0 { 0 } else { 4 };
    let size_at = HEADER.len() + 1 + optional;
    let width = 1_usize << (flags & SIZE_WIDTH);
    let size = bytes.get(size_at..size_at + width)?.iter().rev().fold(0_u64, |size, byte| size << 8 | u64::from(*byte));
    let first = size_at + width;
    let end = first.checked_add(usize::try_from(size).ok()?)?;
    let stored = bytes.get(end..end.checked_add(CHECKSUM)?)?.first_chunk().map(|sum| u32::from_le_bytes(*sum))?;
    let header = bytes.get_mut(..end)?;
    if checksum(header) != stored {
        return None;
    }
    let prefix = if flags & COUNTED == 0 { 4 } else { 6 };
    let (mut at, mut layout, mut has_filters) = (first, None, false);
    while let Some([kind, low, high, ..]) = header.get(at..at + prefix) {
        let data = at + prefix;
        at = data + usize::from(u16::from_le_bytes([*low, *high]));
        has_filters |= *kind == FILTERS;
        if *kind == LAYOUT && at <= end && header.get(data) == Some(&5) {
            layout = Some(data);
        }
    }
    let layout = layout?;
    if header.get(layout + 1) == Some(&CHUNKED) {
        let [axes, width] = *header.get(layout + 3..)?.first_chunk()?;
        let index = header.get(layout + 5 + usize::from(axes) * usize::from(width))?;
        if has_filters && !SAME_INDICES.contains(index) {
            return None;
        }
    }
    *header.get_mut(layout)? = 4;
    let sum = checksum(header).to_le_bytes();
    bytes.get_mut(end..end + CHECKSUM)?.copy_from_slice(&sum);
    Some(())
}

/// Bob Jenkins's `hashlittle` (lookup3, 2006) from 0, which HDF5 takes for its checksums.
fn checksum(bytes: &[u8]) -> u32 {
    let start = 0xdead_beef_u32.wrapping_add(bytes.len() as u32);
    let (mut a, mut b, mut c) = (start, start, start);
    let word = |bytes: &[u8], position: usize| {
        (0..4).fold(0_u32, |word, byte| {
            word | u32::from(bytes.get(4 * position + byte).copied().unwrap_or(0)) << (8 * byte)
        })
    };
    let mut rest = bytes;
    while rest.len() > 12 {
        a = a.wrapping_add(word(rest, 0));
        b = b.wrapping_add(word(rest, 1));
        c = c.wrapping_add(word(rest, 2));
        a = a.wrapping_sub(c) ^ c.rotate_left(4);
        c = c.wrapping_add(b);
        b = b.wrapping_sub(a) ^ a.rotate_left(6);
        a = a.wrapping_add(c);
        c = c.wrapping_sub(b) ^ b.rotate_left(8);
        b = b.wrapping_add(a);
        a = a.wrapping_sub(c) ^ c.rotate_left(16);
        c = c.wrapping_add(b);
        b = b.wrapping_sub(a) ^ a.rotate_left(19);
        a = a.wrapping_add(c);
        c = c.wrapping_sub(b) ^ b.rotate_left(4);
        b = b.wrapping_add(a);
        rest = &rest[12..];
    }
    if rest.is_empty() {
        return c;
    }
    a = a.wrapping_add(word(rest, 0));
    b = b.wrapping_add(word(rest, 1));
    c = c.wrapping_add(word(rest, 2));
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_lookup3() {
        // The values that its author gives.
        assert_eq!(checksum(b""), 0xdead_beef);
        assert_eq!(checksum(b"Four score and seven years ago"), 0x1777_0551);
    }

    #[test]
    fn a_message_becomes_older_where_that_says_the_same() {
        let header = |index: u8, with_filter: bool| {
            let layout = [&[5, 2, 0, 2, 1, 8, 8, index][..], &[0; 8]].concat();
            let mut messages = [&[LAYOUT, layout.len() as u8, 0, 0][..], &layout].concat();
            if with_filter {
                messages.extend([FILTERS, 1, 0, 0, 7]);
            }
            let mut bytes = [&HEADER[..], &[0, messages.len() as u8], &messages].concat();
            let sum = checksum(&bytes);
            bytes.extend(sum.to_le_bytes());
            bytes
        };
        for (index, with_filter, version) in [(1, true, 4), (3, false, 4), (3, true, 5)] {
            let mut bytes = [b"ab".to_vec(), header(index, with_filter)].concat();
            make_older(&mut bytes);
            assert_eq!(bytes[2 + 7 + 4], version, "{index}");
            let (whole, sum) = bytes[2..].split_last_chunk::<4>().unwrap();
            assert_eq!(checksum(whole), u32::from_le_bytes(*sum));
        }
        let mut broken = header(1, false);
        broken[20] ^= 1;
        make_older(&mut broken);
        assert_eq!(broken[11], 5);
    }
}
