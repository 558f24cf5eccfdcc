//! The number of an application: `GP-` and 12 characters, the last of them a check character.

use crate::context::Random;
use crate::error::{Code, Violation};
use crate::text::squeezed;

/// Crockford's base 32: no I, L, O, U, so that a number survives the telephone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 55 random bits and a check character: it cannot be guessed, and a slip of the pen is found.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ApplicationNumber(String);

impl ApplicationNumber {
    /// A fresh number.
    #[must_use]
    pub fn generate(random: &dyn Random) -> Self {
        let bytes = random.bytes();
        let mut characters: Vec<u8> =
            bytes[..11].iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
        characters.push(check_character(&characters));
        Self(format!("GP-{}", String::from_utf8_lossy(&characters)))
    }

    /// Reads a number as people write it: case, spaces and dashes do not matter, `O` is 0, `I` and `L` are 1.
    ///
    /// # Errors
    /// [`Code::FormatInvalid`].
    pub fn parse(raw: &str) -> Result<Self, Violation> {
        let text = squeezed(raw);
        let body = text.strip_prefix("GP").unwrap_or_default().replace('O', "0").replace(['I', 'L'], "1");
        let fits = body.len() == 12
            && body.bytes().all(|b| ALPHABET.contains(&b))
            && check_character(&body.as_bytes()[..11]) == body.as_bytes()[11];
        if fits {
            Ok(Self(format!("GP-{body}")))
        } else {
            Err(Violation::new(Code::FormatInvalid).with("expected", "GP-XXXXXXXXXXXX"))
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Luhn's algorithm over 32 characters: finds every wrong character and almost every swap of neighbours.
fn check_character(characters: &[u8]) -> u8 {
    let sum: usize = characters
        .iter()
        .rev()
        .filter_map(|c| ALPHABET.iter().position(|a| a == c))
        .enumerate()
        .map(|(index, value)| {
            let product = if index % 2 == 0 { value * 2 } else { value };
            product / 32 + product % 32
        })
        .sum();
    ALPHABET[(32 - sum % 32) % 32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    struct Bytes([u8; 32]);
    impl Random for Bytes {
        fn uuid(&self) -> Uuid {
            Uuid::nil()
        }
        fn bytes(&self) -> [u8; 32] {
            self.0
        }
    }

    #[test]
    fn a_number_reads_back_and_slips_are_found() {
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::try_from(index * 37 % 256).unwrap();
        }
        let number = ApplicationNumber::generate(&Bytes(bytes));
        assert_eq!(number.as_str().len(), 15);
        assert_eq!(ApplicationNumber::parse(&number.as_str().to_lowercase()).unwrap(), number);
        for place in 3..15 {
            for character in ALPHABET {
                let mut wrong = number.as_str().as_bytes().to_vec();
                if wrong[place] != *character {
                    wrong[place] = *character;
                    assert!(ApplicationNumber::parse(std::str::from_utf8(&wrong).unwrap()).is_err());
                }
            }
        }
        assert!(ApplicationNumber::parse("GP-").is_err());
        assert!(ApplicationNumber::parse("").is_err());
    }
}
