//! Sends prepared requests over kept connections and takes the times until they are answered.
//!
//! Written for this alone, because the sender shares the cores with what it measures: it parses no more of an answer than
//! its status and length.

use crate::events::CallEvents;
use anyhow::{Context as _, bail, ensure};
use futures::future::try_join_all;
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// What a run of requests came to.
#[derive(Debug)]
pub struct Sent {
    /// Requests acknowledged with 200.
    pub acknowledged: usize,
    /// From the first request to the last answer, seconds.
    pub seconds: f64,
    /// Milliseconds from the moment a request was due until its answer.
    pub ms: Vec<f64>,
}

impl Sent {
    /// Acknowledged requests a second.
    pub fn rate(&self) -> f64 {
        self.acknowledged as f64 / self.seconds
    }
}

struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    async fn open(addr: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(addr).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: vec![0; 8 * 1024],
        })
    }

    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            ensure!(read > 0, "the connection was closed");
            filled += read;
            if let Some(length) = whole(&self.buffer[..filled])? {
                ensure!(filled == length, "more came than one answer");
                return Ok(());
            }
            ensure!(filled < self.buffer.len(), "the answer is too long");
        }
    }
}

/// The length of the answer once its head is there and it is complete; anything but 200 is an error.
fn whole(bytes: &[u8]) -> anyhow::Result<Option<usize>> {
    let Some(head) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..head])?;
    if !text.starts_with("HTTP/1.1 200") {
        bail!("answered with {}", text.lines().next().unwrap_or_default());
    }
    let length = text
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse::<usize>().ok())?
        })
        .context("the answer has no length")?;
    let end = head + 4 + length;
    Ok((bytes.len() >= end).then_some(end))
}

/// As fast as answers come: `connections` at once, each call's requests in order on one of them.
pub async fn closed(
    addr: SocketAddr,
    calls: &[CallEvents],
    connections: usize,
) -> anyhow::Result<Sent> {
    let next = AtomicUsize::new(0);
    let mut wires = try_join_all((0..connections).map(|_| Wire::open(addr))).await?;
    let began = Instant::now();
    let next = &next;
    let times = try_join_all(wires.iter_mut().map(|wire| async move {
        let mut ms = Vec::new();
        while let Some(call) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
            for request in &call.0 {
                let due = Instant::now();
                wire.ask(request).await?;
                ms.push(due.elapsed().as_secs_f64() * 1_000.0);
            }
        }
        anyhow::Ok(ms)
    }))
    .await?;
    let seconds = began.elapsed().as_secs_f64();
    let ms: Vec<f64> = times.into_iter().flatten().collect();
    Ok(Sent {
        acknowledged: ms.len(),
        seconds,
        ms,
    })
}

/// At a fixed rate, whatever comes back: all calls run at once, their requests interleaved. Times count from when a
/// request was due, so that a late sender hides nothing.
pub async fn open(
    addr: SocketAddr,
    calls: Arc<Vec<CallEvents>>,
    connections: usize,
    a_second: f64,
) -> anyhow::Result<Sent> {
    let steps = calls.first().map_or(0, |call| call.0.len());
    let total = steps * calls.len();
    let (send, receive) = async_queue(connections);
    let began = Instant::now() + Duration::from_millis(50);
    let workers = (0..connections).map(|_| {
        let (receive, calls) = (receive.clone(), calls.clone());
        tokio::spawn(async move {
            let mut wire = Wire::open(addr).await?;
            let mut ms = Vec::new();
            loop {
                let next = receive.lock().await.recv().await;
                let Some((due, at)) = next else {
                    return anyhow::Ok(ms);
                };
                let call = &calls[at % calls.len()];
                wire.ask(&call.0[at / calls.len()]).await?;
                let due: Instant = due;
                ms.push(due.elapsed().as_secs_f64() * 1_000.0);
            }
        })
    });
    let workers: Vec<_> = workers.collect();
    let mut sent = 0;
    while sent < total {
        // Whatever is due by now goes out at once; then a short rest, which is the rate itself and no wait for anything.
        let due_by_now = (began.elapsed().as_secs_f64() * a_second) as usize;
        while sent < total.min(due_by_now) {
            let due = began + Duration::from_secs_f64(sent as f64 / a_second);
            send.send((due, sent)).await.context("the senders ended")?;
            sent += 1;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    drop(send);
    let mut ms = Vec::with_capacity(total);
    for worker in workers {
        ms.extend(worker.await??);
    }
    Ok(Sent {
        acknowledged: ms.len(),
        seconds: began.elapsed().as_secs_f64(),
        ms,
    })
}

type Due = (Instant, usize);
type Queue = (
    tokio::sync::mpsc::Sender<Due>,
    Arc<tokio::sync::Mutex<tokio::sync::mpsc::Receiver<Due>>>,
);

fn async_queue(connections: usize) -> Queue {
    let (send, receive) = tokio::sync::mpsc::channel(connections.max(1) * 64);
    (send, Arc::new(tokio::sync::Mutex::new(receive)))
}
