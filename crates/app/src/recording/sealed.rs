//! Writing and reading sealed objects as streams, in constant memory.

use crate::{App, Fault};
use futures::{Stream, StreamExt as _, stream::BoxStream};
use std::sync::Arc;
use voxanne_core::{
    ids::OrgId,
    object::{FRAME, HEADER, ObjectCipher, TAG, plain_len},
    ports::blobs::{Blobs, Upload},
};

/// Bytes collected before a part is handed to the object store.
const PART: usize = 1 << 20;

fn unreadable(error: impl std::fmt::Display) -> Fault {
    tracing::error!(%error, "object.unreadable");
    Fault::Unavailable(
        "the stored object cannot be read: the operator must check the key ring".to_owned(),
    )
}

/// Writes one object, frame by frame.
pub struct Writer<'a> {
    blobs: Arc<dyn Blobs>,
    upload: &'a Upload,
    cipher: ObjectCipher,
    plain: Vec<u8>,
    sealed: Vec<u8>,
    frame: u64,
    part: u32,
}

impl std::fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writer(frame {})", self.frame)
    }
}

impl<'a> Writer<'a> {
    /// Begins with a fresh key.
    pub async fn new(app: &App, org: OrgId, upload: &'a Upload) -> Result<Self, Fault> {
        let keys = app.store.keys(org).await?;
        let (cipher, header) = ObjectCipher::create(&keys, &upload.key);
        Ok(Self {
            blobs: app.blobs.clone(),
            upload,
            cipher,
            plain: Vec::with_capacity(FRAME as usize),
            sealed: header,
            frame: 0,
            part: 1,
        })
    }

    /// Takes plain bytes.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), Fault> {
        while !bytes.is_empty() {
            // A full frame is sealed only when more comes: whether it is the last is part of what is sealed.
            if self.plain.len() == FRAME as usize {
                self.flush(false).await?;
            }
            let room = FRAME as usize - self.plain.len();
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            self.plain.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    async fn flush(&mut self, last: bool) -> Result<(), Fault> {
        self.sealed
            .extend(self.cipher.seal(self.frame, last, &self.plain));
        self.plain.clear();
        self.frame += 1;
        if last || self.sealed.len() >= PART {
            let part = std::mem::take(&mut self.sealed);
            self.blobs.put_part(self.upload, self.part, part).await?;
            self.part += 1;
        }
        Ok(())
    }

    /// Seals the last frame; the upload can be completed.
    pub async fn finish(mut self) -> Result<(), Fault> {
        self.flush(true).await
    }
}

/// The plain length of a stored object.
pub async fn length(app: &App, key: &str) -> Result<u64, Fault> {
    Ok(plain_len(app.blobs.len(key).await?).map_err(unreadable)?.0)
}

/// Plain bytes from `from` (inclusive) to `to` (exclusive, none = end), verified frame by frame.
pub async fn read(
    app: &App,
    org: OrgId,
    key: &str,
    from: u64,
    to: Option<u64>,
) -> Result<BoxStream<'static, Result<Vec<u8>, Fault>>, Fault> {
    let keys = app.store.keys(org).await?;
    let (plain, frames) = plain_len(app.blobs.len(key).await?).map_err(unreadable)?;
    let to = to.unwrap_or(plain).min(plain);
    if from >= to {
        return Ok(futures::stream::empty().boxed());
    }
    let header = collect(app.blobs.read(key, 0, Some(HEADER)).await?).await?;
    let cipher = ObjectCipher::open(&keys, key, &header).map_err(unreadable)?;
    let first = from / FRAME;
    let after = to.div_ceil(FRAME);
    let sealed = FRAME + TAG;
    let stored = app
        .blobs
        .read(key, HEADER + first * sealed, Some(HEADER + after * sealed))
        .await?;
    let state = Reading {
        stored,
        buffer: Vec::new(),
        cipher,
        frame: first,
        after,
        frames,
        from,
        to,
    };
    Ok(futures::stream::try_unfold(state, |mut state| async move {
        Ok(state.next().await?.map(|bytes| (bytes, state)))
    })
    .boxed())
}

struct Reading {
    stored: voxanne_core::ports::blobs::Bytes,
    buffer: Vec<u8>,
    cipher: ObjectCipher,
    frame: u64,
    after: u64,
    frames: u64,
    from: u64,
    to: u64,
}

impl Reading {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        if self.frame >= self.after {
            return Ok(None);
        }
        let sealed = (FRAME + TAG) as usize;
        let last = self.frame + 1 == self.frames;
        while self.buffer.len() < sealed {
            match self.stored.next().await {
                Some(piece) => self.buffer.extend(piece?),
                None => break,
            }
        }
        let take = sealed.min(self.buffer.len());
        let rest = self.buffer.split_off(take);
        let frame = std::mem::replace(&mut self.buffer, rest);
        let mut plain = self
            .cipher
            .open_frame(self.frame, last, &frame)
            .map_err(unreadable)?;
        let start = self.frame * FRAME;
        self.frame += 1;
        let end = (self.to.saturating_sub(start)).min(plain.len() as u64) as usize;
        plain.truncate(end);
        let skip = (self.from.saturating_sub(start)).min(plain.len() as u64) as usize;
        if skip > 0 {
            plain.drain(..skip);
        }
        Ok(Some(plain))
    }
}

async fn collect(
    mut bytes: impl Stream<Item = Result<Vec<u8>, voxanne_core::ports::blobs::BlobError>> + Unpin,
) -> Result<Vec<u8>, Fault> {
    let mut out = Vec::new();
    while let Some(piece) = bytes.next().await {
        out.extend(piece?);
    }
    Ok(out)
}
