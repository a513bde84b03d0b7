//! Sliding windows of 10-second buckets, many of them in one piece of memory.

/// Width of a bucket, and AWS's time between two looks at the rate.
pub const BUCKET_SECONDS: u64 = 10;

/// Windows that all have the same number of buckets.
#[derive(Debug)]
pub struct Windows {
    buckets: usize,
    counts: Vec<u32>,
    heads: Vec<Head>,
    free: Vec<u32>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Head {
    total: u64,
    /// The newest bucket that was written.
    bucket: u64,
}

impl Windows {
    /// Windows of this many buckets, at least one.
    pub fn new(buckets: usize) -> Self {
        Self {
            buckets: buckets.max(1),
            counts: Vec::new(),
            heads: Vec::new(),
            free: Vec::new(),
        }
    }

    /// An empty window.
    pub fn take(&mut self) -> u32 {
        if let Some(slot) = self.free.pop() {
            let at = slot as usize * self.buckets;
            self.counts[at..at + self.buckets].fill(0);
            self.heads[slot as usize] = Head::default();
            return slot;
        }
        self.heads.push(Head::default());
        self.counts.resize(self.heads.len() * self.buckets, 0);
        (self.heads.len() - 1) as u32
    }

    /// Gives a window back.
    pub fn give(&mut self, slot: u32) {
        self.free.push(slot);
    }

    /// Counts one at `bucket`; the total of the window after that.
    pub fn add(&mut self, slot: u32, bucket: u64) -> u64 {
        self.slide(slot, bucket);
        let at =
            slot as usize * self.buckets + (self.heads[slot as usize].bucket % self.buckets as u64) as usize;
        let head = &mut self.heads[slot as usize];
        if let Some(count) = self.counts[at].checked_add(1) {
            self.counts[at] = count;
            head.total += 1;
        }
        head.total
    }

    /// The total of the window as of `bucket`.
    pub fn total(&mut self, slot: u32, bucket: u64) -> u64 {
        self.slide(slot, bucket);
        self.heads[slot as usize].total
    }

    /// Forgets buckets that left the window. A clock that goes back counts into the newest bucket.
    fn slide(&mut self, slot: u32, bucket: u64) {
        let head = &mut self.heads[slot as usize];
        if bucket <= head.bucket {
            return;
        }
        let steps = (bucket - head.bucket).min(self.buckets as u64);
        let base = slot as usize * self.buckets;
        for step in 1..=steps {
            let at = base + ((head.bucket + step) % self.buckets as u64) as usize;
            head.total -= u64::from(std::mem::take(&mut self.counts[at]));
        }
        if steps == self.buckets as u64 {
            head.total = 0;
        }
        head.bucket = bucket;
    }
}
