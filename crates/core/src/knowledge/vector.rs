//! Sentence vectors in one byte a component, and their exact scan.

use serde::{Deserialize, Serialize};

/// What part of a chunk a vector stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The title and the whole chunk.
    Passage,
    /// The title and about 100 tokens of it.
    Window,
    /// One sentence alone.
    Sentence,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Passage => 0,
            Self::Window => 1,
            Self::Sentence => 2,
        }
    }

    const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Passage),
            1 => Some(Self::Window),
            2 => Some(Self::Sentence),
            _ => None,
        }
    }
}

/// One vector: components as signed bytes and what a unit of them is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantized {
    /// Components, -127 to 127.
    pub values: Box<[i8]>,
    /// Multiply a component by this.
    pub scale: f32,
}

impl Quantized {
    /// The nearest byte vector to `vector`; components that are not finite count as zero.
    pub fn from_f32(vector: &[f32]) -> Self {
        let top = vector
            .iter()
            .filter(|v| v.is_finite())
            .fold(0.0_f32, |a, v| a.max(v.abs()));
        let scale = if top > 0.0 { top / 127.0 } else { 1.0 };
        let values = vector
            .iter()
            .map(|v| {
                if v.is_finite() {
                    (v / scale).round() as i8
                } else {
                    0
                }
            })
            .collect();
        Self { values, scale }
    }
}

/// All vectors of one chunk, in the order of [`super::chunk::vector_inputs`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChunkVectors {
    /// Kind and vector; all of one length.
    pub vectors: Vec<(Kind, Quantized)>,
}

impl ChunkVectors {
    /// Quantizes the vectors of one chunk.
    pub fn quantize<'a>(vectors: impl IntoIterator<Item = (Kind, &'a [f32])>) -> Self {
        Self {
            vectors: vectors
                .into_iter()
                .map(|(kind, v)| (kind, Quantized::from_f32(v)))
                .collect(),
        }
    }

    /// Components of each vector, or 0 without vectors.
    pub fn dimensions(&self) -> usize {
        self.vectors.first().map_or(0, |(_, v)| v.values.len())
    }

    /// The form to store: dimensions (2 bytes), then for each vector kind (1), scale (4), components. Little endian.
    pub fn to_bytes(&self) -> Vec<u8> {
        let dimensions = self.dimensions();
        let mut out = Vec::with_capacity(2 + self.vectors.len() * (5 + dimensions));
        out.extend((dimensions as u16).to_le_bytes());
        for (kind, vector) in self
            .vectors
            .iter()
            .filter(|(_, v)| v.values.len() == dimensions)
        {
            out.push(kind.code());
            out.extend(vector.scale.to_le_bytes());
            out.extend(vector.values.iter().map(|v| v.cast_unsigned()));
        }
        out
    }

    /// The vectors of a stored form, or nothing when it is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<2>()?;
        let dimensions = usize::from(u16::from_le_bytes(*head));
        let step = 5 + dimensions;
        if rest.len() % step != 0 {
            return None;
        }
        let vectors = rest
            .chunks_exact(step)
            .map(|row| {
                let kind = Kind::from_code(*row.first()?)?;
                let scale = f32::from_le_bytes(row.get(1..5)?.try_into().ok()?);
                let values = row.get(5..)?.iter().map(|v| v.cast_signed()).collect();
                Some((kind, Quantized { values, scale }))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self { vectors })
    }
}

/// All vectors of one kind, laid out for scanning: the vectors of a chunk are neighbours.
#[derive(Debug, Default)]
pub(super) struct Arm {
    values: Vec<i8>,
    scales: Vec<f32>,
    /// First vector of each chunk; one entry more than there are chunks.
    starts: Vec<u32>,
}

impl Arm {
    pub(super) fn new() -> Self {
        Self {
            values: Vec::new(),
            scales: Vec::new(),
            starts: vec![0],
        }
    }

    /// Adds the next chunk's vectors of `kind`.
    pub(super) fn push_chunk(&mut self, vectors: Option<&ChunkVectors>, kind: Kind) {
        for (_, v) in vectors
            .iter()
            .flat_map(|c| &c.vectors)
            .filter(|(k, _)| *k == kind)
        {
            self.values.extend_from_slice(&v.values);
            self.scales.push(v.scale);
        }
        self.starts.push(self.scales.len() as u32);
    }

    pub(super) fn finish(&mut self) {
        self.values.shrink_to_fit();
        self.scales.shrink_to_fit();
        self.starts.shrink_to_fit();
    }

    /// Cosines of a chunk's vectors with the question, in order.
    pub(super) fn cosines<'a>(
        &'a self,
        chunk: usize,
        probe: &'a Probe,
    ) -> impl Iterator<Item = f32> + 'a {
        let from = self.starts.get(chunk).map_or(0, |s| *s as usize);
        let to = self.starts.get(chunk + 1).map_or(from, |s| *s as usize);
        (from..to).map(move |row| self.cosine(row, probe))
    }

    /// Adds a chunk's vectors to `sum` and returns how many there were.
    pub(super) fn add_to(&self, chunk: usize, sum: &mut [f32]) -> usize {
        let from = self.starts.get(chunk).map_or(0, |s| *s as usize);
        let to = self.starts.get(chunk + 1).map_or(from, |s| *s as usize);
        for row in from..to {
            let scale = self.scales.get(row).copied().unwrap_or(0.0);
            let values = self
                .values
                .get(row * sum.len()..(row + 1) * sum.len())
                .unwrap_or_default();
            for (slot, v) in sum.iter_mut().zip(values) {
                *slot += f32::from(*v) * scale;
            }
        }
        to - from
    }

    fn cosine(&self, row: usize, probe: &Probe) -> f32 {
        let n = probe.values.len();
        let Some(values) = self.values.get(row * n..(row + 1) * n) else {
            return 0.0;
        };
        let sum: i32 = values
            .iter()
            .zip(&probe.values)
            .map(|(a, b)| i32::from(*a) * i32::from(*b))
            .sum();
        sum as f32 * probe.scale * self.scales.get(row).copied().unwrap_or(0.0)
    }

    pub(super) fn bytes(&self) -> usize {
        self.values.capacity() + self.scales.capacity() * 4 + self.starts.capacity() * 4
    }
}

/// A question's vector, ready for scanning.
pub(super) struct Probe {
    values: Vec<i16>,
    scale: f32,
}

impl Probe {
    pub(super) fn new(vector: &[f32]) -> Self {
        let q = Quantized::from_f32(vector);
        Self {
            values: q.values.iter().map(|v| i16::from(*v)).collect(),
            scale: q.scale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(seed: u32) -> Vec<f32> {
        let v: Vec<f32> = (0..384)
            .map(|i| ((i * 7 + seed * 13) % 29) as f32 - 14.0)
            .collect();
        let norm = v.iter().map(|x| x * x).sum::<f32>().sqrt();
        v.into_iter().map(|x| x / norm).collect()
    }

    #[test]
    fn byte_vectors_keep_cosines_to_two_digits() {
        let (a, b) = (unit(1), unit(5));
        let exact: f32 = a.iter().zip(&b).map(|(x, y)| x * y).sum();
        let mut arm = Arm::new();
        arm.push_chunk(None, Kind::Window);
        arm.push_chunk(
            Some(&ChunkVectors::quantize([
                (Kind::Window, &b[..]),
                (Kind::Sentence, &a[..]),
            ])),
            Kind::Window,
        );
        let got: Vec<f32> = arm.cosines(1, &Probe::new(&a)).collect();
        assert_eq!(got.len(), 1);
        assert!((got[0] - exact).abs() < 0.01, "{} {exact}", got[0]);
        assert_eq!(arm.cosines(0, &Probe::new(&a)).count(), 0);
    }

    #[test]
    fn stored_form_returns_the_same_vectors_and_damage_is_noticed() {
        let v = ChunkVectors::quantize([
            (Kind::Passage, &unit(1)[..]),
            (Kind::Sentence, &unit(2)[..]),
        ]);
        let bytes = v.to_bytes();
        assert_eq!(ChunkVectors::from_bytes(&bytes), Some(v));
        assert_eq!(ChunkVectors::from_bytes(&bytes[..bytes.len() - 1]), None);
        assert_eq!(ChunkVectors::from_bytes(&[]), None);
    }
}
