//! What each command does.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use haechi_iam::NewAccessKey;
use haechi_wire::Blob;
use serde_json::json;

use crate::cli::{AccountCommand, Cli, ClockCommand, Command, PolicyCommand, ServerArgs};
use crate::config::StoreChoice;
use crate::{backup, bill, client, credentials_file, doctor, explain, gateway, keys, server, waf};

pub(crate) async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(args) => {
            server::serve(args.config()?).await?;
        }
        Command::Gateway(args) => gateway::alone(&args).await?,
        Command::Account(command) => account(command).await?,
        Command::Clock(ClockCommand::Advance { by, server }) => {
            let body = json!({ "seconds": seconds(&by)? });
            let answer = client::post(&server.data_dir, &server.endpoint, "clock/advance", &body).await?;
            println!(
                "the server's clock shows {}; {} timers ran",
                answer["now"].as_str().unwrap_or("?"),
                answer["ran"]
            );
        }
        Command::Doctor(args) => {
            if !doctor::examine(&args.config()?).await {
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Keys(command) => keys::run(command).await?,
        Command::Backup { to, server } => take_backup(&to, &server).await?,
        Command::Restore {
            from,
            data_dir,
            store,
        } => {
            backup::restore(&from, &data_dir, &StoreChoice::parse(&store)?).await?;
        }
        Command::Policy(PolicyCommand::Explain(args)) => return Ok(explained(&args)),
        Command::Waf(command) => return waf::run(command).await,
        Command::Bill { month, server } => {
            let body = json!({ "month": month });
            bill::print(&client::post(&server.data_dir, &server.endpoint, "bill", &body).await?)?;
        }
        Command::Version => println!("{}", version()),
    }
    Ok(ExitCode::SUCCESS)
}

/// The version, with the commit where the build was told it.
fn version() -> String {
    let version = env!("CARGO_PKG_VERSION");
    match option_env!("HAECHI_COMMIT") {
        Some(commit) => format!("haechi {version} ({commit})"),
        None => format!("haechi {version}"),
    }
}

fn explained(args: &explain::ExplainArgs) -> ExitCode {
    match explain::run(args) {
        Ok(explanation) => {
            print!("{explanation}");
            if explanation.decision.is_allowed() {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("haechi: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// The server writes the file: the path is made absolute, as its working directory may be another.
async fn take_backup(to: &Path, server: &ServerArgs) -> anyhow::Result<()> {
    let to = std::path::absolute(to)?;
    let body = json!({ "to": to });
    let answer = client::post(&server.data_dir, &server.endpoint, "backup", &body).await?;
    println!(
        "{} written, {} bytes; what opens its seal is not in it: keep that elsewhere",
        to.display(),
        answer["bytes"]
    );
    Ok(())
}

async fn account(command: AccountCommand) -> anyhow::Result<()> {
    match command {
        AccountCommand::Create { id, name, server } => {
            let body = json!({ "id": id, "name": name });
            let answer = client::post(&server.data_dir, &server.endpoint, "accounts/create", &body).await?;
            let text = |name: &str| answer[name].as_str().context("the server's answer lacks the key");
            let key = NewAccessKey {
                id: text("access_key_id")?.to_owned(),
                secret: Blob::from(text("secret_access_key")?.as_bytes()),
            };
            let profile = format!("account-{id}");
            credentials_file::add(&server.data_dir, &profile, &key)?;
            let file = credentials_file::path(&server.data_dir);
            println!(
                "account {id} made; its root access key is in {} as [{profile}]",
                file.display()
            );
        }
        AccountCommand::List { server } => {
            let answer =
                client::post(&server.data_dir, &server.endpoint, "accounts/list", &json!({})).await?;
            for account in answer["accounts"].as_array().into_iter().flatten() {
                let text = |name: &str| account[name].as_str().unwrap_or("");
                println!("{}  {}", text("id"), text("name"));
            }
        }
    }
    Ok(())
}

/// Seconds of `366d`, `12h`, `30m` or `45s`.
fn seconds(text: &str) -> anyhow::Result<u64> {
    let (number, unit) = text.split_at(text.len().saturating_sub(1));
    let factor = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        "s" => 1,
        _ => bail!("{text:?} is not a duration; write 366d, 12h, 30m or 45s"),
    };
    let number: u64 = number
        .parse()
        .with_context(|| format!("{text:?} is not a duration; write 366d"))?;
    number.checked_mul(factor).context("that is too long")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(seconds("366d").unwrap(), 31_622_400);
        assert_eq!(seconds("90s").unwrap(), 90);
        for bad in ["", "d", "12", "1.5h", "-1d"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
