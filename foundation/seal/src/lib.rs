//! Seals for the root key: file, passphrase, PKCS#11.
