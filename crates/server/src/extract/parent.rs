//! The server's side of parsing: starts the child, feeds it, and never waits longer or takes more than agreed.

use super::{ExtractError, Kind, child, child::Outcome};
use rustix::process::{Pid, Signal, kill_process_group};
use std::{io, path::Path, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, ChildStdin, Command},
    time::timeout,
};
use voxanne_core::knowledge::Parsed;

/// What one extraction may take on the server's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the document.
    pub input_bytes: u64,
    /// Bytes of the child's answer.
    pub output_bytes: u64,
    /// Time from start to answer.
    pub wall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            input_bytes: 100 << 20,
            output_bytes: 128 << 20,
            wall: Duration::from_secs(90),
        }
    }
}

/// Kills the child and whatever it started when the extraction ends in any way, also by being dropped.
struct Group {
    child: Child,
}

impl Drop for Group {
    fn drop(&mut self) {
        // Without an id the child has been waited for, and its number may belong to somebody else.
        if let Some(pid) = self
            .child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
        {
            // It may have ended in this moment; there is nothing else to do about it.
            let _ended = kill_process_group(pid, Signal::KILL);
        }
    }
}

/// Parses a document in a child process started from `exe`, this very binary. `bytes` is read to its end or until the
/// document is refused.
pub async fn run(
    exe: &Path,
    kind: Kind,
    bytes: impl AsyncRead + Unpin,
    limits: Limits,
) -> Result<Parsed, ExtractError> {
    let child = Command::new(exe)
        .arg(child::COMMAND)
        .arg(kind.name())
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(ExtractError::internal)?;
    let mut group = Group { child };
    let (Some(stdin), Some(stdout)) = (group.child.stdin.take(), group.child.stdout.take()) else {
        return Err(ExtractError::internal("the child has no pipes"));
    };
    let work = async {
        let mut answer = Vec::new();
        let mut stdout = stdout.take(limits.output_bytes + 1);
        let read = async {
            stdout
                .read_to_end(&mut answer)
                .await
                .map_err(ExtractError::internal)
        };
        tokio::try_join!(feed(bytes, stdin, limits.input_bytes), read)?;
        if answer.len() as u64 > limits.output_bytes {
            return Err(ExtractError::TooComplex);
        }
        let status = group.child.wait().await.map_err(ExtractError::internal)?;
        match status.code() {
            Some(0) => match serde_json::from_slice(&answer) {
                Ok(Outcome::Parsed(parsed)) => Ok(parsed),
                Ok(Outcome::Failed(e)) => Err(e),
                Err(e) => Err(ExtractError::internal(e)),
            },
            // A panic of the parser ends in 101.
            Some(101) => Err(ExtractError::TooComplex),
            Some(code) => Err(ExtractError::internal(format!(
                "the child ended with {code}"
            ))),
            // Out of memory, processor time or stack.
            None => Err(ExtractError::TooComplex),
        }
    };
    timeout(limits.wall, work)
        .await
        .unwrap_or(Err(ExtractError::TooComplex))
}

/// Copies the document into the child and closes its input. A child that stopped reading has its reasons and tells them.
async fn feed(
    mut from: impl AsyncRead + Unpin,
    mut to: ChildStdin,
    most: u64,
) -> Result<(), ExtractError> {
    let mut buffer = vec![0_u8; 64 << 10];
    let mut total = 0_u64;
    loop {
        let n = from
            .read(&mut buffer)
            .await
            .map_err(ExtractError::internal)?;
        if n == 0 {
            break;
        }
        total += n as u64;
        if total > most {
            return Err(ExtractError::TooLarge {
                megabytes: most >> 20,
            });
        }
        match to.write_all(&buffer[..n]).await {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            Err(e) => return Err(ExtractError::internal(e)),
        }
    }
    drop(to);
    Ok(())
}
