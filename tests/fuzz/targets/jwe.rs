//! What others encrypt for us.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    doorward_fuzz::jwe::check(input);
});
