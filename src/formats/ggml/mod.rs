//! The types of ggml: plain numbers, and blocks of numbers that share their scales.
//!
//! Layout: ggml/include/ggml.h and ggml/src/ggml-common.h. A type that later versions removed keeps its number.

mod blocks;
mod bytes;
mod super_blocks;

use super::elements::{FloatType, IntegerType};

/// How a type keeps its values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Coding {
    Float(FloatType),
    Integer(IntegerType),
    /// Blocks: the values of one, from its bytes.
    Blocks(fn(&[u8], &mut Vec<f64>)),
    /// Blocks whose values come out of large tables, or whose type was never used much.
    Unread,
}

/// A type.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockType {
    pub number: u32,
    pub name: &'static str,
    /// The values of a block, and its bytes.
    pub values: u64,
    pub bytes: u64,
    pub coding: Coding,
}

impl BlockType {
    pub fn is_read(self) -> bool {
        !matches!(self.coding, Coding::Unread)
    }

    /// The values in `bytes`, all numbers of which have their least significant byte first.
    pub fn decode(self, bytes: &[u8]) -> Option<Vec<f64>> {
        match self.coding {
            Coding::Float(float) => Some(float.decode(bytes)),
            Coding::Integer(integer) => Some(integer.decode(bytes)),
            Coding::Blocks(decode) => {
                let blocks = bytes.chunks_exact(self.bytes as usize);
                let mut values = Vec::with_capacity(blocks.len() * self.values as usize);
                blocks.for_each(|block| decode(block, &mut values));
                Some(values)
            }
            Coding::Unread => None,
        }
    }
}

/// The type of this number.
pub(super) fn of_number(number: u64) -> Option<BlockType> {
    TYPES.iter().find(|known| u64::from(known.number) == number).copied()
}

const TYPES: [BlockType; 42] = [
    block(0, "F32", 1, 4, Coding::Float(FloatType::F32)),
    block(1, "F16", 1, 2, Coding::Float(FloatType::F16)),
    block(2, "Q4_0", 32, 18, Coding::Blocks(blocks::q4_0)),
    block(3, "Q4_1", 32, 20, Coding::Blocks(blocks::q4_1)),
    block(4, "Q4_2", 16, 10, Coding::Unread),
    block(5, "Q4_3", 16, 12, Coding::Unread),
    block(6, "Q5_0", 32, 22, Coding::Blocks(blocks::q5_0)),
    block(7, "Q5_1", 32, 24, Coding::Blocks(blocks::q5_1)),
    block(8, "Q8_0", 32, 34, Coding::Blocks(blocks::q8_0)),
    block(9, "Q8_1", 32, 36, Coding::Blocks(blocks::q8_1)),
    block(10, "Q2_K", 256, 84, Coding::Blocks(super_blocks::q2_k)),
    block(11, "Q3_K", 256, 110, Coding::Blocks(super_blocks::q3_k)),
    block(12, "Q4_K", 256, 144, Coding::Blocks(super_blocks::q4_k)),
    block(13, "Q5_K", 256, 176, Coding::Blocks(super_blocks::q5_k)),
    block(14, "Q6_K", 256, 210, Coding::Blocks(super_blocks::q6_k)),
    block(15, "Q8_K", 256, 292, Coding::Blocks(super_blocks::q8_k)),
    block(16, "IQ2_XXS", 256, 66, Coding::Unread),
    block(17, "IQ2_XS", 256, 74, Coding::Unread),
    block(18, "IQ3_XXS", 256, 98, Coding::Unread),
    block(19, "IQ1_S", 256, 50, Coding::Unread),
    block(20, "IQ4_NL", 32, 18, Coding::Blocks(blocks::iq4_nl)),
    block(21, "IQ3_S", 256, 110, Coding::Unread),
    block(22, "IQ2_S", 256, 82, Coding::Unread),
    block(23, "IQ4_XS", 256, 136, Coding::Blocks(super_blocks::iq4_xs)),
    block(24, "I8", 1, 1, Coding::Integer(IntegerType::I8)),
    block(25, "I16", 1, 2, Coding::Integer(IntegerType::I16)),
    block(26, "I32", 1, 4, Coding::Integer(IntegerType::I32)),
    block(27, "I64", 1, 8, Coding::Integer(IntegerType::I64)),
    block(28, "F64", 1, 8, Coding::Float(FloatType::F64)),
    block(29, "IQ1_M", 256, 56, Coding::Unread),
    block(30, "BF16", 1, 2, Coding::Float(FloatType::BF16)),
    block(31, "Q4_0_4_4", 32, 18, Coding::Unread),
    block(32, "Q4_0_4_8", 32, 18, Coding::Unread),
    block(33, "Q4_0_8_8", 32, 18, Coding::Unread),
    block(34, "TQ1_0", 256, 54, Coding::Blocks(super_blocks::tq1_0)),
    block(35, "TQ2_0", 256, 66, Coding::Blocks(super_blocks::tq2_0)),
    block(36, "IQ4_NL_4_4", 32, 18, Coding::Unread),
    block(37, "IQ4_NL_4_8", 32, 18, Coding::Unread),
    block(38, "IQ4_NL_8_8", 32, 18, Coding::Unread),
    block(39, "MXFP4", 32, 17, Coding::Blocks(blocks::mxfp4)),
    block(40, "NVFP4", 64, 36, Coding::Blocks(blocks::nvfp4)),
    block(41, "Q1_0", 128, 18, Coding::Unread),
];

const fn block(number: u32, name: &'static str, values: u64, bytes: u64, coding: Coding) -> BlockType {
    BlockType { number, name, values, bytes, coding }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks of pseudo-random bytes, as the test data has them.
    fn random_bytes(length: usize, seed: u32) -> Vec<u8> {
        let mut state = seed;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    /// For each type a seed, the sums of two blocks' values, and of the values by their places, by the package gguf of llama.cpp.
    const SUMS: [(&str, u32, f64, f64); 16] = [
        ("Q4_0", 1, -5186.991574048996, -28727.651679754257),
        ("Q4_1", 1, 104630.72645187378, 1658748.874320984),
        ("Q5_0", 1, -22512.875, -185747.8125),
        ("Q5_1", 1, 205429.34594726562, 3984507.6169433594),
        ("Q8_0", 1, -77805.10040402412, 969565.5811519623),
        ("Q2_K", 1, -7.312762379646301, -1618.0739753246307),
        ("Q3_K", 1, -4391.107391357422, -879185.4580993652),
        ("Q4_K", 1, 18790228.768615723, 3039727817.8172607),
        ("Q5_K", 1, 38876122.15447998, 6223071007.751663),
        ("Q6_K", 2, 590478161.8151855, 260058391260.51587),
        ("TQ1_0", 1, 2.6435546875, -24.158203125),
        ("TQ2_0", 1, 694020.0, 461551648.0),
        ("MXFP4", 1, 3.979038981443382e-13, 1.2931876865873845e-11),
        ("NVFP4", 1, -1773.14453125, -115962.599609375),
        ("IQ4_NL", 1, -65036.88746356964, -224233.45998334885),
        ("IQ4_XS", 1, -2627555.34375, -949649661.984375),
    ];

    #[test]
    fn blocks_have_the_values_that_llama_cpp_gives_them() {
        for (name, seed, sum, moment) in SUMS {
            let known = TYPES.iter().find(|known| known.name == name).unwrap();
            let values = known.decode(&random_bytes(2 * known.bytes as usize, seed)).unwrap();
            assert_eq!(values.len() as u64, 2 * known.values, "{name}");
            let found: f64 = values.iter().sum();
            let found_moment: f64 = values.iter().enumerate().map(|(position, value)| position as f64 * value).sum();
            let scale: f64 = values.iter().map(|value| value.abs()).sum();
            assert!((found - sum).abs() < 1e-5 * scale, "{name}: {found} {sum}");
            assert!((found_moment - moment).abs() < 1e-5 * scale * values.len() as f64, "{name}");
        }
    }
}
