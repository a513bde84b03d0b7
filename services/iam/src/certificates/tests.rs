use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::*;

fn params(name: &str) -> CertificateParams {
    CertificateParams::new(vec![name.to_owned()]).unwrap()
}

/// A leaf, its key, and the authority that signed it.
fn leaf_of_an_authority() -> (String, String, String) {
    let mut authority = params("authority");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(rcgen::DnType::CommonName, "authority");
    let authority_key = KeyPair::generate().unwrap();
    let authority_pem = authority.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate().unwrap();
    let leaf = params("leaf.example").signed_by(&key, &issuer).unwrap();
    (leaf.pem(), key.serialize_pem(), authority_pem)
}

#[test]
fn a_key_belongs_to_its_own_certificate_only() {
    let (leaf, key, authority) = leaf_of_an_authority();
    assert_eq!(
        Certificate::parse(&leaf).unwrap().has_private_key(&key),
        Some(true)
    );
    assert_eq!(
        Certificate::parse(&authority).unwrap().has_private_key(&key),
        Some(false)
    );
    assert_eq!(Certificate::parse(&leaf).unwrap().has_private_key("no key"), None);
}

#[test]
fn a_chain_starts_with_the_immediate_signer() {
    let (leaf, _, authority) = leaf_of_an_authority();
    let (_, _, stranger) = leaf_of_an_authority();
    let leaf = Certificate::parse(&leaf).unwrap();
    assert_eq!(leaf.check_chain(&authority), Ok(()));
    assert_eq!(leaf.check_chain(&stranger), Err(BrokenChain(0)));
    assert_eq!(
        leaf.check_chain(&format!("{authority}{stranger}")),
        Err(BrokenChain(1))
    );
    assert_eq!(leaf.check_chain("nothing"), Err(BrokenChain(0)));
}

#[test]
fn only_one_certificate_is_a_certificate() {
    let (leaf, key, _) = leaf_of_an_authority();
    assert!(Certificate::parse(&format!("{leaf}{leaf}")).is_none());
    assert!(Certificate::parse(&key).is_none());
    assert!(Certificate::parse("invalid-certificate-body").is_none());
    assert!(Certificate::parse("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_none());
}
