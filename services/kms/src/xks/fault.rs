//! What can go wrong between KMS and a proxy, and how each operation of KMS tells it.
//!
//! Source: the XKS proxy API specification, "Error Codes", whose table gives KMS's exception and message for every
//! failure; a proxy's own words are never passed on.

use haechi_api_kms::error::ErrorCode;
use haechi_wire::ApiError;

/// A request to a proxy that did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyFault {
    /// The answer makes no sense, or the proxy found that the request did not.
    Malformed,
    /// `InvalidStateException`: the external key is disabled.
    KeyDisabled,
    /// `InvalidCiphertextException`.
    Ciphertext,
    /// `InvalidKeyUsageException`.
    KeyUsage,
    /// `AuthenticationFailedException`: the proxy does not know our signature.
    Authentication,
    /// `AccessDeniedException`: the proxy has rules of its own.
    AccessDenied,
    /// `KeyNotFoundException`.
    KeyNotFound,
    /// `InvalidUriPathException`.
    UriPath,
    /// `UnsupportedOperationException`.
    Unsupported,
    /// `DependencyTimeoutException`: the key manager kept the proxy waiting.
    DependencyTimeout,
    /// `ThrottlingException`.
    Throttled,
    /// `InternalException`.
    Internal,
    /// No TCP connection.
    Unreachable,
    /// No TLS connection.
    Tls,
    /// No answer in time.
    Timeout,
    /// All instances of the external key manager are out of service.
    AllUnavailable,
}

impl ProxyFault {
    /// The fault that a proxy names; `None` for a name that the specification does not have.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ValidationException" => Self::Malformed,
            "InvalidStateException" => Self::KeyDisabled,
            "InvalidCiphertextException" => Self::Ciphertext,
            "InvalidKeyUsageException" => Self::KeyUsage,
            "AuthenticationFailedException" => Self::Authentication,
            "AccessDeniedException" => Self::AccessDenied,
            "KeyNotFoundException" => Self::KeyNotFound,
            "InvalidUriPathException" => Self::UriPath,
            "UnsupportedOperationException" => Self::Unsupported,
            "DependencyTimeoutException" => Self::DependencyTimeout,
            "ThrottlingException" => Self::Throttled,
            "InternalException" => Self::Internal,
            _ => return None,
        })
    }

    /// For CreateCustomKeyStore and UpdateCustomKeyStore.
    pub(crate) fn at_setup(self) -> ApiError {
        let code = match self {
            Self::Authentication => ErrorCode::XksProxyIncorrectAuthenticationCredentialException,
            Self::UriPath | Self::AccessDenied => ErrorCode::XksProxyInvalidConfigurationException,
            Self::DependencyTimeout
            | Self::Throttled
            | Self::Unreachable
            | Self::Tls
            | Self::Timeout
            | Self::AllUnavailable => ErrorCode::XksProxyUriUnreachableException,
            _ => ErrorCode::XksProxyInvalidResponseException,
        };
        code.with(self.message())
    }

    /// For CreateKey.
    pub(crate) fn at_create_key(self) -> ApiError {
        let code = match self {
            Self::KeyNotFound => ErrorCode::XksKeyNotFoundException,
            Self::KeyDisabled | Self::KeyUsage => ErrorCode::XksKeyInvalidConfigurationException,
            Self::AccessDenied => ErrorCode::KMSInvalidStateException,
            _ => ErrorCode::CustomKeyStoreInvalidStateException,
        };
        code.with(self.message())
    }

    /// For the use of a key.
    pub(crate) fn in_use(self) -> ApiError {
        ErrorCode::KMSInvalidStateException.with(self.message())
    }

    /// `ConnectionErrorCode` of a store that could not be connected.
    pub(crate) const fn connection_code(self) -> &'static str {
        match self {
            Self::Authentication => "INVALID_CREDENTIALS",
            Self::AccessDenied => "XKS_PROXY_ACCESS_DENIED",
            Self::UriPath => "XKS_PROXY_INVALID_CONFIGURATION",
            Self::Unreachable | Self::AllUnavailable => "XKS_PROXY_NOT_REACHABLE",
            Self::Tls => "XKS_PROXY_INVALID_TLS_CONFIGURATION",
            Self::Timeout | Self::DependencyTimeout | Self::Throttled => "XKS_PROXY_TIMED_OUT",
            _ => "XKS_PROXY_INVALID_RESPONSE",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Malformed => {
                "AWS KMS cannot interpret the response from the external key store proxy. If you see this error \
                 repeatedly, report it to your external key store proxy administrator."
            }
            Self::KeyDisabled => {
                "The external key associated with this KMS key in an external key store is not enabled in the \
                 external HSM. Enable the external key in the external HSM and retry the request."
            }
            Self::Ciphertext => {
                "The external key store proxy rejected the request because the specified ciphertext or encryption \
                 context is corrupted, missing, or otherwise invalid."
            }
            Self::KeyUsage => {
                "The external key associated with this KMS key in an external key store does not support the \
                 requested operation. Enable the operation on the key in your external HSM, and try the request again."
            }
            Self::Authentication => {
                "The external key store proxy rejected the request because it could not authenticate AWS KMS. Verify \
                 the XKS proxy authentication credentials for your external key store and update if necessary."
            }
            Self::AccessDenied => {
                "The external key store proxy denied access to the operation. Verify that the user and the external \
                 key are both authorized for this operation, and try the request again."
            }
            Self::KeyNotFound => {
                "The external key associated with this KMS key in an external key store was not found in its \
                 external HSM. If the external key ID associated with this KMS key is incorrect, create a new KMS key \
                 with the correct external key ID."
            }
            Self::UriPath => {
                "The external key store proxy rejected the request because of an invalid URI path. Verify the URI \
                 path for your external key store and update if necessary."
            }
            Self::Unsupported => {
                "The external key store proxy rejected the request because it does not support the requested \
                 operation. If you see this error repeatedly, report it to your external key store proxy \
                 administrator."
            }
            Self::DependencyTimeout => {
                "The external key store proxy did not respond to the request in the time allotted. Retry the \
                 request. If you see this error repeatedly, report it to your external key store proxy administrator."
            }
            Self::Throttled => {
                "The external key store proxy rejected the request due to a very high request rate. Reduce the \
                 frequency of your calls using KMS keys in this external key store."
            }
            Self::Internal => {
                "The external key store proxy rejected the request because it cannot communicate with the external \
                 HSM. Verify that the external key store proxy configuration is correct and that the external HSM is \
                 available."
            }
            Self::Unreachable => {
                "AWS KMS cannot communicate with the external key store proxy. This might be a transient network \
                 issue. If you see this error repeatedly, verify that your external key store proxy is active and is \
                 connected to the network, and that its endpoint URI is correct in your external key store."
            }
            Self::Tls => {
                "AWS KMS cannot establish a TLS connection to the external key store proxy. Verify the TLS \
                 configuration, including its certificate."
            }
            Self::Timeout => {
                "AWS KMS rejected the request because the external key store proxy did not respond in time. Retry \
                 the request. If you see this error repeatedly, report it to your external key store proxy \
                 administrator."
            }
            Self::AllUnavailable => {
                "All instances of the external key manager are unavailable. Verify that the external HSM is \
                 available."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_tells_a_fault_with_an_exception_of_its_own() {
        let fault = ProxyFault::named("KeyNotFoundException").unwrap();
        assert_eq!(fault.at_create_key().code, "XksKeyNotFoundException");
        assert_eq!(fault.in_use().code, "KMSInvalidStateException");
        let fault = ProxyFault::named("AuthenticationFailedException").unwrap();
        assert_eq!(
            fault.at_setup().code,
            "XksProxyIncorrectAuthenticationCredentialException"
        );
        assert_eq!(fault.at_create_key().code, "CustomKeyStoreInvalidStateException");
        assert_eq!(fault.connection_code(), "INVALID_CREDENTIALS");
        assert_eq!(ProxyFault::named("TeapotException"), None);
    }
}
