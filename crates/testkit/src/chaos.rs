//! A proxy before any TCP dependency that does to connections what networks do: delay, throttle, cut, corrupt, black hole.
//!
//! What happens to a connection follows from the seed, the connection's number and the bytes that pass, so a course can be
//! repeated. The weather can be changed while connections run.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

/// What connections go through. Shares are of 1 for each piece that passes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Weather {
    /// Nothing passes and nothing is refused: the other side has vanished.
    pub black_hole: bool,
    /// New connections are closed at once, old ones are cut.
    pub down: bool,
    /// Each piece waits this long.
    pub delay: Duration,
    /// Bytes a second in each direction; none = as fast as they come.
    pub rate: Option<u64>,
    /// Share of pieces at which the connection is cut, the piece itself half sent.
    pub cut: f64,
    /// Share of pieces in which one byte is changed.
    pub corrupt: f64,
}

/// What was done so far.
#[derive(Debug, Default)]
pub struct Done {
    /// Connections taken.
    pub connections: AtomicU64,
    /// Connections cut.
    pub cut: AtomicU64,
    /// Pieces changed.
    pub corrupted: AtomicU64,
    /// Pieces that passed.
    pub passed: AtomicU64,
}

/// The proxy; it ends with this value, and its connections with it.
#[derive(Debug)]
pub struct Chaos {
    /// Where it listens.
    pub addr: SocketAddr,
    /// What was done so far.
    pub done: Arc<Done>,
    weather: watch::Sender<Weather>,
    cuts: watch::Sender<u64>,
    listening: JoinHandle<()>,
}

impl Drop for Chaos {
    fn drop(&mut self) {
        self.listening.abort();
        self.set(Weather {
            down: true,
            ..Weather::default()
        });
    }
}

impl Chaos {
    /// Starts before `target`, in fair weather.
    pub async fn before(target: SocketAddr, seed: u64) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let addr = listener.local_addr()?;
        let (weather, seen) = watch::channel(Weather::default());
        let (cuts, cut) = watch::channel(0);
        let done = Arc::new(Done::default());
        let counted = done.clone();
        let listening = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let number = counted.connections.fetch_add(1, Ordering::Relaxed);
                let (seen, mut cut, done) = (seen.clone(), cut.clone(), counted.clone());
                cut.mark_unchanged();
                tokio::spawn(async move {
                    if !seen.borrow().down {
                        connection(near, target, seed ^ number, seen, cut, done).await;
                    }
                });
            }
        });
        Ok(Self {
            addr,
            done,
            weather,
            cuts,
            listening,
        })
    }

    /// Changes the weather, for connections under way too.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Cuts every connection there is; new ones are taken as before.
    pub fn cut_all(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

/// The connection was cut on purpose.
struct Cut;

async fn connection(
    near: TcpStream,
    target: SocketAddr,
    seed: u64,
    weather: watch::Receiver<Weather>,
    mut cuts: watch::Receiver<u64>,
    done: Arc<Done>,
) {
    let Ok(far) = TcpStream::connect(target).await else {
        return;
    };
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    let pump = |from, to, turn: u64| Pump {
        from,
        to,
        dice: StdRng::seed_from_u64(seed.wrapping_mul(2).wrapping_add(turn)),
        weather: weather.clone(),
        done: done.clone(),
    };
    let (there, back) = (pump(near_in, far_out, 0), pump(far_in, near_out, 1));
    let mut weather = weather.clone();
    let cut = tokio::select! {
        // Both directions: one that ends in peace lets the other finish.
        ended = async { tokio::try_join!(there.run(), back.run()) } => ended.is_err(),
        _ = cuts.changed() => true,
        _ = weather.wait_for(|w| w.down) => true,
    };
    if cut {
        done.cut.fetch_add(1, Ordering::Relaxed);
    }
}

struct Pump {
    from: OwnedReadHalf,
    to: OwnedWriteHalf,
    dice: StdRng,
    weather: watch::Receiver<Weather>,
    done: Arc<Done>,
}

impl Pump {
    /// Passes pieces on until one side ends.
    async fn run(mut self) -> Result<(), Cut> {
        let mut piece = vec![0; 16 * 1_024];
        loop {
            let Ok(length) = self.from.read(&mut piece).await else {
                return Ok(());
            };
            if length == 0 {
                let _ = self.to.shutdown().await;
                return Ok(());
            }
            // What came while the other side was gone arrives when it is back, as the network would send it again.
            if self.weather.wait_for(|w| !w.black_hole).await.is_err() {
                return Ok(());
            }
            let now = *self.weather.borrow();
            if now.delay > Duration::ZERO {
                tokio::time::sleep(now.delay).await;
            }
            if let Some(rate) = now.rate {
                tokio::time::sleep(Duration::from_secs_f64(length as f64 / rate.max(1) as f64))
                    .await;
            }
            if now.cut > 0.0 && self.dice.random_bool(now.cut.min(1.0)) {
                let half = self.dice.random_range(0..length);
                let _ = self.to.write_all(&piece[..half]).await;
                return Err(Cut);
            }
            if now.corrupt > 0.0 && self.dice.random_bool(now.corrupt.min(1.0)) {
                let at = self.dice.random_range(0..length);
                piece[at] ^= 1 << self.dice.random_range(0..8);
                self.done.corrupted.fetch_add(1, Ordering::Relaxed);
            }
            if self.to.write_all(&piece[..length]).await.is_err() {
                return Ok(());
            }
            self.done.passed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it gets.
    async fn echo() -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        addr
    }

    async fn said(stream: &mut TcpStream, text: &[u8]) -> std::io::Result<Vec<u8>> {
        stream.write_all(text).await?;
        let mut back = vec![0; text.len()];
        stream.read_exact(&mut back).await?;
        Ok(back)
    }

    #[tokio::test]
    async fn fair_weather_passes_everything_and_a_black_hole_nothing_until_it_is_over() {
        let chaos = Chaos::before(echo().await, 1).await.unwrap();
        let mut stream = TcpStream::connect(chaos.addr).await.unwrap();
        assert_eq!(said(&mut stream, b"hello").await.unwrap(), b"hello");
        chaos.set(Weather {
            black_hole: true,
            ..Weather::default()
        });
        stream.write_all(b"again").await.unwrap();
        let mut back = [0; 5];
        let silent = tokio::time::timeout(Duration::from_millis(200), stream.read(&mut back));
        assert!(silent.await.is_err(), "nothing comes and nothing is closed");
        chaos.set(Weather::default());
        stream.read_exact(&mut back).await.unwrap();
        assert_eq!(&back, b"again");
    }

    #[tokio::test]
    async fn connections_are_cut_and_bytes_changed_by_the_seed() {
        let chaos = Chaos::before(echo().await, 7).await.unwrap();
        chaos.set(Weather {
            corrupt: 1.0,
            ..Weather::default()
        });
        let mut stream = TcpStream::connect(chaos.addr).await.unwrap();
        said(&mut stream, b"hello").await.unwrap();
        // One way and the other; both might have changed the same bit.
        assert_eq!(chaos.done.corrupted.load(Ordering::Relaxed), 2);
        chaos.set(Weather::default());
        chaos.cut_all();
        assert!(said(&mut stream, b"hello").await.is_err());
        let mut stream = TcpStream::connect(chaos.addr).await.unwrap();
        assert_eq!(said(&mut stream, b"hello").await.unwrap(), b"hello");
        chaos.set(Weather {
            cut: 1.0,
            ..Weather::default()
        });
        assert!(said(&mut stream, b"hello").await.is_err());
        assert_eq!(chaos.done.connections.load(Ordering::Relaxed), 2);
    }
}
