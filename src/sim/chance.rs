//! Seeded chance: one seed, named streams, so that a new draw in one place reshuffles nothing in another.

use crate::api::Uid;

/// Who draws.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Stream {
    /// Identities of objects.
    Uid,
    /// The five letters behind a generated name.
    Suffix,
    /// Choice among equal nodes.
    Scheduler,
    /// Choice of an endpoint for a request.
    Endpoint,
    /// Cluster addresses of services.
    ClusterIp,
    /// When a node's heartbeat falls within its period.
    Heartbeat,
    /// Order of records in a DNS answer.
    Dns,
}

impl Stream {
    const COUNT: usize = Stream::Dns as usize + 1;
}

/// The generator's whole state.
#[derive(Clone, Debug)]
pub struct Chance {
    seed: u64,
    /// How often each stream was drawn from.
    drawn: [u64; Stream::COUNT],
}

/// What the API server appends to generated names: no vowels, no 0, 1 or 3. Upstream: apimachinery/pkg/util/rand.
pub const SUFFIX_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

impl Chance {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Chance {
        Chance { seed, drawn: [0; Stream::COUNT] }
    }

    /// The next 64 bits of a stream.
    pub fn draw(&mut self, stream: Stream) -> u64 {
        let count = &mut self.drawn[stream as usize];
        *count += 1;
        mix(mix(self.seed ^ ((stream as u64 + 1) << 56)).wrapping_add(*count))
    }

    /// A number below `n`; 0 where `n` is 0. The bias of at most n in 2⁶⁴ does not matter here.
    pub fn below(&mut self, stream: Stream, n: usize) -> usize {
        ((u128::from(self.draw(stream)) * n as u128) >> 64) as usize
    }

    /// A version 4 UUID.
    pub fn uid(&mut self) -> Uid {
        let bits = (u128::from(self.draw(Stream::Uid)) << 64) | u128::from(self.draw(Stream::Uid));
        Uid::new(bits & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62))
    }

    /// Five letters for a generated name.
    pub fn suffix(&mut self) -> String {
        (0..5).map(|_| SUFFIX_LETTERS[self.below(Stream::Suffix, SUFFIX_LETTERS.len())] as char).collect()
    }

    /// One of the items; `None` where there is none.
    pub fn pick<'a, T>(&mut self, stream: Stream, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(stream, items.len()))
    }
}

/// A hash in letters that no word can be made of. Upstream: rand.SafeEncodeString of its decimal digits.
pub fn safe_encode(hash: u32) -> String {
    hash.to_string().bytes().map(|b| SUFFIX_LETTERS[usize::from(b) % SUFFIX_LETTERS.len()] as char).collect()
}

/// A number below `n` that depends on a name only.
pub fn spread(name: &str, n: u64) -> u64 {
    mix(hash(name)) % n.max(1)
}

/// Four numbers that depend on a text only.
pub fn digest(text: &str) -> [u64; 4] {
    let hash = hash(text);
    [0, 1, 2, 3].map(|part| mix(hash.wrapping_add(part)))
}

/// FNV-1a in 64 bits.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3))
}

/// SplitMix64's output function.
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_do_not_disturb_each_other() {
        let (mut a, mut b) = (Chance::new(7), Chance::new(7));
        a.draw(Stream::Dns);
        assert_eq!(a.suffix(), b.suffix());
        assert_ne!(Chance::new(8).suffix(), Chance::new(7).suffix());
    }

    #[test]
    fn uids_are_version_4() {
        let text = Chance::new(1).uid().to_string();
        assert_eq!(&text[14..15], "4");
        assert!("89ab".contains(&text[19..20]));
    }
}
