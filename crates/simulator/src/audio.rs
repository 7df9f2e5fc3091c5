//! Recordings: real WAV files in which whoever spoke can be heard as a hum of syllables.
//!
//! Nothing is kept but the plan; the samples are made again on every download, always the same.

use sha2::{Digest, Sha256};

use crate::signing::hex;
use crate::world::Dice;

const RATE: u64 = 16_000;
/// Longest recording that is made: ten minutes, 19 MB in mono.
const LONGEST_MS: u64 = 600_000;
/// Length of the sound a voice is made of.
const VOICE_FRAMES: usize = 2 * RATE as usize;

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
        let mut dice = Dice::fork(self.seed, "voice");
        let pitches = [dice.between(105, 170), dice.between(180, 240)];
        let voices = pitches.map(|pitch| hum(pitch as f32, &mut dice));
        let [caller, assistant] = [0, 1].map(|voice| track.lay_out(&voices[voice], voice));
        let mut out = header(track.channels(), frames);
        let frame = usize::from(track.channels()) * 2;
        let start = out.len();
        out.resize(start + frames * frame, 0);
        for segment in &self.segments {
            let from = ((segment.start_ms * RATE / 1000) as usize).min(frames) * frame;
            let to = ((segment.end_ms * RATE / 1000) as usize).min(frames) * frame;
            let loop_from = dice.between(0, VOICE_FRAMES as u64 - 1) as usize * frame;
            if let Some(sound) = if segment.caller { &caller } else { &assistant } {
                repeat(
                    &mut out[start + from..start + to.max(from)],
                    sound,
                    loop_from,
                );
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

impl Track {
    /// The bytes of a voice as they stand in this track; `None` where it is not heard.
    fn lay_out(self, voice: &[i16], number: usize) -> Option<Vec<u8>> {
        let silent = [Self::Assistant, Self::Customer][number];
        (self != silent).then(|| {
            let mut bytes = Vec::with_capacity(voice.len() * 4);
            for sample in voice {
                match (self, number) {
                    (Self::Stereo, 0) => {
                        bytes.extend_from_slice(&sample.to_le_bytes());
                        bytes.extend_from_slice(&[0, 0]);
                    }
                    (Self::Stereo, _) => {
                        bytes.extend_from_slice(&[0, 0]);
                        bytes.extend_from_slice(&sample.to_le_bytes());
                    }
                    _ => bytes.extend_from_slice(&sample.to_le_bytes()),
                }
            }
            bytes
        })
    }
}

/// Fills a stretch with a sound, from this place in it, over and over.
fn repeat(mut into: &mut [u8], sound: &[u8], mut from: usize) {
    while !into.is_empty() {
        let length = into.len().min(sound.len() - from);
        let (now, rest) = into.split_at_mut(length);
        now.copy_from_slice(&sound[from..from + length]);
        into = rest;
        from = 0;
    }
}

/// Two seconds of a voiced sound with two overtones, swelling about four times a second, at a
/// wandering pitch.
fn hum(pitch: f32, dice: &mut Dice) -> Vec<i16> {
    let step = std::f32::consts::TAU / RATE as f32;
    let (mut phase, mut drift) = (0.0_f32, 1.0_f32);
    (0..VOICE_FRAMES)
        .map(|at| {
            if at % 4000 == 0 {
                drift = 0.9 + 0.2 * dice.unit() as f32;
            }
            let swell = (at as f32 * step * 2.0).sin().abs();
            phase = (phase + pitch * drift * step) % std::f32::consts::TAU;
            let voice = phase.sin() + 0.5 * (phase * 2.0).sin() + 0.25 * (phase * 3.0).sin();
            (voice * swell * 6000.0) as i16
        })
        .collect()
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
