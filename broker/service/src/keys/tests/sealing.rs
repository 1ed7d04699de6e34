//! What opens where.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Sealed, TenantId};
use doorward_store::Kind;

use super::{Dice, master_key, sealer};
use crate::keys::{Place, Purpose, SealError, Sealer};

const PLAIN: &[u8] = b"canary";

fn place() -> Place<'static> {
    Place { tenant: TenantId::from_bytes([7; 16]), kind: Kind::Connection, id: b"id", field: "client_secret" }
}

#[test]
fn what_was_sealed_opens_in_its_place() {
    let sealed = sealer().seal(&place(), PLAIN, &Dice::new(1));
    assert_eq!(sealed.key, "main");
    assert_eq!(sealer().open(&place(), &sealed).unwrap().as_slice(), PLAIN);
    assert_eq!(
        sealer().open(&place(), &sealer().seal(&place(), b"", &Dice::new(1))).unwrap().as_slice(),
        b""
    );
}

#[test]
fn sr_03_it_opens_in_no_other_place() {
    let sealed = sealer().seal(&place(), PLAIN, &Dice::new(1));
    let elsewhere = [
        Place { tenant: TenantId::BROKER, ..place() },
        Place { kind: Kind::Client, ..place() },
        Place { id: b"other", ..place() },
        Place { field: "other", ..place() },
        // The same bytes, cut at another point.
        Place { id: b"idclient", field: "_secret", ..place() },
    ];
    for other in elsewhere {
        assert_eq!(sealer().open(&other, &sealed).unwrap_err(), SealError::Forged, "{other:?}");
    }
}

#[test]
fn sr_03_the_wrong_master_key_opens_nothing() {
    let sealed = sealer().seal(&place(), PLAIN, &Dice::new(1));
    let token = sealer().seal_token(Purpose::Transaction, b"browser", PLAIN, &Dice::new(1));
    for wrong in [master_key("main", 2), master_key("other", 1)] {
        let wrong = Sealer::new(wrong, Vec::new());
        assert!(wrong.open(&place(), &sealed).is_err());
        assert!(wrong.open_token(Purpose::Transaction, b"browser", &token).is_err());
    }
}

#[test]
fn sr_03_a_key_under_another_name_opens_nothing() {
    let both = Sealer::new(master_key("main", 1), vec![master_key("renamed", 1)]);
    let sealed = Sealed { key: "renamed".to_owned(), ..sealer().seal(&place(), PLAIN, &Dice::new(1)) };
    assert_eq!(both.open(&place(), &sealed).unwrap_err(), SealError::Forged);
}

#[test]
fn no_bit_of_a_sealed_value_can_be_changed() {
    let token = sealer().seal_token(Purpose::Transaction, b"browser", PLAIN, &Dice::new(1));
    let bytes = BASE64.decode(&token).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let changed = BASE64.encode(changed);
        assert!(sealer().open_token(Purpose::Transaction, b"browser", &changed).is_err(), "bit {bit}");
    }
    for cut in 0..token.len() {
        assert!(
            sealer().open_token(Purpose::Transaction, b"browser", &token[..cut]).is_err(),
            "cut at {cut}"
        );
    }
    assert!(sealer().open_token(Purpose::Transaction, b"browser", &format!("{token}A")).is_err());
}

#[test]
fn a_token_opens_for_its_purpose_and_in_its_context_alone() {
    let token = sealer().seal_token(Purpose::Transaction, b"browser", PLAIN, &Dice::new(1));
    let open = |purpose, context: &[u8]| sealer().open_token(purpose, context, &token);
    assert_eq!(open(Purpose::Transaction, b"browser").unwrap().as_slice(), PLAIN);
    assert_eq!(open(Purpose::Transaction, b"").unwrap_err(), SealError::Forged);
    assert_eq!(open(Purpose::RefreshToken, b"browser").unwrap_err(), SealError::Forged);
    assert_eq!(open(Purpose::Records, b"browser").unwrap_err(), SealError::Forged);
}

#[test]
fn a_new_active_key_seals_and_the_older_ones_still_open() {
    let before = Sealer::new(master_key("2026", 1), Vec::new());
    let after = Sealer::new(master_key("2027", 2), vec![master_key("2026", 1)]);
    let old = before.seal(&place(), PLAIN, &Dice::new(1));
    let old_token = before.seal_token(Purpose::Transaction, b"", PLAIN, &Dice::new(1));
    assert_eq!(after.open(&place(), &old).unwrap().as_slice(), PLAIN);
    assert_eq!(after.open_token(Purpose::Transaction, b"", &old_token).unwrap().as_slice(), PLAIN);
    assert_eq!(
        after.derive("2026", Purpose::RefreshToken, &[b"a"]),
        before.derive("2026", Purpose::RefreshToken, &[b"a"])
    );

    let new = after.seal(&place(), PLAIN, &Dice::new(1));
    assert_eq!((after.active(), new.key.as_str()), ("2027", "2027"));
    assert_eq!(before.open(&place(), &new).unwrap_err(), SealError::UnknownKey);
}

#[test]
fn the_same_secret_never_looks_the_same() {
    let dice = Dice::new(1);
    let (one, two) = (sealer().seal(&place(), PLAIN, &dice), sealer().seal(&place(), PLAIN, &dice));
    assert_ne!(one.ciphertext, two.ciphertext);
}

#[test]
fn derived_values_differ_by_key_purpose_and_parts() {
    let sealer = Sealer::new(master_key("one", 1), vec![master_key("two", 1)]);
    let derive = |key, purpose, parts: &[&[u8]]| sealer.derive(key, purpose, parts).unwrap();
    let all = [
        derive("one", Purpose::RefreshToken, &[b"ab", b"c"]),
        derive("one", Purpose::RefreshToken, &[b"a", b"bc"]),
        derive("one", Purpose::RefreshToken, &[b"abc"]),
        derive("one", Purpose::Transaction, &[b"abc"]),
        derive("one", Purpose::Records, &[b"abc"]),
        derive("two", Purpose::RefreshToken, &[b"abc"]),
    ];
    for (i, one) in all.iter().enumerate() {
        assert!(all[i + 1..].iter().all(|other| other != one), "{i}");
    }
    assert_eq!(sealer.derive("three", Purpose::RefreshToken, &[b"abc"]), None);
}

#[test]
fn sr_03_the_format_is_stable() {
    // What was sealed by an earlier version must open for ever. A difference here needs a new
    // format next to the old one, not a new value.
    let sealed = "VpIWHRALBeWRCi3siQJcwb7rjaFljuxnGYXQuuAiWzphutl_MGhqjn36PhpCmA";
    let sealed = Sealed { key: "main".to_owned(), ciphertext: sealed.to_owned() };
    assert_eq!(sealer().open(&place(), &sealed).unwrap().as_slice(), PLAIN);
    let token = "VwuizPiTou77MlVeccGGkO5CyQtxu1TY0QG1uU3yabxVn_DLiglx0qbZTnwKERdYxUY";
    assert_eq!(sealer().open_token(Purpose::Transaction, b"browser", token).unwrap().as_slice(), PLAIN);
    let derived = sealer().derive("main", Purpose::RefreshToken, &[PLAIN]).unwrap();
    assert_eq!(BASE64.encode(derived), "AD9UIOF4L6jzdYsuLSmvSpho7nNiqJPwNfot2dDCzYc");
}
