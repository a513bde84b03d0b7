use super::SqliMatch;

pub(super) fn find(_input: &[u8]) -> Option<SqliMatch> {
    None
}
