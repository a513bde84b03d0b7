//! A QR code as a PNG picture: one bit for each pixel, no palette.
//!
//! Format: ISO/IEC 15948 (PNG), of which a picture of two colours needs three chunks.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use haechi_core::Failure;
use qrcodegen::{QrCode, QrCodeEcc};

/// Pixels of a module's side.
const SCALE: i32 = 4;
/// Modules of white around the code, as the standard asks for.
const QUIET: i32 = 4;

/// The picture of a text.
pub(crate) fn picture(text: &str) -> Result<Vec<u8>, Failure> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(Failure::internal)?;
    let side = (code.size() + 2 * QUIET) * SCALE;
    let mut rows = Vec::new();
    for y in 0..side {
        // Each row begins with its filter: none.
        rows.push(0);
        for byte in 0..(side + 7) / 8 {
            let dark = |x: i32| code.get_module(x / SCALE - QUIET, y / SCALE - QUIET);
            let pixels = (0..8).fold(0, |pixels, bit| (pixels << 1) | u8::from(!dark(byte * 8 + bit)));
            rows.push(pixels);
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&rows).map_err(Failure::internal)?;
    let packed = packed.finish().map_err(Failure::internal)?;

    let size = side.to_be_bytes();
    // One bit a pixel, greyscale, the only compression and filter there are, not interlaced.
    let header = [&size[..], &size[..], &[1, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, content) in [(b"IHDR", header), (b"IDAT", packed), (b"IEND", Vec::new())] {
        png.extend((content.len() as u32).to_be_bytes());
        let checked = [&name[..], &content].concat();
        let mut sum = Crc::new();
        sum.update(&checked);
        png.extend(checked);
        png.extend(sum.sum().to_be_bytes());
    }
    Ok(png)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn the_picture_is_square_and_holds_every_row() {
        let png = picture("otpauth://totp/device@111122223333?secret=ABC").unwrap();
        assert_eq!(&png[12..16], b"IHDR");
        let side = u32::from_be_bytes(png[16..20].try_into().unwrap()) as usize;
        assert_eq!(png[16..20], png[20..24]);
        let length = u32::from_be_bytes(png[33..37].try_into().unwrap()) as usize;
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + length])
            .read_to_end(&mut rows)
            .unwrap();
        assert_eq!(rows.len(), side * (1 + side.div_ceil(8)));
        // The quiet zone is white, and the corner of the finder pattern behind it black.
        assert!(rows[1..3].iter().all(|pixels| *pixels == 0xff));
        let corner = 16 * (1 + side.div_ceil(8)) + 1 + 2;
        assert_eq!(rows[corner], 0x00);
    }
}
