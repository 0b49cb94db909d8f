//! Where bytes come from: files and standard input, plain or compressed, told by their first bytes.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

pub(crate) fn open(file: &Path) -> io::Result<Box<dyn Read>> {
    if file == Path::new("-") {
        return decompress(io::stdin().lock());
    }
    #[allow(clippy::disallowed_methods, reason = "only the library is kept from reading files")]
    let opened = File::open(file)?;
    decompress(opened)
}

fn decompress(mut input: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut head = [0; 4];
    let mut length = 0;
    while let Some(rest) = head.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match input.read(rest) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let head = head.get(..length).unwrap_or_default().to_vec();
    let (gzip, zstd) = (head.starts_with(GZIP), head.starts_with(ZSTD));
    let whole = Cursor::new(head).chain(input);
    Ok(if gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if zstd {
        Box::new(zstd::stream::read::Decoder::new(whole)?)
    } else {
        Box::new(whole)
    })
}
