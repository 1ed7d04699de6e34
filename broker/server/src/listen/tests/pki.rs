//! Certificates made on the spot.

use std::fs;

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, SubjectAlternativeName};
use openssl::x509::{X509, X509Builder, X509Name};
use tempfile::TempDir;

use super::*;

/// A certificate and its key.
pub struct Pair {
    pub certificate: X509,
    pub key: PKey<Private>,
}

impl Pair {
    /// A self-signed certificate for `id.test`.
    pub fn new() -> Self {
        Self::named("id.test")
    }

    /// A self-signed certificate for this host.
    pub fn named(name: &str) -> Self {
        let (builder, key) = begin(name, name);
        Self::end(with_name(builder, name), key, None)
    }

    /// An authority of this name.
    pub fn authority(name: &str) -> Self {
        let (mut builder, key) = begin(name, name);
        builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        Self::end(builder, key, None)
    }

    /// A certificate for this host that this authority signed.
    pub fn certify(&self, name: &str) -> Self {
        let (builder, key) = begin(name, &common_name(&self.certificate));
        Self::end(with_name(builder, name), key, Some(&self.key))
    }

    fn end(mut builder: X509Builder, key: PKey<Private>, signer: Option<&PKey<Private>>) -> Self {
        builder.sign(signer.unwrap_or(&key), MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }

    pub fn der(&self) -> Vec<u8> {
        self.certificate.to_der().unwrap()
    }

    pub fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }
}

fn begin(subject: &str, issuer: &str) -> (X509Builder, PKey<Private>) {
    let curve = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&curve).unwrap()).unwrap();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&BigNum::from_u32(1).unwrap().to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&distinguished(subject)).unwrap();
    builder.set_issuer_name(&distinguished(issuer)).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::days_from_now(30).unwrap()).unwrap();
    (builder, key)
}

fn with_name(mut builder: X509Builder, name: &str) -> X509Builder {
    let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(names).unwrap();
    builder
}

fn distinguished(common_name: &str) -> X509Name {
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, common_name).unwrap();
    name.build()
}

fn common_name(certificate: &X509) -> String {
    let name = certificate.subject_name().entries_by_nid(Nid::COMMONNAME).next().unwrap();
    name.data().to_string().unwrap()
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
        fs::write(&self.files.certificate, pair.pem()).unwrap();
    }

    pub fn put_key(&self, pair: &Pair) {
        fs::write(&self.files.key, pair.key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    }
}
