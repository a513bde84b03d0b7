//! AWS shared-credentials files.

use zeroize::Zeroizing;

/// An access key.
#[derive(Clone)]
pub struct Credentials {
    /// `AKIA…` or `ASIA…`.
    pub access_key_id: String,
    /// The secret that signs.
    pub secret_access_key: Zeroizing<String>,
    /// Comes with temporary credentials.
    pub session_token: Option<String>,
}

/// Why a credentials file can't be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// There is no such profile.
    #[error("the file has no profile [{0}]")]
    NoProfile(String),
    /// The profile lacks an entry.
    #[error("the profile has no {0}")]
    NoEntry(&'static str),
}

impl Credentials {
    /// Reads a profile of a credentials file's text; the first profile if `name` is `None`.
    pub fn parse(file: &str, name: Option<&str>) -> Result<Self, CredentialsError> {
        let mut lines = file.lines().map(str::trim);
        let wanted = |line: &str| match (section(line), name) {
            (Some(found), Some(name)) => found == name,
            (found, None) => found.is_some(),
            (None, Some(_)) => false,
        };
        if !lines.any(wanted) {
            return Err(CredentialsError::NoProfile(name.unwrap_or("any").to_owned()));
        }
        let entries: Vec<(&str, &str)> = lines
            .take_while(|line| section(line).is_none())
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim()))
            .collect();
        let entry = |wanted: &'static str| {
            entries
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| (*value).to_owned())
        };
        let required = |name: &'static str| entry(name).ok_or(CredentialsError::NoEntry(name));
        Ok(Self {
            access_key_id: required("aws_access_key_id")?,
            secret_access_key: Zeroizing::new(required("aws_secret_access_key")?),
            session_token: entry("aws_session_token"),
        })
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

fn section(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.strip_suffix(']').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# made by haechi\n[root]\naws_access_key_id = AKIA1\naws_secret_access_key = a/b+c=\n\n\
         [account-111122223333]\naws_access_key_id=ASIA2\naws_secret_access_key=s\naws_session_token=t\n";

    #[test]
    fn the_first_profile_or_the_named_one_is_read() {
        let first = Credentials::parse(FILE, None).expect("there is one");
        assert_eq!(
            (first.access_key_id.as_str(), first.secret_access_key.as_str()),
            ("AKIA1", "a/b+c=")
        );
        assert_eq!(first.session_token, None);
        let named = Credentials::parse(FILE, Some("account-111122223333")).expect("there is one");
        assert_eq!(
            (named.access_key_id.as_str(), named.session_token.as_deref()),
            ("ASIA2", Some("t"))
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let refused = |file, name| Credentials::parse(file, name).expect_err("incomplete");
        assert_eq!(
            refused(FILE, Some("other")),
            CredentialsError::NoProfile("other".into())
        );
        assert_eq!(
            refused("[a]\naws_access_key_id = A\n[b]", None),
            CredentialsError::NoEntry("aws_secret_access_key")
        );
    }

    #[test]
    fn the_secret_is_not_printed() {
        let first = Credentials::parse(FILE, None).expect("there is one");
        assert!(!format!("{first:?}").contains("a/b+c"));
    }
}
