//! Configuration: compiled-in defaults, one file, the environment, secret files; an unknown key stops the start.
//!
//! The environment is handed in, so that nothing else reads it and tests need not change it.

pub mod key_ring;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};
use voxanne_core::pii::Secret;

/// The commented defaults, as compiled in.
pub const DEFAULTS: &str = include_str!("../../../../config/voxanne.default.toml");
const PREFIX: &str = "VOXANNE_";
/// Variables with the prefix that are no settings: the file's place, the model files' (see models.lock), and the password
/// of `simulate`.
const OTHER: [&str; 4] = [
    "VOXANNE_CONFIG",
    "VOXANNE_SIMULATE_PASSWORD",
    "VOXANNE_MODEL_MINILM",
    "VOXANNE_MODEL_TOKENIZER",
];
/// Variables of the project's own tests.
const TESTS: &str = "VOXANNE_TEST_";

/// A configuration that cannot be used: what is wrong and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("configuration: {0}")]
pub struct BadConfig(pub String);

fn bad(what: impl Into<String>) -> BadConfig {
    BadConfig(what.into())
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server: its address, and the one for wake-ups.
    Postgres {
        /// The address; holds a password.
        url: Secret,
        /// The address without a pooler.
        listen_url: Secret,
    },
}

/// A language model to ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageModel {
    /// An OpenAI-compatible API.
    pub base_url: String,
    /// The model's name.
    pub model: String,
    /// The API's key.
    pub key: Option<Secret>,
}

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Limits of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Seconds after which an ordinary request is given up.
    pub request_seconds: u64,
    /// Largest upload, MiB.
    pub upload_mib: u64,
    /// Failed sign-ins within ten minutes.
    pub sign_in_attempts: u32,
    /// Ordinary requests at once.
    pub concurrent_requests: usize,
}

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Our address as others reach it; empty until the port is known when `listen` has port 0.
    pub public_url: String,
    /// Where data lies, absolute.
    pub data_dir: PathBuf,
    /// The key ring's file, absolute, outside the data folder.
    pub key_ring: PathBuf,
    /// Where model files lie.
    pub models_dir: PathBuf,
    /// The embedding model's own place, where given.
    pub model_minilm: Option<PathBuf>,
    /// Proxies whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Which database.
    pub database: Database,
    /// Which language model, if any.
    pub language_model: Option<LanguageModel>,
    /// Format of logs.
    pub log_format: LogFormat,
    /// Filter of logs.
    pub log_level: String,
    /// Who may read metrics; none = this machine.
    pub metrics_token: Option<Secret>,
    /// Limits of requests.
    pub limits: Limits,
    /// Where it was read from, for `doctor`.
    pub sources: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    listen: String,
    public_url: String,
    data_dir: String,
    key_ring: String,
    models_dir: String,
    trusted_proxies: Vec<String>,
    database: RawDatabase,
    language_model: RawModel,
    log: RawLog,
    metrics: RawMetrics,
    limits: Limits,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawDatabase {
    url: String,
    url_file: String,
    listen_url: String,
    listen_url_file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawModel {
    base_url: String,
    model: String,
    key: String,
    key_file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLog {
    format: LogFormat,
    level: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMetrics {
    token: String,
    token_file: String,
}

/// What is handed in from outside: the file's place and the environment.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// `--config`.
    pub file: Option<PathBuf>,
    /// Settings given on the command line, as `key=value`, after everything else.
    pub set: Vec<(String, String)>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// The folder relative paths start from.
    pub cwd: PathBuf,
}

impl Origin {
    /// The process's own environment and folder.
    pub fn process(file: Option<PathBuf>) -> Self {
        Self {
            file,
            set: Vec::new(),
            // A value that is not UTF-8 can be none of ours.
            env: std::env::vars_os()
                .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
                .collect(),
            cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
        }
    }
}

/// Keys of the defaults, `a.b`, in order.
fn known_keys() -> Result<BTreeSet<String>, BadConfig> {
    let defaults = collect(DEFAULTS, "the compiled-in defaults")?;
    Ok(leaves(&defaults))
}

fn collect(text: &str, name: &str) -> Result<config::Map<String, config::Value>, BadConfig> {
    use config::Source as _;
    config::File::from_str(text, config::FileFormat::Toml)
        .collect()
        .map_err(|error| bad(format!("{name} cannot be read: {error}")))
}

fn leaves(map: &config::Map<String, config::Value>) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (key, value) in map {
        match &value.kind {
            config::ValueKind::Table(inner) => {
                out.extend(
                    leaves(inner)
                        .into_iter()
                        .map(|rest| format!("{key}.{rest}")),
                );
            }
            _ => {
                out.insert(key.clone());
            }
        }
    }
    out
}

impl Config {
    /// Reads the configuration from everywhere it may stand.
    pub fn load(origin: &Origin) -> Result<Self, BadConfig> {
        let keys = known_keys()?;
        let mut sources = vec!["compiled-in defaults".to_owned()];
        let mut builder = config::Config::builder()
            .add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        let mut later: Vec<(String, String)> = Vec::new();
        for (name, value) in &origin.env {
            if !name.starts_with(PREFIX)
                || OTHER.contains(&name.as_str())
                || name.starts_with(TESTS)
            {
                continue;
            }
            let key = keys.iter().find(|k| env_name(k) == *name).ok_or_else(|| {
                bad(format!(
                    "unknown setting {name} in the environment: see `voxanne doctor`"
                ))
            })?;
            sources.push(format!("environment {name}"));
            later.push((key.clone(), value.clone()));
        }
        for (key, value) in &origin.set {
            if !keys.contains(key) {
                return Err(bad(format!("unknown setting `{key}`")));
            }
            later.push((key.clone(), value.clone()));
        }
        if let Some(path) = file(origin, &later) {
            let text = std::fs::read_to_string(&path)
                .map_err(|error| bad(format!("{} cannot be read: {error}", path.display())))?;
            let read = collect(&text, &path.display().to_string())?;
            if let Some(unknown) = leaves(&read).into_iter().find(|k| !keys.contains(k)) {
                return Err(bad(format!(
                    "unknown setting `{unknown}` in {}: take it out or mend its name",
                    path.display()
                )));
            }
            sources.push(path.display().to_string());
            builder = builder.add_source(config::File::from_str(&text, config::FileFormat::Toml));
        }
        for (key, value) in later {
            let value = if key == "trusted_proxies" {
                config::Value::from(
                    value
                        .split(',')
                        .map(str::trim)
                        .filter(|v| !v.is_empty())
                        .map(str::to_owned)
                        .collect::<Vec<_>>(),
                )
            } else {
                config::Value::from(value)
            };
            builder = builder
                .set_override(&key, value)
                .map_err(|e| bad(e.to_string()))?;
        }
        let raw: Raw = builder
            .build()
            .and_then(config::Config::try_deserialize)
            .map_err(|error| bad(error.to_string()))?;
        Self::check(raw, origin, sources)
    }

    fn check(raw: Raw, origin: &Origin, sources: Vec<String>) -> Result<Self, BadConfig> {
        let listen: SocketAddr = raw
            .listen
            .parse()
            .map_err(|_| bad("listen: give an address and a port such as 127.0.0.1:8080"))?;
        let public_url = public_url(&raw.public_url, listen)?;
        let data_dir = absolute(&origin.cwd, &raw.data_dir);
        let key_ring = if raw.key_ring.is_empty() {
            default_ring(&data_dir, &origin.env)?
        } else {
            absolute(&origin.cwd, &raw.key_ring)
        };
        if key_ring.starts_with(&data_dir) {
            return Err(bad(
                "key_ring: the key ring must lie outside data_dir, else a copy of the data could be read",
            ));
        }
        let database = database(&raw.database, &data_dir, &origin.cwd)?;
        let language_model = language_model(&raw.language_model, &origin.cwd)?;
        let metrics_token = secret(
            "metrics.token",
            &raw.metrics.token,
            &raw.metrics.token_file,
            &origin.cwd,
        )?;
        let trusted_proxies = raw
            .trusted_proxies
            .iter()
            .map(|text| {
                text.parse()
                    .map_err(|_| bad(format!("trusted_proxies: {text} is no address")))
            })
            .collect::<Result<_, _>>()?;
        let limits = raw.limits;
        if limits.request_seconds == 0
            || limits.request_seconds > 120
            || !(1..=100).contains(&limits.upload_mib)
            || limits.sign_in_attempts == 0
            || limits.concurrent_requests == 0
        {
            return Err(bad(
                "limits: request_seconds 1..=120, upload_mib 1..=100, the others at least 1",
            ));
        }
        let model = |name: &str| origin.env.get(name).map(|p| absolute(&origin.cwd, p));
        Ok(Self {
            listen,
            public_url,
            key_ring,
            models_dir: absolute(&origin.cwd, &raw.models_dir),
            model_minilm: model("VOXANNE_MODEL_MINILM"),
            data_dir,
            trusted_proxies,
            database,
            language_model,
            log_format: raw.log.format,
            log_level: raw.log.level,
            metrics_token,
            limits,
            sources,
        })
    }

    /// Whether others reach us over TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// `--config`, else VOXANNE_CONFIG, else ./voxanne.toml, else voxanne.toml in the data folder.
fn file(origin: &Origin, later: &[(String, String)]) -> Option<PathBuf> {
    let given = origin
        .file
        .clone()
        .or_else(|| origin.env.get("VOXANNE_CONFIG").map(PathBuf::from));
    if let Some(path) = given {
        return Some(origin.cwd.join(path));
    }
    let data = later
        .iter()
        .rev()
        .find(|(key, _)| key == "data_dir")
        .map_or("./data", |(_, v)| v);
    [
        origin.cwd.join("voxanne.toml"),
        origin.cwd.join(data).join("voxanne.toml"),
    ]
    .into_iter()
    .find(|path| path.is_file())
}

fn env_name(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_uppercase())
}

fn public_url(given: &str, listen: SocketAddr) -> Result<String, BadConfig> {
    let given = given.trim().trim_end_matches('/');
    if given.is_empty() {
        // Nobody can open an unspecified address; its own machine reaches it by loopback.
        let host = if listen.ip().is_unspecified() {
            "127.0.0.1".to_owned()
        } else if listen.is_ipv6() {
            format!("[{}]", listen.ip())
        } else {
            listen.ip().to_string()
        };
        return Ok(if listen.port() == 0 {
            String::new()
        } else {
            format!("http://{host}:{}", listen.port())
        });
    }
    let rest = given
        .strip_prefix("https://")
        .or_else(|| given.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['?', '#', '@', ' ', '/']) => {
            Ok(given.to_owned())
        }
        _ => Err(bad("public_url: give http(s)://host[:port] without a path")),
    }
}

fn absolute(cwd: &Path, path: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in cwd.join(path).components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn default_ring(data_dir: &Path, env: &BTreeMap<String, String>) -> Result<PathBuf, BadConfig> {
    let base = match (env.get("XDG_CONFIG_HOME"), env.get("HOME")) {
        (Some(xdg), _) if xdg.starts_with('/') => PathBuf::from(xdg),
        (_, Some(home)) if home.starts_with('/') => Path::new(home).join(".config"),
        _ => {
            return Err(bad(
                "key_ring: no home folder is known, so say where the key ring shall lie",
            ));
        }
    };
    let hash = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
    let name: String = hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
    Ok(base.join("voxanne").join(name).join("keyring"))
}

fn secret(key: &str, value: &str, file: &str, cwd: &Path) -> Result<Option<Secret>, BadConfig> {
    let text = if file.is_empty() {
        value.trim().to_owned()
    } else {
        let path = cwd.join(file);
        std::fs::read_to_string(&path)
            .map_err(|error| {
                bad(format!(
                    "{key}_file: {} cannot be read: {error}",
                    path.display()
                ))
            })?
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    Ok((!text.is_empty()).then(|| Secret::new(text)))
}

fn database(raw: &RawDatabase, data_dir: &Path, cwd: &Path) -> Result<Database, BadConfig> {
    let Some(url) = secret("database.url", &raw.url, &raw.url_file, cwd)? else {
        return Ok(Database::Sqlite(data_dir.join("voxanne.db")));
    };
    let text = url.expose();
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        let listen_url = secret(
            "database.listen_url",
            &raw.listen_url,
            &raw.listen_url_file,
            cwd,
        )?
        .unwrap_or_else(|| url.clone());
        return Ok(Database::Postgres { url, listen_url });
    }
    let path = text
        .strip_prefix("sqlite:")
        .map_or(text, |p| p.trim_start_matches("//"));
    if path.contains("://") {
        return Err(bad("database.url: give a file or postgres://..."));
    }
    Ok(Database::Sqlite(absolute(cwd, path)))
}

fn language_model(raw: &RawModel, cwd: &Path) -> Result<Option<LanguageModel>, BadConfig> {
    let key = secret("language_model.key", &raw.key, &raw.key_file, cwd)?;
    let base_url = raw.base_url.trim().trim_end_matches('/').to_owned();
    match (base_url.is_empty(), raw.model.is_empty()) {
        (true, true) if key.is_none() => Ok(None),
        (false, false) if base_url.starts_with("https://") || base_url.starts_with("http://") => {
            Ok(Some(LanguageModel {
                base_url,
                model: raw.model.clone(),
                key,
            }))
        }
        _ => Err(bad(
            "language_model: give base_url (http or https) and model, or leave all empty",
        )),
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite, {}", path.display()),
            Self::Postgres { .. } => f.write_str("PostgreSQL"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(dir: &Path, env: &[(&str, &str)]) -> Origin {
        let mut all: BTreeMap<String, String> = env
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        all.entry("HOME".to_owned())
            .or_insert_with(|| "/home/somebody".to_owned());
        Origin {
            file: None,
            set: Vec::new(),
            env: all,
            cwd: dir.to_owned(),
        }
    }

    #[test]
    fn defaults_stand_alone_and_keep_the_ring_outside_the_data() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::load(&origin(dir.path(), &[])).unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert_eq!(
            config.database,
            Database::Sqlite(dir.path().join("data/voxanne.db"))
        );
        assert!(
            config
                .key_ring
                .starts_with("/home/somebody/.config/voxanne")
        );
        assert!(config.language_model.is_none() && config.metrics_token.is_none());
        let other = tempfile::tempdir().unwrap();
        assert_ne!(
            config.key_ring,
            Config::load(&origin(other.path(), &[])).unwrap().key_ring
        );
    }

    #[test]
    fn f10_4_file_then_environment_then_secret_files() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(
            dir.path().join("voxanne.toml"),
            "listen = \"127.0.0.1:9000\"\n[language_model]\nbase_url = \"https://x.test/v1\"\nmodel = \"m\"\nkey_file = \"key\"\n",
        )
        .unwrap();
        std::fs::write(dir.path().join("key"), "sk-1\n").unwrap();
        let config = Config::load(&origin(
            dir.path(),
            &[
                ("VOXANNE_LISTEN", "127.0.0.1:9100"),
                ("VOXANNE_LIMITS_UPLOAD_MIB", "3"),
                ("VOXANNE_TRUSTED_PROXIES", "127.0.0.1, ::1"),
            ],
        ))
        .unwrap();
        assert_eq!(config.listen.port(), 9100);
        assert_eq!(config.limits.upload_mib, 3);
        assert_eq!(config.trusted_proxies.len(), 2);
        assert_eq!(config.language_model.unwrap().key.unwrap().expose(), "sk-1");
    }

    #[test]
    fn f9_1_unknown_settings_stop_the_start_and_are_named() {
        let dir = tempfile::tempdir().unwrap();
        let named = Config::load(&origin(dir.path(), &[("VOXANNE_DEV_MODE", "1")])).unwrap_err();
        assert!(named.0.contains("VOXANNE_DEV_MODE"), "{named}");
        std::fs::write(dir.path().join("voxanne.toml"), "[log]\nlevl = \"debug\"\n").unwrap();
        let named = Config::load(&origin(dir.path(), &[])).unwrap_err();
        assert!(named.0.contains("log.levl"), "{named}");
        assert!(Config::load(&origin(dir.path(), &[("NODE_ENV", "development")])).is_err());
    }

    #[test]
    fn wrong_values_name_their_key() {
        let dir = tempfile::tempdir().unwrap();
        for (name, value, word) in [
            ("VOXANNE_LISTEN", "nowhere", "listen"),
            ("VOXANNE_PUBLIC_URL", "https://x/y", "public_url"),
            ("VOXANNE_KEY_RING", "./data/ring", "key_ring"),
            ("VOXANNE_LANGUAGE_MODEL_MODEL", "m", "language_model"),
            ("VOXANNE_DATABASE_URL", "mysql://x", "database.url"),
            ("VOXANNE_LIMITS_REQUEST_SECONDS", "0", "limits"),
        ] {
            let error = Config::load(&origin(dir.path(), &[(name, value)])).unwrap_err();
            assert!(error.0.contains(word), "{name}: {error}");
        }
    }

    #[test]
    fn secrets_of_the_configuration_cannot_be_printed() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config::load(&origin(
            dir.path(),
            &[
                ("VOXANNE_DATABASE_URL", "postgres://u:hunter2@h/d"),
                ("VOXANNE_METRICS_TOKEN", "hunter3"),
            ],
        ))
        .unwrap();
        let text = format!("{config:?} {}", config.database);
        assert!(!text.contains("hunter"), "{text}");
    }
}
