//! Certificates made on the spot.

use std::fs;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509Name};
use tempfile::TempDir;

use super::*;

/// A self-signed certificate for `id.test`, and its key.
pub struct Pair {
    pub certificate: X509,
    pub key: PKey<Private>,
}

impl Pair {
    pub fn new() -> Self {
        let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let key = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_nid(Nid::COMMONNAME, "id.test").unwrap();
        let name = name.build();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
        let names = SubjectAlternativeName::new().dns("id.test").build(&builder.x509v3_context(None, None));
        builder.append_extension(names.unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }
}

/// The files of a pair, in a folder of their own.
pub struct Folder {
    pub files: Files,
    _folder: TempDir,
}

impl Folder {
    pub fn of(pair: &Pair) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { certificate: folder.path().join("tls.crt"), key: folder.path().join("tls.key") };
        let made = Self { files, _folder: folder };
        made.put_certificate(pair);
        made.put_key(pair);
        made
    }

    pub fn put_certificate(&self, pair: &Pair) {
        fs::write(&self.files.certificate, pair.certificate.to_pem().unwrap()).unwrap();
    }

    pub fn put_key(&self, pair: &Pair) {
        fs::write(&self.files.key, pair.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    }
}
