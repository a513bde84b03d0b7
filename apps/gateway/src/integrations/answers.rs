//! Answers that wait to be fetched: nginx takes no more than a yes or no from `auth_request`, and fetches what to
//! answer in a second step.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use haechi_core::Random;
use parking_lot::Mutex;

use crate::guard::Answer;

/// As many wait at once; nginx fetches at once, so that older ones are not wanted any more.
const MOST: usize = 8192;

/// Answers by an id that can't be guessed.
pub(super) struct Answers {
    random: Arc<dyn Random>,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    answers: HashMap<[u8; 16], Answer>,
    oldest_first: VecDeque<[u8; 16]>,
}

impl Answers {
    pub(super) fn new(random: Arc<dyn Random>) -> Self {
        Self {
            random,
            waiting: Mutex::default(),
        }
    }

    /// Keeps an answer; returns its id.
    pub(super) fn keep(&self, answer: Answer) -> String {
        let mut id = [0; 16];
        self.random.fill(&mut id);
        let mut waiting = self.waiting.lock();
        if waiting.oldest_first.len() >= MOST
            && let Some(oldest) = waiting.oldest_first.pop_front()
        {
            waiting.answers.remove(&oldest);
        }
        waiting.answers.insert(id, answer);
        waiting.oldest_first.push_back(id);
        hex::encode(id)
    }

    /// Hands an answer out, once.
    pub(super) fn take(&self, id: &str) -> Option<Answer> {
        let mut key = [0; 16];
        hex::decode_to_slice(id, &mut key).ok()?;
        self.waiting.lock().answers.remove(&key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;

    struct Counting(std::sync::atomic::AtomicU8, std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            use std::sync::atomic::Ordering;
            let low = self.0.fetch_add(1, Ordering::Relaxed);
            if low == u8::MAX {
                self.1.fetch_add(1, Ordering::Relaxed);
            }
            bytes[0] = low;
            bytes[1] = self.1.load(Ordering::Relaxed);
        }
    }

    #[test]
    fn an_answer_is_handed_out_once_and_the_oldest_make_room() {
        let answers = Answers::new(Arc::new(Counting(Default::default(), Default::default())));
        let answer = Answer {
            status: StatusCode::IM_A_TEAPOT,
            headers: Vec::new(),
            body: Default::default(),
        };
        let first = answers.keep(answer.clone());
        let second = answers.keep(answer.clone());
        assert_eq!(answers.take(&second), Some(answer.clone()));
        assert_eq!(answers.take(&second), None);
        for _ in 0..MOST {
            answers.keep(answer.clone());
        }
        assert_eq!(answers.take(&first), None);
        assert!(answers.waiting.lock().answers.len() <= MOST);
        assert_eq!(answers.take("../secret"), None);
    }
}
