//! The key ring's file: made at the first start, readable by its owner only, never replaced silently.

use super::{BadConfig, Config, Database};
use std::{
    fs,
    io::{ErrorKind, Write as _},
    path::Path,
};
use voxanne_core::seal::MasterRing;

/// A ring, and whether it was made just now.
#[derive(Debug)]
pub struct Ring {
    /// The keys.
    pub ring: MasterRing,
    /// Not on disk yet: to be written by [`write`] once the database is known to be new.
    pub fresh: bool,
}

/// Reads the ring, or makes one for a new installation. A SQLite database without its ring is refused here; whether a
/// PostgreSQL database is new is known only after connecting, so a fresh ring is written by the caller.
pub fn open(config: &Config) -> Result<Ring, BadConfig> {
    let path = &config.key_ring;
    match fs::read_to_string(path) {
        Ok(text) => {
            let ring = MasterRing::parse(&text)
                .map_err(|error| BadConfig(format!("{}: {error}", path.display())))?;
            Ok(Ring { ring, fresh: false })
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if let Database::Sqlite(database) = &config.database
                && database.exists()
            {
                return Err(missing(config));
            }
            Ok(Ring {
                ring: MasterRing::generate(),
                fresh: true,
            })
        }
        Err(error) => Err(BadConfig(format!(
            "{} cannot be read: {error}",
            path.display()
        ))),
    }
}

/// The refusal of a database whose ring is gone.
pub fn missing(config: &Config) -> BadConfig {
    BadConfig(format!(
        "the database exists ({}), but its key ring is missing: put the backup of the key ring at {} or name its place with `key_ring`",
        config.database,
        config.key_ring.display()
    ))
}

/// Writes a fresh ring: folder 0700, file 0600, durable before anything is sealed with it.
pub fn write(path: &Path, ring: &MasterRing) -> Result<(), BadConfig> {
    let failed = |error: std::io::Error| {
        BadConfig(format!(
            "the key ring cannot be written to {}: {error}",
            path.display()
        ))
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(failed)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(ring.to_text().as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    fs::File::open(folder)
        .and_then(|f| f.sync_all())
        .map_err(failed)
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Whether others than its owner can read the file.
pub fn is_private(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        const OTHERS: u32 = 0o077;
        fs::metadata(path).is_ok_and(|m| m.permissions().mode() & OTHERS == 0)
    }
    #[cfg(not(unix))]
    {
        path.exists()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    fn config(dir: &Path) -> Config {
        Config::load(&Origin {
            set: vec![("key_ring".to_owned(), "keys/ring".to_owned())],
            cwd: dir.to_owned(),
            ..Origin::default()
        })
        .unwrap()
    }

    #[test]
    fn a_ring_is_made_once_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path());
        let made = open(&config).unwrap();
        assert!(made.fresh && !config.key_ring.exists());
        write(&config.key_ring, &made.ring).unwrap();
        assert!(is_private(&config.key_ring));
        let again = open(&config).unwrap();
        assert!(!again.fresh);
        assert_eq!(again.ring.fingerprint(), made.ring.fingerprint());
        assert!(
            write(&config.key_ring, &MasterRing::generate()).is_err(),
            "a ring is never replaced"
        );
    }

    #[test]
    fn f9_5_a_database_without_its_ring_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let config = config(dir.path());
        std::fs::create_dir_all(&config.data_dir).unwrap();
        std::fs::write(config.data_dir.join("voxanne.db"), b"x").unwrap();
        let refused = open(&config).unwrap_err();
        assert!(refused.0.contains("key ring is missing"), "{refused}");
    }
}
