//! Recordings: real WAV files in which whoever spoke can be heard as a hum of syllables.
//!
//! Nothing is kept but the plan; the samples are made again on every download, always the same.

use sha2::{Digest, Sha256};

use crate::signing::hex;
use crate::world::Dice;

const RATE: u64 = 16_000;
/// Longest recording that is made: ten minutes, 19 MB in mono.
const LONGEST_MS: u64 = 600_000;

/// Which file of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Track {
    /// Both voices in one channel.
    Mono,
    /// Caller left, assistant right.
    Stereo,
    /// The caller alone.
    Customer,
    /// The assistant alone.
    Assistant,
}

impl Track {
    pub(crate) const ALL: [Self; 4] = [Self::Mono, Self::Stereo, Self::Customer, Self::Assistant];

    pub(crate) fn file(self) -> &'static str {
        match self {
            Self::Mono => "mono.wav",
            Self::Stereo => "stereo.wav",
            Self::Customer => "customer.wav",
            Self::Assistant => "assistant.wav",
        }
    }

    fn channels(self) -> u16 {
        if self == Self::Stereo { 2 } else { 1 }
    }
}

/// A stretch of speech, in milliseconds from the start of the recording.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub(crate) start_ms: u64,
    pub(crate) end_ms: u64,
    pub(crate) caller: bool,
}

/// Everything a recording is made from.
#[derive(Clone, Debug)]
pub(crate) struct RecordingPlan {
    pub(crate) seed: u64,
    pub(crate) length_ms: u64,
    pub(crate) segments: Vec<Segment>,
}

impl RecordingPlan {
    /// The whole file: 16 kHz, 16 bit.
    pub(crate) fn wav(&self, track: Track) -> Vec<u8> {
        let frames = (self.length_ms.clamp(20, LONGEST_MS) * RATE / 1000) as usize;
        let mut caller = vec![0_i16; frames];
        let mut assistant = vec![0_i16; frames];
        let mut dice = Dice::fork(self.seed, "voice");
        let (caller_pitch, assistant_pitch) = (dice.between(105, 170), dice.between(180, 240));
        for segment in &self.segments {
            let (into, pitch) = if segment.caller {
                (&mut caller, caller_pitch)
            } else {
                (&mut assistant, assistant_pitch)
            };
            let from = ((segment.start_ms * RATE / 1000) as usize).min(frames);
            let to = ((segment.end_ms * RATE / 1000) as usize).min(frames);
            hum(&mut into[from..to.max(from)], pitch as f32, &mut dice);
        }
        let mut out = header(track.channels(), frames);
        for (left, right) in caller.iter().zip(&assistant) {
            match track {
                Track::Mono => out.extend(left.saturating_add(*right).to_le_bytes()),
                Track::Customer => out.extend(left.to_le_bytes()),
                Track::Assistant => out.extend(right.to_le_bytes()),
                Track::Stereo => {
                    out.extend(left.to_le_bytes());
                    out.extend(right.to_le_bytes());
                }
            }
        }
        out
    }

    /// Hexadecimal SHA-256 of the whole file, and its length in bytes.
    pub(crate) fn digest(&self, track: Track) -> (String, u64) {
        let bytes = self.wav(track);
        (hex(&Sha256::digest(&bytes)), bytes.len() as u64)
    }
}

/// A voiced sound with two overtones, swelling about four times a second, at a wandering pitch.
fn hum(samples: &mut [i16], pitch: f32, dice: &mut Dice) {
    let step = std::f32::consts::TAU / RATE as f32;
    let (mut phase, mut drift) = (0.0_f32, 1.0_f32);
    for (at, sample) in samples.iter_mut().enumerate() {
        if at % 4000 == 0 {
            drift = 0.9 + 0.2 * dice.unit() as f32;
        }
        let swell = (at as f32 * step * 2.0).sin().abs();
        phase = (phase + pitch * drift * step) % std::f32::consts::TAU;
        let voice = phase.sin() + 0.5 * (phase * 2.0).sin() + 0.25 * (phase * 3.0).sin();
        *sample = (voice * swell * 6000.0) as i16;
    }
}

fn header(channels: u16, frames: usize) -> Vec<u8> {
    let block = channels * 2;
    let data = frames as u32 * u32::from(block);
    let mut out = Vec::with_capacity(44 + data as usize);
    out.extend(b"RIFF");
    out.extend((36 + data).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16_u32.to_le_bytes());
    out.extend(1_u16.to_le_bytes());
    out.extend(channels.to_le_bytes());
    out.extend((RATE as u32).to_le_bytes());
    out.extend((RATE as u32 * u32::from(block)).to_le_bytes());
    out.extend(block.to_le_bytes());
    out.extend(16_u16.to_le_bytes());
    out.extend(b"data");
    out.extend(data.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn plan(seed: u64) -> RecordingPlan {
        let segments = vec![
            Segment {
                start_ms: 0,
                end_ms: 500,
                caller: false,
            },
            Segment {
                start_ms: 600,
                end_ms: 900,
                caller: true,
            },
        ];
        RecordingPlan {
            seed,
            length_ms: 1000,
            segments,
        }
    }

    #[test]
    fn another_decoder_reads_what_was_written() {
        for track in Track::ALL {
            let reader = hound::WavReader::new(Cursor::new(plan(3).wav(track))).unwrap();
            assert_eq!(reader.spec().sample_rate, 16_000);
            assert_eq!(reader.spec().bits_per_sample, 16);
            assert_eq!(reader.duration(), 16_000);
        }
    }

    #[test]
    fn each_voice_is_in_its_own_channel_at_its_own_time() {
        let stereo = plan(3).wav(Track::Stereo);
        let reader = hound::WavReader::new(Cursor::new(stereo)).unwrap();
        let samples: Vec<i16> = reader.into_samples().map(Result::unwrap).collect();
        let loud = |from: usize, to: usize, channel: usize| {
            samples[from * 2..to * 2]
                .iter()
                .skip(channel)
                .step_by(2)
                .any(|s| s.abs() > 1000)
        };
        assert!(loud(0, 8000, 1) && !loud(0, 8000, 0));
        assert!(loud(9600, 14_400, 0) && !loud(9600, 14_400, 1));
    }

    #[test]
    fn the_same_plan_is_the_same_file_and_another_seed_another() {
        assert_eq!(plan(3).digest(Track::Mono), plan(3).digest(Track::Mono));
        assert_ne!(plan(3).digest(Track::Mono).0, plan(4).digest(Track::Mono).0);
    }
}
