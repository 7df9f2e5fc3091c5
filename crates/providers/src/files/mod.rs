//! Objects on local files.
//!
//! An upload is a file of its own beside the objects. Completing it makes the bytes durable, renames the file, and makes
//! the name durable: whoever reads finds all of an object or none of it, also after a power cut.

mod keys;
#[cfg(test)]
mod tests;

use async_trait::async_trait;
use futures::{StreamExt as _, stream};
use std::{
    collections::HashMap,
    fs, io,
    io::{Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use voxanne_core::{
    ids::ObjectId,
    ports::blobs::{BlobError, Blobs, Bytes, Upload},
};

/// Bytes read at a time.
const FRAME: usize = 64 * 1024;
/// Keys of one list.
const LIST: usize = 1_000;
/// Most uploads at once.
const UPLOADS: usize = 10_000;

/// Parts written so far: number, first byte, length.
type Parts = Vec<(u32, u64, u64)>;

/// Objects below a folder.
#[derive(Debug, Clone)]
pub struct FileBlobs {
    objects: PathBuf,
    uploads: PathBuf,
    open: Arc<Mutex<HashMap<String, Parts>>>,
}

impl FileBlobs {
    /// The objects below `root`, which is made if it does not exist, readable by its owner only.
    pub fn open(root: &Path) -> Result<Self, BlobError> {
        let (objects, uploads) = (root.join("objects"), root.join("uploads"));
        for folder in [&objects, &uploads] {
            make_folder(folder).map_err(|error| failed(&error))?;
        }
        sync_folder(root).map_err(|error| failed(&error))?;
        Ok(Self {
            objects,
            uploads,
            open: Arc::default(),
        })
    }

    fn path(&self, key: &str) -> Result<PathBuf, BlobError> {
        keys::check(key)?;
        Ok(self.objects.join(key))
    }

    fn upload_path(&self, id: &str) -> Result<PathBuf, BlobError> {
        id.parse::<ObjectId>()
            .map_err(|_| BlobError::Failed("not the id of an upload".into()))?;
        Ok(self.uploads.join(id))
    }

    fn with_open<T>(&self, work: impl FnOnce(&mut HashMap<String, Parts>) -> T) -> T {
        work(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where part `number` belongs, and what the list of parts is once it is written.
    fn place(&self, id: &str, number: u32, len: u64) -> Result<(u64, Parts), BlobError> {
        let mut parts = self
            .with_open(|open| open.get(id).cloned())
            .ok_or_else(|| BlobError::Failed("the upload is not under way".into()))?;
        // The last part may come again after a failure; it takes its own place.
        if parts.last().is_some_and(|last| last.0 == number) {
            parts.pop();
        }
        let at = match parts.last() {
            Some(&(last, from, length)) if last.checked_add(1) == Some(number) => from + length,
            None => 0,
            Some(_) => return Err(BlobError::Failed("parts must come in order".into())),
        };
        parts.push((number, at, len));
        Ok((at, parts))
    }
}

/// Runs file work off the runtime's threads.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| failed(&error)),
        Err(_) => Err(BlobError::Failed("the work was stopped".into())),
    }
}

/// The error without a path: names of files are not for logs.
fn failed(error: &io::Error) -> BlobError {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => BlobError::NotFound,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BlobError::Full,
        kind => BlobError::Failed(kind.to_string()),
    }
}

fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}

fn create(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn gone_is_fine(done: io::Result<()>) -> io::Result<bool> {
    match done {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Makes an upload the object at `to`: bytes, then name, then every folder on the way that may be new.
fn publish(from: &Path, to: &Path, root: &Path, len: u64) -> io::Result<()> {
    let file = fs::OpenOptions::new().write(true).open(from)?;
    file.set_len(len)?;
    file.sync_all()?;
    let folder = to.parent().unwrap_or(root);
    make_folder(folder)?;
    fs::rename(from, to)?;
    for folder in folder.ancestors() {
        sync_folder(folder)?;
        if folder == root {
            break;
        }
    }
    Ok(())
}

#[async_trait]
impl Blobs for FileBlobs {
    async fn begin(&self, key: &str) -> Result<Upload, BlobError> {
        keys::check(key)?;
        let id = ObjectId::new().to_string();
        let path = self.upload_path(&id)?;
        if self.with_open(|open| open.len()) >= UPLOADS {
            return Err(BlobError::Failed("too many uploads are under way".into()));
        }
        blocking(move || create(&path).map(drop)).await?;
        self.with_open(|open| open.insert(id.clone(), Vec::new()));
        Ok(Upload {
            key: key.to_owned(),
            id,
        })
    }

    async fn put_part(
        &self,
        upload: &Upload,
        number: u32,
        bytes: Vec<u8>,
    ) -> Result<(), BlobError> {
        let path = self.upload_path(&upload.id)?;
        let (at, parts) = self.place(&upload.id, number, bytes.len() as u64)?;
        // Until it is written the part does not count, not even in its older form that is overwritten now.
        let before = parts[..parts.len() - 1].to_vec();
        self.with_open(|open| open.insert(upload.id.clone(), before));
        blocking(move || {
            let mut file = fs::OpenOptions::new().write(true).open(path)?;
            file.seek(SeekFrom::Start(at))?;
            file.write_all(&bytes)
        })
        .await?;
        self.with_open(|open| open.insert(upload.id.clone(), parts));
        Ok(())
    }

    async fn complete(&self, upload: Upload) -> Result<u64, BlobError> {
        let (from, to) = (self.upload_path(&upload.id)?, self.path(&upload.key)?);
        let len = self
            .with_open(|open| open.get(&upload.id).cloned())
            .ok_or_else(|| BlobError::Failed("the upload is not under way".into()))?
            .last()
            .map_or(0, |&(_, at, length)| at + length);
        let root = self.objects.clone();
        blocking(move || publish(&from, &to, &root, len)).await?;
        self.with_open(|open| open.remove(&upload.id));
        Ok(len)
    }

    async fn abort(&self, upload: Upload) -> Result<(), BlobError> {
        let path = self.upload_path(&upload.id)?;
        self.with_open(|open| open.remove(&upload.id));
        blocking(move || gone_is_fine(fs::remove_file(path)).map(drop)).await
    }

    async fn read(&self, key: &str, from: u64, to: Option<u64>) -> Result<Bytes, BlobError> {
        let path = self.path(key)?;
        let opened = blocking(move || {
            let file = fs::File::open(path)?;
            let meta = file.metadata()?;
            if meta.is_file() {
                Ok((file, meta.len()))
            } else {
                Err(io::ErrorKind::NotFound.into())
            }
        });
        let (file, len) = opened.await?;
        let end = to.unwrap_or(len).min(len);
        let mut file = tokio::fs::File::from_std(file);
        file.seek(SeekFrom::Start(from.min(end)))
            .await
            .map_err(|error| failed(&error))?;
        let state = Some((file, end.saturating_sub(from)));
        Ok(stream::unfold(state, next_frame).boxed())
    }

    async fn len(&self, key: &str) -> Result<u64, BlobError> {
        let path = self.path(key)?;
        blocking(move || match fs::metadata(path)? {
            meta if meta.is_file() => Ok(meta.len()),
            _ => Err(io::ErrorKind::NotFound.into()),
        })
        .await
    }

    async fn delete(&self, key: &str) -> Result<(), BlobError> {
        let path = self.path(key)?;
        blocking(
            move || match (gone_is_fine(fs::remove_file(&path))?, path.parent()) {
                // Only a removal that survives a power cut is one.
                (true, Some(folder)) => sync_folder(folder),
                _ => Ok(()),
            },
        )
        .await
        .or_else(|error| match error {
            BlobError::NotFound => Ok(()),
            other => Err(other),
        })
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Vec<String>, BlobError> {
        let (root, prefix) = (self.objects.clone(), prefix.to_owned());
        let after = after.map(str::to_owned);
        blocking(move || keys::list(&root, &prefix, after.as_deref(), LIST)).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        let path = self.uploads.join(ObjectId::new().to_string());
        blocking(move || {
            let written = create(&path).and_then(|mut file| {
                file.write_all(b"works")?;
                file.sync_all()
            });
            let removed = gone_is_fine(fs::remove_file(&path));
            written.and(removed).map(drop)
        })
        .await
    }
}

type Reading = Option<(tokio::fs::File, u64)>;

async fn next_frame(state: Reading) -> Option<(Result<Vec<u8>, BlobError>, Reading)> {
    let (mut file, left) = state.filter(|(_, left)| *left > 0)?;
    let mut frame = vec![0_u8; FRAME.min(usize::try_from(left).unwrap_or(FRAME))];
    match file.read_exact(&mut frame).await {
        Ok(_) => {
            let left = left - frame.len() as u64;
            Some((Ok(frame), Some((file, left))))
        }
        Err(error) => Some((Err(failed(&error)), None)),
    }
}
