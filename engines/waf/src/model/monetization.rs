//! Settings of the Monetize action.

use super::{names, shapes};

shapes! {
    #[derive(Default)]
    struct MonetizationConfig {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        crypto_config: Option<CryptoConfig>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        connected_account_configs: Vec<ConnectedAccountConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        currency_mode: Option<CurrencyMode>,
    }
    struct CryptoConfig {
        payment_networks: Vec<PaymentNetwork>,
    }
    struct PaymentNetwork {
        chain: BlockchainChain,
        wallet_address: String,
        prices: Vec<Price>,
    }
    struct Price {
        amount: String,
        currency: CryptoCurrency,
    }
    struct ConnectedAccountConfig {
        connected_account_arn: String,
        payment_networks: Vec<ConnectedAccountChainConfig>,
    }
    struct ConnectedAccountChainConfig {
        chain: BlockchainChain,
        prices: Vec<Price>,
    }
}

names! {
    enum BlockchainChain {
        Base,
        Solana,
        BaseSepolia,
        SolanaDevnet,
    }
    enum CryptoCurrency {
        Usdc,
    }
    enum CurrencyMode {
        Real,
        Test,
    }
}
