//! Redirect URIs.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    doorward_fuzz::redirect_uri::check(input);
});
