//! SPOP's frames: a type, flags, the stream and frame they belong to, a payload.

use super::value::{Input, Value, put_integer, put_string, put_value};

const FIN: u32 = 1;
const ABORT: u32 = 2;

/// The types of frames that HAProxy sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// More of a notification.
    Unset,
    Hello,
    Disconnect,
    Notify,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) kind: Kind,
    flags: u32,
    stream: u64,
    frame: u64,
    pub(super) payload: Vec<u8>,
}

impl Frame {
    pub(super) fn is_last(&self) -> bool {
        self.flags & FIN != 0
    }

    pub(super) fn is_aborted(&self) -> bool {
        self.flags & ABORT != 0
    }

    pub(super) fn same_notification(&self, other: &Self) -> bool {
        (self.stream, self.frame) == (other.stream, other.frame)
    }
}

/// Why an agent hangs up; the numbers of `doc/SPOE.txt`, section 3.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    None = 0,
    TooBig = 3,
    Invalid = 4,
    NoVersion = 5,
    NoMaxFrameSize = 6,
    BadVersion = 8,
    BadMaxFrameSize = 9,
    FragmentsWithoutBeginning = 10,
    Interlaced = 11,
}

/// What both sides agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Terms {
    pub(super) longest_frame: u32,
    pub(super) is_health_check: bool,
}

/// Reads a frame whose length was taken off.
pub(super) fn read(bytes: &[u8]) -> Option<Frame> {
    let mut input = Input(bytes);
    let kind = match input.byte()? {
        0 => Kind::Unset,
        1 => Kind::Hello,
        2 => Kind::Disconnect,
        3 => Kind::Notify,
        _ => Kind::Unknown,
    };
    let flags = u32::from_be_bytes(*input.take(4)?.first_chunk::<4>()?);
    let (stream, frame) = (input.integer()?, input.integer()?);
    Some(Frame {
        kind,
        flags,
        stream,
        frame,
        payload: input.0.to_vec(),
    })
}

/// Reads HAProxy's greeting.
pub(super) fn hello(frame: &Frame, longest: u32) -> Result<Terms, Problem> {
    if frame.kind != Kind::Hello {
        return Err(Problem::Invalid);
    }
    let mut input = Input(&frame.payload);
    let (mut versions, mut size, mut health) = (None, None, false);
    while !input.is_empty() {
        let (Some(name), Some(value)) = (input.string(), input.value()) else {
            return Err(Problem::Invalid);
        };
        match (name, value) {
            (b"supported-versions", Value::Bytes(text)) => versions = Some(text),
            (b"max-frame-size", Value::Number(number)) => size = u32::try_from(number).ok(),
            (b"healthcheck", Value::Bool(yes)) => health = yes,
            _ => {}
        }
    }
    let versions = versions.ok_or(Problem::NoVersion)?;
    let speaks_ours = versions
        .split(|byte| *byte == b',')
        .any(|version| version.trim_ascii().starts_with(b"2."));
    if !speaks_ours {
        return Err(Problem::BadVersion);
    }
    let size = size.ok_or(Problem::NoMaxFrameSize)?;
    if size < 256 {
        return Err(Problem::BadMaxFrameSize);
    }
    Ok(Terms {
        longest_frame: size.min(longest),
        is_health_check: health,
    })
}

impl Terms {
    /// The greeting in return.
    pub(super) fn answer(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        for (name, value) in [
            ("version", Value::Bytes(b"2.0")),
            ("max-frame-size", Value::Number(u64::from(self.longest_frame))),
            ("capabilities", Value::Bytes(b"fragmentation,pipelining")),
        ] {
            put_string(&mut payload, name.as_bytes());
            // HAProxy insists on 32 bits here.
            match value {
                Value::Number(number) => {
                    payload.push(3);
                    put_integer(&mut payload, number);
                }
                value => put_value(&mut payload, &value),
            }
        }
        write(101, 0, 0, &payload)
    }
}

/// Hangs up.
pub(super) fn disconnect(problem: Problem) -> Vec<u8> {
    let mut payload = Vec::new();
    put_string(&mut payload, b"status-code");
    payload.push(3);
    put_integer(&mut payload, problem as u64);
    put_string(&mut payload, b"message");
    put_value(&mut payload, &Value::Bytes(format!("{problem:?}").as_bytes()));
    write(102, 0, 0, &payload)
}

/// Variables of the transaction to set.
pub(super) type Actions = Vec<(String, Vec<u8>)>;

/// Answers a notification. Variables that would make the frame too long are left out, the last first.
pub(super) fn ack(notification: &Frame, actions: &Actions, longest: u32) -> Vec<u8> {
    const HEAD: usize = 32;
    const SET_VARIABLE: u8 = 1;
    const OF_TRANSACTION: u8 = 2;
    let mut payload = Vec::new();
    for (name, value) in actions {
        let before = payload.len();
        payload.extend_from_slice(&[SET_VARIABLE, 3, OF_TRANSACTION]);
        put_string(&mut payload, name.as_bytes());
        put_value(&mut payload, &Value::Bytes(value));
        if payload.len() + HEAD > longest as usize {
            payload.truncate(before);
            tracing::warn!(
                variable = name,
                "an answer is longer than HAProxy's buffers (tune.bufsize)"
            );
        }
    }
    write(103, notification.stream, notification.frame, &payload)
}

fn write(kind: u8, stream: u64, frame: u64, payload: &[u8]) -> Vec<u8> {
    let mut body = vec![kind];
    body.extend_from_slice(&FIN.to_be_bytes());
    put_integer(&mut body, stream);
    put_integer(&mut body, frame);
    body.extend_from_slice(payload);
    let mut bytes = u32::try_from(body.len())
        .unwrap_or(u32::MAX)
        .to_be_bytes()
        .to_vec();
    bytes.extend_from_slice(&body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(versions: &[u8], size: u64) -> Frame {
        let mut payload = Vec::new();
        put_string(&mut payload, b"supported-versions");
        put_value(&mut payload, &Value::Bytes(versions));
        put_string(&mut payload, b"max-frame-size");
        put_value(&mut payload, &Value::Number(size));
        put_string(&mut payload, b"capabilities");
        put_value(&mut payload, &Value::Bytes(b"pipelining"));
        Frame {
            kind: Kind::Hello,
            flags: FIN,
            stream: 0,
            frame: 0,
            payload,
        }
    }

    #[test]
    fn both_sides_agree_on_the_smaller_frame() {
        assert_eq!(
            hello(&greeting(b"1.0, 2.0", 16_380), 1 << 20)
                .unwrap()
                .longest_frame,
            16_380
        );
        assert_eq!(
            hello(&greeting(b"2.0", 1 << 30), 1 << 20).unwrap().longest_frame,
            1 << 20
        );
        assert_eq!(
            hello(&greeting(b"1.0", 16_380), 1 << 20),
            Err(Problem::BadVersion)
        );
        assert_eq!(
            hello(&greeting(b"2.0", 10), 1 << 20),
            Err(Problem::BadMaxFrameSize)
        );
    }

    #[test]
    fn what_is_written_is_a_frame() {
        let bytes = disconnect(Problem::TooBig);
        let length = u32::from_be_bytes(*bytes.first_chunk::<4>().unwrap()) as usize;
        assert_eq!(length, bytes.len() - 4);
        let frame = read(&bytes[4..]).unwrap();
        assert_eq!((frame.kind, frame.is_last()), (Kind::Unknown, true));
        assert_eq!(read(&[3, 0, 0]), None);
    }

    #[test]
    fn an_answer_keeps_to_the_length_of_frames() {
        let notification = Frame {
            kind: Kind::Notify,
            flags: FIN,
            stream: 300,
            frame: 1,
            payload: Vec::new(),
        };
        let actions = vec![
            ("action".to_owned(), b"answer".to_vec()),
            ("body".to_owned(), vec![b'x'; 2000]),
        ];
        let bytes = ack(&notification, &actions, 1024);
        assert!(bytes.len() < 1024);
        let frame = read(&bytes[4..]).unwrap();
        assert_eq!((frame.stream, frame.frame), (300, 1));
        assert!(memchr::memmem::find(&frame.payload, b"answer").is_some());
    }
}
