//! A picture of letters that people read: strokes of our own, bent, shifted and crossed out.

use std::fmt::Write as _;

/// Lines through points of a grid of four by six.
type Strokes = &'static [&'static [(u8, u8)]];

/// Letters and digits that are not taken for each other.
const ALPHABET: [(u8, Strokes); 20] = [
    (b'A', &[&[(0, 6), (2, 0), (4, 6)], &[(1, 4), (3, 4)]]),
    (
        b'C',
        &[&[(4, 1), (3, 0), (1, 0), (0, 1), (0, 5), (1, 6), (3, 6), (4, 5)]],
    ),
    (b'E', &[&[(4, 0), (0, 0), (0, 6), (4, 6)], &[(0, 3), (3, 3)]]),
    (b'F', &[&[(4, 0), (0, 0), (0, 6)], &[(0, 3), (3, 3)]]),
    (b'H', &[&[(0, 0), (0, 6)], &[(4, 0), (4, 6)], &[(0, 3), (4, 3)]]),
    (b'K', &[&[(0, 0), (0, 6)], &[(4, 0), (0, 3), (4, 6)]]),
    (b'L', &[&[(0, 0), (0, 6), (4, 6)]]),
    (b'M', &[&[(0, 6), (0, 0), (2, 3), (4, 0), (4, 6)]]),
    (b'N', &[&[(0, 6), (0, 0), (4, 6), (4, 0)]]),
    (b'P', &[&[(0, 6), (0, 0), (3, 0), (4, 1), (4, 2), (3, 3), (0, 3)]]),
    (
        b'R',
        &[
            &[(0, 6), (0, 0), (3, 0), (4, 1), (4, 2), (3, 3), (0, 3)],
            &[(2, 3), (4, 6)],
        ],
    ),
    (b'T', &[&[(0, 0), (4, 0)], &[(2, 0), (2, 6)]]),
    (b'U', &[&[(0, 0), (0, 5), (1, 6), (3, 6), (4, 5), (4, 0)]]),
    (b'V', &[&[(0, 0), (2, 6), (4, 0)]]),
    (b'W', &[&[(0, 0), (1, 6), (2, 3), (3, 6), (4, 0)]]),
    (b'X', &[&[(0, 0), (4, 6)], &[(4, 0), (0, 6)]]),
    (b'Y', &[&[(0, 0), (2, 3), (4, 0)], &[(2, 3), (2, 6)]]),
    (
        b'3',
        &[&[(0, 0), (4, 0), (2, 2), (4, 4), (4, 5), (3, 6), (1, 6), (0, 5)]],
    ),
    (b'4', &[&[(3, 6), (3, 0), (0, 4), (4, 4)]]),
    (b'7', &[&[(0, 0), (4, 0), (1, 6)]]),
];
const LETTERS: usize = 5;
/// Lines that belong to no letter.
const SCRATCHES: usize = 7;

/// A picture and what it says.
pub(super) struct Puzzle {
    pub(super) svg: String,
    pub(super) answer: String,
}

/// Chance from bytes, as many as needed.
pub(super) struct Dice<'a>(pub(super) &'a mut dyn FnMut() -> u64);

impl Dice<'_> {
    fn below(&mut self, end: usize) -> usize {
        ((self.0)() % end as u64) as usize
    }

    /// Between -1 and 1.
    fn swing(&mut self) -> f64 {
        (self.below(2_001) as f64) / 1_000.0 - 1.0
    }
}

impl Puzzle {
    pub(super) fn draw(dice: &mut Dice<'_>) -> Self {
        let mut answer = String::new();
        let mut strokes = Vec::new();
        for place in 0..LETTERS {
            let (letter, lines) = ALPHABET[dice.below(ALPHABET.len())];
            answer.push(char::from(letter));
            let (turn, size) = (dice.swing() * 0.3, 8.0 + dice.swing());
            let (left, top) = (
                24.0 + place as f64 * 48.0 + dice.swing() * 5.0,
                22.0 + dice.swing() * 8.0,
            );
            for line in lines {
                strokes.push(path(line.iter().map(|(x, y)| {
                    let (x, y) = (
                        f64::from(*x) - 2.0 + dice.swing() * 0.2,
                        f64::from(*y) - 3.0 + dice.swing() * 0.2,
                    );
                    let (x, y) = (x * turn.cos() - y * turn.sin(), x * turn.sin() + y * turn.cos());
                    (left + (x + 2.0) * size, top + (y + 3.0) * size)
                })));
            }
        }
        for _ in 0..SCRATCHES {
            let height = |dice: &mut Dice<'_>| 45.0 + dice.swing() * 40.0;
            let points = [
                (0.0, height(dice)),
                (130.0 + dice.swing() * 80.0, height(dice)),
                (264.0, height(dice)),
            ];
            strokes.push(path(points.into_iter()));
        }
        // In no order that would tell which stroke belongs to which letter.
        for last in (1..strokes.len()).rev() {
            strokes.swap(last, dice.below(last + 1));
        }
        let svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 264 92\" width=\"264\" height=\"92\" role=\"img\" \
             fill=\"none\" stroke=\"#234\" stroke-width=\"2.4\" stroke-linecap=\"round\">{}</svg>",
            strokes.concat()
        );
        Self { svg, answer }
    }
}

fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    let mut path = String::from("<path d=\"");
    for (at, (x, y)) in points.enumerate() {
        let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { 'M' } else { 'L' });
    }
    path.push_str("\"/>");
    path
}

/// What a person typed, as it is compared: without spaces, in capitals.
pub(super) fn normal(typed: &str) -> String {
    typed
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| letter.to_ascii_uppercase())
        .collect()
}
