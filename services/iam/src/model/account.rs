//! An account.

use haechi_core::AccountId;
use serde::{Deserialize, Serialize};

/// An account of this deployment.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The name that its maker gave it.
    pub name: String,
    /// When it was made, in ms since the epoch.
    pub created_ms: i64,
    /// Access keys of its root user, at most two.
    pub root_keys: Vec<String>,
    /// The account alias of the sign-in page.
    #[serde(default)]
    pub alias: Option<String>,
    /// The account's password policy.
    #[serde(default)]
    pub password_policy: Option<PasswordPolicy>,
    /// When its credential report was made, in ms since the epoch.
    #[serde(default)]
    pub credential_report_ms: Option<i64>,
    /// The version of tokens that the global endpoint of STS hands out, 1 or 2.
    #[serde(default = "first_version")]
    pub sts_token_version: i32,
}

/// What every account starts with.
fn first_version() -> i32 {
    1
}

/// What console passwords of the account's users must be like.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PasswordPolicy {
    /// 6 to 128 characters.
    pub minimum_length: i32,
    /// One of ``! @ # $ % ^ & * ( ) _ + - = [ ] { } | '``.
    pub symbols: bool,
    /// A digit.
    pub numbers: bool,
    /// `A` to `Z`.
    pub uppercase: bool,
    /// `a` to `z`.
    pub lowercase: bool,
    /// Users may change their own.
    pub users_may_change: bool,
    /// How long they are good for.
    pub max_age_days: Option<i32>,
    /// How many earlier ones may not come again.
    pub reuse_prevention: Option<i32>,
    /// Who has let it expire cannot choose a new one.
    pub hard_expiry: Option<bool>,
}

impl PasswordPolicy {
    /// What holds where the account has set none (IAM user guide, "Set an account password policy").
    pub(crate) fn unset() -> Self {
        Self {
            minimum_length: 8,
            symbols: false,
            numbers: false,
            uppercase: false,
            lowercase: false,
            users_may_change: false,
            max_age_days: None,
            reuse_prevention: None,
            hard_expiry: None,
        }
    }

    /// What a password lacks, in AWS's words.
    pub(crate) fn complaint(&self, password: &str) -> Option<&'static str> {
        const SYMBOLS: &str = "!@#$%^&*()_+-=[]{}|'";
        let has = |wanted: fn(char) -> bool| password.chars().any(wanted);
        let short = usize::try_from(self.minimum_length).is_ok_and(|least| password.chars().count() < least);
        if short {
            Some("Password should have a minimum length of the account's password policy")
        } else if self.symbols && !has(|c| SYMBOLS.contains(c)) {
            Some("Password should have at least one symbol")
        } else if self.numbers && !has(|c| c.is_ascii_digit()) {
            Some("Password should have at least one number")
        } else if self.uppercase && !has(|c| c.is_ascii_uppercase()) {
            Some("Password should have at least one uppercase letter")
        } else if self.lowercase && !has(|c| c.is_ascii_lowercase()) {
            Some("Password should have at least one lowercase letter")
        } else {
            None
        }
    }
}
