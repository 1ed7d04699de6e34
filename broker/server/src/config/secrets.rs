//! The secrets of the broker itself: master keys and the admin API's token, each in a file of its
//! own that nobody else may read. At their default places they are made on the first start.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use doorward_domain::{Entropy, Plain, SecretHash};
use doorward_service::keys::{MasterKey, Sealer};
use zeroize::Zeroizing;

use super::{Config, ConfigError};

/// What a broker needs to know of its secrets.
pub struct Secrets {
    /// Seals with the active master key, opens with all.
    pub sealer: Sealer,
    /// What is kept of the admin API's token.
    pub admin_token: SecretHash,
}

/// For the broker alone, and never to change.
const READ_ONLY: u32 = 0o400;
/// For the operator, who may replace it.
const PRIVATE: u32 = 0o600;

impl Config {
    /// Reads the secrets, and makes those that are missing at their default places.
    ///
    /// # Errors
    /// [`ConfigError`] names the file.
    pub fn secrets(&self, entropy: &dyn Entropy) -> Result<Secrets, ConfigError> {
        if self.keys.master_key.is_none() {
            let key = Zeroizing::new(entropy.bytes::<32>());
            create(&self.master_key_file(), &BASE64.encode(key.as_slice()), READ_ONLY)?;
        }
        if self.admin.token_file.is_none() {
            create(&self.admin_token_file(), Plain::generate(entropy).expose(), PRIVATE)?;
        }
        let active = master_key(&self.master_key_file())?;
        let older =
            self.keys.older_master_keys.iter().map(|file| master_key(file)).collect::<Result<_, _>>()?;
        Ok(Secrets { sealer: Sealer::new(active, older), admin_token: self.admin_token()?.hash() })
    }

    /// The admin API's token, as its file holds it.
    ///
    /// # Errors
    /// [`ConfigError`] names the file.
    pub fn admin_token(&self) -> Result<Plain, ConfigError> {
        /// A token of 128 random bits is at least this long.
        const SHORTEST: usize = 22;
        let path = self.admin_token_file();
        let text = Zeroizing::new(super::read(&path)?);
        match text.trim() {
            token if token.len() >= SHORTEST => Ok(Plain::new(token)),
            _ => Err(ConfigError::Secret { path, cause: "is too short; write 32 random bytes in base64" }),
        }
    }

    /// Where the admin API's token is.
    pub fn admin_token_file(&self) -> PathBuf {
        self.admin.token_file.clone().unwrap_or_else(|| self.data_dir().join("admin.token"))
    }

    /// Where the master key is.
    pub fn master_key_file(&self) -> PathBuf {
        self.keys.master_key.clone().unwrap_or_else(|| self.data_dir().join("master.key"))
    }
}

/// Reads a master key. Its name is a fingerprint, so that a key is the same wherever its file lies.
fn master_key(path: &Path) -> Result<MasterKey, ConfigError> {
    let text = Zeroizing::new(super::read(path)?);
    let bytes = decode(text.trim()).ok_or(ConfigError::Secret {
        path: path.to_owned(),
        cause: "is not a master key; `openssl rand -base64 32` makes one",
    })?;
    let fingerprint = String::from(Plain::new(BASE64.encode(bytes.as_slice())).hash());
    Ok(MasterKey { name: fingerprint.chars().take(8).collect(), key: bytes })
}

/// 32 bytes in base64 or hexadecimal.
fn decode(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let from_hex = || {
        let digits = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok());
        digits.collect::<Option<Vec<u8>>>()
    };
    let bytes = Zeroizing::new(if text.len() == 64 { from_hex()? } else { BASE64.decode(text).ok()? });
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

/// Writes a new file with `mode`, durably; an existing one stays as it is.
fn create(path: &Path, text: &str, mode: u32) -> Result<(), ConfigError> {
    match try_create(path, text, mode) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
            Err(ConfigError::Unwritable { path: path.to_owned(), cause })
        }
        _ => Ok(()),
    }
}

fn try_create(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::File::open(folder)?.sync_all()
}

/// Creates a folder for the owner's eyes only.
fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}
