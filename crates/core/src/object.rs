//! Sealed objects: recordings and documents as they lie in the object store.
//!
//! `header (128 bytes) | frame 0 | frame 1 | ...`. Each frame holds 64 KiB of plain bytes (the last one less), sealed by
//! itself with a key of the object's own, so that any stretch can be read without the rest. The key lies in the header,
//! wrapped by the organization's. The nonce of a frame is the object's base and the frame's number; associated data name
//! the object, the number and whether it is the last, so that frames cannot be moved, swapped or cut off unnoticed. An
//! object is written once: a changed source becomes a new object with a new key.

use crate::seal::{OrgKeys, SealError};
use chacha20poly1305::{
    Key, KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use rand::Rng as _;
use zeroize::Zeroize;

/// Length of the header, bytes.
pub const HEADER: u64 = 128;
/// Plain bytes of a full frame.
pub const FRAME: u64 = 64 << 10;
/// What sealing adds to a frame.
pub const TAG: u64 = 16;

const MAGIC: &[u8; 4] = b"VXO1";
const WRAPPED: usize = 77;

/// Seals or opens the frames of one object.
pub struct ObjectCipher {
    name: String,
    base: [u8; 16],
    key: [u8; 32],
    cipher: XChaCha20Poly1305,
}

impl std::fmt::Debug for ObjectCipher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ObjectCipher")
    }
}

impl Drop for ObjectCipher {
    fn drop(&mut self) {
        self.key.zeroize();
    }
}

impl ObjectCipher {
    /// A cipher for a new object with this storage key, and the header to write first.
    pub fn create(keys: &OrgKeys, name: &str) -> (Self, Vec<u8>) {
        let mut key = [0_u8; 32];
        let mut base = [0_u8; 16];
        rand::rng().fill_bytes(&mut key);
        rand::rng().fill_bytes(&mut base);
        let wrapped = keys.seal_object(&format!("object {name}"), &key);
        let mut header = Vec::with_capacity(HEADER as usize);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&(FRAME as u32).to_be_bytes());
        header.extend_from_slice(&base);
        header.extend_from_slice(&wrapped);
        header.resize(HEADER as usize, 0);
        (Self::with(name, base, key), header)
    }

    /// The cipher of a stored object, from its header.
    pub fn open(keys: &OrgKeys, name: &str, header: &[u8]) -> Result<Self, SealError> {
        if header.len() < HEADER as usize
            || &header[..4] != MAGIC
            || header[4..8] != (FRAME as u32).to_be_bytes()
        {
            return Err(SealError::Altered);
        }
        let base: [u8; 16] = header[8..24].try_into().map_err(|_| SealError::Altered)?;
        let key = keys.open_object(&format!("object {name}"), &header[24..24 + WRAPPED])?;
        Ok(Self::with(
            name,
            base,
            key.try_into().map_err(|_| SealError::Altered)?,
        ))
    }

    fn with(name: &str, base: [u8; 16], key: [u8; 32]) -> Self {
        Self {
            name: name.to_owned(),
            base,
            key,
            cipher: XChaCha20Poly1305::new(&Key::from(key)),
        }
    }

    fn nonce(&self, number: u64) -> XNonce {
        let mut nonce = [0_u8; 24];
        nonce[..16].copy_from_slice(&self.base);
        nonce[16..].copy_from_slice(&number.to_be_bytes());
        XNonce::from(nonce)
    }

    fn aad(&self, number: u64, last: bool) -> String {
        format!("{}/{number}/{last}", self.name)
    }

    /// Seals a frame; all but the last hold exactly [`FRAME`] bytes.
    pub fn seal(&self, number: u64, last: bool, plain: &[u8]) -> Vec<u8> {
        let aad = self.aad(number, last);
        self.cipher
            .encrypt(
                &self.nonce(number),
                Payload {
                    msg: plain,
                    aad: aad.as_bytes(),
                },
            )
            .unwrap_or_default()
    }

    /// Opens a frame.
    pub fn open_frame(&self, number: u64, last: bool, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let aad = self.aad(number, last);
        self.cipher
            .decrypt(
                &self.nonce(number),
                Payload {
                    msg: sealed,
                    aad: aad.as_bytes(),
                },
            )
            .map_err(|_| SealError::Altered)
    }
}

/// Plain length and number of frames of an object whose stored length is `stored`.
pub fn plain_len(stored: u64) -> Result<(u64, u64), SealError> {
    let body = stored.checked_sub(HEADER).ok_or(SealError::Altered)?;
    let frames = body.div_ceil(FRAME + TAG).max(1);
    let plain = body.checked_sub(frames * TAG).ok_or(SealError::Altered)?;
    Ok((plain, frames))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ids::OrgId, seal::MasterRing};

    #[test]
    fn frames_cannot_be_moved_swapped_or_cut_off() {
        let (keys, _) = OrgKeys::generate(OrgId::new(), &MasterRing::generate());
        let (cipher, header) = ObjectCipher::create(&keys, "o/recordings/a");
        assert_eq!(header.len() as u64, HEADER);
        let (one, two) = (
            cipher.seal(0, false, b"first"),
            cipher.seal(1, true, b"second"),
        );
        let reader = ObjectCipher::open(&keys, "o/recordings/a", &header).unwrap();
        assert_eq!(reader.open_frame(0, false, &one).unwrap(), b"first");
        assert_eq!(reader.open_frame(1, true, &two).unwrap(), b"second");
        assert!(
            reader.open_frame(0, true, &one).is_err(),
            "cut off after the first frame"
        );
        assert!(reader.open_frame(1, false, &one).is_err(), "swapped");
        assert!(
            ObjectCipher::open(&keys, "o/recordings/b", &header).is_err(),
            "moved to another name"
        );
        let (other, _) = OrgKeys::generate(OrgId::new(), &MasterRing::generate());
        assert!(
            ObjectCipher::open(&other, "o/recordings/a", &header).is_err(),
            "another tenant"
        );
    }

    #[test]
    fn lengths_are_known_without_reading() {
        for plain in [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME] {
            let frames = plain.div_ceil(FRAME).max(1);
            assert_eq!(
                plain_len(HEADER + plain + frames * TAG),
                Ok((plain, frames)),
                "{plain}"
            );
        }
        assert!(plain_len(10).is_err());
    }
}
