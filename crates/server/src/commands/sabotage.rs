//! Servers that do the wrong on purpose, so that `simulate` can be seen to notice. In debug builds only.

use crate::Parts;
use async_trait::async_trait;
use clap::ValueEnum;
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};
use voxanne_core::{
    call::{
        ProviderCallId,
        fold::Fold,
        message::{CallMessage, IntakeKey, IntakeOp},
    },
    ids::{CallId, OrgId},
    pii::Pii,
    ports::{
        blobs::{BlobError, Blobs, Bytes, Upload},
        store::{
            Receipt, Store, StoreError, SystemStore, TenantRead, TenantTx, tokio_free::WakeReceiver,
        },
    },
    seal::OrgKeys,
    tenancy::Actor,
};

/// What the server does wrong, to one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Sabotage {
    /// Acknowledges everything about a call and keeps nothing.
    Lose,
    /// Keeps a call twice.
    Double,
    /// Changes a word of a transcript.
    AlterWord,
    /// Flips a bit of a stored recording.
    FlipByte,
}

impl Sabotage {
    /// Makes the server that is started with these parts do it.
    pub fn spoil(self, parts: &mut Parts) {
        if self == Self::FlipByte {
            parts.wrap_blobs = Some(Box::new(|inner| {
                Arc::new(Flipping {
                    inner,
                    done: AtomicBool::new(false),
                })
            }));
        } else {
            parts.wrap_store = Some(Box::new(move |inner| {
                Arc::new(Spoiled {
                    inner,
                    how: self,
                    victim: Mutex::new(None),
                })
            }));
        }
    }
}

struct Spoiled {
    inner: Arc<dyn Store>,
    how: Sabotage,
    victim: Mutex<Option<ProviderCallId>>,
}

impl Spoiled {
    fn is_victim(&self, op: &IntakeOp) -> bool {
        let mut victim = self.victim.lock().unwrap_or_else(PoisonError::into_inner);
        *victim.get_or_insert_with(|| op.call.clone()) == op.call
    }
}

fn doubled(op: &IntakeOp) -> IntakeOp {
    let mut key = op.key.0;
    key[0] ^= 0xff;
    IntakeOp {
        key: IntakeKey(key),
        call: ProviderCallId(format!("{}-again", op.call)),
        ..op.clone()
    }
}

fn altered(op: &IntakeOp) -> IntakeOp {
    let mut op = op.clone();
    let alter = |text: &mut Pii<String>| {
        *text = text.clone().map(|text| {
            let rest = text.split_once(' ').map_or("", |(_, rest)| rest);
            format!("never {rest}")
        });
    };
    match &mut op.message {
        CallMessage::Final { text, .. } => alter(text),
        CallMessage::Report(report) => {
            if let Some(first) = report.transcript.first_mut() {
                alter(&mut first.text);
            }
        }
        _ => {}
    }
    op
}

#[async_trait]
impl Store for Spoiled {
    fn engine(&self) -> &'static str {
        self.inner.engine()
    }

    fn is_exclusive(&self) -> bool {
        self.inner.is_exclusive()
    }

    async fn read(&self, org: OrgId) -> Result<Box<dyn TenantRead>, StoreError> {
        self.inner.read(org).await
    }

    async fn write(&self, actor: &Actor) -> Result<Box<dyn TenantTx>, StoreError> {
        self.inner.write(actor).await
    }

    async fn intake(
        &self,
        batch: &[IntakeOp],
        fold: &dyn Fold,
    ) -> Vec<Result<Receipt, StoreError>> {
        let spoiled: Vec<bool> = batch.iter().map(|op| self.is_victim(op)).collect();
        let of_victim = || batch.iter().zip(&spoiled).filter(|(_, s)| **s);
        match self.how {
            Sabotage::Lose => {
                let kept: Vec<_> = batch
                    .iter()
                    .zip(&spoiled)
                    .filter(|(_, s)| !**s)
                    .map(|(op, _)| op.clone())
                    .collect();
                let mut results = self.inner.intake(&kept, fold).await.into_iter();
                let dropped = || {
                    Ok(Receipt::Fresh {
                        call: CallId::new(),
                        seq: None,
                        reply: None,
                    })
                };
                spoiled
                    .iter()
                    .filter_map(|lost| {
                        if *lost {
                            Some(dropped())
                        } else {
                            results.next()
                        }
                    })
                    .collect()
            }
            Sabotage::Double => {
                let mut both = batch.to_vec();
                both.extend(of_victim().map(|(op, _)| doubled(op)));
                let mut results = self.inner.intake(&both, fold).await;
                results.truncate(batch.len());
                results
            }
            Sabotage::AlterWord => {
                let changed: Vec<_> = batch
                    .iter()
                    .zip(&spoiled)
                    .map(|(op, spoiled)| if *spoiled { altered(op) } else { op.clone() })
                    .collect();
                self.inner.intake(&changed, fold).await
            }
            Sabotage::FlipByte => self.inner.intake(batch, fold).await,
        }
    }

    async fn keys(&self, org: OrgId) -> Result<OrgKeys, StoreError> {
        self.inner.keys(org).await
    }

    fn system(&self) -> &dyn SystemStore {
        self.inner.system()
    }

    fn wakes(&self) -> WakeReceiver {
        self.inner.wakes()
    }
}

struct Flipping {
    inner: Arc<dyn Blobs>,
    done: AtomicBool,
}

#[async_trait]
impl Blobs for Flipping {
    async fn begin(&self, key: &str) -> Result<Upload, BlobError> {
        self.inner.begin(key).await
    }

    async fn put_part(
        &self,
        upload: &Upload,
        number: u32,
        mut bytes: Vec<u8>,
    ) -> Result<(), BlobError> {
        let is_recording = upload.key.contains("/recordings/");
        if is_recording && !self.done.swap(true, Ordering::AcqRel) {
            let middle = bytes.len() / 2;
            if let Some(byte) = bytes.get_mut(middle) {
                *byte ^= 1;
            }
        }
        self.inner.put_part(upload, number, bytes).await
    }

    async fn complete(&self, upload: Upload) -> Result<u64, BlobError> {
        self.inner.complete(upload).await
    }

    async fn abort(&self, upload: Upload) -> Result<(), BlobError> {
        self.inner.abort(upload).await
    }

    async fn read(&self, key: &str, from: u64, to: Option<u64>) -> Result<Bytes, BlobError> {
        self.inner.read(key, from, to).await
    }

    async fn len(&self, key: &str) -> Result<u64, BlobError> {
        self.inner.len(key).await
    }

    async fn delete(&self, key: &str) -> Result<(), BlobError> {
        self.inner.delete(key).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>) -> Result<Vec<String>, BlobError> {
        self.inner.list(prefix, after).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.inner.check().await
    }
}
