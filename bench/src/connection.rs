//! One keep-alive connection: a request out, an answer in.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::endpoint::Endpoint;
use crate::response::{Head, ResponseError};

/// Room for the answers of all operations that are measured.
const BUFFER: usize = 16 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// The connection failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// What came is no answer.
    #[error("{0}")]
    Response(#[from] ResponseError),
}

/// A connection that is made when needed and made again when the server has closed it.
#[derive(Debug)]
pub struct Connection {
    endpoint: Endpoint,
    stream: Option<TcpStream>,
    buffer: Vec<u8>,
    opened: u64,
}

impl Connection {
    /// A connection to be made at the first exchange.
    pub fn new(endpoint: &Endpoint) -> Self {
        Self {
            endpoint: endpoint.clone(),
            stream: None,
            buffer: vec![0; BUFFER],
            opened: 0,
        }
    }

    /// How many connections were opened so far.
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// Sends a request and reads its answer: head and body.
    ///
    /// A server may close an idle connection at any time. If that shows before the answer's first byte, the request is
    /// sent once more over a new connection.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<(Head, &[u8]), ExchangeError> {
        let reused = self.stream.is_some();
        let head = match self.attempt(request).await {
            Err(ExchangeError::Io(error)) if reused && closed_idle(&error) => self.attempt(request).await,
            other => other,
        }?;
        Ok((head, &self.buffer[head.body_at..head.length()]))
    }

    async fn attempt(&mut self, request: &[u8]) -> Result<Head, ExchangeError> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        stream.write_all(request).await?;
        let head = self.read(&mut stream).await?;
        if !head.closes {
            self.stream = Some(stream);
        }
        Ok(head)
    }

    async fn connect(&mut self) -> io::Result<TcpStream> {
        self.opened += 1;
        let stream = TcpStream::connect((self.endpoint.host.as_str(), self.endpoint.port)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    async fn read(&mut self, stream: &mut TcpStream) -> Result<Head, ExchangeError> {
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            let read = stream.read(&mut self.buffer[filled..]).await?;
            if read == 0 {
                let kind = if filled == 0 {
                    io::ErrorKind::ConnectionReset
                } else {
                    io::ErrorKind::UnexpectedEof
                };
                return Err(io::Error::new(kind, "the server closed the connection").into());
            }
            filled += read;
            match Head::parse(&self.buffer[..filled])? {
                Some(head) if head.length() <= filled => return Ok(head),
                _ => {}
            }
        }
    }
}

/// The other side had hung up before it saw the request.
fn closed_idle(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::NotConnected
    )
}
