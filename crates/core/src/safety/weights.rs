//! The classifier's numbers, as committed bytes.
//!
//! Layout, little-endian: magic, bits of the hash table, length of the vector block, bias, threshold, fallback bias,
//! fallback threshold, threshold of a part, scale of the table, scale of the fallback table; the vector weights as f32; both tables as i8.

/// First bytes of the file; the last one is the version of the feature code.
const MAGIC: &[u8; 8] = b"VXGATE02";
const HEADER: usize = 8 + 9 * 4;
const MAX_BITS: u32 = 18;
const MAX_DIMENSIONS: u32 = 4096;

/// Weights of the classifier and of its fallback without a vector.
#[derive(Clone, PartialEq)]
pub struct Weights {
    /// The hash table has `1 << bits` buckets.
    pub bits: u32,
    /// Added to the score with a vector.
    pub bias: f32,
    /// Score from which a turn is medical.
    pub threshold: f32,
    /// Added to the score without a vector.
    pub fallback_bias: f32,
    /// Score from which a turn is medical when there is no vector.
    pub fallback_threshold: f32,
    /// Fallback score from which one part of a turn makes the turn medical.
    pub part_threshold: f32,
    /// Weight of each number of the vector.
    pub vector: Vec<f32>,
    /// Value of one step of `table`.
    pub table_scale: f32,
    /// Value of one step of `fallback`.
    pub fallback_scale: f32,
    /// Weight of each bucket, in steps.
    pub table: Vec<i8>,
    /// Weight of each bucket when there is no vector, in steps.
    pub fallback: Vec<i8>,
}

/// Why bytes are not weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    /// Not the format, or made for other feature code.
    #[error("not weights of this version of the gate")]
    Format,
    /// Too short, too long, or sizes out of bounds.
    #[error("the weights have the wrong length")]
    Length,
    /// A number that is not finite.
    #[error("the weights contain a number that is not finite")]
    Number,
}

impl Weights {
    /// The weights compiled into the program.
    #[expect(
        clippy::expect_used,
        reason = "the bytes are part of the program and a test reads them"
    )]
    pub fn builtin() -> Self {
        Self::from_bytes(include_bytes!("weights.bin")).expect("the committed weights are readable")
    }

    /// Reads the format of the module documentation.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        let rest = bytes.strip_prefix(MAGIC).ok_or(WeightsError::Format)?;
        let word = |index: usize| -> Result<[u8; 4], WeightsError> {
            rest.get(index * 4..index * 4 + 4)
                .and_then(|part| part.try_into().ok())
                .ok_or(WeightsError::Length)
        };
        let bits = u32::from_le_bytes(word(0)?);
        let dimensions = u32::from_le_bytes(word(1)?);
        if bits > MAX_BITS || dimensions > MAX_DIMENSIONS {
            return Err(WeightsError::Length);
        }
        let (buckets, dimensions) = (1_usize << bits, dimensions as usize);
        if bytes.len() != HEADER + dimensions * 4 + 2 * buckets {
            return Err(WeightsError::Length);
        }
        let float = |index: usize| -> Result<f32, WeightsError> {
            let value = f32::from_le_bytes(word(index)?);
            if value.is_finite() {
                Ok(value)
            } else {
                Err(WeightsError::Number)
            }
        };
        let tables = &bytes[HEADER + dimensions * 4..];
        let signed = |part: &[u8]| part.iter().map(|byte| byte.cast_signed()).collect();
        Ok(Self {
            bits,
            bias: float(2)?,
            threshold: float(3)?,
            fallback_bias: float(4)?,
            fallback_threshold: float(5)?,
            part_threshold: float(6)?,
            table_scale: float(7)?,
            fallback_scale: float(8)?,
            vector: (0..dimensions)
                .map(|i| float(9 + i))
                .collect::<Result<_, _>>()?,
            table: signed(&tables[..buckets]),
            fallback: signed(&tables[buckets..]),
        })
    }

    /// Writes the format of the module documentation.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(self.bits.to_le_bytes());
        out.extend((self.vector.len() as u32).to_le_bytes());
        for value in [
            self.bias,
            self.threshold,
            self.fallback_bias,
            self.fallback_threshold,
            self.part_threshold,
            self.table_scale,
            self.fallback_scale,
        ] {
            out.extend(value.to_le_bytes());
        }
        for value in &self.vector {
            out.extend(value.to_le_bytes());
        }
        out.extend(self.table.iter().map(|step| step.cast_unsigned()));
        out.extend(self.fallback.iter().map(|step| step.cast_unsigned()));
        out
    }

    /// Score of a turn with its vector; None when the vector is not of the length these weights were made for.
    pub(super) fn score(&self, vector: &[f32], ngrams: &[(u32, f32)]) -> Option<f32> {
        if vector.len() != self.vector.len() || vector.iter().any(|v| !v.is_finite()) {
            return None;
        }
        let dense: f32 = vector.iter().zip(&self.vector).map(|(a, b)| a * b).sum();
        Some(self.bias + dense + sparse(&self.table, self.table_scale, ngrams))
    }

    /// Score of a turn without a vector.
    pub(super) fn fallback_score(&self, ngrams: &[(u32, f32)]) -> f32 {
        self.fallback_bias + sparse(&self.fallback, self.fallback_scale, ngrams)
    }
}

fn sparse(table: &[i8], scale: f32, ngrams: &[(u32, f32)]) -> f32 {
    let steps: f32 = ngrams
        .iter()
        .filter_map(|(bucket, value)| Some(f32::from(*table.get(*bucket as usize)?) * value))
        .sum();
    steps * scale
}

impl std::fmt::Debug for Weights {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Weights")
            .field("bits", &self.bits)
            .field("dimensions", &self.vector.len())
            .field("threshold", &self.threshold)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_committed_weights_are_readable_and_small() {
        let weights = Weights::builtin();
        assert_eq!(weights.vector.len(), 384);
        assert!(weights.to_bytes().len() < 1_500_000);
        assert!(weights.table.iter().any(|step| *step != 0));
        assert_eq!(Weights::from_bytes(&weights.to_bytes()), Ok(weights));
    }

    #[test]
    fn a_vector_of_another_model_has_no_score() {
        let weights = Weights::builtin();
        assert_eq!(weights.score(&[0.0; 3], &[]), None);
        assert_eq!(weights.score(&[f32::NAN; 384], &[]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Weights::from_bytes(&bytes);
            let mut framed = MAGIC.to_vec();
            framed.extend(&bytes);
            let _ = Weights::from_bytes(&framed);
        }
    }
}
