//! A QR code, as the path of an SVG picture in the page.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel};

/// A square of dark and light modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QrCode {
    /// Its width in modules, with the quiet zone around it (ISO/IEC 18004 section 9.1).
    pub width: usize,
    /// The dark modules, as the data of an SVG path.
    pub path: String,
}

const QUIET: usize = 4;

impl QrCode {
    /// The code of a text; `None` for one that is too long for any.
    pub fn new(text: &str) -> Option<Self> {
        let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (at, color) in code.to_colors().into_iter().enumerate() {
            if color == Color::Dark {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{},{}h1v1h-1z", at % width + QUIET, at / width + QUIET);
            }
        }
        Some(Self { width: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finders_and_its_quiet_zone() {
        let code = QrCode::new("otpauth://totp/Acme:kim?secret=A4DQOBYH&issuer=Acme").unwrap();
        // The corners of the three finder patterns, and nothing in the zone around them.
        let last = code.width - QUIET - 1;
        for (x, y) in [(QUIET, QUIET), (last, QUIET), (QUIET, last)] {
            assert!(code.path.contains(&format!("M{x},{y}h1v1h-1z")), "{x},{y}");
        }
        assert!(!code.path.contains("M3,") && !code.path.contains(",3h"), "{}", code.path);
        assert_eq!(QrCode::new(&"x".repeat(10_000)), None);
    }
}
