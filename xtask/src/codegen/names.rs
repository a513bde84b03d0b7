//! Rust names for the model's names.

/// `KeyId` → `key_id`, `SSHPublicKeyId` → `ssh_public_key_id`, `S3BucketName` → `s3_bucket_name`.
pub(crate) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        if !letter.is_ascii_alphanumeric() {
            if !snake.ends_with('_') {
                snake.push('_');
            }
            continue;
        }
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(index + 1);
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if starts_word && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// A field: snake case, keywords escaped.
pub(crate) fn field(name: &str) -> String {
    let snake = snake(name);
    match snake.as_str() {
        "self" | "crate" | "super" => snake + "_",
        "type" | "match" | "enum" | "ref" | "move" | "use" | "mod" | "fn" | "impl" | "in" | "loop"
        | "where" | "for" | "if" | "else" | "const" | "static" | "struct" | "trait" | "return" | "async"
        | "await" | "dyn" | "abstract" | "final" | "macro" | "override" | "priv" | "virtual" | "yield"
        | "try" | "box" | "do" | "extern" | "let" | "mut" | "pub" | "unsafe" | "while" | "break"
        | "continue" | "as" | "true" | "false" | "gen" => format!("r#{snake}"),
        _ => snake,
    }
}

/// The name of a static: `KEY_ID`.
pub(crate) fn constant(name: &str) -> String {
    snake(name).to_ascii_uppercase()
}

/// A type: the model's name with a capital.
pub(crate) fn type_name(name: &str) -> String {
    let mut letters = name.chars().filter(char::is_ascii_alphanumeric);
    letters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// A variant: `RSA_2048` → `Rsa2048`, `AWS_KMS` → `AwsKms`, `aws:kms` → `AwsKms`,
/// `ReadOnly` → `ReadOnly`.
pub(crate) fn variant(value: &str) -> String {
    let mut variant = String::new();
    for word in value.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let shouted = !word.chars().any(|letter| letter.is_ascii_lowercase());
        for (index, letter) in word.chars().enumerate() {
            variant.push(match index {
                0 => letter.to_ascii_uppercase(),
                _ if shouted => letter.to_ascii_lowercase(),
                _ => letter,
            });
        }
    }
    match variant.as_str() {
        "Self" | "Unknown" => variant + "Value",
        "" => "Empty".into(),
        other if other.starts_with(|first: char| first.is_ascii_digit()) => format!("V{other}"),
        _ => variant,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_become_snake_case() {
        for (name, expected) in [
            ("KeyId", "key_id"),
            ("SSHPublicKeyId", "ssh_public_key_id"),
            ("OpenIDConnectProviderArn", "open_id_connect_provider_arn"),
            ("S3BucketName", "s3_bucket_name"),
            ("Arn", "arn"),
            ("MFADevices", "mfa_devices"),
            ("message", "message"),
            ("Type", "r#type"),
        ] {
            assert_eq!(field(name), expected);
        }
    }

    #[test]
    fn values_become_variants() {
        for (value, expected) in [
            ("SYMMETRIC_DEFAULT", "SymmetricDefault"),
            ("RSA_2048", "Rsa2048"),
            ("AWS_KMS", "AwsKms"),
            ("RSASSA_PKCS1_V1_5_SHA_256", "RsassaPkcs1V15Sha256"),
            ("ReadOnly", "ReadOnly"),
            ("UNKNOWN", "UnknownValue"),
            ("2xx", "V2xx"),
        ] {
            assert_eq!(variant(value), expected);
        }
    }
}
