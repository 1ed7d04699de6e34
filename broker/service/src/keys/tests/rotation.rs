//! Keys through the years.

use std::time::Duration;

use doorward_domain::{Algorithm, KeyAlgorithm, KeyId, KeyManagement, KeyStatus, OwnKey, Sealed, Timestamp};

use super::{Dice, NOW};
use crate::keys::rotation::{Schedule, Step, due, in_use, newest, replaced, replacement};

const SCHEDULE: Schedule = Schedule {
    period: Duration::from_secs(600),
    jwks_max_age: Duration::from_secs(60),
    longest_token: Duration::from_secs(90),
    margin: Duration::from_secs(10),
};
const ES256: KeyAlgorithm = KeyAlgorithm::Signature(Algorithm::ES256);
const RS256: KeyAlgorithm = KeyAlgorithm::Signature(Algorithm::RS256);
const ECDH_ES: KeyAlgorithm = KeyAlgorithm::Encryption(KeyManagement::EcdhEs);
const IN_USE: [KeyAlgorithm; 2] = [ES256, ECDH_ES];

fn key(dice: &Dice, algorithm: KeyAlgorithm, now: Timestamp, used_from: Timestamp) -> OwnKey {
    OwnKey {
        id: KeyId::new(now, dice),
        algorithm,
        public_jwk: serde_json::Value::Null,
        private_jwk: Sealed { key: String::new(), ciphertext: String::new() },
        created_at: now,
        used_from,
        used_until: None,
        kept_until: None,
    }
}

/// Does what a step says, as the ring does.
fn take(keys: &mut Vec<OwnKey>, step: Step, now: Timestamp, dice: &Dice) {
    match step {
        Step::Create(algorithm) => keys.push(key(dice, algorithm, now, now)),
        Step::Replace { key: id, at } => {
            let old = keys.iter_mut().find(|key| key.id == id);
            if let Some(old) = old {
                *old = replaced(old, at, &SCHEDULE);
                let algorithm = old.algorithm;
                keys.push(key(dice, algorithm, now, at));
            }
        }
        Step::Remove(id) => keys.retain(|key| key.id != id),
    }
}

#[test]
fn an_empty_ring_gets_a_key_of_each_algorithm_which_signs_at_once() {
    let mut keys = Vec::new();
    let steps = due(&keys, &IN_USE, &SCHEDULE, NOW);
    assert_eq!(steps, [Step::Create(ES256), Step::Create(ECDH_ES)]);
    for step in steps {
        take(&mut keys, step, NOW, &Dice::new(1));
    }
    assert_eq!(due(&keys, &IN_USE, &SCHEDULE, NOW), []);
    assert!(keys.iter().all(|key| key.status(NOW) == KeyStatus::InUse));
}

#[test]
fn a_key_is_replaced_in_time_for_its_successor_to_be_known() {
    let keys = [key(&Dice::new(1), ES256, NOW, NOW)];
    let last = NOW + SCHEDULE.period;
    let in_time = last - SCHEDULE.publish_ahead();
    let at = |now| due(&keys, &[ES256], &SCHEDULE, now);
    assert_eq!(at(in_time - Duration::from_millis(1)), []);
    assert_eq!(at(in_time), [Step::Replace { key: keys[0].id, at: last }]);
    // After a long sleep the successor still waits for its time.
    let late = last + SCHEDULE.period;
    assert_eq!(at(late), [Step::Replace { key: keys[0].id, at: late + SCHEDULE.publish_ahead() }]);
}

#[test]
fn a_command_replaces_a_signing_key_once() {
    let dice = Dice::new(1);
    let mut keys = vec![key(&dice, ES256, NOW, NOW)];
    let command = |keys: &[OwnKey]| replacement(keys, ES256, &SCHEDULE, NOW);
    let step = command(&keys);
    assert_eq!(step, Some(Step::Replace { key: keys[0].id, at: NOW + SCHEDULE.publish_ahead() }));
    take(&mut keys, step.unwrap_or(Step::Create(ES256)), NOW, &dice);
    assert_eq!(command(&keys), None);
    assert_eq!(replacement(&keys, RS256, &SCHEDULE, NOW), None);
}

#[test]
fn a_clock_that_was_set_back_still_finds_a_key() {
    let dice = Dice::new(1);
    let mut keys = vec![key(&dice, ES256, NOW, NOW)];
    let step = Step::Replace { key: keys[0].id, at: NOW + SCHEDULE.period };
    take(&mut keys, step, NOW, &dice);
    let early = NOW - Duration::from_secs(5);
    assert_eq!(in_use(&keys, ES256, early).map(|key| key.id), Some(keys[0].id));
    assert!(in_use(&keys, RS256, early).is_none());
}

/// The life of a key as a watcher saw it.
struct Seen {
    key: OwnKey,
    first_of_its_kind: bool,
    removed_at: Option<Timestamp>,
}

/// Lives through 400 moments of a ring: time passes, in small and in large steps, commands come, and
/// maintenance runs, late at times.
fn live(seed: u64) -> Vec<Seen> {
    let dice = Dice::new(seed);
    let mut keys: Vec<OwnKey> = Vec::new();
    let mut seen: Vec<Seen> = Vec::new();
    let mut now = NOW;
    for moment in 0..400 {
        let command =
            replacement(&keys, IN_USE[moment % 2], &SCHEDULE, now).filter(|_| dice.roll().is_multiple_of(16));
        let steps = command.into_iter().chain(due(&keys, &IN_USE, &SCHEDULE, now)).collect::<Vec<_>>();
        if let Some(step) = steps.first() {
            take(&mut keys, *step, now, &dice);
        }
        for old in &mut seen {
            let still = keys.iter().find(|key| key.id == old.key.id);
            match still {
                Some(key) => old.key = key.clone(),
                None => old.removed_at = old.removed_at.or(Some(now)),
            }
        }
        for key in &keys {
            if !seen.iter().any(|old| old.key.id == key.id) {
                let first_of_its_kind = !seen.iter().any(|old| old.key.algorithm == key.algorithm);
                seen.push(Seen { key: key.clone(), first_of_its_kind, removed_at: None });
            }
        }
        check_one_signs(&keys, now);
        let pause = if dice.roll().is_multiple_of(20) { 2_000_000 } else { 20_000 };
        now = now + Duration::from_millis(dice.roll() % pause);
    }
    seen
}

fn check_one_signs(keys: &[OwnKey], now: Timestamp) {
    for algorithm in IN_USE {
        let of_algorithm = || keys.iter().filter(move |key| key.algorithm == algorithm);
        if of_algorithm().next().is_none() {
            continue;
        }
        let signers: Vec<_> =
            of_algorithm().filter(|key| key.status(now) == KeyStatus::InUse).map(|key| key.id).collect();
        assert_eq!(signers.len(), 1, "{algorithm} at {now}");
        assert_eq!(in_use(keys, algorithm, now).map(|key| key.id), Some(signers[0]));
        let without_end = of_algorithm().filter(|key| key.used_until.is_none()).count();
        assert_eq!(without_end, 1, "{algorithm} at {now}");
        assert!(newest(keys, algorithm).is_some());
    }
}

#[test]
fn keys_are_published_before_they_sign_and_kept_after() {
    for seed in 0..200 {
        let seen = live(seed);
        assert!(seen.len() > 4, "the ring of seed {seed} turned");
        for Seen { key, first_of_its_kind, removed_at } in seen {
            if !first_of_its_kind {
                assert!(key.used_from >= key.created_at + SCHEDULE.publish_ahead(), "seed {seed}: {key:?}");
            }
            if let Some(removed_at) = removed_at {
                let kept = key.used_until.map(|end| end + SCHEDULE.retain(key.algorithm));
                assert!(kept.is_some_and(|kept| kept <= removed_at), "seed {seed}: {key:?}");
            }
        }
    }
}

#[test]
fn the_default_schedule_outlasts_caches_and_tokens() {
    let schedule = Schedule::default();
    assert_eq!(schedule.publish_ahead(), Duration::from_secs(3_660));
    assert_eq!(schedule.retain(ES256), Duration::from_secs(86_460));
    assert_eq!(schedule.retain(ECDH_ES), Duration::from_secs(90_060));
}
