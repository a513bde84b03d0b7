//! Keeping keys inside the process.
#![allow(unsafe_code)]

use std::io;

use crate::SealError;

/// Forbids core dumps of this process, and with them `ptrace` and `/proc/PID/mem` by other processes of the same user.
/// Call it before the root key is opened.
///
/// It takes both ways: no dump is written (`RLIMIT_CORE` of 0, which can't be raised again), and none is given to a
/// dump handler either, which ignores the limit (`PR_SET_DUMPABLE` of 0, Linux).
pub fn forbid_core_dumps() -> Result<(), SealError> {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the pointer is to a live value of the type that the call asks for; the call only reads it.
    checked("limiting core dumps to nothing", unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &raw const none)
    })?;
    #[cfg(target_os = "linux")]
    // SAFETY: PR_SET_DUMPABLE takes one integer and touches no memory of ours.
    checked("making the process undumpable", unsafe {
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0)
    })?;
    Ok(())
}

fn checked(action: &'static str, answer: libc::c_int) -> Result<(), SealError> {
    if answer == 0 {
        Ok(())
    } else {
        Err(SealError::Process {
            action,
            source: io::Error::last_os_error(),
        })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn process_can_not_be_dumped_afterwards() {
        forbid_core_dumps().unwrap();
        // SAFETY: PR_GET_DUMPABLE takes no pointer.
        assert_eq!(unsafe { libc::prctl(libc::PR_GET_DUMPABLE, 0, 0, 0, 0) }, 0);
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        let core = limits.lines().find(|line| line.starts_with("Max core file size"));
        // An undumpable process of another user than root may not even read its own limits; then there is no line.
        assert!(
            core.is_none_or(|line| line.split_whitespace().nth(4) == Some("0")),
            "{core:?}"
        );
    }
}
