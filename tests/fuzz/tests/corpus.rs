//! The inputs in `corpus/`, those that a crash left behind among them: each says by its name what comes of it.

#![expect(clippy::unwrap_used, reason = "this file is test code")]

use std::fs;
use std::path::Path;

use doorward_fuzz::{
    Verdict, client_assertion, dpop_proof, jwe, jwks, jws, params, passkey, redirect_uri, request_object,
};

fn replay(target: &str, check: impl Fn(&[u8]) -> Verdict) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut came = Vec::new();
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let expected = match name.split_once('-') {
            Some(("accepted", _)) => Verdict::Accepted,
            Some(("refused", _)) => Verdict::Refused,
            _ => panic!("{name} does not say what comes of it"),
        };
        assert_eq!(check(&fs::read(&path).unwrap()), expected, "{target}/{name}");
        came.push(expected);
    }
    assert!(came.contains(&Verdict::Accepted) && came.contains(&Verdict::Refused), "{target}: {came:?}");
}

#[test]
fn redirect_uris() {
    replay("redirect_uri", redirect_uri::check);
}

#[test]
fn forms_and_queries() {
    replay("params", params::check);
}

#[test]
fn passkeys() {
    replay("passkey", passkey::check);
}

#[test]
fn encrypted_objects() {
    replay("jwe", jwe::check);
}

#[test]
fn signed_tokens() {
    replay("jws", jws::check);
}

#[test]
fn key_sets() {
    replay("jwks", jwks::check);
}

#[test]
fn client_assertions() {
    replay("client_assertion", client_assertion::check);
}

#[test]
fn dpop_proofs() {
    replay("dpop_proof", dpop_proof::check);
}

#[test]
fn request_objects() {
    replay("request_object", request_object::check);
}
