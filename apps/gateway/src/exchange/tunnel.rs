//! After `101 Switching Protocols`: bytes both ways until one side ends.

use std::sync::Arc;

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;

use crate::activity::Activity;
use crate::finish::Finish;

/// Joins both sides as soon as both have changed over.
pub(super) fn spawn(activity: Arc<Activity>, client: OnUpgrade, server: OnUpgrade, finish: Finish) {
    // From now on the client's bytes are not HTTP's.
    activity.set_tunnel();
    #[expect(
        clippy::disallowed_methods,
        reason = "it outlives the exchange; the connection's activity watches it"
    )]
    tokio::spawn(async move {
        let joined = async {
            let (client, server) = tokio::try_join!(client, server)?;
            let (mut client, mut server) = (TokioIo::new(client), TokioIo::new(server));
            let passed = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            if let Err(error) = passed {
                tracing::debug!(%error, "a tunnel broke off");
            }
            Ok::<_, hyper::Error>(())
        };
        tokio::select! {
            ended = joined => if let Err(error) = ended {
                tracing::debug!(%error, "a change of protocol failed");
            },
            // Nobody said anything for too long.
            () = activity.finished() => {}
        }
        drop(finish);
    });
}
