//! A server that answers every request at once and does nothing: it shows what the generator alone can do on a machine.
//!
//! `cargo run --release -p haechi-bench --example nothing`, then `load --endpoint http://127.0.0.1:4999 --operation
//! GetCallerIdentity`.

use haechi_bench::response::Head;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: 2\r\n\r\n{}";

fn main() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind("127.0.0.1:4999").await?;
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            tokio::task::spawn_local(answer_all(stream));
        }
    })
}

/// Answers until the other side hangs up or sends more than a buffer holds.
async fn answer_all(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        if read == 0 {
            return Ok(());
        }
        filled += read;
        if filled >= length(&buffer[..filled]) {
            filled = 0;
            stream.write_all(ANSWER).await?;
        }
    }
}

/// The length of a request, read as if it were an answer: its head ends and counts alike.
fn length(request: &[u8]) -> usize {
    let Some(line_end) = request.iter().position(|byte| *byte == b'\n') else {
        return usize::MAX;
    };
    let as_answer = [b"HTTP/1.1 200 \n".as_slice(), &request[line_end + 1..]].concat();
    match Head::parse(&as_answer) {
        Ok(Some(head)) => head.length() - b"HTTP/1.1 200 \n".len() + line_end + 1,
        _ => usize::MAX,
    }
}
