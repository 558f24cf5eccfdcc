//! Argon2id and nothing else, with the cost that Gongpai has by default: what password sign-ins are measured against.
//! `bare_argon2 SECONDS` prints hashes per second, on every processor.
#![allow(clippy::expect_used, clippy::print_stdout, reason = "a measurement")]

use argon2::{Algorithm, Argon2, Params, Version};
use std::time::{Duration, Instant};

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(3.0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    let hashes = || {
        let params = Params::new(19_456, 2, 1, None).expect("a cost");
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut count = 0_u32;
        while Instant::now() < until {
            argon
                .hash_password_into(b"mahogany cartwheel", b"salt of 16 bytes", &mut [0; 32])
                .expect("a hash");
            count += 1;
        }
        count
    };
    let total: u32 = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(hashes)).collect();
        running.into_iter().map(|thread| thread.join().expect("a count")).sum()
    });
    println!("{:.1}", f64::from(total) / seconds);
}
