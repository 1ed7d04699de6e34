//! Attestation objects.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    doorward_fuzz::passkey::check(input);
});
